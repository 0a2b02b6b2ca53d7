package atlas

import (
	"encoding/json"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/server/internal/api"
	"github.com/purlieu/purlieu/server/internal/datamap"
	"github.com/purlieu/purlieu/server/internal/search"
)

type suggestBody struct {
	Keywords string          `json:"keywords"`
	Limit    *int            `json:"limit"`
	Filter   json.RawMessage `json:"filter"`
}

// The bounds of what is asked while somebody types.
const (
	maxTyped       = 100 // characters
	maxSuggestions = 100
	someSuggested  = 5
	someCompleted  = 50
)

// typed reads a question that is asked while somebody types.
func (p *Plane) typed(r *http.Request, t types, some int) (q search.Request, err error) {
	var body suggestBody
	if err := api.Read(r, &body); err != nil {
		return q, err
	}
	if n := utf8.RuneCountInString(body.Keywords); n < 1 || n > maxTyped {
		return q, fault.New(fault.Invalid, "ATLAS-400-00-01D", "keywords must have 1 to %d characters", maxTyped)
	}
	q = search.Request{Keywords: body.Keywords, Limit: some, NameOnly: true, Uncounted: true}
	if body.Limit != nil {
		q.Limit = *body.Limit
	}
	if q.Limit < 1 || q.Limit > maxSuggestions {
		return q, fault.New(fault.Invalid, "ATLAS-400-00-01D", "limit must be 1 to %d", maxSuggestions)
	}
	if q.Filter, err = p.filter(r, body.Filter, t); err != nil {
		return q, err
	}
	q.Collections, err = p.readable(r)
	return q, err
}

// suggest answers with assets whose names begin as somebody types.
func (p *Plane) suggest(w http.ResponseWriter, r *http.Request) error {
	t, err := p.types(r)
	if err != nil {
		return err
	}
	q, err := p.typed(r, t, someSuggested)
	if err != nil {
		return err
	}
	found, err := p.Search.Query(r.Context(), q)
	if err != nil {
		return err
	}
	mark, value := search.NewMarker(q.Keywords), []any{}
	for i, row := range found.Hits {
		v, err := datamap.Show(row)
		if err != nil {
			return err
		}
		hit := t.hit(v, i)
		hit["@search.text"], _ = mark.Name(row.Name)
		value = append(value, hit)
	}
	api.Answer(w, http.StatusOK, map[string]any{"value": value})
	return nil
}

// autocomplete answers with words that the last one typed may become.
func (p *Plane) autocomplete(w http.ResponseWriter, r *http.Request) error {
	t, err := p.types(r)
	if err != nil {
		return err
	}
	q, err := p.typed(r, t, someCompleted)
	if err != nil {
		return err
	}
	words, err := p.Search.Words(r.Context(), q)
	if err != nil {
		return err
	}
	typed := strings.TrimLeft(q.Keywords, " \t")
	before := typed[:strings.LastIndexAny(typed, " \t./:")+1]
	value := []any{}
	for _, word := range words {
		value = append(value, map[string]any{"text": word, "queryPlusText": before + word})
	}
	api.Answer(w, http.StatusOK, map[string]any{"value": value})
	return nil
}
