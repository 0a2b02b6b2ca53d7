package access

import (
	"bytes"
	"testing"

	"github.com/purlieu/purlieu/server/internal/store"
)

func TestWhatReplicasShareIsTheFirstOnesAndSealed(t *testing.T) {
	s := open(t, newMemory(t), testConfig(t))
	if got, err := s.Shared(t.Context(), "x", nil); got != nil || err != nil {
		t.Errorf("nothing is kept yet: %q, %v", got, err)
	}
	for _, mine := range [][]byte{[]byte("first"), []byte("second"), nil} {
		if got, err := s.Shared(t.Context(), "x", mine); string(got) != "first" || err != nil {
			t.Errorf("%q, %v", got, err)
		}
	}
	err := s.store.View(t.Context(), func(tx store.Tx) error {
		doc, err := tx.Docs().Get(t.Context(), docShared, "x")
		if bytes.Contains(doc.Body, []byte("first")) {
			t.Error("it is not sealed")
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}
