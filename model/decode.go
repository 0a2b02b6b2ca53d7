package model

import (
	"math"

	"github.com/purlieu/purlieu/wire/item"
)

// ParseWire reads what AppendWire wrote, and false where that is something else. The texts share one copy of the data.
func (a *Asset) ParseWire(data []byte) bool {
	r := item.NewReader(data)
	var read Asset
	read.ReadItem(r)
	if !r.Whole() {
		return false
	}
	*a = read
	return true
}

// ReadItem reads an item that WriteItem wrote, in the room that the asset has: what it was is gone.
func (a *Asset) ReadItem(r *item.Reader) {
	*a = Asset{Attrs: a.Attrs[:0], Columns: a.Columns[:0], Measures: a.Measures[:0]}
	f := r.Struct()
	for key, ok := f.Next(); ok; key, ok = f.Next() {
		switch key {
		case 1:
			a.Type = r.Text()
		case 2:
			a.Path = r.Text()
		case 3:
			a.Name = r.Text()
		case 4:
			a.Container = r.Text()
		case 5:
			a.NativeID = r.Text()
		case 6:
			a.Owner = r.Text()
		case 7:
			a.Comment = r.Text()
		case 8:
			a.Attrs = item.ReadInto(r, a.Attrs, (*Attr).read)
		case 9:
			a.Columns = item.ReadInto(r, a.Columns, (*Column).read)
		case 10:
			a.Keys = item.ReadList(r, (*Key).read)
		case 11:
			a.Indexes = item.ReadList(r, (*Index).read)
		case 12:
			a.Measures = item.ReadInto(r, a.Measures, (*Measure).ReadItem)
		case 13:
			a.Lineage = new(Lineage)
			a.Lineage.read(r)
		case 14:
			a.Facets = Facet(r.Uint(math.MaxUint8))
		case 15:
			a.Stamp = r.Uint(math.MaxUint64)
		case 16:
			a.Text = r.Text()
		case 17:
			a.Classes = item.ReadList(r, (*Class).read)
		default:
			r.GiveUp()
		}
	}
}

func (a *Attr) read(r *item.Reader) {
	*a = Attr{}
	f := r.Struct()
	for key, ok := f.Next(); ok; key, ok = f.Next() {
		switch key {
		case 1:
			a.Name = r.Text()
		case 2:
			a.Text = r.Text()
		case 3:
			n := r.Int()
			a.Int = &n
		case 4:
			b := r.Bool()
			a.Bool = &b
		case 5:
			a.List = r.Texts()
		default:
			r.GiveUp()
		}
	}
}

func (c *Column) read(r *item.Reader) {
	*c = Column{}
	f := r.Struct()
	for key, ok := f.Next(); ok; key, ok = f.Next() {
		switch key {
		case 1:
			c.Name = r.Text()
		case 2:
			c.Type = r.Text()
		case 3:
			c.Ordinal = int(r.Int())
		case 4:
			c.NotNull = r.Bool()
		case 5:
			c.Default = r.Text()
		case 6:
			c.Identity = r.Text()
		case 7:
			c.Generated = r.Text()
		case 8:
			c.Comment = r.Text()
		case 9:
			c.NativeID = r.Text()
		case 10:
			c.Number = uint32(r.Uint(math.MaxUint32)) //nolint:gosec // not beyond
		case 11:
			c.Classes = item.ReadList(r, (*Class).read)
		case 12:
			c.Labels = r.Texts()
		case 13:
			c.Unjudged = r.Bool()
		default:
			r.GiveUp()
		}
	}
}

func (k *Key) read(r *item.Reader) {
	f := r.Struct()
	for key, ok := f.Next(); ok; key, ok = f.Next() {
		switch key {
		case 1:
			k.Name = r.Text()
		case 2:
			k.Kind = KeyKind(r.Text())
		case 3:
			k.Columns = r.Texts()
		case 4:
			k.RefPath = r.Text()
		case 5:
			k.RefColumns = r.Texts()
		default:
			r.GiveUp()
		}
	}
}

func (x *Index) read(r *item.Reader) {
	f := r.Struct()
	for key, ok := f.Next(); ok; key, ok = f.Next() {
		switch key {
		case 1:
			x.Name = r.Text()
		case 2:
			x.Unique = r.Bool()
		case 3:
			x.Method = r.Text()
		case 4:
			x.Columns = r.Texts()
		default:
			r.GiveUp()
		}
	}
}

// ReadItem reads an item that WriteItem wrote.
func (m *Measure) ReadItem(r *item.Reader) {
	*m = Measure{}
	f := r.Struct()
	for key, ok := f.Next(); ok; key, ok = f.Next() {
		switch key {
		case 1:
			m.Name = r.Text()
		case 2:
			m.Value = r.Int()
		default:
			r.GiveUp()
		}
	}
}

func (l *Lineage) read(r *item.Reader) {
	f := r.Struct()
	for key, ok := f.Next(); ok; key, ok = f.Next() {
		switch key {
		case 1:
			l.Inputs = item.ReadList(r, (*Ref).read)
		case 2:
			l.Columns = item.ReadList(r, (*ColumnEdge).read)
		default:
			r.GiveUp()
		}
	}
}

func (x *Ref) read(r *item.Reader) {
	f := r.Struct()
	for key, ok := f.Next(); ok; key, ok = f.Next() {
		switch key {
		case 1:
			x.Type = r.Text()
		case 2:
			x.Path = r.Text()
		default:
			r.GiveUp()
		}
	}
}

func (e *ColumnEdge) read(r *item.Reader) {
	f := r.Struct()
	for key, ok := f.Next(); ok; key, ok = f.Next() {
		switch key {
		case 1:
			e.Input = int(r.Int())
		case 2:
			e.From = r.Text()
		case 3:
			e.To = r.Text()
		default:
			r.GiveUp()
		}
	}
}

func (c *Class) read(r *item.Reader) {
	f := r.Struct()
	for key, ok := f.Next(); ok; key, ok = f.Next() {
		switch key {
		case 1:
			c.Name = r.Text()
		case 2:
			c.Evidence.read(r)
		default:
			r.GiveUp()
		}
	}
}

func (e *Evidence) read(r *item.Reader) {
	f := r.Struct()
	for key, ok := f.Next(); ok; key, ok = f.Next() {
		switch key {
		case 1:
			e.Rule = r.Text()
		case 2:
			e.Version = int(r.Int())
		case 3:
			e.Tried = int(r.Int())
		case 4:
			e.Matches = int(r.Int())
		case 5:
			e.Distinct = int(r.Int())
		case 6:
			e.Checks = int(r.Int())
		case 7:
			e.Hint = r.Bool()
		case 8:
			e.Checked = r.Bool()
		default:
			r.GiveUp()
		}
	}
}

// ReadItem reads an item that WriteItem wrote.
func (g *Gap) ReadItem(r *item.Reader) {
	f := r.Struct()
	for key, ok := f.Next(); ok; key, ok = f.Next() {
		switch key {
		case 1:
			g.Path = r.Text()
		case 2:
			g.Facet = Facet(r.Uint(math.MaxUint8))
		case 3:
			g.Code = r.Text()
		case 4:
			g.State = r.Text()
		case 5:
			g.Object = r.Text()
		case 6:
			g.Remedy = r.Text()
		case 7:
			g.Count = int(r.Int())
		default:
			r.GiveUp()
		}
	}
}
