package sqlite

import (
	"context"
	"encoding/json"
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

// narrow takes a filter apart: what is a matter of tags becomes a condition of the match language, all else joins rest.
func (x index) narrow(ctx context.Context, f store.Filter, rest *clause) (condition, error) {
	if f.Tagged() {
		return x.resolve(ctx, f)
	}
	tags := condition{op: store.FilterAnd}
	parts := []store.Filter{f}
	if f.Op == store.FilterAnd {
		parts = f.Parts
	}
	for _, part := range parts {
		if part.Op == store.FilterAnd || part.Tagged() {
			c, err := x.narrow(ctx, part, rest)
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
		if rest.text == "" {
			rest.text = `1`
		}
		*rest = rest.and(c)
	}
	return tags, nil
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
		ids, err := x.tagsOf(ctx, f.Kind, f.Values)
		if err != nil || len(ids) == 0 {
			return clause{text: `0`}, err
		}
		switch f.Kind {
		case store.TagType:
			return among(`found.type`, ids), nil
		case store.TagSource:
			return among(`found.source`, ids), nil
		case store.TagCollection:
			return among(`found.collection`, ids), nil
		}
		return meets(tagExpr(f.Kind, ids)), nil
	}
	var texts []string
	var all clause
	for _, part := range f.Parts {
		c, err := x.clause(ctx, part)
		if err != nil {
			return c, err
		}
		texts = append(texts, `(`+c.text+`)`)
		all.args = append(all.args, c.args...)
	}
	switch {
	case f.Op == store.FilterAnd:
		all.text = strings.Join(append([]string{`1`}, texts...), ` and `)
	case f.Op == store.FilterOr:
		all.text = strings.Join(append([]string{`0`}, texts...), ` or `)
	default:
		all.text = `not (` + strings.Join(append([]string{`0`}, texts...), ` or `) + `)`
	}
	return all, nil
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
