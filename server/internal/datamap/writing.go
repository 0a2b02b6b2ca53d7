package datamap

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

// writing is one transaction of edits: the rows that they are about are read at once, and written at once.
type writing struct {
	ctx      context.Context
	tx       store.Tx
	actor    string
	refs     map[string]string // guids of what was made
	rows     map[int64]store.Entity
	versions map[int64]int64 // of the rows as they were read: an edit is not judged by what an earlier one of the call wrote
	changed  map[int64]bool  // rows
	changes  []store.Change
}

// read reads the rows that edits are about, and those that they name as ends of edges.
func (w *writing) read(edits []Edit, guids []string) error {
	ids := map[int64]bool{}
	note := func(guid string) {
		if made, ok := w.refs[guid]; ok {
			guid = made
		}
		if id, _, err := model.ParseGUID(guid); err == nil { // what is none is told where it is used
			ids[int64(id)] = true //nolint:gosec // rows are counted from 1
		}
	}
	for i := range edits {
		note(guids[i])
		for _, side := range []*[]string{edits[i].Inputs, edits[i].Outputs} {
			if side != nil {
				for _, guid := range *side {
					note(guid)
				}
			}
		}
	}
	var err error
	if w.rows, err = w.tx.Map().ByID(w.ctx, slices.Sorted(maps.Keys(ids))); err != nil {
		return err
	}
	w.versions = make(map[int64]int64, len(w.rows))
	for id, row := range w.rows {
		w.versions[id] = row.Version
	}
	return nil
}

// view finds what a guid names among the rows that were read.
func (w *writing) view(guid string) (View, error) {
	id, column, err := model.ParseGUID(guid)
	if err != nil {
		return View{}, err
	}
	return pick(w.rows, guid, int64(id), column) //nolint:gosec // as above
}

func (w *writing) edit(e *Edit) error {
	_, column, err := model.ParseGUID(e.GUID)
	if err != nil {
		return err
	}
	v, err := w.view(e.GUID)
	if err != nil {
		return err
	}
	row := v.Row
	if e.Version != 0 && w.versions[row.ID] != e.Version {
		return VersionChanged(e.GUID)
	}
	if row.Deleted {
		return fault.New(fault.Conflict, "EntityDeleted", "the entity %s is deleted", e.GUID).Try("Bring it back first: purlieu asset restore %s", e.GUID)
	}
	if !v.Made() && (e.Name != nil || len(e.Attrs) > 0 || e.Inputs != nil || e.Outputs != nil) {
		return fault.New(fault.Invalid, "OfSource", "name, attributes and edges of the entity %s come from its source", e.GUID)
	}
	authored := v.Authored
	authored.Columns = maps.Clone(authored.Columns)
	before := authored.part(column)
	var scanned []model.Class
	if len(e.Give)+len(e.Take) > 0 {
		if scanned, err = scannedClasses(row, column); err != nil {
			return err
		}
	}
	after, err := e.over(before, scanned)
	if err != nil {
		return err
	}
	diff, err := partDiff(&before, &after, v.columnName())
	if err != nil {
		return err
	}
	if e.Name != nil && *e.Name != row.Name {
		diff = append(diff, Difference{What: "name", Old: row.Name, New: *e.Name})
		row.Name = *e.Name
	}
	flows, err := w.flow(e, v)
	if err != nil {
		return err
	}
	diff = append(diff, flows...)
	if len(diff) == 0 {
		return nil
	}
	authored.set(column, after)
	if row.Authored, err = authored.pack(); err != nil {
		return fmt.Errorf("write authored layer of entity %d: %w", row.ID, err)
	}
	if row.Authored == nil && v.Made() {
		row.Authored = []byte("{}") // nobody else wrote it
	}
	return w.note(row, diff)
}

// note keeps a changed row and the entry of its history until all is written.
func (w *writing) note(row store.Entity, diff []Difference) error {
	version, err := w.tx.Map().NextVersion(w.ctx)
	if err != nil {
		return err
	}
	packed, err := json.Marshal(diff)
	if err != nil {
		return err
	}
	w.changed[row.ID] = true
	row.Version, row.Modified, row.ModifiedBy = version, w.tx.Now(), w.actor
	w.rows[row.ID] = row
	w.changes = append(w.changes, store.Change{Entity: row.ID, Version: version, At: w.tx.Now(), Actor: w.actor, Verb: "updated", Diff: packed})
	return nil
}

func (w *writing) write() error {
	if len(w.changed) == 0 {
		return nil
	}
	rows := make([]store.Entity, 0, len(w.changed))
	for _, id := range slices.Sorted(maps.Keys(w.changed)) {
		rows = append(rows, w.rows[id])
	}
	if err := w.tx.Map().Set(w.ctx, rows); err != nil {
		return fmt.Errorf("write entities: %w", err)
	}
	if err := w.tx.Map().AddChanges(w.ctx, w.changes); err != nil {
		return fmt.Errorf("write history: %w", err)
	}
	return nil
}
