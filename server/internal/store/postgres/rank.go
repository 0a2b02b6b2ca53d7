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

// How many of the first matches make it likely that more are met soon, how many of the reader's entities a first step goes
// through, and how many one question does.
const (
	common    = 500
	firstTurn = 128
	mostTurns = 16_384
)

// matches gives the first matches by entity but those of an exact name. Those that are often met are found by going through
// the reader's entities, in order. Else the index finds them, in an order of its own: up to bound they are sorted; more are
// so many that going through the entities meets enough of them, as a rule. Where it does not, since they all came late, all
// are sorted.
func (x index) matches(ctx context.Context, a asked, expr, exact string, from int64, need int, often bool) (out []int64, err error) {
	args := a.with(pgx.NamedArgs{"expr": expr, "most": bound + 1, "entity": from, "exact": exact, "need": need})
	if !often {
		var found int
		if _, err := x.one(ctx, matchesText(a.and()), args, &found, &out); err != nil || found <= bound {
			return out, err
		}
	}
	out, over, err := x.inTurn(ctx, a, expr, exact, from, need)
	if err != nil || over {
		return out, err
	}
	return x.ids(ctx, allText(a.and()), args...)
}

func matchesText(and string) string {
	return `with f as materialized (select entity, exact from found where words @@ @expr::tsquery` + and + ` limit @most)
		select (select count(*) from f), array(select entity from f where entity > @entity and (@exact = '' or exact <> @exact) order by entity limit @need)`
}

// allText sorts all matches. Its order is not that of an index, lest the engine goes through that.
func allText(and string) string {
	return `select entity from found where words @@ @expr::tsquery and entity > @entity and (@exact = '' or exact <> @exact)` + and + ` order by entity + 0 limit @need`
}

// inTurn goes through the reader's entities, in order, by steps that grow, and gives the first matches that it meets; over
// says that it met enough, or that there are no more entities.
func (x index) inTurn(ctx context.Context, a asked, expr, exact string, from int64, need int) (out []int64, over bool, err error) {
	text := turnText(a.collections == nil, a.and())
	for step, looked := firstTurn, 0; step > 0; step = min(4*step, mostTurns-looked) {
		var some []int64
		var seen int
		var last *int64
		_, err := x.one(ctx, text, a.with(pgx.NamedArgs{
			"expr": expr, "exact": exact, "entity": from, "step": step, "need": need - len(out),
		}), &seen, &last, &some)
		if err != nil {
			return nil, false, err
		}
		if out = append(out, some...); len(out) >= need || seen < step {
			return out, true, nil
		}
		from, looked = *last, looked+seen
	}
	return nil, false, nil
}

// turnText looks at the next entities: of all, or of the reader's collections, whose lists it merges. It hides its condition
// from the index of words, by coalesce, and looks at one row after the other, by offset.
func turnText(every bool, and string) string {
	turn := `select entity as id from found where entity > @entity order by entity limit @step`
	if !every {
		turn = `select f.entity as id from unnest(@collections::bigint[]) c (id) cross join lateral
			(select entity from found where collection = c.id and entity > @entity order by entity limit @step) f order by f.entity limit @step`
	}
	return `with turn as materialized (` + turn + `)
		select (select count(*) from turn), (select max(id) from turn), array(select id from turn cross join lateral
			(select from found where entity = turn.id and coalesce(words, '') @@ @expr::tsquery and (@exact = '' or exact <> @exact)` + and + ` offset 0) f
			order by id limit @need)`
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
