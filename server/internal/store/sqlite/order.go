package sqlite

import (
	"context"
	"database/sql"
	"slices"

	"github.com/purlieu/purlieu/server/internal/store"
)

// How many matches are sorted where the index of words must be asked, how many rows one step of a walk looks at, and how many
// a page may look at.
const (
	mostSorted = 100_000
	stepRows   = 1_000
	mostRows   = 50_000
)

// ordered gives the first need matches behind a place in an order: all are sorted where they are few, else the rows are gone
// through in that order, and stopped is how far when that took too long.
func (x index) ordered(ctx context.Context, a asked, k *known, from store.IndexPlace, need int) (out []store.IndexPlace, stopped *store.IndexPlace, err error) {
	by := store.Sorting(`found.`, a.order)
	switch {
	case k != nil:
	case a.listing():
		var n int64
		n, err = x.count(ctx, a, bound+1)
		k = &known{whole: n <= bound}
	default:
		k, err = x.first(ctx, a, 0, a.mostSorted()+1)
	}
	if err != nil {
		return nil, nil, err
	}
	if !k.whole {
		return x.walk(ctx, a, k, by, from, need)
	}
	c := a.rows(a.all)
	if !a.listing() {
		c = k.rows(mostSorted)
	}
	c = c.and(behind(by, from))
	text := `select found.entity, found.exact, found.modified` + c.text + ` order by ` + by.Text() + ` limit ?`
	err = x.once(ctx, text, append(c.args, need), func(rows *sql.Rows) error {
		p := store.IndexPlace{Rank: rankListed}
		err := rows.Scan(&p.Entity, &p.Exact, &p.Modified)
		out = append(out, p)
		return err
	})
	return out, nil, err
}

// walk goes through the rows of the account in their order, and looks at each. What only the index of words knows it is asked
// once, for all rows: to ask it about one costs up to as much. Only rows in the reader's collections count: where the walk
// stops tells nothing of the others.
func (x index) walk(ctx context.Context, a asked, k *known, by store.SortKeys, from store.IndexPlace, need int) (out []store.IndexPlace, stopped *store.IndexPlace, err error) {
	meant, mine := clause{text: `1`}.and(a.rest), clause{text: `1`}
	if a.collections != nil {
		mine = among(`found.collection`, a.collections)
	}
	var matching entities
	if a.plain() {
		meant = meant.and(a.tagged)
	} else if matching, err = x.all(ctx, a, k); err != nil {
		return nil, nil, err
	}
	from.Rank, from.Owed = rankListed, 0
	last, looked := from, 0
	for len(out) < need {
		step := clause{text: `select * from found where 1`}.and(behind(by, from))
		text := `select entity, exact, modified, case when ` + mine.text + ` then ` + meant.text + ` end
			from (` + step.text + ` order by ` + by.Text() + ` limit ?) as found`
		seen := 0
		err = x.once(ctx, text, slices.Concat(mine.args, meant.args, step.args, []any{stepRows}), func(rows *sql.Rows) error {
			var match sql.NullBool // of a row that is the reader's
			err := rows.Scan(&from.Entity, &from.Exact, &from.Modified, &match)
			seen++
			if !match.Valid || len(out) == need || looked >= mostRows {
				return err
			}
			looked++
			if last = from; match.Bool && (a.plain() || matching.has(from.Entity)) {
				out = append(out, from)
			}
			return err
		})
		switch {
		case err != nil || seen < stepRows:
			return out, nil, err
		case looked >= mostRows && len(out) < need:
			return out, &last, nil
		}
	}
	return out, nil, nil
}

// behind is the condition that a row comes after a place; the zero place is before all.
func behind(by store.SortKeys, place store.IndexPlace) clause {
	if place.Entity == 0 {
		return clause{}
	}
	value := map[string]any{`found.exact`: place.Exact, `found.modified`: place.Modified, `found.entity`: place.Entity}
	var c clause
	for i := len(by) - 1; i >= 0; i-- {
		k := by[i]
		past, upTo := ` > ?`, ` >= ?`
		if k.Down {
			past, upTo = ` < ?`, ` <= ?`
		}
		v := value[k.Column]
		if c.text == "" {
			c = clause{k.Column + past, []any{v}}
			continue
		}
		// The first condition says nothing new: it is the one that an index is entered by.
		c = clause{k.Column + upTo + ` and (` + k.Column + past + ` or ` + c.text + `)`, append([]any{v, v}, c.args...)}
	}
	return c
}
