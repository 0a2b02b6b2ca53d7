package atlas

import (
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/datamap"
)

// putClasses shows the classes of what a view names on its entity or header, and those of its columns on theirs.
func putClasses(v datamap.View, entity, columns map[string]any) map[string]any {
	own := v.Asset.Classes
	if v.Column >= 0 && v.Column < len(v.Asset.Columns) {
		own = v.Asset.Columns[v.Column].Classes
	}
	guid, _ := entity["guid"].(string)
	list, names := shownClasses(v, guid, own)
	entity["classifications"] = list
	if _, header := entity["classificationNames"]; header {
		entity["classificationNames"] = names
	}
	for _, c := range v.Asset.Columns {
		guid := v.ColumnGUID(c.Number)
		if e, ok := columns[guid].(map[string]any); ok {
			e["classifications"], _ = shownClasses(v, guid, c.Classes)
		}
	}
	return entity
}

// shownClasses are classes as clients read them; one that a person gave has no evidence.
func shownClasses(v datamap.View, guid string, classes []model.Class) (list []any, names []string) {
	list, names = []any{}, []string{}
	for _, c := range classes {
		entry := map[string]any{"typeName": c.Name, "entityGuid": guid, "entityStatus": status(v), "attributes": map[string]any{}}
		if c.Evidence.Rule != "" {
			entry["purlieu"] = map[string]any{"evidence": c.Evidence}
		}
		list, names = append(list, entry), append(names, c.Name)
	}
	return list, names
}
