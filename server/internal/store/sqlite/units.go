package sqlite

import (
	"context"
	"database/sql"

	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

const unitColumns = `id, run, parent, runtime, source, kind, state, priority, attempt, node, lease_end, not_before,
	failures, received, applied, spec, done`

func scanUnit(scan func(dest ...any) error) (store.Unit, error) {
	var u store.Unit
	var leaseEnd, notBefore int64
	var received string
	err := scan(&u.ID, &u.Run, &u.Parent, &u.Runtime, &u.Source, &u.Kind, &u.State, &u.Priority, &u.Attempt, &u.Node,
		&leaseEnd, &notBefore, &u.Failures, &received, &u.Applied, &u.Spec, &u.Done)
	if err == nil {
		u.Received, err = model.ParseRanges(received)
	}
	u.LeaseEnd, u.NotBefore = instant(leaseEnd), instant(notBefore)
	return u, err
}

func unitArgs(u *store.Unit) []any {
	return []any{
		u.Run, u.Parent, u.Runtime, u.Source, u.Kind, int64(u.State), int64(u.Priority), int64(u.Attempt), u.Node,
		micros(u.LeaseEnd), micros(u.NotBefore), int64(u.Failures), u.Received.String(), int64(u.Applied), u.Spec, u.Done,
	}
}

func (r runs) AddUnits(ctx context.Context, units []store.Unit) error {
	for i := range units {
		_, err := r.change(ctx, `insert into unit (run, parent, runtime, source, kind, state, priority, attempt, node, lease_end,
			not_before, failures, received, applied, spec, done)
			values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) returning id`, unitArgs(&units[i]), &units[i].ID)
		if err != nil {
			return err
		}
	}
	return nil
}

func (r runs) Unit(ctx context.Context, id int64) (store.Unit, error) {
	var found bool
	u, err := scanUnit(func(dest ...any) (err error) {
		found, err = r.one(ctx, `select `+unitColumns+` from unit where id = ?`, []any{id}, dest...)
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
	n, err := r.exec(ctx, `update unit set run = ?, parent = ?, runtime = ?, source = ?, kind = ?, state = ?, priority = ?,
		attempt = ?, node = ?, lease_end = ?, not_before = ?, failures = ?, received = ?, applied = ?, spec = ?, done = ?
		where id = ?`, append(unitArgs(&unit), unit.ID)...)
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
		w.in(`state`, len(q.States))
		for _, s := range q.States {
			w.args = append(w.args, int64(s))
		}
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
	err := r.each(ctx, `select `+unitColumns+` from unit`+w.clause()+order, append(w.args, q.Limit), func(rows *sql.Rows) error {
		u, err := scanUnit(rows.Scan)
		out = append(out, u)
		return err
	})
	return out, err
}

func (r runs) CountUnits(ctx context.Context, run string) (store.UnitCounts, error) {
	out := store.UnitCounts{}
	err := r.each(ctx, `select state, count(*) from unit where run = ? group by state`, []any{run}, func(rows *sql.Rows) error {
		var state model.UnitState
		var n int64
		err := rows.Scan(&state, &n)
		out[state] = n
		return err
	})
	return out, err
}

func (r runs) LeasedBySource(ctx context.Context, sources []string) (map[string]int64, error) {
	out := make(map[string]int64, len(sources))
	for _, source := range sources {
		var n int64
		if _, err := r.one(ctx, `select count(*) + (select count(*) from unit where state = 7 and source = ?1)
			from unit where state = 2 and source = ?1`, []any{source}, &n); err != nil {
			return nil, err
		}
		if n > 0 {
			out[source] = n
		}
	}
	return out, nil
}
