package filesystem

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/purlieu/purlieu/connector"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
)

// Steps of units.
const (
	stepRoot = "root" // the root and its entries
	stepTree = "tree" // a part of the tree below a top folder
)

// Arguments of a tree.
const (
	argPath   = "path"   // of the folder to begin with; the unit's root where it is not there
	argFrom   = "from"   // with argTo: only folders in it whose names are in this range; its files were read before
	argTo     = "to"     // escaped, as argFrom
	argShare  = "share"  // with argShares, alone or with a range: only entries whose names hash to this share
	argShares = "shares" // how many there are
)

// Plan makes one unit of the root's entries and one of each top folder. Larger trees are split while they are read.
func (c *Connector) Plan(ctx context.Context, env connector.Env, emit func(model.Unit) error) error {
	root, err := env.Folder(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = root.Close() }()
	tops, err := topFolders(ctx, root, env.Scope())
	if err != nil {
		return err
	}
	if err := emit(model.Unit{Title: "root", Step: stepRoot, Depth: 1}); err != nil {
		return err
	}
	for _, path := range tops {
		if err := emit(model.Unit{Title: titleOf(path), Below: path, Step: stepTree}); err != nil {
			return err
		}
	}
	return nil
}

// topFolders are the paths of the folders in the root that are in scope, in order.
func topFolders(ctx context.Context, root connector.Folder, scope model.Scope) ([]string, error) {
	var tops []string
	err := root.Names(ctx, func(name string) error {
		path := model.EscapeName(name)
		if !scope.Match(path) {
			return nil
		}
		e, err := root.Look(name)
		if err == nil && e.Kind == connector.EntryFolder {
			tops = append(tops, path)
		}
		if fault.Is(err, fault.NotFound) {
			return nil
		}
		return err
	})
	slices.Sort(tops)
	return tops, err
}

// titleOf is a path as people read it.
func titleOf(path string) string { return model.CleanText(path) }

// share is the entries of a folder whose names hash to it.
type share struct{ number, of int }

func (s share) has(name string) bool {
	if s.of <= 1 {
		return true
	}
	h := uint32(2166136261) // FNV-1a
	for i := range len(name) {
		h = (h ^ uint32(name[i])) * 16777619
	}
	return int(h%uint32(s.of)) == s.number
}

// place is where a unit begins.
type place struct {
	path     string
	ranged   bool
	from, to string
	share    share
}

// placeOf understands a unit's arguments; anything that no unit of this connector has is refused.
func placeOf(u model.Unit) (place, error) {
	bad := fault.New(fault.Invalid, "BadUnit", "the unit's arguments are not those of this connector")
	p := place{path: u.Below, share: share{0, 1}}
	if path, ok := u.Args[argPath]; ok {
		if p.path = path; !model.Below(path, u.Below) {
			return p, bad
		}
	}
	from, ranged := u.Args[argFrom]
	if ranged {
		p.ranged, p.from, p.to = true, from, u.Args[argTo]
	}
	if text, ok := u.Args[argShare]; ok {
		n, err := strconv.Atoi(text)
		of, err2 := strconv.Atoi(u.Args[argShares])
		if err != nil || err2 != nil || n < 0 || n >= of || of > maxShares {
			return p, bad
		}
		p.share = share{n, of}
	}
	for segment := range strings.SplitSeq(p.path, "/") {
		if segment == "" {
			return p, bad
		}
	}
	return p, nil
}
