package datamap

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

// around are the names of what lineage shows around a table, without the table and processes.
func (r *room) around(of string, d Direction) string {
	r.Helper()
	g, err := r.Lineage(r.Context(), r.get(of).GUID, d, 3, 100)
	r.ok(err)
	var out []string
	for _, v := range g.Nodes {
		if v.Row.Type == "table" && v.Row.Name != of {
			out = append(out, v.Row.Name)
		}
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

// edge is the guid of the edge between two tables' process and one of them.
func (r *room) edge(view, far string) string {
	r.Helper()
	g, err := r.Lineage(r.Context(), r.get(view).GUID, Upstream, 1, 100)
	r.ok(err)
	for _, e := range g.Edges {
		if end := r.get(far).GUID; e.From == end || e.To == end {
			return e.GUID
		}
	}
	r.Fatalf("no edge of %s with %s", view, far)
	return ""
}

func TestAnEdgeThatAPersonTookAwayStaysAway(t *testing.T) {
	r := newRoom(t)
	scan := func(mark uint64) {
		r.lay(mark, table("a", "x"), table("b", "x"), from(table("v", "y"), "a", "b"), from(table("w", "y"), "v"))
	}
	scan(1)
	cut := r.edge("v", "a")
	rel, err := r.Relation(t.Context(), cut)
	r.ok(err)
	if rel.Far.Row.Name != "a" || !rel.Input || rel.Process.Row.Name != "lineage of v" {
		t.Fatalf("%+v", rel)
	}
	r.ok(r.Cut(t.Context(), "person:kim", cut))
	check := func(when, up, down, far string) {
		t.Helper()
		if r.around("v", Upstream) != up || r.around("a", Downstream) != down || r.around("w", Upstream) != far {
			t.Errorf("%s: above v %q, below a %q, above w %q", when, r.around("v", Upstream), r.around("a", Downstream), r.around("w", Upstream))
		}
	}
	check("cut", "b", "", "b v")
	if _, err := r.Relation(t.Context(), cut); !fault.Is(err, fault.NotFound) {
		t.Errorf("it is still there: %v", err)
	}
	if err := r.Cut(t.Context(), "person:kim", cut); !fault.Is(err, fault.NotFound) {
		t.Errorf("cut twice: %v", err)
	}
	scan(2)
	check("after a scan", "b", "", "b v")
	r.drop("v")
	scan(3)
	check("dropped and made again", "b", "", "b v")
	r.drop("a")
	scan(4)
	check("its far end dropped and made again", "b", "", "b v")
	r.lay(5, from(table("v", "y", "z"), "b"))
	r.lay(6, from(table("v", "y", "z"), "a", "b"))
	check("gone from the source and back", "b", "", "b v")
	changes, err := r.History(t.Context(), r.get("v").GUID, 0, 50)
	r.ok(err)
	if !slices.ContainsFunc(changes, func(c Change) bool {
		return c.Actor == "person:kim" && strings.Contains(string(c.Diff), `"old":"input"`)
	}) {
		t.Error("history does not tell")
	}

	process, far := rel.Process.GUID, rel.Far.GUID
	guid, err := r.Relate(t.Context(), "person:kim", process, far, true)
	r.ok(err)
	if guid != cut || r.get("v").Row.Authored != nil {
		t.Errorf("%s for %s; left over v stands %s", guid, cut, r.get("v").Row.Authored)
	}
	check("taken back", "a b", "v w", "a b v")

	if _, err := r.Relate(t.Context(), "person:kim", process, r.get("w").GUID, true); fault.CodeOf(err) != "ProcessOfSource" {
		t.Errorf("an edge that no scan sent: %v", err)
	}
	r.ok(r.Cut(t.Context(), "person:kim", r.edge("v", "v"))) // the view itself: nothing comes out of the process
	check("the process ends in nothing", "", "", "v")
}

func TestACutEdgeStaysAwayWhenItsEndsAreRenamed(t *testing.T) {
	r := newRoom(t)
	r.lay(1, table("a", "x"), from(table("v", "y"), "a"))
	r.ok(r.Cut(t.Context(), "person:kim", r.edge("v", "a")))
	r.lay(2, table("a2", "x"), from(table("v2", "y"), "a2"))
	r.update(func(ctx context.Context, tx store.Tx) error {
		rows, err := tx.Map().ByHash(ctx, []model.Hash{hashOf("table", "a"), hashOf("table", "a2"), hashOf("table", "v"), hashOf("table", "v2")})
		if err != nil {
			return err
		}
		for _, name := range []string{"a", "v"} {
			pair := []store.Entity{rows[hashOf("table", name)], rows[hashOf("table", name+"2")]}
			if err := r.Move(ctx, tx, "scan:shop/all", model.FacetExistence|model.FacetStructure|model.FacetLineage, pair, nil, false); err != nil {
				return err
			}
		}
		return nil
	})
	if got := r.around("v2", Upstream); got != "" {
		t.Errorf("above v2 stands %q", got)
	}
}

func TestPeopleMakeEntitiesAndTheLineageBetweenThem(t *testing.T) {
	r := newRoom(t)
	r.lay(1, table("a", "x"), table("b", "x"))
	process := &Made{Type: "Process", QualifiedName: "job://night", Name: "night", Collection: "root"}
	report := &Made{Type: "table", QualifiedName: authority + "/report", Name: "report", Collection: "root", Parent: model.HashOf("schema", authority)}
	guids := r.edit(
		Edit{Make: process, Ref: "-1", Description: text("every night"), Inputs: &[]string{r.get("a").GUID, r.get("a").GUID}, Outputs: &[]string{"-2"}},
		Edit{Make: report, Ref: "-2", Attrs: map[string]json.RawMessage{"rows": json.RawMessage("7")}},
	)
	if got := r.around("report", Upstream); got != "a" {
		t.Errorf("above the report stands %q", got)
	}
	v, err := r.ByGUID(t.Context(), guids[0])
	r.ok(err)
	if len(v.Flows) != 2 || !v.Made() || *v.Authored.Description != "every night" || v.Row.CreatedBy != "person:kim" {
		t.Fatalf("%+v", v)
	}
	if v, err := r.ByGUID(t.Context(), guids[1]); err != nil || v.Row.Parent != report.Parent {
		t.Errorf("the report stands below %v, %v", v.Row.Parent, err)
	}
	before := r.version()
	r.edit(Edit{GUID: guids[0], Inputs: &[]string{r.get("a").GUID}, Outputs: &[]string{guids[1]}}, Edit{GUID: guids[1], Name: text("report")})
	if r.version() != before {
		t.Error("the same again made a version")
	}
	edge, err := r.Relate(t.Context(), "person:kim", guids[0], r.get("b").GUID, true)
	r.ok(err)
	if got := r.around("report", Upstream); got != "a b" {
		t.Errorf("then %q", got)
	}
	r.ok(r.Cut(t.Context(), "person:kim", edge))
	r.edit(Edit{GUID: guids[0], Inputs: &[]string{}})
	if got := r.around("report", Upstream); got != "" {
		t.Errorf("then %q", got)
	}
	_, err = r.Edit(t.Context(), "person:kim", []Edit{{Make: report}})
	if fault.CodeOf(err) != "VersionChanged" {
		t.Errorf("made twice: %v", err)
	}

	r.lay(2, table("report", "x")) // a scan finds it
	if v := r.get("report"); v.GUID != guids[1] || v.Made() || len(v.Asset.Columns) != 1 || v.Row.Source != "shop" || v.Row.CreatedBy != "person:kim" {
		t.Errorf("%+v", v.Row)
	}
	if _, err := r.Edit(t.Context(), "person:kim", []Edit{{GUID: guids[1], Name: text("mine")}}); fault.CodeOf(err) != "OfSource" {
		t.Errorf("the name of a scan's asset: %v", err)
	}
}

func TestAMadeEntityIsDeletedAndMadeAgain(t *testing.T) {
	r := newRoom(t)
	m := &Made{Type: "DataSet", QualifiedName: "thing://1", Name: "one", Collection: "root"}
	guid := r.edit(Edit{Make: m})[0]
	r.update(func(ctx context.Context, tx store.Tx) error {
		_, err := r.Delete(ctx, tx, "person:kim", []model.Hash{model.HashOf(m.Type, m.QualifiedName)})
		return err
	})
	if v, err := r.ByGUID(t.Context(), guid); err != nil || !v.Row.Deleted {
		t.Fatalf("%+v %v", v.Row, err)
	}
	if again := r.edit(Edit{Make: m, Labels: &[]string{"b", "a", "b"}})[0]; again != guid {
		t.Errorf("made again as %s, was %s", again, guid)
	}
	v, err := r.ByGUID(t.Context(), guid)
	r.ok(err)
	if v.Row.Deleted || strings.Join(v.Authored.Labels, " ") != "a b" {
		t.Errorf("%+v", v.Authored)
	}
	_, _, tags, err := r.Describe(v.Row)
	r.ok(err)
	if !slices.Contains(tags, store.Tag{Kind: store.TagLabel, Value: "a"}) {
		t.Errorf("search does not find the label: %v", tags)
	}
	long := strings.Repeat("n", maxName+1)
	for what, bad := range map[string]Edit{
		"no type":             {Make: &Made{QualifiedName: "q", Name: "n", Collection: "root"}},
		"a long name":         {Make: &Made{Type: "DataSet", QualifiedName: long, Name: "n", Collection: "root"}},
		"a NUL":               {Make: &Made{Type: "DataSet", QualifiedName: "q\x00", Name: "n", Collection: "root"}},
		"an attribute":        {GUID: guid, Attrs: map[string]json.RawMessage{"x": json.RawMessage("{")}},
		"an empty label":      {GUID: guid, Labels: &[]string{""}},
		"too many attributes": {GUID: guid, Attrs: map[string]json.RawMessage{"x": json.RawMessage(`"` + strings.Repeat("x", maxAttrText) + `"`)}},
	} {
		if _, err := r.Edit(t.Context(), "person:kim", []Edit{bad}); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestAColumnIsNoEndOfAProcess(t *testing.T) {
	r := newRoom(t)
	r.lay(1, table("a", "x"))
	made := &Made{Type: "Process", QualifiedName: "job://night", Name: "night", Collection: "root"}
	process := r.edit(Edit{Make: made, Inputs: &[]string{r.get("a").GUID}})[0]
	a := r.get("a")
	_, err := r.Edit(t.Context(), "person:kim", []Edit{{GUID: process, Inputs: &[]string{a.ColumnGUID(a.Asset.Columns[0].Number)}}})
	if fault.CodeOf(err) != "NoEndOfEdge" {
		t.Errorf("got %v", err)
	}
}
