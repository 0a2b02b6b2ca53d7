package datamap

import (
	"encoding/json"
	"fmt"

	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

// processName is the last name of the process that carries an asset's lineage. No source's name can equal it in that
// place: assets with lineage have no children of their own.
const processName = "$lineage"

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
	for k, i := range assets {
		if err := a.flow(&a.facts.Assets[i], a.hashes[i], hashes[k], known); err != nil {
			return err
		}
	}
	return nil
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

// flow writes one process and its edges; an asset without inputs has no process.
func (a *applier) flow(asset *model.Asset, hash, process model.Hash, known map[model.Hash]store.Entity) error {
	row, exists := known[process]
	if asset.Lineage == nil || len(asset.Lineage.Inputs) == 0 {
		if !exists || row.Deleted {
			return nil
		}
		if err := a.tx.Map().PutEdges(a.ctx, row.ID, nil); err != nil {
			return err
		}
		_, err := remove(a.ctx, a.tx, a.facts.Actor, []store.Entity{row})
		return err
	}
	version, err := a.tx.Map().NextVersion(a.ctx)
	if err != nil {
		return err
	}
	edges, err := a.edges(asset, hash, known)
	if err != nil {
		return err
	}
	if !exists {
		row = store.Entity{
			Hash: process, Type: a.facts.Kind.TypeNamed(asset.Type).Process, QualifiedName: a.processPath(asset),
			Name: "lineage of " + asset.Name, Parent: hash, Source: a.facts.Source, Collection: a.facts.Collection,
			Version: version, Created: a.tx.Now(), Modified: a.tx.Now(), CreatedBy: a.facts.Actor, ModifiedBy: a.facts.Actor,
		}
		rows := []store.Entity{row}
		if err := a.tx.Map().Insert(a.ctx, rows); err != nil {
			return fmt.Errorf("insert process: %w", err)
		}
		row = rows[0]
	} else if row.Deleted {
		row.Deleted, row.Version, row.Modified, row.ModifiedBy = false, version, a.tx.Now(), a.facts.Actor
		if err := a.tx.Map().Set(a.ctx, []store.Entity{row}); err != nil {
			return fmt.Errorf("write process: %w", err)
		}
	}
	a.did.Edges += int64(len(edges))
	return a.tx.Map().PutEdges(a.ctx, row.ID, edges)
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
	seen := map[model.Hash]bool{}
	for k, in := range asset.Lineage.Inputs {
		h := a.far(in)
		if seen[h] {
			continue
		}
		seen[h] = true
		e := store.Edge{Input: true, Far: h, FarType: in.Type, FarName: model.QualifiedName(a.facts.Authority, in.Path), FarID: id(h)}
		var pairs []ColumnPair
		for _, c := range asset.Lineage.Columns {
			if c.Input == k {
				pairs = append(pairs, ColumnPair{From: c.From, To: c.To})
			}
		}
		if len(pairs) > 0 {
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
