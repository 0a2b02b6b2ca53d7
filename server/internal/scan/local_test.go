package scan

import (
	"testing"
	"time"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/model"
)

// shed is a kind of source that each machine has another of.
func shed() model.Kind {
	k := garden()
	k.Name, k.NodeLocal, k.Authority, k.ScanKinds = "Shed", true, "shed://{host|lower}", []string{"ShedNode"}
	return k
}

func TestANodeLocalSourceGoesOnlyToNodesThatVouchForIt(t *testing.T) {
	p := newProtocol(t)
	p.ok(p.PutKinds(t.Context(), []model.Kind{shed()}))
	_, _, err := p.PutSource(t.Context(), model.Source{
		Name: "hut", Kind: "Shed", Collection: "root", Settings: model.Settings{"host": "hut", SettingAuthority: "the-hut"},
	})
	p.ok(err)
	p.scan("hut", "all")
	p.start("hut", "all")
	ask := func(node string, locals ...string) bus.ClaimAnswer {
		t.Helper()
		a, err := p.Claim(t.Context(), node, bus.Claim{V: 1, Slots: 4, Kinds: []string{"Garden", "Shed"}, Locals: locals})
		p.ok(err)
		return a
	}

	a := ask(nodeA)
	if len(a.Grants) != 0 || len(a.Locals) != 1 || a.Locals[0].Source != "hut" || a.Locals[0].Kind != "Shed" || a.Locals[0].Settings["host"] != "hut" || a.Locals[0].System != "" {
		t.Fatalf("a node that has not checked is answered %+v", a)
	}
	if a := ask(nodeA, "another"); len(a.Grants) != 0 {
		t.Error("a node that vouches for another source was granted it")
	}
	p.start("plot", "all")
	if a := ask(nodeA); len(a.Grants) != 1 || a.Grants[0].Source != "plot" {
		t.Errorf("a source that waits hides another: %+v", a.Grants)
	}
	a = ask(nodeB, "hut")
	if len(a.Grants) != 1 || a.Grants[0].Source != "hut" || len(a.Locals) != 0 {
		t.Fatalf("a node that has checked is answered %+v", a)
	}
	g := a.Grants[0]
	p.send(nodeB, g, 0, batch{children: []model.Unit{{Step: "x", Title: "x"}}})
	p.done(nodeB, bus.Done{Ref: g.Ref, Batches: 1, Children: 1, Identity: model.Identity{System: "beech"}}, bus.Committed)

	p.pass(time.Hour)
	a = ask(nodeA)
	if len(a.Grants) != 0 || len(a.Locals) != 1 || a.Locals[0].System != "beech" {
		t.Errorf("reading was given to a node that has not checked, however long nobody came: %+v", a)
	}
	if a := ask(nodeA, "hut"); len(a.Grants) != 1 || a.Grants[0].System != "beech" {
		t.Errorf("%+v", a)
	}
}

func TestPlanningThatNobodyVouchesForGoesToAnyNodeInTheEnd(t *testing.T) {
	p := newProtocol(t)
	p.ok(p.PutKinds(t.Context(), []model.Kind{shed()}))
	_, _, err := p.PutSource(t.Context(), model.Source{
		Name: "hut", Kind: "Shed", Collection: "root", Settings: model.Settings{"host": "hut", SettingAuthority: "the-hut"},
	})
	p.ok(err)
	p.scan("hut", "all")
	p.start("hut", "all")
	claim := bus.Claim{V: 1, Slots: 4, Kinds: []string{"Shed"}}
	if a, err := p.Claim(t.Context(), nodeA, claim); err != nil || len(a.Grants) != 0 {
		t.Fatal(a, err)
	}
	p.pass(DefaultConfig().Vouching)
	if a, err := p.Claim(t.Context(), nodeA, claim); err != nil || len(a.Grants) != 1 {
		t.Fatal(a, err)
	}
}
