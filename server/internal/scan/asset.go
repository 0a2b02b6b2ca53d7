package scan

import (
	"context"
	"fmt"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
	"github.com/purlieu/purlieu/wire"
)

// RestoreAsset brings one deleted asset back in a person's name, with what people wrote over it. It is a Conflict where
// it is not deleted. No base holds it: it stays until a scan has seen it again and then misses it.
func (s *Service) RestoreAsset(ctx context.Context, guid, actor string) error {
	return s.store.Update(ctx, store.People, func(tx store.Tx) error {
		row, err := assetRow(ctx, tx, guid)
		if err != nil {
			return err
		}
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
		return voidAsset(ctx, tx, row, restoredRow)
	})
}

// DeleteAsset deletes one asset in a person's name. A scan that sees it again revives it. One that is deleted already
// is passed over.
func (s *Service) DeleteAsset(ctx context.Context, guid, actor string) error {
	return s.store.Update(ctx, store.People, func(tx store.Tx) error {
		row, err := assetRow(ctx, tx, guid)
		if err != nil {
			return err
		}
		if _, err := s.deleter.Delete(ctx, tx, actor, []model.Hash{row.Hash}); err != nil {
			return err
		}
		return voidAsset(ctx, tx, row, voidRow)
	})
}

// assetRow is the row that a guid names; a column has none of its own.
func assetRow(ctx context.Context, tx store.Tx, guid string) (store.Entity, error) {
	id, column, err := model.ParseGUID(guid)
	if err != nil {
		return store.Entity{}, err
	}
	rows, err := tx.Map().ByID(ctx, []int64{int64(id)}) //nolint:gosec // rows are counted from 1
	if err != nil {
		return store.Entity{}, err
	}
	row, ok := rows[int64(id)] //nolint:gosec // as above
	if !ok {
		return store.Entity{}, NotFound("asset", guid)
	}
	if column != 0 {
		return store.Entity{}, fault.New(fault.Invalid, "ColumnOfTable", "a column comes and goes with its table").
			Try("Name the table's guid")
	}
	return row, nil
}

// voidAsset makes the source's scans look at an asset anew.
func voidAsset(ctx context.Context, tx store.Tx, row store.Entity, void func(model.Hash) bus.BaseRow) error {
	if row.Scanned == nil {
		return nil
	}
	asset, err := assetOf(row)
	if err != nil {
		return err
	}
	return voidRows(ctx, tx, row.Source, ContainerKey(asset.Container), []model.Hash{row.Hash}, void)
}

// assetOf is what a scan saw of a row.
func assetOf(row store.Entity) (asset model.Asset, err error) {
	if err := wire.Decode(row.Scanned, &asset); err != nil {
		return asset, fmt.Errorf("read entity %d: %w", row.ID, err)
	}
	return asset, nil
}
