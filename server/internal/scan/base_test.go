package scan

import (
	"fmt"
	"strings"
	"testing"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
)

// based is a room with bases of some rows each, and a unit that is held.
func based(t *testing.T, unit model.Unit, rows map[string]int) (*protocol, bus.Grant) {
	p := newProtocol(t)
	for container, n := range rows {
		p.based("plot/all", container, packed(0, n))
	}
	p.start("plot", "all")
	p.plan(unit)
	return p, p.one(nodeA)
}

// fetch reads all pieces and gives the rows of each container.
func (p *protocol) fetch(ref bus.AttemptRef) (rows map[string]int, pieces int) {
	p.Helper()
	rows = map[string]int{}
	for after := ""; ; {
		a, err := p.Base(p.Context(), nodeA, bus.BaseAsk{V: 1, Ref: ref, After: after})
		p.ok(err)
		if a.Status != bus.Committed {
			p.Fatalf("status %d", a.Status)
		}
		raw, err := bus.Encode(a)
		p.ok(err)
		if len(raw) > 1<<20 {
			p.Fatalf("a piece takes %d bytes", len(raw))
		}
		for _, b := range a.Blocks {
			if int(b.First) != rows[b.Container] {
				p.Fatalf("rows of %q go on at %d after %d", b.Container, b.First, rows[b.Container])
			}
			rows[b.Container] += len(b.Rows) / bus.BaseRowSize
		}
		pieces++
		if !a.More {
			return rows, pieces
		}
		if pieces > 500 {
			p.Fatal("the pieces have no end")
		}
		after = a.After
	}
}

func TestBasesComeWholeInBoundedPieces(t *testing.T) {
	many := map[string]int{"": 3, "big": 70_000}
	for i := range 6000 {
		many[fmt.Sprintf("%s/%05d", strings.Repeat("n", 300), i)] = 1
	}
	p, g := based(t, model.Unit{Step: "all"}, many)
	got, pieces := p.fetch(g.Ref)
	if len(got) != len(many) || pieces < 6 {
		t.Fatalf("%d containers of %d in %d pieces", len(got), len(many), pieces)
	}
	for c, n := range many {
		if got[c] != n {
			t.Fatalf("%q has %d rows, want %d", c, got[c], n)
		}
	}
}

func TestAUnitGetsTheBasesThatItLists(t *testing.T) {
	all := map[string]int{"": 1, "a": 1, "a!": 1, "a/x": 2, "a/x/deep": 3, "a/y": 1, "ab": 1, "b": 1, "b/z": 1, "\U0010FFFFq": 1, "\U0010FFFFq/r": 1}
	for _, c := range []struct {
		below string
		depth int
		want  string
	}{
		{"", 0, ": a: a!: a/x: a/x/deep: a/y: ab: b: b/z: \U0010FFFFq: \U0010FFFFq/r:"},
		{"", 1, ":"},
		{"", 2, ": a: a!: ab: b: \U0010FFFFq:"},
		{"a", 0, "a: a/x: a/x/deep: a/y:"},
		{"a", 1, "a:"},
		{"a", 2, "a: a/x: a/y:"},
		{"none", 0, ""},
	} {
		p, g := based(t, model.Unit{Step: "all", Below: c.below, Depth: c.depth}, all)
		rows, _ := p.fetch(g.Ref)
		var want []string
		if c.want != "" {
			want = strings.Split(c.want, " ")
		}
		if len(rows) != len(want) {
			t.Errorf("below %q, depth %d: got %v, want %v", c.below, c.depth, rows, want)
		}
		for _, name := range want {
			if name = strings.TrimSuffix(name, ":"); rows[name] != all[name] {
				t.Errorf("below %q, depth %d: %q has %d rows", c.below, c.depth, name, rows[name])
			}
		}
	}
}

func TestCursorsOfBasesThatANodeMadeUpAreInvalid(t *testing.T) {
	p, g := based(t, model.Unit{Step: "all", Below: "a"}, map[string]int{"a": 3, "b": 3})
	for _, after := range []string{"x", "1", "-1 /a", "1 a", "1 /b", "99999999999999999999 /a", " /a", "1 /"} {
		_, err := p.Base(t.Context(), nodeA, bus.BaseAsk{Ref: g.Ref, After: after})
		wants(t, err, fault.Invalid, "InvalidCursor")
	}
	a, err := p.Base(t.Context(), nodeA, bus.BaseAsk{Ref: g.Ref, After: "100 /a"})
	if err != nil || len(a.Blocks) != 0 || a.More {
		t.Fatalf("%+v, %v", a, err)
	}
	a, err = p.Base(t.Context(), nodeB, bus.BaseAsk{Ref: g.Ref})
	if err != nil || a.Status != bus.Dropped || len(a.Blocks) != 0 {
		t.Fatalf("to a node that does not hold the attempt: %+v, %v", a, err)
	}
}
