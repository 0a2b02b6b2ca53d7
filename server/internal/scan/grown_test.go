package scan

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

func TestAttemptsThatBringOthersEachTimeAsk(t *testing.T) {
	p := small(t)
	p.start("plot", "all")
	p.plan(model.Unit{Step: "x", Title: "b", Depth: 1})
	for k := range 2 {
		g := p.one(nodeA)
		if applied := p.bring(nodeA, g, 0, plants("b", k*90, k*90+90)); !applied {
			t.Fatalf("attempt %d asks", k+1)
		}
		p.pass(7 * time.Second)
		p.judging(p.Service)
	}
	if p.bring(nodeA, p.one(nodeA), 0, plants("b", 180, 181)) {
		t.Fatalf("181 assets came, and nobody was asked")
	}
}

func TestWhatANodeSaysThatItSawIsNoMeasureBeyondWhatCame(t *testing.T) {
	p := small(t)
	id := p.start("plot", "all")
	p.plan(model.Unit{Step: "x", Title: "a", Depth: 1})
	g := p.one(nodeA)
	p.bring(nodeA, g, 0, plants("a", 0, 12))
	p.done(nodeA, bus.Done{Ref: g.Ref, Batches: 1, Assets: 1 << 39}, bus.Committed)
	p.sweep(p.Service)
	p.state(id, model.RunSucceeded)
	p.start("plot", "all")
	p.plan(model.Unit{Step: "x", Title: "b", Depth: 1})
	if g := p.one(nodeA); p.bring(nodeA, g, 0, plants("b", 0, 221)) {
		t.Fatal("22 assets can be there at most, and 221 came unasked")
	}
}

func TestASizeThatWasForgottenStaysSo(t *testing.T) {
	p := small(t)
	id := p.start("plot", "all")
	p.plan(model.Unit{Step: "x", Title: "a", Depth: 1})
	g := p.one(nodeA)
	p.update(func(ctx context.Context, tx store.Tx) error { return voidSource(ctx, tx, "plot") })
	p.done(nodeA, bus.Done{Ref: g.Ref}, bus.Committed)
	p.sweep(p.Service)
	p.state(id, model.RunSucceeded)
	p.start("plot", "all")
	p.plan(model.Unit{Step: "x", Title: "b", Depth: 1})
	if !p.bring(nodeA, p.one(nodeA), 0, plants("b", 0, 500)) {
		t.Fatal("it is compared with another source")
	}
}

func TestWhoseLeaseRanOutIsSupersededByTheQuestion(t *testing.T) {
	p := small(t)
	p.start("plot", "all")
	p.plan(model.Unit{Step: "x", Title: "a", Depth: 1}, model.Unit{Step: "x", Title: "b", Depth: 1})
	grants := p.claim(nodeA, 2)
	p.update(func(ctx context.Context, tx store.Tx) error {
		u, err := tx.Runs().Unit(ctx, grants[0].Ref.Unit)
		p.ok(err)
		u.State = model.UnitQueued
		return tx.Runs().SetUnit(ctx, u)
	})
	if p.bring(nodeA, grants[1], 0, plants("b", 0, 500)) {
		t.Fatal("it does not ask")
	}
	for _, g := range grants {
		p.verdict(nodeA, g.Ref, bus.VerdictSuperseded)
	}
}

func TestARunThatAsksKeepsTheShareOfAStrictSource(t *testing.T) {
	p := small(t)
	src, err := p.Source(t.Context(), "plot")
	p.ok(err)
	src.Budget = model.Budget{Connections: 1, UnitSeconds: 60, Strict: true}
	_, _, err = p.PutSource(t.Context(), src)
	p.ok(err)
	id := p.start("plot", "all")
	p.plan(model.Unit{Step: "x", Title: "b", Depth: 1})
	g := p.one(nodeA)
	if p.bring(nodeA, g, 0, plants("b", 0, 500)) {
		t.Fatal("it does not ask")
	}
	_, err = p.Decide(t.Context(), p.state(id, model.RunInProgress).Proposal, true, "ada")
	p.ok(err)
	if got := p.claim(nodeB, 4); len(got) != 0 {
		t.Fatal("two nodes read it: the first has not heard yet")
	}
	p.verdict(nodeA, g.Ref, bus.VerdictSuperseded)
	p.pass(time.Minute)
	p.judging(p.Service)
	if got := p.claim(nodeB, 4); len(got) != 1 {
		t.Fatal("nobody reads it behind the deadline of the first")
	}
}

// hesitant is a run of a strict source that node A reads with two connections when it asks whether it may grow.
func hesitant(t *testing.T) (p *protocol, question string, held []bus.Grant) {
	p = small(t)
	p.judging(p.Service)
	p.strict(model.Budget{Connections: 2, UnitSeconds: 600, Strict: true})
	id := p.start("plot", "all")
	p.plan(model.Unit{Step: "x", Title: "b", Depth: 1}, model.Unit{Step: "x", Title: "c", Depth: 1})
	held = p.claim(nodeA, 2)
	if len(held) != 2 || p.bring(nodeA, held[0], 0, plants("b", 0, 500)) {
		t.Fatalf("%d units are held, or it does not ask", len(held))
	}
	return p, p.state(id, model.RunInProgress).Proposal, held
}

func TestNodesThatWereLetGoFreeTheSharesOfAStrictSource(t *testing.T) {
	for _, approve := range []bool{true, false} {
		for _, late := range []bool{true, false} {
			t.Run(fmt.Sprintf("approved %t, heard after the answer %t", approve, late), func(t *testing.T) {
				p, question, held := hesitant(t)
				decide := func() {
					_, err := p.Decide(t.Context(), question, approve, "ada")
					p.ok(err)
					for _, scan := range []string{"north", "south"} {
						p.scan("plot", scan)
						p.start("plot", scan)
					}
				}
				if late {
					decide()
				}
				p.free(0, "before node A could hear")
				want := bus.VerdictSuperseded
				if late && !approve {
					want = bus.VerdictCancelled
				}
				p.verdict(nodeB, held[0].Ref, want) // a word of another node frees nothing
				p.later(7)
				p.free(0, "when another node asked about it")
				p.verdict(nodeA, held[0].Ref, want)
				p.done(nodeA, bus.Done{Ref: held[1].Ref}, bus.Dropped)
				if !late {
					decide()
				}
				p.free(1, "when node A is through with one of its units")
				p.later(7)
				p.free(1, "a lease after it was told of the other one")
			})
		}
	}
}
