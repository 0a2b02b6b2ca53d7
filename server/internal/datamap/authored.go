package datamap

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

// Part is what people wrote over one thing: an entity, or a column of it. What nobody wrote is not there.
type Part struct {
	Description *string `json:"description,omitempty"`
	DisplayName *string `json:"displayName,omitempty"`
	// Owners and Experts replace what was there; an empty list is one that a person emptied.
	Owners  *[]Contact `json:"owners,omitempty"`
	Experts *[]Contact `json:"experts,omitempty"`
	// Custom are people's own attributes, by name. Attrs are those of the type, of an entity that a person made.
	Custom map[string]string          `json:"custom,omitempty"`
	Attrs  map[string]json.RawMessage `json:"attrs,omitempty"`
	// Labels are free words, sorted.
	Labels []string `json:"labels,omitempty"`
	// Classes are classifications that people gave; Refused are those that people took away from a rule.
	Classes []string  `json:"classes,omitempty"`
	Refused []Refusal `json:"refused,omitempty"`
}

// Contact is a person, as the directory knows them.
type Contact struct {
	ID   string `json:"id"`
	Info string `json:"info,omitempty"`
}

// Refusal keeps a rule from giving a classification again where a person took it away. Another rule may give it.
type Refusal struct {
	Class string `json:"class"`
	Rule  string `json:"rule"`
}

// Authored is what people wrote over an entity and its columns. Columns are kept by number, which outlives their names.
type Authored struct {
	Part
	Columns map[uint32]Part `json:"columns,omitempty"`
	// Gone are the names of those columns that the last reading did not have: one that comes back has its number again.
	Gone map[uint32]string `json:"gone,omitempty"`
	// Cut are rows whose edges with the process of this asset people took away, sorted.
	Cut []int64 `json:"cut,omitempty"`
}

func (p *Part) empty() bool {
	return p.Description == nil && p.DisplayName == nil && p.Owners == nil && p.Experts == nil &&
		len(p.Custom)+len(p.Attrs)+len(p.Labels)+len(p.Classes)+len(p.Refused) == 0
}

// part is what stands for the entity (column 0) or for a column.
func (a *Authored) part(column uint32) Part {
	if column == 0 {
		return a.Part
	}
	return a.Columns[column]
}

func (a *Authored) set(column uint32, p Part) {
	switch {
	case column == 0:
		a.Part = p
	case p.empty():
		delete(a.Columns, column)
	default:
		if a.Columns == nil {
			a.Columns = map[uint32]Part{}
		}
		a.Columns[column] = p
	}
}

func readAuthored(row store.Entity) (a Authored, err error) {
	if len(row.Authored) == 0 {
		return a, nil
	}
	if err := json.Unmarshal(row.Authored, &a); err != nil {
		return a, fmt.Errorf("read authored layer of entity %d: %w", row.ID, err)
	}
	return a, nil
}

// pack is the layer as a row keeps it; nil when nothing is left.
func (a *Authored) pack() ([]byte, error) {
	if a.empty() && len(a.Columns)+len(a.Cut) == 0 {
		return nil, nil
	}
	return json.Marshal(a)
}

// lay lays the classes that people gave and refused over those that scans saw. A class that a person gave has no evidence.
func (a *Authored) lay(asset *model.Asset) {
	asset.Classes = a.layClasses(0, asset.Classes)
	for i := range asset.Columns {
		c := &asset.Columns[i]
		c.Classes = a.layClasses(c.Number, c.Classes)
	}
}

func (a *Authored) layClasses(column uint32, scanned []model.Class) []model.Class {
	p := a.part(column)
	if len(p.Classes)+len(p.Refused) == 0 {
		return scanned
	}
	out := make([]model.Class, 0, len(scanned)+len(p.Classes))
	for _, c := range scanned {
		if !slices.Contains(p.Refused, Refusal{c.Name, c.Evidence.Rule}) && !slices.Contains(p.Classes, c.Name) {
			out = append(out, c)
		}
	}
	for _, name := range p.Classes {
		out = append(out, model.Class{Name: name})
	}
	slices.SortFunc(out, func(x, y model.Class) int { return strings.Compare(x.Name, y.Name) })
	return out
}

// Written is what people wrote over the thing that the view names: the entity, or its column.
func (v View) Written() Part {
	if c := v.Own(); c != nil {
		return v.Authored.Columns[c.Number]
	}
	return v.Authored.Part
}

// OwnClasses are those of the thing that the view names, as a reader sees them; one without a rule was given by a person.
func (v View) OwnClasses() []model.Class {
	if c := v.Own(); c != nil {
		return c.Classes
	}
	return v.Asset.Classes
}

// words are the texts of a part that search finds.
func (p *Part) words() (words []string) {
	for _, text := range []*string{p.DisplayName, p.Description} {
		if text != nil {
			words = append(words, *text)
		}
	}
	return words
}

// Contacts are the ids of the people that a part names: owners, then experts.
func (p *Part) Contacts() (ids []string) {
	for _, list := range []*[]Contact{p.Owners, p.Experts} {
		if list == nil {
			continue
		}
		for _, c := range *list {
			ids = append(ids, c.ID)
		}
	}
	return ids
}

// contactTypes are the published words for what the part's contacts are, each once.
func (p *Part) contactTypes() (words []string) {
	for _, side := range []struct {
		word string
		list *[]Contact
	}{{"Expert", p.Experts}, {"Owner", p.Owners}} {
		if side.list != nil && len(*side.list) > 0 {
			words = append(words, side.word)
		}
	}
	return words
}
