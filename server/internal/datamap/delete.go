package datamap

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"slices"

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
				processes, err := processesOf(ctx, tx, row)
				if err != nil {
					return total, err
				}
				rows = append(append(rows, row), processes...)
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
		} // else a process: its edges stay, for the day when it comes back
	}
	if err := tx.Map().Set(ctx, rows); err != nil {
		return 0, fmt.Errorf("write entities: %w", err)
	}
	if err := tx.Map().AddChanges(ctx, changes); err != nil {
		return 0, fmt.Errorf("write history: %w", err)
	}
	return deleted, tx.Map().BindEdges(ctx, unbound)
}

// Restore brings deleted entities back as they were, with the processes that carry their lineage; edges to them are
// bound again. Hashes that are not there or alive are passed over, and so is what was changed in another version than
// the one given: 0 takes any.
func (s *Service) Restore(ctx context.Context, tx store.Tx, actor string, kind *model.Kind, hashes []model.Hash, version int64) (int64, error) {
	const page = 500
	var total int64
	for list := range slices.Chunk(hashes, page) {
		known, err := tx.Map().ByHash(ctx, list)
		if err != nil {
			return total, fmt.Errorf("read entities: %w", err)
		}
		var rows []store.Entity
		processes := map[model.Hash]int64{} // and the version in which they were deleted with their asset
		for _, h := range list {
			row, ok := known[h]
			if !ok || !row.Deleted || (version != 0 && row.Version != version) {
				continue
			}
			rows = append(rows, row)
			if def := kind.TypeNamed(row.Type); def != nil && def.Process != "" {
				processes[model.HashOf(def.Process, row.QualifiedName+"/"+processName)] = row.Version
			}
		}
		total += int64(len(rows))
		flows, err := tx.Map().ByHash(ctx, slices.SortedFunc(maps.Keys(processes), compareHashes))
		if err != nil {
			return total, fmt.Errorf("read processes: %w", err)
		}
		for h, row := range flows {
			if row.Deleted && row.Version == processes[h] {
				rows = append(rows, row)
			}
		}
		if err := restore(ctx, tx, actor, rows); err != nil {
			return total, err
		}
	}
	return total, nil
}

func compareHashes(a, b model.Hash) int { return bytes.Compare(a[:], b[:]) }

// restore marks rows as alive, with history, and binds edges to them.
func restore(ctx context.Context, tx store.Tx, actor string, rows []store.Entity) error {
	if len(rows) == 0 {
		return nil
	}
	version, err := tx.Map().NextVersion(ctx)
	if err != nil {
		return err
	}
	changes := make([]store.Change, len(rows))
	bound := make(map[model.Hash]int64, len(rows))
	for i := range rows {
		r := &rows[i]
		r.Deleted, r.Version, r.Modified, r.ModifiedBy = false, version, tx.Now(), actor
		changes[i] = store.Change{Entity: r.ID, Version: version, At: tx.Now(), Actor: actor, Verb: "restored"}
		bound[r.Hash] = r.ID
	}
	if err := tx.Map().Set(ctx, rows); err != nil {
		return fmt.Errorf("write entities: %w", err)
	}
	if err := tx.Map().AddChanges(ctx, changes); err != nil {
		return fmt.Errorf("write history: %w", err)
	}
	return tx.Map().BindEdges(ctx, bound)
}
