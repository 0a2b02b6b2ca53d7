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
	argPath   = "path" // of the folder to begin with; the unit's root where it is not there
	argFrom   = "from" // with argTo: only folders in it whose names hash into this range; its files were read before
	argTo     = "to"
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

// topFolders are the paths of the folders in the root that are in scope, in order. An entry that is there and can't be
// looked at may be one: when its unit is read it can be looked at again, or the unit says that it can't be read.
func topFolders(ctx context.Context, root connector.Folder, scope model.Scope) ([]string, error) {
	var tops []string
	err := root.Names(ctx, func(name string, _ connector.EntryKind) error {
		path := model.EscapeName(name)
		if !scope.Match(path) {
			return nil
		}
		e, err := root.Look(name)
		if err == nil && e.Kind == connector.EntryFolder || err != nil && !fault.Is(err, fault.NotFound) {
			tops = append(tops, path)
		}
		return nil
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
	return int(hashOf(name)%uint64(s.of)) == s.number
}

// hashOf is a 64-bit FNV-1a. Units name entries by it: names in units would be judged by the local policy, which may
// hide one, and take its neighbours along.
func hashOf(name string) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(name) {
		h = (h ^ uint64(name[i])) * 1099511628211
	}
	return h
}

// place is where a unit begins.
type place struct {
	path     string
	ranged   bool
	from, to uint64 // hashes
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
		var err, err2 error
		p.ranged = true
		p.from, err = strconv.ParseUint(from, 10, 64)
		p.to, err2 = strconv.ParseUint(u.Args[argTo], 10, 64)
		if err != nil || err2 != nil {
			return p, bad
		}
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
