package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

func (t *tx) AddParts(ctx context.Context, parts []store.Part) error {
	if len(parts) == 0 {
		return t.ready(ctx, true)
	}
	type p = store.Part
	_, err := t.exec(ctx, `insert into part (run, unit, attempt, container, generation, rows, seen, moved)
		select run, unit, attempt, container, generation, rows, seen, moved
		from unnest($1::text[], $2::bigint[], $3::bigint[], $4::text[], $5::bigint[], $6::bytea[], $7::bytea[], $8::bytea[])
		with ordinality u (run, unit, attempt, container, generation, rows, seen, moved, n) order by n`,
		column(parts, func(p *p) string { return p.Run }), column(parts, func(p *p) int64 { return p.Unit }),
		column(parts, func(p *p) int64 { return int64(p.Attempt) }), column(parts, func(p *p) string { return p.Container }),
		column(parts, func(p *p) int64 { return p.Generation }), column(parts, func(p *p) []byte { return p.Rows }),
		column(parts, func(p *p) []byte { return p.Seen }), column(parts, func(p *p) []byte { return p.Moved }))
	return err
}

func (t *tx) Parts(ctx context.Context, run, container string) ([]store.Part, error) {
	var out []store.Part
	err := t.each(ctx, `select unit, attempt, generation, rows, seen, moved from part
		where run = $1 and left(container, 400) = left($2, 400) and container = $2 order by unit, id`, []any{run, container},
		func(rows pgx.Rows) error {
			p := store.Part{Run: run, Container: container}
			err := rows.Scan(&p.Unit, &p.Attempt, &p.Generation, &p.Rows, &p.Seen, &p.Moved)
			out = append(out, p)
			return err
		})
	return out, err
}

const containersText = `select distinct left(container, 400), container from part
	where run = $1 and left(container, 400) >= left($2, 400) and container >= $2 and (container <> $2 or $2 = '')
	order by 1, 2 limit $3`

// Containers with after "" begins with the first, which may be the container "" itself.
func (t *tx) Containers(ctx context.Context, run, after string, limit int) ([]string, error) {
	var out []string
	err := t.each(ctx, containersText, []any{run, after, limit}, func(rows pgx.Rows) error {
		var short, c string
		err := rows.Scan(&short, &c)
		out = append(out, c)
		return err
	})
	return out, err
}

func (t *tx) DeleteParts(ctx context.Context, run string) error {
	_, err := t.exec(ctx, `delete from part where run = $1`, run)
	return err
}

func (t *tx) PutBase(ctx context.Context, base store.Base) error {
	_, err := t.exec(ctx, `insert into base (scan, hash, container, generation, rows, grants) values ($1, $2, $3, $4, $5, $6)
		on conflict (scan, hash) do update set generation = excluded.generation, rows = excluded.rows, grants = excluded.grants`,
		base.Scan, [16]byte(model.HashOf("container", base.Container)), base.Container, base.Generation, base.Rows, base.Grants)
	return err
}

const basesText = `select container, generation, rows, grants from base
	where scan = $1 and left(container, 400) >= left(greatest($2 collate "C", $3 collate "C"), 400)
	and container >= greatest($2 collate "C", $3 collate "C") and (container <> $3 or $3 = '')
	and ($2 = '' or left(container, 400) <= left($2 || '0', 400) and (container = $2 or (container > $2 || '/' and container < $2 || '0')))
	order by left(container, 400), container limit $4`

// Bases with after "" begins with the first, which may be the container "" itself.
func (t *tx) Bases(ctx context.Context, scan, root, after string, limit int) ([]store.Base, error) {
	var out []store.Base
	// What is below a root begins with it and '/'; '0' is the character after '/'.
	err := t.each(ctx, basesText, []any{scan, root, after, limit}, func(rows pgx.Rows) error {
		b := store.Base{Scan: scan}
		err := rows.Scan(&b.Container, &b.Generation, &b.Rows, &b.Grants)
		out = append(out, b)
		return err
	})
	return out, err
}

func (t *tx) DeleteBases(ctx context.Context, scan string) error {
	_, err := t.exec(ctx, `delete from base where scan = $1`, scan)
	return err
}
