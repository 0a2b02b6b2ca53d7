package scan

import (
	"context"
	"encoding/json"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

// Waiting reports whether units of a runtime wait for a node or are held by one.
func (s *Service) Waiting(ctx context.Context, runtime string) (waiting bool, err error) {
	err = s.store.View(ctx, func(tx store.Tx) error {
		states := []model.UnitState{model.UnitQueued, model.UnitLeased}
		units, err := tx.Runs().ListUnits(ctx, store.UnitQuery{Runtime: runtime, States: states, Limit: 1})
		waiting = len(units) > 0
		return err
	})
	return waiting, err
}

// Active reports whether a run is in progress.
func (s *Service) Active(ctx context.Context) (active bool, err error) {
	err = s.store.View(ctx, func(tx store.Tx) error {
		runs, err := tx.Runs().ListRuns(ctx, store.RunQuery{States: []model.RunState{model.RunInProgress}, Limit: 1})
		active = len(runs) > 0
		return err
	})
	return active, err
}

// RuntimeUsed gives a check that fails with Conflict while a scan names the runtime; it runs in the transaction that
// deletes it.
func (s *Service) RuntimeUsed(runtime string) func(ctx context.Context, tx store.Tx) error {
	return func(ctx context.Context, tx store.Tx) error {
		return eachDoc(ctx, tx, DocScan, func(d store.Doc) error {
			var sc model.Scan
			if err := json.Unmarshal(d.Body, &sc); err != nil {
				return err
			}
			if sc.Runtime == runtime {
				return fault.New(fault.Conflict, "RuntimeInUse", "the scan %s/%s runs on the runtime %s", sc.Source, sc.Name, runtime).
					Try("Give the scan another runtime, or delete it, first")
			}
			return nil
		})
	}
}

// CollectionUsed gives a check that fails with Conflict while a source or a scan is in the collection; it runs in the
// transaction that deletes it.
func (s *Service) CollectionUsed(collection string) func(ctx context.Context, tx store.Tx) error {
	return func(ctx context.Context, tx store.Tx) error {
		for _, kind := range []string{DocSource, DocScan} {
			err := eachDoc(ctx, tx, kind, func(d store.Doc) error {
				var in struct {
					Collection string `json:"collection"`
				}
				if err := json.Unmarshal(d.Body, &in); err != nil {
					return err
				}
				if in.Collection == collection {
					return fault.New(fault.Conflict, "CollectionNotEmpty", "the %s %s is in the collection %s", kind, d.Key, collection).
						Try("Move it to another collection, or delete it, first")
				}
				return nil
			})
			if err != nil {
				return err
			}
		}
		return nil
	}
}

// eachDoc calls fn for all documents of a kind, by key.
func eachDoc(ctx context.Context, tx store.Tx, kind string, fn func(store.Doc) error) error {
	for after := ""; ; {
		docs, next, err := page(ctx, tx, kind, "", after, PageLimit)
		if err != nil {
			return err
		}
		for _, d := range docs {
			if err := fn(d); err != nil {
				return err
			}
		}
		if after = next; after == "" {
			return nil
		}
	}
}
