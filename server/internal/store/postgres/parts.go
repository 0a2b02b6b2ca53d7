package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

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
