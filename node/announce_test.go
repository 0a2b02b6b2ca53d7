package node

import (
	"log/slog"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/node/internal/outbox"
	"github.com/purlieu/purlieu/node/nodetest"
)

// wire is a link on which nobody answers.
type wire struct {
	t            *testing.T
	descriptions []bus.Description
}

func (w *wire) Request(subject bus.Subject, payload []byte, _ func([]byte, error)) {
	if subject != bus.SubjectKind {
		return
	}
	var d bus.Description
	if err := bus.Decode(payload, &d); err != nil {
		w.t.Error(err)
	}
	w.descriptions = append(w.descriptions, d)
}

// lone makes a node that has no machine, and what it says in its ledger of one kind of entry.
func lone(t *testing.T, link bus.Link) (n *Node, entries func(outbox.EntryKind) int) {
	t.Helper()
	d := nodetest.NewDisk(rand.New(rand.NewPCG(1, 2)))
	n, err := New(Core{ID: "edge--one", Slots: 1, Link: link, Disk: d, Rand: rand.New(rand.NewPCG(3, 4)), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	return n, func(kind outbox.EntryKind) (count int) {
		t.Helper()
		err := outbox.Show(d, 1, 0, func(e outbox.Entry) error {
			if e.Kind == kind {
				count++
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return count
	}
}

func TestADescriptionIsRecordedOnceAndHeldUntilItsWitnessIsTold(t *testing.T) {
	link := &wire{t: t}
	n, entries := lone(t, link)
	now := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	a, err := announce([]model.Kind{{Name: "Garden", Version: 2}}, n, func() time.Time { return now }, n.core.Log)
	if err != nil {
		t.Fatal(err)
	}
	want, err := bus.Encode(bus.BeatAnswer{V: bus.Version, Want: []bus.Mark{a.marks[0], {Kind: "Other"}}})
	if err != nil {
		t.Fatal(err)
	}
	a.attested(0) // one is required, and was told of nothing
	for range 5 {
		a.answered(want, nil)
		now = now.Add(tellAgain)
	}
	if len(link.descriptions) > 0 || entries(outbox.EntryDescription) != 1 {
		t.Fatalf("with nobody told %d left, and the ledger has %d", len(link.descriptions), entries(outbox.EntryDescription))
	}
	seal := a.seals[a.marks[0]]
	a.attested(seal.Index - 1)
	if len(link.descriptions) > 0 {
		t.Fatal("it left before its entry was told")
	}
	a.attested(seal.Index)
	a.attested(seal.Index + 1)
	if len(link.descriptions) != 1 || link.descriptions[0].Seal != seal || !slices.Equal(link.descriptions[0].Body, a.bodies[a.marks[0]]) {
		t.Fatalf("%+v", link.descriptions)
	}
	for range 3 { // nobody answered: it is told again, by the same entry
		now = now.Add(tellAgain)
		a.answered(want, nil)
		a.answered(want, nil)
	}
	if len(link.descriptions) != 4 || link.descriptions[3].Seal != seal || entries(outbox.EntryDescription) != 1 {
		t.Errorf("%d left, the last by %+v; the ledger has %d", len(link.descriptions), link.descriptions[3].Seal, entries(outbox.EntryDescription))
	}
}
