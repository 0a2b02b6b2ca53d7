package atlas

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/api"
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
func (t types) entity(v datamap.View) map[string]any {
	if v.Column >= 0 && v.Column < len(v.Asset.Columns) {
		return t.columnEntity(v, v.Asset.Columns[v.Column])
	}
	e := t.frame(v, v.GUID, v.Row.Type)
	e["attributes"] = attributes(v)
	columns := make([]any, len(v.Asset.Columns))
	for i, c := range v.Asset.Columns {
		columns[i] = map[string]any{
			"guid": v.ColumnGUID(c.Number), "typeName": t.columnType(v.Row.Type), "displayText": c.Name,
			"entityStatus": status(v), "relationshipType": v.Row.Type + "_columns", "relationshipStatus": "ACTIVE",
		}
	}
	relations := map[string]any{"meanings": []any{}}
	if len(columns) > 0 || t[v.Row.Type].def.Column != "" {
		relations["columns"] = columns
	}
	e["relationshipAttributes"] = relations
	e["customAttributes"] = measures(v)
	if v.Asset.Text != "" {
		e["purlieu"] = map[string]any{"definition": v.Asset.Text}
	}
	return e
}

// frame is what every entity has.
func (t types) frame(v datamap.View, guid, typeName string) map[string]any {
	contacts := []any{}
	for _, owner := range v.Authored.Owners {
		contacts = append(contacts, map[string]any{"id": owner})
	}
	return map[string]any{
		"guid": guid, "typeName": typeName, "status": status(v), "isIncomplete": false, "version": v.Row.Version,
		"lastModifiedTS": strconv.FormatInt(v.Row.Version, 10), "collectionId": v.Row.Collection,
		"createTime": api.Millis(v.Row.Created), "updateTime": api.Millis(v.Row.Modified),
		"createdBy": v.Row.CreatedBy, "updatedBy": v.Row.ModifiedBy,
		"classifications": []any{}, "labels": []any{}, "meanings": []any{}, "businessAttributes": map[string]any{},
		"contacts": map[string]any{"Expert": []any{}, "Owner": contacts},
	}
}

func attributes(v datamap.View) map[string]any {
	a := v.Asset
	out := map[string]any{}
	for _, attr := range a.Attrs {
		out[attr.Name] = attr.Value()
	}
	for name, value := range v.Authored.Attributes {
		out[name] = value
	}
	out["qualifiedName"], out["name"] = v.Row.QualifiedName, v.Row.Name
	out["owner"], out["comment"] = orNil(a.Owner), orNil(a.Comment)
	out["description"], out["userDescription"] = orNil(a.Comment), nil
	if d := v.Authored.Description; d != nil {
		out["userDescription"] = *d
	}
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
	for _, c := range v.Asset.Columns {
		referred[v.ColumnGUID(c.Number)] = t.columnEntity(v, c)
	}
}

func (t types) columnEntity(v datamap.View, c model.Column) map[string]any {
	e := t.frame(v, v.ColumnGUID(c.Number), t.columnType(v.Row.Type))
	attrs := map[string]any{
		"qualifiedName": v.Row.QualifiedName + "#" + model.EscapeName(c.Name), "name": c.Name, "type": c.Type, "data_type": c.Type,
		"ordinal": c.Ordinal, "nullable": !c.NotNull, "owner": nil, "comment": orNil(c.Comment), "description": orNil(c.Comment), "userDescription": nil,
	}
	for name, value := range map[string]string{"default": c.Default, "identity": c.Identity, "generated": c.Generated} {
		if value != "" {
			attrs[name] = value
		}
	}
	e["attributes"] = attrs
	e["relationshipAttributes"] = map[string]any{
		"meanings": []any{},
		"table": map[string]any{
			"guid": model.GUID(uint64(v.Row.ID), 0), "typeName": v.Row.Type, "displayText": v.Row.Name, "entityStatus": status(v),
			"relationshipType": v.Row.Type + "_columns", "relationshipStatus": "ACTIVE",
		},
	}
	e["customAttributes"] = map[string]any{}
	return e
}

// header is the short form of an entity.
func (t types) header(v datamap.View) map[string]any {
	typeName, name := v.Row.Type, v.Row.Name
	attrs := map[string]any{"qualifiedName": v.Row.QualifiedName, "name": name, "owner": orNil(v.Asset.Owner), "description": orNil(v.Asset.Comment)}
	if v.Column >= 0 && v.Column < len(v.Asset.Columns) {
		c := v.Asset.Columns[v.Column]
		typeName, name = t.columnType(v.Row.Type), c.Name
		attrs = map[string]any{"qualifiedName": v.Row.QualifiedName + "#" + model.EscapeName(c.Name), "name": c.Name}
	}
	return map[string]any{
		"guid": v.GUID, "typeName": typeName, "displayText": name, "status": status(v), "attributes": attrs, "isIncomplete": false,
		"lastModifiedTS": strconv.FormatInt(v.Row.Version, 10), "classificationNames": []any{}, "classifications": []any{},
		"labels": []any{}, "meaningNames": []any{}, "meanings": []any{}, "collectionId": v.Row.Collection,
	}
}

// objectType is the published word for what a type is.
func (t types) objectType(typeName string) string {
	def := t[typeName].def
	switch {
	case def.Column != "":
		return "Tables"
	case def.Super == "Process":
		return "Data pipelines"
	case strings.HasSuffix(typeName, "_schema"), strings.HasSuffix(typeName, "_db"), strings.HasSuffix(typeName, "_database"):
		return "Databases"
	}
	return ""
}
