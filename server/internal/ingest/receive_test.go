package ingest

import (
	"context"
	"crypto/ed25519"
	"testing"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

func TestABatchSentTwiceIsReceiptedTwiceAndAppliedOnce(t *testing.T) {
	r := newRoom(t, DefaultConfig())
	g := r.bed()
	f := r.facts(g, plant("a/x"))
	r.batch(g, 0, f, bus.Committed)
	r.batch(g, 0, f, bus.Committed)
	if r.inbox() != 1 {
		t.Fatalf("%d in the inbox", r.inbox())
	}
	r.apply()
	r.batch(g, 0, f, bus.Committed)
	if r.inbox() != 0 || r.unit(g.Ref.Unit).Applied != 1 {
		t.Fatal("a batch came in again after it was applied")
	}
}

func TestABatchWaitsWhileTheStoreIsShortOfRoom(t *testing.T) {
	short := false
	cfg := DefaultConfig()
	cfg.Short = func() bool { return short }
	r := newRoom(t, cfg)
	g := r.bed()
	f := r.facts(g, plant("a/x"))
	short = true
	r.batch(g, 0, f, bus.Wait)
	if r.inbox() != 0 {
		t.Fatal("it was taken all the same")
	}
	short = false
	r.batch(g, 0, f, bus.Committed)
	r.apply()
	if r.count() != 1 {
		t.Fatalf("%d assets", r.count())
	}
}

func TestTwoAppliersApplyABatchOnce(t *testing.T) {
	r := newRoom(t, DefaultConfig())
	g := r.bed()
	r.batch(g, 0, r.facts(g, plant("a/x")), bus.Committed)
	var rows []store.BatchRow
	r.ok(r.st.View(t.Context(), func(tx store.Tx) (err error) {
		rows, err = tx.Inbox().Next(t.Context(), 0, 9)
		return err
	}))
	for range 2 { // two replicas read it before either applied it
		r.ok(r.applyGroup(t.Context(), []opened{{row: rows[0], facts: r.facts(g, plant("a/x"))}}))
	}
	if u := r.unit(g.Ref.Unit); u.Applied != 1 {
		t.Fatalf("applied %d times", u.Applied)
	}
}

func TestBatchesOutOfOrderEndAsTheyWouldInOrder(t *testing.T) {
	r := newRoom(t, DefaultConfig())
	g := r.bed()
	r.done(g, bus.Done{Batches: 3}, bus.Wait)
	for _, n := range []uint32{2, 0, 1} {
		r.batch(g, n, r.facts(g, plant("a/"+string('p'+rune(n)))), bus.Committed)
	}
	r.done(g, bus.Done{Batches: 3}, bus.Committed)
	r.apply()
	if u := r.unit(g.Ref.Unit); u.State != model.UnitClosed || r.count() != 3 {
		t.Fatalf("state %d, %d assets", u.State, r.count())
	}
}

func TestABatchThatComesDaysLateChangesNothing(t *testing.T) {
	r := newRoom(t, DefaultConfig())
	g := r.bed()
	r.done(g, bus.Done{}, bus.Committed)
	r.batch(g, 0, r.facts(g, plant("a/x")), bus.Dropped)
	r.ok(r.scans.Cancel(t.Context(), "plot", "all", r.run))
	r.batch(g, 1, r.facts(g, plant("a/x")), bus.Dropped)
	r.update(func(ctx context.Context, tx store.Tx) error { return tx.Runs().DeleteRun(ctx, r.run) })
	r.batch(g, 2, r.facts(g, plant("a/x")), bus.Gone)
	r.done(g, bus.Done{}, bus.Gone)
	if r.inbox() != 0 || r.count() != 0 {
		t.Fatalf("%d in the inbox, %d in the map", r.inbox(), r.count())
	}
}

func TestABatchOfACancelledRunIsDroppedFromTheInboxToo(t *testing.T) {
	r := newRoom(t, DefaultConfig())
	g := r.bed()
	r.batch(g, 0, r.facts(g, plant("a/x")), bus.Committed)
	r.ok(r.scans.Cancel(t.Context(), "plot", "all", r.run))
	r.apply()
	if r.count() != 0 {
		t.Fatal("a cancelled run wrote into the map")
	}
}

func TestOnlyTheHolderSendsBatches(t *testing.T) {
	r := newRoom(t, DefaultConfig())
	g := r.bed()
	r.raw("dmz--b", g.Ref, 0, []byte("x"), bus.Refused)
	r.raw(node, bus.AttemptRef{Unit: g.Ref.Unit, Attempt: 9}, 0, []byte("x"), bus.Refused)
	r.raw(node, g.Ref, 1<<32-1, []byte("x"), bus.Refused)
	r.raw(node, g.Ref, 0, make([]byte, bus.MaxPacked+1), bus.Refused)
	if r.inbox() != 0 {
		t.Fatal("a refused batch is in the inbox")
	}
}

func TestReceiptsAreSignedButForWait(t *testing.T) {
	r := newRoom(t, DefaultConfig())
	g := r.bed()
	got := r.raw(node, g.Ref, 0, []byte("x"), bus.Committed)
	text := bus.SignedReceipt(node, g.Ref, 0, seal(0))
	if got.Seal != seal(0) || !ed25519.Verify(r.key.Public().(ed25519.PublicKey), text, got.Signature) {
		t.Fatalf("got %+v", got)
	}
	d, err := r.Done(t.Context(), node, bus.Done{Ref: g.Ref, Seal: seal(5), Batches: 9, Outcome: bus.OutcomeRead})
	if err != nil || d.Status != bus.Wait || d.WaitMS <= 0 || d.Signature != nil {
		t.Fatalf("%+v, %v", d, err)
	}
	head, known, err := r.Highest(t.Context(), node)
	if err != nil || !known || head.Index != 100 { // planning's done
		t.Fatalf("%+v, %v, %v", head, known, err)
	}
}

func TestAFullInboxOrStoreSaysWait(t *testing.T) {
	cfg := DefaultConfig()
	cfg.MaxWaiting = 10
	r := newRoom(t, cfg)
	g := r.bed()
	r.raw(node, g.Ref, 0, make([]byte, 11), bus.Committed)
	if got := r.raw(node, g.Ref, 1, []byte("x"), bus.Wait); got.WaitMS <= 0 || got.Signature != nil {
		t.Fatalf("got %+v", got)
	}
	r.cfg = DefaultConfig()
	r.fail = func() error { return fault.New(fault.Throttled, "DiskFull", "no room") }
	r.raw(node, g.Ref, 1, []byte("x"), bus.Wait)
	r.done(g, bus.Done{Batches: 1}, bus.Wait)
	a, err := r.scans.Claim(t.Context(), node, bus.Claim{Slots: 1, Kinds: []string{"Garden"}})
	if err != nil || a.WaitMS <= 0 || len(a.Grants) != 0 {
		t.Fatalf("claim: %+v, %v", a, err)
	}
	r.fail = nil
	r.raw(node, g.Ref, 1, []byte("x"), bus.Committed)
}

func TestAStoreThatFailsForAWhileCostsNoBatch(t *testing.T) {
	r := newRoom(t, DefaultConfig())
	g := r.bed()
	r.batch(g, 0, r.facts(g, plant("a/x")), bus.Committed)
	r.fail = func() error { return fault.New(fault.Throttled, "DiskFull", "no room") }
	for range 20 {
		if _, err := r.ApplyNext(t.Context()); err == nil {
			t.Fatal("a store that takes nothing took a batch")
		}
	}
	r.fail = nil
	r.apply()
	if r.count() != 1 || len(r.quarantined()) != 0 {
		t.Fatalf("%d assets, quarantine %v", r.count(), r.quarantined())
	}
}

func TestALedgerBeginsAnewWithAnotherKeyOnly(t *testing.T) {
	r := newRoom(t, DefaultConfig())
	first, second := ed25519.PublicKey("first"), ed25519.PublicKey("second")
	begin := func(key ed25519.PublicKey) {
		r.update(func(ctx context.Context, tx store.Tx) error { return BeginLedger(ctx, tx, node, key) })
	}
	highest := func(want uint64) {
		t.Helper()
		head, known, err := r.Highest(t.Context(), node)
		if err != nil || head.Index != want || known != (want > 0) {
			t.Fatalf("%+v, %v, %v, want entry %d", head, known, err, want)
		}
	}
	begin(first)
	highest(0)
	g := r.bed()
	r.raw(node, g.Ref, 6, []byte("x"), bus.Committed)
	highest(100) // planning's done
	begin(first) // removed and enrolled again, or silent for months: its ledger goes on
	highest(100)
	begin(second) // a machine set up anew
	highest(0)
	r.raw(node, g.Ref, 4, []byte("x"), bus.Committed)
	highest(5)
	r.raw(node, g.Ref, 3, []byte("x"), bus.Committed)
	highest(5)
}
