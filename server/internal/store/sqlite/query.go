package sqlite

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
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
	rankListed // without terms, or in another order
)

// asked is a query in the words of the engine.
type asked struct {
	all         string  // match expression over every field; "" when nothing narrows
	name        string  // match expression over names only; "" without terms
	bare        string  // name without the tags
	heavy       bool    // the engine reads all there is of the last word before it gives the first match
	exact       string  // the whole name that comes first; "" when none does
	tags        string  // match expression of the collections and conditions on tags; "" when everything meets it
	collections []int64 // nil: every collection there is
	filtered    bool
	tagged      clause // the conditions on tags, as a row of found tells
	below       bool   // they look at the parent, of which only the index of words knows
	rest        clause // conditions that look beyond tags
	order       []store.IndexOrder
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
	var k *known
	if !q.Uncounted {
		if k, err = x.counted(ctx, a, q.Facets, &out); err != nil {
			return out, err
		}
	}
	skip := q.Skip()
	if skip > bound || q.Limit <= 0 {
		return out, nil
	}
	need := skip + q.Limit
	if !q.Uncounted && q.After == nil && !out.Approximate {
		need = min(need, int(out.Count)) // no looking for more than there are
	}
	places, stopped, err := x.best(ctx, a, k, q.After, need)
	if err != nil {
		return out, err
	}
	for _, p := range places[min(skip, len(places)):] {
		out.Entities, out.Last = append(out.Entities, p.Entity), p
	}
	if out.More = len(out.Entities) == q.Limit; stopped != nil {
		out.More, out.Last = true, *stopped
		out.Last.Owed = max(0, skip-len(places))
	}
	return out, nil
}

// ask turns the query into match expressions; false when nothing can match.
func (x index) ask(ctx context.Context, q store.IndexQuery) (asked, bool, error) {
	a := asked{order: q.Order}
	tags := condition{op: store.FilterAnd}
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
		tags.parts = append(tags.parts, condition{kind: store.TagCollection, ids: ids})
	}
	if q.Filter != nil {
		c, err := x.narrow(ctx, *q.Filter, &a)
		if err != nil {
			return a, false, err
		}
		tags.parts = append(tags.parts, c)
		a.filtered = c.match() != (match{})
	}
	m := tags.match()
	if m.none {
		return a, false, nil
	}
	a.tags = m.closed()
	var terms []string
	for _, t := range q.Terms {
		terms = append(terms, strings.FieldsFunc(t, between)...)
	}
	if len(terms) == 0 {
		a.all = a.tags
		return a, true, nil
	}
	a.exact = q.Exact
	var all, name []string
	for i, t := range terms {
		inName, inRest := phrase(inName, t, false), phrase(inRest, t, false)
		if q.Prefix && i == len(terms)-1 {
			if inName, inRest, err = x.last(ctx, t, &a); err != nil {
				return a, false, err
			}
		}
		name = append(name, inName)
		all = append(all, `(`+inName+` OR `+inRest+`)`)
	}
	either := func(parts []string) string {
		text := strings.Join(parts, ` AND `)
		if q.Exact != "" && (len(terms) > 1 || terms[0] != q.Exact) && !strings.ContainsFunc(q.Exact, between) {
			text = `((` + text + `) OR ` + phrase(inName, q.Exact, false) + `)`
		}
		return text
	}
	narrowed := func(text string) string {
		if m.yes != "" {
			text = m.yes + ` AND ` + text
		}
		return match{yes: text, no: m.no}.closed()
	}
	a.bare = either(name)
	a.name = narrowed(a.bare)
	if a.all = a.name; !q.NameOnly {
		a.all = narrowed(either(all))
	}
	return a, true, nil
}

// last is the last word, which may be the beginning of one, in the name and elsewhere.
func (x index) last(ctx context.Context, word string, a *asked) (name, rest string, err error) {
	name, heavy, err := x.beginning(ctx, inName, word)
	if err != nil {
		return "", "", err
	}
	rest, a.heavy, err = x.beginning(ctx, inRest, word)
	a.heavy = a.heavy || heavy
	return name, rest, err
}

// listing tells that nothing narrows but the collections, and the rest.
func (a asked) listing() bool { return a.name == "" && !a.filtered }

// plain tells that a row of found shows whether it matches: no words are asked for.
func (a asked) plain() bool { return a.name == "" && !a.below }

// mostSorted is how many matches are sorted: to look at a row is cheap unless the index of words must be asked.
func (a asked) mostSorted() int {
	if a.plain() {
		return bound
	}
	return mostSorted
}

// matches is where the rows are that match an expression and meet the rest: in word alone where that is enough.
func (a asked) matches(expr string) clause {
	if expr != "" && a.rest.text == "" && !a.listing() {
		return clause{` from word where word match ?`, []any{expr}}
	}
	return a.rows(expr)
}

// rows is matches with the columns of found.
func (a asked) rows(expr string) clause {
	c := clause{` from word cross join found on found.entity = word.rowid where word match ?`, []any{expr}}
	switch {
	case a.listing() && a.collections != nil:
		c = clause{` from found where 1`, nil}.and(among(`found.collection`, a.collections))
	case expr == "":
		c = clause{` from found where 1`, nil}
	}
	return c.and(a.rest)
}

// read runs a statement of the question: one that has conditions of its own is not kept.
func (x index) read(ctx context.Context, a asked, text string, args []any, scan func(rows *sql.Rows) error) error {
	if a.rest.text != "" {
		return x.once(ctx, text, args, scan)
	}
	return x.each(ctx, text, args, scan)
}

// count counts the matches up to most.
func (x index) count(ctx context.Context, a asked, most int) (n int64, err error) {
	m := a.matches(a.all)
	err = x.read(ctx, a, `select count(*) from (select 1`+m.text+` limit ?)`, append(m.args, most), func(rows *sql.Rows) error { return rows.Scan(&n) })
	return n, err
}

// best gives the first need matches behind a place, in order. Stopped is how far it came when it looked no further.
func (x index) best(ctx context.Context, a asked, k *known, after *store.IndexPlace, need int) (places []store.IndexPlace, stopped *store.IndexPlace, err error) {
	if after == nil {
		after = &store.IndexPlace{}
	}
	switch {
	case a.name != "" && len(a.order) == 0:
		places, err = x.ranked(ctx, a, k, *after, need)
		return places, nil, err
	case a.listing() && a.rest.text == "" && (len(a.order) == 0 || len(a.order) == 1 && a.order[0] == store.IndexOrder{}):
		places, err = x.listed(ctx, a, *after, need)
		return places, nil, err
	}
	return x.ordered(ctx, a, k, *after, need)
}

// listed gives what is in the collections, by name.
func (x index) listed(ctx context.Context, a asked, from store.IndexPlace, need int) ([]store.IndexPlace, error) {
	if a.collections == nil {
		return x.places(ctx, `select exact, entity from found where (exact, entity) > (?, ?) order by exact, entity limit ?`,
			from.Exact, from.Entity, need)
	}
	var all []store.IndexPlace
	for _, c := range a.collections {
		some, err := x.places(ctx, `select exact, entity from found where collection = ? and (exact, entity) > (?, ?)
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

func (x index) places(ctx context.Context, text string, args ...any) ([]store.IndexPlace, error) {
	var out []store.IndexPlace
	err := x.each(ctx, text, args, func(rows *sql.Rows) error {
		p := store.IndexPlace{Rank: rankListed}
		err := rows.Scan(&p.Exact, &p.Entity)
		out = append(out, p)
		return err
	})
	return out, err
}
