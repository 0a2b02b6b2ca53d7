package postgres

import (
	"context"
	"strconv"
	"strings"

	"github.com/purlieu/purlieu/server/internal/store"
)

// narrow takes a filter apart: what is a matter of tags becomes a condition of the match language, all else joins the rest.
func (x index) narrow(ctx context.Context, f store.Filter, a *asked) (text string, some bool, err error) {
	if f.Tagged() {
		return x.filter(ctx, f)
	}
	parts := []store.Filter{f}
	if f.Op == store.FilterAnd {
		parts = f.Parts
	}
	var texts []string
	for _, part := range parts {
		if part.Op == store.FilterAnd || part.Tagged() {
			text, some, err := x.narrow(ctx, part, a)
			if err != nil || !some {
				return "", false, err
			}
			if text != "" {
				texts = append(texts, text)
			}
			continue
		}
		text, err := x.condition(ctx, part, a)
		if err != nil {
			return "", false, err
		}
		a.rest = strings.TrimPrefix(a.rest+` and (`+text+`)`, ` and `)
	}
	return joined(texts, ` & `), true, nil
}

// condition is a filter as a condition on a row of found, with its values in a.args.
func (x index) condition(ctx context.Context, f store.Filter, a *asked) (string, error) {
	switch f.Op {
	case store.FilterCreated:
		return a.within(`created`, f), nil
	case store.FilterModified:
		return a.within(`modified`, f), nil
	case store.FilterNamed:
		return `exact = ` + a.bind(f.Exact) + ` and exists (select 1 from entity where id = found.entity and name = any(` + a.bind(f.Values) + `))`, nil
	case store.FilterSize:
		return `coalesce((select bytes from measure where entity = found.entity order by day desc limit 1) between ` +
			a.bind(f.Least) + ` and ` + a.bind(f.Most) + `, false)`, nil
	case store.FilterRows:
		return `entity = any(` + a.bind(f.Rows) + `)`, nil
	case store.FilterIs:
		ids, err := x.tagsOf(ctx, f.Kind, f.Values)
		if err != nil || len(ids) == 0 {
			return `false`, err
		}
		return `coalesce(words, '') @@ ` + a.bind(tagExpr(f.Kind, ids)) + `::tsquery`, nil
	}
	var texts []string
	for _, part := range f.Parts {
		text, err := x.condition(ctx, part, a)
		if err != nil {
			return "", err
		}
		texts = append(texts, `(`+text+`)`)
	}
	switch f.Op {
	case store.FilterAnd:
		return strings.Join(append(texts, `true`), ` and `), nil
	case store.FilterOr:
		return strings.Join(append(texts, `false`), ` or `), nil
	}
	return `not (` + strings.Join(append(texts, `false`), ` or `) + `)`, nil
}

// within is the condition that a column is in the filter's span of time.
func (a *asked) within(column string, f store.Filter) string {
	text := `true`
	if !f.From.IsZero() {
		text += ` and ` + column + ` >= ` + a.bind(micros(f.From))
	}
	if !f.To.IsZero() {
		text += ` and ` + column + ` < ` + a.bind(micros(f.To))
	}
	return text
}

// bind gives a value of the rest its name.
func (a *asked) bind(v any) string {
	name := "rest" + strconv.Itoa(len(a.args))
	a.args[name] = v
	return "@" + name
}

// filter is a condition in the match language; "" is met by everything, and false says that nothing meets it.
func (x index) filter(ctx context.Context, f store.Filter) (text string, some bool, err error) {
	if f.Op == store.FilterIs {
		ids, err := x.tagsOf(ctx, f.Kind, f.Values)
		if err != nil || len(ids) == 0 {
			return "", false, err
		}
		return tagExpr(f.Kind, ids), true, nil
	}
	var parts []string
	all, none := false, false // some part is met by everything, or by nothing
	for _, part := range f.Parts {
		text, some, err := x.filter(ctx, part)
		switch {
		case err != nil:
			return "", false, err
		case !some:
			none = true
		case text == "":
			all = true
		default:
			parts = append(parts, text)
		}
	}
	if f.Op == store.FilterAnd {
		return joined(parts, ` & `), !none, nil
	}
	text, some = joined(parts, ` | `), all || len(parts) > 0
	if all {
		text = ""
	}
	switch {
	case f.Op == store.FilterOr:
		return text, some, nil
	case text != "":
		return `!` + text, true, nil
	}
	return "", !some, nil
}

func joined(parts []string, op string) string {
	if len(parts) == 0 {
		return ""
	}
	return `(` + strings.Join(parts, op) + `)`
}

// tagsOf gives the numbers of the values that have one.
func (x index) tagsOf(ctx context.Context, kind store.TagKind, values []string) ([]int64, error) {
	return x.ids(ctx, `select id from tag where kind = $1 and value = any($2)`, string(kind), values)
}

func tagExpr(kind store.TagKind, ids []int64) string {
	parts := make([]string, len(ids))
	for i, id := range ids {
		parts[i] = phrase(isTag, string(kind)+strconv.FormatInt(id, 10), false)
	}
	return joined(parts, ` | `)
}

// phrase is one word as the match language takes it.
func phrase(where byte, word string, prefix bool) string {
	p := string(appendLexeme(nil, where, word))
	if prefix {
		p += `:*`
	}
	return p
}
