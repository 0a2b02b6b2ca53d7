package scan

import (
	"testing"
	"time"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/model"
)

// cancelled is a run of a source with two units that node A reads, cancelled, and one that waits for their shares.
func (p *protocol) cancelled(strict bool) (id string, held []bus.Grant) {
	p.Helper()
	p.judging(p.Service)
	p.strict(model.Budget{Connections: 2, UnitSeconds: 60, Strict: strict})
	id = p.start("plot", "all")
	p.plan(model.Unit{Step: "x"}, model.Unit{Step: "x"}, model.Unit{Step: "x"})
	if held = p.claim(nodeA, 4); len(held) != 2 {
		p.Fatalf("%d units are held, want 2", len(held))
	}
	p.ok(p.Cancel(p.Context(), "plot", "all", id))
	for _, scan := range []string{"north", "south"} {
		p.scan("plot", scan)
		p.start("plot", scan)
	}
	return id, held
}

// free counts the shares that node B is given, and takes them.
func (p *protocol) free(want int, when string) {
	p.Helper()
	p.sweep(p.Service)
	if got := len(p.claim(nodeB, 4)); got != want {
		p.Fatalf("%s: %d units are granted, want %d", when, got, want)
	}
}

// later lets time pass in which the replica answers.
func (p *protocol) later(seconds int) {
	p.Helper()
	for range seconds {
		p.pass(time.Second)
		p.sweep(p.Service)
	}
}

func TestACancelledRunKeepsItsShareOfAStrictSourceUntilItsNodesHaveStopped(t *testing.T) {
	p := newProtocol(t)
	id, held := p.cancelled(true)
	v := p.state(id, model.RunCanceled)
	if v.Units[model.UnitVoid] != 3 || len(v.Units) != 2 {
		t.Fatalf("of a cancelled run people are told of units %v", v.Units)
	}
	void, err := p.Units(t.Context(), id, []model.UnitState{model.UnitVoid}, 0, 9)
	p.ok(err)
	if len(void) != 3 || void[0].State != model.UnitVoid {
		t.Fatalf("its void units are %+v", void)
	}
	p.free(0, "before node A could hear")
	listed, _, err := p.History(t.Context(), RunFilter{Source: "plot", Scan: "north"}, "", 1)
	p.ok(err)
	if k := listed[0].Kept; k != (Kept{}) {
		t.Fatalf("a list asks for each of its runs what is kept of a source: %+v", k)
	}
	kept := func() Kept {
		t.Helper()
		waiting, err := p.Run(t.Context(), listed[0].ID)
		p.ok(err)
		return waiting.Kept
	}
	if k := kept(); k.Shares != 2 || !k.Until.Equal(p.now.Add(time.Minute)) {
		t.Fatalf("of what the next run waits for people are told %+v", k)
	}
	p.verdict(nodeA, held[0].Ref, bus.VerdictCancelled)
	p.admit(nodeA, held[1].Ref, 0, bus.Dropped) // a word as good as a verdict
	p.free(0, "while the answers may be under way")
	p.later(5)
	p.verdict(nodeA, held[0].Ref, bus.VerdictCancelled) // it did not hear
	p.later(2)
	if k := kept(); k != (Kept{}) {
		t.Fatalf("a share is free, and people are told that the run waits for others: %+v", k)
	}
	p.free(1, "a lease after node A was told of one of its units")
	p.later(5)
	p.free(1, "a lease after it was told of the other one again")
}

func TestWhatANodeIsThroughWithFreesItsShareThoughItsRunIsCancelled(t *testing.T) {
	p := newProtocol(t)
	_, held := p.cancelled(true)
	p.done(nodeB, bus.Done{Ref: held[0].Ref}, bus.Dropped)
	p.done(nodeA, bus.Done{Ref: bus.AttemptRef{Unit: held[0].Ref.Unit, Attempt: held[0].Ref.Attempt + 1}}, bus.Dropped)
	p.free(0, "when another node, or another attempt, says that it is through")
	p.done(nodeA, bus.Done{Ref: held[0].Ref}, bus.Dropped)
	p.free(1, "when its node says that it is through")
}

func TestACancelledUnitOfAStrictSourceWhoseNodeIsLostCountsUntilItsDeadline(t *testing.T) {
	p := newProtocol(t)
	p.cancelled(true)
	p.later(55)
	p.free(0, "while a node that is cut off may read on")
	p.later(6)
	p.free(2, "behind its deadline")
}

func TestACancelledRunFreesItsShareAtOnceWhereTheBudgetIsNotStrict(t *testing.T) {
	p := newProtocol(t)
	p.cancelled(false)
	p.free(2, "at once")
}
