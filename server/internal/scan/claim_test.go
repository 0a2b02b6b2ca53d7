package scan

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

func TestAThirdRunIsAConflict(t *testing.T) {
	p := newProtocol(t)
	p.start("plot", "all")
	p.start("plot", "all")
	_, err := p.Start(t.Context(), "plot", "all", StartOptions{})
	wants(t, err, fault.Conflict, "ScanRunQueued")
}

func TestARunThatIsStartedAgainStandsAsItIs(t *testing.T) {
	p := newProtocol(t)
	const id = "138301e4-f4f9-4ab5-b734-bac446b236e7"
	p.start("plot", "all")
	first, err := p.Start(t.Context(), "plot", "all", StartOptions{RunID: id, Full: true})
	if err != nil {
		t.Fatal(err)
	}
	again, err := p.Start(t.Context(), "plot", "all", StartOptions{RunID: id}) // a third one would be a conflict
	if err != nil || again.ID != first.ID || !again.Full || !again.Queued.Equal(first.Queued) {
		t.Errorf("%+v, %v", again, err)
	}
	if err := p.Cancel(t.Context(), "plot", "all", id); err != nil {
		t.Fatal(err)
	}
	if again, err = p.Start(t.Context(), "plot", "all", StartOptions{RunID: id}); err != nil || again.State != model.RunCanceled {
		t.Errorf("%+v, %v", again, err)
	}
}

func TestAWaitingRunOpensWhenTheFirstEnds(t *testing.T) {
	for _, how := range []string{"cancelled", "finished"} {
		t.Run(how, func(t *testing.T) {
			p := newProtocol(t)
			first, second := p.start("plot", "all"), p.start("plot", "all")
			g := p.one(nodeA)
			if g.Run != first || len(p.claim(nodeA, 4)) != 0 {
				t.Fatal("a waiting run has units")
			}
			if how == "cancelled" {
				p.ok(p.Cancel(t.Context(), "plot", "all", first))
			} else {
				p.done(nodeA, bus.Done{Ref: g.Ref}, bus.Committed)
				p.sweep(p.Service)
				p.state(first, model.RunSucceeded)
			}
			if g := p.one(nodeA); g.Run != second || g.Unit.Step != "" {
				t.Fatalf("got %+v of %s, want planning of the second run", g.Unit, g.Run)
			}
		})
	}
}

func TestClaimsRespectKindsRuntimeSlotsAndTheirOwnBounds(t *testing.T) {
	p := newProtocol(t)
	p.start("plot", "all")
	for name, c := range map[string]struct {
		node string
		ask  bus.Claim
	}{
		"another kind":    {nodeA, bus.Claim{Slots: 4, Kinds: []string{"Desert"}}},
		"another runtime": {"lab--a", bus.Claim{Slots: 4, Kinds: []string{"Garden"}}},
		"no slot":         {nodeA, bus.Claim{Kinds: []string{"Garden"}}},
		"negative slots":  {nodeA, bus.Claim{Slots: -1, Kinds: []string{"Garden"}}},
		"no kind":         {nodeA, bus.Claim{Slots: 4}},
	} {
		a, err := p.Claim(t.Context(), c.node, c.ask)
		if err != nil || len(a.Grants) != 0 {
			t.Errorf("%s: %d grants, %v", name, len(a.Grants), err)
		}
	}
	_, err := p.Claim(t.Context(), "--a", bus.Claim{Slots: 1, Kinds: []string{"Garden"}})
	wants(t, err, fault.Invalid, "BadClaim")
	_, err = p.Claim(t.Context(), nodeA, bus.Claim{Slots: 1, Kinds: make([]string, maxKinds+1)})
	wants(t, err, fault.Invalid, "BadClaim")
	p.one(nodeA)
}

func TestNothingIsClaimedWhileTheStoreIsShortOfRoom(t *testing.T) {
	p := newProtocol(t)
	p.start("plot", "all")
	held := p.one(nodeA)
	p.start("plot", "all")
	short := true
	p.cfg.Short = func() bool { return short }
	a, err := p.Claim(t.Context(), nodeA, bus.Claim{Slots: 4, Kinds: []string{"Garden"}})
	if err != nil || len(a.Grants) != 0 || a.WaitMS == 0 {
		t.Errorf("%+v, %v", a, err)
	}
	verdicts, err := p.Renew(t.Context(), nodeA, bus.Renew{Attempts: []bus.AttemptRef{held.Ref}})
	if err != nil || verdicts.Verdicts[0] != bus.VerdictGo {
		t.Errorf("what is held goes on: %+v, %v", verdicts, err)
	}
	p.done(nodeA, bus.Done{Ref: held.Ref}, bus.Committed)
	p.sweep(p.Service)
	short = false
	p.one(nodeA)
}

func TestClaimsComeByPriorityAndNotBeforeTheirTime(t *testing.T) {
	p := newProtocol(t)
	p.start("plot", "all")
	p.plan(model.Unit{Step: "x", Title: "low"}, model.Unit{Step: "x", Title: "late"}, model.Unit{Step: "x", Title: "high"})
	p.update(func(ctx context.Context, tx store.Tx) error {
		units, err := tx.Runs().ListUnits(ctx, store.UnitQuery{States: []model.UnitState{model.UnitQueued}, Limit: 9})
		p.ok(err)
		units[1].NotBefore = p.now.Add(time.Minute)
		units[2].Priority = 5000
		p.ok(tx.Runs().SetUnit(ctx, units[1]))
		return tx.Runs().SetUnit(ctx, units[2])
	})
	var got []string
	for _, g := range p.claim(nodeA, 4) {
		got = append(got, g.Unit.Title)
	}
	p.pass(time.Minute)
	got = append(got, p.one(nodeA).Unit.Title)
	if strings.Join(got, " ") != "high low late" {
		t.Fatalf("got %v", got)
	}
}

func TestASourceWithAFullBudgetHidesNoOther(t *testing.T) {
	p := newProtocol(t)
	p.source("field")
	p.scan("field", "all")
	p.start("plot", "all")
	var units []model.Unit
	for i := range 200 {
		units = append(units, model.Unit{Step: "x", Title: fmt.Sprint("plot ", i)})
	}
	p.plan(units...)
	if got := len(p.claim(nodeA, 16)); got != p.cfg.SourceUnits {
		t.Fatalf("%d units of one source are held at once, want %d", got, p.cfg.SourceUnits)
	}
	p.start("field", "all")
	if g := p.claim(nodeB, 2); len(g) != 1 || g[0].Source != "field" {
		t.Fatalf("behind 196 units of a source that may give no more: %+v", g)
	}
}

func TestALostAttemptLeavesNothingBehindForTheNext(t *testing.T) {
	p := newProtocol(t)
	id := p.start("plot", "all")
	g := p.one(nodeA)
	p.send(nodeA, g, 0, batch{
		assets: []model.Asset{{Type: "garden", Name: "g"}}, gaps: []model.Gap{{Code: "Lost"}},
		children: []model.Unit{{Step: "x"}},
	})
	p.pass(7 * time.Second)
	p.judging(p.replica())
	again := p.one(nodeB)
	if again.Ref.Unit != g.Ref.Unit || again.Ref.Attempt != g.Ref.Attempt+1 {
		t.Fatalf("got %v after %v", again.Ref, g.Ref)
	}
	p.apply(g, batch{assets: []model.Asset{{Type: "garden", Name: "late"}}}) // an applier had it in hand
	p.done(nodeB, bus.Done{Ref: again.Ref}, bus.Committed)
	p.sweep(p.Service)
	v := p.state(id, model.RunSucceeded)
	if v.Counts.Gaps != 0 || v.Units[model.UnitClosed] != 1 {
		t.Fatalf("of the lost attempt stayed: %+v, units %v", v.Counts, v.Units)
	}
	if gaps, err := p.Gaps(t.Context(), id, 0, 9); err != nil || len(gaps) != 0 {
		t.Fatalf("gaps %v, %v", gaps, err)
	}
	if v.Counts.Created != 1 {
		t.Fatalf("what the lost attempt made is in the map and counted %d times", v.Counts.Created)
	}
}

// throttled is a store that takes no write, and so runs none.
type throttled struct{ store.Store }

func (throttled) Update(context.Context, store.Lane, func(store.Tx) error) error {
	return fault.New(fault.Throttled, "Busy", "the store is busy")
}

func TestAClaimThatTheStoreThrottlesTakesNoOrderBack(t *testing.T) {
	p := newProtocol(t)
	p.cfg.Orders = func(context.Context, store.Tx, string) (bus.Orders, error) {
		return bus.Orders{Drain: true, NewKey: true}, nil
	}
	p.Service.store = throttled{p.Service.store}
	a, err := p.Claim(t.Context(), nodeA, bus.Claim{V: 1, Slots: 1, Kinds: []string{"Garden"}, Serial: 4})
	if err != nil || !a.Orders.Drain || !a.Orders.NewKey || a.WaitMS == 0 || a.Serial != 4 {
		t.Fatalf("%+v, %v", a, err)
	}
}

func TestANodeThatIsToDrainIsGivenNothingAndKeepsWhatItHas(t *testing.T) {
	p := newProtocol(t)
	drained := map[string]bool{}
	p.cfg.Orders = func(_ context.Context, _ store.Tx, node string) (bus.Orders, error) {
		return bus.Orders{Drain: drained[node]}, nil
	}
	p.source("field")
	p.scan("field", "all")
	p.start("plot", "all")
	held := p.one(nodeA)
	p.start("field", "all")
	drained[nodeA] = true
	for _, slots := range []int{0, 2} { // a node of an older build asks for slots all the same
		a, err := p.Claim(t.Context(), nodeA, bus.Claim{V: 1, Slots: slots, Kinds: []string{"Garden"}, Serial: 3})
		if err != nil || !a.Orders.Drain || len(a.Grants) > 0 || a.Serial != 3 {
			t.Fatalf("%d slots: %+v, %v", slots, a, err)
		}
	}
	r, err := p.Renew(t.Context(), nodeA, bus.Renew{V: 1, Attempts: []bus.AttemptRef{held.Ref}})
	if err != nil || !r.Orders.Drain || r.Verdicts[0] != bus.VerdictGo {
		t.Fatalf("%+v, %v", r, err)
	}
	if g := p.one(nodeB); g.Source != "field" {
		t.Fatalf("another node got %s", g.Source)
	}
	p.start("plot", "all") // waits for the first
	p.done(nodeA, bus.Done{Ref: held.Ref}, bus.Committed)
	p.sweep(p.Service)
	if got := p.claim(nodeA, 1); len(got) != 0 {
		t.Fatalf("the drained node was given %+v", got)
	}
	drained[nodeA] = false
	p.one(nodeA)
	p.cfg.Short = func() bool { return true }
	drained[nodeA] = true
	if a, err := p.Claim(t.Context(), nodeA, bus.Claim{V: 1, Slots: 1, Kinds: []string{"Garden"}}); err != nil || !a.Orders.Drain || a.WaitMS == 0 {
		t.Fatalf("while the disk is short: %+v, %v", a, err)
	}
}
