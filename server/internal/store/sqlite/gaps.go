package sqlite

import (
	"context"
	"database/sql"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

// gapsOfUnit is how many gaps one unit may have: the low 22 bits of a gap's id.
const gapsOfUnit = 1 << 22

func (r runs) SetGaps(ctx context.Context, run string, unit int64, gaps []model.Gap) error {
	if _, err := r.exec(ctx, `delete from gap where id >= ? and id < ?`, unit*gapsOfUnit, (unit+1)*gapsOfUnit); err != nil {
		return err
	}
	return r.AddGaps(ctx, run, unit, gaps)
}

func (r runs) AddGaps(ctx context.Context, run string, unit int64, gaps []model.Gap) error {
	if len(gaps) == 0 {
		return r.ready(ctx, true)
	}
	id := unit * gapsOfUnit
	if _, err := r.one(ctx, `select coalesce(max(id), ?1) from gap where id >= ?1 and id < ?2`,
		[]any{id, (unit + 1) * gapsOfUnit}, &id); err != nil {
		return err
	}
	if id+int64(len(gaps)) >= (unit+1)*gapsOfUnit {
		return fault.New(fault.Invalid, "TooManyGaps", "a unit may have at most %d gaps", gapsOfUnit-1)
	}
	for _, g := range gaps {
		id++
		if _, err := r.exec(ctx, `insert into gap (id, run, unit, path, facet, code, state, object, remedy, count)
			values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, id, run, unit, g.Path, int64(g.Facet), g.Code, g.State, g.Object, g.Remedy,
			int64(g.Count)); err != nil {
			return err
		}
	}
	return nil
}

func (r runs) ListGaps(ctx context.Context, run string, after int64, limit int) ([]store.GapRow, error) {
	var out []store.GapRow
	err := r.each(ctx, `select id, unit, path, facet, code, state, object, remedy, count from gap
		where run = ? and id > ? order by id limit ?`, []any{run, after, limit}, func(rows *sql.Rows) error {
		var g store.GapRow
		err := rows.Scan(&g.Cursor, &g.Unit, &g.Gap.Path, &g.Gap.Facet, &g.Gap.Code, &g.Gap.State, &g.Gap.Object,
			&g.Gap.Remedy, &g.Gap.Count)
		out = append(out, g)
		return err
	})
	return out, err
}
