package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"

	"github.com/purlieu/purlieu/server/internal/store"
)

// known are the first matches of a question, by entity, as one pass over the index of words gives them: to set the index
// about a question anew costs as much as some hundred matches, so that count, facets and page all come from here. Of a
// listing nothing is known but whether there are more than bound.
type known struct {
	ids   []int64
	whole bool // there are no more
}

// first gives the first matches by entity behind one, at most so many. The question is not a mere listing.
func (x index) first(ctx context.Context, a asked, from int64, most int) (*known, error) {
	c := a.matches(a.all)
	if from > 0 {
		c = c.and(clause{`word.rowid > ?`, []any{from}})
	}
	k := new(known)
	// In one row: of many, each row costs more than the number in it.
	text := `select coalesce(group_concat(id, ' '), '') from (select word.rowid as id` + c.text + ` order by word.rowid limit ?)`
	err := x.read(ctx, a, text, append(c.args, most), func(rows *sql.Rows) error {
		var list string
		err := rows.Scan(&list)
		k.ids = idsIn(list)
		return err
	})
	k.whole = len(k.ids) < most
	return k, err
}

// atOnce is how many matches one statement of all gives.
const atOnce = 200_000

// entities is a set of them, a bit each.
type entities []uint64

func (e entities) has(id int64) bool { return id/64 < int64(len(e)) && e[id/64]&(1<<(id%64)) != 0 }

// all gives every match, whatever the rest, and begins with what is known.
func (x index) all(ctx context.Context, a asked, k *known) (set entities, err error) {
	if a.rest.text != "" { // of those that meet it only
		a.rest, k = clause{}, new(known)
	}
	for {
		last := int64(0)
		if n := len(k.ids); n > 0 {
			last = k.ids[n-1]
			set = append(set, make(entities, last/64+1-int64(len(set)))...)
		}
		for _, id := range k.ids {
			set[id/64] |= 1 << (id % 64)
		}
		if k.whole {
			return set, nil
		}
		if k, err = x.first(ctx, a, last, atOnce); err != nil {
			return nil, err
		}
	}
}

// rows is where the matches are, up to most, with the columns of found.
func (k *known) rows(most int) clause {
	list, _ := json.Marshal(k.ids[:min(most, len(k.ids))]) // numbers can be written
	return clause{` from json_each(?) as known cross join found on found.entity = known.value where 1`, []any{string(list)}}
}

// without gives the first need of them that are in no other place; false when there may be more of which it does not know.
func (k *known) without(places []store.IndexPlace, need int) ([]int64, bool) {
	taken := make(map[int64]struct{}, len(places))
	for _, p := range places {
		taken[p.Entity] = struct{}{}
	}
	var out []int64
	for _, id := range k.ids {
		if _, ok := taken[id]; !ok && len(out) < need {
			out = append(out, id)
		}
	}
	return out, k.whole || len(out) == need
}

// counted counts the matches and the facets, and gives what is known then: nothing where the matches need only be counted,
// which costs half of what it costs to know them.
func (x index) counted(ctx context.Context, a asked, facets []store.TagKind, out *store.IndexResult) (k *known, err error) {
	ranked := a.name != "" && len(a.order) == 0
	switch {
	case a.listing():
		if out.Facets, out.Count, err = x.facets(ctx, a, a.rows(a.all), facets); err != nil {
			return nil, err
		}
		if len(facets) == 0 || out.Count == bound { // there may be more than the facets counted
			out.Count, err = x.count(ctx, a, bound+1)
		}
		k = &known{whole: out.Count <= bound}
	case ranked && len(facets) == 0 && !a.heavy:
		out.Count, err = x.count(ctx, a, bound+1)
	default:
		most := bound + 1
		if !ranked { // all are sorted
			most = a.mostSorted() + 1
		}
		if k, err = x.first(ctx, a, 0, most); err != nil {
			return nil, err
		}
		out.Count = int64(len(k.ids))
		out.Facets, _, err = x.facets(ctx, a, k.rows(bound), facets)
	}
	if out.Count > bound {
		out.Count, out.Approximate = bound, true
	}
	return k, err
}
