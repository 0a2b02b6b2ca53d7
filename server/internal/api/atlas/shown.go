package atlas

import (
	"strconv"

	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/api"
	"github.com/purlieu/purlieu/server/internal/datamap"
)

// shownEntity is an Atlas entity as it is answered. It is a struct, as a table may have thousands of columns beside it, each an
// entity; the members stand in the order of their names.
type shownEntity struct {
	Attributes      any            `json:"attributes"` // of a column: columnAttributes; else a map
	Business        struct{}       `json:"businessAttributes"`
	Classifications []any          `json:"classifications"`
	Collection      string         `json:"collectionId"`
	Contacts        shownContacts  `json:"contacts"`
	Created         int64          `json:"createTime"` // ms since 1970, as Updated
	CreatedBy       string         `json:"createdBy"`
	Custom          map[string]any `json:"customAttributes"`
	GUID            string         `json:"guid"`
	Incomplete      bool           `json:"isIncomplete"`
	Labels          []string       `json:"labels"`
	LastModified    string         `json:"lastModifiedTS"`
	Meanings        []any          `json:"meanings"`
	Ours            map[string]any `json:"purlieu,omitempty"` // what it has beyond the published form
	Relations       any            `json:"relationshipAttributes"`
	Status          string         `json:"status"`
	TypeName        string         `json:"typeName"`
	Updated         int64          `json:"updateTime"`
	UpdatedBy       string         `json:"updatedBy"`
	Version         int64          `json:"version"`
}

type shownContacts struct {
	Experts []shownContact `json:"Expert"`
	Owners  []shownContact `json:"Owner"`
}

type shownContact struct {
	ID   string `json:"id"`
	Info string `json:"info"`
}

// shownRelation is the other end of a relationship.
type shownRelation struct {
	Text     string `json:"displayText"`
	Status   string `json:"entityStatus"`
	GUID     string `json:"guid"`
	Relation string `json:"relationshipGuid"`
	Held     string `json:"relationshipStatus"`
	Kind     string `json:"relationshipType"`
	TypeName string `json:"typeName"`
}

// holds is the status of every relationship that is shown.
const holds = "ACTIVE"

// columnAttributes are those of a column.
type columnAttributes struct {
	Comment         *string `json:"comment"`
	DataType        string  `json:"data_type"`
	Default         string  `json:"default,omitempty"`
	Description     *string `json:"description"`
	DisplayName     *string `json:"displayName"`
	Generated       string  `json:"generated,omitempty"`
	Identity        string  `json:"identity,omitempty"`
	Name            string  `json:"name"`
	Nullable        bool    `json:"nullable"`
	Ordinal         int     `json:"ordinal"`
	Owner           *string `json:"owner"` // none has one
	QualifiedName   string  `json:"qualifiedName"`
	Type            string  `json:"type"`
	UserDescription *string `json:"userDescription"`
}

// columnRelations are those of a column.
type columnRelations struct {
	Meanings []any         `json:"meanings"`
	Table    shownRelation `json:"table"`
}

// frame is what every entity has.
func (t types) frame(v datamap.View, guid, typeName string) shownEntity {
	part := v.Written()
	e := shownEntity{
		GUID: guid, TypeName: typeName, Status: status(v), Version: v.Row.Version, LastModified: strconv.FormatInt(v.Row.Version, 10),
		Collection: v.Row.Collection, Created: api.Millis(v.Row.Created), Updated: api.Millis(v.Row.Modified),
		CreatedBy: v.Row.CreatedBy, UpdatedBy: v.Row.ModifiedBy, Labels: labels(part), Meanings: []any{}, Contacts: contacts(part),
	}
	if list := refused(part); len(list) > 0 {
		e.Ours = map[string]any{"refused": list}
	}
	e.Classifications, _ = shownClasses(v, guid, v.OwnClasses())
	return e
}

// columnEntity is the i-th column of the table that a view shows.
func (t types) columnEntity(v datamap.View, i int) shownEntity {
	v.Column = i
	c := v.Own()
	e := t.frame(v, v.ColumnGUID(c.Number), t.columnType(v.Row.Type))
	e.Attributes, e.Relations, e.Custom = attributesOf(v, *c), relationsOf(v, e.GUID), custom(v.Written(), map[string]any{})
	return e
}

// relationsOf are those of a column, by its guid, of the table that a view shows.
func relationsOf(v datamap.View, guid string) columnRelations {
	return columnRelations{Meanings: []any{}, Table: shownRelation{
		Kind: v.Row.Type + "_columns", GUID: guidOfRow(v.Row.ID), TypeName: v.Row.Type, Text: v.Row.Name, Status: status(v), Relation: columnRelation(guid), Held: holds,
	}}
}

// attributesOf are those of a column of the table that a view shows.
func attributesOf(v datamap.View, c model.Column) columnAttributes {
	out := columnAttributes{
		QualifiedName: v.Row.QualifiedName + "#" + model.EscapeName(c.Name), Name: c.Name, Type: c.Type, DataType: c.Type, Ordinal: c.Ordinal, Nullable: !c.NotNull,
		Default: c.Default, Identity: c.Identity, Generated: c.Generated,
	}
	if c.Comment != "" {
		out.Comment, out.Description = &c.Comment, &c.Comment
	}
	part := v.Authored.Columns[c.Number]
	if part.Description != nil {
		out.UserDescription, out.Description = part.Description, part.Description
	}
	out.DisplayName = part.DisplayName
	return out
}

// labels are the free words of a part.
func labels(p datamap.Part) []string {
	if p.Labels == nil {
		return []string{}
	}
	return p.Labels
}

// contacts are the people that a part names.
func contacts(p datamap.Part) shownContacts {
	list := func(of *[]datamap.Contact) []shownContact {
		out := []shownContact{}
		if of != nil {
			for _, c := range *of {
				out = append(out, shownContact(c))
			}
		}
		return out
	}
	return shownContacts{Experts: list(p.Experts), Owners: list(p.Owners)}
}

// refused are the classifications that people took away from rules: each can be given back by its name.
func refused(p datamap.Part) (out []any) {
	for _, r := range p.Refused {
		out = append(out, map[string]any{"typeName": r.Class, "rule": r.Rule})
	}
	return out
}
