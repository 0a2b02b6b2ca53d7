package datamap

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

// class is a class by the rule "r" with a number of matches.
func class(name string, matches int) model.Class {
	return model.Class{Name: name, Evidence: model.Evidence{Rule: "r", Version: 1, Tried: 100, Matches: matches, Distinct: 8}}
}

// sampled is a table that was sampled, with columns "name[=native id][ CLASS]"; "?" for a class is a column that could
// not be judged.
func sampled(path string, columns ...string) model.Asset {
	return counted(90, path, columns...)
}

func counted(matches int, path string, columns ...string) model.Asset {
	var names []string
	for _, c := range columns {
		name, _, _ := strings.Cut(c, " ")
		names = append(names, name)
	}
	a := table(path, names...)
	a.Facets |= model.FacetClassification
	for i, c := range columns {
		switch _, name, _ := strings.Cut(c, " "); name {
		case "":
		case "?":
			a.Columns[i].Unjudged = true
		default:
			a.Columns[i].Classes = []model.Class{class(name, matches)}
		}
	}
	return a
}

// classes tells the classes of columns.
func (v View) classes() string {
	var out []string
	for _, c := range v.Asset.Columns {
		if c.Unjudged {
			out = append(out, c.Name+":unjudged")
		}
		for _, x := range c.Classes {
			out = append(out, fmt.Sprintf("%s:%s/%d", c.Name, x.Name, x.Evidence.Matches))
		}
	}
	return strings.Join(out, " ")
}

func TestClassesStandUntilANewReadingJudgesOtherwise(t *testing.T) {
	const mail = "mail:MAIL/90"
	for name, c := range map[string]struct {
		next    model.Asset
		want    string
		version bool // whether a version is written
	}{
		"the same again":                       {sampled("t", "id", "mail=2 MAIL", "tel=3 TEL"), mail + " tel:TEL/90", false},
		"a scan of structure keeps them":       {table("t", "id", "mail=2", "tel=3"), mail + " tel:TEL/90", false},
		"so does one of names":                 {model.Asset{Type: "table", Path: "t", Name: "t", Facets: model.FacetExistence}, mail + " tel:TEL/90", false},
		"they follow a renamed column":         {table("t", "id", "email=2", "tel=3"), "email:MAIL/90 tel:TEL/90", true},
		"they go with a dropped one":           {table("t", "id", "tel=3"), "tel:TEL/90", true},
		"a new column has none":                {table("t", "id", "mail=2", "tel=3", "x=4"), mail + " tel:TEL/90", true},
		"a sample without one takes it off":    {sampled("t", "id", "mail=2 MAIL", "tel=3"), mail, true},
		"a sample may give another":            {sampled("t", "id X", "mail=2 MAIL", "tel=3 CALL"), "id:X/90 " + mail + " tel:CALL/90", true},
		"too few values take nothing off":      {sampled("t", "id ?", "mail=2 ?", "tel=3 ?"), mail + " tel:TEL/90", false},
		"counts that moved are not a version":  {counted(77, "t", "id", "mail=2 MAIL", "tel=3 TEL"), "mail:MAIL/77 tel:TEL/77", false},
		"but another rule's are":               {ruled("t", "id", "mail=2 MAIL", "tel=3 TEL"), mail + " tel:TEL/90", true},
		"counts beside a change are a version": {counted(77, "t", "id", "mail=2 MAIL", "tel=3"), "mail:MAIL/77", true},
	} {
		t.Run(name, func(t *testing.T) {
			for _, mark := range []uint64{1, 2} { // the fingerprint covers no classes: it may be the same
				r := newRoom(t)
				r.lay(1, sampled("t", "id", "mail=2 MAIL", "tel=3 TEL"))
				before := r.version()
				if mark == 1 && c.next.Facets&model.FacetClassification == 0 {
					continue // a node would not send it
				}
				did := r.lay(mark, c.next)
				if got := r.get("t").classes(); got != c.want {
					t.Errorf("mark %d: classes %q, want %q", mark, got, c.want)
				}
				if moved := r.version() != before; moved != c.version || (did.Updated == 1) != c.version {
					t.Errorf("mark %d: a version was written: %v; %+v", mark, moved, did)
				}
				if facets := r.get("t").Asset.Facets; facets&model.FacetClassification == 0 {
					t.Errorf("the facet is forgotten: %b", facets)
				}
			}
		})
	}
}

// ruled is sampled with evidence of a newer rule.
func ruled(path string, columns ...string) model.Asset {
	a := sampled(path, columns...)
	for i := range a.Columns {
		for k := range a.Columns[i].Classes {
			a.Columns[i].Classes[k].Evidence.Version++
		}
	}
	return a
}

func TestANewTableKeepsNoMarkOfUnjudgedColumns(t *testing.T) {
	r := newRoom(t)
	r.lay(1, sampled("t", "id ?", "mail MAIL"))
	if got := r.get("t").classes(); got != "mail:MAIL/90" {
		t.Errorf("classes %q", got)
	}
}

func TestARevivedTableHasItsClasses(t *testing.T) {
	r := newRoom(t)
	r.lay(1, sampled("t", "mail MAIL"))
	r.drop("t")
	r.lay(2, table("t", "mail"))
	if got := r.get("t").classes(); got != "mail:MAIL/90" {
		t.Errorf("classes %q", got)
	}
}

func TestHistoryTellsWhichClassCame(t *testing.T) {
	r := newRoom(t)
	r.lay(1, sampled("t", "mail"))
	r.lay(1, sampled("t", "mail MAIL"))
	changes, err := r.History(t.Context(), r.get("t").GUID, 0, 9)
	if err != nil || len(changes) != 2 || !strings.Contains(string(changes[0].Diff), `"MAIL"`) {
		t.Errorf("%+v, %v", changes, err)
	}
}

func TestSearchIsToldTheClassesOfColumns(t *testing.T) {
	r := newRoom(t)
	a := sampled("t", "a MAIL", "b TEL", "c MAIL")
	a.Classes = []model.Class{class("DOC", 9)}
	r.lay(1, a)
	_, _, tags, err := r.Describe(r.get("t").Row)
	want := []store.Tag{{Kind: store.TagClass, Value: "DOC"}, {Kind: store.TagClass, Value: "MAIL"}, {Kind: store.TagClass, Value: "TEL"}}
	if err != nil || !slices.Equal(tags, want) {
		t.Errorf("%v, %v", tags, err)
	}
}
