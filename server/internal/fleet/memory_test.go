package fleet_test

import (
	"testing"
	"time"

	"github.com/purlieu/purlieu/server/internal/store/docstest"
	"github.com/purlieu/purlieu/server/internal/store/sqlite"
)

// memory is the shipped store in memory, which tries everything twice, on a clock that the test moves.
type memory struct {
	docstest.Twice
	*docstest.Hand
}

func newMemory(t *testing.T) *memory {
	t.Helper()
	clock := docstest.NewHand(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC))
	st, err := sqlite.Open(t.Context(), sqlite.Options{Path: sqlite.Memory, Now: clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close() })
	return &memory{docstest.Twice{Store: st}, clock}
}

// nodes is all documents of runtimes and nodes, where a canary must not be found, and how often they were written.
func (m *memory) nodes(t *testing.T) (text string, writes int64) {
	t.Helper()
	text, writes, err := m.Text(t.Context(), "runtime", "runtimeid", "node")
	if err != nil {
		t.Fatal(err)
	}
	return text, writes
}
