package survey

import (
	"cmp"
	"slices"

	"github.com/purlieu/purlieu/model"
)

// formatVersion is part of every fingerprint: raise it when what a fingerprint covers changes.
const formatVersion = 1

// digest is a 64-bit FNV-1a over a canonical form: each text is followed by a byte that no UTF-8 text holds, each list
// by a count before it, so that no two structures run together. It allocates nothing.
type digest uint64

const (
	digestStart digest = 14695981039346656037
	digestPrime digest = 1099511628211
	textEnd     digest = 0xff
	noLineage   uint64 = 1 << 40
	someLabels  uint64 = 1 << 41
)

func (p digest) text(s string) digest {
	for i := 0; i < len(s); i++ {
		p = (p ^ digest(s[i])) * digestPrime
	}
	return (p ^ textEnd) * digestPrime
}

func (p digest) number(n uint64) digest {
	for n >= 0x80 {
		p = (p ^ digest(n&0x7f|0x80)) * digestPrime
		n >>= 7
	}
	return (p ^ digest(n)) * digestPrime
}

func (p digest) flag(b bool) digest {
	if b {
		return p.number(1)
	}
	return p.number(0)
}

func (p digest) texts(list []string) digest {
	p = p.number(uint64(len(list)))
	for _, s := range list {
		p = p.text(s)
	}
	return p
}

// stance is what decides, besides the source, how an asset is read: the level, the connector's version and, where
// samples are read, that of the rules. It begins every fingerprint and mark.
func stance(level model.Level, version int, rules uint64) digest {
	p := digestStart.number(formatVersion).number(uint64(level)).number(uint64(version))
	if level >= model.L3 {
		p = p.number(rules)
	}
	return p
}

// fingerprint covers the structure of a tidied asset and the stance; never measures, the source's change mark, what the
// account gives, or classes: an asset that is not sampled again has the fingerprint that it had when it was.
func fingerprint(a *model.Asset, p digest) uint64 {
	p = p.text(a.Type).text(a.Path).text(a.Name).text(a.Container).text(a.NativeID).text(a.Owner).text(a.Comment)
	p = p.number(uint64(a.Facets)).text(a.Text).attrs(a.Attrs)
	p = p.number(uint64(len(a.Columns)))
	for i := range a.Columns {
		c := &a.Columns[i]
		p = p.text(c.Name).text(c.Type).number(uint64(c.Ordinal)).flag(c.NotNull).text(c.Default)
		p = p.text(c.Identity).text(c.Generated).text(c.Comment).text(c.NativeID)
		if len(c.Labels) > 0 {
			p = p.number(someLabels).texts(c.Labels)
		}
	}
	p = p.number(uint64(len(a.Keys)))
	for i := range a.Keys {
		k := &a.Keys[i]
		p = p.text(k.Name).text(string(k.Kind)).texts(k.Columns).text(k.RefPath).texts(k.RefColumns)
	}
	p = p.number(uint64(len(a.Indexes)))
	for i := range a.Indexes {
		x := &a.Indexes[i]
		p = p.text(x.Name).flag(x.Unique).text(x.Method).texts(x.Columns)
	}
	return uint64(p.lineage(a.Lineage))
}

func (p digest) attrs(attrs []model.Attr) digest {
	p = p.number(uint64(len(attrs)))
	for i := range attrs {
		a := &attrs[i]
		p = p.text(a.Name).text(a.Text).texts(a.List).flag(a.Int != nil).flag(a.Bool != nil)
		if a.Int != nil {
			p = p.number(uint64(*a.Int))
		}
		if a.Bool != nil {
			p = p.flag(*a.Bool)
		}
	}
	return p
}

func (p digest) lineage(l *model.Lineage) digest {
	if l == nil {
		return p.number(noLineage)
	}
	p = p.number(uint64(len(l.Inputs)))
	for _, r := range l.Inputs {
		p = p.text(r.Type).text(r.Path)
	}
	p = p.number(uint64(len(l.Columns)))
	for _, e := range l.Columns {
		p = p.number(uint64(e.Input)).text(e.From).text(e.To)
	}
	return p
}

// mark mixes the source's change mark with what else decides whether an asset is read again: an asset that was read
// in another stance must be opened although the source did not change. 0 stays
// 0: no mark.
func mark(stamp uint64, p digest) uint64 {
	if stamp == 0 {
		return 0
	}
	return max(uint64(p.number(stamp)), 1)
}

// order brings an asset's unordered lists into the order that fingerprint and measures hash rely on.
func order(a *model.Asset) {
	byName := func(a, b model.Measure) int { return cmp.Compare(a.Name, b.Name) }
	if !slices.IsSortedFunc(a.Measures, byName) {
		slices.SortStableFunc(a.Measures, byName)
	}
	attrByName := func(a, b model.Attr) int { return cmp.Compare(a.Name, b.Name) }
	if !slices.IsSortedFunc(a.Attrs, attrByName) {
		slices.SortStableFunc(a.Attrs, attrByName)
	}
}
