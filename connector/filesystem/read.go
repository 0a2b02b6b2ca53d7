package filesystem

import (
	"context"

	"github.com/purlieu/purlieu/connector"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/sample"
)

// openFirst opens what a listing says is a file, and looks at it then, which takes the system less time than to look at
// what has its name; nil where that is not so simple: a look tells what stands there.
func openFirst(f connector.Folder, name string) (connector.OpenFile, connector.Entry) {
	open, err := f.Open(name)
	if err != nil {
		return nil, connector.Entry{}
	}
	if e, err := open.Look(); err == nil && e.Kind == connector.EntryFile {
		return open, e
	}
	_ = open.Close()
	return nil, connector.Entry{}
}

// readFile reads a file that was looked at, and once more where it changed meanwhile. open is the file where it was
// opened before the look.
func (w *walk) readFile(f connector.Folder, path, name string, e connector.Entry, open connector.OpenFile) error {
	for range 2 {
		changed, err := w.read(f, path, name, e, open)
		if err != nil || !changed {
			return err
		}
		open = nil
		again, err := f.Look(name)
		if gone(err) {
			return nil
		}
		if err != nil || again.Kind != connector.EntryFile {
			break // another thing stands there now
		}
		e = again
	}
	a := w.fileAsset(path, name, e)
	a.Stamp = 0 // to be read again next time
	if err := w.emit.Asset(a); err != nil {
		return err
	}
	gap := model.Gap{Path: path, Facet: model.FacetStructure, Code: "FileChanged", Remedy: "It was written while it was read; scan again when it is at rest"}
	return w.emit.Gap(gap)
}

// read emits a file with what is in it; it is opened where open is nil, and closed. changed says that it is not, or no
// longer, what was looked at, and that nothing was emitted: one look behind the reading tells both.
func (w *walk) read(f connector.Folder, path, name string, looked connector.Entry, open connector.OpenFile) (changed bool, err error) {
	if open == nil {
		if open, err = f.Open(name); err != nil {
			switch {
			case gone(err):
				return false, nil
			case fault.CodeOf(err) == connector.CodeNotAFile:
				return true, nil
			}
			return false, w.unread(w.fileAsset(path, name, looked), err)
		}
	}
	defer func() { _ = open.Close() }()
	w.file.Open(name, looked.Size, open)
	found, err := w.env.Formats().Read(w.ctx, &w.file, nil)
	if err != nil && w.ctx.Err() != nil {
		return false, w.ctx.Err()
	}
	if !open.Same(looked) {
		return true, nil
	}
	a := w.fileAsset(path, name, looked)
	if err != nil {
		return false, w.unread(a, err)
	}
	a.Facets |= model.FacetStructure
	if found == nil {
		return false, w.emit.Asset(a)
	}
	w.room.fill(found)
	if found.Cut {
		if err := w.emit.Gap(model.Gap{Path: path, Facet: model.FacetStructure, Code: codeCut, Remedy: remedies(codeCut)}); err != nil {
			return false, err
		}
	}
	if len(found.Columns) == 0 {
		return false, w.emit.Asset(a)
	}
	return false, w.emit.Sampled(a, w.values)
}

// values reads the file at hand once more. The asset that is lent meanwhile has copies of what was found at first.
func (w *walk) values(ctx context.Context, values *sample.Table) error {
	_, err := w.env.Formats().Read(ctx, &w.file, values)
	return err
}

// unread emits a file that exists and could not be read. It is opened again next time: it may be readable then, and if not
// its gap is said again.
func (w *walk) unread(a *model.Asset, err error) error {
	a.Stamp = 0
	path := a.Path
	if err := w.emit.Asset(a); err != nil {
		return err
	}
	return w.gap(path, model.FacetStructure|model.FacetClassification, err)
}
