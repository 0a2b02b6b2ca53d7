package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

// gapsOfUnit is how many gaps one unit may have: the low 22 bits of a gap's id.
const gapsOfUnit = 1 << 22

func (r runs) SetGaps(ctx context.Context, run string, unit int64, gaps []model.Gap) error {
	if _, err := r.exec(ctx, `delete from gap where id >= $1 and id < $2`, unit*gapsOfUnit, (unit+1)*gapsOfUnit); err != nil {
		return err
	}
	return r.AddGaps(ctx, run, unit, gaps)
}

func (r runs) AddGaps(ctx context.Context, run string, unit int64, gaps []model.Gap) error {
	if len(gaps) == 0 {
		return r.ready(ctx, true)
	}
	id := unit * gapsOfUnit
	if _, err := r.one(ctx, `select coalesce(max(id), $1) from gap where id >= $1 and id < $2`,
		[]any{id, (unit + 1) * gapsOfUnit}, &id); err != nil {
		return err
	}
	if id+int64(len(gaps)) >= (unit+1)*gapsOfUnit {
		return fault.New(fault.Invalid, "TooManyGaps", "a unit may have at most %d gaps", gapsOfUnit-1)
	}
	_, err := r.exec(ctx, `insert into gap (id, run, unit, path, facet, code, state, object, remedy, count)
		select $1 + n, $2, $3, path, facet, code, state, object, remedy, count
		from unnest($4::text[], $5::bigint[], $6::text[], $7::text[], $8::text[], $9::text[], $10::bigint[])
		with ordinality u (path, facet, code, state, object, remedy, count, n)`, id, run, unit,
		column(gaps, func(g *model.Gap) string { return g.Path }), column(gaps, func(g *model.Gap) int64 { return int64(g.Facet) }),
		column(gaps, func(g *model.Gap) string { return g.Code }), column(gaps, func(g *model.Gap) string { return g.State }),
		column(gaps, func(g *model.Gap) string { return g.Object }), column(gaps, func(g *model.Gap) string { return g.Remedy }),
		column(gaps, func(g *model.Gap) int64 { return int64(g.Count) }))
	return err
}

func (r runs) ListGaps(ctx context.Context, run string, after int64, limit int) ([]store.GapRow, error) {
	var out []store.GapRow
	err := r.each(ctx, `select id, unit, path, facet, code, state, object, remedy, count from gap
		where run = $1 and id > $2 order by id limit $3`, []any{run, after, limit}, func(rows pgx.Rows) error {
		var g store.GapRow
		err := rows.Scan(&g.Cursor, &g.Unit, &g.Gap.Path, &g.Gap.Facet, &g.Gap.Code, &g.Gap.State, &g.Gap.Object,
			&g.Gap.Remedy, &g.Gap.Count)
		out = append(out, g)
		return err
	})
	return out, err
}
