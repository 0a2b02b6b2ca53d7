package datamap

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
	"github.com/purlieu/purlieu/server/internal/store/sqlite"
)

const authority = "shop://x"

// room is the map on the shipped store.
type room struct {
	*testing.T
	*Service
	st   *sqlite.Store
	kind model.Kind
}

func newRoom(t *testing.T) *room {
	t.Helper()
	now := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	st, err := sqlite.Open(t.Context(), sqlite.Options{Path: sqlite.Memory, Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close() })
	kind := model.Kind{Name: "Shop", Types: []model.TypeDef{{Name: "schema"}, {Name: "table", Parent: "schema", Column: "column", Process: "flow"}}}
	return &room{T: t, Service: New(st, slog.New(slog.DiscardHandler)), st: st, kind: kind}
}

func (r *room) ok(err error) {
	r.Helper()
	if err != nil {
		r.Fatalf("unexpected: %v (%s, %v)", err, fault.CodeOf(err), errors.Unwrap(err))
	}
}

// lay applies assets; the same mark again says that nothing changed.
func (r *room) lay(mark uint64, assets ...model.Asset) (did Did) {
	r.Helper()
	f := Facts{Source: "shop", Collection: "root", Authority: authority, Kind: &r.kind, Actor: "scan:shop/all", Assets: assets}
	for _, a := range assets {
		f.Hashes = append(f.Hashes, hashOf(a.Type, a.Path))
		f.Fingerprints = append(f.Fingerprints, mark)
	}
	r.update(func(ctx context.Context, tx store.Tx) (err error) {
		did, err = r.Apply(ctx, tx, f)
		return err
	})
	return did
}

func hashOf(typeName, path string) model.Hash { return model.HashAt(typeName, authority, path) }

func (r *room) update(do func(ctx context.Context, tx store.Tx) error) {
	r.Helper()
	r.ok(r.st.Update(r.Context(), store.Ingest, func(tx store.Tx) error { return do(r.Context(), tx) }))
}

func (r *room) drop(paths ...string) {
	r.Helper()
	r.update(func(ctx context.Context, tx store.Tx) error {
		var hashes []model.Hash
		for _, p := range paths {
			hashes = append(hashes, hashOf("table", p))
		}
		_, err := r.Delete(ctx, tx, "scan:shop/all", hashes)
		return err
	})
}

func (r *room) version() (v int64) {
	r.Helper()
	r.ok(r.st.View(r.Context(), func(tx store.Tx) (err error) {
		v, err = tx.Map().Version(r.Context())
		return err
	}))
	return v
}

func (r *room) get(path string) View {
	r.Helper()
	v, err := r.ByName(r.Context(), "table", authority+"/"+path)
	r.ok(err)
	return v
}

func (r *room) dump() string {
	r.Helper()
	var b bytes.Buffer
	r.ok(Dump(r.Context(), r.st, &b))
	return b.String()
}

// table is a table with columns "name" or "name=native id".
func table(path string, columns ...string) model.Asset {
	a := model.Asset{Type: "table", Path: path, Name: path, Facets: model.FacetExistence | model.FacetStructure | model.FacetLineage}
	for i, c := range columns {
		name, native, _ := strings.Cut(c, "=")
		a.Columns = append(a.Columns, model.Column{Name: name, NativeID: native, Ordinal: i + 1})
	}
	return a
}

// from makes a view of a table.
func from(a model.Asset, inputs ...string) model.Asset {
	a.Lineage = &model.Lineage{}
	for i, in := range inputs {
		a.Lineage.Inputs = append(a.Lineage.Inputs, model.Ref{Type: "table", Path: in})
		a.Lineage.Columns = append(a.Lineage.Columns, model.ColumnEdge{Input: i, From: "x", To: "y"})
	}
	return a
}

func (v View) numbers() string {
	var out []string
	for _, c := range v.Asset.Columns {
		out = append(out, fmt.Sprintf("%s:%d", c.Name, c.Number))
	}
	return strings.Join(out, " ")
}

func TestTheSameFactsAgainWriteNoVersion(t *testing.T) {
	r := newRoom(t)
	facts := []model.Asset{table("t", "a"), from(table("v", "b"), "t", "missing")}
	if did := r.lay(1, facts...); did.Created != 2 || did.Edges != 3 {
		t.Fatalf("got %+v", did)
	}
	before, dump := r.version(), r.dump()
	for mark := range uint64(2) { // the same fingerprint, and another one for what is the same after all
		did := r.lay(mark+1, facts...)
		if did.Created+did.Updated != 0 || did.Unchanged != 2 {
			t.Fatalf("got %+v", did)
		}
	}
	if r.version() != before || r.dump() != dump {
		t.Fatalf("version %d after %d", r.version(), before)
	}
}

func TestAReadingOfNamesKeepsTheStructure(t *testing.T) {
	r := newRoom(t)
	full := from(table("t", "a"), "in")
	full.Comment, full.Owner = "says", "kim"
	r.lay(1, full)
	r.lay(2, model.Asset{Type: "table", Path: "t", Name: "t", Facets: model.FacetExistence})
	v := r.get("t")
	if v.Asset.Comment != "says" || v.Asset.Owner != "kim" || len(v.Asset.Columns) != 1 || v.Asset.Facets != full.Facets {
		t.Fatalf("got %+v", v.Asset)
	}
	if !strings.Contains(r.dump(), `/$lineage`) || strings.Contains(r.dump(), `"Deleted":true`) {
		t.Fatal("a reading that did not read lineage took it away")
	}
}

func TestColumnNumbersAreKeptAndNeverUsedAgain(t *testing.T) {
	r := newRoom(t)
	for i, step := range []struct {
		columns []string
		want    string
	}{
		{[]string{"a=1", "b=2", "c=3"}, "a:1 b:2 c:3"},
		{[]string{"c=3", "a=1"}, "c:3 a:1"},                        // moved and dropped
		{[]string{"c=3", "a=1", "d=4"}, "c:3 a:1 d:4"},             // b's number stays unused
		{[]string{"renamed=3", "a=1", "d=4"}, "renamed:3 a:1 d:4"}, // by native id
		{[]string{"a=3", "renamed=1", "d=4"}, "a:1 renamed:3 d:4"}, // the name goes before it
		{[]string{"d=9", "e=4"}, "d:4 e:5"},                        // a native id that is taken gives no number
		{[]string{"b=2"}, "b:6"},                                   // long gone, and nobody wrote over it
		{[]string{"b", "b"}, "b:6 b:7"},                            // two of one name
		{[]string{"b", "c", "b"}, "b:6 c:8 b:7"},                   // keep theirs
	} {
		r.lay(uint64(i+1), table("t", step.columns...))
		if got := r.get("t").numbers(); got != step.want {
			t.Fatalf("step %d: got %s, want %s", i, got, step.want)
		}
	}
}

func TestATableWhoseNumbersAreUsedUpIsRefused(t *testing.T) {
	columns := []model.Column{{Name: "a"}, {Name: "b"}}
	if _, err := number(columns, nil, nil, maxColumn); !fault.Is(err, fault.Invalid) {
		t.Fatalf("got %v", err)
	}
	if next, err := number(columns[:1], nil, nil, maxColumn); err != nil || next != maxColumn+1 {
		t.Fatalf("got %d, %v", next, err)
	}
}

func TestADeletedAssetComesBackWithItsGUIDAndEdges(t *testing.T) {
	r := newRoom(t)
	r.lay(1, table("t", "a"), from(table("v", "b"), "t"))
	before, guid := r.dump(), r.get("t").GUID
	r.drop("t")
	if v := r.get("t"); !v.Row.Deleted || !strings.Contains(r.dump(), "pending") {
		t.Fatalf("deleted %v; the edge to it: %s", v.Row.Deleted, r.dump())
	}
	r.lay(1, table("t", "a")) // the view does not change, so it is not sent again
	if v := r.get("t"); v.Row.Deleted || v.GUID != guid {
		t.Fatalf("guid %s, want %s", v.GUID, guid)
	}
	if got := r.dump(); got != before {
		t.Fatalf("got\n%swant\n%s", got, before)
	}
	changes, err := r.History(t.Context(), guid, 0, 9)
	r.ok(err)
	var verbs []string
	for _, c := range changes {
		verbs = append(verbs, c.Verb)
	}
	if strings.Join(verbs, " ") != "revived deleted created" {
		t.Fatalf("history %v", verbs)
	}
}

func TestAViewRevivedWithItsTableInOneBatchIsBound(t *testing.T) {
	r := newRoom(t)
	facts := []model.Asset{table("t", "a"), from(table("v", "b"), "t")}
	r.lay(1, facts...)
	before := r.dump()
	r.drop("t", "v")
	if !strings.Contains(r.dump(), `"Deleted":true`) {
		t.Fatal("nothing is deleted")
	}
	r.lay(1, facts...)
	if got := r.dump(); got != before {
		t.Fatalf("got\n%swant\n%s", got, before)
	}
}

func TestPendingEdgesBindWhenTheEndAppears(t *testing.T) {
	r := newRoom(t)
	r.lay(1, from(table("v", "b"), "t"))
	if !strings.Contains(r.dump(), "pending") {
		t.Fatal("an edge to nothing is bound")
	}
	r.lay(1, table("t", "a"))
	if strings.Contains(r.dump(), "pending") {
		t.Fatal("the end appeared and the edge still waits")
	}
}

func TestAProcessGoesWhenItsViewLosesItsInputs(t *testing.T) {
	r := newRoom(t)
	r.lay(1, table("t", "a"), from(table("v", "b"), "t"))
	r.lay(2, from(table("v", "b"), "t", "u")) // the edges change, the view does not
	if g, err := r.Lineage(t.Context(), r.get("t").GUID, Downstream, 3, 100); err != nil || len(g.Edges) != 2 {
		t.Fatalf("%+v, %v", g, err)
	}
	r.lay(3, table("v", "b"))
	g, err := r.Lineage(t.Context(), r.get("t").GUID, Both, 3, 100)
	if err != nil || len(g.Edges) != 0 || len(g.Nodes) != 1 {
		t.Fatalf("%+v, %v", g, err)
	}
}

func TestAnAssetThatComesTwiceFlowsOnce(t *testing.T) {
	r := newRoom(t)
	r.lay(1, table("t"), table("u"), from(table("v"), "t"))
	r.lay(2, from(table("v"), "t"), from(table("v"), "u"))
	once := newRoom(t)
	once.lay(1, table("t"), table("u"), from(table("v"), "t"))
	once.lay(2, from(table("v"), "u"))
	if got, want := r.dump(), once.dump(); got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
}

func TestLineageKeepsItsLimits(t *testing.T) {
	r := newRoom(t)
	assets := []model.Asset{table("t0", "a")}
	for i := range 5 {
		assets = append(assets, from(table(fmt.Sprint("t", i+1), "a"), fmt.Sprint("t", i)))
	}
	r.lay(1, assets...)
	for _, c := range []struct {
		of           string
		direction    Direction
		depth, limit int
		nodes        int
		truncated    bool
	}{
		{"t0", Downstream, 1, 100, 3, true},
		{"t0", Downstream, 4, 100, 9, true},
		{"t0", Downstream, 5, 100, 11, false},
		{"t0", Upstream, 5, 100, 1, false},
		{"t5", Upstream, 2, 100, 5, true},
		{"t2", Both, 1, 100, 5, true},
		{"t0", Downstream, 9, 4, 4, true},
	} {
		g, err := r.Lineage(t.Context(), r.get(c.of).GUID, c.direction, c.depth, c.limit)
		if err != nil || len(g.Nodes) != c.nodes || g.Truncated != c.truncated {
			t.Errorf("%+v: %d nodes, truncated %v, %v", c, len(g.Nodes), g.Truncated, err)
		}
		for _, e := range g.Edges {
			if _, ok := g.Nodes[e.From]; !ok {
				t.Errorf("%+v: an edge from a node that is not there", c)
			}
		}
	}
	_, err := r.Lineage(t.Context(), r.get("t0").GUID, "SIDEWAYS", 1, 1)
	if !fault.Is(err, fault.Invalid) {
		t.Errorf("got %v", err)
	}
}

func TestLineageLeavesSiblingsOut(t *testing.T) {
	r := newRoom(t)
	r.lay(1, table("people", "a"), table("addresses", "a"), from(table("letters", "a"), "people", "addresses"),
		from(table("parcels", "a"), "people", "letters"))
	for _, c := range []struct {
		of        string
		direction Direction
		edges     int // an input and an output each take one
	}{
		{"people", Downstream, 5},    // to letters, and to parcels straight and through letters
		{"addresses", Downstream, 4}, // what people give to letters and parcels is not its affair
		{"parcels", Upstream, 6},
		{"letters", Both, 6}, // people stand in it already, and what they give to parcels with them
	} {
		g, err := r.Lineage(t.Context(), r.get(c.of).GUID, c.direction, 5, 100)
		if err != nil || len(g.Edges) != c.edges {
			t.Errorf("%s %s: %d edges of %d nodes, %v", c.of, c.direction, len(g.Edges), len(g.Nodes), err)
		}
	}
}

func TestDumpsOfEqualMapsAreEqual(t *testing.T) {
	a, b := newRoom(t), newRoom(t)
	one, two := table("t", "a"), from(table("v", "b"), "t")
	a.lay(1, one, two)
	b.lay(1, two)
	b.lay(2, one) // another order, other rows and versions
	if a.dump() != b.dump() {
		t.Fatalf("%s\n%s", a.dump(), b.dump())
	}
	b.lay(3, table("t", "z"))
	if a.dump() == b.dump() {
		t.Fatal("maps that differ have one dump")
	}
}

func TestAColumnIsFoundByItsGUIDUntilItIsGone(t *testing.T) {
	r := newRoom(t)
	r.lay(1, table("t", "a", "b"))
	guid := r.get("t").ColumnGUID(2)
	v, err := r.ByGUID(t.Context(), guid)
	if err != nil || v.Column != 1 {
		t.Fatalf("%+v, %v", v, err)
	}
	r.lay(2, table("t", "a"))
	if _, err := r.ByGUID(t.Context(), guid); !fault.Is(err, fault.NotFound) {
		t.Fatalf("got %v", err)
	}
}

func TestAssetsMoveWithTheirScanToAnotherCollection(t *testing.T) {
	r := newRoom(t)
	r.lay(1, table("s/a", "id"), from(table("s/v", "id"), "s/a"))
	before := r.version()
	f := Facts{Source: "shop", Collection: "sales", Authority: authority, Kind: &r.kind, Actor: "scan:shop/all"}
	for _, a := range []model.Asset{table("s/a", "id"), from(table("s/v", "id"), "s/a")} {
		f.Assets = append(f.Assets, a)
		f.Hashes = append(f.Hashes, hashOf(a.Type, a.Path))
		f.Fingerprints = append(f.Fingerprints, 1)
	}
	r.update(func(ctx context.Context, tx store.Tx) error {
		_, err := r.Apply(ctx, tx, f)
		return err
	})
	if got := r.get("s/a").Row.Collection; got != "sales" {
		t.Errorf("the table stands in %q", got)
	}
	if r.version() == before {
		t.Error("search would never hear of the move")
	}
	if dump := r.dump(); strings.Contains(dump, `"Collection":"root"`) {
		t.Errorf("something stayed behind:\n%s", dump)
	}
}
