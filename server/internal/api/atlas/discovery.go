package atlas

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/api"
	"github.com/purlieu/purlieu/server/internal/search"
)

type queryBody struct {
	Keywords *string         `json:"keywords"`
	Filter   json.RawMessage `json:"filter"`
	Limit    *int            `json:"limit"`
	Offset   int             `json:"offset"`
	Token    string          `json:"continuationToken"`
	Facets   []struct {
		Facet string `json:"facet"`
		Count int    `json:"count"`
	} `json:"facets"`
	AtLeast int64 `json:"purlieuAtLeast"` // wait until the index is complete up to this version
}

// maxHits is how many hits one answer holds.
const maxHits = 1000

func (p *Plane) query(w http.ResponseWriter, r *http.Request) error {
	var body queryBody
	if err := api.Read(r, &body); err != nil {
		return err
	}
	t, err := p.types(r)
	if err != nil {
		return err
	}
	q, err := p.request(r, body, t)
	if err != nil {
		return err
	}
	if q == nil { // nothing can match, or nothing may be seen
		api.Answer(w, http.StatusOK, map[string]any{"@search.count": 0, "@search.count.approximate": false, "@search.facets": nil, "value": []any{}})
		return nil
	}
	found, err := p.Search.Query(r.Context(), *q)
	if err != nil {
		return err
	}
	value := []any{}
	for i := range found.Hits {
		value = append(value, t.hit(found, i))
	}
	answer := map[string]any{
		"@search.count": found.Count, "@search.count.approximate": found.Approximate, "@search.facets": nil, "value": value,
		"purlieuComplete": found.Complete, "purlieuNewest": found.Newest,
	}
	if len(body.Facets) > 0 {
		answer["@search.facets"] = facets(body, found, t)
	}
	if after := q.Offset + len(found.Hits); len(found.Hits) == q.Limit && int64(after) < found.Count {
		answer["continuationToken"] = base64.RawURLEncoding.EncodeToString([]byte(strconv.Itoa(after)))
	}
	api.Answer(w, http.StatusOK, answer)
	return nil
}

// request is the published question in the words of the search room; nil when nothing can match.
func (p *Plane) request(r *http.Request, body queryBody, t types) (*search.Request, error) {
	readable, err := p.readable(r)
	if err != nil {
		return nil, err
	}
	q := search.Request{Collections: readable, Offset: body.Offset, Limit: 50, AtLeast: body.AtLeast}
	if body.Keywords != nil && *body.Keywords != "*" {
		q.Keywords = *body.Keywords
	}
	if body.Limit != nil {
		q.Limit = *body.Limit
	}
	if body.Token != "" {
		text, err := base64.RawURLEncoding.DecodeString(body.Token)
		if err == nil {
			q.Offset, err = strconv.Atoi(string(text))
		}
		if err != nil {
			return nil, fault.New(fault.Invalid, "ATLAS-400-00-01D", "the continuationToken is not one that was handed out")
		}
	}
	if q.Limit < 1 || q.Limit > maxHits || q.Offset < 0 || q.Offset > 100_000 {
		return nil, fault.New(fault.Invalid, "ATLAS-400-00-01D", "limit must be 1 to %d and offset 0 to 100000", maxHits)
	}
	for _, f := range body.Facets {
		if name := facetName(f.Facet); name != "" && !slices.Contains(q.Facets, name) {
			q.Facets = append(q.Facets, name)
		}
	}
	b, err := parseFilter(body.Filter, t)
	if err != nil {
		return nil, err
	}
	if b.empty || !b.narrow(&q) {
		return nil, nil
	}
	return &q, nil
}

// hit is one match. The score falls with the place: what the engines weigh differs, the order is what counts.
func (t types) hit(found search.Result, place int) map[string]any {
	e := found.Hits[place]
	out := map[string]any{
		"@search.score": 1 / float64(place+1), "id": model.GUID(uint64(e.ID), 0), "qualifiedName": e.QualifiedName, "name": e.Name,
		"entityType": e.Type, "description": nil, "owner": nil, "classification": []any{}, "label": []any{}, "term": []any{}, "contact": []any{},
		"assetType": []any{}, "collectionId": e.Collection, "createTime": api.Millis(e.Created), "updateTime": api.Millis(e.Modified),
		"purlieuSource": e.Source,
	}
	if title := t[e.Type].title; title != "" {
		out["assetType"] = []any{title}
	}
	if what := t.objectType(e.Type); what != "" {
		out["objectType"] = what
	}
	return out
}

// facetName is the search room's word for a published facet; "" for one that has no values here yet.
func facetName(published string) string {
	switch published {
	case "entityType", "assetType", "objectType":
		return "type"
	case "classification":
		return "class"
	case "collectionId":
		return "collection"
	case "purlieuSource":
		return "source"
	}
	return ""
}

func facets(body queryBody, found search.Result, t types) map[string]any {
	out := map[string]any{}
	for _, f := range body.Facets {
		values := []any{}
		sums, order := map[string]int64{}, []string{}
		for _, c := range found.Facets[facetName(f.Facet)] {
			word := c.Value
			switch f.Facet {
			case "assetType":
				word = t[c.Value].title
			case "objectType":
				word = t.objectType(c.Value)
			}
			if word == "" {
				continue
			}
			if _, seen := sums[word]; !seen {
				order = append(order, word)
			}
			sums[word] += c.Count
		}
		slices.SortStableFunc(order, func(a, b string) int { return int(sums[b] - sums[a]) })
		for i, word := range order {
			if f.Count > 0 && i == f.Count {
				break
			}
			values = append(values, map[string]any{"value": word, "count": sums[word]})
		}
		out[f.Facet] = values
	}
	return out
}
