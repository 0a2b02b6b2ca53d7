package datamap

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

// Edit is what a person writes over one thing. A field that is nil is left as it is.
type Edit struct {
	GUID string // of an entity, or of a column
	// Version is the entity's as the caller saw and judged it: another one is a Conflict "VersionChanged". 0 takes any.
	Version int64
	// Description and DisplayName, an empty text takes away what people wrote.
	Description, DisplayName *string
	Owners, Experts          *[]Contact
	Custom                   *map[string]string
	Give, Take               []string // classifications
}

// Bounds of what people write over one thing.
const (
	maxText     = 32 << 10
	maxContacts = 100
	maxCustom   = 100
	maxGiven    = 100
)

// Edit writes what people say over what scans saw, all of it or nothing. What is written already changes nothing and
// makes no version. Taking a classification away from a rule refuses that rule there for good; taking away what is not
// there is NotFound.
func (s *Service) Edit(ctx context.Context, actor string, edits []Edit) (changed int, err error) {
	for i := range edits {
		if err := edits[i].check(); err != nil {
			return 0, err
		}
	}
	err = s.store.Update(ctx, store.People, func(tx store.Tx) error {
		changed = 0
		for i := range edits {
			did, err := edit(ctx, tx, actor, &edits[i])
			if err != nil {
				return err
			}
			if did {
				changed++
			}
		}
		return nil
	})
	return changed, err
}

func edit(ctx context.Context, tx store.Tx, actor string, e *Edit) (bool, error) {
	id, column, err := model.ParseGUID(e.GUID)
	if err != nil {
		return false, err
	}
	v, err := byGUID(ctx, tx, e.GUID)
	if err != nil {
		return false, err
	}
	row := v.Row
	if e.Version != 0 && row.Version != e.Version {
		return false, fault.New(fault.Conflict, "VersionChanged", "the entity %s was changed meanwhile", e.GUID).Try("Read it again, and write again")
	}
	if row.Deleted {
		return false, fault.New(fault.Conflict, "EntityDeleted", "the entity %s is deleted", e.GUID).Try("Bring it back first: purlieu asset restore %s", e.GUID)
	}
	authored := v.Authored
	authored.Columns = maps.Clone(authored.Columns)
	before := authored.part(column)
	scanned, err := scannedClasses(row, column)
	if err != nil {
		return false, err
	}
	after, err := e.over(before, scanned)
	if err != nil {
		return false, err
	}
	diff, err := partDiff(&before, &after, v.columnName())
	if err != nil || diff == nil {
		return false, err
	}
	authored.set(column, after)
	if row.Authored, err = authored.pack(); err != nil {
		return false, fmt.Errorf("write authored layer of entity %d: %w", id, err)
	}
	if row.Version, err = tx.Map().NextVersion(ctx); err != nil {
		return false, err
	}
	row.Modified, row.ModifiedBy = tx.Now(), actor
	if err := tx.Map().Set(ctx, []store.Entity{row}); err != nil {
		return false, fmt.Errorf("write entity: %w", err)
	}
	change := store.Change{Entity: row.ID, Version: row.Version, At: tx.Now(), Actor: actor, Verb: "updated", Diff: diff}
	return true, tx.Map().AddChanges(ctx, []store.Change{change})
}

// columnName is the name of the column that the view names, "" for the entity.
func (v View) columnName() string {
	if v.Column >= 0 && v.Column < len(v.Asset.Columns) {
		return v.Asset.Columns[v.Column].Name
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
	if len(e.Give)+len(e.Take) > maxGiven || slices.ContainsFunc(e.Give, func(s string) bool { return !className(s) }) {
		return bad("a classification")
	}
	return nil
}

// className reports whether a name can be a classification's: letters, digits, blanks and . _ -.
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

// partDiff lists what differs, as JSON; nil when nothing does.
func partDiff(old, next *Part, column string) ([]byte, error) {
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
		{"classifications", append([]string{}, old.Classes...), append([]string{}, next.Classes...)},
		{"refusals", append([]Refusal{}, old.Refused...), append([]Refusal{}, next.Refused...)},
	} {
		if err := add(part.what, part.old, part.next); err != nil {
			return nil, err
		}
	}
	if len(out) == 0 {
		return nil, nil
	}
	return json.Marshal(out)
}

func orEmpty(m map[string]string) map[string]string {
	if m == nil {
		return map[string]string{}
	}
	return m
}
