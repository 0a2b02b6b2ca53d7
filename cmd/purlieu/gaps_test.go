package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/purlieu/purlieu/model"
)

// The gaps of a scan are those of its newest run, and each says where it is, and what helps.
func TestTheGapsOfAScanAreThoseOfItsNewestRun(t *testing.T) {
	s := newShell(t)
	s.configure()
	s.run(4, "scan", "gaps", "shop", "weekly")
	s.shows("has never run", "purlieu scan run shop weekly")
	s.account.Gaps = []model.Gap{{Path: "shop/old", Code: "PermissionDenied"}}
	s.run(20, "scan", "run", "shop", "weekly", "--watch")
	s.account.Gaps = []model.Gap{{Code: "LinkNotFollowed", Count: 3, Remedy: "Register it"}, {Path: "shop/new", Code: "NotSampled", Count: 1}}
	s.run(20, "scan", "run", "shop", "weekly", "--watch")
	s.shows("(the unit as a whole)", "LinkNotFollowed", "discovery completed with gaps")
	s.run(0, "scan", "gaps", "shop", "weekly")
	s.shows("shop/new", "(the unit as a whole)", "LinkNotFollowed", "Register it")
	s.never("shop/old")
	said := s.out
	if s.run(0, "scan", "gaps", s.newest()); s.out != said {
		t.Errorf("of the run itself:\n%s", s.out)
	}
	s.run(4, "scan", "gaps", "nothing")
	s.run(4, "scan", "gaps", "shop", "nightly")
}

// Where a search was narrowed and found nothing, that may be why.
func TestASearchThatFindsNothingNamesWhatNarrowedIt(t *testing.T) {
	s := newShell(t)
	s.run(0, "search", "nothing-is-called-so")
	s.shows("Fewer words")
	s.run(0, "search", "orders", "--source", "elsewhere", "--type", "postgresql_view")
	s.shows("without --type and --source, or with fewer words")
	s.run(0, "search", "--source", "elsewhere")
	if s.shows("without --source."); strings.Contains(s.out, "words") {
		t.Errorf("there were none:\n%s", s.out)
	}
}

// A row that ends early does not move the columns of the others.
func TestColumnsOfATableStandBelowEachOther(t *testing.T) {
	var out bytes.Buffer
	if err := (&app{out: &out}).table([]string{"A", "B", "C"}, [][]string{{"1", "", ""}, {"2", "a long one", "x"}, {"3"}, {"4", "b", "y"}}); err != nil {
		t.Fatal(err)
	}
	if want := "A  B           C\n1\n2  a long one  x\n3\n4  b           y\n"; out.String() != want {
		t.Errorf("got\n%s\nwant\n%s", &out, want)
	}
}
