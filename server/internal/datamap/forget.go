package datamap

import (
	"context"
	"slices"
	"time"

	"github.com/purlieu/purlieu/server/internal/store"
)

// How long the past is kept: what scans changed, and the measures of each day. What people changed is kept for ever, and so
// are the newest measures of each entity.
const (
	KeepChanges  = 400 * 24 * time.Hour
	KeepMeasures = 400 * 24 * time.Hour
)

// How many rows of the past one look takes in, which nobody waits for, and how many one transaction removes, which a person
// may wait for.
const (
	lookAtOnce   = 5000
	forgetAtOnce = 1000
)

// ForgetHistory removes changes that scans made longer than KeepChanges ago, a few in each transaction; where it finds none
// it writes nothing. It looks at changes after a cursor, 0 at first, and gives the next one; 0 says that it is at the end.
func (s *Service) ForgetHistory(ctx context.Context, after int64) (next int64, err error) {
	var old []int64
	err = s.store.View(ctx, func(tx store.Tx) error {
		old, next, err = tx.Map().OldChanges(ctx, tx.Now().Add(-KeepChanges), after, lookAtOnce)
		return err
	})
	if err != nil {
		return 0, err
	}
	for some := range slices.Chunk(old, forgetAtOnce) {
		if err := s.store.Update(ctx, store.Ingest, func(tx store.Tx) error { return tx.Map().DropChanges(ctx, some) }); err != nil {
			return 0, err
		}
	}
	return next, nil
}

// ForgetMeasures removes measures of days longer than KeepMeasures ago, a few in each transaction, but the newest of each
// entity: what has not changed since is still as large. Where it finds none it writes nothing. It looks at measures after a
// key, nil at first, and gives the next one; nil says that it is at the end.
func (s *Service) ForgetMeasures(ctx context.Context, after *store.MeasureKey) (next *store.MeasureKey, err error) {
	var old []store.MeasureKey
	err = s.store.View(ctx, func(tx store.Tx) error {
		old, next, err = tx.Map().OldMeasures(ctx, dayOf(tx.Now().Add(-KeepMeasures)), after, lookAtOnce)
		return err
	})
	if err != nil {
		return nil, err
	}
	for some := range slices.Chunk(old, forgetAtOnce) { // a newer one than these stays, whatever comes between
		if err := s.store.Update(ctx, store.Ingest, func(tx store.Tx) error { return tx.Map().DropMeasures(ctx, some) }); err != nil {
			return nil, err
		}
	}
	return next, nil
}
