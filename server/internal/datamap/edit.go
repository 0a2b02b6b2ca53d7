package datamap

import (
	"context"
	"encoding/json"
	"maps"
	"slices"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

// Edit is what a person writes over one thing. A field that is nil is left as it is.
type Edit struct {
	GUID string // of an entity, or of a column; "" where Make says what to make
	// Make makes an entity that is not there, before anything is written: a name that is taken is a Conflict
	// "VersionChanged". Other edits of the same call name it by Ref.
	Make *Made
	Ref  string
	// Name, Attrs and the assets that go into a process and come out of it are a person's only where a person made the
	// entity. An attribute that is null is taken away.
	Name            *string
	Attrs           map[string]json.RawMessage
	Inputs, Outputs *[]string // guids, or Refs
	// Version is the entity's as the caller saw and judged it: another one is a Conflict "VersionChanged". 0 takes any.
	Version int64
	// Description and DisplayName, an empty text takes away what people wrote.
	Description, DisplayName *string
	Owners, Experts          *[]Contact
	Custom                   *map[string]string
	Labels                   *[]string
	Give, Take               []string // classifications
}

// Nothing reports whether the edit changes nothing, whatever stands there.
func (e *Edit) Nothing() bool {
	return e.Make == nil && e.Name == nil && len(e.Attrs) == 0 && e.Inputs == nil && e.Outputs == nil &&
		e.Description == nil && e.DisplayName == nil && e.Owners == nil && e.Experts == nil && e.Custom == nil && e.Labels == nil &&
		len(e.Give)+len(e.Take) == 0
}

// VersionChanged is the failure of an edit of what somebody else wrote meanwhile.
func VersionChanged(guid string) error {
	return fault.New(fault.Conflict, "VersionChanged", "the entity %s was changed meanwhile", guid).Try("Read it again, and write again")
}

// Bounds of what people write over one thing.
const (
	maxText     = 32 << 10
	maxContacts = 100
	maxCustom   = 100
	maxGiven    = 100
	maxLabels   = 100
	maxLabel    = 256
	maxAttrs    = 200
	maxAttrText = 256 << 10 // of all of them
)

// Edit writes what people say over what scans saw, all of it or nothing, and makes what they name. What is written already
// changes nothing and makes no version. Taking a classification away from a rule refuses that rule there for good; taking
// away what is not there is NotFound. It gives the guids of what was written, beside edits.
func (s *Service) Edit(ctx context.Context, actor string, edits []Edit) (guids []string, err error) {
	for i := range edits {
		if err := edits[i].check(); err != nil {
			return nil, err
		}
	}
	err = s.store.Update(ctx, store.People, func(tx store.Tx) (err error) {
		if guids, err = makeEntities(ctx, tx, actor, edits); err != nil {
			return err
		}
		w := &writing{ctx: ctx, tx: tx, actor: actor, refs: map[string]string{}, changed: map[int64]bool{}}
		for i := range edits {
			if edits[i].Make != nil {
				w.refs[edits[i].Ref] = guids[i]
			}
		}
		if err := w.read(edits, guids); err != nil {
			return err
		}
		for i := range edits {
			e := edits[i]
			e.GUID = guids[i]
			if err := w.edit(&e); err != nil {
				return err
			}
		}
		return w.write()
	})
	return guids, err
}

// columnName is the name of the column that the view names, "" for the entity.
func (v View) columnName() string {
	if c := v.Own(); c != nil {
		return c.Name
	}
	return ""
}

// scannedClasses are those that rules gave, refused or not.
func scannedClasses(row store.Entity, column uint32) ([]model.Class, error) {
	row.Authored = nil
	v, err := view(row)
	if err != nil || column == 0 {
		return v.Asset.Classes, err
	}
	for _, c := range v.Asset.Columns {
		if c.Number == column {
			return c.Classes, nil
		}
	}
	return nil, nil
}

func (e *Edit) check() error {
	bad := func(what string) error {
		return fault.New(fault.Invalid, "BadEdit", "%s is too long, too many, or no text that can be kept", what)
	}
	text := func(s string) bool { return len(s) <= maxText && model.Storable(s) }
	for what, s := range map[string]*string{"the description": e.Description, "the display name": e.DisplayName} {
		if s != nil && !text(*s) {
			return bad(what)
		}
	}
	for what, list := range map[string]*[]Contact{"the owners": e.Owners, "the experts": e.Experts} {
		if list == nil {
			continue
		}
		if len(*list) > maxContacts || slices.ContainsFunc(*list, func(c Contact) bool { return c.ID == "" || !text(c.ID) || !text(c.Info) }) {
			return bad(what)
		}
	}
	if e.Custom != nil {
		if len(*e.Custom) > maxCustom {
			return bad("the custom attributes")
		}
		for name, value := range *e.Custom {
			if name == "" || !text(name) || !text(value) {
				return bad("a custom attribute")
			}
		}
	}
	if len(e.Attrs) > maxAttrs || e.attrText() > maxAttrText {
		return bad("the attributes")
	}
	for name, value := range e.Attrs {
		if name == "" || !text(name) || !json.Valid(value) || !model.Storable(string(value)) {
			return bad("an attribute")
		}
	}
	if e.Name != nil && (*e.Name == "" || !text(*e.Name)) {
		return bad("the name")
	}
	if e.Labels != nil && (len(*e.Labels) > maxLabels || slices.ContainsFunc(*e.Labels, func(l string) bool { return l == "" || len(l) > maxLabel || !model.Storable(l) })) {
		return bad("a label")
	}
	if len(e.Give)+len(e.Take) > maxGiven || slices.ContainsFunc(e.Give, func(s string) bool { return !className(s) }) {
		return bad("a classification")
	}
	return nil
}

func (e *Edit) attrText() (n int) {
	for name, value := range e.Attrs {
		n += len(name) + len(value)
	}
	return n
}

// className reports whether a name can be a classification's: up to 256 bytes without controls, slashes and angle brackets.
func className(s string) bool {
	if s == "" || len(s) > 256 || !model.Storable(s) {
		return false
	}
	for _, r := range s {
		if r < 0x20 || r == 0x7f || r == '/' || r == '<' || r == '>' {
			return false
		}
	}
	return true
}

// over lays the edit over what people wrote before.
func (e *Edit) over(p Part, scanned []model.Class) (Part, error) {
	text := func(old, next *string) *string {
		switch {
		case next == nil:
			return old
		case *next == "":
			return nil
		}
		return next
	}
	p.Description, p.DisplayName = text(p.Description, e.Description), text(p.DisplayName, e.DisplayName)
	if e.Owners != nil {
		p.Owners = e.Owners
	}
	if e.Experts != nil {
		p.Experts = e.Experts
	}
	if e.Custom != nil {
		p.Custom = maps.Clone(*e.Custom)
	}
	if e.Labels != nil {
		p.Labels = slices.Compact(slices.Sorted(slices.Values(*e.Labels)))
	}
	if len(e.Attrs) > 0 {
		p.Attrs = maps.Clone(p.Attrs)
		if p.Attrs == nil {
			p.Attrs = map[string]json.RawMessage{}
		}
		for name, value := range e.Attrs {
			if p.Attrs[name] = value; string(value) == "null" {
				delete(p.Attrs, name)
			}
		}
		if len(p.Attrs) > maxAttrs {
			return p, fault.New(fault.Invalid, "BadEdit", "an entity may have at most %d attributes", maxAttrs)
		}
	}
	p.Classes, p.Refused = slices.Clone(p.Classes), slices.Clone(p.Refused)
	for _, name := range e.Give {
		p.Refused = slices.DeleteFunc(p.Refused, func(r Refusal) bool { return r.Class == name })
		byRule := slices.ContainsFunc(scanned, func(c model.Class) bool { return c.Name == name })
		if !byRule && !slices.Contains(p.Classes, name) {
			p.Classes = append(p.Classes, name)
		}
	}
	for _, name := range e.Take {
		n := len(p.Classes)
		p.Classes = slices.DeleteFunc(p.Classes, func(c string) bool { return c == name })
		found := len(p.Classes) < n
		for _, c := range scanned {
			r := Refusal{name, c.Evidence.Rule}
			if c.Name == name && !slices.Contains(p.Refused, r) {
				p.Refused, found = append(p.Refused, r), true
			}
		}
		if !found {
			return p, fault.New(fault.NotFound, "NoClassification", "the entity %s has no classification of that name", e.GUID)
		}
	}
	slices.Sort(p.Classes)
	return p, nil
}

// partDiff lists what differs.
func partDiff(old, next *Part, column string) ([]Difference, error) {
	var out []Difference
	add := func(what string, a, b any) error {
		x, err := json.Marshal(a)
		if err != nil {
			return err
		}
		y, err := json.Marshal(b)
		if err != nil {
			return err
		}
		if string(x) != string(y) {
			out = append(out, Difference{What: what, Name: column, Old: a, New: b})
		}
		return nil
	}
	for _, part := range []struct {
		what      string
		old, next any
	}{
		{"description", old.Description, next.Description},
		{"displayName", old.DisplayName, next.DisplayName},
		{"owners", old.Owners, next.Owners},
		{"experts", old.Experts, next.Experts},
		{"customAttributes", orEmpty(old.Custom), orEmpty(next.Custom)},
		{"attributes", orEmpty(old.Attrs), orEmpty(next.Attrs)},
		{"labels", append([]string{}, old.Labels...), append([]string{}, next.Labels...)},
		{"classifications", append([]string{}, old.Classes...), append([]string{}, next.Classes...)},
		{"refusals", append([]Refusal{}, old.Refused...), append([]Refusal{}, next.Refused...)},
	} {
		if err := add(part.what, part.old, part.next); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func orEmpty[T any](m map[string]T) map[string]T {
	if m == nil {
		return map[string]T{}
	}
	return m
}
