package servertest

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/datamap"
	"github.com/purlieu/purlieu/server/internal/search"
	"github.com/purlieu/purlieu/server/internal/store"
)

// sample is a map of one table, one view and the process between them.
type sample struct{}

func sampleViews() []datamap.View {
	at := time.UnixMilli(1_700_000_000_000)
	row := func(id int64, typeName, name string) store.Entity {
		return store.Entity{
			ID: id, Type: typeName, Name: name, QualifiedName: "postgresql://shop/shop/public/" + name, Source: "shop",
			Parent: model.HashOf("postgresql_schema", "postgresql://shop/shop/public"), Collection: "sales", Version: 7, Created: at, Modified: at, CreatedBy: "scan:shop/weekly", ModifiedBy: "scan:shop/weekly",
		}
	}
	orders := datamap.View{Row: row(1, "postgresql_table", "orders"), Column: -1, Asset: model.Asset{
		Owner: "shop", Comment: "What was bought",
		Columns: []model.Column{
			{Name: "id", Type: "bigint", Ordinal: 1, NotNull: true, Number: 1, Identity: "always"},
			{Name: "person\x1b[31m", Type: "text", Ordinal: 2, Number: 2, Comment: "who"},
		},
		Keys:    []model.Key{{Name: "orders_pkey", Kind: model.PrimaryKey, Columns: []string{"id"}}},
		Indexes: []model.Index{{Name: "orders_person", Method: "btree", Columns: []string{"person"}}},
	}, Measures: []store.MeasureRow{{Entity: 1, Day: 19675, Measures: []model.Measure{{Name: "rows", Value: 1200}}}}}
	orders.Row.Authored = []byte(`{"owners":[{"id":"ada","info":"Ada"}]}`)
	view := datamap.View{Row: row(2, "postgresql_view", "big_orders"), Column: -1, Asset: model.Asset{
		Columns: []model.Column{{Name: "id", Type: "bigint", Ordinal: 1, Number: 1}}, Text: "SELECT id FROM orders WHERE id > ?",
	}}
	process := datamap.View{Row: row(3, "postgresql_view_process", "big_orders"), Column: -1}
	hidden := datamap.View{Row: row(4, "postgresql_table", "salaries"), Column: -1}
	hidden.Row.Collection = "hr"
	views := []datamap.View{orders, view, process, hidden}
	for i := range views {
		views[i].GUID = model.GUID(uint64(views[i].Row.ID), 0)
	}
	return views
}

// GUIDs of the sample: the table, the view, the process, and a table of the collection "hr".
func GUIDs() []string {
	var out []string
	for _, v := range sampleViews() {
		out = append(out, v.GUID)
	}
	return out
}

func (sample) ByGUID(_ context.Context, guid string) (datamap.View, error) {
	id, column, err := model.ParseGUID(guid)
	if err != nil {
		return datamap.View{}, err
	}
	for _, v := range sampleViews() {
		if uint64(v.Row.ID) != id {
			continue
		}
		for i, c := range v.Asset.Columns {
			if column != 0 && c.Number == column {
				v.Column, v.GUID = i, guid
			}
		}
		return v, nil
	}
	return datamap.View{}, fault.New(fault.NotFound, "EntityNotFound", "no entity has the guid %s", guid)
}

// Above is the schema of everything.
func (s sample) Above(ctx context.Context, guid string, _ func(string) string) ([]datamap.View, error) {
	v, err := s.ByGUID(ctx, guid)
	if err != nil {
		return nil, err
	}
	up := datamap.View{GUID: model.GUID(9, 0), Column: -1, Row: store.Entity{
		ID: 9, Type: "postgresql_schema", Name: "public", QualifiedName: "postgresql://shop/shop/public", Source: "shop", Collection: v.Row.Collection,
	}}
	return []datamap.View{up}, nil
}

func (s sample) ByGUIDs(ctx context.Context, guids []string) ([]datamap.View, error) {
	var out []datamap.View
	for _, g := range guids {
		if v, err := s.ByGUID(ctx, g); err == nil {
			out = append(out, v)
		}
	}
	return out, nil
}

func (s sample) Plain(ctx context.Context, guids []string) ([]datamap.View, error) {
	return s.ByGUIDs(ctx, guids)
}

func (sample) ByName(_ context.Context, typeName, name string) (datamap.View, error) {
	for _, v := range sampleViews() {
		if v.Row.Type == typeName && v.Row.QualifiedName == name {
			return v, nil
		}
	}
	return datamap.View{}, fault.New(fault.NotFound, "EntityNotFound", "no such name")
}

func (s sample) ByNames(ctx context.Context, names []datamap.Name) ([]datamap.View, error) {
	var out []datamap.View
	for _, n := range names {
		if v, err := s.ByName(ctx, n.Type, n.QualifiedName); err == nil {
			out = append(out, v)
		}
	}
	return out, nil
}

func (sample) Rows(_ context.Context, ids []int64, names []datamap.Name) (out []datamap.View, err error) {
	for _, v := range sampleViews() {
		if slices.Contains(ids, v.Row.ID) || slices.Contains(names, v.Name()) {
			v.Measures = nil
			out = append(out, v)
		}
	}
	return out, nil
}

func (sample) Called(_ context.Context, types []string, qualifiedName string) (ids []int64, err error) {
	for _, v := range sampleViews() {
		if in(types, v.Row.Type) && v.Row.QualifiedName == qualifiedName {
			ids = append(ids, v.Row.ID)
		}
	}
	return ids, nil
}

func (sample) Children(context.Context, string, string, int) ([]datamap.View, string, error) {
	return nil, "", nil
}

func (sample) Lineage(_ context.Context, guid string, _ datamap.Direction, depth, _ int) (datamap.Graph, error) {
	g := datamap.Graph{Base: guid, Nodes: map[string]datamap.View{}, Truncated: depth < 3}
	views := sampleViews()
	for _, v := range views {
		g.Nodes[v.GUID] = v
	}
	g.Edges = []datamap.GraphEdge{
		{From: views[0].GUID, To: views[2].GUID, Columns: []datamap.ColumnPair{{From: "id", To: "id"}}},
		{From: views[2].GUID, To: views[1].GUID},
		{From: views[3].GUID, To: views[2].GUID},
	}
	return g, nil
}

func (sample) History(context.Context, string, int64, int) ([]store.Change, error) { return nil, nil }

func (sample) MeasuresOf(context.Context, string, int) ([]store.MeasureRow, error) { return nil, nil }

func (sample) Changes(context.Context, datamap.ChangeQuery, string, int) ([]datamap.Changed, string, error) {
	return nil, "", nil
}

func (sample) Query(_ context.Context, q search.Request) (search.Result, error) {
	var out search.Result
	for _, v := range sampleViews() {
		if strings.HasSuffix(v.Row.Type, "_process") {
			continue // none is in an index
		}
		if strings.Contains(v.Row.Name, q.Keywords) && in(q.Collections, v.Row.Collection) &&
			(q.Types == nil || in(q.Types, v.Row.Type)) && (q.Sources == nil || in(q.Sources, v.Row.Source)) &&
			(q.Filter == nil || allows(*q.Filter, v.Row)) {
			out.Count++
			if from, _ := strconv.Atoi(q.After); out.Count > int64(from) && len(out.Hits) < q.Limit {
				out.Hits = append(out.Hits, v.Row)
				if len(out.Hits) == q.Limit {
					out.Next = strconv.FormatInt(out.Count, 10)
				}
			}
		}
	}
	out.Facets = map[string][]store.FacetCount{}
	for _, f := range q.Facets {
		if f == "type" {
			out.Facets[f] = []store.FacetCount{{Value: "postgresql_table", Count: 1}, {Value: "postgresql_view", Count: 1}}
		}
	}
	return out, nil
}

// allows tells whether a row meets a condition over types, sources, collections and parents; it has no other tags.
func allows(f search.Filter, row store.Entity) bool {
	meets := func(p search.Filter) bool { return allows(p, row) }
	switch f.Op {
	case store.FilterAnd:
		return !slices.ContainsFunc(f.Parts, func(p search.Filter) bool { return !allows(p, row) })
	case store.FilterOr:
		return slices.ContainsFunc(f.Parts, meets)
	case store.FilterNot:
		return !slices.ContainsFunc(f.Parts, meets)
	case store.FilterCreated, store.FilterModified:
		at := row.Modified
		if f.Op == store.FilterCreated {
			at = row.Created
		}
		return !at.Before(f.From) && (f.To.IsZero() || at.Before(f.To))
	case store.FilterNamed:
		return in(f.Values, row.Name)
	case store.FilterSize:
		return false // nothing here has one
	case store.FilterRows:
		return slices.Contains(f.Rows, row.ID)
	}
	tags := map[store.TagKind]string{
		store.TagType: row.Type, store.TagSource: row.Source, store.TagCollection: row.Collection, store.TagParent: row.Parent.String(),
	}
	return in(f.Values, tags[f.Kind])
}

func (s sample) Words(ctx context.Context, q search.Request) (words []string, err error) {
	found, err := s.Query(ctx, q)
	for _, row := range found.Hits {
		words = append(words, row.Name)
	}
	return words, err
}

func in(list []string, v string) bool {
	for _, s := range list {
		if s == v {
			return true
		}
	}
	return false
}

// The sample map is read only.
func readOnly() error {
	return fault.New(fault.Unsupported, "SampleAccount", "the map of this sample account can't be written")
}

func (sample) Edit(context.Context, string, []datamap.Edit) ([]string, error) { return nil, readOnly() }

func (sample) DeleteAssets(context.Context, []string, string) error { return readOnly() }

func (sample) Relation(_ context.Context, guid string) (datamap.Relation, error) {
	return datamap.Relation{}, datamap.NoEdge(guid)
}

func (sample) Relate(context.Context, string, string, string, bool) (string, error) {
	return "", readOnly()
}

func (sample) Cut(context.Context, string, string) error { return readOnly() }
