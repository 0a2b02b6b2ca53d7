// Package arch holds the walls of the house as data, and the functions that check them against the tree.
//
// A *room* is a package, named by its import path below the module ("node/internal/outbox"). A *pattern* names one
// room, or with "/..." at its end a room and all below it. A *wall* says what a room may not reach; each has its
// reason beside it, because a rule whose reason is lost can't be argued with. The tests in this folder hold the
// present tree to all of them, and hold each check to a small example that breaks it.
package arch

import "strings"

// Module is the import path under which all rooms stand.
const Module = "github.com/purlieu/purlieu"

// Package is one room, as `go list` sees it.
type Package struct {
	Room        string   // "node/internal/outbox"
	Name        string   // "outbox", "main"
	Dir         string   // absolute
	Imports     []string // import paths of the shipped files, on all systems
	TestImports []string // import paths of the test files
	Files       []File
}

// File is one Go file of a room.
type File struct {
	Path string // absolute
	Test bool   // its name ends in _test.go
}

// Breach is one place where a rule does not hold.
type Breach struct {
	Where string // room, or file and line
	What  string
	Why   string // the reason of the rule
}

// String is the breach as a test prints it.
func (b Breach) String() string { return b.Where + ": " + b.What + " (" + b.Why + ")" }

// match reports whether a room is meant by the pattern.
func match(pattern, room string) bool {
	if root, below := strings.CutSuffix(pattern, "/..."); below {
		return root == "" || room == root || strings.HasPrefix(room, root+"/")
	}
	return room == pattern
}

// matchAny reports whether a room is meant by one of the patterns.
func matchAny(patterns []string, room string) bool {
	for _, p := range patterns {
		if match(p, room) {
			return true
		}
	}
	return false
}

// roomOf gives the room that an import path names, false when it is not ours.
func roomOf(importPath string) (string, bool) {
	if importPath == Module {
		return ".", true
	}
	return strings.CutPrefix(importPath, Module+"/")
}

// forTests reports whether the room exists for tests only: it may import what it needs, and nothing shipped may
// import it.
func forTests(room string) bool {
	last := room[strings.LastIndexByte(room, '/')+1:]
	return match("test/...", room) || (strings.HasSuffix(last, "test") && last != "test")
}
