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

// The ranks of places.
const (
	rankExact = iota
	rankName
	rankRest
	rankListed // without terms: by name
)

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
	var mine []int64 // of the reader's collections
	var collections int
	if _, err := x.one(ctx, beforeText, []any{store.IndexFollower, string(store.TagCollection), q.Collections}, &out.Complete, &mine, &collections); err != nil {
		return out, err
	}
	a, ok, err := x.ask(ctx, q, mine, collections)
	if err != nil || !ok {
		return out, err
	}
	need := 0
	if q.Offset < bound && q.Limit > 0 {
		need = min(q.Offset+q.Limit, bound)
	}
	places, count, err := x.answer(ctx, a, q, need)
	if err != nil {
		return out, err
	}
	if !q.Uncounted {
		out.Count, out.Approximate = min(count, bound), count > bound
		if len(q.Facets) > 0 {
			if out.Facets, err = x.facets(ctx, a, q.Facets); err != nil {
				return out, err
			}
		}
	}
	for _, p := range places[min(q.Offset, len(places)):] {
		out.Entities, out.Last = append(out.Entities, p.Entity), p
	}
	return out, nil
}

// answer gives the first need matches behind the query's place, in order, and counts all up to one more than bound.
func (x index) answer(ctx context.Context, a asked, q store.IndexQuery, need int) (places []store.IndexPlace, count int64, err error) {
	if a.name != "" {
		places, count, err = x.sorted(ctx, a, q.After, need)
		if err != nil || count <= bound {
			return places, count, err
		}
	} else if !q.Uncounted {
		if count, err = x.count(ctx, a); err != nil {
			return nil, 0, err
		}
	}
	if need == 0 {
		return nil, count, nil
	}
	places, err = x.best(ctx, a, q.After, need)
	return places, count, err
}

// The matches in names, and all; the rest is looked at only where names do not fill the page.
const sortedText = `with n as materialized (select entity, case when exact = $4 and $4 <> '' then 0 else 1 end as rank
		from found where words @@ $1::tsquery limit $3),
	f as materialized (select entity from found where words @@ $2::tsquery limit $3),
	a as materialized (select rank, entity from n where (rank, entity) > ($5, $6) order by rank, entity limit $7),
	z as materialized (select 2 as rank, entity from f where (select count(*) from a) < $7 and (2, entity) > ($5, $6)
		and entity not in (select entity from n) order by entity limit $7),
	r as materialized (select rank, entity from a union all select rank, entity from z order by 1, 2 limit $7)
	select (select count(*) from f), (select array_agg(rank order by rank, entity) from r),
		(select array_agg(entity order by rank, entity) from r)`

// sorted finds all matches at once and puts them in order, which is right where they are no more than bound.
func (x index) sorted(ctx context.Context, a asked, after *store.IndexPlace, need int) (out []store.IndexPlace, count int64, err error) {
	if after == nil {
		after = &store.IndexPlace{}
	}
	var ranks, ids []int64
	_, err = x.one(ctx, sortedText, []any{a.name, a.all, bound + 1, a.exact, int64(after.Rank), after.Entity, need}, &count, &ranks, &ids)
	for i, id := range ids {
		out = append(out, store.IndexPlace{Rank: uint8(ranks[i]), Entity: id}) //nolint:gosec // 0 to 2
	}
	return out, count, err
}

// What a query needs to know first: how far the index is complete, the reader's collections, and how many there are.
const beforeText = `select coalesce((select case when entity <> 0 then version - 1 else version end from follower where name = $1), 0),
	(select array_agg(id) from tag where kind = $2 and value = any($3)), (select count(*) from tag where kind = $2)`

// ask turns the query into match expressions, for a reader of the collections ids, of n; false when nothing can match.
func (x index) ask(ctx context.Context, q store.IndexQuery, ids []int64, n int) (asked, bool, error) {
	var a asked
	if len(ids) == 0 {
		return a, false, nil
	}
	var filters []string
	if n > len(ids) {
		a.collections = ids
		filters = append(filters, tagExpr(store.TagCollection, ids))
	}
	if q.Filter != nil {
		text, some, err := x.filter(ctx, *q.Filter)
		if err != nil || !some {
			return a, false, err
		}
		if text != "" {
			a.other = true
			filters = append(filters, text)
		}
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
	either := func(parts []string) string {
		text := strings.Join(parts, ` & `)
		if q.Exact != "" && (len(terms) > 1 || terms[0] != q.Exact) {
			text = `((` + text + `) | ` + phrase(inName, q.Exact, false) + `)`
		}
		return strings.Join(append([]string{text}, filters...), ` & `)
	}
	a.name = either(name)
	if a.all = a.name; !q.NameOnly {
		a.all = either(all)
	}
	return a, true, nil
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
	case a.other:
		return x.listed(ctx, `with f as materialized (select exact, entity from found where words @@ $1::tsquery limit $2)
			select exact, entity from f where (exact, entity) > ($3, $4) order by exact, entity limit $5`,
			a.all, bound, from.Exact, from.Entity, need)
	case a.collections == nil:
		return x.listed(ctx, `select exact, entity from found where (exact, entity) > ($1, $2) order by exact, entity limit $3`,
			from.Exact, from.Entity, need)
	default: // the lists of the collections, merged
		return x.listed(ctx, `select f.exact, f.entity from unnest($1::bigint[]) c (id) cross join lateral
			(select exact, entity from found where collection = c.id and (exact, entity) > ($2, $3) order by exact, entity limit $4) f
			order by f.exact, f.entity limit $4`, a.collections, from.Exact, from.Entity, need)
	}
}

func (x index) listed(ctx context.Context, text string, args ...any) ([]store.IndexPlace, error) {
	var out []store.IndexPlace
	err := x.each(ctx, text, args, func(rows pgx.Rows) error {
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
			ids, err = x.matches(ctx, a.name, a.exact, from, need-len(out))
		case rank == rankRest && a.all != a.name:
			ids, err = x.matches(ctx, a.all+` & !(`+a.name+`)`, "", from, need-len(out))
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

// exactly gives the matches whose whole name is asked for.
func (x index) exactly(ctx context.Context, a asked, from int64, need int) ([]int64, error) {
	if a.filters == "" {
		return x.ids(ctx, `select entity from found where exact = $1 and entity > $2 order by entity limit $3`, a.exact, from, need)
	}
	return x.ids(ctx, `select entity from found where exact = $1 and entity > $2 and coalesce(words, '') @@ $3::tsquery
		order by entity limit $4`, a.exact, from, a.filters, need)
}

const matchesText = `with f as materialized (select entity, exact from found where words @@ $1::tsquery limit $2)
	select (select count(*) from f), array(select entity from f where entity > $3 and exact <> $4 order by entity limit $5)`

const orderedText = `select entity from found where coalesce(words, '') @@ $1::tsquery and entity > $2 and exact <> $3
	order by entity limit $4`

// matches gives the first matches by entity but those of an exact name. The index finds them in the order of its own: up
// to bound they are sorted; more are so many that going through the entities in order meets enough of them soon.
func (x index) matches(ctx context.Context, expr, exact string, from int64, need int) ([]int64, error) {
	var found int
	var out []int64
	if _, err := x.one(ctx, matchesText, []any{expr, bound + 1, from, exact, need}, &found, &out); err != nil || found <= bound {
		return out, err
	}
	// coalesce hides the condition from the index of words.
	return x.ids(ctx, orderedText, expr, from, exact, need)
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
