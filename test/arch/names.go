package arch

import (
	"go/ast"
	"slices"
	"strings"
)

// emptyNames are names that say nothing about what is in a room.
func emptyNames() []string {
	return []string{"util", "utils", "common", "helper", "helpers", "shared", "misc", "base", "types", "pkg"}
}

// CheckNames refuses rooms with a name that says nothing, in any part of their path.
func CheckNames(packages []Package) []Breach {
	var out []Breach
	for _, p := range packages {
		for _, part := range append(strings.Split(p.Room, "/"), strings.TrimSuffix(p.Name, "_test")) {
			if slices.Contains(emptyNames(), part) {
				out = append(out, Breach{p.Room, "is called " + part, "a room is named after what it holds"})
				break
			}
		}
	}
	return out
}

// leastWords is what a package comment must hold to say more than "Package x implements x".
const leastWords = 8

// CheckComment wants one package comment in a room, with something in it.
func CheckComment(room string, files []*ast.File) []Breach {
	const why = "a room defines its words before its code"
	words, comments := 0, 0
	for _, f := range files {
		if f.Doc != nil && strings.TrimSpace(f.Doc.Text()) != "" {
			comments++
			words += len(strings.Fields(f.Doc.Text()))
		}
	}
	switch {
	case comments == 0:
		return []Breach{{room, "has no package comment", why}}
	case comments > 1:
		return []Breach{{room, "has more than one package comment", why}}
	case words < leastWords:
		return []Breach{{room, "has a package comment that says nothing", why}}
	}
	return nil
}
