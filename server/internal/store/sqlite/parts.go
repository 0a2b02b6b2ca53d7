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
