package datamap

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

// edgesPerHop bounds what one hop of lineage reads, whatever hangs on an asset.
const edgesPerHop = 5000

// Lineage implements Reader: breadth first, hop by hop, one read a hop.
func (s *Service) Lineage(ctx context.Context, guid string, direction Direction, depth, limit int) (Graph, error) {
	var g Graph
	err := s.store.View(ctx, func(tx store.Tx) error {
		base, err := byGUID(ctx, tx, guid)
		if err != nil {
			return err
		}
		g = Graph{Base: base.GUID, Nodes: map[string]View{base.GUID: base}}
		w := &walk{ctx: ctx, tx: tx, graph: &g, limit: limit, edges: map[[2]int64]bool{}}
		switch direction {
		case Upstream:
			return w.from(base.Row, depth, true)
		case Downstream:
			return w.from(base.Row, depth, false)
		case Both, "":
			if err := w.from(base.Row, depth, true); err != nil {
				return err
			}
			return w.from(base.Row, depth, false)
		}
		return fault.New(fault.Invalid, "InvalidDirection", "%q is not a direction of lineage", direction).Try("Use INPUT, OUTPUT or BOTH")
	})
	return g, err
}

// walk is one reading of lineage.
type walk struct {
	ctx   context.Context
	tx    store.Tx
	graph *Graph
	limit int
	edges map[[2]int64]bool // process and far end: each once
}

// from follows edges from a row; an asset, its process and the assets behind are one hop.
func (w *walk) from(start store.Entity, depth int, up bool) error {
	front := []store.Entity{start}
	for ; depth > 0 && len(front) > 0; depth-- {
		next, err := w.hop(front, up)
		if err != nil {
			return err
		}
		front = next
	}
	if len(front) == 0 {
		return nil
	}
	edges, rows, err := w.around(front, up) // a look beyond the limit, of which nothing is kept
	for _, e := range edges {
		far, ok := rows[e.FarID]
		_, shown := w.graph.Nodes[model.GUID(uint64(far.ID), 0)]
		if ok && !shown && !far.Deleted && e.Input == up {
			w.graph.Truncated = true
		}
	}
	return err
}

// hop goes from assets over their processes to the assets behind.
func (w *walk) hop(front []store.Entity, up bool) ([]store.Entity, error) {
	edges, rows, err := w.around(front, up)
	if err != nil {
		return nil, err
	}
	return w.add(edges, rows, up)
}

// around reads the edges of the processes that the assets come out of, or go into, and the rows at their ends. A process
// that lineage begins at is one of them.
func (w *walk) around(from []store.Entity, up bool) ([]store.Edge, map[int64]store.Entity, error) {
	hashes := make([]model.Hash, len(from))
	for i, row := range from {
		hashes[i] = row.Hash
	}
	near, err := w.tx.Map().EdgesOfAsset(w.ctx, hashes, edgesPerHop)
	if err != nil {
		return nil, nil, err
	}
	if len(near) == edgesPerHop {
		w.graph.Truncated = true
	}
	var processes []int64
	crossed := map[int64]bool{} // processes that the assets come out of, or go into, by edges that nobody took away
	for _, row := range from {
		if row.Scanned == nil { // a process, or an asset that a person made
			processes = append(processes, row.ID)
			crossed[row.ID] = true
		}
	}
	for _, e := range near {
		if e.Input != up { // up: the processes that the assets come out of
			processes = append(processes, e.Process)
		}
	}
	if len(processes) == 0 {
		return nil, nil, nil
	}
	all, err := w.tx.Map().EdgesOfProcess(w.ctx, processes)
	if err != nil {
		return nil, nil, err
	}
	ids := append([]int64{}, processes...)
	for _, e := range all {
		if e.FarID != 0 {
			ids = append(ids, e.FarID)
		}
	}
	rows, err := w.tx.Map().ByID(w.ctx, ids)
	if err != nil {
		return nil, nil, err
	}
	if all, err = uncut(all, rows); err != nil {
		return nil, nil, err
	}
	front := make(map[model.Hash]bool, len(hashes))
	for _, h := range hashes {
		front[h] = true
	}
	for _, e := range all {
		if e.Input != up && front[e.Far] {
			crossed[e.Process] = true
		}
	}
	return slices.DeleteFunc(all, func(e store.Edge) bool { return !crossed[e.Process] }), rows, nil
}

// add puts edges and their ends into the graph and gives the rows that are new on the far side. What else goes into, or
// comes out of, a process on the way is no lineage of the base: data of a sibling never passes through it.
func (w *walk) add(edges []store.Edge, rows map[int64]store.Entity, up bool) ([]store.Entity, error) {
	var next []store.Entity
	for _, e := range edges {
		process, far := rows[e.Process], rows[e.FarID]
		key := [2]int64{e.Process, e.FarID}
		if e.FarID == 0 || far.Deleted || process.Deleted || w.edges[key] {
			continue
		}
		if _, met := w.graph.Nodes[model.GUID(uint64(far.ID), 0)]; e.Input != up && !met {
			continue
		}
		fresh := false
		for _, row := range []store.Entity{process, far} {
			guid := model.GUID(uint64(row.ID), 0)
			if _, ok := w.graph.Nodes[guid]; ok {
				continue
			}
			if len(w.graph.Nodes) >= w.limit {
				w.graph.Truncated = true
				return nil, nil
			}
			v, err := view(row)
			if err != nil {
				return nil, err
			}
			w.graph.Nodes[guid] = v
			fresh = row.ID == far.ID
		}
		w.edges[key] = true
		edge := GraphEdge{
			GUID: model.EdgeGUID(uint64(process.ID), uint64(far.ID), e.Input), //nolint:gosec // rows are counted from 1
			From: model.GUID(uint64(far.ID), 0), To: model.GUID(uint64(process.ID), 0),
		}
		if !e.Input {
			edge.From, edge.To = edge.To, edge.From
		}
		if e.Columns != nil {
			if err := json.Unmarshal(e.Columns, &edge.Columns); err != nil {
				return nil, err
			}
		}
		w.graph.Edges = append(w.graph.Edges, edge)
		if fresh && e.Input == up {
			next = append(next, far)
		}
	}
	return next, nil
}
