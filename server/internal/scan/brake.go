package scan

import (
	"context"
	"maps"
	"slices"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

// Brake on deletions: more than a fifth and more than brakeCount of what stands at or below a path, counted for each
// container, each path above it and the run as a whole; or all of a container that had more than brakeEmpty. Such are
// not carried out but proposed to a person.
const (
	brakeCount = 50
	brakeShare = 5
	brakeEmpty = 10
)

// Hold is a path below which a run deletes nothing by itself, and why.
type Hold struct {
	Path  string `json:"path"` // "" is the whole source
	Gone  int64  `json:"gone"` // of what stood at or below it
	Total int64  `json:"total"`
	Empty bool   `json:"empty,omitempty"` // a container was listed as empty
}

// scale weighs what a run would delete at or below one path.
type scale struct {
	gone, total int64
	empty       bool
}

func (c *scale) over() bool {
	return c.empty || (c.gone > brakeCount && c.gone > c.total/brakeShare)
}

// weighing is one pass over all containers of a run, which changes nothing.
type weighing struct {
	scales map[string]*scale
	doomed map[model.Hash]bool
	found  map[string][]model.Hash // what would be deleted, by container
}

func (w *weighing) at(path string) *scale {
	c := w.scales[path]
	if c == nil {
		c = &scale{}
		w.scales[path] = c
	}
	return c
}

// up visits a container and every path above it.
func (w *weighing) up(container string, visit func(*scale)) {
	for path, more := container, true; more; path, more = model.ParentPath(path) {
		visit(w.at(path))
	}
}

// weigh finds what the run would delete. Containers come in path order, so that what stands below something doomed is
// known to be. What stood in a container that nobody lists any more, since it is gone itself, weighs where that was
// listed: an empty place is only judged where it was looked at.
func (s *Service) weigh(ctx context.Context, p *proof) (*weighing, error) {
	w := &weighing{scales: map[string]*scale{}, doomed: map[model.Hash]bool{}, found: map[string][]model.Hash{}}
	err := s.eachContainer(ctx, p, func(key string) error {
		return s.store.View(ctx, func(tx store.Tx) error { return s.weighOne(ctx, tx, p, w, key) })
	})
	return w, err
}

func (s *Service) weighOne(ctx context.Context, tx store.Tx, p *proof, w *weighing, key string) error {
	base, err := baseOf(ctx, tx, p.scan, key)
	if err != nil || len(base.Rows) == 0 || base.Generation >= p.run.Serial {
		return err
	}
	seen, err := gather(ctx, tx, p, key, base)
	if err != nil {
		return err
	}
	container, total := key[1:], int64(len(base.Rows)/bus.BaseRowSize)
	w.up(container, func(c *scale) { c.total += total })
	missing := seen.missing(base)
	if len(missing) == 0 {
		return nil
	}
	lost, err := s.judge(ctx, tx, p, base, seen, missing, w.doomed)
	if err != nil || len(lost.proven) == 0 {
		return err
	}
	for _, h := range lost.proven {
		w.doomed[h] = true
	}
	w.found[key] = lost.proven
	if p.proves(container) && int64(len(missing)) == total && total > brakeEmpty {
		w.at(container).empty = true
	}
	listed := container
	for more := true; more && !p.proves(listed); {
		listed, more = model.ParentPath(listed)
	}
	w.up(listed, func(c *scale) { c.gone += int64(len(lost.proven)) })
	return nil
}

// maxHolds bounds the paths of one proposal; beyond it the whole source is held.
const maxHolds = 1000

// holds are the topmost paths where the brake takes hold, by path.
func (w *weighing) holds() []Hold {
	var out []Hold
	for _, path := range slices.Sorted(maps.Keys(w.scales)) {
		c := w.scales[path]
		if len(out) > maxHolds || !c.over() || held(out, path) {
			continue
		}
		out = append(out, Hold{Path: path, Gone: c.gone, Total: c.total, Empty: c.empty})
	}
	if len(out) > maxHolds {
		all := w.at("")
		out = []Hold{{Gone: all.gone, Total: all.total}}
	}
	return out
}

// held reports whether a container stands at or below one of the paths.
func held(holds []Hold, container string) bool {
	return slices.ContainsFunc(holds, func(h Hold) bool { return model.Below(container, h.Path) })
}
