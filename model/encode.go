package model

import "github.com/purlieu/purlieu/wire/item"

// AppendWire writes the asset as wire does, in the order of the fields' numbers.
func (a *Asset) AppendWire(dst []byte) []byte {
	w := item.Writer{Out: dst}
	a.WriteItem(&w)
	return w.Out
}

// WriteItem writes the asset as an item.
func (a *Asset) WriteItem(w *item.Writer) {
	o := w.Struct()
	w.Text(1, a.Type)
	w.Text(2, a.Path)
	w.Text(3, a.Name)
	w.Some(4, a.Container)
	w.Some(5, a.NativeID)
	w.Some(6, a.Owner)
	w.Some(7, a.Comment)
	item.WriteList(w, 8, a.Attrs, (*Attr).write)
	item.WriteList(w, 9, a.Columns, (*Column).write)
	item.WriteList(w, 10, a.Keys, (*Key).write)
	item.WriteList(w, 11, a.Indexes, (*Index).write)
	item.WriteList(w, 12, a.Measures, (*Measure).WriteItem)
	if a.Lineage != nil {
		w.Key(13)
		a.Lineage.write(w)
	}
	w.Uint(14, uint64(a.Facets))
	w.SomeUint(15, a.Stamp)
	w.Some(16, a.Text)
	item.WriteList(w, 17, a.Classes, (*Class).write)
	w.End(o)
}

func (a *Attr) write(w *item.Writer) {
	o := w.Struct()
	w.Text(1, a.Name)
	w.Some(2, a.Text)
	if a.Int != nil {
		w.Int(3, *a.Int)
	}
	if a.Bool != nil {
		w.Bool(4, *a.Bool)
	}
	w.Texts(5, a.List)
	w.End(o)
}

func (c *Column) write(w *item.Writer) {
	o := w.Struct()
	w.Text(1, c.Name)
	w.Some(2, c.Type)
	w.SomeInt(3, int64(c.Ordinal))
	w.SomeBool(4, c.NotNull)
	w.Some(5, c.Default)
	w.Some(6, c.Identity)
	w.Some(7, c.Generated)
	w.Some(8, c.Comment)
	w.Some(9, c.NativeID)
	w.SomeUint(10, uint64(c.Number))
	item.WriteList(w, 11, c.Classes, (*Class).write)
	w.Texts(12, c.Labels)
	w.SomeBool(13, c.Unjudged)
	w.End(o)
}

func (k *Key) write(w *item.Writer) {
	o := w.Struct()
	w.Text(1, k.Name)
	w.Text(2, string(k.Kind))
	w.Texts(3, k.Columns)
	w.Some(4, k.RefPath)
	w.Texts(5, k.RefColumns)
	w.End(o)
}

func (x *Index) write(w *item.Writer) {
	o := w.Struct()
	w.Text(1, x.Name)
	w.SomeBool(2, x.Unique)
	w.Some(3, x.Method)
	w.Texts(4, x.Columns)
	w.End(o)
}

// WriteItem writes the measure as an item.
func (m *Measure) WriteItem(w *item.Writer) {
	o := w.Struct()
	w.Text(1, m.Name)
	w.Int(2, m.Value)
	w.End(o)
}

func (l *Lineage) write(w *item.Writer) {
	o := w.Struct()
	item.WriteList(w, 1, l.Inputs, (*Ref).write)
	item.WriteList(w, 2, l.Columns, (*ColumnEdge).write)
	w.End(o)
}

func (r *Ref) write(w *item.Writer) {
	o := w.Struct()
	w.Text(1, r.Type)
	w.Text(2, r.Path)
	w.End(o)
}

func (e *ColumnEdge) write(w *item.Writer) {
	o := w.Struct()
	w.Int(1, int64(e.Input))
	w.Text(2, e.From)
	w.Text(3, e.To)
	w.End(o)
}

func (c *Class) write(w *item.Writer) {
	o := w.Struct()
	w.Text(1, c.Name)
	w.Key(2)
	c.Evidence.write(w)
	w.End(o)
}

func (e *Evidence) write(w *item.Writer) {
	o := w.Struct()
	w.Text(1, e.Rule)
	w.Int(2, int64(e.Version))
	w.Int(3, int64(e.Tried))
	w.Int(4, int64(e.Matches))
	w.Int(5, int64(e.Distinct))
	w.SomeInt(6, int64(e.Checks))
	w.SomeBool(7, e.Hint)
	w.SomeBool(8, e.Checked)
	w.End(o)
}

// WriteItem writes the gap as an item.
func (g *Gap) WriteItem(w *item.Writer) {
	o := w.Struct()
	w.Some(1, g.Path)
	w.SomeUint(2, uint64(g.Facet))
	w.Text(3, g.Code)
	w.Some(4, g.State)
	w.Some(5, g.Object)
	w.Some(6, g.Remedy)
	w.SomeInt(7, int64(g.Count))
	w.End(o)
}
