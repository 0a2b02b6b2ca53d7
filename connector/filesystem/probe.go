package filesystem

import (
	"context"
	"errors"
	"strings"

	"github.com/purlieu/purlieu/connector"
	"github.com/purlieu/purlieu/model"
)

// Identify tells the root's identity on its volume: another disk that is mounted in its place, or none, is another
// source. Two nodes that mount one share tell the same.
func (*Connector) Identify(ctx context.Context, env connector.Env) (model.Identity, error) {
	root, err := env.Folder(ctx)
	if err != nil {
		return model.Identity{}, err
	}
	defer func() { _ = root.Close() }()
	e, err := root.Look("")
	return e.Identity(), err
}

// Test opens the root and lists it.
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
	err = root.Names(ctx, func(string, connector.EntryKind) error { return errOne })
	if err != nil && !errors.Is(err, errOne) {
		return fail("list", err)
	}
	report(connector.Step{Name: "list", OK: true, Detail: "The folder can be listed"})
	return nil
}

// errOne ends a listing behind the first name.
var errOne = errors.New("one is enough")

// Browse lists the entries of one folder, but for those that can't be looked at.
func (*Connector) Browse(ctx context.Context, env connector.Env, path string, emit func(model.Ref) error) error {
	f, err := env.Folder(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	if path != "" {
		for _, segment := range strings.Split(path, "/") {
			next, err := f.Enter(model.UnescapeName(segment))
			if err != nil {
				return err
			}
			_ = f.Close()
			f = next
		}
	}
	return f.Names(ctx, func(name string, _ connector.EntryKind) error {
		ref := model.Ref{Type: typeFile, Path: model.EscapeName(name)}
		if path != "" {
			ref.Path = path + "/" + ref.Path
		}
		e, err := f.Look(name)
		switch {
		case err != nil:
			return nil
		case e.Kind == connector.EntryFolder:
			ref.Type = typeFolder
		case e.Kind != connector.EntryFile:
			return nil
		}
		return emit(ref)
	})
}
