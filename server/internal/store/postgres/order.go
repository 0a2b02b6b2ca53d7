package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/purlieu/purlieu/server/internal/store"
)

// How many matches of words are sorted, how many rows one step of a walk looks at, and how many a page may look at.
const (
	mostSorted = 100_000
	stepRows   = 1_000
	mostRows   = 50_000
)

// mostSorted is how many matches are sorted: where no words are asked for, a row is cheaply looked at.
func (a asked) mostSorted() int64 {
	if a.name == "" {
		return bound
	}
	return mostSorted
}

// inOrder sorts all matches, which is right where they are no more than most, and gives the first need behind a place.
func (x index) inOrder(ctx context.Context, a asked, from store.IndexPlace, need int, most int64, facets bool) (out []store.IndexPlace, count int64, groups []alike, err error) {
	tags := ``
	if facets {
		tags = `, type, source, collection, classes`
	}
	by := store.Sorting(``, a.order)
	order := by.Text()
	var ids, modified []int64
	var exact []string
	_, err = x.one(ctx, `with f as materialized (select entity, exact, modified`+tags+` from found where `+a.where()+` limit @most),
		p as materialized (select * from f where `+behind(by, from)+` order by `+order+` limit @need)
		select (select count(*) from f), (select array_agg(entity order by `+order+`) from p),
			(select array_agg(exact order by `+order+`) from p), (select array_agg(modified order by `+order+`) from p), `+alikeText(facets, `f`),
		a.with(placed(from, pgx.NamedArgs{"all": a.all, "most": most + 1, "need": need, "bound": bound})), &count, &ids, &exact, &modified, &groups)
	for i, id := range ids {
		out = append(out, store.IndexPlace{Rank: rankListed, Entity: id, Exact: exact[i], Modified: modified[i]})
	}
	return out, count, groups, err
}

// walk goes through the rows of the account in an order, and looks at each, where the matches are too many to sort. Stopped
// is how far it came when that took too long. Only rows in the reader's collections count: where it stops tells nothing of
// the others.
func (x index) walk(ctx context.Context, a asked, from store.IndexPlace, need int) (out []store.IndexPlace, stopped *store.IndexPlace, err error) {
	by, mine, meant := store.Sorting(``, a.order), `true`, `coalesce(words, '') @@ @all::tsquery`
	if a.collections != nil {
		mine = `collection = any(@collections)`
	}
	if a.listing() {
		meant = `true`
	}
	from.Rank, from.Owed = rankListed, 0
	last, looked := from, 0
	for len(out) < need {
		seen := 0
		text := stepText(by, from, `case when `+mine+` then `+meant+a.and()+` end`)
		err := x.each(ctx, text, a.with(placed(from, pgx.NamedArgs{"all": a.all, "step": stepRows})), func(rows pgx.Rows) error {
			var match *bool // of a row that is the reader's
			err := rows.Scan(&from.Entity, &from.Exact, &from.Modified, &match)
			seen++
			if match == nil || len(out) == need || looked >= mostRows {
				return err
			}
			looked++
			if last = from; *match {
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

// stepText reads the next rows of the account behind a place, and whether each is meant.
func stepText(by store.SortKeys, from store.IndexPlace, meant string) string {
	return `select entity, exact, modified, ` + meant + ` from (select * from found where ` + behind(by, from) + ` order by ` + by.Text() + ` limit @step) found`
}

// behind is the condition that a row comes after a place, whose values come from placed; the zero place is before all.
func behind(by store.SortKeys, place store.IndexPlace) string {
	if place.Entity == 0 {
		return `true`
	}
	text := ""
	for i := len(by) - 1; i >= 0; i-- {
		k := by[i]
		past, upTo := ` > @from_`, ` >= @from_`
		if k.Down {
			past, upTo = ` < @from_`, ` <= @from_`
		}
		if text == "" {
			text = k.Column + past + k.Column
			continue
		}
		// The first condition says nothing new: it is the one that an index is entered by.
		text = k.Column + upTo + k.Column + ` and (` + k.Column + past + k.Column + ` or ` + text + `)`
	}
	return text
}

// placed adds the values of a place.
func placed(p store.IndexPlace, args pgx.NamedArgs) pgx.NamedArgs {
	args["from_exact"], args["from_modified"], args["from_entity"] = p.Exact, p.Modified, p.Entity
	return args
}
