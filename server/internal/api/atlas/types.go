package atlas

import (
	"cmp"
	"net/http"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/api"
	"github.com/purlieu/purlieu/server/internal/datamap"
)

// The categories of types that there are.
const (
	ofEntities        = "ENTITY"
	ofClassifications = "CLASSIFICATION"
	ofRelationships   = "RELATIONSHIP"
)

// typeDef is a type as clients read it: its guid is made of category and name.
type typeDef struct {
	GUID        string         `json:"guid"`
	Name        string         `json:"name"`
	Category    string         `json:"category"`
	Description string         `json:"description"`
	TypeVersion string         `json:"typeVersion"`
	ServiceType string         `json:"serviceType,omitempty"`
	Version     int            `json:"version"`
	Attributes  []attributeDef `json:"attributeDefs"`
	Super       []string       `json:"superTypes"`
	Sub         []string       `json:"subTypes"`
	End1        *endDef        `json:"endDef1,omitempty"`
	End2        *endDef        `json:"endDef2,omitempty"`
	Relation    string         `json:"relationshipCategory,omitempty"`
	Label       string         `json:"relationshipLabel,omitempty"`
}

type attributeDef struct {
	Name        string `json:"name"`
	Type        string `json:"typeName"`
	Optional    bool   `json:"isOptional"`
	Unique      bool   `json:"isUnique"`
	Cardinality string `json:"cardinality"`
	Description string `json:"description"`
}

type endDef struct {
	Type        string `json:"type"`
	Name        string `json:"name"`
	Container   bool   `json:"isContainer"`
	Cardinality string `json:"cardinality"`
}

func newType(category, name, description string) typeDef {
	return typeDef{
		GUID: uuid.NewSHA1(uuid.Nil, []byte(category+" "+name)).String(), Name: name, Category: category, Description: description,
		TypeVersion: "1.0", Version: 1, Attributes: []attributeDef{}, Super: []string{}, Sub: []string{},
	}
}

func entityType(name, title, super string, attributes ...attributeDef) typeDef {
	t := newType(ofEntities, name, title)
	t.Attributes = append(t.Attributes, attributes...)
	if super != "" {
		t.Super = append(t.Super, super)
	}
	return t
}

func text(name, description string) attributeDef {
	return attributeDef{Name: name, Type: "string", Optional: true, Cardinality: "SINGLE", Description: description}
}

// rooted are the types that all others stand on.
func rooted() []typeDef {
	name := text("qualifiedName", "The name in the whole account")
	name.Optional, name.Unique = false, true
	inputs, outputs := text("inputs", "What goes in"), text("outputs", "What comes out")
	inputs.Type, outputs.Type = "array<DataSet>", "array<DataSet>"
	return []typeDef{
		entityType("Referenceable", "Whatever has a name", "", name),
		entityType("Asset", "Whatever people look for", "Referenceable",
			text("name", "The name"), text("description", "What the source, or a person, says of it"), text("owner", "Who owns it in the source"),
			text("displayName", "The name that people gave it"), text("userDescription", "What people say of it")),
		entityType(datamap.TypeDataSet, "What data is in", "Asset"),
		entityType(datamap.TypeProcess, "What data goes through", "Asset", inputs, outputs),
	}
}

// fieldType is the published word for the type of a field.
func fieldType(t model.FieldType) string {
	switch t {
	case model.FieldNumber:
		return "long"
	case model.FieldSwitch:
		return "boolean"
	case model.FieldList:
		return "array<string>"
	}
	return "string"
}

// typeDefs are all types: the kinds', those that they stand on, and what the rules find.
func (p *Plane) typeDefs(r *http.Request) ([]typeDef, error) {
	kinds, err := p.Kinds.Kinds(r.Context())
	if err != nil {
		return nil, err
	}
	out := rooted()
	seen := map[string]bool{}
	for _, k := range kinds {
		for _, def := range k.Types {
			if seen[def.Name] {
				continue
			}
			seen[def.Name] = true
			out = append(out, ofKind(k, def)...)
		}
	}
	for _, c := range p.Classes {
		out = append(out, newType(ofClassifications, c.Name, c.Title+". "+c.Summary))
	}
	out = append(out,
		relationType(relationInput, "AGGREGATION", endDef{datamap.TypeDataSet, "inputToProcesses", false, "SET"}, endDef{datamap.TypeProcess, "inputs", true, "SET"}, "__Process.inputs"),
		relationType(relationOutput, "AGGREGATION", endDef{datamap.TypeProcess, "outputs", true, "SET"}, endDef{datamap.TypeDataSet, "outputFromProcesses", false, "SET"}, "__Process.outputs"))
	slices.SortStableFunc(out, func(a, b typeDef) int {
		return cmp.Or(cmp.Compare(a.Category, b.Category), cmp.Compare(a.Name, b.Name))
	})
	out = slices.CompactFunc(out, func(a, b typeDef) bool { return a.GUID == b.GUID })
	subs := map[string][]string{}
	for _, t := range out {
		for _, super := range t.Super {
			subs[super] = append(subs[super], t.Name)
		}
	}
	for i := range out {
		if out[i].Category == ofEntities {
			out[i].Sub = append(out[i].Sub, subs[out[i].Name]...)
		}
	}
	return out, nil
}

// ofKind are the types that one of a kind's makes: itself, its columns, and what ties them.
func ofKind(k model.Kind, def model.TypeDef) []typeDef {
	t := entityType(def.Name, def.Title, cmp.Or(def.Super, "Asset"))
	t.ServiceType = k.Title
	for _, f := range def.Attributes {
		a := text(f.Name, f.Help)
		a.Type = fieldType(f.Type)
		t.Attributes = append(t.Attributes, a)
	}
	if def.Column == "" {
		return []typeDef{t}
	}
	c := entityType(def.Column, "Column of a "+def.Title, "DataSet", text("data_type", "The type, as the source writes it"))
	c.ServiceType = k.Title
	columns := relationType(def.Name+"_columns", "COMPOSITION", endDef{def.Name, "columns", true, "SET"}, endDef{def.Column, "table", false, "SINGLE"}, "__"+def.Name+".columns")
	return []typeDef{t, c, columns}
}

func relationType(name, category string, end1, end2 endDef, label string) typeDef {
	t := newType(ofRelationships, name, name)
	t.End1, t.End2, t.Relation, t.Label = &end1, &end2, category, label
	return t
}

// oneType answers the type of a category ("" any) whose name, or guid, the path holds.
func (p *Plane) oneType(category, by string) api.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		list, err := p.typeDefs(r)
		if err != nil {
			return err
		}
		want := r.PathValue(by)
		for _, t := range list {
			if (category == "" || t.Category == category) && (by == "name" && t.Name == want || by == "guid" && t.GUID == want) {
				api.Answer(w, http.StatusOK, t)
				return nil
			}
		}
		return fault.New(fault.NotFound, "ATLAS-404-00-001", "no type has the %s %s", by, clip(want))
	}
}

// emptyCategories are the published categories of which there are no types here.
func emptyCategories() []string {
	return []string{"PRIMITIVE", "OBJECT_ID_TYPE", "ENUM", "STRUCT", "ARRAY", "MAP", "TERM_TEMPLATE"}
}

// typesAsked are the types of the category that ?type= names, all without it. Older clients write it in small letters.
func (p *Plane) typesAsked(r *http.Request) ([]typeDef, error) {
	list, err := p.typeDefs(r)
	asked := r.URL.Query().Get("type")
	category := strings.ToUpper(asked)
	switch {
	case err != nil || category == "":
		return list, err
	case !slices.Contains(append(emptyCategories(), ofEntities, ofClassifications, ofRelationships), category):
		return nil, fault.New(fault.Invalid, "ATLAS-400-00-01D", "type can't be %s", clip(asked)).Try("Ask for ENTITY, CLASSIFICATION or RELATIONSHIP")
	}
	return slices.DeleteFunc(list, func(t typeDef) bool { return t.Category != category }), nil
}

func (p *Plane) listTypes(w http.ResponseWriter, r *http.Request) error {
	list, err := p.typesAsked(r)
	if err != nil {
		return err
	}
	of := func(category string) []typeDef {
		return slices.DeleteFunc(slices.Clone(list), func(t typeDef) bool { return t.Category != category })
	}
	api.Answer(w, http.StatusOK, map[string]any{
		"entityDefs": of(ofEntities), "classificationDefs": of(ofClassifications), "relationshipDefs": of(ofRelationships),
		"enumDefs": []any{}, "structDefs": []any{}, "businessMetadataDefs": []any{}, "termTemplateDefs": []any{},
	})
	return nil
}

func (p *Plane) listTypeHeaders(w http.ResponseWriter, r *http.Request) error {
	list, err := p.typesAsked(r)
	if err != nil {
		return err
	}
	out := make([]any, len(list))
	for i, t := range list {
		out[i] = map[string]any{"guid": t.GUID, "name": t.Name, "category": t.Category}
	}
	api.Answer(w, http.StatusOK, out)
	return nil
}
