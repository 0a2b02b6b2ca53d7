package node

import (
	"maps"
	"slices"
	"strings"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/node/internal/broker"
)

// Codes and words of what the local policy kept back.
const (
	gapHidden    = "HiddenByPolicy"
	hiddenRemedy = "The owner of the node's network does not let these names leave"
)

// judge says what of a source may not leave: policy.Policy.
type judge interface {
	// Hidden judges a path.
	Hidden(path string) bool
	// Tells judges a text: whether it may give a hidden name away.
	Tells(text string) bool
}

// veil takes out of facts the names that the local policy hides: assets with their rows, columns, and what would give
// such a name away: keys, indexes, lineage, texts. Paths of assets and names of columns are judged as paths, all else
// as text. What is taken away is counted.
type veil struct {
	judge
	root string         // of the unit: gaps stand at or below it
	kept map[string]int // how many things were kept back, by the path of what they were in
}

// facts changes f in place, and reports what it took away as gaps without names.
func (v *veil) facts(f *bus.Facts) {
	v.kept = map[string]int{}
	assets, rows := f.Assets[:0], f.Rows[:0]
	for i := range f.Assets {
		a := &f.Assets[i]
		if v.Hidden(a.Path) || a.Container != "" && v.Hidden(a.Container) {
			v.keep(a.Path)
			continue
		}
		v.asset(a)
		assets, rows = append(assets, *a), append(rows, f.Rows[i])
	}
	clear(f.Assets[len(assets):])
	f.Assets, f.Rows = assets, rows
	f.Children = slices.DeleteFunc(f.Children, v.child)
	for i := range f.Children {
		v.blank(&f.Children[i].Title, f.Children[i].Below)
	}
	f.Seen = slices.DeleteFunc(f.Seen, func(s bus.Seen) bool { return s.Container != "" && v.Hidden(s.Container) })
	for i := range f.Gaps {
		v.gap(&f.Gaps[i])
	}
	for _, path := range slices.Sorted(maps.Keys(v.kept)) {
		f.Gaps = append(f.Gaps, model.Gap{Path: path, Code: gapHidden, Remedy: hiddenRemedy, Count: v.kept[path]})
	}
}

// child reports whether a unit may not be planned: it stands below something hidden, or could not be described without
// naming that. A title alone can be left out.
func (v *veil) child(u model.Unit) bool {
	hidden := u.Below != "" && v.Hidden(u.Below)
	for _, arg := range u.Args {
		hidden = hidden || !number(arg) && v.Tells(arg)
	}
	if hidden {
		v.keep(u.Below)
	}
	return hidden
}

// number reports whether a text is digits alone: a range or an object's number, and no name.
func number(text string) bool {
	return strings.Trim(text, "0123456789") == ""
}

// gap takes names out of a gap, which itself may leave.
func (v *veil) gap(g *model.Gap) {
	if g.Path != "" && v.Hidden(g.Path) {
		g.Path, g.Object, g.Remedy = v.above(g.Path), "", "" // both may name what is hidden
	}
	for g.Path != "" && g.Path != v.root && v.Tells(g.Path) {
		g.Path = v.above(g.Path)
	}
	if g.Path == "" { // of many things, or of one that can't be judged
		g.Remedy = ""
	}
	for _, text := range []*string{&g.Object, &g.Remedy} {
		v.blank(text, g.Path)
	}
}

// asset takes names out of an asset that may leave.
func (v *veil) asset(a *model.Asset) {
	hidden := func(column string) bool { return v.Hidden(a.Path + "/" + model.EscapeName(column)) }
	whole := len(a.Columns)
	a.Columns = drop(v, a.Path, a.Columns, func(c model.Column) bool { return hidden(c.Name) })
	lost := len(a.Columns) < whole
	for i := range a.Columns {
		c := &a.Columns[i]
		for _, text := range []*string{&c.Type, &c.Default, &c.Generated, &c.Comment, &c.NativeID} {
			v.blank(text, a.Path)
		}
		if slices.ContainsFunc(c.Labels, v.Tells) {
			c.Labels = nil
			v.keepIn(a.Path)
		}
	}
	a.Keys = drop(v, a.Path, a.Keys, func(k model.Key) bool {
		return v.Tells(k.Name) || slices.ContainsFunc(k.Columns, hidden) || k.RefPath != "" && v.Hidden(k.RefPath) ||
			slices.ContainsFunc(k.RefColumns, func(n string) bool { return v.Hidden(k.RefPath + "/" + model.EscapeName(n)) })
	})
	a.Indexes = drop(v, a.Path, a.Indexes, func(x model.Index) bool {
		return v.Tells(x.Name) || slices.ContainsFunc(x.Columns, hidden)
	})
	a.Attrs = drop(v, a.Path, a.Attrs, func(x model.Attr) bool { return v.Tells(x.Text) || slices.ContainsFunc(x.List, v.Tells) })
	if a.Lineage != nil {
		inputs := len(a.Lineage.Inputs)
		v.lineage(a, hidden)
		lost = lost || len(a.Lineage.Inputs) < inputs
	}
	if lost && a.Text != "" { // it names what was taken away
		a.Text = ""
		v.keepIn(a.Path)
	}
	for _, text := range []*string{&a.Comment, &a.Text, &a.Owner, &a.NativeID} {
		v.blank(text, a.Path)
	}
}

// drop takes out of a list, in what stands at path, what may not leave.
func drop[T any](v *veil, path string, list []T, out func(T) bool) []T {
	return slices.DeleteFunc(list, func(x T) bool {
		if !out(x) {
			return false
		}
		v.keepIn(path)
		return true
	})
}

// lineage drops hidden inputs and columns; positions of inputs move.
func (v *veil) lineage(a *model.Asset, hidden func(column string) bool) {
	l := model.Lineage{}
	moved := map[int]int{}
	for i, in := range a.Lineage.Inputs {
		if v.Hidden(in.Path) {
			v.keepIn(a.Path)
			continue
		}
		moved[i] = len(l.Inputs)
		l.Inputs = append(l.Inputs, in)
	}
	for _, e := range a.Lineage.Columns {
		to, ok := moved[e.Input]
		if !ok || hidden(e.To) || v.Hidden(l.Inputs[to].Path+"/"+model.EscapeName(e.From)) {
			continue
		}
		e.Input = to
		l.Columns = append(l.Columns, e)
	}
	a.Lineage = &l
}

// keep counts something that stays behind, under what is above it and may be named.
func (v *veil) keep(path string) { v.kept[v.above(path)]++ }

// keepIn counts something that stays behind, under what it was in.
func (v *veil) keepIn(path string) { v.kept[path]++ }

// above is the nearest path over one that is not hidden itself; "" when that would stand over the unit's root.
func (v *veil) above(path string) string {
	for {
		up, ok := model.ParentPath(path)
		if !ok || !model.Below(up, v.root) {
			return ""
		}
		if up == "" || !v.Hidden(up) {
			return up
		}
		path = up
	}
}

// blank empties a text, of what stands at path, that may give a hidden name away.
func (v *veil) blank(text *string, path string) {
	if v.Tells(*text) {
		*text = ""
		v.keepIn(path)
	}
}

// guarded is a launcher under the local policy: it keeps the names of hidden containers from the end of an attempt. What
// else a worker says passes check.
type guarded struct {
	broker.Launcher
	rules *rules
}

// Start implements broker.Launcher.
func (g guarded) Start(grant bus.Grant, base broker.Base, sink broker.Sink) broker.Worker {
	return g.Launcher.Start(grant, base, veiled{sink, g.rules})
}

// veiled hears an attempt through the local policy.
type veiled struct {
	broker.Sink
	rules *rules
}

// End implements broker.Sink.
func (s veiled) End(r broker.Result) {
	p, err := s.rules.now()
	r.Listed = slices.DeleteFunc(slices.Clone(r.Listed), func(l model.Listed) bool {
		return err != nil || l.Container != "" && p.Hidden(l.Container)
	})
	if err != nil || p.Tells(r.Remedy) {
		r.Remedy = ""
	}
	s.Sink.End(r)
}

// check is the broker's filter for facts. A policy that can't be used lets nothing pass.
func (r *rules) check(facts *bus.Facts, grant bus.Grant) error {
	p, err := r.now()
	if err != nil || !p.Hides() {
		return err
	}
	(&veil{judge: p, root: grant.Unit.Below}).facts(facts)
	return nil
}
