package outbox

import (
	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
)

// packer makes bodies of facts. It keeps the room that one encoding took for the next.
type packer struct{ room []byte }

// keptRoom is how much room is kept, in bytes: a piece of facts takes a quarter of it.
const keptRoom = 1 << 20

// pack encodes facts into bodies that fit a batch each, in order. Assets that fit none are cut first.
func (p *packer) pack(f bus.Facts, use func(body []byte, part bus.Facts)) error {
	if len(f.Rows) != 0 && len(f.Rows) != len(f.Assets) {
		return fault.New(fault.Invalid, "BadFacts", "facts have %d assets and %d rows; they must be as many, or none", len(f.Assets), len(f.Rows))
	}
	raw, err := bus.Append(p.room[:0], &f)
	if err != nil {
		return err
	}
	if cap(raw) <= keptRoom {
		p.room = raw
	}
	if len(raw) > bus.MaxPacked-around { // else no asset in it can be too big
		if f, err = cutAssets(f); err != nil {
			return err
		}
		if raw, err = bus.Encode(&f); err != nil {
			return err
		}
	}
	return packPart(f, raw, use)
}

func packPart(f bus.Facts, raw []byte, use func([]byte, bus.Facts)) error {
	if len(raw) <= bus.MaxUnpacked {
		if body := bus.Pack(raw); len(body) <= bus.MaxPacked {
			use(body, f)
			return nil
		}
	}
	a, b, ok := halve(f)
	if !ok {
		return fault.New(fault.Invalid, "FactTooBig", "one fact alone takes %d bytes, more than a batch may hold", len(raw))
	}
	for _, part := range []bus.Facts{a, b} {
		raw, err := bus.Encode(&part)
		if err != nil {
			return err
		}
		if err := packPart(part, raw, use); err != nil {
			return err
		}
	}
	return nil
}

// halve splits facts in two, neither of them empty. Assets come apart from the rest first, so that gaps and children
// follow the assets that they belong to.
func halve(f bus.Facts) (a, b bus.Facts, ok bool) {
	rest := bus.Facts{Gaps: f.Gaps, Children: f.Children, Seen: f.Seen}
	switch n := len(f.Assets); {
	case n > 1:
		h := n / 2
		a, b = bus.Facts{Assets: f.Assets[:h]}, rest
		b.Assets = f.Assets[h:]
		if len(f.Rows) > 0 {
			a.Rows, b.Rows = f.Rows[:h], f.Rows[h:]
		}
		return a, b, true
	case n == 1 && len(rest.Gaps)+len(rest.Children)+len(rest.Seen) > 0:
		return bus.Facts{Assets: f.Assets, Rows: f.Rows}, rest, true
	case n == 1:
		return a, b, false
	}
	if len(rest.Gaps)+len(rest.Children)+len(rest.Seen) == 1 {
		return halveSeen(rest)
	}
	a.Gaps, b.Gaps = halves(rest.Gaps, false)
	a.Children, b.Children = halves(rest.Children, len(rest.Gaps)%2 == 1)
	a.Seen, b.Seen = halves(rest.Seen, (len(rest.Gaps)+len(rest.Children))%2 == 1)
	return a, b, true
}

// halves cuts a list in the middle; more says on which side the odd one goes, so that lists of one come apart too.
func halves[T any](list []T, more bool) (a, b []T) {
	h := len(list) / 2
	if more {
		h = (len(list) + 1) / 2
	}
	return list[:h], list[h:]
}

// halveSeen splits one list of moved measures: the bits go with the first half.
func halveSeen(f bus.Facts) (a, b bus.Facts, ok bool) {
	if len(f.Seen) != 1 || len(f.Seen[0].Moved) == 0 {
		return a, b, false
	}
	s := f.Seen[0]
	h := len(s.Moved) / 2
	first, second := s, bus.Seen{Container: s.Container, Generation: s.Generation, Moved: s.Moved[h:]}
	first.Moved = s.Moved[:h]
	return bus.Facts{Seen: []bus.Seen{first}}, bus.Facts{Seen: []bus.Seen{second}}, len(s.Bits) > 0 || h > 0
}

// GapAssetCut is the code of the gap that says that an asset was cut to fit bus.MaxAsset, and one batch. Count is the number of
// columns that were left out.
const GapAssetCut = "AssetCut"

// cutAssets gives facts in which every asset fits; a gap tells of each that was. The caller's are kept.
func cutAssets(f bus.Facts) (bus.Facts, error) {
	copied := false
	for i := range f.Assets {
		ok, err := fits(&f.Assets[i])
		if err != nil {
			return f, err
		}
		if ok {
			continue
		}
		if !copied {
			f.Assets = append([]model.Asset(nil), f.Assets...)
			f.Gaps = append([]model.Gap(nil), f.Gaps...)
			copied = true
		}
		gap, err := cutAsset(&f.Assets[i])
		if err != nil {
			return f, err
		}
		f.Gaps = append(f.Gaps, gap)
	}
	return f, nil
}

// cutAsset drops columns from the end until the asset fits; where columns alone don't make it fit, then its other
// large parts, largest harm last.
func cutAsset(a *model.Asset) (model.Gap, error) {
	whole := *a
	gap := model.Gap{
		Path: a.Path, Facet: model.FacetStructure, Code: GapAssetCut,
		Remedy: "The asset is larger than a message may be; what did not fit was left out",
	}
	low, high := -1, len(whole.Columns)+1 // low fits, high does not
	for _, drop := range []func(){
		func() {},
		func() { whole.Text = "" },
		func() { whole.Lineage = nil },
		func() { whole.Indexes, whole.Keys = nil, nil },
		func() { whole.Attrs = nil },
		func() { whole.Comment, whole.Measures = "", nil },
	} {
		drop()
		ok, err := fits(keepColumns(whole, 0))
		if err != nil {
			return gap, err
		}
		if ok {
			low = 0
			break
		}
	}
	if low < 0 {
		return gap, fault.New(fault.Invalid, "FactTooBig", "the names of one asset alone take more than %d bytes", bus.MaxAsset)
	}
	for low+1 < high {
		mid := (low + high) / 2
		ok, err := fits(keepColumns(whole, mid))
		if err != nil {
			return gap, err
		}
		if ok {
			low = mid
		} else {
			high = mid
		}
	}
	gap.Count = len(whole.Columns) - low
	*a = *keepColumns(whole, low)
	return gap, nil
}

// keepColumns is the asset with its first n columns, and no key, index or lineage of those left out.
func keepColumns(a model.Asset, n int) *model.Asset {
	if n == len(a.Columns) {
		return &a
	}
	out := make(map[string]bool, len(a.Columns)-n)
	for _, c := range a.Columns[n:] {
		out[c.Name] = true
	}
	a.Columns = a.Columns[:n]
	whole := func(names []string) bool {
		for _, name := range names {
			if out[name] {
				return false
			}
		}
		return true
	}
	a.Keys = filter(a.Keys, func(k model.Key) bool { return whole(k.Columns) })
	a.Indexes = filter(a.Indexes, func(x model.Index) bool { return whole(x.Columns) })
	if a.Lineage != nil {
		l := *a.Lineage
		l.Columns = filter(l.Columns, func(e model.ColumnEdge) bool { return !out[e.To] })
		a.Lineage = &l
	}
	return &a
}

func filter[T any](list []T, keep func(T) bool) []T {
	var out []T
	for _, x := range list {
		if keep(x) {
			out = append(out, x)
		}
	}
	return out
}

// around is room for an asset's row and the frame of a batch.
const around = 1 << 10

// fits reports whether the asset is within bus.MaxAsset and, alone in a batch, within bus.MaxPacked.
func fits(a *model.Asset) (bool, error) {
	raw, err := bus.Encode(a)
	if err != nil || len(raw) > bus.MaxAsset {
		return false, err
	}
	return len(raw) <= bus.MaxPacked-around || len(bus.Pack(raw)) <= bus.MaxPacked-around, nil
}
