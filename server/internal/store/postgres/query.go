package postgres

import (
	"context"
	"maps"
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
	rankListed // without terms, or in another order
)

// asked is a query in the words of the engine.
type asked struct {
	all         string  // match expression over every field; "" when nothing narrows
	name        string  // match expression over names only; "" without terms
	bare        string  // name without the filters
	exact       string  // the whole name that comes first; "" when none does
	filters     string  // match expression of the filters; "" without
	collections []int64 // nil: every collection there is
	other       bool    // conditions on tags beside the collections
	rest        string  // conditions that look beyond tags; "" without. Their values are in args
	args        pgx.NamedArgs
	order       []store.IndexOrder
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
	skip := q.Skip()
	if skip <= bound && q.Limit > 0 {
		need = skip + q.Limit
	}
	if q.Uncounted {
		q.Facets = nil
	}
	places, stopped, count, groups, err := x.answer(ctx, a, q, need)
	if err != nil {
		return out, err
	}
	if !q.Uncounted {
		out.Count, out.Approximate = min(count, bound), count > bound
	}
	if len(q.Facets) > 0 {
		if out.Facets, err = x.facets(ctx, groups, q.Facets); err != nil {
			return out, err
		}
	}
	for _, p := range places[min(skip, len(places)):] {
		out.Entities, out.Last = append(out.Entities, p.Entity), p
	}
	if out.More = q.Limit > 0 && len(out.Entities) == q.Limit; stopped != nil {
		out.More, out.Last = true, *stopped
		out.Last.Owed = max(0, skip-len(places))
	}
	return out, nil
}

// answer gives the first need matches behind the query's place, in order, counts all up to one more than bound, and groups
// those that facets are counted of. Stopped is how far it came when it looked no further.
func (x index) answer(ctx context.Context, a asked, q store.IndexQuery, need int) (places []store.IndexPlace, stopped *store.IndexPlace, count int64, groups []alike, err error) {
	var after store.IndexPlace
	if q.After != nil {
		after = *q.After
	}
	best := a.name != "" && len(a.order) == 0
	listed := a.listing() && a.rest == "" && (len(a.order) == 0 || len(a.order) == 1 && a.order[0] == store.IndexOrder{})
	var named int64
	most := int64(bound)
	switch {
	case best:
		places, count, named, groups, err = x.sorted(ctx, a, after, need, len(q.Facets) > 0)
	case !listed:
		most = a.mostSorted()
		places, count, groups, err = x.inOrder(ctx, a, after, need, most, len(q.Facets) > 0)
	case !q.Uncounted:
		count, groups, err = x.count(ctx, a, len(q.Facets) > 0)
	}
	switch {
	case err != nil || need == 0, !listed && count <= most:
	case best:
		places, err = x.ranked(ctx, a, after, need, named)
	case listed:
		places, err = x.listed(ctx, a, after, need)
	default:
		places, stopped, err = x.walk(ctx, a, after, need)
	}
	return places, stopped, count, groups, err
}

// listing tells that nothing narrows but the collections, and the rest.
func (a asked) listing() bool { return a.name == "" && !a.other }

// and is the rest behind other conditions.
func (a asked) and() string {
	if a.rest == "" {
		return ""
	}
	return ` and (` + a.rest + `)`
}

// with gives the values of a statement, with those of the rest.
func (a asked) with(args pgx.NamedArgs) []any {
	maps.Copy(args, a.args)
	return []any{args}
}

// sortedText finds all matches in one pass, and asks of each whether it matches by its name.
func sortedText(and string, facets bool) string {
	tags := ``
	if facets {
		tags = `, type, source, collection, classes`
	}
	return `with f as materialized (select entity, case when not words @@ @name::tsquery then 2 when exact = @exact and @exact <> '' then 0 else 1 end as rank` + tags + `
		from found where words @@ @all::tsquery` + and + ` limit @most),
	n as materialized (select count(*) as all, count(*) filter (where rank < 2) as named from f),
	r as materialized (select rank, entity from f where (rank, entity) > (@rank, @entity) order by rank, entity limit @need)
	select (select "all" from n), (select named from n), (select array_agg(rank order by rank, entity) from r),
		(select array_agg(entity order by rank, entity) from r), ` + alikeText(facets, `f`)
}

// sorted finds all matches at once and puts them in order, which is right where they are no more than bound. Named is how
// many of those that it counted match by their name.
func (x index) sorted(ctx context.Context, a asked, after store.IndexPlace, need int, facets bool) (out []store.IndexPlace, count, named int64, groups []alike, err error) {
	var ranks, ids []int64
	_, err = x.one(ctx, sortedText(a.and(), facets), a.with(pgx.NamedArgs{
		"name": a.bare, "all": a.all, "most": bound + 1, "exact": a.exact, "rank": int64(after.Rank), "entity": after.Entity, "need": need, "bound": bound,
	}), &count, &named, &ranks, &ids, &groups)
	for i, id := range ids {
		out = append(out, store.IndexPlace{Rank: uint8(ranks[i]), Entity: id}) //nolint:gosec // 0 to 2
	}
	return out, count, named, groups, err
}

// What a query needs to know first: how far the index is complete, the reader's collections, and how many there are.
const beforeText = `select coalesce((select case when entity <> 0 then version - 1 else version end from follower where name = $1), 0),
	(select array_agg(id) from tag where kind = $2 and value = any($3)), (select count(*) from tag where kind = $2)`

// ask turns the query into match expressions, for a reader of the collections ids, of n; false when nothing can match.
func (x index) ask(ctx context.Context, q store.IndexQuery, ids []int64, n int) (asked, bool, error) {
	a := asked{order: q.Order}
	if len(ids) == 0 {
		return a, false, nil
	}
	var filters []string
	if n > len(ids) {
		a.collections = ids
		filters = append(filters, tagExpr(store.TagCollection, ids))
	}
	a.args = pgx.NamedArgs{"collections": a.collections}
	if q.Filter != nil {
		text, some, err := x.narrow(ctx, *q.Filter, &a)
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
		return text
	}
	narrowed := func(text string) string { return strings.Join(append([]string{text}, filters...), ` & `) }
	a.bare = either(name)
	a.name = narrowed(a.bare)
	if a.all = a.name; !q.NameOnly {
		a.all = narrowed(either(all))
	}
	return a, true, nil
}

// where is the condition that a row matches, for statements whose values come from with.
func (a asked) where() string {
	switch {
	case !a.listing():
		return `words @@ @all::tsquery` + a.and()
	case a.collections != nil:
		return `collection = any(@collections)` + a.and()
	}
	return `true` + a.and()
}

// count counts the matches up to one more than bound.
func (x index) count(ctx context.Context, a asked, facets bool) (n int64, groups []alike, err error) {
	_, err = x.one(ctx, `select (select count(*) from (select 1 from found where `+a.where()+` limit @most) f), `+alikeText(facets, `found where `+a.where()),
		a.with(pgx.NamedArgs{"all": a.all, "most": bound + 1, "bound": bound}), &n, &groups)
	return n, groups, err
}

// listed gives what is in the collections, by name.
func (x index) listed(ctx context.Context, a asked, from store.IndexPlace, need int) ([]store.IndexPlace, error) {
	text := `select exact, entity from found where (exact, entity) > (@exact, @entity) order by exact, entity limit @need`
	if a.collections != nil { // the lists of the collections, merged
		text = `select f.exact, f.entity from unnest(@collections::bigint[]) c (id) cross join lateral
			(select exact, entity from found where collection = c.id and (exact, entity) > (@exact, @entity) order by exact, entity limit @need) f
			order by f.exact, f.entity limit @need`
	}
	var out []store.IndexPlace
	err := x.each(ctx, text, a.with(pgx.NamedArgs{"exact": from.Exact, "entity": from.Entity, "need": need}), func(rows pgx.Rows) error {
		p := store.IndexPlace{Rank: rankListed}
		err := rows.Scan(&p.Exact, &p.Entity)
		out = append(out, p)
		return err
	})
	return out, err
}
