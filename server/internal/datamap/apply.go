package datamap

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
	"github.com/purlieu/purlieu/wire"
)

// Service is the room. Safe for concurrent use.
type Service struct {
	store store.Store
	log   *slog.Logger
}

// New makes the room.
func New(st store.Store, log *slog.Logger) *Service { return &Service{store: st, log: log} }

// Facts are what one batch says of a source. Hashes and Fingerprints stand beside Assets, in their order.
type Facts struct {
	Source     string
	Collection string
	Authority  string
	Kind       *model.Kind
	Actor      string
	Assets     []model.Asset
	Hashes     []model.Hash // of (type, qualified name)
	// Fingerprints decide whether an asset differs from what the map holds.
	Fingerprints []uint64
	Moved        []Moved
	Root         string // path that every moved asset stands at or below
}

// Moved are the measures of an asset that is otherwise unchanged.
type Moved struct {
	Hash     model.Hash
	Measures []model.Measure
}

// Did counts what Apply did.
type Did struct{ Created, Updated, Unchanged, Edges int64 }

// Apply lays facts into the scanned layer, in the caller's transaction, set by set. The same facts again change
// nothing and write no version. A facet that the scan's level did not read is kept.
func (s *Service) Apply(ctx context.Context, tx store.Tx, f Facts) (Did, error) {
	a := &applier{ctx: ctx, tx: tx, facts: f, hashes: f.Hashes, bound: map[model.Hash]int64{}}
	var err error
	if a.known, err = tx.Map().ByHash(ctx, a.hashes); err != nil {
		return Did{}, fmt.Errorf("read entities: %w", err)
	}
	for i := range f.Assets {
		if err := a.lay(&f.Assets[i], a.hashes[i], f.Fingerprints[i]); err != nil {
			return Did{}, err
		}
	}
	if err := a.write(); err != nil {
		return Did{}, err
	}
	if err := a.measures(); err != nil {
		return Did{}, err
	}
	if err := a.lineage(); err != nil {
		return Did{}, err
	}
	return a.did, nil
}

// applier is one Apply.
type applier struct {
	ctx     context.Context
	tx      store.Tx
	facts   Facts
	hashes  []model.Hash
	known   map[model.Hash]store.Entity
	fresh   []store.Entity       // to insert
	changed []store.Entity       // to write
	bound   map[model.Hash]int64 // those that are new or alive again: edges to them need no longer wait
	formers []store.Former       // of changed, where another thing came under the name
	changes []store.Change       // of changed; the creation of fresh ones stands in their rows
	flowing []flow               // processes to write
	dry     []store.Entity       // processes whose assets have no inputs any more
	did     Did
}

// lay prepares one asset's row.
func (a *applier) lay(asset *model.Asset, hash model.Hash, fingerprint uint64) error {
	row, exists := a.known[hash]
	home := row.Source == a.facts.Source && row.Collection == a.facts.Collection
	sampled := asset.Facets&model.FacetClassification != 0 // a fingerprint covers no classes
	if exists && !row.Deleted && row.Fingerprint == fingerprint && home && !sampled {
		a.did.Unchanged++
		return nil
	}
	next := *asset
	next.Measures, next.Lineage = nil, nil
	if !exists {
		return a.create(&next, hash, fingerprint)
	}
	var old model.Asset
	if row.Scanned != nil {
		if err := wire.Decode(row.Scanned, &old); err != nil {
			return fmt.Errorf("read entity %d: %w", row.ID, err)
		}
	}
	keepUnread(&next, &old)
	if err := renumber(&row, &next, &old); err != nil {
		return err
	}
	keepUnjudged(&next, &old, sampled)
	scanned, err := wire.Encode(&next)
	if err != nil {
		return fmt.Errorf("encode %s: %w", next.Path, err)
	}
	revived := row.Deleted
	if !revived && row.Source == a.facts.Source && row.NativeID != next.NativeID && row.NativeID != "" && next.NativeID != "" {
		a.formers = append(a.formers, store.Former{
			Entity: row.ID, Actor: a.facts.Actor, Source: row.Source, Type: row.Type, NativeID: row.NativeID, Scanned: row.Scanned,
		})
	}
	same := bytes.Equal(scanned, row.Scanned)
	if !same && sampled {
		if same, err = onlyCounts(next, old, row.Scanned); err != nil {
			return err
		}
	}
	row.Name, row.NativeID, row.Source, row.Deleted = next.Name, next.NativeID, a.facts.Source, false
	row.Fingerprint, row.Scanned, row.Collection, row.Parent = fingerprint, scanned, a.facts.Collection, a.parent(&next)
	if same && !revived && home {
		a.did.Unchanged++
		a.changed = append(a.changed, row) // only the fingerprint, or counts of evidence: no new version
		return nil
	}
	return a.update(row, &old, &next, revived)
}

func (a *applier) create(next *model.Asset, hash model.Hash, fingerprint uint64) error {
	version, err := a.tx.Map().NextVersion(a.ctx)
	if err != nil {
		return err
	}
	row := store.Entity{
		Hash: hash, Type: next.Type, QualifiedName: model.QualifiedName(a.facts.Authority, next.Path), Name: next.Name,
		Parent: a.parent(next), Source: a.facts.Source, Collection: a.facts.Collection, NativeID: next.NativeID,
		Version: version, Created: a.tx.Now(), Modified: a.tx.Now(), CreatedBy: a.facts.Actor, ModifiedBy: a.facts.Actor,
		CreatedIn: version, Fingerprint: fingerprint,
	}
	if row.NextColumn, err = number(next.Columns, nil, nil, 1); err != nil {
		return err
	}
	keepUnjudged(next, &model.Asset{}, true)
	if row.Scanned, err = wire.Encode(next); err != nil {
		return fmt.Errorf("encode %s: %w", next.Path, err)
	}
	a.fresh = append(a.fresh, row)
	a.did.Created++
	return nil
}

func (a *applier) update(row store.Entity, old, next *model.Asset, revived bool) error {
	version, err := a.tx.Map().NextVersion(a.ctx)
	if err != nil {
		return err
	}
	verb := "updated"
	if revived {
		verb = "revived"
		a.bound[row.Hash] = row.ID
	}
	row.Version, row.Modified, row.ModifiedBy = version, a.tx.Now(), a.facts.Actor
	a.changed = append(a.changed, row)
	a.changes = append(a.changes, store.Change{
		Entity: row.ID, Version: version, At: a.tx.Now(), Actor: a.facts.Actor, Verb: verb, Diff: diff(old, next),
	})
	a.did.Updated++
	return nil
}

// parent is the hash of the entity one name up, whether it is known yet or not.
func (a *applier) parent(asset *model.Asset) model.Hash {
	def := a.facts.Kind.TypeNamed(asset.Type)
	path, ok := model.ParentPath(asset.Path)
	if !ok || def == nil || def.Parent == "" {
		return model.Hash{}
	}
	return model.HashOf(def.Parent, model.QualifiedName(a.facts.Authority, path))
}

func (a *applier) write() error {
	if len(a.fresh) > 0 {
		if err := a.tx.Map().Insert(a.ctx, a.fresh); err != nil {
			return fmt.Errorf("insert entities: %w", err)
		}
		for _, row := range a.fresh {
			a.bound[row.Hash] = row.ID
			a.known[row.Hash] = row
		}
	}
	if len(a.changed) > 0 {
		if err := a.tx.Map().Set(a.ctx, a.changed); err != nil {
			return fmt.Errorf("write entities: %w", err)
		}
		for _, row := range a.changed {
			a.known[row.Hash] = row
		}
	}
	if len(a.formers) > 0 {
		if err := a.tx.Map().AddFormers(a.ctx, a.formers); err != nil {
			return fmt.Errorf("keep what stood in entities: %w", err)
		}
	}
	if len(a.bound) > 0 {
		if err := a.tx.Map().BindEdges(a.ctx, a.bound); err != nil {
			return fmt.Errorf("bind edges: %w", err)
		}
	}
	if len(a.changes) > 0 {
		if err := a.tx.Map().AddChanges(a.ctx, a.changes); err != nil {
			return fmt.Errorf("write history: %w", err)
		}
	}
	return nil
}

// measures writes the day's measures of assets that came whole and of those that only moved.
func (a *applier) measures() error {
	day := dayOf(a.tx.Now())
	var rows []store.MeasureRow
	for i := range a.facts.Assets {
		if ms := a.facts.Assets[i].Measures; len(ms) > 0 {
			rows = append(rows, store.MeasureRow{Entity: a.known[a.hashes[i]].ID, Day: day, Measures: ms})
		}
	}
	if len(a.facts.Moved) > 0 {
		hashes := make([]model.Hash, len(a.facts.Moved))
		for i, m := range a.facts.Moved {
			hashes[i] = m.Hash
		}
		known, err := a.tx.Map().ByHash(a.ctx, hashes)
		if err != nil {
			return fmt.Errorf("read entities: %w", err)
		}
		for _, m := range a.facts.Moved {
			row, ok := known[m.Hash]
			if !ok || row.Source != a.facts.Source || !model.Below(row.QualifiedName, model.QualifiedName(a.facts.Authority, a.facts.Root)) {
				return fault.New(fault.Denied, "OutsideUnit", "measures came for an asset that the source does not have")
			}
			rows = append(rows, store.MeasureRow{Entity: row.ID, Day: day, Measures: m.Measures})
		}
	}
	if len(rows) == 0 {
		return nil
	}
	return a.tx.Map().PutMeasures(a.ctx, rows)
}

// keepUnread keeps of the old layer what the new reading did not read.
func keepUnread(next, old *model.Asset) {
	if next.Facets&model.FacetStructure == 0 && old.Facets&model.FacetStructure != 0 {
		next.Columns, next.Keys, next.Indexes, next.Attrs, next.Text = old.Columns, old.Keys, old.Indexes, old.Attrs, old.Text
		next.Comment, next.Owner = old.Comment, old.Owner
	}
	next.Facets |= old.Facets
}
