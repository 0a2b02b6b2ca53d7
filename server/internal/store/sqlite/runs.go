package sqlite

import (
	"context"
	"database/sql"
	"strings"

	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

type runs struct{ *tx }

const runColumns = `id, serial, source, scan, runtime, state, queued, started, ended, open, body`

func scanRun(scan func(dest ...any) error) (store.Run, error) {
	var r store.Run
	var queued, started, ended int64
	err := scan(&r.ID, &r.Serial, &r.Source, &r.Scan, &r.Runtime, &r.State, &queued, &started, &ended, &r.Open, &r.Body)
	r.Queued, r.Started, r.Ended = instant(queued), instant(started), instant(ended)
	return r, err
}

func (r runs) AddRun(ctx context.Context, run *store.Run) error {
	_, err := r.change(ctx, `insert into run (id, source, scan, runtime, state, queued, started, ended, open, body)
		values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) returning serial`,
		[]any{
			run.ID, run.Source, run.Scan, run.Runtime, string(run.State), micros(run.Queued), micros(run.Started),
			micros(run.Ended), run.Open, run.Body,
		}, &run.Serial)
	return taken(err, "RunExists", "a run %s is there already", run.ID)
}

func (r runs) Run(ctx context.Context, id string) (store.Run, error) {
	var found bool
	run, err := scanRun(func(dest ...any) (err error) {
		found, err = r.one(ctx, `select `+runColumns+` from run where id = ?`, []any{id}, dest...)
		return err
	})
	if err == nil && !found {
		err = notFound("RunNotFound", "there is no run %s", id)
	}
	if err != nil {
		return store.Run{}, err
	}
	return run, nil
}

func (r runs) SetRun(ctx context.Context, run store.Run) error {
	n, err := r.exec(ctx, `update run set source = ?, scan = ?, runtime = ?, state = ?, queued = ?, started = ?, ended = ?,
		open = ?, body = ? where id = ?`, run.Source, run.Scan, run.Runtime, string(run.State), micros(run.Queued),
		micros(run.Started), micros(run.Ended), run.Open, run.Body, run.ID)
	if err == nil && n == 0 {
		err = notFound("RunNotFound", "there is no run %s", run.ID)
	}
	return err
}

func (r runs) ListRuns(ctx context.Context, q store.RunQuery) ([]store.Run, error) {
	w := where{}
	w.text(`source = ?`, q.Source)
	w.text(`scan = ?`, q.Scan)
	if len(q.States) > 0 {
		active := true
		for _, s := range q.States {
			active = active && (s == model.RunQueued || s == model.RunInProgress)
		}
		if active {
			w.add(`state in ('Accepted', 'InProgress')`) // lets the engine use the index of active runs
		}
		w.in(`state`, len(q.States))
		for _, s := range q.States {
			w.args = append(w.args, string(s))
		}
	}
	if q.Newest {
		w.add(`not exists (select 1 from run as later where later.source = run.source and later.scan = run.scan and later.serial > run.serial)`)
	}
	if q.Before > 0 {
		w.add(`serial < ?`, q.Before)
	}
	var out []store.Run
	err := r.each(ctx, `select `+runColumns+` from run`+w.clause()+` order by serial desc limit ?`, append(w.args, q.Limit),
		func(rows *sql.Rows) error {
			run, err := scanRun(rows.Scan)
			out = append(out, run)
			return err
		})
	return out, err
}

func (r runs) DeleteRun(ctx context.Context, id string) error {
	n, err := r.exec(ctx, `delete from run where id = ?`, id)
	if err == nil && n == 0 {
		err = notFound("RunNotFound", "there is no run %s", id)
	}
	for _, text := range []string{`delete from unit where run = ?`, `delete from gap where run = ?`, `delete from part where run = ?`} {
		if err == nil {
			_, err = r.exec(ctx, text, id)
		}
	}
	return err
}

// where puts a condition together from constant pieces; values are always bound.
type where struct {
	parts []string
	args  []any
}

func (w *where) add(part string, args ...any) {
	w.parts = append(w.parts, part)
	w.args = append(w.args, args...)
}

// text adds a condition unless the value is empty.
func (w *where) text(part, value string) {
	if value != "" {
		w.add(part, value)
	}
}

// in adds "column in (?, …)" for n values, which the caller appends to args.
func (w *where) in(column string, n int) {
	w.add(column + ` in (` + places(n) + `)`)
}

func (w *where) clause() string {
	if len(w.parts) == 0 {
		return ""
	}
	return ` where ` + strings.Join(w.parts, ` and `)
}

func places(n int) string { return strings.TrimSuffix(strings.Repeat(`?, `, n), `, `) }
