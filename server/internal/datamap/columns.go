package datamap

import (
	"maps"
	"slices"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

// maxColumn is the highest number of a column: a guid has 24 bits for it.
const maxColumn = 1<<24 - 1

// renumber gives the columns of a row's new reading their numbers, and keeps in the row the names of those that are gone.
func renumber(row *store.Entity, next, old *model.Asset) error {
	authored, err := readAuthored(*row)
	if err != nil {
		return err
	}
	if row.NextColumn, err = number(next.Columns, old.Columns, authored.Gone, max(row.NextColumn, 1)); err != nil {
		return err
	}
	if authored.remember(next.Columns, old.Columns) {
		row.Authored, err = authored.pack()
	}
	return err
}

// number gives columns their numbers: kept by name from the last reading, else by native id from there, else by name from
// those that are gone, else the next one that was never used here. It gives the next one after these; a table whose numbers
// are used up is fault.Invalid.
func number(columns, old []model.Column, gone map[uint32]string, next uint32) (uint32, error) {
	byName, byNative, byGone := map[string][]uint32{}, map[string][]uint32{}, map[string][]uint32{}
	for _, c := range old {
		byName[c.Name] = append(byName[c.Name], c.Number)
		if c.NativeID != "" {
			byNative[c.NativeID] = append(byNative[c.NativeID], c.Number)
		}
	}
	for _, n := range slices.Sorted(maps.Keys(gone)) {
		byGone[gone[n]] = append(byGone[gone[n]], n)
	}
	for i := range columns {
		columns[i].Number = 0
	}
	taken := make(map[uint32]bool, len(columns))
	give := func(known map[string][]uint32, key func(c *model.Column) string) {
		for i := range columns {
			c := &columns[i]
			if c.Number != 0 {
				continue
			}
			free := slices.IndexFunc(known[key(c)], func(n uint32) bool { return !taken[n] })
			if free >= 0 {
				c.Number = known[key(c)][free]
				taken[c.Number] = true
			}
		}
	}
	give(byName, func(c *model.Column) string { return c.Name })
	give(byNative, func(c *model.Column) string { return c.NativeID })
	give(byGone, func(c *model.Column) string { return c.Name })
	for i := range columns {
		if columns[i].Number != 0 {
			continue
		}
		if next > maxColumn {
			return 0, fault.New(fault.Invalid, "TooManyColumns", "a table has had more than %d columns", maxColumn)
		}
		columns[i].Number = next
		next++
	}
	return next, nil
}

// remember notes the names of columns that people wrote over and that the new reading does not have, and forgets those that
// are back; true when that changes the layer.
func (a *Authored) remember(columns, old []model.Column) bool {
	if len(a.Columns) == 0 && len(a.Gone) == 0 {
		return false
	}
	names := maps.Clone(a.Gone)
	if names == nil {
		names = map[uint32]string{}
	}
	for _, c := range old {
		names[c.Number] = c.Name
	}
	for _, c := range columns {
		delete(names, c.Number)
	}
	maps.DeleteFunc(names, func(n uint32, _ string) bool { _, written := a.Columns[n]; return !written })
	if maps.Equal(names, a.Gone) {
		return false
	}
	a.Gone = names
	return true
}

// onto is what people wrote in the layer of another row, whose columns were old, as it stands over the columns of this
// one: by name. What they wrote over columns that are not there waits for them, under numbers from next on.
func (a Authored) onto(columns, old []model.Column, next uint32) (Authored, uint32, error) {
	names, numbers := maps.Clone(a.Gone), map[string]uint32{}
	if names == nil {
		names = map[uint32]string{}
	}
	for _, c := range old {
		names[c.Number] = c.Name
	}
	for _, c := range columns {
		numbers[c.Name] = c.Number
	}
	parts := a.Columns
	a.Columns, a.Gone = nil, nil
	for _, n := range slices.Sorted(maps.Keys(parts)) {
		name, known := names[n]
		if !known {
			continue
		}
		at, there := numbers[name]
		if !there {
			if next > maxColumn {
				return a, 0, fault.New(fault.Invalid, "TooManyColumns", "a table has had more than %d columns", maxColumn)
			}
			at, next = next, next+1
			if a.Gone == nil {
				a.Gone = map[uint32]string{}
			}
			a.Gone[at] = name
		}
		a.set(at, parts[n])
	}
	return a, next, nil
}
