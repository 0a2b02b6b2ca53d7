package servertest

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/api/scanning"
	"github.com/purlieu/purlieu/server/internal/datamap"
	"github.com/purlieu/purlieu/server/internal/fleet"
	"github.com/purlieu/purlieu/server/internal/scan"
	"github.com/purlieu/purlieu/server/internal/search"
	"github.com/purlieu/purlieu/server/internal/store"
)

// runs adds the gaps; the field of that name is what the test sets.
type runs struct{ *Account }

// Gaps gives a run's gaps.
func (r runs) Gaps(_ context.Context, id string, after int64, limit int) ([]store.GapRow, error) {
	var out []store.GapRow
	for i, g := range r.gapsOf(id) {
		if int64(i) >= after && len(out) < limit {
			out = append(out, store.GapRow{Cursor: int64(i + 1), Unit: 1, Gap: g})
		}
	}
	return out, nil
}

// Units gives none: nodes are played.
func (r runs) Units(context.Context, string, []model.UnitState, int64, int) ([]scan.UnitView, error) {
	return nil, nil
}

// proposals are those of the runs that wait for a person.
type proposals struct {
	*scan.Service
	of *Account
}

// ListProposals lists them on one page; all are open.
func (p proposals) ListProposals(context.Context, scan.ProposalState, string, int) (list []scan.Proposal, next string, err error) {
	p.of.mu.Lock()
	defer p.of.mu.Unlock()
	for _, r := range p.of.history {
		switch v := r.view; {
		case v.Proposal == "":
		case p.of.Grows:
			list = append(list, scan.Proposal{
				ID: v.Proposal, Kind: scan.ProposeGrowth, State: scan.ProposalOpen, Source: v.Source, Scan: v.Scan, Run: v.ID,
				Collection: v.Collection, Created: v.Started, Assets: 1201, Last: 120,
			})
		default:
			list = append(list, scan.Proposal{
				ID: v.Proposal, Kind: scan.ProposeDeletions, State: scan.ProposalOpen, Source: v.Source, Scan: v.Scan, Run: v.ID,
				Collection: v.Collection, Created: v.Started, Assets: 7, Holds: []scan.Hold{{Path: "shop", Gone: 7, Total: 9}},
			})
		}
	}
	return list, "", nil
}

// Proposal is one of them.
func (p proposals) Proposal(ctx context.Context, id string) (scan.Proposal, error) {
	list, _, err := p.ListProposals(ctx, "", "", 0)
	if i := slices.IndexFunc(list, func(q scan.Proposal) bool { return q.ID == id }); err == nil && i >= 0 {
		return list[i], nil
	}
	return scan.Proposal{}, scan.NotFound("proposal", id)
}

// ProposedAssets gives none.
func (p proposals) ProposedAssets(context.Context, string, string) ([]scan.ProposedAsset, string, error) {
	return nil, "", nil
}

// Decide answers one; the run is not played on.
func (p proposals) Decide(ctx context.Context, id string, approve bool, by string) (scan.Proposal, error) {
	q, err := p.Proposal(ctx, id)
	q.State, q.By = scan.ProposalRejected, by
	if approve {
		q.State = scan.ProposalApproved
	}
	return q, err
}

// questions are answered by a node that the test speaks for.
type questions struct {
	*scan.Service
	of *Account
}

// Ask connects, or says why not.
func (q questions) Ask(context.Context, scan.Question) (fleet.Answer, error) {
	return fleet.Answer{Node: "on-premises--node-1", Steps: []fleet.Step{{Name: "connect", OK: q.of.Refusal == nil}}, Failure: q.of.Refusal}, nil
}

// PutRuntime makes a runtime, with one node that is there.
func (a *Account) PutRuntime(_ context.Context, name string, kind model.RuntimeKind, description string) (scanning.Runtime, bool, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	rt, there := a.runtimes[name]
	if !there {
		now := time.Now()
		rt = scanning.Runtime{ID: "rt-" + name, Name: name, Kind: kind, State: "Online", Created: now, Nodes: []scanning.Node{
			{Name: "node-1", Machine: "host1", Version: "0.1.0", Status: "Online", Registered: now, LastSeen: now, Slots: 4},
		}}
		a.keys[name] = scanning.Keys{Key1: "key-one-of-" + name, Key2: "key-two-of-" + name}
	}
	rt.Description = description
	a.runtimes[name] = rt
	return rt, !there, nil
}

// Runtime shows one.
func (a *Account) Runtime(_ context.Context, name string) (scanning.Runtime, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	rt, ok := a.runtimes[name]
	if !ok {
		return rt, scan.NotFound("integration runtime", name)
	}
	return rt, nil
}

// ListRuntimes lists all on one page.
func (a *Account) ListRuntimes(context.Context, string, int) ([]scanning.Runtime, string, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	var out []scanning.Runtime
	for _, rt := range a.runtimes {
		out = append(out, rt)
	}
	return out, "", nil
}

// DeleteRuntime removes one.
func (a *Account) DeleteRuntime(_ context.Context, name string) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if _, ok := a.runtimes[name]; !ok {
		return scan.NotFound("integration runtime", name)
	}
	delete(a.runtimes, name)
	return nil
}

// Keys shows a runtime's keys.
func (a *Account) Keys(_ context.Context, name string) (scanning.Keys, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	k, ok := a.keys[name]
	if !ok {
		return k, scan.NotFound("integration runtime", name)
	}
	return k, nil
}

// RegenerateKey makes one key anew.
func (a *Account) RegenerateKey(_ context.Context, name string, number int) (scanning.Keys, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	k, ok := a.keys[name]
	if !ok {
		return k, scan.NotFound("integration runtime", name)
	}
	if number == 1 {
		k.Key1 += "-anew"
	} else {
		k.Key2 += "-anew"
	}
	a.keys[name] = k
	return k, nil
}

// RemoveNode takes a node away.
func (a *Account) RemoveNode(_ context.Context, runtime, node string) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	rt := a.runtimes[runtime]
	for i, n := range rt.Nodes {
		if n.Name == node {
			rt.Nodes = append(rt.Nodes[:i:i], rt.Nodes[i+1:]...)
			a.runtimes[runtime] = rt
			return nil
		}
	}
	return scan.NotFound("node", node)
}

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

func (s sample) ByGUIDs(ctx context.Context, guids []string) ([]datamap.View, error) {
	var out []datamap.View
	for _, g := range guids {
		if v, err := s.ByGUID(ctx, g); err == nil {
			out = append(out, v)
		}
	}
	return out, nil
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
