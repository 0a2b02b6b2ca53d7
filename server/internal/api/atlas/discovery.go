package atlas

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/server/internal/api"
	"github.com/purlieu/purlieu/server/internal/search"
)

type queryBody struct {
	Keywords *string             `json:"keywords"`
	Filter   json.RawMessage     `json:"filter"`
	Limit    *int                `json:"limit"`
	Offset   int                 `json:"offset"`
	Token    string              `json:"continuationToken"`
	OrderBy  []map[string]string `json:"orderby"`
	Facets   []facetBody         `json:"facets"`
	Taxonomy json.RawMessage     `json:"taxonomySetting"`
	AtLeast  int64               `json:"purlieuAtLeast"` // wait until the index is complete up to this version
}

type facetBody struct {
	Facet string `json:"facet"`
	Count int    `json:"count"`
	Sort  *struct {
		Count string `json:"count"`
		Value string `json:"value"`
	} `json:"sort"`
}

// The bounds of a question: hits of one answer, and the offset that it may begin at.
const (
	maxHits   = 1000
	maxOffset = 10_000
)

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
	found, err := p.Search.Query(r.Context(), *q)
	if err != nil {
		return err
	}
	value, err := t.hits(found, *q)
	if err != nil {
		return err
	}
	answer := map[string]any{
		"@search.count": found.Count, "@search.count.approximate": found.Approximate, "@search.facets": nil, "value": value,
		"purlieuComplete": found.Complete, "purlieuNewest": found.Newest,
	}
	if len(body.Facets) > 0 {
		answer["@search.facets"] = facets(body, found, t)
	}
	if found.Next != "" {
		answer["continuationToken"] = tokenOf(found.Next)
	}
	api.Answer(w, http.StatusOK, answer)
	return nil
}

// request is the published question in the words of the search room.
func (p *Plane) request(r *http.Request, body queryBody, t types) (*search.Request, error) {
	readable, err := p.readable(r)
	if err != nil {
		return nil, err
	}
	q := search.Request{Collections: readable, Offset: body.Offset, Limit: 50, AtLeast: body.AtLeast}
	if body.Keywords != nil {
		q.Keywords = *body.Keywords
	}
	if body.Limit != nil {
		q.Limit = *body.Limit
	}
	if q.Limit < 1 || q.Limit > maxHits || q.Offset < 0 || q.Offset > maxOffset {
		return nil, fault.New(fault.Invalid, "ATLAS-400-00-01D", "limit must be 1 to %d and offset 0 to %d", maxHits, maxOffset).
			Try("Go on page by page with the continuationToken")
	}
	if q.Order, err = orderOf(body.OrderBy); err != nil {
		return nil, err
	}
	if q.After, err = placeOf(body.Token); err != nil {
		return nil, err
	}
	for _, f := range body.Facets {
		if f.Count < 0 || f.Sort != nil && (!order(f.Sort.Count) || !order(f.Sort.Value)) {
			return nil, fault.New(fault.Invalid, "ATLAS-400-00-01D", "a facet has a count from 0 and is sorted asc or desc")
		}
		if !knownFacet(f.Facet) {
			return nil, fault.New(fault.Unsupported, "ATLAS-501-00-001", "hits can't be counted by %s", clip(f.Facet)).
				Try("Use assetType, classification, collectionId, contactId, contactType, entityType, fileExtension, label, objectType or term")
		}
		if name := facetName(f.Facet); name != "" && !slices.Contains(q.Facets, name) {
			q.Facets = append(q.Facets, name)
		}
	}
	if len(body.Taxonomy) > 0 && !api.SaysNothing(body.Taxonomy) {
		return nil, fault.New(fault.Unsupported, "ATLAS-501-00-001", "a search can't be asked with a taxonomySetting").Try("Use facets, and a filter of assetType")
	}
	q.Filter, err = p.filter(r, body.Filter, t)
	return &q, err
}

// placeOf is the place that a continuationToken stands for; "" for none.
func placeOf(token string) (string, error) {
	text, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || !utf8.Valid(text) {
		return "", fault.New(fault.Invalid, "ATLAS-400-00-01D", "the continuationToken is not one that was handed out")
	}
	return string(text), nil
}

// tokenOf is a place as it is handed out.
func tokenOf(place string) string { return base64.RawURLEncoding.EncodeToString([]byte(place)) }

// mostOrders is how many fields hits can be put in order by.
const mostOrders = 8

// orderOf is the order that is asked for; none is the best first.
func orderOf(list []map[string]string) (out []search.Order, err error) {
	if len(list) > mostOrders {
		return nil, fault.New(fault.Invalid, "ATLAS-400-00-01D", "orderby takes at most %d fields", mostOrders)
	}
	scored := false
	for _, by := range list {
		if len(by) != 1 {
			return nil, fault.New(fault.Invalid, "ATLAS-400-00-01D", "orderby is a list of objects with one field each")
		}
		for field, way := range by {
			if way = strings.ToLower(way); !order(way) {
				return nil, fault.New(fault.Invalid, "ATLAS-400-00-01D", "orderby says ASC or DESC of each field")
			}
			o := search.Order{Down: way == "desc"}
			switch field {
			case "name":
				o.Field = search.ByName
			case "createTime":
				o.Field = search.ByCreated
			case "updateTime", "modifiedTime":
				o.Field = search.ByModified
			case "@search.score", "score":
				if way == "desc" && len(out) == 0 {
					scored = true // no two hits have the same score: what comes behind never counts
					continue
				}
				field = "the score, ascending or behind another field"
				fallthrough
			default:
				return nil, fault.New(fault.Unsupported, "OrderUnsupported", "hits can't be put in order by %s", clip(field)).
					Try("Use name, createTime, updateTime, or @search.score descending as the first")
			}
			if !scored {
				out = append(out, o)
			}
		}
	}
	return out, nil
}

func order(word string) bool { return word == "" || word == "asc" || word == "desc" }

// facetName is the search room's word for a published facet; "" for one that has no values here.
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
	case "contactId":
		return "contact"
	case "fileExtension":
		return "extension"
	case "contactType", "label", "term":
		return published
	}
	return ""
}

// knownFacet reports whether hits can be counted by a published facet. Of glossaries and their terms there are none: the
// counts of those are empty, and true.
func knownFacet(published string) bool {
	return facetName(published) != "" || slices.Contains([]string{"glossaryType", "termStatus", "termTemplate"}, published)
}

// facets are the counts of each facet that was asked for, in the order asked for; most frequent first else.
func facets(body queryBody, found search.Result, t types) map[string]any {
	type one struct {
		value string
		count int64
	}
	out := map[string]any{}
	for _, f := range body.Facets {
		var list []one
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
			i := slices.IndexFunc(list, func(o one) bool { return o.value == word })
			if i < 0 {
				i, list = len(list), append(list, one{value: word})
			}
			list[i].count += c.Count
		}
		slices.SortStableFunc(list, func(a, b one) int {
			switch {
			case f.Sort != nil && f.Sort.Value == "asc":
				return strings.Compare(a.value, b.value)
			case f.Sort != nil && f.Sort.Value == "desc":
				return strings.Compare(b.value, a.value)
			case f.Sort != nil && f.Sort.Count == "asc":
				return int(a.count - b.count)
			}
			return int(b.count - a.count)
		})
		values := []any{}
		for i, o := range list {
			if f.Count > 0 && i == f.Count {
				break
			}
			values = append(values, map[string]any{"value": o.value, "count": o.count})
		}
		out[f.Facet] = values
	}
	return out
}
