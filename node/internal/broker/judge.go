package broker

import (
	"strings"
	"unicode/utf8"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/filter"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/node/internal/pipe"
)

// judge holds what a worker of one attempt may say. A worker of ours keeps all of these rules by itself: one that
// breaks any is no longer ours.
type judge struct {
	kind   *model.Kind
	grant  bus.Grant
	bases  map[string]known
	filter *filter.Filter
}

// known is what a container's base allows.
type known struct {
	generation int64
	end        uint32 // positions are below
}

func newJudge(kind *model.Kind, grant bus.Grant, sieve *filter.Filter) *judge {
	return &judge{kind: kind, grant: grant, bases: map[string]known{}, filter: sieve}
}

// lent notes a piece of the base that the worker gets.
func (j *judge) lent(piece []bus.BaseBlock) {
	for _, b := range piece {
		k, ok := j.bases[b.Container]
		if end := b.First + uint32(len(b.Rows)/bus.BaseRowSize); !ok || b.Generation > k.generation {
			j.bases[b.Container] = known{b.Generation, end}
		} else if b.Generation == k.generation && end > k.end {
			j.bases[b.Container] = known{b.Generation, end}
		}
	}
}

func broken(format string, args ...any) error {
	return fault.New(fault.Invalid, "WorkerMisbehaved", format, args...)
}

// facts judges one piece.
func (j *judge) facts(f *bus.Facts) error {
	if len(f.Rows) != len(f.Assets) {
		return broken("%d rows for %d assets", len(f.Rows), len(f.Assets))
	}
	for i := range f.Assets {
		if err := j.asset(&f.Assets[i]); err != nil {
			return err
		}
		a := &f.Assets[i]
		if f.Rows[i].Hash != model.HashAt(a.Type, j.grant.Authority, a.Path) {
			return broken("a row of another asset")
		}
	}
	for i := range f.Gaps {
		if err := j.gap(&f.Gaps[i]); err != nil {
			return err
		}
	}
	for i := range f.Children {
		if u := &f.Children[i]; u.Step == "" || !sound(u.Title) || !sound(u.Step) || !sound(u.Below) || !wellPlaced(u.Below, j.grant.Unit.Below) {
			return broken("a unit outside the unit")
		}
	}
	for i := range f.Seen {
		if err := j.seen(&f.Seen[i]); err != nil {
			return err
		}
	}
	return nil
}

func (j *judge) asset(a *model.Asset) error {
	switch {
	case j.kind.TypeNamed(a.Type) == nil:
		return broken("an asset of an undeclared type")
	case !sound(a.Path) || !model.Below(a.Path, j.grant.Unit.Below):
		return broken("an asset outside the unit")
	case !j.grant.Scope.Match(a.Path):
		return broken("an asset outside the scope")
	case !sound(a.Container) || !model.Below(a.Path, a.Container):
		return broken("an asset outside its container")
	}
	if size, ok := soundTexts(a); !ok || size > bus.MaxAsset {
		return broken("an asset with a text that is too long or can't be stored")
	}
	classes := model.SoundClasses(a.Classes)
	for i := range a.Columns {
		a.Columns[i].Number = 0 // given by the account only
		classes = classes && model.SoundClasses(a.Columns[i].Classes)
	}
	if !classes {
		return broken("classes that are not in closed words, or counts that don't fit each other")
	}
	if a.Facets&model.FacetClassification != 0 && j.grant.Level < model.L3 {
		return broken("a classification that was not asked for")
	}
	if _, changed := j.filter.Asset(a); changed {
		return broken("an asset that the value filter has not passed")
	}
	return nil
}

func (j *judge) gap(g *model.Gap) error {
	if !pipe.Word(g.Code) || (g.State != "" && !pipe.Word("s"+g.State)) || len(g.Object) > maxNote || len(g.Remedy) > maxNote ||
		!sound(g.Object) || !sound(g.Remedy) || !sound(g.Path) || !model.Below(g.Path, j.grant.Unit.Below) && g.Path != "" || g.Count < 0 {
		return broken("a gap that is not in closed words")
	}
	return nil
}

// maxNote bounds remedies and names in gaps.
const maxNote = 1 << 10

func (j *judge) seen(s *bus.Seen) error {
	k, ok := j.bases[s.Container]
	if !ok || s.Generation != k.generation || uint64(len(s.Bits))*8 > (uint64(k.end)+7)/8*8 {
		return broken("a bitmap over rows that are not in the base")
	}
	for i := range s.Moved {
		m := &s.Moved[i]
		if m.Position >= k.end {
			return broken("measures of a row that is not in the base")
		}
		for _, x := range m.Measures {
			if !sound(x.Name) {
				return broken("a measure without a sound name")
			}
		}
	}
	return nil
}

// end judges how the worker says that the job ended.
func (j *judge) end(payload []byte) (Result, error) {
	var e pipe.End
	if err := pipe.Decode(payload, &e); err != nil {
		return Result{}, err
	}
	if e.Outcome != bus.OutcomeRead && e.Outcome != bus.OutcomeFailed || (e.Outcome == bus.OutcomeRead) != (e.Code == "") {
		return Result{}, broken("an end with outcome %d", e.Outcome)
	}
	if (e.Code != "" && !pipe.Word(e.Code)) || len(e.Remedy) > maxNote || !sound(e.Remedy) {
		return Result{}, broken("an end that is not in closed words")
	}
	if !e.Identity.Sound() {
		return Result{}, broken("an identity that can't be kept")
	}
	r := Result{Outcome: e.Outcome, Code: e.Code, Remedy: e.Remedy, Retry: e.Retry, Assets: e.Assets, Identity: e.Identity}
	if len(e.Listed) > 0 {
		if err := pipe.Decode(e.Listed, &r.Listed); err != nil {
			return Result{}, err
		}
	}
	for _, l := range r.Listed {
		if !sound(l.Container) || !wellPlaced(l.Container, j.grant.Unit.Below) {
			return Result{}, broken("a container outside the unit")
		}
	}
	return r, nil
}

// sound reports whether a text is bounded and can be stored anywhere. Most are short and of ASCII: one pass tells.
func sound(s string) bool {
	if len(s) > pipe.MaxText {
		return false
	}
	for i := range len(s) {
		switch c := s[i]; {
		case c == 0:
			return false
		case c >= utf8.RuneSelf:
			return utf8.ValidString(s[i:]) && strings.IndexByte(s[i:], 0) < 0
		}
	}
	return true
}

// texts adds up texts and whether all of them are sound.
type texts struct {
	size int
	bad  bool
}

func (t *texts) add(s string) {
	if s != "" {
		t.size += len(s)
		t.bad = t.bad || !sound(s)
	}
}

func (t *texts) list(list []string) {
	for _, s := range list {
		t.add(s)
	}
}

// soundTexts reports how long the texts of an asset are together, and whether each is sound and lineage names inputs
// that are there.
func soundTexts(a *model.Asset) (size int, ok bool) {
	var t texts
	t.add(a.Name)
	t.add(a.NativeID)
	t.add(a.Owner)
	t.add(a.Comment)
	t.add(a.Text)
	for i := range a.Attrs {
		x := &a.Attrs[i]
		t.add(x.Name)
		t.add(x.Text)
		t.list(x.List)
	}
	for i := range a.Columns {
		t.column(&a.Columns[i])
	}
	for i := range a.Keys {
		k := &a.Keys[i]
		t.add(k.Name)
		t.add(string(k.Kind))
		t.add(k.RefPath)
		t.list(k.Columns)
		t.list(k.RefColumns)
	}
	for i := range a.Indexes {
		x := &a.Indexes[i]
		t.add(x.Name)
		t.add(x.Method)
		t.list(x.Columns)
	}
	for i := range a.Measures {
		t.add(a.Measures[i].Name)
	}
	t.lineage(a.Lineage)
	return t.size, !t.bad
}

func (t *texts) column(c *model.Column) {
	t.add(c.Name)
	t.add(c.Type)
	t.add(c.Default)
	t.add(c.Identity)
	t.add(c.Generated)
	t.add(c.Comment)
	t.add(c.NativeID)
	t.list(c.Labels)
}

func (t *texts) lineage(l *model.Lineage) {
	if l == nil {
		return
	}
	for i := range l.Inputs {
		t.add(l.Inputs[i].Type)
		t.add(l.Inputs[i].Path)
	}
	for i := range l.Columns {
		e := &l.Columns[i]
		t.add(e.From)
		t.add(e.To)
		t.bad = t.bad || e.Input < 0 || e.Input >= len(l.Inputs)
	}
}
