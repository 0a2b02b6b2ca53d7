package postgres

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/purlieu/purlieu/server/internal/store"
)

// bound is how many matches a query counts, sorts and can be paged through; beyond it counts are approximate.
const bound = 10_000

// mostFacets is how many values of a facet are given.
const mostFacets = 50

// asked is a query in the words of the engine.
type asked struct {
	all         string  // match expression over every field; "" when nothing narrows
	name        string  // match expression over names only; "" without terms
	exact       string  // the whole name that comes first; "" when none does
	filters     string  // match expression of the filters; "" without
	collections []int64 // nil: every collection there is
	other       bool    // filters beside the collections
}

func (x index) Query(ctx context.Context, q store.IndexQuery) (store.IndexResult, error) {
	var out store.IndexResult
	version, entity, err := x.Cursor(ctx, store.IndexFollower)
	if err != nil {
		return out, err
	}
	if out.Complete = version; entity != 0 {
		out.Complete = version - 1
	}
	a, ok, err := x.ask(ctx, q)
	if err != nil || !ok {
		return out, err
	}
	if out.Count, err = x.count(ctx, a); err != nil {
		return out, err
	}
	if out.Count > bound {
		out.Count, out.Approximate = bound, true
	}
	if q.Offset < bound && q.Limit > 0 {
		need := min(q.Offset+q.Limit, bound)
		ids, err := x.best(ctx, a, need)
		if err != nil {
			return out, err
		}
		out.Entities = ids[min(q.Offset, len(ids)):]
	}
	if len(q.Facets) > 0 {
		out.Facets, err = x.facets(ctx, a, q.Facets)
	}
	return out, err
}

// ask turns the query into match expressions; false when nothing can match.
func (x index) ask(ctx context.Context, q store.IndexQuery) (asked, bool, error) {
	var a asked
	var filters []string
	for _, f := range []struct {
		kind   string
		values []string
	}{{tagCollection, q.Collections}, {tagType, q.Types}, {tagSource, q.Sources}, {tagClass, q.Classes}} {
		if len(f.values) == 0 && f.kind != tagCollection {
			continue
		}
		ids, err := x.ids(ctx, `select id from tag where kind = $1 and value = any($2)`, f.kind, f.values)
		if err != nil || len(ids) == 0 {
			return a, false, err
		}
		if f.kind == tagCollection {
			var n int
			if _, err := x.one(ctx, `select count(*) from tag where kind = $1`, []any{tagCollection}, &n); err != nil {
				return a, false, err
			}
			if n == len(ids) {
				continue
			}
			a.collections = ids
		} else {
			a.other = true
		}
		filters = append(filters, tagExpr(f.kind, ids))
	}
	a.filters = strings.Join(filters, ` & `)
	var terms []string
	for _, t := range q.Terms {
		terms = append(terms, strings.FieldsFunc(t, between)...)
	}
	if len(terms) == 0 {
		a.all = a.filters
		return a, true, nil
	}
	a.exact = q.Exact
	var all, name []string
	for i, t := range terms {
		prefix := q.Prefix && i == len(terms)-1
		inName, inRest := phrase(inName, t, prefix), phrase(inRest, t, prefix)
		name = append(name, inName)
		all = append(all, `(`+inName+` | `+inRest+`)`)
	}
	a.all = strings.Join(append(all, filters...), ` & `)
	a.name = strings.Join(append(name, filters...), ` & `)
	return a, true, nil
}

func tagExpr(kind string, ids []int64) string {
	parts := make([]string, len(ids))
	for i, id := range ids {
		parts[i] = phrase(isTag, kind+strconv.FormatInt(id, 10), false)
	}
	return `(` + strings.Join(parts, ` | `) + `)`
}

// phrase is one word as the match language takes it.
func phrase(where byte, word string, prefix bool) string {
	p := string(appendLexeme(nil, where, word))
	if prefix {
		p += `:*`
	}
	return p
}

// count counts the matches up to one more than bound.
func (x index) count(ctx context.Context, a asked) (int64, error) {
	var n int64
	if a.all == "" {
		_, err := x.one(ctx, `select count(*) from (select 1 from found limit $1) f`, []any{bound + 1}, &n)
		return n, err
	}
	_, err := x.one(ctx, `select count(*) from (select 1 from found where words @@ $1::tsquery limit $2) f`, []any{a.all, bound + 1}, &n)
	return n, err
}

// best gives the first need matches in order.
func (x index) best(ctx context.Context, a asked, need int) ([]int64, error) {
	switch {
	case a.name != "":
		return x.ranked(ctx, a, need)
	case a.other:
		return x.ids(ctx, `with f as materialized (select exact, entity from found where words @@ $1::tsquery limit $2)
			select entity from f order by exact, entity limit $3`, a.all, bound, need)
	case a.collections == nil:
		return x.ids(ctx, `select entity from found order by exact, entity limit $1`, need)
	default: // the lists of the collections, merged
		return x.ids(ctx, `select f.entity from unnest($1::bigint[]) c (id) cross join lateral
			(select exact, entity from found where collection = c.id order by exact, entity limit $2) f
			order by f.exact, f.entity limit $2`, a.collections, need)
	}
}

// ranked gives exact names, then matches in the name, then the rest; each by entity.
func (x index) ranked(ctx context.Context, a asked, need int) ([]int64, error) {
	out, err := x.exactly(ctx, a, need)
	if err != nil || len(out) == need {
		return out, err
	}
	seen := make(map[int64]bool, len(out))
	for _, id := range out {
		seen[id] = true
	}
	for _, expr := range []string{a.name, a.all} {
		ids, err := x.matches(ctx, expr, need+len(seen))
		if err != nil {
			return nil, err
		}
		for _, id := range ids {
			if len(out) == need {
				return out, nil
			}
			if !seen[id] {
				seen[id] = true
				out = append(out, id)
			}
		}
	}
	return out, nil
}

// exactly gives the matches whose whole name is asked for.
func (x index) exactly(ctx context.Context, a asked, need int) ([]int64, error) {
	switch {
	case a.exact == "":
		return nil, nil
	case a.filters == "":
		return x.ids(ctx, `select entity from found where exact = $1 order by entity limit $2`, a.exact, need)
	}
	return x.ids(ctx, `select entity from found where exact = $1 and coalesce(words, '') @@ $2::tsquery order by entity limit $3`,
		a.exact, a.filters, need)
}

const matchesText = `with f as materialized (select entity from found where words @@ $1::tsquery limit $2)
	select entity, (select count(*) from f) from f order by entity limit $3`

const orderedText = `select entity from found where coalesce(words, '') @@ $1::tsquery order by entity limit $2`

// matches gives the first matches by entity. The index finds them in the order of its own: up to bound they are sorted;
// more are so many that going through the entities in order meets enough of them soon.
func (x index) matches(ctx context.Context, expr string, need int) ([]int64, error) {
	var found int
	var out []int64
	err := x.each(ctx, matchesText, []any{expr, bound + 1, need}, func(rows pgx.Rows) error {
		var id int64
		err := rows.Scan(&id, &found)
		out = append(out, id)
		return err
	})
	if err != nil || found <= bound {
		return out, err
	}
	// coalesce hides the condition from the index of words.
	return x.ids(ctx, orderedText, expr, need)
}

func (x index) ids(ctx context.Context, text string, args ...any) ([]int64, error) {
	var out []int64
	err := x.each(ctx, text, args, func(rows pgx.Rows) error {
		var id int64
		err := rows.Scan(&id)
		out = append(out, id)
		return err
	})
	return slices.Clip(out), err
}
