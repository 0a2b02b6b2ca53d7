package survey

import (
	"context"
	"errors"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/node/internal/pipe"
	"github.com/purlieu/purlieu/sample"
)

// reader fills a table with the values of one asset.
type reader = func(context.Context, *sample.Table) error

// namesOf keeps the names of columns as the connector writes them, by which it fills the table: tidying may change them.
// What only a sample can say is taken off the asset.
func namesOf(a *model.Asset, read reader) []string {
	a.Facets &^= model.FacetClassification
	if read == nil {
		return nil
	}
	names := make([]string, len(a.Columns))
	for i := range a.Columns {
		names[i] = a.Columns[i].Name
	}
	return names
}

// classify reads values and puts classes on columns, with the facet; the values are gone when it returns. Values that
// can't be had are a gap, and the asset stays as it was. grown is what the asset takes more in a frame. The error is
// one of the run.
func (s *surveyor) classify(a *model.Asset, names []string, read reader) (grown tidier, err error) {
	defer s.table.Clear()
	err = s.guard(func() error {
		if err := read(s.ctx, &s.table); err != nil {
			return err
		}
		grown = s.judge(a, names)
		return nil
	})
	switch {
	case s.ctx.Err() != nil:
		return grown, s.ctx.Err()
	case err != nil:
		bare(a)
		return tidier{}, s.unsampled(a.Path, err)
	}
	a.Facets |= model.FacetClassification
	if grown.cut {
		err = s.Gap(model.Gap{Path: a.Path, Facet: model.FacetClassification, Code: "AssetCut"})
	}
	return grown, err
}

// judge holds each column against the rules. A table without any cell is one whose every column is unjudged.
func (s *surveyor) judge(a *model.Asset, names []string) (grown tidier) {
	room := tidier{size: bus.MaxAsset / 8, elements: maxElements}
	for i := range a.Columns {
		c := &a.Columns[i]
		column := s.table.Named(names[i])
		if column == nil {
			c.Unjudged = true
			grown.size += 3
			continue
		}
		classes, judged := s.engine.Column(column)
		if !judged {
			c.Unjudged = true
			grown.size += 3
			continue
		}
		more := classSize(classes)
		if grown.size+more.size > room.size || grown.elements+more.elements > room.elements {
			c.Unjudged, grown.cut = true, true
			continue
		}
		c.Classes = classes
		grown.size, grown.elements = grown.size+more.size, grown.elements+more.elements
	}
	return grown
}

// classSize is what classes take in a frame, never too little.
func classSize(classes []model.Class) (t tidier) {
	for i := range classes {
		t.element()
		t.element()
		t.size += len(classes[i].Name) + len(classes[i].Evidence.Rule) + 12
	}
	return t
}

// bare takes off what a sample that failed midway left on an asset.
func bare(a *model.Asset) {
	for i := range a.Columns {
		a.Columns[i].Classes, a.Columns[i].Unjudged = nil, false
	}
}

// unsampled says why an asset could not be sampled, in closed words.
func (s *surveyor) unsampled(path string, err error) error {
	gap := model.Gap{Path: path, Facet: model.FacetClassification, Code: "Internal"}
	var known *fault.Error
	if errors.As(err, &known) {
		if gap.Code, gap.Remedy = fault.CodeOf(err), known.Remedy; !pipe.Word(gap.Code) {
			gap.Code = "Internal"
		}
	}
	return s.Gap(gap)
}
