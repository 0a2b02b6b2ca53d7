package postgres

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/purlieu/purlieu/model"
)

// viewColumn is a column of a view whose origin the server recorded.
type viewColumn struct {
	view int // position in the slice
	origin
}

// columnID is a column by its table's oid and its number.
type columnID struct {
	table  uint32
	column int
}

// readViews reads definitions.
func (p *page) readViews(ctx context.Context, sl *slice) error {
	if len(sl.views) == 0 {
		return nil
	}
	return p.pastLocks(ctx, sl, sl.views, func(ctx context.Context, views []uint32) error {
		at, found := cursor{oids: sl.oids}, []viewColumn(nil)
		err := p.s.query(ctx, sqlViews, func(r row) error {
			i := at.find(r.oid(0))
			if i < 0 || r[1] == nil {
				return nil
			}
			sl.assets[i].Text = model.CleanText(r.text(1))
			for _, o := range origins(r[2]) {
				found = append(found, viewColumn{i, o})
			}
			return nil
		}, oidArray(views))
		if err == nil {
			sl.origins = append(sl.origins, found...)
		}
		return err
	})
}

// readInputs reads what views are made of, from what the server recorded when they were defined: all tables, and the
// pairs of columns where a view's column is an input's column unchanged.
// The views of a schema that the login may not use keep their lineage facet unread.
func (p *page) readInputs(ctx context.Context, sl *slice) error {
	if len(sl.views) == 0 {
		return nil
	}
	at := cursor{oids: sl.oids}
	inputs := map[int]map[uint32]model.Ref{} // by position of the view and oid of the input
	err := p.s.query(ctx, sqlViewInputs, func(r row) error {
		i := at.find(r.oid(0))
		if i < 0 {
			return nil
		}
		if inputs[i] == nil {
			inputs[i] = map[uint32]model.Ref{}
		}
		inputs[i][r.oid(1)] = model.Ref{
			Type: p.flavour.relType(r.byte(2)), Path: p.schemas[r.oid(4)].path + "/" + model.EscapeName(r.text(3)),
		}
		return nil
	}, oidArray(sl.views))
	if err != nil {
		return err
	}
	names, err := p.originNames(ctx, sl.origins)
	if err != nil {
		return err
	}
	for i, a := range sl.assets {
		if (sl.kinds[i] == 'v' || sl.kinds[i] == 'm') && p.schemas[sl.home[i]].usable {
			a.Facets |= model.FacetLineage
			a.Lineage = &model.Lineage{Inputs: distinct(inputs[i])}
		}
	}
	for _, o := range sl.origins {
		a := sl.assets[o.view]
		ref, known := inputs[o.view][o.table]
		from, named := names[columnID{o.table, o.column}]
		to := columnOf(a, o.result)
		if !known || !named || to == nil || a.Lineage == nil {
			continue
		}
		edge := model.ColumnEdge{Input: slices.Index(a.Lineage.Inputs, ref), From: from, To: to.Name}
		if !slices.Contains(a.Lineage.Columns, edge) {
			a.Lineage.Columns = append(a.Lineage.Columns, edge)
		}
	}
	for _, a := range sl.assets {
		if a.Lineage != nil && len(a.Lineage.Inputs) == 0 {
			a.Lineage = nil
		}
	}
	return nil
}

// distinct lists inputs by path; two partitions of one table are one input.
func distinct(inputs map[uint32]model.Ref) []model.Ref {
	refs := make([]model.Ref, 0, len(inputs))
	for _, ref := range inputs {
		if !slices.Contains(refs, ref) {
			refs = append(refs, ref)
		}
	}
	slices.SortFunc(refs, func(a, b model.Ref) int { return compare(a.Path, b.Path) })
	return refs
}

// originNames reads the names of the columns that views take over.
func (p *page) originNames(ctx context.Context, origins []viewColumn) (map[columnID]string, error) {
	names := map[columnID]string{}
	var oids []uint32
	var numbers strings.Builder
	for _, o := range origins {
		id := columnID{o.table, o.column}
		if _, asked := names[id]; asked {
			continue
		}
		names[id] = ""
		if len(oids) > 0 {
			numbers.WriteByte(',')
		}
		oids = append(oids, o.table)
		numbers.WriteString(strconv.Itoa(o.column))
	}
	clear(names)
	if len(oids) == 0 {
		return names, nil
	}
	err := p.s.query(ctx, sqlColumnNames, func(r row) error {
		names[columnID{r.oid(0), int(r.int(1))}] = p.names.of(r[2])
		return nil
	}, oidArray(oids), "{"+numbers.String()+"}")
	return names, err
}
