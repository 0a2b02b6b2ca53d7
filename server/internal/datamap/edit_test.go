package datamap

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

func text(s string) *string { return &s }

func (r *room) edit(edits ...Edit) (guids []string) {
	r.Helper()
	guids, err := r.Edit(r.Context(), "person:kim", edits)
	r.ok(err)
	return guids
}

// named are the names of classes, with a star where a person gave it.
func names(classes []model.Class) string {
	var out []string
	for _, c := range classes {
		star := ""
		if c.Evidence.Rule == "" {
			star = "*"
		}
		out = append(out, c.Name+star)
	}
	return strings.Join(out, " ")
}

// judged is a table whose column mail and which itself a rule gave classes.
func judged() model.Asset {
	a := table("t", "id", "mail")
	a.Facets |= model.FacetClassification
	a.Columns[1].Classes = []model.Class{{Name: "MAIL", Evidence: model.Evidence{Rule: "mail", Version: 1}}}
	a.Classes = []model.Class{{Name: "LIST", Evidence: model.Evidence{Rule: "list", Version: 1}}}
	return a
}

func TestPeopleWriteOverWhatScansSaw(t *testing.T) {
	r := newRoom(t)
	r.lay(1, table("t", "id", "mail"))
	v := r.get("t")
	column := v.ColumnGUID(v.Asset.Columns[1].Number)
	before := r.version()
	owners := []Contact{{ID: "kim", Info: "Kim"}}
	r.edit(
		Edit{GUID: v.GUID, Version: v.Row.Version, Description: text("who buys"), DisplayName: text("Buyers"), Owners: &owners, Custom: &map[string]string{"tier": "1"}},
		Edit{GUID: column, Description: text("where to write")},
	)
	if r.version() != before+1 {
		t.Fatalf("version %d after %d", r.version(), before)
	}
	v = r.get("t")
	p := v.Authored
	if *p.Description != "who buys" || *p.DisplayName != "Buyers" || (*p.Owners)[0] != owners[0] || p.Custom["tier"] != "1" {
		t.Fatalf("%+v", p)
	}
	c, err := r.ByGUID(t.Context(), column)
	r.ok(err)
	if *c.Written().Description != "where to write" || v.Written().Experts != nil {
		t.Fatalf("%+v", c.Written())
	}
	if v.Row.ModifiedBy != "person:kim" {
		t.Errorf("changed by %s", v.Row.ModifiedBy)
	}
	changes, err := r.History(t.Context(), v.GUID, 0, 9)
	r.ok(err)
	said := fmt.Sprint(string(changes[0].Diff), string(changes[1].Diff))
	for _, want := range []string{`"what":"description","name":"mail"`, `"what":"displayName"`, `"new":"who buys"`, `"customAttributes"`} {
		if changes[0].Actor != "person:kim" || !strings.Contains(said, want) {
			t.Errorf("the history of %s does not say %s: %s", changes[0].Actor, want, said)
		}
	}
	_, words, _, err := r.Describe(v.Row)
	r.ok(err)
	if !strings.Contains(words, "who buys") || !strings.Contains(words, "where to write") || !strings.Contains(words, "Buyers") {
		t.Errorf("search finds %q", words)
	}

	before = r.version()
	if r.edit(Edit{GUID: v.GUID, Description: text("who buys"), Custom: &map[string]string{"tier": "1"}}); r.version() != before {
		t.Error("the same again made a version")
	}
	_, err = r.Edit(t.Context(), "person:lee", []Edit{{GUID: column, Description: text("x")}, {GUID: v.GUID, Version: 1, Description: text("y")}})
	if !fault.Is(err, fault.Conflict) || fault.CodeOf(err) != "VersionChanged" || *r.get("t").Authored.Columns[2].Description != "where to write" {
		t.Errorf("over another's write: %v", err)
	}
	r.edit(Edit{GUID: column, Description: text("")}, Edit{GUID: v.GUID, Description: text(""), DisplayName: text(""), Owners: &[]Contact{}, Custom: &map[string]string{}})
	if p := r.get("t").Authored; p.Description != nil || len(p.Columns) != 0 || len(*p.Owners) != 0 {
		t.Errorf("what was taken away is there: %+v", p)
	}
}

func TestWhatPeopleWroteSurvivesScansDropAndRename(t *testing.T) {
	r := newRoom(t)
	r.lay(1, table("t", "id", "mail=7"))
	v := r.get("t")
	r.edit(Edit{GUID: v.GUID, Description: text("kept")}, Edit{GUID: v.ColumnGUID(2), Description: text("column kept")})
	written := func(when string) {
		t.Helper()
		got := r.get("t")
		if got.GUID != v.GUID || got.Row.Deleted || got.Authored.Description == nil || *got.Authored.Description != "kept" || *got.Authored.Columns[2].Description != "column kept" {
			t.Fatalf("%s: %s %+v", when, got.GUID, got.Authored)
		}
	}
	r.lay(2, table("t", "id", "mail=7", "more"))
	written("after another scan")
	r.drop("t")
	_, err := r.Edit(t.Context(), "person:kim", []Edit{{GUID: v.GUID, Description: text("x")}})
	if !fault.Is(err, fault.Conflict) {
		t.Errorf("a deleted one was written: %v", err)
	}
	r.lay(3, table("t", "id", "mail=7"))
	written("after a drop, made again")
	r.lay(4, table("t", "id", "email=7"))
	written("after a column was renamed")
	r.drop("t")
	r.update(func(ctx context.Context, tx store.Tx) error {
		n, err := r.Restore(ctx, tx, "person:kim", &r.kind, []model.Hash{hashOf("table", "t")}, 0)
		if n != 1 {
			t.Errorf("%d came back", n)
		}
		return err
	})
	written("after it was brought back")
}

func TestARefusedClassificationIsNotGivenByTheSameRuleAgain(t *testing.T) {
	r := newRoom(t)
	r.lay(1, judged())
	v := r.get("t")
	column := v.ColumnGUID(2)
	shown := func() string {
		v := r.get("t")
		return names(v.OwnClasses()) + " | " + names(v.Asset.Columns[1].Classes)
	}
	for i, step := range []struct {
		edit Edit
		lay  func() model.Asset
		want string
	}{
		{Edit{GUID: column, Give: []string{"MINE"}}, nil, "LIST | MAIL MINE*"},
		{Edit{GUID: column, Give: []string{"MAIL"}}, nil, "LIST | MAIL MINE*"}, // a rule says so already
		{Edit{GUID: column, Take: []string{"MAIL"}}, nil, "LIST | MINE*"},
		{Edit{GUID: v.GUID, Take: []string{"LIST"}}, nil, " | MINE*"},
		{Edit{}, judged, " | MINE*"},
		{Edit{}, func() model.Asset {
			a := judged()
			a.Columns[1].Classes[0].Evidence.Version = 2
			return a
		}, " | MINE*"},
		{Edit{}, func() model.Asset { // another rule is another matter
			a := judged()
			a.Columns[1].Classes[0].Evidence.Rule = "better"
			return a
		}, " | MAIL MINE*"},
		{Edit{}, judged, " | MINE*"},
		{Edit{GUID: column, Give: []string{"MAIL"}}, nil, " | MAIL MINE*"}, // the person thinks again
		{Edit{GUID: column, Take: []string{"MINE"}}, nil, " | MAIL"},
	} {
		if step.lay != nil {
			r.lay(uint64(i+10), step.lay())
		} else {
			r.edit(step.edit)
		}
		if got := shown(); got != step.want {
			t.Fatalf("step %d: %q, want %q", i, got, step.want)
		}
	}
	_, err := r.Edit(t.Context(), "person:kim", []Edit{{GUID: column, Take: []string{"NONE"}}})
	if !fault.Is(err, fault.NotFound) {
		t.Errorf("took away what is not there: %v", err)
	}
}

func TestEditsHaveBounds(t *testing.T) {
	r := newRoom(t)
	r.lay(1, table("t", "id"))
	guid := r.get("t").GUID
	long := strings.Repeat("x", maxText+1)
	many := slices.Repeat([]Contact{{ID: "a"}}, maxContacts+1)
	for name, e := range map[string]Edit{
		"a long text": {Description: &long}, "a text with NUL": {DisplayName: text("a\x00")}, "bytes that are no text": {Description: text("\xff")},
		"many owners": {Owners: &many}, "an owner without id": {Owners: &[]Contact{{}}}, "a custom attribute without name": {Custom: &map[string]string{"": "x"}},
		"a classification without name": {Give: []string{""}}, "a path for a classification": {Give: []string{"a/b"}},
	} {
		e.GUID = guid
		if _, err := r.Edit(t.Context(), "person:kim", []Edit{e}); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
