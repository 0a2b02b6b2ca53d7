package access

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

// text is all documents of this room: where a canary must not be found.
func (m *memory) text(t *testing.T) string {
	t.Helper()
	text, _, err := m.Text(t.Context(), docAccount, docKey, docUser, docUserName, docApp, docSignIn, docSession, docCollection, docRole)
	if err != nil {
		t.Fatal(err)
	}
	return text
}
