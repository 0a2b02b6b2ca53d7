package datamap

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
	"github.com/purlieu/purlieu/wire"
)

const measuresShown = 30

// ByGUID implements Reader.
func (s *Service) ByGUID(ctx context.Context, guid string) (View, error) {
	var v View
	err := s.store.View(ctx, func(tx store.Tx) (err error) {
		v, err = byGUID(ctx, tx, guid)
		return err
	})
	return v, err
}

// byGUID finds a view with what stands beside its row.
func byGUID(ctx context.Context, tx store.Tx, guid string) (View, error) {
	v, err := rowByGUID(ctx, tx, guid)
	if err != nil || v.Column >= 0 {
		return v, err
	}
	return withMeasures(ctx, tx, v, nil)
}

// rowByGUID finds a view by its row alone.
func rowByGUID(ctx context.Context, tx store.Tx, guid string) (View, error) {
	id, column, err := model.ParseGUID(guid)
	if err != nil {
		return View{}, err
	}
	rows, err := tx.Map().ByID(ctx, []int64{int64(id)})
	if err != nil {
		return View{}, err
	}
	return pick(rows, guid, int64(id), column)
}

// pick is the view that a guid names, of the rows that were read for it.
func pick(rows map[int64]store.Entity, guid string, id int64, column uint32) (View, error) {
	row, ok := rows[id]
	if !ok {
		return View{}, fault.New(fault.NotFound, "EntityNotFound", "no entity has the guid %s", guid)
	}
	v, err := view(row)
	if err != nil || column == 0 {
		return v, err
	}
	for i, c := range v.Asset.Columns {
		if c.Number == column {
			v.Column = i
			return v, nil
		}
	}
	return View{}, fault.New(fault.NotFound, "EntityNotFound", "the column with the guid %s is not there any more", guid)
}

// ByGUIDs implements Reader.
func (s *Service) ByGUIDs(ctx context.Context, guids []string) ([]View, error) {
	return s.byGUIDs(ctx, guids, func(tx store.Tx, v View) (View, error) {
		if v.Column >= 0 {
			return v, nil
		}
		return withMeasures(ctx, tx, v, nil)
	})
}

// Plain implements Reader.
func (s *Service) Plain(ctx context.Context, guids []string) ([]View, error) {
	return s.byGUIDs(ctx, guids, func(_ store.Tx, v View) (View, error) { return v, nil })
}

// byGUIDs reads entities, and has each completed in the same transaction.
func (s *Service) byGUIDs(ctx context.Context, guids []string, complete func(store.Tx, View) (View, error)) ([]View, error) {
	ids, columns := make([]int64, len(guids)), make([]uint32, len(guids))
	for i, g := range guids {
		id, column, err := model.ParseGUID(g)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return nil, err
		}
		ids[i], columns[i] = int64(id), column // one that this account did not make is row 0, which nobody is
	}
	var out []View
	err := s.store.View(ctx, func(tx store.Tx) error {
		out = nil
		rows, err := tx.Map().ByID(ctx, ids)
		if err != nil {
			return err
		}
		for i, g := range guids {
			v, err := pick(rows, g, ids[i], columns[i])
			if fault.Is(err, fault.NotFound) {
				continue
			}
			if err == nil {
				v, err = complete(tx, v)
			}
			if err != nil {
				return err
			}
			out = append(out, v)
		}
		return nil
	})
	return out, err
}

// ByName implements Reader. Columns are found in their tables, not by name.
func (s *Service) ByName(ctx context.Context, typeName, qualifiedName string) (View, error) {
	views, err := s.ByNames(ctx, []Name{{typeName, qualifiedName}})
	if err == nil && len(views) == 0 {
		err = fault.New(fault.NotFound, "EntityNotFound", "no %s has the qualified name %s", typeName, qualifiedName)
	}
	if err != nil {
		return View{}, err
	}
	return views[0], nil
}

// ByNames implements Reader.
func (s *Service) ByNames(ctx context.Context, names []Name) (views []View, err error) {
	hashes := make([]model.Hash, len(names))
	for i, n := range names {
		hashes[i] = model.HashOf(n.Type, n.QualifiedName)
	}
	err = s.store.View(ctx, func(tx store.Tx) error {
		views = nil
		rows, err := tx.Map().ByHash(ctx, hashes)
		if err != nil {
			return err
		}
		for _, hash := range hashes {
			row, ok := rows[hash]
			if !ok {
				continue
			}
			v, err := view(row)
			if v, err = withMeasures(ctx, tx, v, err); err != nil {
				return err
			}
			views = append(views, v)
		}
		return nil
	})
	return views, err
}

// Rows implements Reader.
func (s *Service) Rows(ctx context.Context, ids []int64, names []Name) (views []View, err error) {
	hashes := make([]model.Hash, len(names))
	for i, n := range names {
		hashes[i] = model.HashOf(n.Type, n.QualifiedName)
	}
	err = s.store.View(ctx, func(tx store.Tx) error {
		views = nil
		rows, err := tx.Map().ByID(ctx, ids)
		if err != nil {
			return err
		}
		named, err := tx.Map().ByHash(ctx, hashes)
		if err != nil {
			return err
		}
		for _, row := range named {
			rows[row.ID] = row
		}
		for _, id := range slices.Sorted(maps.Keys(rows)) {
			v, err := view(rows[id])
			if err == nil {
				v, err = withFlows(ctx, tx, v)
			}
			if err != nil {
				return err
			}
			views = append(views, v)
		}
		return nil
	})
	return views, err
}

// Called implements Reader.
func (s *Service) Called(ctx context.Context, types []string, qualifiedName string) (ids []int64, err error) {
	hashes := make([]model.Hash, len(types))
	for i, typeName := range types {
		hashes[i] = model.HashOf(typeName, qualifiedName)
	}
	err = s.store.View(ctx, func(tx store.Tx) error {
		rows, err := tx.Map().ByHash(ctx, hashes)
		ids = nil
		for _, row := range rows {
			ids = append(ids, row.ID)
		}
		slices.Sort(ids)
		return err
	})
	return ids, err
}

// view decodes a row and lays the authored layer over the scanned one.
func view(row store.Entity) (View, error) {
	v := View{Row: row, GUID: model.GUID(uint64(row.ID), 0), Column: -1}
	if row.Scanned != nil {
		if err := wire.Decode(row.Scanned, &v.Asset); err != nil {
			return v, fmt.Errorf("read entity %d: %w", row.ID, err)
		}
	} else {
		v.Asset = model.Asset{Type: row.Type, Name: row.Name}
	}
	var err error
	if v.Authored, err = readAuthored(row); err != nil {
		return v, err
	}
	v.Authored.lay(&v.Asset)
	return v, nil
}

// withMeasures adds what stands beside the row: its measures, and what flows through it.
func withMeasures(ctx context.Context, tx store.Tx, v View, err error) (View, error) {
	if err != nil {
		return v, err
	}
	if v.Measures, err = tx.Map().Measures(ctx, v.Row.ID, measuresShown); err != nil {
		return v, err
	}
	return withFlows(ctx, tx, v)
}

// Children implements Reader. The cursor is "<row number> <name>" of the last one.
func (s *Service) Children(ctx context.Context, guid, after string, limit int) (views []View, next string, err error) {
	var afterName string
	var afterID int64
	if after != "" {
		n, name, ok := strings.Cut(after, " ")
		afterID, err = strconv.ParseInt(n, 10, 64)
		if !ok || err != nil {
			return nil, "", fault.New(fault.Invalid, "InvalidCursor", "%q is not a cursor of this list", after)
		}
		afterName = name
	}
	err = s.store.View(ctx, func(tx store.Tx) error {
		views, next = nil, ""
		parent, err := byGUID(ctx, tx, guid)
		if err != nil {
			return err
		}
		rows, err := tx.Map().Children(ctx, parent.Row.Hash, afterName, afterID, limit)
		if err != nil {
			return err
		}
		for _, row := range rows {
			v, err := view(row)
			if err != nil {
				return err
			}
			views = append(views, v)
		}
		if len(rows) == limit {
			last := rows[len(rows)-1]
			next = strconv.FormatInt(last.ID, 10) + " " + last.Name
		}
		return nil
	})
	return views, next, err
}

// History implements Reader.
func (s *Service) History(ctx context.Context, guid string, before int64, limit int) (changes []store.Change, err error) {
	err = s.store.View(ctx, func(tx store.Tx) error {
		v, err := byGUID(ctx, tx, guid)
		if err != nil {
			return err
		}
		changes, err = tx.Map().History(ctx, v.Row.ID, before, limit)
		return err
	})
	return changes, err
}

// Show gives a row as a reader sees it, without its measures.
func Show(row store.Entity) (View, error) { return view(row) }

// Describe gives what search indexes of an entity: the names of its columns, its texts, its tags.
func (s *Service) Describe(row store.Entity) (columns []string, text string, tags []store.Tag, err error) {
	v, err := view(row)
	if err != nil {
		return nil, "", nil, err
	}
	words, labels := append(v.Authored.words(), v.Asset.Comment), slices.Clone(v.Authored.Labels)
	for _, c := range v.Asset.Columns {
		columns = append(columns, c.Name)
		if c.Comment != "" {
			words = append(words, c.Comment)
		}
		part := v.Authored.part(c.Number)
		words = append(words, part.words()...)
		labels = append(labels, part.Labels...)
	}
	for _, class := range v.Classes() {
		tags = append(tags, store.Tag{Kind: store.TagClass, Value: class})
	}
	slices.Sort(labels)
	for _, label := range slices.Compact(labels) {
		tags = append(tags, store.Tag{Kind: store.TagLabel, Value: label})
	}
	for _, contact := range v.Authored.Contacts() {
		tags = append(tags, store.Tag{Kind: store.TagContact, Value: contact})
	}
	for _, word := range v.Authored.contactTypes() {
		tags = append(tags, store.Tag{Kind: store.TagContactAs, Value: word})
	}
	return columns, strings.Join(words, " "), tags, nil
}

// Classes are the classifications of the entity and of its columns, each once, in order.
func (v View) Classes() []string { return classNames(&v.Asset) }
