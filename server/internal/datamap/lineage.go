package datamap

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

// processName is the last name of the process that carries an asset's lineage. No source's name can equal it in that
// place: assets with lineage have no children of their own.
const processName = "$lineage"

// lineageOf begins the name of a process for people; the name of its asset follows.
const lineageOf = "lineage of "

// processesOf are the processes that carry the lineage of an asset under its name.
func processesOf(ctx context.Context, tx store.Tx, row store.Entity) ([]store.Entity, error) {
	children, err := tx.Map().Children(ctx, row.Hash, "", 0, 100)
	return slices.DeleteFunc(children, func(p store.Entity) bool { return p.Scanned != nil || p.Name != lineageOf+row.Name }), err
}

// lineage replaces the edges of every asset whose lineage facet was read.
func (a *applier) lineage() error {
	var hashes []model.Hash
	var assets []int
	for i := range a.facts.Assets {
		if a.facts.Assets[i].Facets&model.FacetLineage == 0 {
			continue
		}
		if h, ok := a.process(&a.facts.Assets[i]); ok {
			hashes, assets = append(hashes, h), append(assets, i)
		}
	}
	if len(hashes) == 0 {
		return nil
	}
	known, err := a.tx.Map().ByHash(a.ctx, append(hashes, a.inputs(assets)...))
	if err != nil {
		return fmt.Errorf("read processes: %w", err)
	}
	before, err := a.flows(hashes, known)
	if err != nil {
		return err
	}
	last := map[model.Hash]int{} // an asset that comes twice flows as it came last
	for k := range assets {
		last[hashes[k]] = k
	}
	for k, i := range assets {
		if last[hashes[k]] != k {
			continue
		}
		if err := a.flow(&a.facts.Assets[i], a.hashes[i], hashes[k], known, before); err != nil {
			return err
		}
	}
	return a.writeFlows()
}

func (a *applier) process(asset *model.Asset) (model.Hash, bool) {
	def := a.facts.Kind.TypeNamed(asset.Type)
	if def == nil || def.Process == "" {
		return model.Hash{}, false
	}
	return model.HashOf(def.Process, a.processPath(asset)), true
}

func (a *applier) processPath(asset *model.Asset) string {
	return model.QualifiedName(a.facts.Authority, asset.Path) + "/" + processName
}

func (a *applier) far(r model.Ref) model.Hash {
	return model.HashOf(r.Type, model.QualifiedName(a.facts.Authority, r.Path))
}

func (a *applier) inputs(assets []int) (hashes []model.Hash) {
	for _, i := range assets {
		if l := a.facts.Assets[i].Lineage; l != nil {
			for _, in := range l.Inputs {
				hashes = append(hashes, a.far(in))
			}
		}
	}
	return hashes
}

// flows are the edges of the processes that are there, by process.
func (a *applier) flows(hashes []model.Hash, known map[model.Hash]store.Entity) (map[int64][]store.Edge, error) {
	var ids []int64
	for _, h := range hashes {
		if row, ok := known[h]; ok {
			ids = append(ids, row.ID)
		}
	}
	out := make(map[int64][]store.Edge, len(ids))
	if len(ids) == 0 {
		return out, nil
	}
	edges, err := a.tx.Map().EdgesOfProcess(a.ctx, ids)
	if err != nil {
		return nil, fmt.Errorf("read edges: %w", err)
	}
	for _, e := range edges {
		out[e.Process] = append(out[e.Process], e)
	}
	return out, nil
}

// flow is a process to write, with its edges.
type flow struct {
	row   store.Entity
	verb  string // of its change; "" where it has no row yet
	edges []store.Edge
}

// flow prepares one process and its edges, unless they are there already; an asset without inputs has no process.
func (a *applier) flow(asset *model.Asset, hash, process model.Hash, known map[model.Hash]store.Entity, before map[int64][]store.Edge) error {
	row, exists := known[process]
	if asset.Lineage == nil || len(asset.Lineage.Inputs) == 0 {
		if exists && !row.Deleted {
			a.dry = append(a.dry, row)
		}
		return nil
	}
	edges, err := a.edges(asset, hash, known)
	if err != nil {
		return err
	}
	a.did.Edges += int64(len(edges))
	if exists && !row.Deleted && row.Collection == a.facts.Collection && sameEdges(before[row.ID], edges) {
		return nil
	}
	version, err := a.tx.Map().NextVersion(a.ctx)
	if err != nil {
		return err
	}
	f := flow{row: row, verb: "updated", edges: edges}
	switch {
	case !exists:
		f.verb = ""
		f.row = store.Entity{
			Hash: process, Type: a.facts.Kind.TypeNamed(asset.Type).Process, QualifiedName: a.processPath(asset),
			Name: lineageOf + asset.Name, Parent: hash, Source: a.facts.Source, Created: a.tx.Now(), CreatedBy: a.facts.Actor,
			CreatedIn: version,
		}
	case row.Deleted:
		f.verb = "revived"
	}
	f.row.Deleted, f.row.Collection = false, a.facts.Collection
	f.row.Version, f.row.Modified, f.row.ModifiedBy = version, a.tx.Now(), a.facts.Actor
	a.flowing = append(a.flowing, f)
	return nil
}

// writeFlows writes the processes that were prepared, set by set, and removes those that have run dry.
func (a *applier) writeFlows() error {
	if len(a.dry) > 0 {
		if _, err := remove(a.ctx, a.tx, a.facts.Actor, a.dry); err != nil {
			return fmt.Errorf("remove processes: %w", err)
		}
	}
	if len(a.flowing) == 0 {
		return nil
	}
	slices.SortStableFunc(a.flowing, func(x, y flow) int { return cmp.Compare(x.row.ID, y.row.ID) }) // those without a row come first
	rows := make([]store.Entity, len(a.flowing))
	fresh := 0
	for i, f := range a.flowing {
		if rows[i] = f.row; f.row.ID == 0 {
			fresh++
		}
	}
	if err := a.tx.Map().Insert(a.ctx, rows[:fresh]); err != nil {
		return fmt.Errorf("insert processes: %w", err)
	}
	if err := a.tx.Map().Set(a.ctx, rows[fresh:]); err != nil {
		return fmt.Errorf("write processes: %w", err)
	}
	ids := make([]int64, len(rows))
	var changes []store.Change
	var edges []store.Edge
	for i, row := range rows {
		ids[i] = row.ID
		if verb := a.flowing[i].verb; verb != "" {
			changes = append(changes, store.Change{Entity: row.ID, Version: row.Version, At: row.Modified, Actor: row.ModifiedBy, Verb: verb})
		}
		for _, e := range a.flowing[i].edges {
			e.Process = row.ID
			edges = append(edges, e)
		}
	}
	if err := a.tx.Map().AddChanges(a.ctx, changes); err != nil {
		return fmt.Errorf("write history of processes: %w", err)
	}
	return a.tx.Map().PutEdges(a.ctx, ids, edges)
}

// sameEdges compares edges of one process, in their order, leaving aside which ends are bound.
func sameEdges(a, b []store.Edge) bool {
	return slices.EqualFunc(a, b, func(x, y store.Edge) bool {
		return x.Input == y.Input && x.Far == y.Far && x.FarName == y.FarName && bytes.Equal(x.Columns, y.Columns)
	})
}

func (a *applier) edges(asset *model.Asset, hash model.Hash, known map[model.Hash]store.Entity) ([]store.Edge, error) {
	id := func(h model.Hash) int64 {
		if row, ok := a.known[h]; ok && !row.Deleted {
			return row.ID
		}
		if row, ok := known[h]; ok && !row.Deleted {
			return row.ID
		}
		return 0
	}
	edges := []store.Edge{{
		Far: hash, FarType: asset.Type, FarName: model.QualifiedName(a.facts.Authority, asset.Path), FarID: a.known[hash].ID,
	}}
	columns := map[int][]ColumnPair{}
	for _, c := range asset.Lineage.Columns {
		columns[c.Input] = append(columns[c.Input], ColumnPair{From: c.From, To: c.To})
	}
	seen := map[model.Hash]bool{}
	for k, in := range asset.Lineage.Inputs {
		h := a.far(in)
		if seen[h] {
			continue
		}
		seen[h] = true
		e := store.Edge{Input: true, Far: h, FarType: in.Type, FarName: model.QualifiedName(a.facts.Authority, in.Path), FarID: id(h)}
		if pairs := columns[k]; len(pairs) > 0 {
			raw, err := json.Marshal(pairs)
			if err != nil {
				return nil, err
			}
			e.Columns = raw
		}
		edges = append(edges, e)
	}
	return edges, nil
}
