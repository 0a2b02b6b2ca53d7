package datamap

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
	"github.com/purlieu/purlieu/wire"
)

// Rename gives an asset the name under which a scan met it again as another row: from keeps guid, history and what
// people wrote, and takes over all that the scan saw under the new name; the row that to was stands behind, deleted,
// under the old name. Both are live, of one type and source.
func (s *Service) Rename(ctx context.Context, tx store.Tx, actor string, from, to store.Entity) error {
	version, err := tx.Map().NextVersion(ctx)
	if err != nil {
		return err
	}
	var old, next model.Asset
	if err := wire.Decode(from.Scanned, &old); err != nil {
		return fmt.Errorf("read entity %d: %w", from.ID, err)
	}
	if err := wire.Decode(to.Scanned, &next); err != nil {
		return fmt.Errorf("read entity %d: %w", to.ID, err)
	}
	moved, left := to, from
	moved.ID, moved.Created, moved.CreatedBy = from.ID, from.Created, from.CreatedBy
	moved.Version, moved.Modified, moved.ModifiedBy = version, tx.Now(), actor
	if moved.NextColumn, err = number(next.Columns, old.Columns, max(from.NextColumn, 1)); err != nil {
		return err
	}
	if moved.Scanned, err = wire.Encode(&next); err != nil {
		return fmt.Errorf("encode %s: %w", next.Path, err)
	}
	if moved.Authored, err = inherit(from, to); err != nil {
		return err
	}
	left.ID, left.Created, left.CreatedBy = to.ID, to.Created, to.CreatedBy
	left.Version, left.Modified, left.ModifiedBy = version, tx.Now(), actor
	left.Deleted, left.NativeID, left.Authored = true, "", nil
	if err := dropProcess(ctx, tx, actor, from); err != nil {
		return err
	}
	if err := exchange(ctx, tx, moved, left); err != nil {
		return err
	}
	measures, err := tx.Map().Measures(ctx, to.ID, 1)
	if err != nil {
		return err
	}
	for i := range measures {
		measures[i].Entity = from.ID
	}
	if err := tx.Map().PutMeasures(ctx, measures); err != nil {
		return err
	}
	diff, err := json.Marshal([]Difference{{What: "qualifiedName", Old: from.QualifiedName, New: to.QualifiedName}})
	if err != nil {
		return err
	}
	return tx.Map().AddChanges(ctx, []store.Change{
		{Entity: moved.ID, Version: version, At: tx.Now(), Actor: actor, Verb: "renamed", Diff: diff},
		{Entity: left.ID, Version: version, At: tx.Now(), Actor: actor, Verb: "deleted"},
	})
}

// exchange writes two rows that trade names; for a moment one has a name that no asset can have.
func exchange(ctx context.Context, tx store.Tx, moved, left store.Entity) error {
	parked := left
	parked.Hash = model.HashOf("", fmt.Sprintf("row %d", left.ID))
	for _, row := range []store.Entity{parked, moved, left} {
		if err := tx.Map().Set(ctx, []store.Entity{row}); err != nil {
			return fmt.Errorf("write entities: %w", err)
		}
	}
	return tx.Map().BindEdges(ctx, map[model.Hash]int64{moved.Hash: moved.ID, left.Hash: 0})
}

// dropProcess deletes the process that carried the lineage of an asset under its old name.
func dropProcess(ctx context.Context, tx store.Tx, actor string, row store.Entity) error {
	children, err := tx.Map().Children(ctx, row.Hash, "", 0, 100)
	if err != nil {
		return err
	}
	var processes []store.Entity
	for _, p := range children {
		if p.Scanned == nil && p.Name == "lineage of "+row.Name {
			processes = append(processes, p)
		}
	}
	_, err = remove(ctx, tx, actor, processes)
	return err
}

// inherit is what people wrote over the asset; where nobody did, what they wrote since it has its new name.
func inherit(from, to store.Entity) ([]byte, error) {
	if from.Authored != nil || to.Authored == nil {
		return from.Authored, nil
	}
	authored, err := readAuthored(to)
	if err != nil {
		return nil, err
	}
	authored.Columns = nil // by numbers that are not this asset's
	return authored.pack()
}
