package scan

import (
	"context"
	"time"

	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

// Keep is how long an ended run, its units and the numbers of its batches stay known. A batch that comes later is
// answered Gone.
const Keep = 30 * 24 * time.Hour

// Forget deletes runs that ended longer than Keep ago, a few at a time. More says that there are others.
func (s *Service) Forget(ctx context.Context) (more bool, err error) {
	const most = 50
	var old []string
	err = s.store.View(ctx, func(tx store.Tx) error {
		old = nil
		ended := []model.RunState{model.RunSucceeded, model.RunFailed, model.RunCanceled}
		for before := int64(0); ; {
			runs, err := tx.Runs().ListRuns(ctx, store.RunQuery{States: ended, Before: before, Limit: 500})
			if err != nil || len(runs) == 0 {
				return err
			}
			for _, run := range runs {
				before = run.Serial
				if tx.Now().Sub(run.Ended) > Keep {
					old = append(old, run.ID)
				}
			}
		}
	})
	if err != nil {
		return false, err
	}
	for _, id := range old[:min(most, len(old))] {
		if err := s.store.Update(ctx, store.Ingest, func(tx store.Tx) error { return tx.Runs().DeleteRun(ctx, id) }); err != nil {
			return false, err
		}
	}
	return len(old) > most, nil
}
