package arch

import (
	"go/ast"
	"path/filepath"
	"testing"
)

func tree(t *testing.T) []Package {
	t.Helper()
	packages, err := Load(".")
	if err != nil {
		t.Fatal(err)
	}
	if len(packages) < 5 {
		t.Fatalf("go list gave %d rooms: this can't be the whole house", len(packages))
	}
	return packages
}

func fail(t *testing.T, breaches []Breach) {
	t.Helper()
	for _, b := range breaches {
		t.Error(b)
	}
}

func TestTheTreeKeepsItsWalls(t *testing.T) {
	packages := tree(t)
	t.Run("rooms_import_what_their_floor_allows", func(t *testing.T) { fail(t, CheckFloors(packages, Floors())) })
	t.Run("no_way_leads_through_a_wall", func(t *testing.T) { fail(t, CheckWalls(packages, Walls())) })
	t.Run("libraries_stay_at_home", func(t *testing.T) { fail(t, CheckHomes(packages, Homes())) })
	t.Run("rooms_are_named_after_what_they_hold", func(t *testing.T) { fail(t, CheckNames(packages)) })
}

func TestTheSourceKeepsItsRules(t *testing.T) {
	for _, p := range tree(t) {
		var shipped []*ast.File
		for _, f := range p.Files {
			s, err := Parse(p, f, nil)
			if err != nil {
				t.Error(err)
				continue
			}
			if !f.Test {
				shipped = append(shipped, s.File)
			}
			if s.Lines > LongFile {
				t.Logf("long file: %s has %d lines", filepath.Base(f.Path), s.Lines)
			}
			for _, r := range Rules() {
				fail(t, r.Check(s))
			}
		}
		if len(shipped) > 0 {
			fail(t, CheckComment(p.Room, shipped))
		}
	}
}
