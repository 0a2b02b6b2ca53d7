package datamap

import (
	"context"
	"time"

	"github.com/purlieu/purlieu/server/internal/store"
)

// How long the past is kept: what scans changed, and the measures of each day. What people changed is kept for ever, and so
// are the newest measures of each entity.
const (
	KeepChanges  = 400 * 24 * time.Hour
	KeepMeasures = 400 * 24 * time.Hour
)

// forgetAtOnce is how many rows one transaction of the clean-up touches: a person waits for one at most.
const forgetAtOnce = 1000

// ForgetHistory removes changes that scans made longer than KeepChanges ago, a few in each transaction. It looks at
// changes after a cursor, 0 at first, and gives the next one; 0 says that it is at the end.
func (s *Service) ForgetHistory(ctx context.Context, after int64) (next int64, err error) {
	err = s.store.Update(ctx, store.Ingest, func(tx store.Tx) error {
		next, err = tx.Map().ForgetChanges(ctx, tx.Now().Add(-KeepChanges), after, forgetAtOnce)
		return err
	})
	return next, err
}

// ForgetMeasures removes measures of days longer than KeepMeasures ago, a few in each transaction, but the newest of each
// entity: what has not changed since is still as large. It looks at measures after a key, nil at first, and gives the next
// one; nil says that it is at the end.
func (s *Service) ForgetMeasures(ctx context.Context, after *store.MeasureKey) (next *store.MeasureKey, err error) {
	err = s.store.Update(ctx, store.Ingest, func(tx store.Tx) error {
		next, err = tx.Map().ForgetMeasures(ctx, dayOf(tx.Now().Add(-KeepMeasures)), after, forgetAtOnce)
		return err
	})
	return next, err
}
