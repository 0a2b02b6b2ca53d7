package datamap

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

// Made is an entity that a person makes: nobody has scanned it. A scan that finds one of its name takes it over, with
// what people wrote.
type Made struct {
	Type          string
	QualifiedName string
	Name          string
	Collection    string
	Parent        model.Hash // of the entity one name up; zero where the type has none above it
}

// What people make entities of, beside the types of kinds: what data is in, and what it goes through.
const (
	TypeDataSet = "DataSet"
	TypeProcess = "Process"
)

// maxName bounds qualified names that people make.
const maxName = 4 << 10

// Made reports whether a person made the entity, and no scan has found it.
func (v View) Made() bool { return made(v.Row) }

func made(row store.Entity) bool { return row.Scanned == nil && row.Source == "" }

// makeEntities writes the rows of what edits make, or brings back what was made and deleted. It gives the guid of the entity
// that each edit is about.
func makeEntities(ctx context.Context, tx store.Tx, actor string, edits []Edit) (guids []string, err error) {
	guids = make([]string, len(edits))
	at := map[model.Hash]int{} // the edit that makes it
	for i := range edits {
		guids[i] = edits[i].GUID
		m := edits[i].Make
		if m == nil {
			continue
		}
		if err := m.check(); err != nil {
			return nil, err
		}
		hash := model.HashOf(m.Type, m.QualifiedName)
		if _, twice := at[hash]; twice {
			return nil, nameTaken(m.QualifiedName)
		}
		at[hash] = i
	}
	if len(at) == 0 {
		return guids, nil
	}
	hashes := slices.SortedFunc(maps.Keys(at), func(a, b model.Hash) int { return at[a] - at[b] })
	known, err := tx.Map().ByHash(ctx, hashes)
	if err != nil {
		return nil, err
	}
	version, err := tx.Map().NextVersion(ctx)
	if err != nil {
		return nil, err
	}
	var back, rows []store.Entity
	for _, hash := range hashes {
		m := edits[at[hash]].Make
		row, there := known[hash]
		switch {
		case !there:
			rows = append(rows, m.row(hash, version, tx.Now(), actor))
		case !row.Deleted || !made(row):
			return nil, nameTaken(guidOf(row))
		default:
			row.Collection = m.Collection
			back = append(back, row)
		}
	}
	if err := restore(ctx, tx, actor, back); err != nil {
		return nil, err
	}
	if err := insertMade(ctx, tx, rows); err != nil {
		return nil, err
	}
	for _, row := range append(rows, back...) {
		guids[at[row.Hash]] = guidOf(row)
	}
	return guids, nil
}

func guidOf(row store.Entity) string { return model.GUID(uint64(row.ID), 0) } //nolint:gosec // rows are counted from 1

func nameTaken(of string) error {
	return fault.New(fault.Conflict, "VersionChanged", "the name of the entity %s is taken", of)
}

// check bounds names.
func (m *Made) check() error {
	for what, s := range map[string]string{"the type": m.Type, "the qualified name": m.QualifiedName, "the name": m.Name} {
		if s == "" || len(s) > maxName || !model.Storable(s) {
			return fault.New(fault.Invalid, "BadEntity", "%s is empty, too long, or no text that can be kept", what)
		}
	}
	return nil
}

// row is that of an entity that nobody has made before.
func (m *Made) row(hash model.Hash, version int64, now time.Time, actor string) store.Entity {
	return store.Entity{
		Hash: hash, Type: m.Type, QualifiedName: m.QualifiedName, Name: m.Name, Collection: m.Collection, Parent: m.Parent,
		Version: version, Created: now, Modified: now, CreatedBy: actor, ModifiedBy: actor, CreatedIn: version, Authored: []byte("{}"),
	}
}

// insertMade writes new rows, and binds the edges that waited for their names.
func insertMade(ctx context.Context, tx store.Tx, rows []store.Entity) error {
	if len(rows) == 0 {
		return nil
	}
	if err := tx.Map().Insert(ctx, rows); err != nil {
		return fmt.Errorf("insert entities: %w", err)
	}
	ids := make(map[model.Hash]int64, len(rows))
	for _, row := range rows {
		ids[row.Hash] = row.ID
	}
	if err := tx.Map().BindEdges(ctx, ids); err != nil {
		return fmt.Errorf("bind edges: %w", err)
	}
	return nil
}

// flow writes which assets go into a process and come out of it; what is not sent stays. It says what differs.
func (w *writing) flow(e *Edit, v View) (diff []Difference, err error) {
	if e.Inputs == nil && e.Outputs == nil {
		return nil, nil
	}
	if v.Row.Type != TypeProcess {
		return nil, fault.New(fault.Invalid, "NoProcess", "the entity %s is no process: it has no inputs and outputs", v.GUID)
	}
	old, err := w.tx.Map().EdgesOfProcess(w.ctx, []int64{v.Row.ID})
	if err != nil {
		return nil, fmt.Errorf("read edges: %w", err)
	}
	var next []store.Edge
	for _, side := range []struct {
		input bool
		list  *[]string
	}{{true, e.Inputs}, {false, e.Outputs}} {
		kept := slices.DeleteFunc(slices.Clone(old), func(o store.Edge) bool { return o.Input != side.input })
		if side.list != nil {
			if kept, err = w.sideOf(kept, *side.list, side.input); err != nil {
				return nil, err
			}
		}
		next = append(next, kept...)
	}
	if len(next) > maxFlows {
		return nil, fault.New(fault.Invalid, "TooManyEdges", "a process may have at most %d edges", maxFlows)
	}
	same := func(list []store.Edge, e store.Edge) bool {
		return slices.ContainsFunc(list, func(o store.Edge) bool { return o.Input == e.Input && o.Far == e.Far })
	}
	for _, o := range old {
		if !same(next, o) {
			diff = append(diff, Difference{What: "lineage", Name: o.FarName, Old: edgeWord(o.Input)})
		}
	}
	for _, n := range next {
		if !same(old, n) {
			diff = append(diff, Difference{What: "lineage", Name: n.FarName, New: edgeWord(n.Input)})
		}
	}
	if len(diff) == 0 {
		return nil, nil
	}
	return diff, putEdges(w.ctx, w.tx, v.Row.ID, next)
}

// sideOf are the edges to the assets of a list, each once; those that were there are kept as they were.
func (w *writing) sideOf(old []store.Edge, list []string, input bool) (out []store.Edge, err error) {
	for _, guid := range list {
		if made, ok := w.refs[guid]; ok {
			guid = made
		}
		far, err := w.view(guid)
		if err != nil {
			return nil, err
		}
		if far.Row.Deleted || far.Column >= 0 {
			return nil, fault.New(fault.Invalid, "NoEndOfEdge", "%s is deleted, or a column: lineage goes between assets", guid)
		}
		isFar := func(e store.Edge) bool { return e.Far == far.Row.Hash }
		if slices.ContainsFunc(out, isFar) {
			continue
		}
		if i := slices.IndexFunc(old, isFar); i >= 0 {
			out = append(out, old[i])
		} else {
			out = append(out, edgeTo(far.Row, input))
		}
	}
	return out, nil
}

// Flow is one edge of a process, as its view shows it.
type Flow struct {
	GUID  string
	Input bool
	Far   store.Entity
}

// withFlows adds to the view of a process what goes into it and comes out of it, without what people took away.
func withFlows(ctx context.Context, tx store.Tx, v View) (View, error) {
	if v.Row.Scanned != nil {
		return v, nil
	}
	edges, err := tx.Map().EdgesOfProcess(ctx, []int64{v.Row.ID})
	if err != nil || len(edges) == 0 {
		return v, err
	}
	ids := []int64{}
	for _, e := range edges {
		if e.FarID != 0 {
			ids = append(ids, e.FarID)
		}
	}
	rows, err := tx.Map().ByID(ctx, ids)
	if err != nil {
		return v, err
	}
	rows[v.Row.ID] = v.Row
	if edges, err = uncut(edges, rows); err != nil {
		return v, err
	}
	for _, e := range edges {
		if far, ok := rows[e.FarID]; ok && !far.Deleted {
			guid := model.EdgeGUID(uint64(v.Row.ID), uint64(far.ID), e.Input) //nolint:gosec // rows are counted from 1
			v.Flows = append(v.Flows, Flow{GUID: guid, Input: e.Input, Far: far})
		}
	}
	return v, nil
}
