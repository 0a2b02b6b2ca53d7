package bus

import (
	"cmp"
	"math"
	"slices"

	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/wire/item"
)

// roughly is what an asset and its row take, in bytes.
const roughly = 512

// AppendWire writes the facts as wire does: they are nearly all that travels.
func (f Facts) AppendWire(dst []byte) []byte {
	w := item.Writer{Out: slices.Grow(dst, 64+len(f.Assets)*roughly)}
	o := w.Struct()
	item.WriteList(&w, 1, f.Assets, (*model.Asset).WriteItem)
	item.WriteList(&w, 2, f.Rows, (*BaseRow).write)
	writeRest(&w, f.Gaps, f.Children, f.Seen)
	w.End(o)
	return w.Out
}

// writeRest writes the fields behind assets and rows.
func writeRest(w *item.Writer, gaps []model.Gap, children []model.Unit, seen []Seen) {
	item.WriteList(w, 3, gaps, (*model.Gap).WriteItem)
	item.WriteList(w, 4, children, writeUnit)
	item.WriteList(w, 5, seen, (*Seen).write)
}

func (r *BaseRow) write(w *item.Writer) { w.Out = appendRow(w.Out, r) }

func (s *Seen) write(w *item.Writer) {
	o := w.Struct()
	w.Text(1, s.Container)
	w.Int(2, s.Generation)
	w.Bytes(3, s.Bits)
	item.WriteList(w, 4, s.Moved, (*MovedMeasure).write)
	w.End(o)
}

func (m *MovedMeasure) write(w *item.Writer) {
	o := w.Struct()
	w.Uint(1, uint64(m.Position))
	w.Bytes(2, m.Hash[:])
	if m.Measures == nil {
		w.Key(3)
		w.Null()
	} else {
		w.List(3, len(m.Measures))
		for i := range m.Measures {
			m.Measures[i].WriteItem(w)
		}
	}
	w.End(o)
}

func writeUnit(u *model.Unit, w *item.Writer) {
	o := w.Struct()
	w.Text(1, u.Title)
	w.Some(2, u.Below)
	w.Some(3, u.Step)
	if len(u.Args) > 0 {
		w.Map(4, len(u.Args))
		for _, name := range argsOf(u.Args) {
			w.Word(name)
			w.Word(u.Args[name])
		}
	}
	w.SomeInt(5, u.Weight)
	w.SomeInt(6, int64(u.Depth))
	w.End(o)
}

// argsOf are the names of arguments in the order of their encoding: shorter ones first.
func argsOf(args map[string]string) []string {
	names := make([]string, 0, len(args))
	for name := range args {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b)) })
	return names
}

// ParseWire reads what AppendWire wrote, and false where that is something else. The texts share one copy of the data.
// Facts that were read before lend their room, and are gone.
func (f *Facts) ParseWire(data []byte) bool {
	r := item.NewReader(data)
	facts := Facts{Assets: f.Assets[:0], Rows: f.Rows[:0]}
	*f = Facts{}
	fields := r.Struct()
	for key, ok := fields.Next(); ok; key, ok = fields.Next() {
		switch key {
		case 1:
			facts.Assets = item.ReadInto(r, facts.Assets, (*model.Asset).ReadItem)
		case 2:
			facts.Rows = item.ReadInto(r, facts.Rows, (*BaseRow).read)
		case 3:
			facts.Gaps = item.ReadList(r, (*model.Gap).ReadItem)
		case 4:
			facts.Children = item.ReadList(r, readUnit)
		case 5:
			facts.Seen = item.ReadList(r, (*Seen).read)
		default:
			r.GiveUp()
		}
	}
	if !r.Whole() {
		return false
	}
	*f = facts
	return true
}

func (r *BaseRow) read(from *item.Reader) {
	if packed := from.Fixed(BaseRowSize); packed != nil {
		*r = BaseRowAt(packed, 0)
	}
}

func (s *Seen) read(r *item.Reader) {
	f := r.Struct()
	for key, ok := f.Next(); ok; key, ok = f.Next() {
		switch key {
		case 1:
			s.Container = r.Text()
		case 2:
			s.Generation = r.Int()
		case 3:
			s.Bits = r.Bytes()
		case 4:
			s.Moved = item.ReadList(r, (*MovedMeasure).read)
		default:
			r.GiveUp()
		}
	}
}

func (m *MovedMeasure) read(r *item.Reader) {
	f := r.Struct()
	for key, ok := f.Next(); ok; key, ok = f.Next() {
		switch key {
		case 1:
			m.Position = uint32(r.Uint(math.MaxUint32)) //nolint:gosec // not beyond
		case 2:
			copy(m.Hash[:], r.Fixed(len(m.Hash)))
		case 3:
			if !r.Null() {
				m.Measures = item.ReadList(r, (*model.Measure).ReadItem)
			}
		default:
			r.GiveUp()
		}
	}
}

func readUnit(u *model.Unit, r *item.Reader) {
	f := r.Struct()
	for key, ok := f.Next(); ok; key, ok = f.Next() {
		switch key {
		case 1:
			u.Title = r.Text()
		case 2:
			u.Below = r.Text()
		case 3:
			u.Step = r.Text()
		case 4:
			n := r.Map()
			u.Args = make(map[string]string, min(n, 16))
			for range n {
				name := r.Text()
				u.Args[name] = r.Text()
			}
			if len(u.Args) != n { // one is there twice
				r.GiveUp()
			}
		case 5:
			u.Weight = r.Int()
		case 6:
			u.Depth = int(r.Int())
		default:
			r.GiveUp()
		}
	}
}
