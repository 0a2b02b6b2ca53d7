package sqlite

import (
	"context"
	"database/sql"
	"math"
	"time"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/server/internal/store"
)

func (t *tx) AddChanges(ctx context.Context, changes []store.Change) error {
	args := make([]any, 6)
	for i := range changes {
		c := &changes[i]
		args[0], args[1], args[2], args[3], args[4], args[5] = c.Entity, c.Version, micros(c.At), c.Actor, c.Verb, c.Diff
		if _, err := t.exec(ctx, `insert into change (entity, version, at, actor, verb, diff) values (?, ?, ?, ?, ?, ?)`, args...); err != nil {
			return err
		}
	}
	return nil
}

// historyText reads the entries, and behind them the creation that stands in the entity's row.
const historyText = `select version, at, actor, verb, diff, id from change where entity = ?1 and version < ?2
	union all
	select created_in, created, created_by, 'created', null, 0 from entity where id = ?1 and created_in > 0 and created_in < ?2
	order by 1 desc, 6 desc limit ?3`

func (t *tx) History(ctx context.Context, entity, before int64, limit int) ([]store.Change, error) {
	if before == 0 {
		before = math.MaxInt64
	}
	var out []store.Change
	err := t.each(ctx, historyText, []any{entity, before, limit + 1},
		func(rows *sql.Rows) error {
			c := store.Change{Entity: entity}
			var at, id int64
			err := rows.Scan(&c.Version, &at, &c.Actor, &c.Verb, &c.Diff, &id)
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
	err = t.each(ctx, `select id, at, actor >= 'scan:' and actor < 'scan;' from change where id > ? order by id limit ?`, []any{after, limit},
		func(rows *sql.Rows) error {
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
	for _, id := range changes {
		if _, err := t.exec(ctx, `delete from change where id = ?`, id); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) PutMeasures(ctx context.Context, rows []store.MeasureRow) error {
	args := make([]any, 4)
	var buf []byte
	for i := range rows {
		buf = store.PackMeasures(buf[:0], rows[i].Measures)
		args[0], args[1], args[2], args[3] = rows[i].Entity, int64(rows[i].Day), buf, store.SizeOf(rows[i].Measures)
		if _, err := t.exec(ctx, `insert into measure (entity, day, measures, bytes) values (?, ?, ?, ?)
			on conflict (entity, day) do update set measures = excluded.measures, bytes = excluded.bytes`, args...); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) Measures(ctx context.Context, entity int64, limit int) ([]store.MeasureRow, error) {
	var out []store.MeasureRow
	err := t.each(ctx, `select day, measures from measure where entity = ? order by day desc limit ?`, []any{entity, limit},
		func(rows *sql.Rows) error {
			m := store.MeasureRow{Entity: entity}
			var packed sql.RawBytes
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

func (t *tx) OldMeasures(ctx context.Context, before int32, after *store.MeasureKey, limit int) (old []store.MeasureKey, next *store.MeasureKey, err error) {
	if after == nil {
		after = &store.MeasureKey{Day: math.MinInt32}
	}
	looked, last := 0, store.MeasureKey{}
	err = t.each(ctx, `select day, entity, exists (select 1 from measure newer where newer.entity = old.entity and newer.day > old.day)
		from measure old where (day, entity) > (?, ?) and day < ? order by day, entity limit ?`,
		[]any{int64(after.Day), after.Entity, int64(before), limit}, func(rows *sql.Rows) error {
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

func (t *tx) DropMeasures(ctx context.Context, measures []store.MeasureKey) error {
	for _, m := range measures {
		if _, err := t.exec(ctx, `delete from measure where entity = ? and day = ?`, m.Entity, int64(m.Day)); err != nil {
			return err
		}
	}
	return nil
}
