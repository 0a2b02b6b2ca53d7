package scan

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

// Seen is the run that vouches for an asset: no row of the map says when it was seen, the bases of scans do.
type Seen struct {
	At   time.Time // when the run ended
	Run  string
	Scan string
	// Whole: the run saw all that its scan had seen before and that it did not prove gone, and so this asset. Else it may have
	// missed it, and an older run saw it.
	Whole      bool
	Collection string // of the run
}

// Seen tells of the newest run that surely saw an asset, and where there is none, of the newest that may have; false where no
// base holds it: no run that saw it has ended yet, its scan was removed, or a person made it. A column was seen with its table.
func (s *Service) Seen(ctx context.Context, guid string) (seen Seen, ok bool, err error) {
	err = s.store.View(ctx, func(tx store.Tx) error {
		seen, ok = Seen{}, false
		id, _, err := model.ParseGUID(guid)
		if err != nil {
			return err
		}
		n := int64(id) //nolint:gosec // rows are counted from 1
		rows, err := tx.Map().ByID(ctx, []int64{n})
		if err != nil {
			return err
		}
		row := rows[n]
		if row.Scanned == nil {
			return nil
		}
		asset, err := assetOf(row)
		if err != nil {
			return err
		}
		bases, err := basesOf(ctx, tx, row.Source, ContainerKey(asset.Container), "")
		if err != nil {
			return err
		}
		seen, ok, err = seenIn(ctx, tx, row, bases)
		return err
	})
	return seen, ok, err
}

// seenIn tells of the newest run of some bases that surely saw an asset; of the newest that may have where none did.
func seenIn(ctx context.Context, tx store.Tx, row store.Entity, bases []store.Base) (seen Seen, ok bool, err error) {
	slices.SortFunc(bases, func(a, b store.Base) int { return cmp.Compare(b.Generation, a.Generation) })
	for _, base := range bases {
		// A person brought it back, and no run has seen it since; or it was deleted, maybe since this very run proved it gone.
		held, unsure := false, false
		err := eachBlock(ctx, tx, base, []model.Hash{row.Hash}, func(b store.Block, _ []model.Hash) error {
			held = hasRow(b.Rows, row.Hash)
			unsure = is(b.Rows, row.Hash, restoredRow) || row.Deleted && is(b.Rows, row.Hash, voidRow)
			return nil
		})
		if err != nil {
			return seen, ok, err
		}
		if !held {
			continue
		}
		runs, err := tx.Runs().ListRuns(ctx, store.RunQuery{Source: row.Source, Before: base.Generation + 1, Limit: 1})
		if err != nil {
			return seen, ok, err
		}
		if len(runs) == 0 || runs[0].Serial != base.Generation || runs[0].Ended.IsZero() {
			continue
		}
		b, err := readBody(runs[0])
		if err != nil {
			return seen, ok, err
		}
		whole := b.Counts.NotSeen == 0 && !unsure
		if !ok || whole {
			seen, ok = Seen{At: runs[0].Ended, Run: runs[0].ID, Scan: runs[0].Scan, Collection: b.Collection, Whole: whole}, true
		}
		if whole {
			return seen, ok, nil
		}
	}
	return seen, ok, nil
}
