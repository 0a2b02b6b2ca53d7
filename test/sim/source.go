// Package sim is the simulated world of the work protocol: both wings, joined by a bus that drops, doubles, delays,
// reorders and forgets, over a store that fails between commit and reply, with nodes and replicas that die and return.
package sim

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"

	"github.com/purlieu/purlieu/classify"
	"github.com/purlieu/purlieu/connector"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/sample"
)

// orchard is a source that exists only here: databases with schemas with tables and views, grown from a seed, that
// changes between two runs. It is read as a real one is: planned into units, some of which hand parts on.
type orchard struct {
	databases []database
	page      int  // tables a unit reads before it hands the rest on
	weighs    bool // its plans say how big the units are, so that they are read at once
}

type database struct {
	name    string
	schemas []schema
}

type schema struct {
	name   string
	tables []table
}

type table struct {
	name, comment, native string
	columns               []string
	rows                  int64
	view                  []string // tables of the schema that it reads, for a view
}

func grow(seed uint64) *orchard {
	rng := rand.New(rand.NewPCG(seed, 7))
	o := &orchard{page: 4 + rng.IntN(6), weighs: seed%2 == 1}
	oid := 0
	for d := range 1 + rng.IntN(2) {
		db := database{name: fmt.Sprintf("db/%d", d)} // a slash in a name, on purpose
		for s := range 1 + rng.IntN(3) {
			sc := schema{name: fmt.Sprintf("schema %d", s)}
			for t := range rng.IntN(24) {
				oid++
				tb := table{name: fmt.Sprintf("table_%02d", t), native: strconv.Itoa(oid), rows: rng.Int64N(1000)}
				for c := range 1 + rng.IntN(5) {
					tb.columns = append(tb.columns, fmt.Sprintf("c%d", c))
				}
				if t > 2 && rng.IntN(4) == 0 {
					tb.name = fmt.Sprintf("view_%02d", t)
					tb.view = []string{sc.tables[rng.IntN(len(sc.tables))].name, sc.tables[0].name}
				}
				sc.tables = append(sc.tables, tb)
			}
			db.schemas = append(db.schemas, sc)
		}
		o.databases = append(o.databases, db)
	}
	return o
}

// change is what a day does to a source: tables come, go, change and fill.
func (o *orchard) change(seed uint64) {
	rng := rand.New(rand.NewPCG(seed, 8))
	for d := range o.databases {
		for s := range o.databases[d].schemas {
			sc := &o.databases[d].schemas[s]
			var kept []table
			for i, t := range sc.tables {
				switch rng.IntN(8) {
				case 0:
					if i > 0 && t.view == nil {
						continue // dropped
					}
				case 1:
					t.comment = "changed"
				case 2:
					t.columns = append([]string{"fresh"}, t.columns[:len(t.columns)-1]...)
				case 3, 4:
					t.rows += 17
				case 5:
					if i > 0 && t.view == nil {
						t.name += "_renamed"
					}
				}
				kept = append(kept, t)
			}
			tangle(rng, &kept, fmt.Sprintf("n%d.%d", d, s))
			sc.tables = append(kept, table{name: "grown", native: "g" + strconv.Itoa(d) + "." + strconv.Itoa(s), columns: []string{"a"}, rows: 1})
		}
	}
}

// tangle lets tables take names of each other: two swap, three go round, or one moves on and another, or a new one, takes
// its name. Each native id says which is which.
func tangle(rng *rand.Rand, tables *[]table, native string) {
	var free []int
	for i, t := range *tables {
		if i > 0 && t.view == nil {
			free = append(free, i)
		}
	}
	rng.Shuffle(len(free), func(i, j int) { free[i], free[j] = free[j], free[i] })
	at := func(i int) *table { return &(*tables)[free[i]] }
	if len(free) > 1 {
		at(0).name, at(1).name = at(1).name, at(0).name
	}
	if len(free) > 4 {
		at(2).name, at(3).name, at(4).name = at(3).name, at(4).name, at(2).name
	}
	if len(free) > 6 {
		at(5).name, at(6).name = at(6).name, at(5).name+"_moved"
	}
	if len(free) > 7 {
		old := at(7).name
		at(7).name += "_moved"
		*tables = append(*tables, table{name: old, native: native, columns: []string{"a", "c0"}, rows: 5})
	}
}

// living gives the names of tables by native id.
func (o *orchard) living() map[string]string {
	out := map[string]string{}
	for _, db := range o.databases {
		for _, sc := range db.schemas {
			for _, t := range sc.tables {
				out[t.native] = "orchard://grove.example/" + model.JoinPath(db.name, sc.name, t.name)
			}
		}
	}
	return out
}

// size counts the assets of the source.
func (o *orchard) size() int64 {
	n := 1
	for _, db := range o.databases {
		n++
		for _, sc := range db.schemas {
			n += 1 + len(sc.tables)
		}
	}
	return int64(n)
}

const kindName = "Orchard"

func (o *orchard) Describe() model.Kind {
	return model.Kind{
		Name: kindName, Version: 1, Title: "Orchard", Summary: "A source of the simulated world",
		Settings:  []model.Field{{Name: "host", Type: model.FieldText, Title: "Host", Help: "Any name", Required: true}},
		ScanKinds: []string{"OrchardCredential"},
		Types: []model.TypeDef{
			{Name: "orchard_server", Title: "Server"},
			{Name: "orchard_db", Title: "Database", Parent: "orchard_server"},
			{Name: "orchard_schema", Title: "Schema", Parent: "orchard_db"},
			{Name: "orchard_table", Title: "Table", Parent: "orchard_schema", Column: "orchard_column", Process: "orchard_process"},
		},
		Authority: "orchard://{host|lower}", RuntimeKinds: []string{"Managed", "SelfHosted"}, ShowsAll: true,
		Levels: []model.Level{model.L1, model.L2, model.L3},
	}
}

// Identify gives the one name that all nodes know the orchard by.
func (o *orchard) Identify(context.Context, connector.Env) (model.Identity, error) {
	return model.Identity{System: "orchard", Grants: 1}, nil
}

func (o *orchard) Plan(_ context.Context, _ connector.Env, emit func(model.Unit) error) error {
	if err := emit(model.Unit{Title: "top", Step: "top", Depth: 2, Weight: o.weight(1)}); err != nil {
		return err
	}
	for d, db := range o.databases {
		for s, sc := range db.schemas {
			u := model.Unit{
				Title: sc.name, Step: "tables", Below: model.JoinPath(db.name, sc.name), Weight: o.weight(len(sc.tables)),
				Args: map[string]string{"db": strconv.Itoa(d), "schema": strconv.Itoa(s), "from": "0"},
			}
			if err := emit(u); err != nil {
				return err
			}
		}
	}
	return nil
}

func (o *orchard) weight(n int) int64 {
	if !o.weighs {
		return 0
	}
	return int64(max(n, 1))
}

func (o *orchard) Scan(_ context.Context, _ connector.Env, unit model.Unit, emit connector.Emit) error {
	if unit.Step == "top" {
		return o.top(emit)
	}
	d, _ := strconv.Atoi(unit.Args["db"])
	s, _ := strconv.Atoi(unit.Args["schema"])
	from, _ := strconv.Atoi(unit.Args["from"])
	if d >= len(o.databases) || s >= len(o.databases[d].schemas) {
		return fault.New(fault.Invalid, "NoSuchSchema", "the schema is gone")
	}
	db, sc := o.databases[d], o.databases[d].schemas[s]
	to := min(from+o.page, len(sc.tables))
	for _, t := range sc.tables[from:to] {
		if err := emit.Sampled(t.asset(db.name, sc.name), t.cells); err != nil {
			return err
		}
	}
	if err := emit.Listed(model.Listed{Container: model.JoinPath(db.name, sc.name), Whole: true}); err != nil {
		return err
	}
	if to == len(sc.tables) {
		return nil
	}
	rest := unit
	rest.Args = map[string]string{"db": unit.Args["db"], "schema": unit.Args["schema"], "from": strconv.Itoa(to)}
	return emit.Child(rest)
}

func (o *orchard) top(emit connector.Emit) error {
	if err := emit.Asset(&model.Asset{Type: "orchard_server", Name: "orchard", Facets: model.FacetExistence}); err != nil {
		return err
	}
	for _, db := range o.databases {
		a := &model.Asset{Type: "orchard_db", Path: model.JoinPath(db.name), Name: db.name, Facets: model.FacetExistence}
		if err := emit.Asset(a); err != nil {
			return err
		}
		for _, sc := range db.schemas {
			a := &model.Asset{
				Type: "orchard_schema", Path: model.JoinPath(db.name, sc.name), Name: sc.name,
				Container: model.JoinPath(db.name), Facets: model.FacetExistence,
			}
			if err := emit.Asset(a); err != nil {
				return err
			}
		}
		if err := emit.Listed(model.Listed{Container: model.JoinPath(db.name), Whole: true}); err != nil {
			return err
		}
	}
	return emit.Listed(model.Listed{Whole: true})
}

// cells gives values that depend on the columns' names alone, so that it does not matter when a table is sampled. Of one
// column in three there are none.
func (t table) cells(_ context.Context, into *sample.Table) error {
	for _, name := range t.columns {
		for i := range 12 {
			switch name[len(name)-1] % 3 {
			case 0:
				into.Column(name).Add(fmt.Sprintf("ripe %d", i))
			case 1:
				into.Column(name).Add(fmt.Sprintf("green %d", i))
			}
		}
	}
	return nil
}

// ripe is the one rule of the orchard.
func ripe() []classify.Rule {
	return []classify.Rule{{
		ID: "ripe", Class: "PURLIEU.ORCHARD.RIPE", Title: "Ripe", Says: "It is.", Version: 1,
		Shape: classify.Shape{Allow: classify.Letter | classify.Space | classify.Digit, Least: 6, Most: 9},
		Match: func(cell string) classify.Grade {
			if strings.HasPrefix(cell, "ripe") {
				return classify.Strong
			}
			return classify.No
		},
	}}
}

func (t table) asset(db, schema string) *model.Asset {
	a := &model.Asset{
		Type: "orchard_table", Path: model.JoinPath(db, schema, t.name), Name: t.name, Container: model.JoinPath(db, schema),
		NativeID: t.native, Comment: t.comment, Facets: model.FacetExistence | model.FacetStructure | model.FacetLineage,
		Measures: []model.Measure{{Name: "rows", Value: t.rows}},
	}
	for i, c := range t.columns {
		a.Columns = append(a.Columns, model.Column{Name: c, Type: "text", Ordinal: i + 1})
	}
	if len(t.view) > 0 {
		a.Lineage = &model.Lineage{}
		for _, name := range t.view {
			a.Lineage.Inputs = append(a.Lineage.Inputs, model.Ref{Type: "orchard_table", Path: model.JoinPath(db, schema, name)})
		}
	}
	return a
}
