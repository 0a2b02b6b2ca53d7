package node

import (
	"maps"
	"slices"
	"strings"
	"unicode"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/node/internal/broker"
)

// Codes and words of what the local policy kept back.
const (
	gapHidden    = "HiddenByPolicy"
	hiddenRemedy = "The owner of the node's network does not let these names leave"
)

// veil takes out of facts the names that the local policy hides: assets with their rows, columns, and what would give
// such a name away: keys, indexes, lineage, texts. hidden judges a path, or a word as a path of one name.
type veil struct {
	hidden func(path string) bool
	root   string         // of the unit: gaps stand at or below it
	kept   map[string]int // how many things were kept back, by the path of what they were in
}

// facts changes f in place, and reports what it took away as gaps without names.
func (v *veil) facts(f *bus.Facts) {
	v.kept = map[string]int{}
	assets, rows := f.Assets[:0], f.Rows[:0]
	for i := range f.Assets {
		a := &f.Assets[i]
		if v.hidden(a.Path) {
			v.keep(a.Path)
			continue
		}
		v.asset(a)
		assets, rows = append(assets, *a), append(rows, f.Rows[i])
	}
	clear(f.Assets[len(assets):])
	f.Assets, f.Rows = assets, rows
	f.Children = slices.DeleteFunc(f.Children, func(u model.Unit) bool { return u.Below != "" && v.hidden(u.Below) })
	f.Seen = slices.DeleteFunc(f.Seen, func(s bus.Seen) bool { return s.Container != "" && v.hidden(s.Container) })
	for i := range f.Gaps {
		g := &f.Gaps[i]
		if g.Path != "" && v.hidden(g.Path) {
			g.Path, g.Object = v.above(g.Path), ""
		}
		if v.tells(g.Object) {
			g.Object = ""
		}
	}
	for _, path := range slices.Sorted(maps.Keys(v.kept)) {
		f.Gaps = append(f.Gaps, model.Gap{Path: path, Code: gapHidden, Remedy: hiddenRemedy, Count: v.kept[path]})
	}
}

// asset takes names out of an asset that may leave.
func (v *veil) asset(a *model.Asset) {
	gone := map[string]bool{}
	a.Columns = slices.DeleteFunc(a.Columns, func(c model.Column) bool {
		if !v.hidden(a.Path + "/" + model.EscapeName(c.Name)) {
			return false
		}
		gone[c.Name] = true
		v.keep(a.Path + "/")
		return true
	})
	for i := range a.Columns {
		c := &a.Columns[i]
		for _, text := range []*string{&c.Type, &c.Default, &c.Generated, &c.Comment} {
			v.blank(text)
		}
	}
	lost := func(names []string) bool { return slices.ContainsFunc(names, func(n string) bool { return gone[n] }) }
	a.Keys = slices.DeleteFunc(a.Keys, func(k model.Key) bool {
		if v.tells(k.Name) || lost(k.Columns) || k.RefPath != "" && v.hidden(k.RefPath) {
			return true
		}
		return slices.ContainsFunc(k.RefColumns, func(n string) bool { return v.hidden(k.RefPath + "/" + model.EscapeName(n)) })
	})
	a.Indexes = slices.DeleteFunc(a.Indexes, func(x model.Index) bool { return v.tells(x.Name) || lost(x.Columns) })
	a.Attrs = slices.DeleteFunc(a.Attrs, func(x model.Attr) bool { return v.tells(x.Text) || slices.ContainsFunc(x.List, v.tells) })
	for _, text := range []*string{&a.Comment, &a.Text, &a.Owner} {
		v.blank(text)
	}
	if a.Lineage != nil {
		whole := len(a.Lineage.Inputs)
		v.lineage(a, gone)
		if len(a.Lineage.Inputs) < whole || len(gone) > 0 {
			a.Text = "" // it names what was taken away
		}
	}
}

// lineage drops hidden inputs and columns; positions of inputs move.
func (v *veil) lineage(a *model.Asset, gone map[string]bool) {
	l := model.Lineage{}
	moved := map[int]int{}
	for i, in := range a.Lineage.Inputs {
		if !v.hidden(in.Path) {
			moved[i] = len(l.Inputs)
			l.Inputs = append(l.Inputs, in)
		}
	}
	for _, e := range a.Lineage.Columns {
		to, ok := moved[e.Input]
		if !ok || gone[e.To] || v.hidden(l.Inputs[to].Path+"/"+model.EscapeName(e.From)) || v.tells(e.To) {
			continue
		}
		e.Input = to
		l.Columns = append(l.Columns, e)
	}
	a.Lineage = &l
}

// keep counts something that stays behind, under the path of what may be named.
func (v *veil) keep(path string) { v.kept[v.above(path)]++ }

// above is the nearest path over one that is not hidden itself; "" when that would stand over the unit's root.
func (v *veil) above(path string) string {
	for {
		up, ok := model.ParentPath(path)
		if !ok || !model.Below(up, v.root) {
			return ""
		}
		if up == "" || !v.hidden(up) {
			return up
		}
		path = up
	}
}

// blank empties a text that holds a hidden name.
func (v *veil) blank(text *string) {
	if v.tells(*text) {
		*text = ""
	}
}

// tells reports whether a text holds a hidden name, as one of its words.
func (v *veil) tells(text string) bool {
	for word := range strings.FieldsFuncSeq(text, func(r rune) bool {
		return r != '_' && r != '$' && r != '-' && !unicode.IsLetter(r) && !unicode.IsDigit(r)
	}) {
		if v.hidden(word) {
			return true
		}
	}
	return false
}

// guarded is a launcher under the local policy: it lowers budgets to the policy's limits and keeps the names of hidden
// containers from the end of an attempt. What else a worker says passes check.
type guarded struct {
	broker.Launcher
	rules *rules
}

// Start implements broker.Launcher.
func (g guarded) Start(grant bus.Grant, base []bus.BaseBlock, sink broker.Sink) broker.Worker {
	if p, err := g.rules.now(); err == nil { // else the attempt is given no secret and no connection
		if most := p.Limits().Connections; most > 0 && (grant.Budget.Connections == 0 || grant.Budget.Connections > most) {
			grant.Budget.Connections = most
		}
	}
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
	s.Sink.End(r)
}

// check is the broker's filter for facts. A policy that can't be used lets nothing pass.
func (r *rules) check(facts *bus.Facts, grant bus.Grant) error {
	p, err := r.now()
	if err != nil || !p.Hides() {
		return err
	}
	(&veil{hidden: p.Hidden, root: grant.Unit.Below}).facts(facts)
	return nil
}
