package filesystem

import (
	"slices"
	"strings"

	"github.com/purlieu/purlieu/connector"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/format"
	"github.com/purlieu/purlieu/model"
)

// odd counts entries of one folder that are no assets.
type odd struct{ links, special, long int }

func (o *odd) report(w *walk, path string) error {
	for _, g := range []model.Gap{
		{Code: codeLink, Count: o.links},
		{Code: codeSpecial, Count: o.special},
		{Code: codeTooDeep, Count: o.long},
	} {
		if g.Count == 0 {
			continue
		}
		g.Path, g.Facet, g.Remedy = path, model.FacetExistence, remedies(g.Code)
		if err := w.emit.Gap(g); err != nil {
			return err
		}
	}
	return nil
}

// entry takes one entry of a folder; folder says that it is one, to be entered.
func (w *walk) entry(f connector.Folder, parent string, l listed, odd *odd) (folder bool, err error) {
	name, path := l.name, model.EscapeName(l.name)
	if parent != "" {
		path = parent + "/" + path
	}
	w.left--
	if !w.scope.Match(path) {
		return false, nil
	}
	if len(path) > maxPath {
		odd.long++
		w.whole = false
		return false, nil
	}
	if err := w.ctx.Err(); err != nil {
		return false, err
	}
	if w.first && l.kind == connector.EntryFile {
		if open, e := openFirst(f, name); open != nil {
			return false, w.readFile(f, path, name, e, open)
		}
	}
	e, err := f.Look(name)
	if err != nil {
		return false, w.shut(path, err)
	}
	switch e.Kind {
	case connector.EntryFile:
		return false, w.fileEntry(f, path, name, e)
	case connector.EntryFolder:
		return true, w.emit.Asset(w.folderAsset(path, name, e))
	case connector.EntryLink:
		odd.links++
	case connector.EntrySpecial:
		odd.special++
	}
	return false, nil
}

// folderAsset and fileAsset make an asset in the room of the one before, which was emitted.
func (w *walk) folderAsset(path, name string, e connector.Entry) *model.Asset {
	a := &w.room.asset
	*a = model.Asset{
		Type: typeFolder, Path: path, Name: model.CleanText(name), Container: containerOf(path), NativeID: e.NativeID, Facets: model.FacetExistence,
	}
	if w.level >= model.L2 {
		a.Facets |= model.FacetStructure
	}
	return a
}

// containerOf is the top folder that an asset lies in, or the root for what lies directly there.
func containerOf(path string) string {
	if i := strings.IndexByte(path, '/'); i >= 0 {
		return path[:i]
	}
	return ""
}

// fileEntry takes a file that was looked at: unchanged, by name and size only, or to be read.
func (w *walk) fileEntry(f connector.Folder, path, name string, e connector.Entry) error {
	open, sampled := w.env.Want(typeFile, path, e.Stamp)
	if !open && !sampled {
		return nil
	}
	if w.level < model.L2 {
		return w.emit.Asset(w.fileAsset(path, name, e))
	}
	return w.readFile(f, path, name, e, nil)
}

func (w *walk) fileAsset(path, name string, e connector.Entry) *model.Asset {
	a, r := &w.room.asset, &w.room
	r.measures = append(r.measures[:0], model.Measure{Name: "bytes", Value: e.Size}, model.Measure{Name: "modified", Value: e.Modified})
	*a = model.Asset{
		Type: typeFile, Path: path, Name: model.CleanText(name), Container: containerOf(path), NativeID: e.NativeID, Stamp: e.Stamp,
		Facets: model.FacetExistence, Measures: r.measures,
	}
	return a
}

// room is what one asset takes, for one after the other.
type room struct {
	asset    model.Asset
	columns  []model.Column
	attrs    []model.Attr
	measures []model.Measure
}

// fill gives the asset what was found in its file, as copies.
func (r *room) fill(found *format.Structure) {
	r.columns = append(r.columns[:0], found.Columns...)
	r.attrs = append(r.attrs[:0], found.Details...)
	r.attrs = append(r.attrs, model.Attr{Name: attrFormat, Text: found.Type}, model.Attr{Name: attrNames, Text: string(found.Names)})
	if found.Rows >= 0 {
		r.measures = append(r.measures, model.Measure{Name: "rows", Value: found.Rows})
	}
	r.asset.Columns, r.asset.Attrs, r.asset.Measures = r.columns, sortedAttrs(r.attrs), r.measures
}

// sortedAttrs leaves out empty ones.
func sortedAttrs(attrs []model.Attr) []model.Attr {
	attrs = slices.DeleteFunc(attrs, func(a model.Attr) bool { return a.Text == "" })
	slices.SortFunc(attrs, func(a, b model.Attr) int { return strings.Compare(a.Name, b.Name) })
	return attrs
}

// gone reports whether a file has gone since it was listed.
func gone(err error) bool { return fault.Is(err, fault.NotFound) }
