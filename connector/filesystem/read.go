package filesystem

import (
	"context"

	"github.com/purlieu/purlieu/connector"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/sample"
)

// read opens a file and emits it with what is in it. changed says that it is not, or no longer, what was looked at, and
// that nothing was emitted: one look behind the reading tells both.
func (w *walk) read(f connector.Folder, path, name string, looked connector.Entry) (changed bool, err error) {
	open, err := f.Open(name)
	if gone(err) {
		return false, nil
	}
	if fault.CodeOf(err) == connector.CodeNotAFile {
		return true, nil
	}
	if err != nil {
		return false, w.unread(fileAsset(path, name, looked), err)
	}
	defer func() { _ = open.Close() }()
	w.file.Open(name, looked.Size, open)
	found, err := w.env.Formats().Read(w.ctx, &w.file, nil)
	if err != nil && w.ctx.Err() != nil {
		return false, w.ctx.Err()
	}
	after, lerr := open.Look()
	if lerr != nil || after.Kind != connector.EntryFile || after.Stamp != looked.Stamp {
		return true, nil
	}
	a := fileAsset(path, name, looked)
	if err != nil {
		return false, w.unread(a, err)
	}
	a.Facets |= model.FacetStructure
	if found == nil {
		return false, w.emit.Asset(a)
	}
	a.Columns = found.Columns
	a.Attrs = sortedAttrs(append(found.Details, model.Attr{Name: attrFormat, Text: found.Type}, model.Attr{Name: attrNames, Text: string(found.Names)}))
	if found.Rows >= 0 {
		a.Measures = append(a.Measures, model.Measure{Name: "rows", Value: found.Rows})
	}
	if found.Cut {
		if err := w.emit.Gap(model.Gap{Path: path, Facet: model.FacetStructure, Code: "ColumnsCut"}); err != nil {
			return false, err
		}
	}
	if len(found.Columns) == 0 {
		return false, w.emit.Asset(a)
	}
	return false, w.emit.Sampled(a, func(ctx context.Context, values *sample.Table) error {
		_, err := w.env.Formats().Read(ctx, &w.file, values)
		return err
	})
}

// unread emits a file that exists and could not be read. It is opened again next time: it may be readable then, and if not
// its gap is said again.
func (w *walk) unread(a *model.Asset, err error) error {
	a.Stamp = 0
	if err := w.emit.Asset(a); err != nil {
		return err
	}
	return w.gap(a.Path, model.FacetStructure|model.FacetClassification, err)
}
