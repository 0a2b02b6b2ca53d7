package datamap

import (
	"slices"
	"strings"
	"testing"

	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

func TestWhatPeopleWroteOverAColumnWaitsUntilItIsBack(t *testing.T) {
	r := newRoom(t)
	r.lay(1, judged())
	v := r.get("t")
	id, mail := v.ColumnGUID(1), v.ColumnGUID(2)
	r.edit(
		Edit{GUID: id, Description: text("the number")},
		Edit{GUID: mail, Description: text("where to write"), Give: []string{"OURS"}, Take: []string{"MAIL"}, Labels: &[]string{"gold"}},
	)
	written := r.get("t").Authored
	labelled := func() bool {
		_, _, tags, err := r.Describe(r.get("t").Row)
		r.ok(err)
		return slices.Contains(tags, store.Tag{Kind: store.TagLabel, Value: "gold"})
	}
	if !labelled() {
		t.Fatal("a label of a column is not found")
	}
	r.lay(2, table("t", "id", "other")) // the header was taken for a row, or nothing had the key
	if labelled() {
		t.Fatal("a label of a column that is gone is found")
	}
	r.lay(3, table("t", "other"))
	r.drop("t")
	r.lay(4, judged())
	v = r.get("t")
	if v.numbers() != "id:1 mail:2" {
		t.Fatal(v.numbers())
	}
	if got := v.Authored; *got.Columns[1].Description != "the number" || *got.Columns[2].Description != "where to write" || len(got.Gone) > 0 || string(v.Row.Authored) != mustPack(r, written) {
		t.Fatalf("%s", v.Row.Authored)
	}
	if c, err := r.ByGUID(t.Context(), mail); err != nil || names(c.OwnClasses()) != "OURS*" {
		t.Fatalf("a rule gave again what was refused: %v, %v", c.OwnClasses(), err)
	}
	version := r.version()
	r.lay(5, judged())
	if r.version() != version {
		t.Fatal("the same reading made a version")
	}
}

func mustPack(r *room, a Authored) string {
	raw, err := a.pack()
	r.ok(err)
	return string(raw)
}

func TestAColumnThatIsRenamedIsNotTakenForOneThatIsGone(t *testing.T) {
	r := newRoom(t)
	r.lay(1, table("t", "a=1", "b=2"))
	for column := range uint32(2) {
		r.edit(Edit{GUID: r.get("t").ColumnGUID(column + 1), Description: text("written")})
	}
	r.lay(2, table("t", "b=2"))
	r.lay(3, table("t", "a=2")) // b has the name of the one that is gone
	if got := r.get("t"); got.numbers() != "a:2" || got.Authored.Gone[1] != "a" {
		t.Fatalf("%s, %v", got.numbers(), got.Authored.Gone)
	}
	r.lay(4, table("t", "a=2", "a=3"))
	if got := r.get("t").numbers(); got != "a:2 a:1" {
		t.Fatal(got)
	}
}

func TestWhatIsInheritedStandsOverColumnsByNameOrWaits(t *testing.T) {
	part := func(s string) Part { return Part{Description: &s} }
	theirs := Authored{Columns: map[uint32]Part{1: part("id"), 2: part("mail"), 5: part("long gone"), 6: part("nobody knows")}, Gone: map[uint32]string{5: "fax"}}
	got, next, err := theirs.onto(
		[]model.Column{{Name: "mail", Number: 4}, {Name: "x", Number: 5}, {Name: "id", Number: 6}},
		[]model.Column{{Name: "id", Number: 1}, {Name: "mail", Number: 2}}, 7)
	if err != nil || next != 8 {
		t.Fatal(next, err)
	}
	var all []string
	for _, n := range []uint32{4, 6, 7} {
		all = append(all, *got.Columns[n].Description)
	}
	if strings.Join(all, ", ") != "mail, id, long gone" || len(got.Columns) != 3 || len(got.Gone) != 1 || got.Gone[7] != "fax" {
		t.Fatalf("%+v", got)
	}
	if _, _, err := theirs.onto(nil, nil, maxColumn+1); err == nil {
		t.Fatal("a number beyond the last one was given")
	}
}
