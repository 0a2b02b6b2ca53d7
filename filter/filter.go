// Package filter takes values out of metadata: what a source calls its structure can hold what it stores.
//
// SQL leaves with "?" for every literal; SQL that its *dialect* can't cut into tokens stays behind, with a gap. The
// *terms* of the network's owner say whether enum labels, partition bounds and statistics leave (they don't unless
// released) and comments (they do unless kept). Attributes that the kind does not declare stay behind. Names stay as
// they are: which ones are data was decided where they were read.
//
// The same filter runs twice: in the worker, and in the supervisor over what the worker says, since hostile bytes may
// own it. The second time it finds nothing to take, or the worker is no longer ours.
package filter

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/lineage"
	"github.com/purlieu/purlieu/model"
)

// MaxText bounds one text that leaves, in bytes.
const MaxText = 32 << 10

// Expression stands for an expression in a list of columns.
const Expression = "(expression)"

// Filter is for the assets of one kind under one owner's terms, and for one goroutine.
type Filter struct {
	kind    *model.Kind
	dialect lineage.Dialect // nil: no SQL leaves
	terms   model.Terms
	known   map[string]string // short texts and what becomes of them: few make up most
	verdict verdict           // of the asset that is at hand
}

// New makes the filter of a kind. The kind's dialect must be among those of the build.
func New(kind *model.Kind, dialects []lineage.Dialect, terms model.Terms) (*Filter, error) {
	f := &Filter{kind: kind, terms: terms, known: map[string]string{}}
	if kind.Dialect == "" {
		return f, nil
	}
	i := slices.IndexFunc(dialects, func(d lineage.Dialect) bool { return d.Name() == kind.Dialect })
	if i < 0 {
		return nil, fault.New(fault.Unsupported, "UnknownDialect", "this build does not know the SQL dialect %q of the kind %s", kind.Dialect, kind.Name)
	}
	f.dialect = dialects[i]
	return f, nil
}

// verdict is what one asset lost.
type verdict struct {
	path    string
	gaps    []model.Gap
	changed bool
}

// Asset takes out of an asset what may not leave, in place. The gaps say what could not be understood; changed says
// that anything was taken, also what stays behind without a gap.
func (f *Filter) Asset(a *model.Asset) (gaps []model.Gap, changed bool) {
	v := &f.verdict
	*v = verdict{path: a.Path}
	f.sql(v, &a.Text, "definition")
	f.attrs(v, a)
	comments := f.terms.Lets(model.ReleaseComments)
	if !comments {
		v.take(&a.Comment)
	}
	labels := f.terms.Lets(model.ReleaseEnumLabels)
	for i := range a.Columns {
		c := &a.Columns[i]
		f.typeText(v, c)
		f.sql(v, &c.Default, c.Name)
		f.sql(v, &c.Generated, c.Name)
		if c.Identity != "" && c.Identity != "always" && c.Identity != "by default" {
			v.take(&c.Identity)
		}
		if !comments {
			v.take(&c.Comment)
		}
		if !labels && len(c.Labels) > 0 {
			c.Labels, v.changed = nil, true
		}
	}
	v.indexes(a)
	return v.gaps, v.changed
}

// take empties a text without a gap: that it stays behind is what was to be expected.
func (v *verdict) take(text *string) {
	if *text != "" {
		*text, v.changed = "", true
	}
}

// lose empties a text that was not understood.
func (v *verdict) lose(text *string, object string) {
	*text, v.changed = "", true
	v.gaps = append(v.gaps, model.Gap{
		Path: v.path, Facet: model.FacetStructure, Code: "TextNotUnderstood", Object: object,
		Remedy: "This text stays behind; everything else was read.",
	})
}

// sql takes the values out of a definition or an expression.
func (f *Filter) sql(v *verdict, text *string, object string) {
	if *text == "" {
		return
	}
	if known, ok := f.known[*text]; ok {
		v.put(text, known)
		return
	}
	if f.dialect == nil {
		v.lose(text, object)
		return
	}
	clean, err := f.dialect.Redact(*text)
	if err != nil {
		v.lose(text, object)
		return
	}
	clean = strings.TrimSpace(clean)
	if len(clean) > MaxText {
		clean = f.cut(clean)
		v.gaps = append(v.gaps, model.Gap{Path: v.path, Facet: model.FacetStructure, Code: "TextCut", Object: object})
	}
	f.remember(*text, clean)
	v.put(text, clean)
}

func (v *verdict) put(text *string, clean string) {
	if *text != clean {
		*text, v.changed = clean, true
	}
}

// Bounds of what is remembered.
const (
	maxKnown = 1 << 14
	maxShort = 200 // bytes of a text
)

// remember keeps copies: a text that came in a message is a part of the whole of it.
func (f *Filter) remember(text, clean string) {
	if len(text) > maxShort {
		return
	}
	if len(f.known) >= maxKnown {
		clear(f.known)
	}
	f.known[strings.Clone(text)] = strings.Clone(clean)
}

// cut shortens a clean text to MaxText between two tokens, so that what is left is clean by itself; to nothing
// when no such place is found soon.
func (f *Filter) cut(text string) string {
	const tries = 32
	end := MaxText
	for end > 0 && !utf8.RuneStart(text[end]) {
		end--
	}
	for range tries {
		piece := strings.TrimSpace(text[:end])
		if again, err := f.dialect.Redact(piece); err == nil && again == piece {
			return piece
		}
		if end = strings.LastIndexAny(piece, " \t\r\n"); end <= 0 {
			break
		}
	}
	return ""
}

// typeText takes the values out of a column's type.
func (f *Filter) typeText(v *verdict, c *model.Column) {
	if c.Type == "" || f.dialect == nil {
		return // without a dialect types are the words of a format
	}
	clean, err := f.dialect.RedactType(c.Type)
	if err != nil {
		v.lose(&c.Type, c.Name)
		return
	}
	v.put(&c.Type, clean)
}

// attrs judges the further attributes by their declarations.
func (f *Filter) attrs(v *verdict, a *model.Asset) {
	if len(a.Attrs) == 0 {
		return
	}
	def := f.kind.TypeNamed(a.Type)
	kept := a.Attrs[:0]
	for i := range a.Attrs {
		x := &a.Attrs[i]
		declared := attributeOf(def, x.Name)
		switch {
		case declared == nil:
			v.changed = true
			v.gaps = append(v.gaps, model.Gap{Path: v.path, Facet: model.FacetStructure, Code: "UndeclaredAttribute"})
			continue
		case declared.Release != "" && !f.terms.Lets(declared.Release):
			v.changed = true
			continue
		case declared.SQL:
			f.sql(v, &x.Text, x.Name)
			for k := range x.List {
				f.sql(v, &x.List[k], x.Name)
			}
		}
		kept = append(kept, *x)
	}
	clear(a.Attrs[len(kept):])
	a.Attrs = kept
}

// attributeOf is the declaration of an attribute, nil where there is none.
func attributeOf(def *model.TypeDef, name string) *model.Field {
	if def == nil {
		return nil
	}
	for i := range def.Attributes {
		if def.Attributes[i].Name == name {
			return &def.Attributes[i]
		}
	}
	return nil
}

// indexes lets the columns of an index be columns of the asset, or expressions of which no more is said.
func (v *verdict) indexes(a *model.Asset) {
	if len(a.Indexes) == 0 {
		return
	}
	names := make(map[string]struct{}, len(a.Columns))
	for i := range a.Columns {
		names[a.Columns[i].Name] = struct{}{}
	}
	for i := range a.Indexes {
		for k, name := range a.Indexes[i].Columns {
			if _, ok := names[name]; !ok && name != Expression {
				a.Indexes[i].Columns[k], v.changed = Expression, true
			}
		}
	}
}
