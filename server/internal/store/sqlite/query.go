package sqlite

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"strconv"
	"strings"

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
	collections []int64 // nil: every collection there is
	sets        map[string][]int64
	other       bool // filters beside the collections
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
	a := asked{sets: make(map[string][]int64)}
	var filters []string
	for _, f := range []struct {
		kind   string
		values []string
	}{{tagCollection, q.Collections}, {tagType, q.Types}, {tagSource, q.Sources}, {tagClass, q.Classes}} {
		if len(f.values) == 0 && f.kind != tagCollection {
			continue
		}
		ids, err := x.tagsOf(ctx, f.kind, f.values)
		if err != nil || len(ids) == 0 {
			return a, false, err
		}
		a.sets[f.kind] = ids
		if f.kind == tagCollection {
			var n int
			if _, err := x.one(ctx, `select count(*) from tag where kind = ?`, []any{tagCollection}, &n); err != nil {
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
	var terms []string
	for _, t := range q.Terms {
		terms = append(terms, strings.FieldsFunc(t, between)...)
	}
	if len(terms) == 0 {
		a.all = strings.Join(filters, ` AND `)
		return a, true, nil
	}
	a.exact = q.Exact
	var all, name []string
	for i, t := range terms {
		prefix := q.Prefix && i == len(terms)-1
		inName, inRest := phrase(inName, t, prefix), phrase(inRest, t, prefix)
		name = append(name, inName)
		all = append(all, `(`+inName+` OR `+inRest+`)`)
	}
	a.all = strings.Join(append(all, filters...), ` AND `)
	a.name = strings.Join(append(name, filters...), ` AND `)
	return a, true, nil
}

// tagsOf gives the numbers of the values that have one, without doubles.
func (x index) tagsOf(ctx context.Context, kind string, values []string) ([]int64, error) {
	var ids []int64
	for _, v := range values {
		var id int64
		found, err := x.one(ctx, `select id from tag where kind = ? and value = ?`, []any{kind, v}, &id)
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

func tagExpr(kind string, ids []int64) string {
	parts := make([]string, len(ids))
	for i, id := range ids {
		parts[i] = phrase(isTag, kind+strconv.FormatInt(id, 10), false)
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

// count counts the matches up to one more than bound.
func (x index) count(ctx context.Context, a asked) (int64, error) {
	var n int64
	if a.all == "" {
		_, err := x.one(ctx, `select count(*) from (select 1 from found limit ?)`, []any{bound + 1}, &n)
		return n, err
	}
	err := x.each(ctx, `select count(*) from (select 1 from word where word match ? limit ?)`, []any{a.all, bound + 1},
		func(rows *sql.Rows) error { return rows.Scan(&n) })
	return n, err
}

// best gives the first need matches in order.
func (x index) best(ctx context.Context, a asked, need int) ([]int64, error) {
	switch {
	case a.name != "":
		return x.ranked(ctx, a, need)
	case a.other:
		return x.ids(ctx, `select entity from found where entity in (select rowid from word where word match ? limit ?)
			order by exact, entity limit ?`, a.all, bound, need)
	case a.collections == nil:
		return x.ids(ctx, `select entity from found order by exact, entity limit ?`, need)
	default:
		return x.byName(ctx, a.collections, need)
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
		ids, err := x.ids(ctx, `select rowid from word where word match ? order by rowid limit ?`, expr, need+len(seen))
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
	if a.exact == "" {
		return nil, nil
	}
	var out []int64
	err := x.each(ctx, `select entity, type, source, collection, classes from found where exact = ? order by entity limit ?`,
		[]any{a.exact, bound}, func(rows *sql.Rows) error {
			var id, typ, source, collection int64
			var classes string
			if err := rows.Scan(&id, &typ, &source, &collection, &classes); err != nil {
				return err
			}
			if len(out) < need && a.allows(tagType, typ) && a.allows(tagSource, source) &&
				a.allows(tagCollection, collection) && a.allows(tagClass, idsIn(classes)...) {
				out = append(out, id)
			}
			return nil
		})
	return out, err
}

// allows tells whether a filter lets any of the tags through.
func (a asked) allows(kind string, ids ...int64) bool {
	set, filtered := a.sets[kind]
	return !filtered || slices.ContainsFunc(ids, func(id int64) bool { return slices.Contains(set, id) })
}

// byName merges the lists of collections, each by name.
func (x index) byName(ctx context.Context, collections []int64, need int) ([]int64, error) {
	type row struct {
		exact  string
		entity int64
	}
	var all []row
	for _, c := range collections {
		if err := x.each(ctx, `select exact, entity from found where collection = ? order by exact, entity limit ?`,
			[]any{c, need}, func(rows *sql.Rows) error {
				var r row
				err := rows.Scan(&r.exact, &r.entity)
				all = append(all, r)
				return err
			}); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(all, func(a, b row) int { return cmp.Or(cmp.Compare(a.exact, b.exact), cmp.Compare(a.entity, b.entity)) })
	var out []int64
	for _, r := range all[:min(need, len(all))] {
		out = append(out, r.entity)
	}
	return out, nil
}

func (x index) ids(ctx context.Context, text string, args ...any) ([]int64, error) {
	var out []int64
	err := x.each(ctx, text, args, func(rows *sql.Rows) error {
		var id int64
		err := rows.Scan(&id)
		out = append(out, id)
		return err
	})
	return out, err
}

func idsIn(classes string) []int64 {
	var out []int64
	for f := range strings.FieldsSeq(classes) {
		if id, err := strconv.ParseInt(f, 10, 64); err == nil {
			out = append(out, id)
		}
	}
	return out
}
