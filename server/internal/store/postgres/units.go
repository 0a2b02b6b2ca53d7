package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

const unitColumns = `id, run, parent, runtime, source, kind, state, priority, attempt, node, lease_end, not_before,
	failures, received, applied, spec, done`

func scanUnit(scan func(dest ...any) error) (store.Unit, error) {
	var u store.Unit
	var state, leaseEnd, notBefore int64
	var received string
	err := scan(&u.ID, &u.Run, &u.Parent, &u.Runtime, &u.Source, &u.Kind, &state, &u.Priority, &u.Attempt, &u.Node,
		&leaseEnd, &notBefore, &u.Failures, &received, &u.Applied, &u.Spec, &u.Done)
	if err == nil {
		u.Received, err = model.ParseRanges(received)
	}
	u.State, u.LeaseEnd, u.NotBefore = model.UnitState(state), instant(leaseEnd), instant(notBefore)
	return u, err
}

func (r runs) AddUnits(ctx context.Context, units []store.Unit) error {
	if len(units) == 0 {
		return r.ready(ctx, true)
	}
	type u = store.Unit
	text := func(value func(*u) string) []string { return column(units, value) }
	number := func(value func(*u) int64) []int64 { return column(units, value) }
	i := 0
	return r.each(ctx, `insert into unit (run, parent, runtime, source, kind, state, priority, attempt, node, lease_end,
		not_before, failures, received, applied, spec, done)
		select run, parent, runtime, source, kind, state, priority, attempt, node, lease_end, not_before, failures, received,
		applied, spec, done from unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::bigint[],
		$8::bigint[], $9::text[], $10::bigint[], $11::bigint[], $12::bigint[], $13::text[], $14::bigint[], $15::bytea[], $16::bytea[])
		with ordinality u (run, parent, runtime, source, kind, state, priority, attempt, node, lease_end, not_before, failures,
		received, applied, spec, done, n) order by n returning id`, []any{
		text(func(u *u) string { return u.Run }), number(func(u *u) int64 { return u.Parent }),
		text(func(u *u) string { return u.Runtime }), text(func(u *u) string { return u.Source }), text(func(u *u) string { return u.Kind }),
		number(func(u *u) int64 { return int64(u.State) }), number(func(u *u) int64 { return int64(u.Priority) }),
		number(func(u *u) int64 { return int64(u.Attempt) }), text(func(u *u) string { return u.Node }),
		number(func(u *u) int64 { return micros(u.LeaseEnd) }), number(func(u *u) int64 { return micros(u.NotBefore) }),
		number(func(u *u) int64 { return int64(u.Failures) }), text(func(u *u) string { return u.Received.String() }),
		number(func(u *u) int64 { return int64(u.Applied) }), column(units, func(u *u) []byte { return u.Spec }),
		column(units, func(u *u) []byte { return u.Done }),
	}, func(rows pgx.Rows) error {
		i++
		return rows.Scan(&units[i-1].ID)
	})
}

func (r runs) Unit(ctx context.Context, id int64) (store.Unit, error) {
	var found bool
	u, err := scanUnit(func(dest ...any) (err error) {
		found, err = r.one(ctx, `select `+unitColumns+` from unit where id = $1`, []any{id}, dest...)
		return err
	})
	if err == nil && !found {
		err = notFound("UnitNotFound", "there is no unit %d", id)
	}
	if err != nil {
		return store.Unit{}, err
	}
	return u, nil
}

func (r runs) SetUnit(ctx context.Context, unit store.Unit) error {
	n, err := r.exec(ctx, `update unit set run = $1, parent = $2, runtime = $3, source = $4, kind = $5, state = $6, priority = $7,
		attempt = $8, node = $9, lease_end = $10, not_before = $11, failures = $12, received = $13, applied = $14, spec = $15,
		done = $16 where id = $17`, unit.Run, unit.Parent, unit.Runtime, unit.Source, unit.Kind, int64(unit.State), int64(unit.Priority),
		int64(unit.Attempt), unit.Node, micros(unit.LeaseEnd), micros(unit.NotBefore), int64(unit.Failures), unit.Received.String(),
		int64(unit.Applied), unit.Spec, unit.Done, unit.ID)
	if err == nil && n == 0 {
		err = notFound("UnitNotFound", "there is no unit %d", unit.ID)
	}
	return err
}

func (r runs) ListUnits(ctx context.Context, q store.UnitQuery) ([]store.Unit, error) {
	w := where{}
	w.text(`run = ?`, q.Run)
	w.text(`runtime = ?`, q.Runtime)
	w.text(`source = ?`, q.Source)
	w.text(`node = ?`, q.Node)
	leased := !q.LeaseBefore.IsZero()
	switch {
	case len(q.States) == 1 && q.States[0] == model.UnitQueued:
		w.add(`state = 1`) // as written in the partial index of claims
	case len(q.States) == 1 && q.States[0] == model.UnitLeased:
		leased = true
	case len(q.States) == 1 && q.States[0] == model.UnitStopping:
		leased = false
		w.add(`state = 7`) // as written in the partial index of those
	case len(q.States) > 0:
		w.add(`state = any(?)`, column(q.States, func(s *model.UnitState) int64 { return int64(*s) }))
	}
	if leased {
		w.add(`state = 2`) // as written in the partial index of leases
	}
	if !q.LeaseBefore.IsZero() {
		w.add(`lease_end < ?`, micros(q.LeaseBefore))
	}
	if q.After > 0 {
		w.add(`id > ?`, q.After)
	}
	order := ` order by id limit ?`
	if q.Claim {
		order = ` order by priority desc, id limit ?`
	}
	var out []store.Unit
	err := r.each(ctx, `select `+unitColumns+` from unit`+w.clause(order, q.Limit), w.args, func(rows pgx.Rows) error {
		u, err := scanUnit(rows.Scan)
		out = append(out, u)
		return err
	})
	return out, err
}

func (r runs) CountUnits(ctx context.Context, run string) (store.UnitCounts, error) {
	out := store.UnitCounts{}
	err := r.each(ctx, `select state, count(*) from unit where run = $1 group by state`, []any{run}, func(rows pgx.Rows) error {
		var state, n int64
		err := rows.Scan(&state, &n)
		out[model.UnitState(state)] = n
		return err
	})
	return out, err
}

func (r runs) LeasedBySource(ctx context.Context, sources []string) (map[string]int64, error) {
	out := make(map[string]int64, len(sources))
	err := r.each(ctx, `select source, count(*) from (select source from unit where state = 2 and source = any($1)
		union all select source from unit where state = 7 and source = any($1)) u group by source`, []any{sources},
		func(rows pgx.Rows) error {
			var source string
			var n int64
			err := rows.Scan(&source, &n)
			out[source] = n
			return err
		})
	return out, err
}
