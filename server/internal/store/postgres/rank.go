package postgres

import (
	"context"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/purlieu/purlieu/server/internal/store"
)

// ranked gives exact names, then matches in the name, then the rest; each by entity. They are more than bound, and named of
// the first so many match by their name.
func (x index) ranked(ctx context.Context, a asked, after store.IndexPlace, need int, named int64) ([]store.IndexPlace, error) {
	var out []store.IndexPlace
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
			ids, err = x.matches(ctx, a, a.name, a.exact, from, need-len(out), named >= common)
		case rank == rankRest && a.all != a.name:
			ids, err = x.matches(ctx, a, a.all+` & !(`+a.name+`)`, "", from, need-len(out), bound+1-named >= common)
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
	text := `select entity from found where exact = @exact and entity > @entity` + a.and()
	if a.filters != "" {
		text += ` and coalesce(words, '') @@ @filters::tsquery`
	}
	return x.ids(ctx, text+` order by entity limit @need`, a.with(pgx.NamedArgs{"exact": a.exact, "entity": from, "filters": a.filters, "need": need})...)
}

// How many of the first matches make it likely that more are met soon.
const common = 500

// matches gives the first matches by entity but those of an exact name. Those that are often met are found by going through
// the reader's entities, in order. Else the index finds them, in an order of its own: up to bound they are sorted; more are
// so many that going through the entities meets enough of them.
func (x index) matches(ctx context.Context, a asked, expr, exact string, from int64, need int, often bool) (out []int64, err error) {
	args := a.with(pgx.NamedArgs{"expr": expr, "most": bound + 1, "entity": from, "exact": exact, "need": need})
	if !often {
		var found int
		if _, err := x.one(ctx, matchesText(a.and()), args, &found, &out); err != nil || found <= bound {
			return out, err
		}
	}
	return x.ids(ctx, orderedText(a.collections == nil, a.and()), args...)
}

func matchesText(and string) string {
	return `with f as materialized (select entity, exact from found where words @@ @expr::tsquery` + and + ` limit @most)
		select (select count(*) from f), array(select entity from f where entity > @entity and exact <> @exact order by entity limit @need)`
}

// orderedText goes through the entities: all, or those of each of the reader's collections. It hides its condition from the
// index of words, by coalesce.
func orderedText(every bool, and string) string {
	meant := `entity > @entity and coalesce(words, '') @@ @expr::tsquery and exact <> @exact` + and + ` order by entity limit @need`
	if every {
		return `select entity from found where ` + meant
	}
	return `select f.entity from unnest(@collections::bigint[]) c (id) cross join lateral
		(select entity from found where collection = c.id and ` + meant + `) f order by f.entity limit @need`
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
