// Package datamap holds the map's rules: entities in two layers, columns inside their table, measures, lineage and
// history, over the store's rows.
//
// The *scanned* layer is what the newest runs saw, the *authored* layer what people wrote; reads lay authored over
// scanned. A *process* is the entity that carries a view's lineage, named below it.
package datamap

import (
	"context"
	"time"

	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

// View is one entity as a reader sees it, both layers laid over each other.
type View struct {
	Row      store.Entity
	GUID     string
	Asset    model.Asset // scanned, with authored values laid over; columns carry their numbers
	Column   int         // position in Asset.Columns when the guid named a column; -1 for the entity itself
	Authored Authored
	Measures []store.MeasureRow // newest first, at most 30
	Flows    []Flow             // of a process that was read alone
}

// Own is the column that the view names; nil when it names the entity.
func (v View) Own() *model.Column {
	if v.Column < 0 || v.Column >= len(v.Asset.Columns) {
		return nil
	}
	return &v.Asset.Columns[v.Column]
}

// Change is one entry of an entity's history; doors see it without the store.
type Change = store.Change

// MeasureRow is the measures of an entity on one day.
type MeasureRow = store.MeasureRow

// ColumnGUID is the guid of a column of the entity.
func (v View) ColumnGUID(number uint32) string { return model.GUID(uint64(v.Row.ID), number) }

// Name is what an entity is found by, beside its guid.
type Name struct{ Type, QualifiedName string }

// Name is the entity's.
func (v View) Name() Name { return Name{v.Row.Type, v.Row.QualifiedName} }

// Reader is what the doors need of the map. Every method is one consistent read.
type Reader interface {
	// ByGUID fails with fault.NotFound; a deleted entity is found and says so in Row.Deleted.
	ByGUID(ctx context.Context, guid string) (View, error)
	// ByGUIDs keeps the order and leaves out what is not there.
	ByGUIDs(ctx context.Context, guids []string) ([]View, error)
	// Plain is ByGUIDs without measures and flows: who the entities are, and what people wrote over them.
	Plain(ctx context.Context, guids []string) ([]View, error)
	ByName(ctx context.Context, typeName, qualifiedName string) (View, error)
	// ByNames keeps the order and leaves out what is not there.
	ByNames(ctx context.Context, names []Name) ([]View, error)
	// Rows gives entities by row and by name, each once and by row, without measures, and leaves out what is not there.
	Rows(ctx context.Context, ids []int64, names []Name) ([]View, error)
	// Called gives the rows of the entities of these types that have the qualified name.
	Called(ctx context.Context, types []string, qualifiedName string) ([]int64, error)
	// Children lists live entities one name below, by name, after a cursor ("" at first).
	Children(ctx context.Context, guid, after string, limit int) (views []View, next string, err error)
	Lineage(ctx context.Context, guid string, direction Direction, depth, limit int) (Graph, error)
	History(ctx context.Context, guid string, before int64, limit int) ([]Change, error)
}

// Direction of lineage.
type Direction string

// The directions, as published.
const (
	Upstream   Direction = "INPUT"
	Downstream Direction = "OUTPUT"
	Both       Direction = "BOTH"
)

// Graph is lineage around an entity. Truncated says that a hop or node limit cut it.
type Graph struct {
	Base      string // guid
	Nodes     map[string]View
	Edges     []GraphEdge
	Truncated bool
}

// GraphEdge goes from one node to another, in the direction of the data.
type GraphEdge struct {
	GUID     string // of the edge itself, which it keeps
	From, To string // guids
	Columns  []ColumnPair
}

// ColumnPair is a column that feeds a column.
type ColumnPair struct {
	From string `json:"from"`
	To   string `json:"to"`
}

// dayOf is the day of measures, from a transaction's time.
func dayOf(t time.Time) int32 { return int32(t.Unix() / 86400) }
