package datamap

import (
	"context"
	"fmt"

	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

// Delete marks entities as deleted, and the processes that carry their lineage with them; edges to them become pending
// again. Rows keep guid and authored layer, so that the same name revives them. Hashes that are not there, or deleted
// already, are passed over.
func (s *Service) Delete(ctx context.Context, tx store.Tx, actor string, hashes []model.Hash) (int64, error) {
	const page = 500
	var total int64
	for len(hashes) > 0 {
		n := min(page, len(hashes))
		known, err := tx.Map().ByHash(ctx, hashes[:n])
		if err != nil {
			return total, fmt.Errorf("read entities: %w", err)
		}
		var rows []store.Entity
		for _, h := range hashes[:n] {
			if row, ok := known[h]; ok && !row.Deleted {
				rows = append(rows, row)
				processes, err := tx.Map().Children(ctx, row.Hash, "", 0, 100)
				if err != nil {
					return total, err
				}
				for _, p := range processes {
					if p.Scanned == nil && p.Name == "lineage of "+row.Name {
						rows = append(rows, p)
					}
				}
			}
		}
		deleted, err := remove(ctx, tx, actor, rows)
		if err != nil {
			return total, err
		}
		total += deleted
		hashes = hashes[n:]
	}
	return total, nil
}

// remove marks rows as deleted, with history, and makes edges to them pending.
func remove(ctx context.Context, tx store.Tx, actor string, rows []store.Entity) (deleted int64, err error) {
	if len(rows) == 0 {
		return 0, nil
	}
	version, err := tx.Map().NextVersion(ctx)
	if err != nil {
		return 0, err
	}
	changes := make([]store.Change, len(rows))
	unbound := make(map[model.Hash]int64, len(rows))
	for i := range rows {
		r := &rows[i]
		r.Deleted, r.Version, r.Modified, r.ModifiedBy = true, version, tx.Now(), actor
		changes[i] = store.Change{Entity: r.ID, Version: version, At: tx.Now(), Actor: actor, Verb: "deleted"}
		unbound[r.Hash] = 0
		if r.Scanned != nil {
			deleted++
		} else if err := tx.Map().PutEdges(ctx, r.ID, nil); err != nil { // a process
			return 0, err
		}
	}
	if err := tx.Map().Set(ctx, rows); err != nil {
		return 0, fmt.Errorf("write entities: %w", err)
	}
	if err := tx.Map().AddChanges(ctx, changes); err != nil {
		return 0, fmt.Errorf("write history: %w", err)
	}
	return deleted, tx.Map().BindEdges(ctx, unbound)
}
