package scan

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
)

// queued starts a run of a source of its own and plans it into units; planning must be all that can be claimed.
func (p *protocol) queued(source string, o StartOptions, units int) {
	p.Helper()
	if source != "plot" {
		p.source(source)
		p.scan(source, "all")
	}
	_, err := p.Start(p.Context(), source, "all", o)
	p.ok(err)
	specs := make([]model.Unit, units)
	for i := range specs {
		specs[i] = model.Unit{Step: "x", Title: fmt.Sprint(source, " ", i)}
	}
	p.plan(specs...)
}

// next claims one unit, reads it at once and says of which source it was; "" when there is none.
func (p *protocol) next() string {
	p.Helper()
	grants := p.claim(nodeA, 1)
	if len(grants) == 0 {
		return ""
	}
	p.done(nodeA, bus.Done{Ref: grants[0].Ref}, bus.Committed)
	return grants[0].Source
}

func TestEachRunIsGivenItsTurnHoweverManyUnitsAnotherHas(t *testing.T) {
	p := newProtocol(t)
	p.queued("plot", StartOptions{}, 200)
	for range 50 {
		p.next()
	}
	p.source("field")
	p.scan("field", "all")
	p.start("field", "all")
	var order []string
	for range 2 {
		order = append(order, p.next())
	}
	if !slices.Contains(order, "field") {
		t.Fatalf("150 units of another source stand before the first of a run: %v", order)
	}
}

func TestWhatAPersonStartsGoesFirstThenWhatIsOfHigherPriority(t *testing.T) {
	p := newProtocol(t)
	for source, priority := range map[string]model.Priority{"bylow": "Low", "bynormal": "", "byhigh": "High", "handlow": "Low"} {
		p.source(source)
		_, _, err := p.PutScan(t.Context(), model.Scan{Name: "all", Source: source, Runtime: "dmz", Level: model.L2, Priority: priority})
		p.ok(err)
	}
	for _, source := range []string{"bylow", "bynormal", "byhigh", "handlow"} {
		o := StartOptions{Type: "Scheduled"}
		if source == "handlow" {
			o.Type = "Manual"
		}
		_, err := p.Start(t.Context(), source, "all", o)
		p.ok(err)
	}
	var order []string
	for range 4 {
		order = append(order, p.next())
	}
	if want := []string{"handlow", "byhigh", "bynormal", "bylow"}; !slices.Equal(order, want) {
		t.Fatalf("got %v, want %v", order, want)
	}
}

func TestNobodyWaitsForEverBehindWhatGoesFirst(t *testing.T) {
	p := newProtocol(t)
	p.source("field")
	p.scan("field", "all")
	_, err := p.Start(t.Context(), "field", "all", StartOptions{Type: "Scheduled"})
	p.ok(err)
	p.queued("plot", StartOptions{}, 3*headManual)
	for n := 0; ; n++ {
		switch {
		case p.next() == "field":
			if n < headManual/2 {
				t.Fatalf("a schedule's run was taken after %d units of a person's", n)
			}
			return
		case n > headManual+1:
			t.Fatalf("%d units of a later run went before it", n)
		}
	}
}

func TestAnUnknownPriorityIsRefused(t *testing.T) {
	p := newProtocol(t)
	_, _, err := p.PutScan(t.Context(), model.Scan{Name: "all", Source: "plot", Runtime: "dmz", Level: model.L2, Priority: "Urgent"})
	wants(t, err, fault.Invalid, "BadPriority")
}

func TestAClaimGrantsNoMoreThanTheNodesFreeMemoryHolds(t *testing.T) {
	for name, c := range map[string]struct {
		free, unit int
		holds      bool
		want       int
	}{
		"room for all":                    {4096, 512, false, 4},
		"room for two":                    {1200, 512, false, 2},
		"smaller workers":                 {1200, 300, false, 4},
		"a node that tells nothing":       {0, 512, false, 4},
		"an older node":                   {1200, 0, false, 2},
		"too little for one, holds none":  {100, 512, false, 1},
		"none at all, holds none":         {-1, 512, false, 1},
		"too little for one, and holds":   {100, 512, true, 0},
		"none at all, and holds":          {-700, 512, true, 0},
		"room for one more, while it has": {600, 512, true, 1},
	} {
		t.Run(name, func(t *testing.T) {
			p := newProtocol(t)
			p.queued("plot", StartOptions{}, 12)
			if c.holds {
				p.one(nodeA)
			}
			p.cfg.SourceUnits = 9
			a, err := p.Claim(t.Context(), nodeA, bus.Claim{Slots: 4, Kinds: []string{"Garden"}, FreeMB: c.free, UnitMB: c.unit})
			p.ok(err)
			if len(a.Grants) != c.want {
				t.Fatalf("%d units were granted, want %d", len(a.Grants), c.want)
			}
		})
	}
}

func TestASmallNodeThatWasStartedAnewDoesNotWaitForWhatIsKeptForIt(t *testing.T) {
	p := newProtocol(t)
	p.strict(model.Budget{Connections: 1, UnitSeconds: 60, Strict: true})
	p.queued("plot", StartOptions{}, 2)
	held := p.one(nodeA)
	p.source("field")
	p.scan("field", "all")
	p.start("field", "all")
	small := func() int {
		t.Helper()
		a, err := p.Claim(t.Context(), nodeA, bus.Claim{Slots: 4, Kinds: []string{"Garden"}, FreeMB: 100, UnitMB: 512})
		p.ok(err)
		return len(a.Grants)
	}
	p.pass(7 * time.Second) // it was started anew and renews nothing
	p.judging(p.Service)
	p.verdict(nodeA, held.Ref, bus.VerdictGo)
	if small() != 0 {
		t.Fatal("a node that renews its unit was given another one")
	}
	p.pass(7 * time.Second)
	p.judging(p.Service)
	if got := small(); got != 1 {
		t.Fatalf("%d units were granted to a node that holds none any more, want 1", got)
	}
}

func TestARunThatAsksHidesNoOtherOfItsSource(t *testing.T) {
	p := small(t)
	_, err := p.Start(t.Context(), "plot", "all", StartOptions{Type: "Scheduled"})
	p.ok(err)
	p.plan(model.Unit{Step: "x", Title: "b", Depth: 1}, model.Unit{Step: "x", Title: "c", Depth: 1})
	if p.bring(nodeA, p.one(nodeA), 0, plants("b", 0, 500)) {
		t.Fatal("it does not ask")
	}
	p.source("field") // with a full budget, and more units in line than a claim looks at
	p.scan("field", "all")
	p.queued("field", StartOptions{}, 200)
	p.claim(nodeA, 4)
	p.scan("plot", "north")
	_, err = p.Start(t.Context(), "plot", "north", StartOptions{Type: "Scheduled"})
	p.ok(err)
	if got := p.claim(nodeB, 1); len(got) != 1 || got[0].Source != "plot" {
		t.Fatalf("a run that may be read waits behind one that asks: %v", got)
	}
}
