package survey

import (
	"unicode/utf8"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/filter"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/node/internal/pipe"
)

// What the filter lets pass is not cut again.
var _ [0]struct{} = [pipe.MaxText - filter.MaxText]struct{}{}

// maxElements bounds the lists of one asset together, well below what a frame may hold.
const maxElements = pipe.MaxElements / 4

// tidier walks the texts of an asset: each is storable anywhere and at most pipe.MaxText long. It adds up, never
// too low, the bytes that the asset takes in a frame, and the elements of its lists.
type tidier struct {
	size, elements int
	cut            bool
}

// tidy cleans an asset and counts the elements of its lists. An asset beyond bus.MaxAsset loses parts, the least telling
// first, until it fits; cutText and cutAsset say what was lost.
func tidy(a *model.Asset) (elements int, cutText, cutAsset bool) {
	a.Name = clip(model.Stored(a.Name))
	t := walk(a)
	cutText = t.cut
	if t.fits() {
		return t.elements, cutText, false
	}
	for _, lose := range []func(){
		func() { a.Text = "" },
		func() { a.Attrs = nil },
		func() { a.Indexes = nil },
		func() {
			if a.Lineage != nil {
				a.Lineage.Columns = nil
			}
		},
		func() { a.Lineage = nil },
		func() { a.Keys = nil },
		func() { a.Measures = nil },
	} {
		if t.fits() {
			break
		}
		cutAsset = true
		lose()
		t = walk(a)
	}
	for !t.fits() && len(a.Columns) > 0 {
		a.Columns = a.Columns[:len(a.Columns)/2]
		t = walk(a)
	}
	return t.elements, cutText, cutAsset
}

func (t *tidier) fits() bool { return t.size <= bus.MaxAsset && t.elements <= maxElements }

func walk(a *model.Asset) tidier {
	t := tidier{size: 64 + len(a.Type) + len(a.Path) + len(a.Container)}
	a.Classes = nil
	t.texts(&a.Name, &a.NativeID, &a.Owner, &a.Comment, &a.Text)
	for i := range a.Attrs {
		x := &a.Attrs[i]
		t.element()
		t.texts(&x.Name, &x.Text)
		t.list(x.List)
	}
	for i := range a.Columns {
		c := &a.Columns[i]
		c.Number, c.Classes, c.Unjudged = 0, nil, false // none of these is the connector's to say
		t.element()
		t.texts(&c.Name, &c.Type, &c.Default, &c.Identity, &c.Generated, &c.Comment, &c.NativeID)
		t.list(c.Labels)
	}
	for i := range a.Keys {
		k := &a.Keys[i]
		t.element()
		t.texts(&k.Name, (*string)(&k.Kind), &k.RefPath)
		t.list(k.Columns)
		t.list(k.RefColumns)
	}
	for i := range a.Indexes {
		x := &a.Indexes[i]
		t.element()
		t.texts(&x.Name, &x.Method)
		t.list(x.Columns)
	}
	t.measures(a.Measures)
	if a.Lineage != nil {
		for i := range a.Lineage.Inputs {
			t.element()
			t.texts(&a.Lineage.Inputs[i].Type, &a.Lineage.Inputs[i].Path)
		}
		for i := range a.Lineage.Columns {
			t.element()
			t.texts(&a.Lineage.Columns[i].From, &a.Lineage.Columns[i].To)
		}
	}
	return t
}

func (t *tidier) measures(measures []model.Measure) {
	for i := range measures {
		t.element()
		t.texts(&measures[i].Name)
	}
}

// element counts one structure in a list: its head, its numbers and their keys.
func (t *tidier) element() {
	t.elements++
	t.size += 32
}

func (t *tidier) texts(texts ...*string) {
	for _, s := range texts {
		t.text(s)
	}
}

func (t *tidier) list(list []string) {
	t.elements += len(list)
	t.size += 6
	for i := range list {
		t.text(&list[i])
	}
}

func (t *tidier) text(s *string) {
	if *s == "" {
		return
	}
	full := model.Stored(*s)
	*s = clip(full)
	t.cut = t.cut || len(*s) < len(full)
	t.size += len(*s) + 6
}

// clip cuts a text to pipe.MaxText bytes, between characters.
func clip(s string) string {
	if len(s) <= pipe.MaxText {
		return s
	}
	end := pipe.MaxText
	for end > 0 && !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end]
}
