package ingest

import (
	"context"
	"log/slog"
	"strings"
	"testing"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/model"
)

func TestABatchThatCanNotBeReadFailsItsUnitOnly(t *testing.T) {
	good, err := bus.Encode(bus.Facts{Gaps: []model.Gap{{Code: "Any", Path: "a"}}})
	if err != nil {
		t.Fatal(err)
	}
	packed := bus.Pack(good)
	empties := append([]byte{0xa1, 0x01, 0x9a, 0, 0x0f, 0xff, 0xff}, []byte(strings.Repeat("\xa0", 1<<20-1))...) // one byte each
	for name, c := range map[string]struct {
		body []byte
		code string
	}{
		"garbage":              {[]byte("not packed"), "BadBatch"},
		"cut in half":          {packed[:len(packed)/2], "BadBatch"},
		"garbage inside":       {bus.Pack([]byte{0xff, 0, 1}), "BadMessage"},
		"cut inside":           {bus.Pack(good[:len(good)-1]), "BadMessage"},
		"larger than allowed":  {bus.Pack(make([]byte, bus.MaxUnpacked+1)), "BadBatch"},
		"a million of nothing": {bus.Pack(empties), "BatchTooWide"},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRoom(t, DefaultConfig())
			g := r.bed()
			r.raw(node, g.Ref, 0, c.body, bus.Committed)
			r.apply()
			failed(r, g, c.code)
		})
	}
}

// failed checks that the unit was given up for one quarantined batch, and that the other unit goes on.
func failed(r *room, g bus.Grant, code string) {
	r.Helper()
	if q := r.quarantined(); len(q) != 1 || q[0] != code {
		r.Fatalf("quarantine %v, want %s", q, code)
	}
	if u := r.unit(g.Ref.Unit); u.State != model.UnitFailed {
		r.Fatalf("the unit's state is %d", u.State)
	}
	if r.count() != 0 {
		r.Fatalf("%d assets came into the map", r.count())
	}
	gaps, err := r.scans.Gaps(r.Context(), r.run, 0, 9)
	if err != nil || len(gaps) != 1 || gaps[0].Gap.Code != "BatchQuarantined" || gaps[0].Gap.Object != code {
		r.Fatalf("gaps %+v, %v", gaps, err)
	}
	other := r.claim(node)
	r.batch(other, 0, bus.Facts{}, bus.Committed)
	r.apply()
	r.done(other, bus.Done{Batches: 1}, bus.Committed)
	if u := r.unit(other.Ref.Unit); u.State != model.UnitClosed {
		r.Fatalf("the other unit's state is %d", u.State)
	}
}

func TestFactsThatTheAttemptHasNoRightToAreQuarantined(t *testing.T) {
	long := strings.Repeat("x", maxUnit+1)
	for name, c := range map[string]struct {
		change func(r *room, g bus.Grant, f *bus.Facts)
		code   string
	}{
		"an undeclared type": {func(r *room, g bus.Grant, f *bus.Facts) {
			*f = r.facts(g, model.Asset{Type: "tree", Path: "a/x"})
		}, "TypeNotDeclared"},
		"another bed": {func(r *room, g bus.Grant, f *bus.Facts) {
			*f = r.facts(g, model.Asset{Type: "plant", Path: "b/x", Container: "b"})
		}, "OutsideUnit"},
		"a bed with the same beginning": {func(r *room, g bus.Grant, f *bus.Facts) {
			*f = r.facts(g, model.Asset{Type: "plant", Path: "ab"})
		}, "OutsideUnit"},
		"out of scope":      {func(r *room, g bus.Grant, f *bus.Facts) { *f = r.facts(g, plant("a/secret")) }, "OutsideScope"},
		"another authority": {func(_ *room, _ bus.Grant, f *bus.Facts) { f.Rows[0].Hash = model.HashOf("plant", "garden://other/a/x") }, "WrongHash"},
		"a class in open words": {func(_ *room, _ bus.Grant, f *bus.Facts) {
			f.Assets[0].Columns = []model.Column{{Name: "c", Classes: []model.Class{{Name: "ada@example.com"}}}}
		}, "BadClass"},
		"a class not asked for": {func(_ *room, _ bus.Grant, f *bus.Facts) { f.Assets[0].Facets |= model.FacetClassification }, "LevelNotAsked"},
		"no row":                {func(_ *room, _ bus.Grant, f *bus.Facts) { f.Rows = nil }, "RowsMissing"},
		"a foreign container":   {func(_ *room, _ bus.Grant, f *bus.Facts) { f.Assets[0].Container = "b" }, "WrongContainer"},
		"NUL in a path":         {func(r *room, g bus.Grant, f *bus.Facts) { *f = r.facts(g, plant("a/x\x00")) }, "UnsafeText"},
		"NUL in a name":         {func(_ *room, _ bus.Grant, f *bus.Facts) { f.Assets[0].Name = "x\x00" }, "UnsafeText"},
		"NUL in an input": {func(_ *room, _ bus.Grant, f *bus.Facts) {
			f.Assets[0].Lineage = &model.Lineage{Inputs: []model.Ref{{Type: "plant", Path: "\x00"}}}
		}, "UnsafeText"},
		"an asset of three megabytes": {func(_ *room, _ bus.Grant, f *bus.Facts) { f.Assets[0].Text = strings.Repeat("x", 3<<20) }, "AssetTooLarge"},
		"a child elsewhere":           {func(_ *room, _ bus.Grant, f *bus.Facts) { f.Children = []model.Unit{{Step: "bed", Below: "b"}} }, "OutsideUnit"},
		"a child that plans":          {func(_ *room, _ bus.Grant, f *bus.Facts) { f.Children = []model.Unit{{Below: "a"}} }, "BadUnit"},
		"a child with huge arguments": {func(_ *room, _ bus.Grant, f *bus.Facts) {
			f.Children = []model.Unit{{Step: "bed", Below: "a", Args: map[string]string{"x": long}}}
		}, "BadUnit"},
		"a child whose root no store can hold": {func(_ *room, _ bus.Grant, f *bus.Facts) {
			f.Children = []model.Unit{{Step: "bed", Below: "a/x\x00"}}
		}, "BadUnit"},
		"too many children": {func(_ *room, _ bus.Grant, f *bus.Facts) {
			for range 1<<15 + 1 {
				f.Children = append(f.Children, model.Unit{Step: "bed", Below: "a"})
			}
		}, "TooManyUnits"},
		"a gap elsewhere":    {func(_ *room, _ bus.Grant, f *bus.Facts) { f.Gaps = []model.Gap{{Code: "X", Path: "b"}} }, "OutsideUnit"},
		"a gap of a novel":   {func(_ *room, _ bus.Grant, f *bus.Facts) { f.Gaps = []model.Gap{{Code: "X", Object: long}} }, "BadGap"},
		"a gap without code": {func(_ *room, _ bus.Grant, f *bus.Facts) { f.Gaps = []model.Gap{{}} }, "BadGap"},
		"a foreign container seen": {func(_ *room, _ bus.Grant, f *bus.Facts) {
			f.Seen = []bus.Seen{{Container: "b", Bits: []byte{255}}}
		}, "OutsideUnit"},
		"two bases of one container": {func(_ *room, _ bus.Grant, f *bus.Facts) {
			f.Seen = []bus.Seen{{Container: "a", Generation: 1}, {Container: "a", Generation: 2}}
		}, "TwoGenerations"},
		"measures of an unknown asset": {func(_ *room, _ bus.Grant, f *bus.Facts) {
			f.Seen = []bus.Seen{{Container: "a", Moved: []bus.MovedMeasure{{Hash: model.Hash{1}}}}}
		}, "OutsideUnit"},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRoom(t, DefaultConfig())
			g := r.bed()
			f := r.facts(g, plant("a/x"))
			c.change(r, g, &f)
			r.batch(g, 0, f, bus.Committed)
			r.apply()
			failed(r, g, c.code)
		})
	}
}

func TestMeasuresReachNoAssetOfAnotherUnit(t *testing.T) {
	r := newRoom(t, DefaultConfig())
	g := r.bed()
	r.batch(g, 0, r.facts(g, plant("a/x")), bus.Committed)
	r.done(g, bus.Done{Batches: 1}, bus.Committed)
	r.apply()
	b := r.claim(node)
	moved := bus.MovedMeasure{Hash: model.HashOf("plant", model.QualifiedName(g.Authority, "a/x")), Measures: []model.Measure{{Name: "rows", Value: 9}}}
	r.batch(b, 0, bus.Facts{Seen: []bus.Seen{{Container: "b", Moved: []bus.MovedMeasure{moved}}}}, bus.Committed)
	r.apply()
	if q := r.quarantined(); len(q) != 1 || q[0] != "OutsideUnit" {
		t.Fatalf("quarantine %v", q)
	}
}

func TestABackslashInANameIsNoHarm(t *testing.T) {
	r := newRoom(t, DefaultConfig())
	g := r.bed()
	r.batch(g, 0, r.facts(g, plant(`a/c:\x41`)), bus.Committed)
	r.apply()
	if r.count() != 1 {
		t.Fatalf("%d assets, quarantine %v", r.count(), r.quarantined())
	}
}

// trap panics when the kind of a source is asked for, as a fault of ours over a batch would.
type trap struct{ Kinds }

func (trap) Kind(context.Context, string) (model.Kind, error) { panic("a trap") }

func TestABatchThatMakesTheServerPanicIsQuarantined(t *testing.T) {
	r := newRoom(t, DefaultConfig())
	g := r.bed()
	var log strings.Builder
	kinds, quiet := r.kinds, r.log
	r.kinds, r.log = trap{kinds}, slog.New(slog.NewTextHandler(&log, nil))
	r.batch(g, 0, r.facts(g, plant("a/x")), bus.Committed)
	r.apply()
	if got := strings.Count(log.String(), "a trap"); got != int(r.cfg.MaxFailures) {
		t.Errorf("%d tries, want %d: %s", got, r.cfg.MaxFailures, log.String())
	}
	r.kinds, r.log = kinds, quiet
	failed(r, g, "Panic")
}
