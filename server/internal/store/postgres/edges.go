package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

const edgeColumns = `process, input, far, far_type, far_name, far_id, columns`

func (t *tx) edges(ctx context.Context, text string, args ...any) ([]store.Edge, error) {
	var out []store.Edge
	err := t.each(ctx, text, args, func(rows pgx.Rows) error {
		var e store.Edge
		err := rows.Scan(&e.Process, &e.Input, (*[16]byte)(&e.Far), &e.FarType, &e.FarName, &e.FarID, &e.Columns)
		out = append(out, e)
		return err
	})
	return out, err
}

func (t *tx) PutEdges(ctx context.Context, processes []int64, edges []store.Edge) error {
	if len(processes) == 0 {
		return t.ready(ctx, true)
	}
	if _, err := t.exec(ctx, `delete from edge where process = any($1::bigint[])`, processes); err != nil || len(edges) == 0 {
		return err
	}
	_, err := t.exec(ctx, `insert into edge (`+edgeColumns+`) select `+edgeColumns+`
		from unnest($1::bigint[], $2::boolean[], $3::uuid[], $4::text[], $5::text[], $6::bigint[], $7::bytea[])
		with ordinality u (`+edgeColumns+`, n) order by n`, column(edges, func(e *store.Edge) int64 { return e.Process }),
		column(edges, func(e *store.Edge) bool { return e.Input }), column(edges, func(e *store.Edge) [16]byte { return e.Far }),
		column(edges, func(e *store.Edge) string { return e.FarType }), column(edges, func(e *store.Edge) string { return e.FarName }),
		column(edges, func(e *store.Edge) int64 { return e.FarID }), column(edges, func(e *store.Edge) []byte { return e.Columns }))
	return err
}

// EdgesOfProcess gives them process by process, in the order in which they were put.
func (t *tx) EdgesOfProcess(ctx context.Context, processes []int64) ([]store.Edge, error) {
	return t.edges(ctx, `select `+edgeColumns+` from unnest($1::bigint[]) with ordinality u (wanted, n)
		join edge on process = wanted order by n, id`, processes)
}

// EdgesOfAsset gives them hash by hash, by process.
func (t *tx) EdgesOfAsset(ctx context.Context, far []model.Hash, limit int) ([]store.Edge, error) {
	return t.edges(ctx, `select `+edgeColumns+` from unnest($1::uuid[]) with ordinality u (wanted, n)
		cross join lateral (select id, `+edgeColumns+` from edge where far = wanted order by process, id limit $2) e
		order by n, process, id limit $2`, uuids(far), limit)
}

func (t *tx) BindEdges(ctx context.Context, far map[model.Hash]int64) error {
	if len(far) == 0 {
		return t.ready(ctx, true)
	}
	hashes, ids := make([][16]byte, 0, len(far)), make([]int64, 0, len(far))
	for hash, id := range far {
		hashes, ids = append(hashes, hash), append(ids, id)
	}
	_, err := t.exec(ctx, `update edge set far_id = u.id from unnest($1::uuid[], $2::bigint[]) u (far, id)
		where edge.far = u.far and edge.far_id <> u.id`, hashes, ids)
	return err
}

// uuids are hashes as the engine takes them.
func uuids(hashes []model.Hash) [][16]byte {
	return column(hashes, func(h *model.Hash) [16]byte { return *h })
}
