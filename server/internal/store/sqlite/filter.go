package sqlite

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/purlieu/purlieu/server/internal/store"
)

// condition is a filter over the numbers of tags.
type condition struct {
	op    store.FilterOp
	kind  store.TagKind
	ids   []int64
	parts []condition
}

// resolve finds the numbers of a filter's values. One that no row has ever had has none.
func (x index) resolve(ctx context.Context, f store.Filter) (c condition, err error) {
	c.op, c.kind = f.Op, f.Kind
	if f.Op == store.FilterIs {
		c.ids, err = x.tagsOf(ctx, f.Kind, f.Values)
		return c, err
	}
	for _, part := range f.Parts {
		p, err := x.resolve(ctx, part)
		if err != nil {
			return c, err
		}
		c.parts = append(c.parts, p)
	}
	return c, nil
}

// tagsOf gives the numbers of the values that have one, without doubles.
func (x index) tagsOf(ctx context.Context, kind store.TagKind, values []string) ([]int64, error) {
	var ids []int64
	for _, v := range values {
		var id int64
		found, err := x.one(ctx, `select id from tag where kind = ? and value = ?`, []any{string(kind), v}, &id)
		if err != nil {
			return nil, err
		}
		if found {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids), nil
}

// match is a condition in the match language, which knows "not" only between two expressions: rows that match yes and
// do not match no. An empty yes is everything, an empty no nothing; none says that nothing matches at all.
type match struct {
	yes, no string
	none    bool
}

// everything is an expression that every row matches: each has a collection.
var everything = phrase(isTag, string(store.TagCollection), true)

// closed is one expression for both halves; "" is everything.
func (m match) closed() string {
	if m.no == "" {
		return m.yes
	}
	yes := m.yes
	if yes == "" {
		yes = everything
	}
	return `((` + yes + `) NOT ` + m.no + `)`
}

func (c condition) match() match {
	switch c.op {
	case store.FilterAnd:
		return matchAll(c.parts)
	case store.FilterOr:
		var some []string
		for _, p := range c.parts {
			m := p.match()
			if m.none {
				continue
			}
			text := m.closed()
			if text == "" {
				return match{}
			}
			some = append(some, text)
		}
		if len(some) == 0 {
			return match{none: true}
		}
		return match{yes: `(` + strings.Join(some, ` OR `) + `)`}
	case store.FilterNot:
		m := condition{op: store.FilterOr, parts: c.parts}.match()
		switch {
		case m.none:
			return match{}
		case m.yes == "":
			return match{none: true}
		}
		return match{no: m.yes}
	}
	if len(c.ids) == 0 {
		return match{none: true}
	}
	return match{yes: tagExpr(c.kind, c.ids)}
}

func matchAll(parts []condition) (all match) {
	var yes, no []string
	for _, p := range parts {
		m := p.match()
		if m.none {
			return m
		}
		if m.yes != "" {
			yes = append(yes, m.yes)
		}
		if m.no != "" {
			no = append(no, m.no)
		}
	}
	all.yes = strings.Join(yes, ` AND `)
	if len(yes) > 1 {
		all.yes = `(` + all.yes + `)`
	}
	if len(no) > 0 {
		all.no = `(` + strings.Join(no, ` OR `) + `)`
	}
	return all
}

func tagExpr(kind store.TagKind, ids []int64) string {
	parts := make([]string, len(ids))
	for i, id := range ids {
		parts[i] = phrase(isTag, string(kind)+strconv.FormatInt(id, 10), false)
	}
	return `(` + strings.Join(parts, ` OR `) + `)`
}

// phrase is one word as the match language takes it, with nothing in it that the language knows.
func phrase(where byte, word string, prefix bool) string {
	p := `"` + string(where) + strings.ReplaceAll(word, `"`, `""`) + `"`
	if prefix {
		p += ` *`
	}
	return p
}
