package scan

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

// plants are assets of a container.
func plants(container string, from, to int) (list []model.Asset) {
	for i := from; i < to; i++ {
		name := fmt.Sprintf("p%04d", i)
		list = append(list, model.Asset{Type: "plant", Path: container + "/" + name, Name: name, Container: container})
	}
	return list
}

// small runs the scan once: it holds ten assets then. Runs ask above that.
func small(t *testing.T) *protocol {
	p := newProtocol(t)
	p.cfg.AskAbove = 20
	p.first("plot")
	return p
}

// first runs the scan of a source once, with ten assets.
func (p *protocol) first(source string) {
	p.Helper()
	id := p.start(source, "all")
	p.plan(model.Unit{Step: "x", Title: "a", Depth: 1})
	g := p.one(nodeA)
	p.bring(nodeA, g, 0, plants("a", 0, 10))
	p.done(nodeA, bus.Done{Ref: g.Ref, Batches: 1, Assets: 10}, bus.Committed)
	p.sweep(p.Service)
	p.state(id, model.RunSucceeded)
}

// bring sends a batch of assets as ingestion applies them, and reports whether they were.
func (p *protocol) bring(node string, g bus.Grant, number uint32, assets []model.Asset) (applied bool) {
	p.Helper()
	p.admit(node, g.Ref, number, bus.Committed)
	return p.offer(g, assets)
}

// offer is what an applier does with a batch that it has in hand.
func (p *protocol) offer(g bus.Grant, assets []model.Asset) (applied bool) {
	p.Helper()
	p.update(func(ctx context.Context, tx store.Tx) error {
		applied = false
		u, current, err := p.Current(ctx, tx, g.Ref)
		if err != nil || !current {
			return err
		}
		about, err := p.ContextOf(ctx, tx, u)
		if err != nil {
			return err
		}
		asks, err := p.Grows(ctx, tx, u, about, len(assets))
		applied = !asks
		return err
	})
	if applied {
		p.applyCounted(g, assets)
	}
	return applied
}

// applyCounted applies assets and counts them as changed, as ingestion does.
func (p *protocol) applyCounted(g bus.Grant, assets []model.Asset) {
	p.Helper()
	p.changed = int64(len(assets))
	p.apply(g, batch{assets: assets})
	p.changed = 0
}

// growing begins a run of three units of 60 assets each, which asks above 100.
func (p *protocol) growing() (id string, grants []bus.Grant) {
	p.Helper()
	id = p.start("plot", "all")
	p.plan(model.Unit{Step: "x", Title: "a", Depth: 1}, model.Unit{Step: "x", Title: "b", Depth: 1}, model.Unit{Step: "x", Title: "c", Depth: 1})
	grants = p.claim(nodeA, 2)
	if len(grants) != 2 {
		p.Fatalf("%d units were granted", len(grants))
	}
	if !p.bring(nodeA, grants[0], 0, plants("a", 0, 60)) {
		p.Fatal("60 assets were held back, of 100")
	}
	p.done(nodeA, bus.Done{Ref: grants[0].Ref, Batches: 1, Assets: 60}, bus.Committed)
	if !p.bring(nodeA, grants[1], 0, plants("b", 0, 30)) {
		p.Fatal("90 assets were held back, of 100")
	}
	if p.bring(nodeA, grants[1], 1, plants("b", 30, 60)) {
		p.Fatal("120 assets were applied unasked, of 100")
	}
	return id, grants
}

func TestARunThatBringsTenTimesTheAssetsOfTheLastAsksFirst(t *testing.T) {
	p := small(t)
	id, grants := p.growing()
	v := p.state(id, model.RunInProgress)
	if v.Proposal == "" || v.Asks != ProposeGrowth {
		t.Fatalf("the run asks nothing: %+v", v)
	}
	q, err := p.Proposal(t.Context(), v.Proposal)
	p.ok(err)
	if q.Kind != ProposeGrowth || q.State != ProposalOpen || q.Assets != 120 || q.Last != 10 || q.Run != id {
		t.Fatalf("it asks %+v", q)
	}
	rows := p.rows()
	// Nothing of it goes on, and nobody else is kept waiting.
	p.verdict(nodeA, grants[1].Ref, bus.VerdictSuperseded)
	p.admit(nodeA, grants[1].Ref, 2, bus.Dropped)
	p.done(nodeA, bus.Done{Ref: grants[1].Ref, Batches: 2, Assets: 60}, bus.Dropped)
	if p.offer(grants[1], plants("b", 30, 60)) {
		t.Fatal("a batch that an applier had in hand was applied")
	}
	p.source("field")
	p.scan("field", "all")
	p.start("field", "all")
	if g := p.claim(nodeB, 9); len(g) != 1 || g[0].Source != "field" {
		t.Fatalf("while the run asks %d units were granted", len(g))
	}
	_, err = p.Start(t.Context(), "plot", "all", StartOptions{})
	p.ok(err) // waits behind it
	if err := p.Cancel(t.Context(), "plot", "all", id); fault.CodeOf(err) != "RunAsks" {
		t.Fatalf("cancelled while it asks: %v", err)
	}
	p.pass(48 * time.Hour)
	p.sweep(p.replica())
	p.state(id, model.RunInProgress)
	if p.rows() != rows {
		t.Fatalf("the map went on from %d to %d rows while the run asks", rows, p.rows())
	}
	// Approved it goes on where it stood: the unit that had closed is not read again, the others are.
	_, err = p.Decide(t.Context(), q.ID, true, "kim")
	p.ok(err)
	_, err = p.Decide(t.Context(), q.ID, false, "kim")
	wants(t, err, fault.Conflict, "ProposalDecided")
	again := p.claim(nodeA, 9)
	if len(again) != 2 || again[0].Run != id || again[0].Ref.Unit != grants[1].Ref.Unit || again[0].Ref.Attempt != grants[1].Ref.Attempt+1 {
		t.Fatalf("after the answer %+v was granted", again)
	}
	for _, g := range again {
		if !p.bring(nodeA, g, 0, plants(g.Unit.Title, 0, 60)) {
			t.Fatal("a run that was answered asks again")
		}
		p.done(nodeA, bus.Done{Ref: g.Ref, Batches: 1, Assets: 60}, bus.Committed)
	}
	p.sweep(p.Service)
	v = p.state(id, model.RunSucceeded)
	if p.rows() != 180 || v.Counts.Discovered != 180 || v.Counts.Changed != 180 || v.Counts.Created != 170 {
		t.Fatalf("%d rows, %+v", p.rows(), v.Counts)
	}
	if v.Proposal != q.ID {
		t.Fatalf("the run that has ended tells of the proposal %q", v.Proposal)
	}
}

func TestARejectedRunEndsAndWhatItBroughtStays(t *testing.T) {
	p := small(t)
	id, _ := p.growing()
	next, err := p.Start(t.Context(), "plot", "all", StartOptions{})
	p.ok(err)
	rows := p.rows()
	v := p.run(id)
	q, err := p.Decide(t.Context(), v.Proposal, false, "kim")
	p.ok(err)
	if q.State != ProposalRejected || q.By != "kim" {
		t.Fatalf("%+v", q)
	}
	v = p.state(id, model.RunCanceled)
	if v.Code != "TooManyAssets" || v.Counts.Deleted != 0 || v.Proposal != q.ID {
		t.Fatalf("the run that was ended says %+v", v)
	}
	p.sweep(p.Service)
	if p.rows() != rows {
		t.Fatalf("rejecting left %d rows of %d", p.rows(), rows)
	}
	// The next one is compared with the same, and asks at the same point.
	g := p.one(nodeA)
	if g.Run != next.ID {
		t.Fatalf("the run that waited has not begun, but %s", g.Run)
	}
	p.send(nodeA, g, 0, batch{children: []model.Unit{{Step: "x", Title: "a", Depth: 1}}})
	p.done(nodeA, bus.Done{Ref: g.Ref, Batches: 1, Children: 1}, bus.Committed)
	g = p.one(nodeA)
	if !p.bring(nodeA, g, 0, plants("a", 0, 100)) || p.bring(nodeA, g, 1, plants("a", 100, 101)) {
		t.Fatal("the 101st asset, and no other, asks")
	}
}

func TestWhatIsNotComparedDoesNotAsk(t *testing.T) {
	for name, change := range map[string]func(p *protocol){
		"the first run of a scan": func(p *protocol) {
			p.ok(p.DeleteScan(p.Context(), "plot", "all"))
			p.scan("plot", "all")
		},
		"a run of another scope": func(p *protocol) {
			_, err := p.SetScope(p.Context(), "plot", "all", model.Scope{Include: []string{"b"}})
			p.ok(err)
		},
		"a run of few assets": func(p *protocol) { p.cfg.AskAbove = 1000 },
		"a source that a person took for another": func(p *protocol) {
			p.update(func(ctx context.Context, tx store.Tx) error { return voidSource(ctx, tx, "plot") })
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := small(t)
			change(p)
			p.start("plot", "all")
			p.plan(model.Unit{Step: "x", Title: "b", Depth: 1})
			if !p.bring(nodeA, p.one(nodeA), 0, plants("b", 0, 500)) {
				t.Fatal("it asks")
			}
		})
	}
}

func TestALostAttemptDoesNotMakeARunAsk(t *testing.T) {
	p := small(t)
	id := p.start("plot", "all")
	p.plan(model.Unit{Step: "x", Title: "b", Depth: 1})
	for range 3 { // each brings 60, of which 60 stay
		g := p.one(nodeA)
		if !p.bring(nodeA, g, 0, plants("b", 0, 60)) {
			t.Fatal("assets of lost attempts were counted")
		}
		p.pass(7 * time.Second)
		p.judging(p.Service)
	}
	g := p.one(nodeB)
	p.bring(nodeB, g, 0, plants("b", 0, 60))
	p.done(nodeB, bus.Done{Ref: g.Ref, Batches: 1, Assets: 60}, bus.Committed)
	p.sweep(p.Service)
	p.state(id, model.RunSucceeded)
}

func TestWhatWasMissedWhileALeaseHadRunOutAsksWhenItsUnitCloses(t *testing.T) {
	p := small(t)
	id := p.start("plot", "all")
	p.plan(model.Unit{Step: "x", Title: "a", Depth: 1}, model.Unit{Step: "x", Title: "b", Depth: 1})
	grants := p.claim(nodeA, 2)
	p.bring(nodeA, grants[0], 0, plants("a", 0, 60))
	p.verdict(nodeA, grants[1].Ref, bus.VerdictGo)
	p.pass(5 * time.Second)
	p.verdict(nodeA, grants[1].Ref, bus.VerdictGo)
	p.update(func(ctx context.Context, tx store.Tx) error { // the lease of the first has run out
		u, err := tx.Runs().Unit(ctx, grants[0].Ref.Unit)
		p.ok(err)
		u.State = model.UnitQueued
		return tx.Runs().SetUnit(ctx, u)
	})
	if !p.bring(nodeA, grants[1], 0, plants("b", 0, 60)) {
		t.Fatal("what nobody holds was counted")
	}
	p.done(nodeA, bus.Done{Ref: grants[1].Ref, Batches: 1, Assets: 60}, bus.Committed)
	p.verdict(nodeA, grants[0].Ref, bus.VerdictGo) // its node is back
	p.done(nodeA, bus.Done{Ref: grants[0].Ref, Batches: 1, Assets: 60}, bus.Committed)
	p.sweep(p.Service)
	v := p.state(id, model.RunInProgress)
	if v.Asks != ProposeGrowth {
		t.Fatal("120 assets of 100 ask nobody")
	}
	_, err := p.Decide(t.Context(), v.Proposal, true, "kim")
	p.ok(err)
	p.sweep(p.Service)
	p.state(id, model.RunSucceeded)
}

func TestOfTwoReplicasOneAsksAndAStoreThatFailsLosesNothing(t *testing.T) {
	p := small(t)
	other := p.replica()
	other.cfg.AskAbove = 20
	fail := true
	id := p.start("plot", "all")
	p.plan(model.Unit{Step: "x", Title: "b", Depth: 1})
	g := p.one(nodeA)
	p.admit(nodeA, g.Ref, 0, bus.Committed)
	p.commit = func() error {
		if fail {
			fail = false
			return errors.New("the store failed")
		}
		return nil
	}
	offer := func(s *Service) (asks bool, err error) {
		err = p.st.Update(t.Context(), store.Ingest, func(tx store.Tx) error {
			u, current, err := s.Current(t.Context(), tx, g.Ref)
			if err != nil || !current {
				return err
			}
			about, err := s.ContextOf(t.Context(), tx, u)
			if err != nil {
				return err
			}
			asks, err = s.Grows(t.Context(), tx, u, about, 101)
			return err
		})
		return asks, err
	}
	if _, err := offer(p.Service); err == nil {
		t.Fatal("the store did not fail")
	}
	if v := p.run(id); v.Proposal != "" {
		t.Fatal("it asks, though nothing was committed")
	}
	for i, want := range []bool{true, false} { // the other one comes behind it, with the same batch in hand
		asks, err := offer([]*Service{p.Service, other}[i])
		p.ok(err)
		if asks != want {
			t.Fatalf("replica %d: asks %t", i, asks)
		}
	}
	list, _, err := other.ListProposals(t.Context(), ProposalOpen, "", 9)
	p.ok(err)
	if len(list) != 1 || list[0].ID != p.run(id).Proposal {
		t.Fatalf("open are %+v", list)
	}
	_, err = other.Decide(t.Context(), list[0].ID, true, "kim")
	p.ok(err)
	p.one(nodeA)
}

func TestProposalsOfBothKindsOfOneRunHaveIDsOfTheirOwn(t *testing.T) {
	for id, ok := range map[string]bool{"7": true, "7-growth": true, "7-": false, "-growth": false, "07-growth": false, "7-growth-growth": false, "0": false, "-7": false} {
		if _, err := proposalKey(id); (err == nil) != ok {
			t.Errorf("%q: %v", id, err)
		}
	}
}
