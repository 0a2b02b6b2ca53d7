package arch

import (
	"fmt"
	"strings"
)

// CheckFloors holds every room's own imports to the floor plan.
func CheckFloors(packages []Package, floors []Floor) []Breach {
	var out []Breach
	for _, p := range packages {
		floor, found := floorOf(floors, p.Room)
		if !found && !forTests(p.Room) {
			out = append(out, Breach{p.Room, "the room has no line in test/arch/rooms.go", "a new room says what it holds and who it may see"})
			continue
		}
		for _, imp := range p.Imports {
			room, ours := roomOf(imp)
			switch {
			case !ours || room == p.Room:
			case forTests(room) && !forTests(p.Room):
				out = append(out, Breach{p.Room, "imports " + room, "what is shipped stands on nothing made for tests"})
			case !forTests(p.Room) && !matchAny(floor.May, room):
				out = append(out, Breach{p.Room, "imports " + room, floor.Why})
			}
		}
	}
	return out
}

// floorOf gives the line with the longest pattern that names the room.
func floorOf(floors []Floor, room string) (best Floor, found bool) {
	for _, f := range floors {
		if match(f.Rooms, room) && (!found || weight(f.Rooms) > weight(best.Rooms)) {
			best, found = f, true
		}
	}
	return best, found
}

// weight orders patterns: the longer root first, an exact room before its subtree.
func weight(pattern string) int {
	if root, below := strings.CutSuffix(pattern, "/..."); below {
		return 2 * len(root)
	}
	return 2*len(pattern) + 1
}

// CheckWalls follows imports through all rooms and reports the way to each forbidden one.
func CheckWalls(packages []Package, walls []Wall) []Breach {
	imports := make(map[string][]string, len(packages))
	for _, p := range packages {
		for _, imp := range p.Imports {
			if room, ours := roomOf(imp); ours {
				imports[p.Room] = append(imports[p.Room], room)
			}
		}
	}
	var out []Breach
	for _, p := range packages {
		if forTests(p.Room) {
			continue
		}
		for _, w := range walls {
			if !matchAny(w.From, p.Room) {
				continue
			}
			if way := wayTo(imports, p.Room, w); way != nil {
				out = append(out, Breach{p.Room, "reaches " + strings.Join(way, " -> "), w.Why})
			}
		}
	}
	return out
}

// wayTo gives the shortest way from a room to one that the wall forbids, nil when there is none. A room may always
// see its own folder's rooms as far as the wall's pattern names both.
func wayTo(imports map[string][]string, from string, w Wall) []string {
	ways := map[string][]string{from: {}}
	for queue := []string{from}; len(queue) > 0; queue = queue[1:] {
		at := queue[0]
		for _, next := range imports[at] {
			if _, seen := ways[next]; seen {
				continue
			}
			ways[next] = append(append([]string{}, ways[at]...), next)
			if matchAny(w.Never, next) {
				return ways[next]
			}
			queue = append(queue, next)
		}
	}
	return nil
}

// CheckHomes holds third-party imports of shipped files and tests to the table of homes.
func CheckHomes(packages []Package, homes []Home) []Breach {
	var out []Breach
	for _, p := range packages {
		for _, imp := range append(append([]string{}, p.Imports...), p.TestImports...) {
			if _, ours := roomOf(imp); ours || !thirdParty(imp) {
				continue
			}
			home, found := homeOf(homes, imp)
			switch {
			case !found:
				out = append(out, Breach{p.Room, "imports " + imp, "a library has a home in test/arch/homes.go, with its reason"})
			case !matchAny(home.Rooms, p.Room) && !forTests(p.Room):
				out = append(out, Breach{p.Room, "imports " + imp, fmt.Sprintf("its home is %s: %s", strings.Join(home.Rooms, ", "), home.Why)})
			}
		}
	}
	return out
}

func homeOf(homes []Home, imp string) (Home, bool) {
	for _, h := range homes {
		if imp == h.Module || strings.HasPrefix(imp, h.Module+"/") {
			return h, true
		}
	}
	return Home{}, false
}

// thirdParty reports whether the path is neither ours nor of the standard library.
func thirdParty(imp string) bool {
	first, _, _ := strings.Cut(imp, "/")
	return strings.Contains(first, ".")
}
