package postgres

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/purlieu/purlieu/model"
)

func (p *page) addTable(sl *slice, r row) {
	oid, schema, kind := r.oid(0), p.schemas[r.oid(1)], r.byte(3)
	name := r.text(2)
	path := schema.path + "/" + model.EscapeName(name)
	if p.narrow && !p.scope.Match(path) {
		return
	}
	a := &model.Asset{
		Type: p.flavour.relType(kind), Path: path, Name: model.CleanText(name), Container: schema.path,
		NativeID: p.native(oid), Facets: model.FacetExistence,
	}
	if p.level >= model.L2 {
		a.Facets |= model.FacetStructure
		a.Owner = p.names.of(r[6])
		a.Columns = make([]model.Column, 0, r.int(7))
		if name, ok := p.extensions[oid]; ok {
			a.Attrs = append(a.Attrs, model.Attr{Name: attrExtension, Text: model.CleanText(name)})
		}
	}
	switch kind {
	case 'v':
		sl.views = append(sl.views, oid)
	case 'm':
		sl.views = append(sl.views, oid)
		a.Measures = p.measures(r.int(4), r.int(5))
	case 'f':
		sl.foreign = append(sl.foreign, oid)
		if rows := r.int(4); rows > 0 {
			a.Measures = []model.Measure{{Name: "rows", Value: rows}}
		}
	case 'p':
		sl.parted = append(sl.parted, oid)
	default:
		a.Measures = p.measures(r.int(4), r.int(5))
	}
	sl.assets, sl.oids, sl.kinds = append(sl.assets, a), append(sl.oids, oid), append(sl.kinds, kind)
	sl.home, sl.types, sl.names = append(sl.home, schema.oid), append(sl.types, nil), append(sl.names, name)
}

// measures are the planner's rows, where they were ever counted, and the bytes of the table itself.
func (p *page) measures(rows, blocks int64) []model.Measure {
	m := make([]model.Measure, 0, 2)
	m = append(m, model.Measure{Name: "bytes", Value: blocks * p.block})
	if p.counted(rows, blocks) {
		m = append(m, model.Measure{Name: "rows", Value: rows})
	}
	return m
}

// counted reports whether the planner's number of rows is one. Servers before 14 write 0 for "never counted".
func (p *page) counted(rows, blocks int64) bool {
	return rows > 0 || (rows == 0 && (p.major >= 14 || blocks > 0))
}

func (p *page) readColumns(ctx context.Context, sl *slice) error {
	p.types.forget()
	at := cursor{oids: sl.oids}
	return p.s.query(ctx, sqlColumns, func(r row) error {
		oid := r.oid(0)
		i := at.find(oid)
		if i < 0 {
			return nil
		}
		a := sl.assets[i]
		number := int(r.int(1))
		c := model.Column{Name: p.names.of(r[2]), Ordinal: number, NotNull: r.yes(5), NativeID: strconv.Itoa(number)}
		if p.level >= model.L3 && c.Name != string(r[2]) {
			if sl.raw == nil {
				sl.raw = map[rawKey]string{}
			}
			sl.raw[rawKey{i, len(a.Columns)}] = r.text(2)
		}
		switch r.byte(6) {
		case 'a':
			c.Identity = "always"
		case 'd':
			c.Identity = "by default"
		}
		switch {
		case r.byte(7) != 0:
			sl.generated = addOID(sl.generated, oid)
			c.Generated = "?" // until its expression is read
		case r.yes(8):
			sl.defaults = addOID(sl.defaults, oid)
		}
		a.Columns = append(a.Columns, c)
		sl.types[i] = append(sl.types[i], p.types.at(typeKey{r.oid(3), int32(r.int(4))})) //nolint:gosec // modifiers are 32 bits wide
		return nil
	}, oidArray(sl.oids))
}

func addOID(oids []uint32, oid uint32) []uint32 {
	if n := len(oids); n > 0 && oids[n-1] == oid {
		return oids
	}
	return append(oids, oid)
}

func (p *page) readTypes(ctx context.Context, sl *slice) error {
	if err := p.types.load(ctx, p.s); err != nil {
		return err
	}
	for i, a := range sl.assets {
		for k, place := range sl.types[i] {
			a.Columns[k].Type = p.types.texts[place]
		}
	}
	return nil
}

// readDefaults leaves out tables with generated columns, whose expressions need a dearer query.
func (p *page) readDefaults(ctx context.Context, sl *slice) error {
	plain := slices.DeleteFunc(sl.defaults, func(oid uint32) bool {
		_, found := slices.BinarySearch(sl.generated, oid)
		return found
	})
	return p.expressions(ctx, sl, sqlDefaults, plain)
}

func (p *page) readGenerated(ctx context.Context, sl *slice) error {
	return p.pastLocks(ctx, sl, sl.generated, func(ctx context.Context, oids []uint32) error {
		return p.expressions(ctx, sl, sqlGenerated, oids)
	})
}

func (p *page) expressions(ctx context.Context, sl *slice, sql string, oids []uint32) error {
	if len(oids) == 0 {
		return nil
	}
	at := cursor{oids: sl.oids}
	return p.s.query(ctx, sql, func(r row) error {
		i := at.find(r.oid(0))
		if i < 0 || r[2] == nil {
			return nil
		}
		c := columnOf(sl.assets[i], int(r.int(1)))
		switch {
		case c == nil:
		case c.Generated != "":
			c.Generated = p.sql.of(r[2])
		default:
			c.Default = p.sql.of(r[2])
		}
		return nil
	}, oidArray(oids))
}

// columnOf is the column with an attribute number, or nil.
func columnOf(a *model.Asset, number int) *model.Column {
	if i := number - 1; i >= 0 && i < len(a.Columns) && a.Columns[i].Ordinal == number {
		return &a.Columns[i]
	}
	i, found := slices.BinarySearchFunc(a.Columns, number, func(c model.Column, n int) int { return c.Ordinal - n })
	if !found {
		return nil
	}
	return &a.Columns[i]
}

func (p *page) readComments(ctx context.Context, sl *slice) error {
	if !p.comments {
		return nil
	}
	at := cursor{oids: sl.oids}
	return p.s.query(ctx, sqlComments, func(r row) error {
		i := at.find(r.oid(0))
		if i < 0 {
			return nil
		}
		if number := int(r.int(1)); number == 0 {
			sl.assets[i].Comment = model.CleanText(r.text(2))
		} else if c := columnOf(sl.assets[i], number); c != nil {
			c.Comment = p.names.of(r[2])
		}
		return nil
	}, sl.bounds()...)
}

func (p *page) readForeign(ctx context.Context, sl *slice) error {
	if len(sl.foreign) == 0 {
		return nil
	}
	at := cursor{oids: sl.oids}
	return p.s.query(ctx, sqlForeignServers, func(r row) error {
		if i := at.find(r.oid(0)); i >= 0 {
			sl.assets[i].Attrs = append(sl.assets[i].Attrs, model.Attr{Name: attrForeignServer, Text: model.CleanText(r.text(1))})
		}
		return nil
	}, oidArray(sl.foreign))
}

// readPartitions names the partitions of partitioned tables and sums their measures; bounds are another matter.
func (p *page) readPartitions(ctx context.Context, sl *slice) error {
	if len(sl.parted) == 0 {
		return nil
	}
	names := make([][]string, len(sl.oids))
	rows, counted, blocks := make([]int64, len(sl.oids)), make([]bool, len(sl.oids)), make([]int64, len(sl.oids))
	at := cursor{oids: sl.oids}
	err := p.s.query(ctx, sqlPartitions, func(r row) error {
		i := at.find(r.oid(0))
		if i < 0 {
			return nil
		}
		name := model.CleanText(r.text(1))
		if schema := r.oid(2); schema != sl.home[i] {
			name = model.CleanText(p.schemas[schema].name) + "." + name
		}
		names[i] = append(names[i], name)
		if p.counted(r.int(3), r.int(4)) {
			rows[i], counted[i] = rows[i]+r.int(3), true
		}
		blocks[i] += r.int(4)
		return nil
	}, oidArray(sl.parted))
	if err != nil {
		return err
	}
	at = cursor{oids: sl.oids}
	for _, oid := range sl.parted {
		i := at.find(oid)
		a := sl.assets[i]
		a.Measures = []model.Measure{{Name: "bytes", Value: blocks[i] * p.block}}
		if counted[i] {
			a.Measures = append(a.Measures, model.Measure{Name: "rows", Value: rows[i]})
		}
		if p.level >= model.L2 && len(names[i]) > 0 {
			a.Attrs = append(a.Attrs, model.Attr{Name: attrPartitions, List: names[i]})
		}
	}
	return nil
}

func (p *page) readPartitionKeys(ctx context.Context, sl *slice) error {
	if len(sl.parted) == 0 {
		return nil
	}
	return p.pastLocks(ctx, sl, sl.parted, func(ctx context.Context, parted []uint32) error {
		keys := map[int]string{}
		at := cursor{oids: sl.oids}
		err := p.s.query(ctx, sqlPartitionKeys, func(r row) error {
			if i := at.find(r.oid(0)); i >= 0 {
				keys[i] = model.CleanText(r.text(1))
			}
			return nil
		}, oidArray(parted))
		if err != nil {
			return err
		}
		for i, key := range keys {
			sl.assets[i].Attrs = append(sl.assets[i].Attrs, model.Attr{Name: attrPartitionedBy, Text: key})
		}
		return nil
	})
}

// readBounds reads at which values partitions begin and end, where the owner of the network releases that.
func (p *page) readBounds(ctx context.Context, sl *slice) error {
	if len(sl.parted) == 0 || !p.bounds {
		return nil
	}
	return p.pastLocks(ctx, sl, sl.parted, func(ctx context.Context, parted []uint32) error {
		bounds := make([][]string, len(sl.oids))
		at := cursor{oids: sl.oids}
		err := p.s.query(ctx, sqlPartitionBounds, func(r row) error {
			if i := at.find(r.oid(0)); i >= 0 {
				bounds[i] = append(bounds[i], model.CleanText(r.text(1)+" "+r.text(2)))
			}
			return nil
		}, oidArray(parted))
		if err != nil {
			return err
		}
		for i, list := range bounds {
			if len(list) > 0 {
				sl.assets[i].Attrs = append(sl.assets[i].Attrs, model.Attr{Name: attrPartitionBounds, List: list})
			}
		}
		return nil
	})
}

// readLabels reads the labels of enumerated types, where the owner of the network releases them. A domain has those of
// the type below it, an array those of its elements.
func (p *page) readLabels(ctx context.Context, sl *slice) error {
	if !p.labels {
		return nil
	}
	asked := map[uint32][]string{}
	var oids []uint32
	for _, places := range sl.types {
		for _, place := range places {
			if oid := p.types.keys[place].oid; oid >= firstNormalOID {
				if _, known := asked[oid]; !known {
					asked[oid], oids = nil, append(oids, oid)
				}
			}
		}
	}
	if len(oids) == 0 {
		return nil
	}
	err := p.s.query(ctx, sqlEnumLabels, func(r row) error {
		asked[r.oid(0)] = append(asked[r.oid(0)], model.CleanText(r.text(1)))
		return nil
	}, oidArray(oids))
	for i, places := range sl.types {
		for k, place := range places {
			sl.assets[i].Columns[k].Labels = slices.Clone(asked[p.types.keys[place].oid])
		}
	}
	return err
}

// firstNormalOID is where the types of users begin: those of the server itself have no labels.
const firstNormalOID = 16384

func compare(a, b string) int { return strings.Compare(a, b) }
