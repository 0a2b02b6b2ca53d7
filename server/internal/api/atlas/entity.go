package atlas

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/datamap"
)

// types are the entity types that the kinds declare, and the kinds' titles, by type name.
type types map[string]typed

type typed struct {
	def   model.TypeDef
	title string // of the kind: the published assetType
}

func (p *Plane) types(r *http.Request) (types, error) {
	kinds, err := p.Kinds.Kinds(r.Context())
	out := types{}
	for _, k := range kinds {
		for _, def := range k.Types {
			if _, ok := out[def.Name]; !ok {
				out[def.Name] = typed{def, k.Title}
			}
		}
	}
	return out, err
}

// columnType is the type of a table's columns.
func (t types) columnType(table string) string {
	if c := t[table].def.Column; c != "" {
		return c
	}
	return "column"
}

// tablesOf are the types whose columns are of a type.
func (t types) tablesOf(column string) []string {
	if column == "" {
		return nil
	}
	return t.named(func(table string) bool { return t[table].def.Column == column })
}

func status(v datamap.View) string {
	if v.Row.Deleted {
		return "DELETED"
	}
	return "ACTIVE"
}

func orNil(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// entity is the whole Atlas entity of a view: of the column, when the view names one.
func (t types) entity(v datamap.View) shownEntity {
	if v.Own() != nil {
		return t.columnEntity(v, v.Column)
	}
	e := t.frame(v, v.GUID, v.Row.Type)
	e.Attributes, e.Relations, e.Custom = attributes(v), t.relations(v), custom(v.Authored.Part, measures(v))
	if v.Asset.Text != "" {
		if e.Ours == nil {
			e.Ours = map[string]any{}
		}
		e.Ours["definition"] = v.Asset.Text
	}
	return e
}

// relations are the relationships of the entity or column that a view names.
func (t types) relations(v datamap.View) map[string]any {
	out := map[string]any{"meanings": []any{}}
	if v.Own() != nil {
		out["table"] = relationsOf(v, guidOf(v)).Table
		return out
	}
	if v.Row.Scanned == nil {
		out["inputs"], out["outputs"] = flows(v, true), flows(v, false)
	}
	if len(v.Asset.Columns) == 0 && t[v.Row.Type].def.Column == "" {
		return out
	}
	columns, kind := make([]shownRelation, len(v.Asset.Columns)), v.Row.Type+"_columns"
	for i, c := range v.Asset.Columns {
		guid := v.ColumnGUID(c.Number)
		columns[i] = shownRelation{Kind: kind, GUID: guid, TypeName: t.columnType(v.Row.Type), Text: c.Name, Status: status(v), Relation: columnRelation(guid), Held: holds}
	}
	out["columns"] = columns
	return out
}

// columnRelation is the guid of what ties a column to its table: made of the column's, the same for ever, and nothing that
// can be read by itself.
func columnRelation(column string) string {
	return uuid.NewSHA1(uuid.Nil, []byte("table of "+column)).String()
}

// flows are what goes into a process, or comes out of it, as relationships are shown.
func flows(v datamap.View, input bool) []shownRelation {
	out := []shownRelation{}
	for _, f := range v.Flows {
		if f.Input != input {
			continue
		}
		kind := relationOutput
		if input {
			kind = relationInput
		}
		out = append(out, shownRelation{Kind: kind, GUID: guidOfRow(f.Far.ID), TypeName: f.Far.Type, Text: f.Far.Name, Status: "ACTIVE", Relation: f.GUID, Held: holds})
	}
	return out
}

// ends are what goes into a process, or comes out of it, as attributes name entities.
func ends(v datamap.View, input bool) []any {
	out := []any{}
	for _, f := range v.Flows {
		if f.Input == input {
			out = append(out, map[string]any{
				"guid": guidOfRow(f.Far.ID), "typeName": f.Far.Type, "uniqueAttributes": map[string]any{"qualifiedName": f.Far.QualifiedName},
			})
		}
	}
	return out
}

// custom are people's own attributes, beside those that are there.
func custom(p datamap.Part, beside map[string]any) map[string]any {
	for name, value := range p.Custom {
		if _, taken := beside[name]; !taken {
			beside[name] = value
		}
	}
	return beside
}

// written lays what people wrote over the attributes that the source gave.
func written(p datamap.Part, attrs map[string]any) {
	attrs["userDescription"], attrs["displayName"] = nil, nil
	if p.Description != nil {
		attrs["userDescription"], attrs["description"] = *p.Description, *p.Description
	}
	if p.DisplayName != nil {
		attrs["displayName"] = *p.DisplayName
	}
}

// guidOf is the guid of the entity or column that a view names.
func guidOf(v datamap.View) string {
	if c := v.Own(); c != nil {
		return v.ColumnGUID(c.Number)
	}
	return v.GUID
}

// shownAttributes are those of the entity or column that a view names.
func shownAttributes(v datamap.View) (map[string]any, error) {
	c := v.Own()
	if c == nil {
		return attributes(v), nil
	}
	text, err := json.Marshal(attributesOf(v, *c))
	if err != nil {
		return nil, err
	}
	var out map[string]any
	err = json.Unmarshal(text, &out)
	return out, err
}

func attributes(v datamap.View) map[string]any {
	a := v.Asset
	out := map[string]any{}
	for _, attr := range a.Attrs {
		out[attr.Name] = attr.Value()
	}
	if v.Made() {
		for name, value := range v.Authored.Attrs {
			out[name] = value
		}
	}
	if len(v.Flows) > 0 || v.Row.Scanned == nil && v.Row.Type == datamap.TypeProcess {
		out["inputs"], out["outputs"] = ends(v, true), ends(v, false)
	}
	out["qualifiedName"], out["name"] = v.Row.QualifiedName, v.Row.Name
	if !v.Made() {
		out["owner"], out["comment"] = orNil(a.Owner), orNil(a.Comment)
	}
	out["description"] = orNil(a.Comment)
	written(v.Authored.Part, out)
	if len(a.Keys) > 0 {
		out["keys"] = a.Keys
	}
	if len(a.Indexes) > 0 {
		out["indexes"] = a.Indexes
	}
	return out
}

// measures are the newest ones, as custom attributes are: text by name.
func measures(v datamap.View) map[string]any {
	out := map[string]any{}
	if len(v.Measures) == 0 {
		return out
	}
	for _, m := range v.Measures[0].Measures {
		out[m.Name] = strconv.FormatInt(m.Value, 10)
	}
	return out
}

// addColumns puts the columns of a table, as whole entities, beside it.
func (t types) addColumns(referred map[string]any, v datamap.View) {
	if v.Column >= 0 {
		return
	}
	for i, c := range v.Asset.Columns {
		referred[v.ColumnGUID(c.Number)] = t.columnEntity(v, i)
	}
}

// header is the short form of an entity.
func (t types) header(v datamap.View) map[string]any {
	typeName, name := v.Row.Type, v.Row.Name
	attrs := map[string]any{"qualifiedName": v.Row.QualifiedName, "name": name, "owner": orNil(v.Asset.Owner), "description": orNil(v.Asset.Comment)}
	if c := v.Own(); c != nil {
		typeName, name = t.columnType(v.Row.Type), c.Name
		attrs = map[string]any{"qualifiedName": v.Row.QualifiedName + "#" + model.EscapeName(c.Name), "name": c.Name}
	}
	guid := guidOf(v)
	return map[string]any{
		"guid": guid, "typeName": typeName, "displayText": name, "status": status(v), "attributes": attrs, "isIncomplete": false,
		"lastModifiedTS": strconv.FormatInt(v.Row.Version, 10), "classificationNames": []any{}, "classifications": []any{},
		"labels": labels(v.Written()), "meaningNames": []any{}, "meanings": []any{}, "collectionId": v.Row.Collection,
	}
}

// objectType is the published word for what a type is.
func (t types) objectType(typeName string) string {
	def := t[typeName].def
	switch {
	case def.File:
		return "Files"
	case def.Column != "":
		return "Tables"
	case def.Super == datamap.TypeProcess:
		return "Data pipelines"
	case strings.HasSuffix(typeName, "_folder"):
		return "Folders"
	case strings.HasSuffix(typeName, "_schema"), strings.HasSuffix(typeName, "_db"), strings.HasSuffix(typeName, "_database"):
		return "Databases"
	}
	return ""
}
