package postgres

import (
	"context"
	"math"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/server/internal/store"
)

func (t *tx) AddChanges(ctx context.Context, changes []store.Change) error {
	if len(changes) == 0 {
		return t.ready(ctx, true)
	}
	_, err := t.exec(ctx, `insert into change (entity, version, at, actor, verb, diff)
		select entity, version, at, actor, verb, diff
		from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::bytea[])
		with ordinality u (entity, version, at, actor, verb, diff, n) order by n`,
		column(changes, func(c *store.Change) int64 { return c.Entity }), column(changes, func(c *store.Change) int64 { return c.Version }),
		column(changes, func(c *store.Change) int64 { return micros(c.At) }), column(changes, func(c *store.Change) string { return c.Actor }),
		column(changes, func(c *store.Change) string { return c.Verb }), column(changes, func(c *store.Change) []byte { return c.Diff }))
	return err
}

// historyText reads the entries, and behind them the creation that stands in the entity's row.
const historyText = `select version, at, actor, verb, diff from (
		select version, at, actor, verb, diff, id from (select version, at, actor, verb, diff, id from change
			where entity = $1 and version < $2 order by version desc, id desc limit $3) listed
		union all
		select created_in, created, created_by, 'created', null, 0 from entity where id = $1 and created_in > 0 and created_in < $2
	) told order by version desc, id desc limit $3`

func (t *tx) History(ctx context.Context, entity, before int64, limit int) ([]store.Change, error) {
	if before == 0 {
		before = math.MaxInt64
	}
	var out []store.Change
	err := t.each(ctx, historyText, []any{entity, before, limit + 1},
		func(rows pgx.Rows) error {
			c := store.Change{Entity: entity}
			var at int64
			err := rows.Scan(&c.Version, &at, &c.Actor, &c.Verb, &c.Diff)
			c.At = instant(at)
			out = append(out, c)
			return err
		})
	if err != nil {
		return nil, err
	}
	return store.Whole(out, limit, func(c store.Change) int64 { return c.Version }), nil
}

func (t *tx) ForgetChanges(ctx context.Context, before time.Time, after int64, limit int) (next int64, err error) {
	last, looked := int64(0), 0
	young := false
	if err := t.each(ctx, `select id, at from change where id > $1 order by id limit $2`, []any{after, limit}, func(rows pgx.Rows) error {
		var id, at int64
		err := rows.Scan(&id, &at)
		if young = young || at >= micros(before); !young {
			last = id
			looked++
		}
		return err
	}); err != nil || last == 0 {
		return 0, err
	}
	// ';' is the character after ':'.
	_, err = t.exec(ctx, `delete from change where id > $1 and id <= $2 and actor >= 'scan:' and actor < 'scan;'`, after, last)
	if looked < limit {
		last = 0
	}
	return last, err
}

func (t *tx) PutMeasures(ctx context.Context, rows []store.MeasureRow) error {
	type key struct {
		entity int64
		day    int32
	}
	rows = last(rows, func(r *store.MeasureRow) key { return key{r.Entity, r.Day} })
	if len(rows) == 0 {
		return t.ready(ctx, true)
	}
	_, err := t.exec(ctx, `insert into measure (entity, day, measures, bytes)
		select * from unnest($1::bigint[], $2::integer[], $3::bytea[], $4::bigint[])
		on conflict (entity, day) do update set measures = excluded.measures, bytes = excluded.bytes`,
		column(rows, func(r *store.MeasureRow) int64 { return r.Entity }), column(rows, func(r *store.MeasureRow) int32 { return r.Day }),
		column(rows, func(r *store.MeasureRow) []byte { return store.PackMeasures([]byte{}, r.Measures) }),
		column(rows, func(r *store.MeasureRow) *int64 { return store.SizeOf(r.Measures) }))
	return err
}

func (t *tx) Measures(ctx context.Context, entity int64, limit int) ([]store.MeasureRow, error) {
	var out []store.MeasureRow
	err := t.each(ctx, `select day, measures from measure where entity = $1 order by day desc limit $2`, []any{entity, limit},
		func(rows pgx.Rows) error {
			m := store.MeasureRow{Entity: entity}
			var packed pgtype.DriverBytes
			if err := rows.Scan(&m.Day, &packed); err != nil {
				return err
			}
			var ok bool
			if m.Measures, ok = store.UnpackMeasures(packed); !ok {
				return fault.New(fault.Internal, "BadMeasures", "the measures of entity %d on day %d can't be read", entity, m.Day)
			}
			out = append(out, m)
			return nil
		})
	return out, err
}

func (t *tx) ForgetMeasures(ctx context.Context, before int32, after *store.MeasureKey, limit int) (*store.MeasureKey, error) {
	if after == nil {
		after = &store.MeasureKey{Day: math.MinInt32}
	}
	looked, last := 0, *after
	if err := t.each(ctx, `select day, entity from measure where (day, entity) > ($1, $2) and day < $3 order by day, entity limit $4`,
		[]any{after.Day, after.Entity, before, limit}, func(rows pgx.Rows) error {
			looked++
			return rows.Scan(&last.Day, &last.Entity)
		}); err != nil || looked == 0 {
		return nil, err
	}
	if _, err := t.exec(ctx, forgetMeasuresText, after.Day, after.Entity, last.Day, last.Entity); err != nil || looked < limit {
		return nil, err
	}
	return &last, nil
}

// forgetMeasuresText removes the measures from one key to another that are not their entity's newest.
const forgetMeasuresText = `delete from measure old where (day, entity) > ($1, $2) and (day, entity) <= ($3, $4)
	and exists (select 1 from measure newer where newer.entity = old.entity and newer.day > old.day)`
