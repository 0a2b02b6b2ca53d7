package datamap

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
	"github.com/purlieu/purlieu/wire"
)

// Move gives things that a scan met under other names their rows back. In rows, which are of one type and source, the
// thing of each one stands now under the name of the next one; in a round, the last one's under the name of the first.
// Guid, history and what people wrote go with the thing, and so do facets that were not in read. formers say what stood
// in rows before.
//
// Where it is no round, the last row is left over: what people wrote there goes to the thing that takes its name, unless
// they wrote over that too, and the row stands behind under the first name: deleted, or for the new thing that is there.
func (s *Service) Move(ctx context.Context, tx store.Tx, actor string, read model.Facet, rows []store.Entity, formers map[int64]store.Former, round bool) error {
	version, err := tx.Map().NextVersion(ctx)
	if err != nil {
		return err
	}
	m := &move{ctx: ctx, tx: tx, actor: actor, read: read, version: version, formers: formers}
	last := len(rows) - 1
	for i, row := range rows {
		switch {
		case i < last:
			err = m.follow(row, rows[i+1], rows[last], !round && i == last-1)
		case round:
			err = m.follow(row, rows[0], row, false)
		default:
			err = m.leave(row, rows[0])
		}
		if err != nil {
			return err
		}
	}
	return m.write()
}

// move is one Move.
type move struct {
	ctx      context.Context
	tx       store.Tx
	actor    string
	read     model.Facet
	version  int64
	formers  map[int64]store.Former
	parked   []store.Entity
	settled  []store.Entity
	bound    map[model.Hash]int64
	measures []store.MeasureRow
	changes  []store.Change
}

// follow puts the thing of one row under the name of another, whose own thing is elsewhere; heir says that it inherits
// what people wrote over the row that is left over.
func (m *move) follow(from, to, left store.Entity, heir bool) error {
	old, err := m.before(from)
	if err != nil {
		return err
	}
	next, err := m.met(to)
	if err != nil {
		return err
	}
	sampled := next.Facets&model.FacetClassification != 0
	keepUnread(&next, &old)
	row := m.under(from, to)
	row.Authored = from.Authored
	if err := renumber(&row, &next, &old); err != nil {
		return err
	}
	keepUnjudged(&next, &old, sampled)
	if row.Scanned, err = wire.Encode(&next); err != nil {
		return fmt.Errorf("encode %s: %w", next.Path, err)
	}
	if heir && row.Authored == nil {
		if err = m.inherit(&row, left, &next); err != nil {
			return err
		}
	}
	if _, overwritten := m.formers[from.ID]; !overwritten { // nothing is there under its old name
		if err := dropProcess(m.ctx, m.tx, m.actor, from); err != nil {
			return err
		}
	}
	return m.add(from, to, row, "renamed")
}

// leave puts the row that is left over under the first name.
func (m *move) leave(left, first store.Entity) error {
	row := m.under(left, first)
	row.Authored = nil
	if _, taken := m.formers[first.ID]; !taken {
		row.Deleted, row.NativeID = true, ""
		return m.add(left, first, row, "deleted")
	}
	next, err := m.met(first)
	if err != nil {
		return err
	}
	if row.NextColumn, err = number(next.Columns, nil, nil, max(left.NextColumn, 1)); err != nil {
		return err
	}
	if row.Scanned, err = wire.Encode(&next); err != nil {
		return fmt.Errorf("encode %s: %w", next.Path, err)
	}
	return m.add(left, first, row, "renamed")
}

// before is what stood in a row before something else was met under its name.
func (m *move) before(row store.Entity) (asset model.Asset, err error) {
	raw := row.Scanned
	if f, ok := m.formers[row.ID]; ok {
		raw = f.Scanned
	}
	if err := wire.Decode(raw, &asset); err != nil {
		return asset, fmt.Errorf("read entity %d: %w", row.ID, err)
	}
	return asset, nil
}

// met is what stands now under a row's name, without the facets that it kept of what stood there before.
func (m *move) met(row store.Entity) (asset model.Asset, err error) {
	if err := wire.Decode(row.Scanned, &asset); err != nil {
		return asset, fmt.Errorf("read entity %d: %w", row.ID, err)
	}
	if _, ok := m.formers[row.ID]; ok {
		asset.Facets &= m.read
	}
	return asset, nil
}

// under is what stands under a name, in the row of a thing.
func (m *move) under(thing, name store.Entity) store.Entity {
	row := name
	row.ID, row.NextColumn = thing.ID, thing.NextColumn
	row.Created, row.CreatedBy, row.CreatedIn = thing.Created, thing.CreatedBy, thing.CreatedIn
	row.Version, row.Modified, row.ModifiedBy = m.version, m.tx.Now(), m.actor
	return row
}

// add notes the row that a thing has from now on, with the last measures of what stands under the name.
func (m *move) add(thing, name, row store.Entity, verb string) error {
	parked := thing // for a moment it has a name that no asset can have
	parked.Hash = model.HashOf("", fmt.Sprintf("row %d", thing.ID))
	m.parked, m.settled = append(m.parked, parked), append(m.settled, row)
	if m.bound == nil {
		m.bound = map[model.Hash]int64{}
	}
	m.bound[row.Hash] = row.ID
	change := store.Change{Entity: row.ID, Version: m.version, At: m.tx.Now(), Actor: m.actor, Verb: verb}
	if row.Deleted {
		m.bound[row.Hash] = 0
		m.changes = append(m.changes, change)
		return nil
	}
	measures, err := m.tx.Map().Measures(m.ctx, name.ID, 1)
	if err != nil {
		return err
	}
	for i := range measures {
		measures[i].Entity = row.ID
	}
	m.measures = append(m.measures, measures...)
	change.Diff, err = json.Marshal([]Difference{{What: "qualifiedName", Old: thing.QualifiedName, New: name.QualifiedName}})
	m.changes = append(m.changes, change)
	return err
}

func (m *move) write() error {
	for _, rows := range [][]store.Entity{m.parked, m.settled} {
		if err := m.tx.Map().Set(m.ctx, rows); err != nil {
			return fmt.Errorf("write entities: %w", err)
		}
	}
	if err := m.tx.Map().BindEdges(m.ctx, m.bound); err != nil {
		return fmt.Errorf("bind edges: %w", err)
	}
	if err := m.tx.Map().PutMeasures(m.ctx, m.measures); err != nil {
		return fmt.Errorf("write measures: %w", err)
	}
	return m.tx.Map().AddChanges(m.ctx, m.changes)
}

// inherit gives a row what people wrote over the row that is left over, whose name it takes.
func (m *move) inherit(row *store.Entity, left store.Entity, next *model.Asset) error {
	authored, err := readAuthored(left)
	if err != nil || left.Authored == nil {
		return err
	}
	old, err := m.before(left)
	if err != nil {
		return err
	}
	if authored, row.NextColumn, err = authored.onto(next.Columns, old.Columns, row.NextColumn); err != nil {
		return err
	}
	row.Authored, err = authored.pack()
	return err
}

// dropProcess deletes the process that carried the lineage of an asset under its old name.
func dropProcess(ctx context.Context, tx store.Tx, actor string, row store.Entity) error {
	processes, err := processesOf(ctx, tx, row)
	if err != nil {
		return err
	}
	_, err = remove(ctx, tx, actor, processes)
	return err
}
