package access

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/purlieu/purlieu/server/internal/store"
	"github.com/purlieu/purlieu/server/internal/store/sqlite"
)

// memory is the shipped store in memory, with a clock that the test sets. Each Update runs its function once for
// nothing and then again, as an engine may: so every test here proves that functions bear it.
type memory struct {
	*sqlite.Store

	mu  sync.Mutex
	now time.Time
}

func newMemory(t *testing.T) *memory {
	t.Helper()
	m := &memory{now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}
	clock := func() time.Time {
		m.mu.Lock()
		defer m.mu.Unlock()
		return m.now
	}
	st, err := sqlite.Open(t.Context(), sqlite.Options{Path: sqlite.Memory, Now: clock})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close() })
	m.Store = st
	return m
}

func (m *memory) pass(d time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.now = m.now.Add(d)
}

func (m *memory) Update(ctx context.Context, lane store.Lane, fn func(tx store.Tx) error) error {
	again := errors.New("run it again")
	err := m.Store.Update(ctx, lane, func(tx store.Tx) error {
		if err := fn(tx); err != nil {
			return err
		}
		return again
	})
	if !errors.Is(err, again) {
		return err
	}
	return m.Store.Update(ctx, lane, fn)
}

// text is all documents of this room: where a canary must not be found.
func (m *memory) text(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	err := m.View(t.Context(), func(tx store.Tx) error {
		for _, kind := range []string{docAccount, docKey, docUser, docUserName, docApp, docSignIn, docSession, docCollection, docRole} {
			docs, err := tx.Docs().List(t.Context(), kind, "", "", 1000)
			if err != nil {
				return err
			}
			for _, d := range docs {
				b.WriteString(d.Kind + " " + d.Key + " " + string(d.Body) + "\n")
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}
