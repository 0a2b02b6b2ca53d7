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

func (t *tx) OldChanges(ctx context.Context, before time.Time, after int64, limit int) (old []int64, next int64, err error) {
	looked, young := 0, false
	// ';' is the character after ':'.
	err = t.each(ctx, `select id, at, actor >= 'scan:' and actor < 'scan;' from change where id > $1 order by id limit $2`, []any{after, limit},
		func(rows pgx.Rows) error {
			var id, at int64
			var scans bool
			err := rows.Scan(&id, &at, &scans)
			if young = young || at >= micros(before); !young {
				looked, next = looked+1, id
				if scans {
					old = append(old, id)
				}
			}
			return err
		})
	if looked < limit {
		next = 0
	}
	return old, next, err
}

func (t *tx) DropChanges(ctx context.Context, changes []int64) error {
	_, err := t.exec(ctx, `delete from change where id = any($1)`, changes)
	return err
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

// oldMeasuresText looks at the measures behind a key of days before one, and tells those that are not their entity's newest.
const oldMeasuresText = `select day, entity, exists (select 1 from measure newer where newer.entity = old.entity and newer.day > old.day)
	from measure old where (day, entity) > ($1, $2) and day < $3 order by day, entity limit $4`

func (t *tx) OldMeasures(ctx context.Context, before int32, after *store.MeasureKey, limit int) (old []store.MeasureKey, next *store.MeasureKey, err error) {
	if after == nil {
		after = &store.MeasureKey{Day: math.MinInt32}
	}
	looked, last := 0, store.MeasureKey{}
	err = t.each(ctx, oldMeasuresText, []any{after.Day, after.Entity, before, limit}, func(rows pgx.Rows) error {
		var over bool
		err := rows.Scan(&last.Day, &last.Entity, &over)
		if looked++; over {
			old = append(old, last)
		}
		return err
	})
	if err == nil && looked == limit {
		next = &last
	}
	return old, next, err
}

const dropMeasuresText = `delete from measure using unnest($1::bigint[], $2::integer[]) u (entity, day)
	where measure.entity = u.entity and measure.day = u.day`

func (t *tx) DropMeasures(ctx context.Context, measures []store.MeasureKey) error {
	_, err := t.exec(ctx, dropMeasuresText, column(measures, func(m *store.MeasureKey) int64 { return m.Entity }),
		column(measures, func(m *store.MeasureKey) int32 { return m.Day }))
	return err
}
