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

// bound is how many matches a query counts and sorts; beyond it counts are approximate.
const bound = 10_000

// mostFacets is how many values of a facet are given.
const mostFacets = 50

// The ranks of places.
const (
	rankExact = iota
	rankName
	rankRest
	rankListed // without terms: by name
)

// asked is a query in the words of the engine.
type asked struct {
	all         string    // match expression over every field; "" when nothing narrows
	name        string    // match expression over names only; "" without terms
	exact       string    // the whole name that comes first; "" when none does
	tags        condition // what the tags of a match must meet
	collections []int64   // nil: every collection there is
	filtered    bool
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
	if !q.Uncounted {
		if out.Count, err = x.count(ctx, a); err != nil {
			return out, err
		}
		if out.Count > bound {
			out.Count, out.Approximate = bound, true
		}
		if len(q.Facets) > 0 {
			if out.Facets, err = x.facets(ctx, a, q.Facets); err != nil {
				return out, err
			}
		}
	}
	if q.Offset >= bound || q.Limit <= 0 {
		return out, nil
	}
	need := min(q.Offset+q.Limit, bound)
	if !q.Uncounted && q.After == nil && !out.Approximate {
		need = min(need, int(out.Count)) // no looking for more than there are
	}
	places, err := x.best(ctx, a, q.After, need)
	if err != nil {
		return out, err
	}
	for _, p := range places[min(q.Offset, len(places)):] {
		out.Entities, out.Last = append(out.Entities, p.Entity), p
	}
	return out, nil
}

// ask turns the query into match expressions; false when nothing can match.
func (x index) ask(ctx context.Context, q store.IndexQuery) (asked, bool, error) {
	a := asked{tags: condition{op: store.FilterAnd}}
	ids, err := x.tagsOf(ctx, store.TagCollection, q.Collections)
	if err != nil || len(ids) == 0 {
		return a, false, err
	}
	var n int
	if _, err := x.one(ctx, `select count(*) from tag where kind = ?`, []any{string(store.TagCollection)}, &n); err != nil {
		return a, false, err
	}
	if n > len(ids) {
		a.collections = ids
		a.tags.parts = append(a.tags.parts, condition{kind: store.TagCollection, ids: ids})
	}
	if q.Filter != nil {
		c, err := x.resolve(ctx, *q.Filter)
		if err != nil {
			return a, false, err
		}
		a.tags.parts = append(a.tags.parts, c)
		a.filtered = c.match() != (match{})
	}
	tags := a.tags.match()
	if tags.none {
		return a, false, nil
	}
	var terms []string
	for _, t := range q.Terms {
		terms = append(terms, strings.FieldsFunc(t, between)...)
	}
	if len(terms) == 0 {
		a.all = tags.closed()
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
	either := func(parts []string) string {
		text := strings.Join(parts, ` AND `)
		if q.Exact != "" && (len(terms) > 1 || terms[0] != q.Exact) && !strings.ContainsFunc(q.Exact, between) {
			text = `((` + text + `) OR ` + phrase(inName, q.Exact, false) + `)`
		}
		if tags.yes != "" {
			text = tags.yes + ` AND ` + text
		}
		return match{yes: text, no: tags.no}.closed()
	}
	a.name = either(name)
	if a.all = a.name; !q.NameOnly {
		a.all = either(all)
	}
	return a, true, nil
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

// best gives the first need matches behind a place, in order.
func (x index) best(ctx context.Context, a asked, after *store.IndexPlace, need int) ([]store.IndexPlace, error) {
	if a.name != "" {
		return x.ranked(ctx, a, after, need)
	}
	var from store.IndexPlace
	if after != nil {
		from = *after
	}
	switch {
	case a.filtered:
		return x.listed(ctx, `select exact, entity from found where entity in (select rowid from word where word match ? limit ?)
			and (exact, entity) > (?, ?) order by exact, entity limit ?`, a.all, bound, from.Exact, from.Entity, need)
	case a.collections == nil:
		return x.listed(ctx, `select exact, entity from found where (exact, entity) > (?, ?) order by exact, entity limit ?`,
			from.Exact, from.Entity, need)
	}
	var all []store.IndexPlace
	for _, c := range a.collections {
		some, err := x.listed(ctx, `select exact, entity from found where collection = ? and (exact, entity) > (?, ?)
			order by exact, entity limit ?`, c, from.Exact, from.Entity, need)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	slices.SortFunc(all, func(a, b store.IndexPlace) int {
		return cmp.Or(cmp.Compare(a.Exact, b.Exact), cmp.Compare(a.Entity, b.Entity))
	})
	return all[:min(need, len(all))], nil
}

func (x index) listed(ctx context.Context, text string, args ...any) ([]store.IndexPlace, error) {
	var out []store.IndexPlace
	err := x.each(ctx, text, args, func(rows *sql.Rows) error {
		p := store.IndexPlace{Rank: rankListed}
		err := rows.Scan(&p.Exact, &p.Entity)
		out = append(out, p)
		return err
	})
	return out, err
}

// ranked gives exact names, then matches in the name, then the rest; each by entity.
func (x index) ranked(ctx context.Context, a asked, after *store.IndexPlace, need int) ([]store.IndexPlace, error) {
	var out []store.IndexPlace
	if after == nil {
		after = &store.IndexPlace{}
	}
	for rank := after.Rank; rank <= rankRest && len(out) < need; rank++ {
		from := int64(0)
		if rank == after.Rank {
			from = after.Entity
		}
		var ids []int64
		var err error
		switch {
		case rank == rankExact && a.exact != "":
			ids, err = x.exactly(ctx, a, from, need-len(out))
		case rank == rankName:
			ids, err = x.ids(ctx, `select word.rowid from word join found on found.entity = word.rowid
				where word match ? and word.rowid > ? and found.exact <> ? order by word.rowid limit ?`, a.name, from, a.exact, need-len(out))
		case rank == rankRest && a.all != a.name:
			ids, err = x.ids(ctx, `select rowid from word where word match ? and rowid > ? order by rowid limit ?`,
				`(`+a.all+`) NOT (`+a.name+`)`, from, need-len(out))
		}
		if err != nil {
			return nil, err
		}
		for _, id := range ids {
			out = append(out, store.IndexPlace{Rank: rank, Entity: id})
		}
	}
	return out, nil
}

// exactly gives the matches whose whole name is asked for, of the first that have it.
func (x index) exactly(ctx context.Context, a asked, from int64, need int) ([]int64, error) {
	var out []int64
	err := x.each(ctx, `select entity, type, source, collection, classes from found where exact = ? and entity > ? order by entity limit ?`,
		[]any{a.exact, from, bound}, func(rows *sql.Rows) error {
			var id int64
			var others string
			tags := make([]int64, 3)
			if err := rows.Scan(&id, &tags[0], &tags[1], &tags[2], &others); err != nil {
				return err
			}
			if len(out) < need && a.tags.allows(append(tags, idsIn(others)...)) {
				out = append(out, id)
			}
			return nil
		})
	return out, err
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

func idsIn(tags string) []int64 {
	var out []int64
	for f := range strings.FieldsSeq(tags) {
		if id, err := strconv.ParseInt(f, 10, 64); err == nil {
			out = append(out, id)
		}
	}
	return out
}
