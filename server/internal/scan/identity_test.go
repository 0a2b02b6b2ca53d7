package scan

import (
	"testing"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/model"
)

// planned starts a run whose planning reached another source than the grant is for, on a node that does not judge.
func (p *protocol) planned(known string, id model.Identity) RunView {
	p.Helper()
	run := p.start("plot", "all")
	g := p.one(nodeA)
	if g.System != known {
		p.Fatalf("the grant is for %q", g.System)
	}
	p.send(nodeA, g, 0, batch{children: []model.Unit{{Step: "bed", Below: "a"}}})
	p.done(nodeA, bus.Done{Ref: g.Ref, Batches: 1, Children: 1, Identity: id}, bus.Committed)
	if v := p.state(run, model.RunInProgress); v.Proposal != "" {
		p.Fatalf("a run that is about to end by itself asks: %+v", v)
	}
	p.sweep(p.Service)
	v := p.state(run, model.RunFailed)
	if v.Code != bus.CodeSourceChanged || v.Proposal == "" || v.Counts.Deleted+v.Counts.NotSeen != 0 || len(p.claim(nodeA, 9)) != 0 {
		p.Fatalf("%+v", v)
	}
	return v
}

func TestAnotherServerAtTheAddressStopsTheRunAndAsks(t *testing.T) {
	a, b := model.Identity{System: "a"}, model.Identity{System: "b"}
	changed := func(t *testing.T) (p *protocol, run string) {
		p = newProtocol(t)
		p.saw(look{beds: map[string]int{"a": 5}, identity: a})
		v := p.planned("a", b)
		return p, v.Proposal
	}
	t.Run("kept, the next run stops too and asks anew", func(t *testing.T) {
		p, id := changed(t)
		got, err := p.Decide(t.Context(), id, false, "person:kim")
		p.ok(err)
		if got.Kind != ProposeIdentity || got.State != ProposalRejected || got.Before != "a" || got.Now != "b" {
			t.Fatalf("%+v", got)
		}
		if system, _ := p.Identity(t.Context(), "plot"); system != "a" {
			t.Fatalf("the source is %q", system)
		}
	})
	t.Run("accepted, everything is read again and what is missing is weighed", func(t *testing.T) {
		p, id := changed(t)
		_, err := p.Decide(t.Context(), id, true, "person:kim")
		p.ok(err)
		if system, _ := p.Identity(t.Context(), "plot"); system != "b" {
			t.Fatalf("the source is %q", system)
		}
		if v := p.saw(look{beds: map[string]int{"a": 4}, identity: b}); v.Counts.Deleted != 1 {
			t.Fatalf("%+v", v.Counts)
		}
	})
	t.Run("none tells that it is there: the run fails, and nothing is asked", func(t *testing.T) {
		p := newProtocol(t)
		p.saw(look{beds: map[string]int{"a": 5}, identity: a})
		run := p.start("plot", "all")
		g := p.one(nodeA)
		p.done(nodeA, bus.Done{Ref: g.Ref, Outcome: bus.OutcomeFailed, Code: "SourceAway", Remedy: "Mount it again"}, bus.Committed)
		p.sweep(p.Service)
		if v := p.state(run, model.RunFailed); v.Code != "SourceAway" || v.Proposal != "" || v.Counts.Deleted+v.Counts.NotSeen != 0 {
			t.Fatalf("%+v", v)
		}
		if system, _ := p.Identity(t.Context(), "plot"); system != "a" || len(p.proposals(ProposalOpen)) != 0 {
			t.Fatalf("the source is %q, %d questions are open", system, len(p.proposals(ProposalOpen)))
		}
		if v := p.saw(look{beds: map[string]int{"a": 5}, identity: a}); v.Counts.Deleted != 0 {
			t.Fatalf("%+v", v.Counts)
		}
	})
	t.Run("the known one is back, and the question is over", func(t *testing.T) {
		p, id := changed(t)
		p.saw(look{beds: map[string]int{"a": 5}, identity: a})
		if got, _ := p.Proposal(t.Context(), id); got.State != ProposalExpired {
			t.Fatalf("%+v", got)
		}
	})
	t.Run("of two questions the last is open", func(t *testing.T) {
		p, id := changed(t)
		p.start("plot", "all")
		g := p.one(nodeA)
		p.done(nodeA, bus.Done{Ref: g.Ref, Outcome: bus.OutcomeFailed, Code: bus.CodeSourceChanged, Identity: b}, bus.Committed)
		open := p.proposals(ProposalOpen)
		if got, _ := p.Proposal(t.Context(), id); got.State != ProposalExpired || len(open) != 1 {
			t.Fatalf("%+v, %+v", got, open)
		}
	})
	t.Run("the first identity of a source that was scanned without one is asked for too", func(t *testing.T) {
		p := newProtocol(t)
		p.saw(look{beds: map[string]int{"a": 5}})
		empty := look{beds: map[string]int{"a": 0}, identity: b} // what lies below a mount that is away
		held := p.held("plot/all")
		v := p.planned("", b)
		if now := p.held("plot/all"); now != held {
			t.Fatalf("of %d rows %d are held", held, now)
		}
		if got, _ := p.Proposal(t.Context(), v.Proposal); got.Kind != ProposeIdentity || got.Before != "" || got.Now != "b" {
			t.Fatalf("%+v", got)
		}
		if system, _ := p.Identity(t.Context(), "plot"); system != "" {
			t.Fatalf("the source is %q", system)
		}
		if v := p.saw(look{beds: map[string]int{"a": 5}}); v.Counts.Deleted != 0 { // the mount is back
			t.Fatalf("%+v", v.Counts)
		}
		_, err := p.Decide(t.Context(), v.Proposal, true, "person:kim")
		p.ok(err)
		if system, _ := p.Identity(t.Context(), "plot"); system != "b" {
			t.Fatalf("the source is %q", system)
		}
		if v := p.saw(empty); v.State != model.RunSucceeded {
			t.Fatalf("%+v", v)
		}
	})
	t.Run("a unit that reached another one than planning did proves nothing", func(t *testing.T) {
		p := newProtocol(t)
		p.saw(look{beds: map[string]int{"a": 5}, identity: a})
		v := p.saw(look{beds: map[string]int{"a": 4}, identity: a, other: map[string]model.Identity{"a": b}})
		if v.Counts.Deleted != 0 || v.Counts.Gaps != 1 || len(p.proposals("")) != 0 {
			t.Fatalf("%+v", v.Counts)
		}
	})
	t.Run("a source that is registered anew has no past", func(t *testing.T) {
		p, _ := changed(t)
		p.ok(p.DeleteScan(t.Context(), "plot", "all"))
		p.ok(p.DeleteSource(t.Context(), "plot"))
		p.source("plot")
		if system, _ := p.Identity(t.Context(), "plot"); system != "" {
			t.Fatalf("the source is %q", system)
		}
	})
}
