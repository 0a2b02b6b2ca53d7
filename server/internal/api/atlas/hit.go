package atlas

import (
	"github.com/purlieu/purlieu/server/internal/api"
	"github.com/purlieu/purlieu/server/internal/datamap"
	"github.com/purlieu/purlieu/server/internal/search"
)

// The bounds of what is said of columns: how many of a hit are named as found, and how many descriptions of columns one answer
// looks at, the first hits first. To look at one takes as long as to look at the names of four.
const (
	mostColumns      = 5
	mostDescriptions = 500
)

// hits are matches, in the order that was asked for.
func (t types) hits(found search.Result, q search.Request) ([]any, error) {
	mark, left := search.NewMarker(q.Keywords), mostDescriptions
	out := make([]any, 0, len(found.Hits))
	for i, row := range found.Hits {
		v, err := datamap.Show(row)
		if err != nil {
			return nil, err
		}
		hit := t.hit(v, i)
		if len(q.Order) > 0 {
			hit["@search.score"] = 1.0 // nobody weighed them
		}
		if h := highlights(v, mark, &left); len(h) > 0 {
			hit["@search.highlights"] = h
		}
		out = append(out, hit)
	}
	return out, nil
}

// hit is one match. The score falls with the place: what the engines weigh differs, the order is what counts.
func (t types) hit(v datamap.View, place int) map[string]any {
	e := v.Row
	classes, contacts := []any{}, []any{}
	for _, c := range v.Classes() {
		classes = append(classes, c)
	}
	for _, c := range people(v) {
		contacts = append(contacts, map[string]any{"id": c.ID, "info": orNil(c.Info), "contactType": c.as})
	}
	out := map[string]any{
		"@search.score": 1 / float64(place+1), "id": v.GUID, "qualifiedName": e.QualifiedName, "name": e.Name,
		"entityType": e.Type, "description": orNil(description(v)), "owner": orNil(v.Asset.Owner), "classification": classes,
		"label": labels(v.Authored.Part), "term": []any{}, "contact": contacts, "assetType": []any{}, "collectionId": e.Collection,
		"createTime": api.Millis(e.Created), "updateTime": api.Millis(e.Modified), "purlieuSource": e.Source,
	}
	if title := t[e.Type].title; title != "" {
		out["assetType"] = []any{title}
	}
	if what := t.objectType(e.Type); what != "" {
		out["objectType"] = what
	}
	return out
}

// named is somebody whom an entity names.
type named struct {
	datamap.Contact
	as string // the published contactType
}

// people are those whom an entity names, the owners first.
func people(v datamap.View) (out []named) {
	for _, part := range []struct {
		list *[]datamap.Contact
		as   string
	}{{v.Authored.Owners, "Owner"}, {v.Authored.Experts, "Expert"}} {
		if part.list == nil {
			continue
		}
		for _, c := range *part.list {
			out = append(out, named{c, part.as})
		}
	}
	return out
}

// description is what people wrote, else what the source says.
func description(v datamap.View) string {
	if d := v.Authored.Description; d != nil && *d != "" {
		return *d
	}
	return v.Asset.Comment
}

// highlights are the fields in which the keywords were found, with what matched between <em> and </em>. They are text,
// not markup: the rest of a value stands in them as it is.
func highlights(v datamap.View, mark search.Marker, left *int) map[string]any {
	out := map[string]any{}
	if text, ok := mark.Name(v.Row.Name); ok {
		out["name"] = []any{text}
	}
	if text, ok := mark.Text(v.Row.QualifiedName); ok {
		out["qualifiedName"] = []any{text}
	}
	if text, ok := mark.Text(description(v)); ok {
		out["description"] = []any{text}
	}
	columns := []any{}
	for _, c := range v.Asset.Columns {
		if text, ok := mark.Name(c.Name); ok && len(columns) < mostColumns {
			columns = append(columns, text)
		}
	}
	if len(columns) > 0 {
		out["purlieuColumns"] = columns
	}
	if len(out) > 0 { // what was found elsewhere needs no look at all descriptions
		return out
	}
	if described := describedColumns(v, mark, left); len(described) > 0 {
		out["purlieuDescribedColumns"] = described
	}
	return out
}

// describedColumns are the columns whose descriptions have the keywords; left is how many may still be looked at.
func describedColumns(v datamap.View, mark search.Marker, left *int) (names []any) {
	for _, c := range v.Asset.Columns {
		texts := []string{c.Comment}
		if d := v.Authored.Columns[c.Number].Description; d != nil {
			texts = append(texts, *d)
		}
		for _, text := range texts {
			if text == "" {
				continue
			}
			if *left--; *left < 0 || len(names) == mostColumns {
				return names
			}
			if _, ok := mark.Text(text); ok {
				names = append(names, c.Name)
				break
			}
		}
	}
	return names
}
