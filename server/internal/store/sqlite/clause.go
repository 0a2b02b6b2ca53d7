package sqlite

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/purlieu/purlieu/server/internal/store"
)

// clause is a piece of a statement with the values that are bound in it. One without text is met by everything.
type clause struct {
	text string
	args []any
}

// and adds a condition.
func (c clause) and(other clause) clause {
	if other.text == "" {
		return c
	}
	return clause{c.text + ` and (` + other.text + `)`, append(append([]any{}, c.args...), other.args...)}
}

// meets is the condition that a row of found matches an expression; "" is met by everything.
func meets(expr string) clause {
	if expr == "" {
		return clause{}
	}
	return clause{`exists (select 1 from word where word match ? and word.rowid = found.entity)`, []any{expr}}
}

// among is the condition that a column has one of some numbers.
func among(column string, ids []int64) clause {
	list, _ := json.Marshal(ids) // numbers can be written
	return clause{column + ` in (select value from json_each(?))`, []any{string(list)}}
}

// narrow takes a filter apart: what is a matter of tags becomes a condition of the match language, and one of rows; all else
// joins the rest.
func (x index) narrow(ctx context.Context, f store.Filter, a *asked) (condition, error) {
	if f.Tagged() {
		c, err := x.resolve(ctx, f)
		a.tagged = both(a.tagged, c.row())
		a.below = a.below || c.below()
		return c, err
	}
	tags := condition{op: store.FilterAnd}
	parts := []store.Filter{f}
	if f.Op == store.FilterAnd {
		parts = f.Parts
	}
	for _, part := range parts {
		if part.Op == store.FilterAnd || part.Tagged() {
			c, err := x.narrow(ctx, part, a)
			if err != nil {
				return c, err
			}
			tags.parts = append(tags.parts, c)
			continue
		}
		c, err := x.clause(ctx, part)
		if err != nil {
			return tags, err
		}
		a.rest = both(a.rest, c)
	}
	return tags, nil
}

// both is the condition that two conditions hold, of which either may be without text.
func both(c, other clause) clause {
	if c.text == "" && other.text != "" {
		c.text = `1`
	}
	return c.and(other)
}

// clause is a filter as a condition on a row of found.
func (x index) clause(ctx context.Context, f store.Filter) (clause, error) {
	switch f.Op {
	case store.FilterCreated:
		return within(`found.created`, f), nil
	case store.FilterModified:
		return within(`found.modified`, f), nil
	case store.FilterNamed:
		names, _ := json.Marshal(f.Values) // texts can be written
		return clause{
			`found.exact = ? and exists (select 1 from entity where id = found.entity and name in (select value from json_each(?)))`,
			[]any{f.Exact, string(names)},
		}, nil
	case store.FilterSize:
		return clause{
			`coalesce((select bytes from measure where entity = found.entity order by day desc limit 1) between ? and ?, 0)`,
			[]any{f.Least, f.Most},
		}, nil
	case store.FilterRows:
		return among(`found.entity`, f.Rows), nil
	case store.FilterIs:
		c, err := x.resolve(ctx, f)
		return c.row(), err
	}
	var parts []clause
	for _, part := range f.Parts {
		c, err := x.clause(ctx, part)
		if err != nil {
			return c, err
		}
		parts = append(parts, c)
	}
	return combined(f.Op, parts), nil
}

// row is a condition over tags as one on a row of found.
func (c condition) row() clause {
	if c.op != store.FilterIs {
		var parts []clause
		for _, part := range c.parts {
			parts = append(parts, part.row())
		}
		return combined(c.op, parts)
	}
	switch {
	case len(c.ids) == 0:
		return clause{text: `0`}
	case c.kind == store.TagType:
		return among(`found.type`, c.ids)
	case c.kind == store.TagSource:
		return among(`found.source`, c.ids)
	case c.kind == store.TagCollection:
		return among(`found.collection`, c.ids)
	case c.kind == store.TagParent:
		return meets(tagExpr(c.kind, c.ids))
	}
	var parts []clause
	for _, id := range c.ids {
		parts = append(parts, clause{`instr(' ' || found.classes || ' ', ?)`, []any{fmt.Sprintf(" %d ", id)}})
	}
	return combined(store.FilterOr, parts)
}

// below tells whether a condition looks at the parent, whose tag is among the words alone: to ask the index of words about a
// single row costs it up to all that it has of the tag.
func (c condition) below() bool {
	return c.op == store.FilterIs && c.kind == store.TagParent || slices.ContainsFunc(c.parts, condition.below)
}

// combined joins conditions on a row: and, or, and not, which is that none of them holds.
func combined(op store.FilterOp, parts []clause) (all clause) {
	texts, by := []string{`0`}, ` or `
	if op == store.FilterAnd {
		texts, by = []string{`1`}, ` and `
	}
	for _, p := range parts {
		texts = append(texts, `(`+p.text+`)`)
		all.args = append(all.args, p.args...)
	}
	if all.text = strings.Join(texts, by); op == store.FilterNot {
		all.text = `not (` + all.text + `)`
	}
	return all
}

// within is the condition that a column is in the filter's span of time.
func within(column string, f store.Filter) clause {
	c := clause{text: `1`}
	if !f.From.IsZero() {
		c = c.and(clause{column + ` >= ?`, []any{micros(f.From)}})
	}
	if !f.To.IsZero() {
		c = c.and(clause{column + ` < ?`, []any{micros(f.To)}})
	}
	return c
}
