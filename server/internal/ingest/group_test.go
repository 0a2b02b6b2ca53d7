package ingest

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

// version is that of the map.
func (r *room) version() (v int64) {
	r.Helper()
	r.ok(r.st.View(r.Context(), func(tx store.Tx) (err error) {
		v, err = tx.Map().Version(r.Context())
		return err
	}))
	return v
}

func (r *room) step() {
	r.Helper()
	_, err := r.ApplyNext(r.Context())
	r.ok(err)
}

func TestBatchesThatWaitShareATransaction(t *testing.T) {
	r := newRoom(t, DefaultConfig())
	g := r.bed()
	for n := range uint32(together + 1) {
		r.batch(g, n, r.facts(g, plant(fmt.Sprint("a/", n))), bus.Committed)
	}
	before := r.version()
	r.step()
	if r.inbox() != 1 || r.count() != together || r.version() != before+1 {
		t.Fatalf("%d left, %d assets, %d versions", r.inbox(), r.count(), r.version()-before)
	}
	r.done(g, bus.Done{Batches: together + 1}, bus.Committed)
	r.step()
	if u := r.unit(g.Ref.Unit); u.State != model.UnitClosed || u.Applied != together+1 {
		t.Fatalf("state %d, %d applied", u.State, u.Applied)
	}
}

func TestALargeBatchIsAppliedAlone(t *testing.T) {
	r := newRoom(t, DefaultConfig())
	g := r.bed()
	large := plant("a/large")
	large.Comment = strings.Repeat("all about the garden. ", togetherSize/22)
	r.batch(g, 0, r.facts(g, plant("a/0")), bus.Committed)
	r.batch(g, 1, r.facts(g, large), bus.Committed)
	r.batch(g, 2, r.facts(g, plant("a/2")), bus.Committed)
	before := r.version()
	r.step()
	if r.count() != 3 || r.version() != before+3 {
		t.Fatalf("%d assets in %d transactions, want 3 in 3", r.count(), r.version()-before)
	}
}

func TestABatchThatFailsAmongOthersFailsAlone(t *testing.T) {
	r := newRoom(t, DefaultConfig())
	good := r.bed()
	bad := r.claim(node)
	weed := plant("b/weed")
	weed.Type, weed.Container = "weed", "b"
	r.batch(good, 0, r.facts(good, plant("a/0")), bus.Committed)
	r.batch(bad, 0, r.facts(bad, weed), bus.Committed)
	r.raw(node, bad.Ref, 1, []byte("not packed"), bus.Committed)
	r.batch(good, 1, r.facts(good, plant("a/1")), bus.Committed)
	r.step()
	if r.count() != 2 || r.unit(good.Ref.Unit).Applied != 2 {
		t.Fatalf("%d assets, %d batches applied", r.count(), r.unit(good.Ref.Unit).Applied)
	}
	if u := r.unit(bad.Ref.Unit); u.State != model.UnitFailed {
		t.Fatalf("the other unit's state is %d", u.State)
	}
	if q := r.quarantined(); len(q) == 0 || slices.Contains(q, "") {
		t.Fatalf("quarantine %q", q)
	}
}
