package atlas

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/search"
)

// The bounds of a filter.
const (
	mostFilterDepth = 16
	mostFilterParts = 500
)

func unsupportedFilter(what string) error {
	return fault.New(fault.Unsupported, "FilterUnsupported", "%s is not served by this build's search", what).
		Try("Use entityType, assetType, objectType, classification, collectionId, label, term, contactId, contactType, purlieuSource, id, createTime, updateTime or fileExtension, or the attributeName name, qualifiedName, entityType, size, createTime or modifiedTime, joined by and, or and not")
}

func badFilter(text string, args ...any) error {
	return fault.New(fault.Invalid, "ATLAS-400-00-01D", text, args...)
}

// filtering reads one published filter, asked for at a time.
type filtering struct {
	types  types
	now    time.Time
	called func(types []string, qualifiedName string) ([]int64, error) // as datamap.Reader's
	parts  int
}

// filter reads the published filter of a request; nil where it narrows nothing.
func (p *Plane) filter(r *http.Request, raw json.RawMessage, t types) (*search.Filter, error) {
	f := filtering{types: t, now: p.Now(), called: func(types []string, qualifiedName string) ([]int64, error) {
		return p.Map.Called(r.Context(), types, qualifiedName)
	}}
	return f.whole(raw)
}

func (p *filtering) whole(raw json.RawMessage) (*search.Filter, error) {
	if len(raw) == 0 || string(raw) == "null" {
		return nil, nil
	}
	f, err := p.read(raw, 1)
	if err != nil {
		return nil, err
	}
	return &f, nil
}

func (p *filtering) read(raw json.RawMessage, depth int) (search.Filter, error) {
	if depth > mostFilterDepth {
		return search.Filter{}, badFilter("a filter is nested at most %d deep", mostFilterDepth)
	}
	if p.parts++; p.parts > mostFilterParts {
		return search.Filter{}, badFilter("a filter has at most %d parts", mostFilterParts)
	}
	var node map[string]json.RawMessage
	if err := json.Unmarshal(raw, &node); err != nil || node == nil {
		return search.Filter{}, badFilter("a filter must be an object")
	}
	var below bool
	if err := json.Unmarshal(orNull(node["includeSubTypes"]), &below); err != nil {
		return search.Filter{}, badFilter("includeSubTypes is true or false")
	}
	delete(node, "includeSubTypes")
	delete(node, "includeSubClassifications") // there are none
	if len(node) == 0 {
		return search.And(), nil
	}
	if node["attributeName"] != nil {
		return p.attribute(node)
	}
	if len(node) > 1 {
		return search.Filter{}, unsupportedFilter("a filter with several members")
	}
	for key, value := range node {
		switch key {
		case "and", "or":
			return p.join(key, value, depth)
		case "not":
			part, err := p.read(value, depth+1)
			return search.Not(part), err
		default:
			return p.leaf(key, value, below)
		}
	}
	return search.And(), nil
}

func orNull(raw json.RawMessage) json.RawMessage {
	if raw == nil {
		return json.RawMessage("null")
	}
	return raw
}

func (p *filtering) join(how string, raw json.RawMessage, depth int) (search.Filter, error) {
	var list []json.RawMessage
	if err := json.Unmarshal(raw, &list); err != nil {
		return search.Filter{}, badFilter("%s takes a list of filters", how)
	}
	parts := make([]search.Filter, 0, min(len(list), mostFilterParts))
	for _, item := range list {
		part, err := p.read(item, depth+1)
		if err != nil {
			return part, err
		}
		parts = append(parts, part)
	}
	if how == "and" || len(parts) == 0 {
		return search.And(parts...), nil
	}
	return search.Or(parts...), nil
}

func (p *filtering) leaf(key string, raw json.RawMessage, below bool) (search.Filter, error) {
	if key == "createTime" || key == "updateTime" {
		return p.time(key, raw)
	}
	facet := facetName(key)
	if facet == "" && key != "id" {
		return search.Filter{}, unsupportedFilter("the filter " + clip(key))
	}
	var value string
	if err := json.Unmarshal(raw, &value); err != nil || value == "" {
		return search.Filter{}, badFilter("%s takes a text", key)
	}
	t := p.types
	switch {
	case key == "id":
		return rowOf(value)
	case key == "fileExtension":
		files := t.named(func(name string) bool { return t[name].def.File })
		return search.And(search.Is("type", files...), search.Is("extension", strings.ToLower(strings.TrimPrefix(value, ".")))), nil
	case key == "assetType":
		return search.Is(facet, t.named(func(name string) bool { return t[name].title == value })...), nil
	case key == "objectType":
		return search.Is(facet, t.named(func(name string) bool { return t.objectType(name) == value })...), nil
	case key == "entityType" && below:
		return search.Is(facet, append(t.named(func(name string) bool { return t[name].def.Super == value }), value)...), nil
	}
	return search.Is(facet, value), nil
}

// rowOf is the one entity of a guid; columns are not found by themselves.
func rowOf(guid string) (search.Filter, error) {
	id, column, err := model.ParseGUID(guid)
	if fault.Is(err, fault.Invalid) {
		return search.Filter{}, noGUIDAtAll(guid)
	}
	if err != nil || column != 0 {
		return search.Or(), nil
	}
	return search.Rows(int64(id)), nil //nolint:gosec // rows are counted from 1
}

// named are the types for which want holds.
func (t types) named(want func(string) bool) (out []string) {
	for name := range t {
		if want(name) {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}
