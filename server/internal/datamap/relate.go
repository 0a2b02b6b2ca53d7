package datamap

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

// Relation is one edge: an asset that goes into a process, or comes out of it.
type Relation struct {
	GUID         string
	Process, Far View
	Input        bool
}

// Bounds of what people do to edges.
const (
	maxCut   = 1000 // edges of one asset's process that people took away
	maxFlows = 1000 // edges of one process that people made
)

// NoEdge is the failure for an edge that is not there, or that the caller may not see.
func NoEdge(guid string) error {
	return fault.New(fault.NotFound, "EdgeNotFound", "no edge has the guid %s", guid)
}

// Relation gives an edge that readers see; NotFound.
func (s *Service) Relation(ctx context.Context, guid string) (r Relation, err error) {
	err = s.store.View(ctx, func(tx store.Tx) error {
		b, err := boundOf(ctx, tx, guid)
		if err == nil && (!b.there || b.cut) {
			err = NoEdge(guid)
		}
		r = b.Relation
		return err
	})
	return r, err
}

// Cut takes an edge away in a person's name. One that scans send stays away, however often they send it, until Relate
// takes that back.
func (s *Service) Cut(ctx context.Context, actor, guid string) error {
	return s.store.Update(ctx, store.People, func(tx store.Tx) error {
		b, err := boundOf(ctx, tx, guid)
		if err != nil {
			return err
		}
		switch {
		case !b.there || b.cut:
			return NoEdge(guid)
		case b.made:
			edges := slices.DeleteFunc(b.edges, b.is)
			return putFlows(ctx, tx, actor, b.Process.Row, edges, lineageGone(b.Far.Row, b.Input))
		case len(b.owner.Authored.Cut) >= maxCut:
			return fault.New(fault.Invalid, "TooManyEdges", "people took %d edges of this asset away, and no more can be", maxCut)
		}
		cut := append(slices.Clone(b.owner.Authored.Cut), b.Far.Row.ID)
		slices.Sort(cut)
		return b.setCut(ctx, tx, actor, cut, lineageGone(b.Far.Row, b.Input))
	})
}

// Relate lets an asset go into a process, or come out of it: it takes back that somebody took such an edge of a scan
// away, or makes one at a process that a person made. A scan's process has no other edges than the scan's.
func (s *Service) Relate(ctx context.Context, actor, process, far string, input bool) (guid string, err error) {
	p, _, err := model.ParseGUID(process)
	if err != nil {
		return "", err
	}
	f, column, err := model.ParseGUID(far)
	if err != nil {
		return "", err
	}
	if column != 0 {
		return "", fault.New(fault.Invalid, "ColumnOfTable", "edges go between processes and assets, not columns").Try("Name the table's guid")
	}
	guid = model.EdgeGUID(p, f, input)
	return guid, s.store.Update(ctx, store.People, func(tx store.Tx) error {
		b, err := boundOf(ctx, tx, guid)
		if err != nil {
			return err
		}
		switch {
		case b.there && !b.cut:
			return nil
		case b.cut:
			cut := slices.DeleteFunc(slices.Clone(b.owner.Authored.Cut), func(id int64) bool { return id == b.Far.Row.ID })
			return b.setCut(ctx, tx, actor, cut, lineageNew(b.Far.Row, b.Input))
		case !b.made:
			return fault.New(fault.Invalid, "ProcessOfSource", "the edges of this process come from its source").Try("Make a process of your own, with these inputs and outputs")
		case len(b.edges) >= maxFlows:
			return fault.New(fault.Invalid, "TooManyEdges", "a process may have at most %d edges", maxFlows)
		}
		edges := append(b.edges, edgeTo(b.Far.Row, input))
		return putFlows(ctx, tx, actor, b.Process.Row, edges, lineageNew(b.Far.Row, b.Input))
	})
}

// bound is an edge as it stands in the map, with what decides about it.
type bound struct {
	Relation
	edges []store.Edge // all of the process
	there bool         // it is among them
	made  bool         // a person made the process
	owner View         // the asset that a scan's process belongs to
	cut   bool         // a person took it away
}

// boundOf reads what an edge's guid names: both ends must be alive; NotFound.
func boundOf(ctx context.Context, tx store.Tx, guid string) (b bound, err error) {
	process, far, input, err := model.ParseEdgeGUID(guid)
	if err != nil {
		return b, err
	}
	rows, err := tx.Map().ByID(ctx, []int64{int64(process), int64(far)}) //nolint:gosec // rows are counted from 1
	if err != nil {
		return b, err
	}
	p, f := rows[int64(process)], rows[int64(far)] //nolint:gosec // as above
	if p.ID == 0 || f.ID == 0 || p.Deleted || f.Deleted || p.Scanned != nil || (made(p) && p.Type != TypeProcess) {
		return b, NoEdge(guid)
	}
	b.GUID, b.Input, b.made = guid, input, made(p)
	if b.Process, err = view(p); err != nil {
		return b, err
	}
	if b.Far, err = view(f); err != nil {
		return b, err
	}
	if b.edges, err = tx.Map().EdgesOfProcess(ctx, []int64{p.ID}); err != nil {
		return b, fmt.Errorf("read edges: %w", err)
	}
	b.there = slices.ContainsFunc(b.edges, b.is)
	if b.made {
		return b, nil
	}
	owners, err := tx.Map().ByHash(ctx, []model.Hash{p.Parent})
	if err != nil {
		return b, err
	}
	if b.owner, err = view(owners[p.Parent]); err != nil {
		return b, err
	}
	b.cut = b.there && slices.Contains(b.owner.Authored.Cut, f.ID)
	return b, nil
}

func (b *bound) is(e store.Edge) bool { return e.FarID == b.Far.Row.ID && e.Input == b.Input }

func lineageGone(far store.Entity, input bool) Difference {
	return Difference{What: "lineage", Name: far.QualifiedName, Old: edgeWord(input)}
}

func lineageNew(far store.Entity, input bool) Difference {
	return Difference{What: "lineage", Name: far.QualifiedName, New: edgeWord(input)}
}

func edgeWord(input bool) string {
	if input {
		return "input"
	}
	return "output"
}

// setCut writes which edges people took away: over the asset that the process belongs to, with which it goes on when
// that is renamed.
func (b *bound) setCut(ctx context.Context, tx store.Tx, actor string, cut []int64, d Difference) error {
	row, authored := b.owner.Row, b.owner.Authored
	authored.Cut = cut
	var err error
	if row.Authored, err = authored.pack(); err != nil {
		return fmt.Errorf("write authored layer of entity %d: %w", row.ID, err)
	}
	return change(ctx, tx, actor, row, d)
}

// putFlows writes the edges of a process that a person made.
func putFlows(ctx context.Context, tx store.Tx, actor string, process store.Entity, edges []store.Edge, d Difference) error {
	if err := putEdges(ctx, tx, process.ID, edges); err != nil {
		return fmt.Errorf("write edges: %w", err)
	}
	return change(ctx, tx, actor, process, d)
}

// putEdges replaces the edges of one process.
func putEdges(ctx context.Context, tx store.Tx, process int64, edges []store.Edge) error {
	for i := range edges {
		edges[i].Process = process
	}
	return tx.Map().PutEdges(ctx, []int64{process}, edges)
}

// change writes a row in a person's name, with one entry of its history.
func change(ctx context.Context, tx store.Tx, actor string, row store.Entity, d ...Difference) error {
	version, err := tx.Map().NextVersion(ctx)
	if err != nil {
		return err
	}
	row.Version, row.Modified, row.ModifiedBy = version, tx.Now(), actor
	if err := tx.Map().Set(ctx, []store.Entity{row}); err != nil {
		return fmt.Errorf("write entity: %w", err)
	}
	diff, err := json.Marshal(d)
	if err != nil {
		return err
	}
	entry := store.Change{Entity: row.ID, Version: version, At: tx.Now(), Actor: actor, Verb: "updated", Diff: diff}
	return tx.Map().AddChanges(ctx, []store.Change{entry})
}

func edgeTo(far store.Entity, input bool) store.Edge {
	return store.Edge{Input: input, Far: far.Hash, FarType: far.Type, FarName: far.QualifiedName, FarID: far.ID}
}

// uncut leaves out the edges that people took away. rows are the processes and what stands at the far ends.
func uncut(edges []store.Edge, rows map[int64]store.Entity) ([]store.Edge, error) {
	cut := map[int64][]int64{} // far ends, by process
	for _, e := range edges {
		owner := rows[e.FarID]
		if e.Input || e.Far != rows[e.Process].Parent || len(owner.Authored) == 0 {
			continue
		}
		authored, err := readAuthored(owner)
		if err != nil {
			return nil, err
		}
		cut[e.Process] = authored.Cut
	}
	if len(cut) == 0 {
		return edges, nil
	}
	return slices.DeleteFunc(edges, func(e store.Edge) bool { return slices.Contains(cut[e.Process], e.FarID) }), nil
}
