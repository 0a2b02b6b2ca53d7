package atlas

import (
	"encoding/json"
	"slices"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/server/internal/search"
)

// bounds is what a filter comes to: for each dimension the values allowed (nil: any). Dimensions are joined by "and",
// values within one by "or": the store's index answers exactly such questions.
type bounds struct {
	types, classes, collections, sources []string
	empty                                bool // nothing can match
}

func unsupportedFilter(what string) error {
	return fault.New(fault.Unsupported, "FilterUnsupported", "%s is not served by this build's search", what).
		Try("Use entityType, assetType, objectType, classification, collectionId or purlieuSource, joined by and; or only within one of them")
}

// parseFilter reads a published filter.
func parseFilter(raw json.RawMessage, t types) (bounds, error) {
	if len(raw) == 0 || string(raw) == "null" {
		return bounds{}, nil
	}
	var node map[string]json.RawMessage
	if err := json.Unmarshal(raw, &node); err != nil {
		return bounds{}, fault.New(fault.Invalid, "ATLAS-400-00-01D", "a filter must be an object")
	}
	delete(node, "includeSubTypes")
	delete(node, "includeSubClassifications")
	if len(node) == 0 {
		return bounds{}, nil
	}
	if len(node) > 1 {
		return bounds{}, unsupportedFilter("a filter with several members")
	}
	for key, value := range node {
		switch key {
		case "and", "or":
			var parts []json.RawMessage
			if err := json.Unmarshal(value, &parts); err != nil || len(parts) > 200 {
				return bounds{}, fault.New(fault.Invalid, "ATLAS-400-00-01D", "%s takes a list of at most 200 filters", key)
			}
			return join(key, parts, t)
		default:
			return leaf(key, value, t)
		}
	}
	return bounds{}, nil
}

func leaf(key string, raw json.RawMessage, t types) (bounds, error) {
	var value string
	switch key {
	case "entityType", "assetType", "objectType", "classification", "collectionId", "purlieuSource":
		if err := json.Unmarshal(raw, &value); err != nil || value == "" {
			return bounds{}, fault.New(fault.Invalid, "ATLAS-400-00-01D", "%s takes a text", key)
		}
	default:
		return bounds{}, unsupportedFilter("the filter " + clip(key))
	}
	var b bounds
	switch key {
	case "entityType":
		b.types = []string{value}
	case "assetType":
		b.types = t.named(func(name string) bool { return t[name].title == value })
	case "objectType":
		b.types = t.named(func(name string) bool { return t.objectType(name) == value })
	case "classification":
		b.classes = []string{value}
	case "collectionId":
		b.collections = []string{value}
	case "purlieuSource":
		b.sources = []string{value}
	}
	b.empty = b.types != nil && len(b.types) == 0
	return b, nil
}

// named are the types for which want holds, never nil.
func (t types) named(want func(string) bool) []string {
	out := []string{}
	for name := range t {
		if want(name) {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

func join(how string, parts []json.RawMessage, t types) (bounds, error) {
	var all bounds
	some := false // of an "or": whether any part can match
	for i, part := range parts {
		b, err := parseFilter(part, t)
		if err != nil {
			return all, err
		}
		if how == "and" {
			if all.classes != nil && b.classes != nil {
				return all, unsupportedFilter("and over two classifications")
			}
			all = all.and(b)
			continue
		}
		if some = some || !b.empty; b.empty && i > 0 {
			continue
		}
		if i == 0 || all.empty {
			all = b
			continue
		}
		if all, err = all.or(b); err != nil {
			return all, err
		}
	}
	if how == "or" && len(parts) > 0 {
		all.empty = !some
	}
	return all, nil
}

func (b bounds) and(o bounds) bounds {
	meet := func(x, y []string) []string {
		switch {
		case x == nil:
			return y
		case y == nil:
			return x
		}
		both := []string{}
		for _, v := range x {
			if slices.Contains(y, v) {
				both = append(both, v)
			}
		}
		return both
	}
	out := bounds{
		types: meet(b.types, o.types), collections: meet(b.collections, o.collections), sources: meet(b.sources, o.sources),
		classes: meet(b.classes, o.classes), empty: b.empty || o.empty,
	}
	for _, list := range [][]string{out.types, out.collections, out.sources, out.classes} {
		out.empty = out.empty || (list != nil && len(list) == 0)
	}
	return out
}

// or joins two bounds of one and the same dimension.
func (b bounds) or(o bounds) (bounds, error) {
	mine, theirs := b.dimensions(), o.dimensions()
	at := -1
	for i := range mine {
		if (*mine[i] == nil) != (*theirs[i] == nil) {
			return b, unsupportedFilter("or over different members")
		}
		if *mine[i] != nil {
			if at >= 0 {
				return b, unsupportedFilter("or over filters of several members")
			}
			at = i
		}
	}
	if at >= 0 {
		*mine[at] = append(*mine[at], *theirs[at]...)
	}
	return b, nil
}

func (b *bounds) dimensions() [4]*[]string {
	return [4]*[]string{&b.types, &b.classes, &b.collections, &b.sources}
}

// narrow lays the bounds over a request, and never widens what the reader may see; false when nothing is left.
func (b bounds) narrow(q *search.Request) bool {
	if b.collections != nil {
		q.Collections = slices.DeleteFunc(slices.Clone(q.Collections), func(c string) bool { return !slices.Contains(b.collections, c) })
	}
	q.Types, q.Sources, q.Classes = b.types, b.sources, b.classes
	return len(q.Collections) > 0
}
