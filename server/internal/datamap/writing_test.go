package datamap

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

// counting is a store that counts the calls that read or write entities and their history.
type counting struct {
	store.Store
	calls int
}

func (s *counting) Update(ctx context.Context, lane store.Lane, fn func(store.Tx) error) error {
	return s.Store.Update(ctx, lane, func(tx store.Tx) error { return fn(countingTx{tx, s}) })
}

type countingTx struct {
	store.Tx
	s *counting
}

func (t countingTx) Map() store.Map { return countingMap{t.Tx.Map(), t.s} }

type countingMap struct {
	store.Map
	s *counting
}

func (m countingMap) ByID(ctx context.Context, ids []int64) (map[int64]store.Entity, error) {
	m.s.calls++
	return m.Map.ByID(ctx, ids)
}

func (m countingMap) ByHash(ctx context.Context, hashes []model.Hash) (map[model.Hash]store.Entity, error) {
	m.s.calls++
	return m.Map.ByHash(ctx, hashes)
}

func (m countingMap) Set(ctx context.Context, rows []store.Entity) error {
	m.s.calls++
	return m.Map.Set(ctx, rows)
}

func (m countingMap) Insert(ctx context.Context, rows []store.Entity) error {
	m.s.calls++
	return m.Map.Insert(ctx, rows)
}

func (m countingMap) AddChanges(ctx context.Context, changes []store.Change) error {
	m.s.calls++
	return m.Map.AddChanges(ctx, changes)
}

func (m countingMap) BindEdges(ctx context.Context, far map[model.Hash]int64) error {
	m.s.calls++
	return m.Map.BindEdges(ctx, far)
}

func TestManyEditsReadAndWriteAtOnce(t *testing.T) {
	r := newRoom(t)
	counted := &counting{Store: r.st}
	s := New(counted, r.log)
	text := "mine"
	var makes []Edit
	for i := range 400 {
		name := fmt.Sprintf("shop://mine/%d", i)
		makes = append(makes, Edit{Ref: fmt.Sprint(-i - 1), Make: &Made{Type: "DataSet", QualifiedName: name, Name: name, Collection: "root"}, Description: &text})
	}
	inputs := []string{"-1", "-2", "-3"}
	makes = append(makes, Edit{Ref: "-900", Make: &Made{Type: TypeProcess, QualifiedName: "shop://mine/flow", Name: "flow", Collection: "root"}, Inputs: &inputs})
	guids, err := s.Edit(t.Context(), "person:ada", makes)
	r.ok(err)
	if counted.calls > 6 { // by hash, insert, bind; by id, set, history
		t.Errorf("making %d entities takes %d calls", len(makes), counted.calls)
	}
	counted.calls = 0
	var edits []Edit
	other := "ours"
	for _, guid := range guids[:400] {
		edits = append(edits, Edit{GUID: guid, Description: &other, Give: []string{"secret"}})
	}
	_, err = s.Edit(t.Context(), "person:bob", edits)
	r.ok(err)
	if counted.calls != 3 {
		t.Errorf("%d edits take %d calls", len(edits), counted.calls)
	}
	views, err := r.ByGUIDs(t.Context(), guids)
	r.ok(err)
	for i, v := range views[:400] {
		if d := v.Authored.Description; d == nil || *d != other || !slices.Equal(v.Authored.Classes, []string{"secret"}) || v.Row.ModifiedBy != "person:bob" {
			t.Errorf("%d: %+v", i, v.Authored)
		}
	}
	if flows := views[400].Flows; len(flows) != 3 || flows[0].Far.QualifiedName != "shop://mine/0" {
		t.Errorf("the process has %d edges", len(flows))
	}
	_, err = s.Edit(t.Context(), "person:ada", append(makes[:1:1], Edit{Ref: "-2", Make: makes[0].Make}))
	if !fault.Is(err, fault.Conflict) {
		t.Errorf("one name for two: %v", err)
	}
}

func TestATableAndItsColumnsAreWrittenInOneCall(t *testing.T) {
	r := newRoom(t)
	asset := model.Asset{Type: "table", Path: "a/t", Name: "t", Facets: model.FacetExistence | model.FacetStructure, Columns: []model.Column{{Name: "x", Ordinal: 1}, {Name: "y", Ordinal: 2}}}
	r.lay(1, asset)
	v, err := r.ByName(t.Context(), "table", authority+"/a/t")
	r.ok(err)
	text := func(s string) *string { return &s }
	_, err = r.Edit(t.Context(), "person:ada", []Edit{
		{GUID: v.GUID, Version: v.Row.Version, Description: text("of the table")},
		{GUID: v.ColumnGUID(v.Asset.Columns[0].Number), Version: v.Row.Version, Description: text("of x")},
		{GUID: v.ColumnGUID(v.Asset.Columns[1].Number), Version: v.Row.Version, Description: text("of y")},
	})
	r.ok(err)
	after, err := r.ByGUID(t.Context(), v.GUID)
	r.ok(err)
	a := after.Authored
	if *a.Description != "of the table" || *a.part(v.Asset.Columns[0].Number).Description != "of x" || *a.part(v.Asset.Columns[1].Number).Description != "of y" {
		t.Errorf("%+v", a)
	}
	told, err := r.History(t.Context(), v.GUID, 0, 9)
	r.ok(err)
	if len(told) != 4 || told[0].Version != told[2].Version || told[3].Verb != "created" {
		t.Errorf("the history is %+v", told)
	}
	if _, err := r.Edit(t.Context(), "person:ada", []Edit{{GUID: v.GUID, Version: v.Row.Version, Description: text("late")}}); fault.CodeOf(err) != "VersionChanged" {
		t.Errorf("judged by an older version: %v", err)
	}
}
