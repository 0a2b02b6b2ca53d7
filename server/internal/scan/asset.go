package scan

import (
	"context"
	"fmt"
	"slices"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
	"github.com/purlieu/purlieu/wire"
)

// RestoreAsset brings one deleted asset back in a person's name, with what people wrote over it. It is a Conflict where
// it is not deleted. No base holds it: it stays until a scan has seen it again and then misses it.
func (s *Service) RestoreAsset(ctx context.Context, guid, actor string) error {
	return s.store.Update(ctx, store.People, func(tx store.Tx) error {
		rows, err := assetRows(ctx, tx, []string{guid})
		if err != nil {
			return err
		}
		row := rows[0]
		if !row.Deleted {
			return fault.New(fault.Conflict, "NotDeleted", "the asset %s is not deleted", guid)
		}
		kind, err := kindOfSource(ctx, tx, row.Source)
		if err != nil {
			return err
		}
		if _, err := s.deleter.Restore(ctx, tx, actor, kind, []model.Hash{row.Hash}, 0); err != nil {
			return err
		}
		if row.Scanned == nil {
			return nil
		}
		asset, err := assetOf(row)
		if err != nil {
			return err
		}
		return voidRows(ctx, tx, row.Source, ContainerKey(asset.Container), []model.Hash{row.Hash}, restoredRow)
	})
}

// DeleteAssets deletes assets in a person's name, all or none. A scan that sees one again revives it. Those that are deleted
// already are passed over.
func (s *Service) DeleteAssets(ctx context.Context, guids []string, actor string) error {
	return s.store.Update(ctx, store.People, func(tx store.Tx) error {
		rows, err := assetRows(ctx, tx, guids)
		if err != nil {
			return err
		}
		hashes := make([]model.Hash, len(rows))
		type place struct{ source, container string }
		seen := map[place][]model.Hash{}
		for i, row := range rows {
			if hashes[i] = row.Hash; row.Scanned == nil {
				continue
			}
			asset, err := assetOf(row)
			if err != nil {
				return err
			}
			at := place{row.Source, ContainerKey(asset.Container)}
			seen[at] = append(seen[at], row.Hash)
		}
		if _, err := s.deleter.Delete(ctx, tx, actor, hashes); err != nil {
			return err
		}
		for at, list := range seen { // the source's scans look at them anew
			if err := voidRows(ctx, tx, at.source, at.container, list, voidRow); err != nil {
				return err
			}
		}
		return nil
	})
}

// assetRows are the rows that guids name, each once; a column has none of its own.
func assetRows(ctx context.Context, tx store.Tx, guids []string) ([]store.Entity, error) {
	ids := make([]int64, len(guids))
	for i, guid := range guids {
		id, column, err := model.ParseGUID(guid)
		if err != nil {
			return nil, err
		}
		if column != 0 {
			return nil, fault.New(fault.Invalid, "ColumnOfTable", "a column comes and goes with its table").
				Try("Name the table's guid")
		}
		ids[i] = int64(id) //nolint:gosec // rows are counted from 1
	}
	rows, err := tx.Map().ByID(ctx, ids)
	if err != nil {
		return nil, err
	}
	var out []store.Entity
	for i, id := range ids {
		row, ok := rows[id]
		if !ok {
			return nil, NotFound("asset", guids[i])
		}
		if !slices.Contains(ids[:i], id) {
			out = append(out, row)
		}
	}
	return out, nil
}

// assetOf is what a scan saw of a row.
func assetOf(row store.Entity) (asset model.Asset, err error) {
	if err := wire.Decode(row.Scanned, &asset); err != nil {
		return asset, fmt.Errorf("read entity %d: %w", row.ID, err)
	}
	return asset, nil
}
