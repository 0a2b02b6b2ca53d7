package desk

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/datamap"
	"github.com/purlieu/purlieu/server/internal/ingest"
	"github.com/purlieu/purlieu/server/internal/scan"
	"github.com/purlieu/purlieu/server/internal/store"
	"github.com/purlieu/purlieu/server/internal/store/sqlite"
)

// outside is what the desk needs of the rest of the house: a bell, a signature and a fleet that counts beats.
type outside struct{ beats int }

func (*outside) Ring(string)           {}
func (*outside) Tell(string, bus.Tell) {}
func (*outside) Sign(b []byte) []byte  { return b[:1] }
func (o *outside) Beat(context.Context, string, bus.Beat) error {
	o.beats++
	return nil
}

func newDesk(t testing.TB) (*Desk, *sqlite.Store, *outside) {
	t.Helper()
	ctx := context.Background()
	st, err := sqlite.Open(ctx, sqlite.Options{Path: sqlite.Memory, Now: func() time.Time { return time.Unix(1_800_000_000, 0) }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close() })
	out, log := &outside{}, slog.New(slog.DiscardHandler)
	graph := datamap.New(st, log)
	scans := scan.New(st, out, graph, log, scan.DefaultConfig())
	in := ingest.New(st, scans, graph, scans, out, log, ingest.DefaultConfig())
	kind := model.Kind{Name: "Garden", Version: 1, ScanKinds: []string{"G"}, Authority: "garden://x", RuntimeKinds: []string{"SelfHosted"}, Levels: []model.Level{model.L1}}
	if err := scans.PutKinds(ctx, []model.Kind{kind}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := scans.PutSource(ctx, model.Source{Name: "plot", Kind: "Garden", Collection: "root"}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := scans.PutScan(ctx, model.Scan{Name: "all", Source: "plot", Runtime: "dmz"}); err != nil {
		t.Fatal(err)
	}
	if _, err := scans.Start(ctx, "plot", "all", scan.StartOptions{}); err != nil {
		t.Fatal(err)
	}
	return New(scans, in, out), st, out
}

func subjects() []bus.Subject {
	return []bus.Subject{bus.SubjectClaim, bus.SubjectRenew, bus.SubjectBatch, bus.SubjectDone, bus.SubjectBase, bus.SubjectBeat, bus.SubjectKind}
}

func TestGarbageIsInvalidAndHasNoEffect(t *testing.T) {
	d, st, out := newDesk(t)
	for _, subject := range subjects() {
		for name, payload := range map[string][]byte{
			"nothing": nil, "text": []byte("hello"), "a number": {1}, "cut": {0xa1, 1}, "an endless list": {0x9f, 1}, "too large": make([]byte, maxPayload+1),
			"a key twice": {0xa2, 1, 1, 1, 1}, "the wrong type": {0xa1, 1, 0x61, 'x'},
		} {
			if answer, err := d.Handle(t.Context(), "dmz--a", subject, payload); !fault.Is(err, fault.Invalid) || answer != nil {
				t.Errorf("%s, %s: %x, %v", subject, name, answer, err)
			}
		}
	}
	if out.beats != 0 {
		t.Errorf("%d beats were heard", out.beats)
	}
	err := st.View(t.Context(), func(tx store.Tx) error {
		units, err := tx.Runs().ListUnits(t.Context(), store.UnitQuery{Limit: 9})
		if len(units) != 1 || units[0].State != model.UnitQueued || units[0].Attempt != 0 {
			t.Errorf("units %+v", units)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestSubjectsThatNodesDoNotSendAreUnsupported(t *testing.T) {
	d, _, _ := newDesk(t)
	for _, subject := range []bus.Subject{"", "other", bus.SubjectAsk, bus.SubjectTell, bus.SubjectRing} {
		if _, err := d.Handle(t.Context(), "dmz--a", subject, []byte{0xa0}); !fault.Is(err, fault.Unsupported) {
			t.Errorf("%q: %v", subject, err)
		}
	}
}

func FuzzHandle(f *testing.F) {
	d, _, _ := newDesk(f)
	ref := bus.AttemptRef{Unit: 1, Attempt: 1}
	for i, message := range []any{
		bus.Claim{V: 1, Slots: 1, Kinds: []string{"Garden"}},
		bus.Renew{Attempts: []bus.AttemptRef{ref}},
		bus.Batch{Ref: ref, Body: bus.Pack([]byte{0xa0})},
		bus.Done{Ref: ref, Outcome: bus.OutcomeRead},
		bus.BaseAsk{Ref: ref, After: "1 /a"},
		bus.Beat{Marks: []bus.Mark{{Kind: "Orchard", Version: 1}}},
		bus.Description{Mark: bus.Mark{Kind: "Orchard", Version: 1}, Body: []byte{0xa0}},
	} {
		raw, err := bus.Encode(message)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(uint8(i), raw)
	}
	f.Fuzz(func(t *testing.T, which uint8, payload []byte) {
		subject := subjects()[int(which)%len(subjects())]
		answer, err := d.Handle(t.Context(), "dmz--a", subject, payload)
		if fault.Is(err, fault.Internal) || (err == nil && len(answer) == 0) {
			t.Fatalf("%s: %x, %v", subject, answer, err)
		}
		for more := true; more; {
			if more, err = d.ingest.ApplyNext(t.Context()); err != nil {
				t.Fatalf("apply: %v", err)
			}
		}
		// Whatever came, the account can go on.
		claim, err := bus.Encode(bus.Claim{V: 1, Slots: 1, Kinds: []string{"Garden"}})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.Handle(t.Context(), "dmz--b", bus.SubjectClaim, claim); err != nil {
			t.Fatalf("claim: %v", err)
		}
	})
}
