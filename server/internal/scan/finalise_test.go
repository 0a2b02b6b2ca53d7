package scan

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

// look is what a run is to see of the garden: beds with their plants, and what else happens in it.
type look struct {
	beds    map[string]int  // plants of each bed; a bed that is not here is not seen
	failed  map[string]bool // beds whose unit fails
	cut     map[string]bool // beds that were not listed to their end
	cutRoot bool            // the root was not
	scan    string          // "" for the scan "all"
	// named are further plants of a bed, "name=native id column…".
	named map[string][]string
	// identity is what planning and the units of beds say that they reached.
	identity model.Identity
	other    map[string]model.Identity // beds whose unit says another
	// claims are containers that the unit of a bed says it has listed whole, beside its own.
	claims map[string]string
}

func plant(bed string, i int) model.Asset {
	name := fmt.Sprintf("p%03d", i)
	return model.Asset{Type: "plant", Path: bed + "/" + name, Name: name, Container: bed, Facets: model.FacetExistence}
}

func namedPlant(bed, text string) model.Asset {
	words := strings.Fields(text)
	name, native, _ := strings.Cut(words[0], "=")
	a := model.Asset{
		Type: "plant", Path: bed + "/" + name, Name: name, Container: bed, NativeID: native, Facets: model.FacetExistence | model.FacetStructure,
	}
	for i, column := range words[1:] {
		a.Columns = append(a.Columns, model.Column{Name: column, Ordinal: i + 1})
	}
	return a
}

// walk runs a scan of the garden up to the point where only finalising is left.
func (p *protocol) walk(l look) (id string) {
	p.Helper()
	if l.scan == "" {
		l.scan = "all"
	}
	p.pass(time.Minute)
	id = p.start("plot", l.scan)
	units := []model.Unit{{Step: "top", Depth: 1}}
	for bed := range l.beds {
		units = append(units, model.Unit{Step: "bed", Below: bed})
	}
	p.planAs(l.identity, units...)
	for range units {
		g := p.one(nodeA)
		bed := g.Unit.Below
		id, ok := l.other[bed]
		if !ok {
			id = l.identity
		}
		switch {
		case g.Unit.Step == "top":
			var b batch
			for name := range l.beds {
				b.assets = append(b.assets, model.Asset{Type: "bed", Path: name, Name: name, Facets: model.FacetExistence})
			}
			p.send(nodeA, g, 0, b)
			p.done(nodeA, bus.Done{Ref: g.Ref, Batches: 1, Listed: []model.Listed{{Whole: !l.cutRoot}}, Identity: id}, bus.Committed)
		case l.failed[bed]:
			p.done(nodeA, bus.Done{Ref: g.Ref, Outcome: bus.OutcomeFailed, Code: "Refused"}, bus.Committed)
		default:
			var b batch
			for i := range l.beds[bed] {
				b.assets = append(b.assets, plant(bed, i))
			}
			for _, text := range l.named[bed] {
				b.assets = append(b.assets, namedPlant(bed, text))
			}
			p.send(nodeA, g, 0, b)
			listed := []model.Listed{{Container: bed, Whole: !l.cut[bed]}}
			if other, ok := l.claims[bed]; ok {
				listed = append(listed, model.Listed{Container: other, Whole: true})
			}
			p.done(nodeA, bus.Done{Ref: g.Ref, Batches: 1, Listed: listed, Identity: id}, bus.Committed)
		}
	}
	return id
}

func (p *protocol) saw(l look) RunView {
	p.Helper()
	id := p.walk(l)
	p.sweep(p.Service)
	if v := p.run(id); v.Proposal != "" {
		return v
	}
	return p.state(id, model.RunSucceeded)
}

// living are the paths of what is not deleted.
func (p *protocol) living() string {
	p.Helper()
	var out []string
	p.update(func(ctx context.Context, tx store.Tx) error {
		rows, err := tx.Map().ChangedAfter(ctx, 0, 0, 10_000)
		for _, r := range rows {
			if !r.Deleted {
				out = append(out, strings.TrimPrefix(r.QualifiedName, "garden://plot.example.com/"))
			}
		}
		return err
	})
	slices.Sort(out)
	return strings.Join(out, " ")
}

// held counts what the scan's bases hold.
func (p *protocol) held(scan string) (rows int) {
	p.Helper()
	p.update(func(ctx context.Context, tx store.Tx) error {
		bases, err := tx.Map().Bases(ctx, scan, "", "", 100)
		for _, b := range bases {
			rows += int(b.Count)
		}
		return err
	})
	return rows
}

func TestDeletionNeedsProof(t *testing.T) {
	before := look{beds: map[string]int{"a": 5, "b": 3}}
	fewer := map[string]int{"a": 4, "b": 3}
	for _, c := range []struct {
		name             string
		before, after    look
		deleted, notSeen int64
	}{
		{"what is gone from a whole container is deleted", before, look{beds: fewer}, 1, 0},
		{"a failed unit deletes nothing there", before, look{beds: fewer, failed: map[string]bool{"a": true}}, 0, 5},
		{"a failed unit elsewhere keeps nothing here", before, look{beds: fewer, failed: map[string]bool{"b": true}}, 1, 3},
		{"a container that was not listed to its end deletes nothing", before, look{beds: fewer, cut: map[string]bool{"a": true}}, 0, 1},
		{"a container that is gone takes what was below", before, look{beds: map[string]int{"a": 5}}, 4, 0},
		{"a container that is only not seen keeps what was below", before, look{beds: map[string]int{"a": 5}, cutRoot: true}, 0, 4},
		{"ten of ten may go", look{beds: map[string]int{"a": 10}}, look{beds: map[string]int{"a": 0}}, 10, 0},
		{"the brake stops more than ten of as many", look{beds: map[string]int{"a": 11}}, look{beds: map[string]int{"a": 0}}, 0, 11},
		{"fifty may go whatever their share", look{beds: map[string]int{"a": 51}}, look{beds: map[string]int{"a": 1}}, 50, 0},
		{"the brake stops more than fifty and a fifth", look{beds: map[string]int{"a": 52}}, look{beds: map[string]int{"a": 1}}, 0, 51},
		{"more than fifty may go of many", look{beds: map[string]int{"a": 300}}, look{beds: map[string]int{"a": 249}}, 51, 0},
		{"nothing seen again deletes nothing", before, before, 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := newProtocol(t)
			p.saw(c.before)
			held := p.held("plot/all")
			v := p.saw(c.after)
			if v.Counts.Deleted != c.deleted || v.Counts.NotSeen != c.notSeen {
				t.Fatalf("deleted %d, not seen %d; want %d and %d", v.Counts.Deleted, v.Counts.NotSeen, c.deleted, c.notSeen)
			}
			if got := p.held("plot/all"); got != held-int(c.deleted) {
				t.Fatalf("the base holds %d rows of %d, %d are deleted", got, held, c.deleted)
			}
		})
	}
}

func TestWhatWasNotSeenMayBeDeletedByALaterRun(t *testing.T) {
	p := newProtocol(t)
	p.saw(look{beds: map[string]int{"a": 3}})
	p.saw(look{beds: map[string]int{"a": 2}, cut: map[string]bool{"a": true}})
	if v := p.saw(look{beds: map[string]int{"a": 2}}); v.Counts.Deleted != 1 {
		t.Fatalf("deleted %d", v.Counts.Deleted)
	}
	if got, want := p.living(), "a a/p000 a/p001"; got != want {
		t.Fatalf("got %s, want %s", got, want)
	}
}

func TestAScanDeletesNothingThatAnotherOneHolds(t *testing.T) {
	p := newProtocol(t)
	p.scan("plot", "other")
	p.saw(look{beds: map[string]int{"a": 3}})
	p.saw(look{beds: map[string]int{"a": 3}, scan: "other"})
	if v := p.saw(look{beds: map[string]int{"a": 2}}); v.Counts.Deleted != 0 || v.Counts.NotSeen != 1 {
		t.Fatalf("got %+v", v.Counts)
	}
	v := p.saw(look{beds: map[string]int{"a": 2}, scan: "other"})
	if v.Counts.Deleted != 0 { // the first scan still holds it as not seen
		t.Fatalf("got %+v", v.Counts)
	}
}

func TestAScanDeletesNothingOutsideItsScope(t *testing.T) {
	p := newProtocol(t)
	p.saw(look{beds: map[string]int{"a": 3}})
	_, err := p.SetScope(t.Context(), "plot", "all", model.Scope{Exclude: []string{"a/p002"}})
	p.ok(err)
	if v := p.saw(look{beds: map[string]int{"a": 2}}); v.Counts.Deleted != 0 || v.Counts.NotSeen != 1 {
		t.Fatalf("got %+v", v.Counts)
	}
}

func TestAParentThatSomebodyElseDeletedProvesNothing(t *testing.T) {
	p := newProtocol(t)
	p.saw(look{beds: map[string]int{"a": 3, "b": 1}})
	p.update(func(ctx context.Context, tx store.Tx) error { // a person, long ago
		_, err := p.graph.Delete(ctx, tx, "person:kim", []model.Hash{model.HashOf("bed", "garden://plot.example.com/a")})
		return err
	})
	if v := p.saw(look{beds: map[string]int{"b": 1}, cutRoot: true}); v.Counts.Deleted != 0 {
		t.Fatalf("got %+v", v.Counts)
	}
}

func TestACancelledRunDeletesNothing(t *testing.T) {
	p := newProtocol(t)
	p.saw(look{beds: map[string]int{"a": 3}})
	before := p.living()
	id := p.walk(look{beds: map[string]int{"a": 1}})
	p.ok(p.Cancel(t.Context(), "plot", "all", id))
	p.sweep(p.Service)
	if v := p.state(id, model.RunCanceled); v.Counts.Deleted != 0 || p.living() != before {
		t.Fatalf("%+v, living %s", v.Counts, p.living())
	}
}

func TestFinalisingGoesOnWhereAReplicaDied(t *testing.T) {
	first := look{beds: map[string]int{"a": 9, "b": 4, "c": 3}}
	second := look{beds: map[string]int{"a": 4, "b": 2}}
	undisturbed := newProtocol(t)
	undisturbed.saw(first)
	want := undisturbed.saw(second)
	for crash := 0; ; crash++ {
		p := newProtocol(t)
		p.cfg.DeletePage = 2
		p.saw(first)
		id := p.walk(second)
		commits, hit := 0, false
		p.commit = func() error {
			commits++
			if commits == crash+2 { // the first is the sweep's own
				hit = true
				return errors.New("the replica died")
			}
			return nil
		}
		_, err := p.Sweep(t.Context())
		p.commit = nil
		if hit == (err == nil) {
			t.Fatalf("crash %d: hit %v, %v", crash, hit, err)
		}
		if !hit {
			// Renaming, deciding, the end; a base for each bed and the root; and the pages: 3 of a, 1 of b, 2 of c, 1 for c itself.
			if crash < 3+4+7 {
				t.Fatalf("finalising took %d transactions: it is not done page by page", crash)
			}
			return
		}
		if crash == 3 {
			wants(t, p.Cancel(t.Context(), "plot", "all", id), fault.Conflict, "RunEnding")
		}
		other := p.replica()
		other.cfg.DeletePage = 3
		p.sweep(other)
		got := p.state(id, model.RunSucceeded)
		if undone, err := p.Removed(t.Context(), id); err != nil || undone.Assets != want.Counts.Deleted {
			t.Fatalf("crash %d: %d of %d can be brought back, %v", crash, undone.Assets, want.Counts.Deleted, err)
		}
		if got.Counts != want.Counts || p.living() != undisturbed.living() || p.held("plot/all") != undisturbed.held("plot/all") {
			t.Fatalf("crash %d: %+v %s, want %+v %s", crash, got.Counts, p.living(), want.Counts, undisturbed.living())
		}
	}
}

func TestOneRunThatCanNotBeMadeFinalKeepsNoOther(t *testing.T) {
	p := newProtocol(t)
	p.source("field")
	p.scan("field", "all")
	good := p.start("plot", "all")
	g := p.one(nodeA)
	p.done(nodeA, bus.Done{Ref: g.Ref}, bus.Committed)
	p.start("field", "all")
	bad := p.one(nodeA)
	p.done(nodeA, bus.Done{Ref: bad.Ref}, bus.Committed)
	p.update(func(ctx context.Context, tx store.Tx) error {
		u, err := tx.Runs().Unit(ctx, bad.Ref.Unit)
		p.ok(err)
		u.Done = []byte("broken")
		return tx.Runs().SetUnit(ctx, u)
	})
	if _, err := p.Sweep(t.Context()); err == nil {
		t.Error("a run that can't be made final was passed over in silence")
	}
	p.state(good, model.RunSucceeded)
}

func TestWhatOnlyALostAttemptSawWasNotSeen(t *testing.T) {
	p := newProtocol(t)
	p.saw(look{beds: map[string]int{"a": 3}})
	id := p.start("plot", "all")
	p.plan(model.Unit{Step: "bed", Below: "a"})
	all := []model.Asset{plant("a", 0), plant("a", 1), plant("a", 2)}
	lost := p.one(nodeA)
	p.send(nodeA, lost, 0, batch{assets: all})
	p.pass(time.Minute)
	p.judging(p.Service)
	g := p.one(nodeB) // meanwhile a plant has gone
	p.send(nodeB, g, 0, batch{assets: all[:2]})
	p.done(nodeB, bus.Done{Ref: g.Ref, Batches: 1, Listed: []model.Listed{{Container: "a", Whole: true}}}, bus.Committed)
	p.sweep(p.Service)
	if v := p.state(id, model.RunSucceeded); v.Counts.Deleted != 1 {
		t.Fatalf("got %+v", v.Counts)
	}
}

func TestNoPartsStayBehindARun(t *testing.T) {
	p := newProtocol(t)
	v := p.saw(look{beds: map[string]int{"a": 2}})
	p.update(func(ctx context.Context, tx store.Tx) error {
		left, err := tx.Map().Containers(ctx, v.ID, "", 9)
		if len(left) > 0 {
			t.Errorf("parts of %v", left)
		}
		return err
	})
}

func TestACatalogueThatMayHideThingsProvesNoDeletion(t *testing.T) {
	p := newProtocol(t)
	p.saw(look{beds: map[string]int{"a": 5}})
	hides := garden()
	hides.Version, hides.ShowsAll = 2, false
	p.ok(p.PutKinds(t.Context(), []model.Kind{hides}))
	v := p.saw(look{beds: map[string]int{"a": 4}})
	if v.Counts.Deleted != 0 || v.Counts.NotSeen != 1 {
		t.Fatalf("deleted %d, not seen %d", v.Counts.Deleted, v.Counts.NotSeen)
	}
}

// stuck is a map that can delete nothing.
type stuck struct{ Deleter }

func (stuck) Delete(context.Context, store.Tx, string, []model.Hash) (int64, error) {
	return 0, errors.New("the map is stuck")
}

func TestARunThatCannotBecomeFinalIsGivenUpAfterAnHour(t *testing.T) {
	p := newProtocol(t)
	p.saw(look{beds: map[string]int{"a": 5}})
	id := p.walk(look{beds: map[string]int{"a": 4}})
	s := New(p.st, p, stuck{}, slog.New(slog.DiscardHandler), DefaultConfig())
	if _, err := s.Sweep(t.Context()); err == nil {
		t.Fatal("the sweep says nothing")
	}
	p.state(id, model.RunInProgress)
	p.pass(finalWithin + time.Minute)
	if _, err := s.Sweep(t.Context()); err == nil {
		t.Fatal("the sweep says nothing")
	}
	if v := p.state(id, model.RunFailed); v.Code != "NotFinal" {
		t.Fatalf("code %q", v.Code)
	}
	p.saw(look{beds: map[string]int{"a": 4}}) // the scan can run again
}
