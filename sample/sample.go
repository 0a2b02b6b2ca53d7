// Package sample holds values that were read from a source, for as long as it takes to classify them.
//
// A *cell* is one value as text; a *column* is the cells that were sampled of one column, in the source's order; a
// *table* is the columns of one asset. None of them can be encoded, and printed, logged or marshalled each says only
// "[sample]": values die in the worker that read them. Neither bus nor outbox nor server can import this room.
package sample

import (
	"iter"
	"log/slog"
	"unicode/utf8"
)

// Bounds of a sample. What is beyond them is left out, and counted.
const (
	MaxRows    = 128     // cells of one column
	MaxCell    = 4 << 10 // bytes of one cell; a longer one is cut, between characters
	MaxColumns = 10_000
	MaxBytes   = 1 << 20 // of all cells of one table together
)

const veil = "[sample]"

// Table is what was sampled of one asset. It is for one goroutine.
type Table struct {
	columns []*Column
	byName  map[string]*Column
	bytes   int
	full    bool
}

// Column is the cells of one column.
type Column struct {
	table *Table
	name  string
	cells []string
	empty int
}

// Column gives the column of a name, a new one after the others where there is none yet; nil beyond MaxColumns, and a
// nil column takes cells and keeps none.
func (t *Table) Column(name string) *Column {
	if c, ok := t.byName[name]; ok {
		return c
	}
	if len(t.columns) >= MaxColumns {
		t.full = true
		return nil
	}
	c := &Column{table: t, name: name}
	if t.byName == nil {
		t.byName = make(map[string]*Column)
	}
	t.byName[name], t.columns = c, append(t.columns, c)
	return c
}

// Columns gives the columns in the order in which they came. The slice belongs to the table.
func (t *Table) Columns() []*Column { return t.columns }

// Named gives the column of a name, nil when nothing was sampled of it.
func (t *Table) Named(name string) *Column { return t.byName[name] }

// Cut reports whether anything was left out because of a bound.
func (t *Table) Cut() bool { return t.full }

// Clear drops all columns and cells, so that the table can be used for the next asset.
func (t *Table) Clear() { *t = Table{} }

// Add takes one cell; false when the column is full or the table's bytes are used up. An empty cell is counted, not
// kept.
func (c *Column) Add(cell string) bool {
	switch {
	case c == nil:
		return false
	case len(c.cells)+c.empty >= MaxRows:
		return false
	case cell == "":
		c.empty++
		return true
	}
	if len(cell) > MaxCell {
		end := MaxCell
		for end > 0 && !utf8.RuneStart(cell[end]) {
			end--
		}
		cell, c.table.full = cell[:end], true
	}
	if c.table.bytes+len(cell) > MaxBytes {
		c.table.full = true
		return false
	}
	c.table.bytes += len(cell)
	c.cells = append(c.cells, cell)
	return true
}

// Null counts one cell that holds nothing.
func (c *Column) Null() bool { return c.Add("") }

// Name is the column's name.
func (c *Column) Name() string { return c.name }

// Len is how many cells are not empty, Empty how many are.
func (c *Column) Len() int { return len(c.cells) }

// Empty is how many cells were empty or null.
func (c *Column) Empty() int { return c.empty }

// All gives the cells that are not empty, in order.
func (c *Column) All() iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, cell := range c.cells {
			if !yield(cell) {
				return
			}
		}
	}
}

// String hides the values.
func (*Table) String() string { return veil }

// GoString hides the values.
func (*Table) GoString() string { return veil }

// LogValue hides the values.
func (*Table) LogValue() slog.Value { return slog.StringValue(veil) }

// MarshalText hides the values, in JSON too.
func (*Table) MarshalText() ([]byte, error) { return []byte(veil), nil }

// String hides the values.
func (*Column) String() string { return veil }

// GoString hides the values.
func (*Column) GoString() string { return veil }

// LogValue hides the values.
func (*Column) LogValue() slog.Value { return slog.StringValue(veil) }

// MarshalText hides the values, in JSON too.
func (*Column) MarshalText() ([]byte, error) { return []byte(veil), nil }
