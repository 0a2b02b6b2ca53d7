package scan

import (
	"testing"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
)

func TestAUnitSaysHowItGoes(t *testing.T) {
	p := newProtocol(t)
	id := p.start("plot", "all")
	p.plan(model.Unit{Title: "bed one", Below: "one", Step: "bed", Weight: 7}, model.Unit{Title: "bed two", Below: "two", Step: "bed"})
	g := p.one(nodeA)
	p.send(nodeA, g, 0, batch{assets: []model.Asset{{Type: "bed", Path: "one", Name: "one"}}})

	units, err := p.Units(t.Context(), id, nil, 0, 10)
	p.ok(err)
	if len(units) != 3 {
		t.Fatalf("%d units, want the plan and two", len(units))
	}
	plan, first, second := units[0], units[1], units[2]
	if plan.State != model.UnitClosed || plan.Parent != 0 || plan.Node != nodeA || plan.Applied != 1 {
		t.Errorf("the plan: %+v", plan)
	}
	if first.Title != "bed one" || first.Below != "one" || first.Parent != plan.ID || first.State != model.UnitLeased || first.Node != nodeA ||
		first.Attempt != 1 || first.Received != 1 || first.Applied != 1 || first.Expected != 7 || first.LeaseEnd.IsZero() {
		t.Errorf("the unit that is held: %+v", first)
	}
	if second.State != model.UnitQueued || second.Node != "" || !second.LeaseEnd.IsZero() || !second.NotBefore.IsZero() {
		t.Errorf("the unit that waits: %+v", second)
	}
	t.Run("by state and by page", func(t *testing.T) {
		held, err := p.Units(t.Context(), id, []model.UnitState{model.UnitLeased}, 0, 10)
		if err != nil || len(held) != 1 || held[0].ID != first.ID {
			t.Error(held, err)
		}
		rest, err := p.Units(t.Context(), id, nil, first.ID, 10)
		if err != nil || len(rest) != 1 || rest[0].ID != second.ID {
			t.Error(rest, err)
		}
	})
	t.Run("of no run is not found", func(t *testing.T) {
		if _, err := p.Units(t.Context(), "none", nil, 0, 10); !fault.Is(err, fault.NotFound) {
			t.Error(err)
		}
	})
}

func TestARunKnowsTheVersionsThatItWrote(t *testing.T) {
	p := newProtocol(t)
	grow := func(name string) RunView {
		id := p.start("plot", "all")
		p.plan(model.Unit{Title: "bed", Step: "bed"})
		g := p.one(nodeA)
		p.send(nodeA, g, 0, batch{assets: []model.Asset{{Type: "bed", Path: name, Name: name}}})
		p.done(nodeA, bus.Done{Ref: g.Ref, Batches: 1}, bus.Committed)
		p.sweep(p.Service)
		return p.state(id, model.RunSucceeded)
	}
	first, second := grow("one"), grow("two")
	if first.Until <= first.From || second.From != first.Until || second.Until <= second.From {
		t.Fatalf("the first wrote (%d, %d], the second (%d, %d]", first.From, first.Until, second.From, second.Until)
	}
}

func TestRunsOfAllScansAreListed(t *testing.T) {
	p := newProtocol(t)
	p.source("field")
	p.scan("field", "all")
	one, two := p.start("plot", "all"), p.start("field", "all")
	three := p.start("field", "all") // waits behind two
	p.ok(p.Cancel(t.Context(), "plot", "all", one))
	list := func(f RunFilter) (ids []string) {
		before := ""
		for {
			runs, next, err := p.History(t.Context(), f, before, 2)
			p.ok(err)
			for _, r := range runs {
				ids = append(ids, r.ID)
			}
			if before = next; before == "" {
				return ids
			}
		}
	}
	for _, c := range []struct {
		f    RunFilter
		want []string
	}{
		{RunFilter{}, []string{three, two, one}},
		{RunFilter{Source: "field"}, []string{three, two}},
		{RunFilter{Source: "plot", Scan: "all"}, []string{one}},
		{RunFilter{Newest: true}, []string{three, one}},
		{RunFilter{States: []model.RunState{model.RunCanceled}}, []string{one}},
	} {
		got := list(c.f)
		if len(got) != len(c.want) {
			t.Fatalf("%+v: %v, want %v", c.f, got, c.want)
		}
		for i := range got {
			if got[i] != c.want[i] {
				t.Errorf("%+v: %v, want %v", c.f, got, c.want)
			}
		}
	}
}
