package scan

import (
	"context"
	"slices"

	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

// rename finds, among what the run did not see, what it met under another name: the one new asset of the same type that
// has the same native id. That is proof of its own, and is neither weighed nor held. Native ids mean something within
// one system only, so nothing is renamed where the source's identity is not known, and nothing that was last seen of
// another one: such rows were voided. It runs before anything is decided, and finds nothing to do when it runs again.
// What took a name that another asset had is looked at first (settle).
func (s *Service) rename(ctx context.Context, p *proof) error {
	if p.body.Decided {
		return nil
	}
	if p.body.Grant.System == "" {
		return s.store.Update(ctx, store.Ingest, func(tx store.Tx) error { return forgetFormers(ctx, tx, p.actor()) })
	}
	if err := s.settle(ctx, p); err != nil {
		return err
	}
	return s.eachContainer(ctx, p, func(key string) error {
		var missing []model.Hash
		err := s.store.View(ctx, func(tx store.Tx) error {
			missing = nil
			base, err := baseOf(ctx, tx, p.scan, key)
			if err != nil || len(base.Rows) == 0 || base.Generation >= p.run.Serial {
				return err
			}
			seen, err := gather(ctx, tx, p, key, base)
			if err != nil || seen.stale {
				return err
			}
			missing = seen.missing(base)
			missing = slices.DeleteFunc(missing, func(h model.Hash) bool { return is(base.Rows, h, voidRow) || is(base.Rows, h, restoredRow) })
			return nil
		})
		if err != nil {
			return err
		}
		for page := range slices.Chunk(missing, renamePage) {
			err := s.store.Update(ctx, store.Ingest, func(tx store.Tx) error { return s.renamePage(ctx, tx, p, page) })
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// renamePage bounds how many assets one transaction looks for.
const renamePage = 100

func (s *Service) renamePage(ctx context.Context, tx store.Tx, p *proof, missing []model.Hash) error {
	if open, err := undecided(ctx, tx, p.run.ID); err != nil || !open {
		return err
	}
	rows, err := tx.Map().ByHash(ctx, missing)
	if err != nil {
		return err
	}
	for _, h := range missing {
		row, ok := rows[h]
		if !ok || row.Deleted || row.NativeID == "" || row.Scanned == nil || row.Source != p.run.Source {
			continue
		}
		same, err := tx.Map().ByNative(ctx, row.Source, row.Type, row.NativeID)
		if err != nil {
			return err
		}
		same = slices.DeleteFunc(same, func(e store.Entity) bool { return e.ID == row.ID })
		if len(same) != 1 || same[0].Scanned == nil || same[0].CreatedBy != p.actor() {
			continue
		}
		if fresh, err := s.freshTo(ctx, tx, p, same[0]); err != nil || !fresh {
			if err != nil {
				return err
			}
			continue
		}
		if err := s.deleter.Move(ctx, tx, p.actor(), p.read(), []store.Entity{row, same[0]}, nil, false); err != nil {
			return err
		}
	}
	return nil
}

// undecided reports whether nobody has decided yet what a run deletes. All moving of rows comes before that: who
// finalises the same run behind another, by a proof that is no longer true, has nothing to move.
func undecided(ctx context.Context, tx store.Tx, id string) (bool, error) {
	run, err := tx.Runs().Run(ctx, id)
	if err != nil || run.State.Ended() {
		return false, err
	}
	b, err := readBody(run)
	return err == nil && !b.Decided, err
}

// freshTo reports whether a row is new to the scan: a name that an earlier run saw was never the missing asset's.
func (s *Service) freshTo(ctx context.Context, tx store.Tx, p *proof, row store.Entity) (bool, error) {
	asset, err := assetOf(row)
	if err != nil {
		return false, err
	}
	base, err := headOf(ctx, tx, p.scan, ContainerKey(asset.Container))
	if err != nil {
		return false, err
	}
	held := map[model.Hash]bool{}
	err = holds(ctx, tx, base, []model.Hash{row.Hash}, held)
	return !held[row.Hash], err
}
