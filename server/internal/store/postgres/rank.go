package postgres

import (
	"context"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/purlieu/purlieu/server/internal/store"
)

// ranked gives exact names, then matches in the name, then the rest; each by entity.
func (x index) ranked(ctx context.Context, a asked, after store.IndexPlace, need int) ([]store.IndexPlace, error) {
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
			ids, err = x.matches(ctx, a, a.name, a.exact, from, need-len(out))
		case rank == rankRest && a.all != a.name:
			ids, err = x.matches(ctx, a, a.all+` & !(`+a.name+`)`, "", from, need-len(out))
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

// matches gives the first matches by entity but those of an exact name. The index finds them in the order of its own: up
// to bound they are sorted; more are so many that going through the entities in order meets enough of them soon.
func (x index) matches(ctx context.Context, a asked, expr, exact string, from int64, need int) ([]int64, error) {
	var found int
	var out []int64
	args := a.with(pgx.NamedArgs{"expr": expr, "most": bound + 1, "entity": from, "exact": exact, "need": need})
	if _, err := x.one(ctx, matchesText(a.and()), args, &found, &out); err != nil || found <= bound {
		return out, err
	}
	return x.ids(ctx, orderedText(a.and()), args...)
}

func matchesText(and string) string {
	return `with f as materialized (select entity, exact from found where words @@ @expr::tsquery` + and + ` limit @most)
		select (select count(*) from f), array(select entity from f where entity > @entity and exact <> @exact order by entity limit @need)`
}

// orderedText hides its condition from the index of words, by coalesce.
func orderedText(and string) string {
	return `select entity from found where coalesce(words, '') @@ @expr::tsquery and entity > @entity and exact <> @exact` + and + `
		order by entity limit @need`
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
