package datamap

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/wire"
)

// keepUnjudged gives columns, which have their numbers, the classes that they had where the new reading did not judge
// them: all where it sampled nothing, else those of which there were too few values.
func keepUnjudged(next, old *model.Asset, sampled bool) {
	had := make(map[uint32][]model.Class, len(old.Columns))
	for i := range old.Columns {
		if c := &old.Columns[i]; len(c.Classes) > 0 {
			had[c.Number] = c.Classes
		}
	}
	for i := range next.Columns {
		c := &next.Columns[i]
		if !sampled || c.Unjudged {
			c.Classes = had[c.Number]
		}
		c.Unjudged = false
	}
	if !sampled {
		next.Classes = old.Classes
	}
}

// onlyCounts reports whether nothing but the counts of evidence tells the new reading from the old one, which stands
// encoded in before. Counts move with every sample, as measures do: they are written, and make no version.
func onlyCounts(next, old model.Asset, before []byte) (bool, error) {
	next.Columns = slices.Clone(next.Columns)
	had := make(map[uint32][]model.Class, len(old.Columns))
	for _, c := range old.Columns {
		had[c.Number] = c.Classes
	}
	for i := range next.Columns {
		c := &next.Columns[i]
		c.Classes = recount(c.Classes, had[c.Number])
	}
	next.Classes = recount(next.Classes, old.Classes)
	raw, err := wire.Encode(&next)
	if err != nil {
		return false, fmt.Errorf("encode %s: %w", next.Path, err)
	}
	return bytes.Equal(raw, before), nil
}

// recount is old, when the same rules gave the same classes, else next.
func recount(next, old []model.Class) []model.Class {
	same := slices.EqualFunc(next, old, func(a, b model.Class) bool {
		return a.Name == b.Name && a.Evidence.Rule == b.Evidence.Rule && a.Evidence.Version == b.Evidence.Version
	})
	if same {
		return old
	}
	return next
}

// classNames are the names of all classes of an asset and its columns, sorted, each once.
func classNames(a *model.Asset) []string {
	var names []string
	add := func(list []model.Class) {
		for i := range list {
			names = append(names, list[i].Name)
		}
	}
	add(a.Classes)
	for i := range a.Columns {
		add(a.Columns[i].Classes)
	}
	slices.Sort(names)
	return slices.Compact(names)
}
