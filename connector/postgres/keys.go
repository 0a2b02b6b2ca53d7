package postgres

import (
	"cmp"
	"context"
	"slices"

	"github.com/purlieu/purlieu/model"
)

// keySpot is where a foreign key stands.
type keySpot struct {
	asset *model.Asset
	name  string
}

// readKeys reads primary, unique and foreign keys, in this order, each by name.
func (p *page) readKeys(ctx context.Context, sl *slice) error {
	at := cursor{oids: sl.oids}
	foreign := map[uint32]keySpot{}
	var tables []uint32
	err := p.s.query(ctx, sqlKeys, func(r row) error {
		i := at.find(r.oid(0))
		if i < 0 {
			return nil
		}
		a := sl.assets[i]
		key := model.Key{Name: model.CleanText(r.text(2)), Columns: columnNames(a, r[4], 0)}
		switch r.byte(3) {
		case 'p':
			key.Kind = model.PrimaryKey
		case 'u':
			key.Kind = model.UniqueKey
		case 'f':
			key.Kind = model.ForeignKey
			foreign[r.oid(1)] = keySpot{a, key.Name}
			tables = addOID(tables, sl.oids[i])
		}
		a.Keys = append(a.Keys, key)
		return nil
	}, sl.bounds()...)
	if err != nil {
		return err
	}
	for _, a := range sl.assets {
		slices.SortFunc(a.Keys, func(x, y model.Key) int {
			return cmp.Or(cmp.Compare(keyRank(x.Kind), keyRank(y.Kind)), compare(x.Name, y.Name))
		})
	}
	if len(foreign) == 0 {
		return nil
	}
	return p.s.query(ctx, sqlKeyTargets, func(r row) error {
		spot, ok := foreign[r.oid(0)]
		if !ok {
			return nil
		}
		for i := range spot.asset.Keys {
			if key := &spot.asset.Keys[i]; key.Kind == model.ForeignKey && key.Name == spot.name {
				key.RefPath = p.schemas[r.oid(2)].path + "/" + model.EscapeName(r.text(1))
				key.RefColumns = append(key.RefColumns, p.names.of(r[3]))
			}
		}
		return nil
	}, oidArray(tables))
}

func keyRank(kind model.KeyKind) int {
	switch kind {
	case model.PrimaryKey:
		return 0
	case model.UniqueKey:
		return 1
	}
	return 2
}

// readIndexes reads indexes, by name, with their key columns; columns that are only carried along are left out.
func (p *page) readIndexes(ctx context.Context, sl *slice) error {
	at := cursor{oids: sl.oids}
	err := p.s.query(ctx, sqlIndexes, func(r row) error {
		i := at.find(r.oid(0))
		if i < 0 {
			return nil
		}
		a := sl.assets[i]
		a.Indexes = append(a.Indexes, model.Index{
			Name: model.CleanText(r.text(1)), Unique: r.yes(2), Method: p.methods[r.oid(3)], Columns: columnNames(a, r[4], int(r.int(5))),
		})
		return nil
	}, sl.bounds()...)
	for _, a := range sl.assets {
		slices.SortFunc(a.Indexes, func(x, y model.Index) int { return compare(x.Name, y.Name) })
	}
	return err
}

// columnNames are the names behind a list of attribute numbers, "{1,2}" or "1 2", at most limit of them where that is
// not 0. Number 0 stands for an expression.
func columnNames(a *model.Asset, list []byte, limit int) []string {
	var names []string
	number, digits := 0, false
	for i := 0; i <= len(list); i++ {
		if i < len(list) && list[i] >= '0' && list[i] <= '9' {
			number, digits = number*10+int(list[i]-'0'), true
			continue
		}
		if !digits {
			continue
		}
		name := "(expression)"
		if number > 0 {
			name = ""
			if c := columnOf(a, number); c != nil {
				name = c.Name
			}
		}
		names = append(names, name)
		if len(names) == limit {
			break
		}
		number, digits = 0, false
	}
	return names
}
