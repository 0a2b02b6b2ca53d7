package docstest

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/purlieu/purlieu/server/internal/store"
)

// Twice is a store whose every Update runs its function once for nothing and then again, as an engine may: a test on
// it proves that functions bear it.
type Twice struct{ store.Store }

// Update runs fn, forgets what it wrote, and runs it again.
func (t Twice) Update(ctx context.Context, lane store.Lane, fn func(tx store.Tx) error) error {
	again := errors.New("run it again")
	err := t.Store.Update(ctx, lane, func(tx store.Tx) error {
		if err := fn(tx); err != nil {
			return err
		}
		return again
	})
	if !errors.Is(err, again) {
		return err
	}
	return t.Store.Update(ctx, lane, fn)
}

// Text is all documents of some kinds, a line each that begins with the kind, and how often they were written: a test
// looks there for what must not be kept.
func (t Twice) Text(ctx context.Context, kinds ...string) (text string, writes int64, err error) {
	var b strings.Builder
	err = t.View(ctx, func(tx store.Tx) error {
		b.Reset()
		writes = 0
		for _, kind := range kinds {
			docs, err := tx.Docs().List(ctx, kind, "", "", 1000)
			if err != nil {
				return err
			}
			for _, d := range docs {
				b.WriteString(d.Kind + " " + d.Key + " " + string(d.Body) + "\n")
				writes += d.Version
			}
		}
		return nil
	})
	return b.String(), writes, err
}

// Hand is a clock that a test moves. Safe for concurrent use.
type Hand struct {
	mu  sync.Mutex
	now time.Time
}

// NewHand makes a clock that stands at a time.
func NewHand(now time.Time) *Hand { return &Hand{now: now} }

// Now is the time that the test has set.
func (h *Hand) Now() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.now
}

// Pass lets time pass.
func (h *Hand) Pass(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.now = h.now.Add(d)
}
