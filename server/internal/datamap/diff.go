package datamap

import (
	"encoding/json"
	"reflect"

	"github.com/purlieu/purlieu/model"
)

// Difference is one thing that differs between two readings of an entity.
type Difference struct {
	What string `json:"what"` // "comment", "owner", "column", "class", "key", "index", "text", an attribute's name
	Name string `json:"name,omitempty"`
	Old  any    `json:"old,omitempty"`
	New  any    `json:"new,omitempty"`
}

// diff lists what differs, as JSON; columns, keys and indexes by name.
func diff(old, next *model.Asset) []byte {
	var out []Difference
	text := func(what, a, b string) {
		if a != b {
			out = append(out, Difference{What: what, Old: a, New: b})
		}
	}
	text("name", old.Name, next.Name)
	text("owner", old.Owner, next.Owner)
	text("comment", old.Comment, next.Comment)
	text("text", old.Text, next.Text)
	out = named(out, "column", old.Columns, next.Columns, func(c model.Column) string { return c.Name })
	out = named(out, "class", old.Classes, next.Classes, func(c model.Class) string { return c.Name })
	out = named(out, "key", old.Keys, next.Keys, func(k model.Key) string { return k.Name })
	out = named(out, "index", old.Indexes, next.Indexes, func(i model.Index) string { return i.Name })
	out = named(out, "attribute", old.Attrs, next.Attrs, func(a model.Attr) string { return a.Name })
	if len(out) == 0 {
		return nil
	}
	raw, err := json.Marshal(out)
	if err != nil {
		return nil // plain data always encodes
	}
	return raw
}

func named[T any](out []Difference, what string, old, next []T, name func(T) string) []Difference {
	before := make(map[string]T, len(old))
	for _, o := range old {
		before[name(o)] = o
	}
	for _, n := range next {
		o, had := before[name(n)]
		switch {
		case !had:
			out = append(out, Difference{What: what, Name: name(n), New: n})
		case !reflect.DeepEqual(o, n):
			out = append(out, Difference{What: what, Name: name(n), Old: o, New: n})
		}
		delete(before, name(n))
	}
	for _, o := range old {
		if _, gone := before[name(o)]; gone {
			out = append(out, Difference{What: what, Name: name(o), Old: o})
			delete(before, name(o))
		}
	}
	return out
}
