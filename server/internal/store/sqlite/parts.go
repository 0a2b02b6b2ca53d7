package sqlite

import (
	"context"
	"database/sql"

	"github.com/purlieu/purlieu/server/internal/store"
)

func (t *tx) AddParts(ctx context.Context, parts []store.Part) error {
	for i := range parts {
		p := &parts[i]
		if _, err := t.exec(ctx, `insert into part (run, unit, attempt, container, generation, rows, seen, moved)
			values (?, ?, ?, ?, ?, ?, ?, ?)`, p.Run, p.Unit, int64(p.Attempt), p.Container, p.Generation, p.Rows, p.Seen, p.Moved); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) Parts(ctx context.Context, run, container string) ([]store.Part, error) {
	var out []store.Part
	err := t.each(ctx, `select unit, attempt, generation, rows, seen, moved from part
		where run = ? and container = ? order by unit, id`, []any{run, container}, func(rows *sql.Rows) error {
		p := store.Part{Run: run, Container: container}
		err := rows.Scan(&p.Unit, &p.Attempt, &p.Generation, &p.Rows, &p.Seen, &p.Moved)
		out = append(out, p)
		return err
	})
	return out, err
}

// Containers with after "" begins with the first, which may be the container "" itself.
func (t *tx) Containers(ctx context.Context, run, after string, limit int) ([]string, error) {
	var out []string
	err := t.each(ctx, `select distinct container from part where run = ?1 and container >= ?2 and (container <> ?2 or ?2 = '')
		order by container limit ?3`, []any{run, after, limit}, func(rows *sql.Rows) error {
		var c string
		err := rows.Scan(&c)
		out = append(out, c)
		return err
	})
	return out, err
}

func (t *tx) DeleteParts(ctx context.Context, run string) error {
	_, err := t.exec(ctx, `delete from part where run = ?`, run)
	return err
}

func (t *tx) PutBase(ctx context.Context, base store.Base) error {
	_, err := t.exec(ctx, `insert into base (scan, container, generation, rows, grants) values (?, ?, ?, ?, ?)
		on conflict (scan, container) do update set generation = excluded.generation, rows = excluded.rows, grants = excluded.grants`,
		base.Scan, base.Container, base.Generation, base.Rows, base.Grants)
	return err
}

// Bases with after "" begins with the first, which may be the container "" itself.
func (t *tx) Bases(ctx context.Context, scan, root, after string, limit int) ([]store.Base, error) {
	var out []store.Base
	// What is below a root begins with it and '/'; '0' is the character after '/'.
	err := t.each(ctx, `select container, generation, rows, grants from base
		where scan = ?1 and container >= max(?2, ?3) and (container <> ?3 or ?3 = '')
		and (?2 = '' or container = ?2 or (container > ?2 || '/' and container < ?2 || '0'))
		order by container limit ?4`, []any{scan, root, after, limit}, func(rows *sql.Rows) error {
		b := store.Base{Scan: scan}
		err := rows.Scan(&b.Container, &b.Generation, &b.Rows, &b.Grants)
		out = append(out, b)
		return err
	})
	return out, err
}

func (t *tx) DeleteBases(ctx context.Context, scan string) error {
	_, err := t.exec(ctx, `delete from base where scan = ?`, scan)
	return err
}
