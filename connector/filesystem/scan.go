package filesystem

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/purlieu/purlieu/connector"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/format"
	"github.com/purlieu/purlieu/model"
)

// Bounds. Only what is too deep is left out, with a gap.
const (
	maxShares   = 64
	maxHandedOn = 16 // units that the rest of one folder is split into
	maxDepth    = 128
	maxPath     = 16 << 10 // bytes
)

// Scan reads one unit.
func (c *Connector) Scan(ctx context.Context, env connector.Env, unit model.Unit, emit connector.Emit) error {
	if unit.Step != stepRoot && unit.Step != stepTree {
		return fault.New(fault.Invalid, "BadUnit", "a unit of step %q is not one of this connector", unit.Step)
	}
	root, err := env.Folder(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = root.Close() }()
	w := &walk{
		ctx: ctx, env: env, emit: emit, scope: env.Scope(), level: env.Level(),
		first: env.Level() >= model.L2 && env.Afresh(), split: c.split, left: c.split.unit, whole: true, unit: unit,
	}
	if unit.Step == stepRoot {
		err = w.root(root)
	} else {
		err = w.tree(root)
	}
	if err != nil {
		return err
	}
	return emit.Listed(model.Listed{Container: unit.Below, Whole: w.whole})
}

// walk is the reading of one unit.
type walk struct {
	ctx   context.Context
	env   connector.Env
	emit  connector.Emit
	scope model.Scope
	level model.Level
	first bool // files are opened first, and looked at then: all of them are read
	unit  model.Unit
	split split
	left  int  // entries before the rest is handed on
	whole bool // everything was listed
	file  format.File
	room  room
}

// root reads the root's entries, and not what is below them.
func (w *walk) root(f connector.Folder) error {
	e, err := f.Look("")
	if err != nil {
		return err
	}
	if err := w.emit.Asset(w.folderAsset("", "/", e)); err != nil {
		return err
	}
	odd := odd{}
	err = f.Names(w.ctx, func(name string, kind connector.EntryKind) error {
		_, err := w.entry(f, "", listed{name, kind}, &odd)
		return err
	})
	if err != nil {
		return err
	}
	return odd.report(w, "")
}

// tree goes down to where the unit begins, and reads on from there.
func (w *walk) tree(root connector.Folder) error {
	begin, err := placeOf(w.unit)
	if err != nil {
		return err
	}
	f, own := root, false
	for _, segment := range strings.Split(begin.path, "/") {
		name := model.UnescapeName(segment)
		next, err := f.Enter(name)
		if !own && fault.CodeOf(err) == "NotAFolder" && isFile(root, name) {
			w.whole = false // it could not be looked at when the unit was made, and is told with the root's entries
			return nil
		}
		if own {
			_ = f.Close()
		}
		if err != nil {
			return w.lost(begin.path, err)
		}
		f, own = next, true
	}
	defer func() { _ = f.Close() }()
	return w.folder(f, begin)
}

func isFile(f connector.Folder, name string) bool {
	e, err := f.Look(name)
	return err == nil && e.Kind == connector.EntryFile
}

// lost says that the folder with which the unit begins can't be read. Where it is gone nothing is proven: it was there
// when the unit was made, and a disk that was unmounted since looks so. The next run sees whether it is gone.
func (w *walk) lost(path string, err error) error {
	if fault.Is(err, fault.NotFound) && w.ctx.Err() == nil {
		w.whole = false
		return w.gap(path, model.FacetExistence|model.FacetStructure, err)
	}
	return w.shut(path, err)
}

// shut says that a folder can't be read. One that is gone since it was listed needs no word.
func (w *walk) shut(path string, err error) error {
	if w.ctx.Err() != nil {
		return w.ctx.Err()
	}
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	w.whole = false
	return w.gap(path, model.FacetExistence|model.FacetStructure, err)
}

func (w *walk) gap(path string, facet model.Facet, err error) error {
	g := model.Gap{Path: path, Facet: facet, Code: fault.CodeOf(err)}
	var known *fault.Error
	if errors.As(err, &known) {
		g.Remedy = known.Remedy
	}
	if g.Remedy == "" {
		g.Remedy = remedies(g.Code)
	}
	return w.emit.Gap(g)
}

// folder reads the entries of one folder, then what is below it.
func (w *walk) folder(f connector.Folder, at place) error {
	names, total, err := w.names(f, at)
	if err != nil {
		return w.shut(at.path, err)
	}
	if total > w.split.folder && at.share.of == 1 && !at.ranged {
		return w.shares(at.path, total)
	}
	below := make([]string, 0, 8)
	odd := odd{}
	for _, l := range names {
		if at.ranged {
			below = append(below, l.name) // told before: only to be entered
			continue
		}
		folder, err := w.entry(f, at.path, l, &odd)
		if err != nil {
			return err
		}
		if folder {
			below = append(below, l.name)
		}
	}
	if err := odd.report(w, at.path); err != nil {
		return err
	}
	return w.below(f, at, below)
}

// listed is an entry as the listing of its folder tells it.
type listed struct {
	name string
	kind connector.EntryKind
}

// names are those of a folder that the place takes, no more than fit one unit where it takes all; total counts them.
func (w *walk) names(f connector.Folder, at place) (names []listed, total int, err error) {
	err = f.Names(w.ctx, func(name string, kind connector.EntryKind) error {
		if !at.share.has(name) {
			return nil
		}
		if h := hashOf(name); at.ranged && (h < at.from || h > at.to) {
			return nil
		}
		if total++; total <= w.split.folder || at.share.of > 1 || at.ranged {
			names = append(names, listed{name, kind})
		}
		return nil
	})
	return names, total, err
}

// below enters folders, and hands on the rest when enough was met.
func (w *walk) below(f connector.Folder, at place, names []string) error {
	path := at.path
	slices.SortFunc(names, func(a, b string) int { return cmp.Compare(hashOf(a), hashOf(b)) }) // as ranges are
	for i, name := range names {
		if w.left <= 0 {
			return w.handOn(at, names[i:], i)
		}
		inner := path + "/" + model.EscapeName(name)
		if !w.scope.Match(inner) {
			continue
		}
		if strings.Count(inner, "/") >= maxDepth || len(inner) > maxPath {
			w.whole = false
			if err := w.emit.Gap(model.Gap{Path: path, Facet: model.FacetExistence | model.FacetStructure, Code: codeTooDeep, Count: 1, Remedy: remedies(codeTooDeep)}); err != nil {
				return err
			}
			continue
		}
		next, err := f.Enter(name)
		if fault.CodeOf(err) == "NotAFolder" {
			continue // a range may name files too
		}
		if err != nil {
			if err := w.shut(inner, err); err != nil {
				return err
			}
			continue
		}
		err = w.folder(next, place{path: inner, share: share{0, 1}})
		_ = next.Close()
		if err != nil {
			return err
		}
	}
	return nil
}

// handOn makes units of the folders that are left of one: as many as will be full, judged by those that were entered.
func (w *walk) handOn(at place, names []string, entered int) error {
	met := max(w.split.unit-w.left, 1)
	units := min(max(len(names)*met/max(entered, 1)/w.split.unit, 1), maxHandedOn, len(names))
	for i := range units {
		part := names[i*len(names)/units : (i+1)*len(names)/units]
		args := map[string]string{
			argPath: at.path, argFrom: strconv.FormatUint(hashOf(part[0]), 10), argTo: strconv.FormatUint(hashOf(part[len(part)-1]), 10),
		}
		if at.share.of > 1 {
			args[argShare], args[argShares] = strconv.Itoa(at.share.number), strconv.Itoa(at.share.of)
		}
		title := titleOf(at.path) + ", " + strconv.Itoa(len(part)) + " folders more"
		if err := w.emit.Child(model.Unit{Title: title, Below: w.unit.Below, Step: stepTree, Args: args}); err != nil {
			return err
		}
	}
	return nil
}

// shares makes units of a folder with very many entries.
func (w *walk) shares(path string, total int) error {
	of := min((total+w.split.unit-1)/w.split.unit+1, maxShares)
	for i := range of {
		args := map[string]string{argPath: path, argShare: strconv.Itoa(i), argShares: strconv.Itoa(of)}
		title := titleOf(path) + ", share " + strconv.Itoa(i+1) + " of " + strconv.Itoa(of)
		if err := w.emit.Child(model.Unit{Title: title, Below: w.unit.Below, Step: stepTree, Args: args, Weight: int64(total / of)}); err != nil {
			return err
		}
	}
	return nil
}
