package scan

import (
	"testing"
	"time"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/model"
)

// A container may hold several levels, as a tree of folders does. When what it hangs on is gone, all of it is.
func TestATreeGoesWithItsRoot(t *testing.T) {
	p := newProtocol(t)
	kind := garden()
	kind.Version, kind.Types[0].Parent = 2, "bed"
	p.ok(p.PutKinds(t.Context(), []model.Kind{kind}))
	p.kind = kind
	bed := func(path, name, container string) model.Asset {
		return model.Asset{Type: "bed", Path: path, Name: name, Container: container, Facets: model.FacetExistence}
	}
	run := func(tops ...string) {
		t.Helper()
		p.pass(time.Minute)
		p.start("plot", "all")
		units := []model.Unit{{Step: "top", Depth: 1}}
		for _, top := range tops {
			units = append(units, model.Unit{Step: "tree", Below: top})
		}
		p.planAs(model.Identity{}, units...)
		for range units {
			g := p.one(nodeA)
			top := g.Unit.Below
			var b batch
			if top == "" {
				for _, name := range tops {
					b.assets = append(b.assets, bed(name, name, ""))
				}
			} else {
				b.assets = []model.Asset{
					bed(top+"/x", "x", top), bed(top+"/x/y", "y", top), bed(top+"/x/y/z", "z", top), bed(top+"/w", "w", top),
				}
			}
			p.send(nodeA, g, 0, b)
			p.done(nodeA, bus.Done{Ref: g.Ref, Batches: 1, Listed: []model.Listed{{Container: top, Whole: true}}}, bus.Committed)
		}
		p.sweep(p.Service)
	}
	run("a", "b")
	run("b")
	if got, want := p.living(), "b b/w b/x b/x/y b/x/y/z"; got != want {
		t.Errorf("what lives is %q, not %q", got, want)
	}
}
