package node

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/node/internal/disk"
	"github.com/purlieu/purlieu/node/internal/outbox"
	"github.com/purlieu/purlieu/node/internal/policy"
	"github.com/purlieu/purlieu/node/internal/witness"
)

// leaving writes a ledger of a node in a state directory, and has a witness take down its end.
func leaving(t *testing.T, dir, node, detail, file string) {
	t.Helper()
	if err := os.MkdirAll(OutboxPath(dir), 0o700); err != nil {
		t.Fatal(err)
	}
	d, err := disk.Dir(OutboxPath(dir))
	if err != nil {
		t.Fatal(err)
	}
	box, err := outbox.Open(d, nil, rand.New(rand.NewPCG(1, 2)), slog.New(slog.DiscardHandler), outbox.Config{Node: node})
	if err != nil {
		t.Fatal(err)
	}
	var seal bus.Seal
	for range 3 {
		if seal, err = box.Record(time.Now(), outbox.EntryAnswer, detail, []byte(detail)); err != nil {
			t.Fatal(err)
		}
	}
	if err := box.Close(time.Now()); err != nil {
		t.Fatal(err)
	}
	w := witness.New(node, time.Now, slog.New(slog.DiscardHandler), func(uint64) {})
	w.Use([]policy.Witness{{File: file}})
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	w.Close(ctx, seal)
}

func TestALedgerThatIsWrittenAnewUnderAnotherNameIsHeldAgainstTheNodesOwn(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "heads.log")
	leaving(t, dir, "edge--one", "first", file)
	for _, node := range []string{"edge--one", ""} {
		if _, told, _, err := WitnessLedger(dir, node, file); err != nil || told.Heads == 0 || len(told.Differences) > 0 {
			t.Fatalf("by the name %q: %+v, %v", node, told, err)
		}
	}
	if err := os.RemoveAll(OutboxPath(dir)); err != nil {
		t.Fatal(err)
	}
	leaving(t, dir, "edge--two", "anew", file) // the witness takes that down, too
	_, told, _, err := WitnessLedger(dir, "edge--one", file)
	if err != nil || len(told.Differences) != 2 || told.Differences[0].Of != "edge--two" || told.Differences[1].Of != "" {
		t.Errorf("%+v, %v", told, err)
	}
}

func TestAFileWithoutAHeadOfTheNodeSaysNothing(t *testing.T) {
	dir := t.TempDir()
	leaving(t, dir, "edge--one", "first", filepath.Join(dir, "heads.log"))
	empty, others := filepath.Join(dir, "empty"), filepath.Join(dir, "others")
	if err := os.WriteFile(empty, []byte("sshd: accepted\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	leaving(t, filepath.Join(dir, "two"), "edge--two", "second", others)
	for _, file := range []string{empty, others} {
		for _, node := range []string{"edge--one", ""} {
			if _, _, _, err := WitnessLedger(dir, node, file); !fault.Is(err, fault.NotFound) || fault.CodeOf(err) != "NothingWitnessed" {
				t.Errorf("%s for %q: %v", file, node, err)
			}
		}
	}
}
