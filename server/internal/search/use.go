package search

import (
	"context"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/server/internal/store"
)

// CollectionUsed gives a check that fails with Conflict while an asset is in the collection; it runs in the transaction
// that deletes it. It asks the index, and looks itself at what the index has not read yet.
func (s *Service) CollectionUsed(collection string) func(ctx context.Context, tx store.Tx) error {
	return func(ctx context.Context, tx store.Tx) error {
		used := fault.New(fault.Conflict, "CollectionNotEmpty", "assets are in the collection %s", collection).
			Try("Move them to another collection first")
		for q := (store.IndexQuery{Collections: []string{collection}, Uncounted: true, Limit: mostLimit}); ; {
			found, err := tx.Index().Query(ctx, q)
			if err != nil {
				return err
			}
			rows, err := tx.Map().ByID(ctx, found.Entities)
			if err != nil {
				return err
			}
			for _, e := range rows {
				if in(e, collection) {
					return used
				}
			}
			if !found.More {
				break
			}
			q.After = &found.Last
		}
		version, entity, err := tx.Index().Cursor(ctx, store.IndexFollower)
		if err != nil {
			return err
		}
		for {
			rows, err := tx.Map().ChangedAfter(ctx, version, entity, mostLimit)
			if err != nil || len(rows) == 0 {
				return err
			}
			for _, e := range rows {
				if in(e, collection) {
					return used
				}
				version, entity = e.Version, e.ID
			}
		}
	}
}

func in(e store.Entity, collection string) bool { return !e.Deleted && e.Collection == collection }
