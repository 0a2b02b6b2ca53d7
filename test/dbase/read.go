package dbase

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/purlieu/purlieu/connector"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
)

// stepTables reads the folder: it is the one step, and its container is the root.
const stepTables = "tables"

// Plan makes one unit of the folder.
func (*Connector) Plan(ctx context.Context, env connector.Env, emit func(model.Unit) error) error {
	root, err := env.Folder(ctx)
	if err != nil {
		return err
	}
	_ = root.Close()
	return emit(model.Unit{Title: "tables", Step: stepTables})
}

// Scan reads the folder's tables, in the order of their names.
func (*Connector) Scan(ctx context.Context, env connector.Env, unit model.Unit, emit connector.Emit) error {
	if unit.Step != stepTables {
		return fault.New(fault.Invalid, "BadUnit", "a unit of step %q is not one of this connector", unit.Step)
	}
	root, err := env.Folder(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = root.Close() }()
	self, err := root.Look("")
	if err != nil {
		return err
	}
	facets := model.FacetExistence
	if env.Level() >= model.L2 {
		facets |= model.FacetStructure
	}
	if err := emit.Asset(&model.Asset{Type: typeFolder, Name: "/", NativeID: self.NativeID, Facets: facets}); err != nil {
		return err
	}
	names, err := tables(ctx, root)
	if err != nil {
		return err
	}
	whole := true
	for _, name := range names {
		if !env.Scope().Match(model.EscapeName(name)) {
			continue
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		e, err := root.Look(name)
		if err != nil {
			whole = whole && fault.Is(err, fault.NotFound) // what is gone since the listing is no gap
			err = gap(emit, name, model.FacetExistence, err)
		} else if e.Kind == connector.EntryFile {
			err = table(env, root, name, e, emit)
		}
		if err != nil {
			return err
		}
	}
	return emit.Listed(model.Listed{Whole: whole})
}

// tables are the names of the folder's entries that end as tables do.
func tables(ctx context.Context, root connector.Folder) ([]string, error) {
	var names []string
	err := root.Names(ctx, func(name string, _ connector.EntryKind) error {
		if strings.HasSuffix(strings.ToLower(name), ".dbf") {
			names = append(names, name)
		}
		return nil
	})
	slices.Sort(names)
	return names, err
}

// table reports one table; what can't be read of it is a gap.
func table(env connector.Env, root connector.Folder, name string, e connector.Entry, emit connector.Emit) error {
	path := model.EscapeName(name)
	if open, _ := env.Want(typeTable, path, e.Stamp); !open {
		return nil
	}
	a := &model.Asset{
		Type: typeTable, Path: path, Name: model.CleanText(name), NativeID: e.NativeID, Stamp: e.Stamp, Facets: model.FacetExistence,
		Measures: []model.Measure{{Name: "bytes", Value: e.Size}, {Name: "modified", Value: e.Modified}},
	}
	if env.Level() < model.L2 && env.Setting("hideEmpty") != "true" {
		return emit.Asset(a)
	}
	h, err := headerOf(root, name)
	if err != nil {
		a.Stamp = 0 // to be read again
		if err := emit.Asset(a); err != nil {
			return err
		}
		return gap(emit, name, model.FacetStructure, err)
	}
	if h.records == 0 && env.Setting("hideEmpty") == "true" {
		return nil
	}
	if env.Level() >= model.L2 {
		a.Facets |= model.FacetStructure
		a.Columns, a.Attrs = h.columns, []model.Attr{{Name: attrMake, Text: h.make}}
		a.Measures = append(a.Measures, model.Measure{Name: "rows", Value: h.records})
	}
	return emit.Asset(a)
}

func headerOf(root connector.Folder, name string) (header, error) {
	f, err := root.Open(name)
	if err != nil {
		return header{}, err
	}
	defer func() { _ = f.Close() }()
	return readHeader(f)
}

func gap(emit connector.Emit, name string, facet model.Facet, err error) error {
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	g := model.Gap{Path: model.EscapeName(name), Facet: facet, Code: fault.CodeOf(err)}
	var known *fault.Error
	if errors.As(err, &known) {
		g.Remedy = known.Remedy
	}
	return emit.Gap(g)
}

// Identify tells the folder's identity on its volume.
func (*Connector) Identify(ctx context.Context, env connector.Env) (model.Identity, error) {
	root, err := env.Folder(ctx)
	if err != nil {
		return model.Identity{}, err
	}
	defer func() { _ = root.Close() }()
	e, err := root.Look("")
	return e.Identity(), err
}

// Test opens the folder and counts its tables.
func (*Connector) Test(ctx context.Context, env connector.Env, report func(connector.Step)) error {
	fail := func(name string, err error) error {
		report(connector.Failed(name, err))
		return err
	}
	root, err := env.Folder(ctx)
	if err != nil {
		return fail("open", err)
	}
	defer func() { _ = root.Close() }()
	report(connector.Step{Name: "open", OK: true, Detail: "The folder is there, and allowed"})
	if _, err := tables(ctx, root); err != nil {
		return fail("list", err)
	}
	report(connector.Step{Name: "list", OK: true, Detail: "The folder can be listed"})
	return nil
}

// Browse lists the tables.
func (*Connector) Browse(ctx context.Context, env connector.Env, path string, emit func(model.Ref) error) error {
	if path != "" {
		return nil // nothing is below a table
	}
	root, err := env.Folder(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = root.Close() }()
	names, err := tables(ctx, root)
	if err != nil {
		return err
	}
	for _, name := range names {
		if err := emit(model.Ref{Type: typeTable, Path: model.EscapeName(name)}); err != nil {
			return err
		}
	}
	return nil
}
