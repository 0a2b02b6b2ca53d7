package datamap

import (
	"context"
	"testing"
	"time"

	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

// writes counts the write transactions of a store.
type writes struct {
	store.Store
	n int
}

func (w *writes) Update(ctx context.Context, lane store.Lane, fn func(store.Tx) error) error {
	w.n++
	return w.Store.Update(ctx, lane, fn)
}

func TestThePastIsForgottenWithoutWritingWhereNothingIs(t *testing.T) {
	r := newRoom(t)
	w := &writes{Store: r.st}
	s := New(w, r.log)
	var today int32
	var rows []store.MeasureRow
	var changes []store.Change
	r.update(func(_ context.Context, tx store.Tx) error {
		today = dayOf(tx.Now())
		for i := range int64(12_000) { // each entity's newest is old, and people's changes are kept for ever
			rows = append(rows, store.MeasureRow{Entity: i, Day: today - 500, Measures: []model.Measure{{Name: "rows", Value: i}}})
			changes = append(changes, store.Change{Entity: i, Version: 1, At: tx.Now().Add(-500 * 24 * time.Hour), Actor: "person:ada", Verb: "updated"})
		}
		return nil
	})
	forget := func() (looks, written int) {
		w.n = 0
		last, err := s.ForgetMeasures(r.Context(), nil)
		for looks++; err == nil && last != nil; looks++ {
			last, err = s.ForgetMeasures(r.Context(), last)
		}
		r.ok(err)
		next, err := s.ForgetHistory(r.Context(), 0)
		for looks++; err == nil && next != 0; looks++ {
			next, err = s.ForgetHistory(r.Context(), next)
		}
		r.ok(err)
		return looks, w.n
	}
	r.update(func(ctx context.Context, tx store.Tx) error {
		r.ok(tx.Map().PutMeasures(ctx, rows))
		return tx.Map().AddChanges(ctx, changes)
	})
	if looks, n := forget(); looks != 6 || n != 0 {
		t.Errorf("%d looks write %d times where nothing is to be forgotten", looks, n)
	}
	r.update(func(ctx context.Context, tx store.Tx) error {
		for i := range rows {
			rows[i].Day++
		}
		r.ok(tx.Map().PutMeasures(ctx, rows[:2500]))
		changes[0].Actor = "scan:shop/all"
		return tx.Map().AddChanges(ctx, changes[:1])
	})
	if _, n := forget(); n != 3+1 {
		t.Errorf("%d transactions for 2,500 measures and a change", n)
	}
	if _, n := forget(); n != 0 {
		t.Errorf("%d transactions when all is forgotten", n)
	}
	r.update(func(ctx context.Context, tx store.Tx) error {
		for entity, day := range map[int64]int32{0: today - 499, 2499: today - 499, 2500: today - 500} {
			left, err := tx.Map().Measures(ctx, entity, 9)
			r.ok(err)
			if len(left) != 1 || left[0].Day != day {
				t.Errorf("of entity %d: %+v", entity, left)
			}
		}
		told, err := tx.Map().History(ctx, 0, 0, 9)
		if len(told) != 1 || told[0].Actor != "person:ada" {
			t.Errorf("the history is %+v", told)
		}
		return err
	})
}
