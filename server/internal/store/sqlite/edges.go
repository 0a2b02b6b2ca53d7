package sqlite

import (
	"context"
	"database/sql"

	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

const edgeColumns = `process, input, far, far_type, far_name, far_id, columns`

func scanEdge(rows *sql.Rows) (store.Edge, error) {
	var e store.Edge
	var far sql.RawBytes
	err := rows.Scan(&e.Process, &e.Input, &far, &e.FarType, &e.FarName, &e.FarID, &e.Columns)
	copy(e.Far[:], far)
	return e, err
}

func (t *tx) PutEdges(ctx context.Context, processes []int64, edges []store.Edge) error {
	for _, p := range processes {
		if _, err := t.exec(ctx, `delete from edge where process = ?`, p); err != nil {
			return err
		}
	}
	for i := range edges {
		e := &edges[i]
		if _, err := t.exec(ctx, `insert into edge (`+edgeColumns+`) values (?, ?, ?, ?, ?, ?, ?)`,
			e.Process, e.Input, e.Far[:], e.FarType, e.FarName, e.FarID, e.Columns); err != nil {
			return err
		}
	}
	return nil
}

// EdgesOfProcess gives them process by process, in the order in which they were put.
func (t *tx) EdgesOfProcess(ctx context.Context, processes []int64) ([]store.Edge, error) {
	var out []store.Edge
	for _, p := range processes {
		if err := t.each(ctx, `select `+edgeColumns+` from edge where process = ? order by id`, []any{p}, func(rows *sql.Rows) error {
			e, err := scanEdge(rows)
			out = append(out, e)
			return err
		}); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// EdgesOfAsset gives them hash by hash, by process.
func (t *tx) EdgesOfAsset(ctx context.Context, far []model.Hash, limit int) ([]store.Edge, error) {
	var out []store.Edge
	for i := range far {
		if len(out) >= limit {
			break
		}
		if err := t.each(ctx, `select `+edgeColumns+` from edge where far = ? order by process, id limit ?`,
			[]any{far[i][:], limit - len(out)}, func(rows *sql.Rows) error {
				e, err := scanEdge(rows)
				out = append(out, e)
				return err
			}); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (t *tx) BindEdges(ctx context.Context, far map[model.Hash]int64) error {
	args := make([]any, 2)
	for hash, id := range far {
		args[0], args[1] = id, hash[:]
		if _, err := t.exec(ctx, `update edge set far_id = ?1 where far = ?2 and far_id <> ?1`, args...); err != nil {
			return err
		}
	}
	return nil
}
