// Package atlas is the published data-map plane: entities, lineage and search, as Apache Atlas v2 and its newer
// extensions shape them. It is served under /datamap/api and, for older clients, under /catalog/api.
//
// A *column* lives inside its table and is shown as a full entity of its own. What a reader may not see is not there:
// an entity of a hidden collection is NotFound, and leaves lineage with all that only it leads to.
package atlas

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/access"
	"github.com/purlieu/purlieu/server/internal/api"
	"github.com/purlieu/purlieu/server/internal/api/published"
	"github.com/purlieu/purlieu/server/internal/datamap"
	"github.com/purlieu/purlieu/server/internal/search"
)

// KindLister gives the descriptions of kinds: titles and forms of entity types.
type KindLister interface {
	Kinds(ctx context.Context) ([]model.Kind, error)
}

// Plane is what the operations stand on.
type Plane struct {
	Map     datamap.Reader
	Edit    Editor
	Remove  Remover
	Edges   Relater
	Search  search.Searcher
	Kinds   KindLister
	Classes []model.ClassDef // what the rules find
	Decider api.Decider
	Now     func() time.Time
}

// Planes are all that this package serves, ready to mount.
func (p *Plane) Planes() []api.Plane {
	var out []api.Plane
	for _, prefix := range []string{"/datamap/api", "/catalog/api"} {
		out = append(out, api.Plane{Prefixes: []string{prefix}, Handler: api.Routes(published.With(prefix, p.Routes())...), Shape: api.Atlas})
	}
	return out
}

// Routes are the operations, below each prefix.
func (p *Plane) Routes() []api.Route {
	const entity = "/atlas/v2/entity"
	return []api.Route{
		{Method: "GET", Pattern: entity + "/guid/{guid}", Handler: p.getEntity},
		{Method: "GET", Pattern: entity + "/guid/{guid}/header", Handler: p.getHeader},
		{Method: "GET", Pattern: entity + "/bulk", Handler: p.getBulk},
		{Method: "GET", Pattern: entity + "/uniqueAttribute/type/{type}", Handler: p.getByName},
		{Method: "POST", Pattern: entity, Handler: p.postEntity},
		{Method: "POST", Pattern: entity + "/bulk", Handler: p.postBulk},
		{Method: "PUT", Pattern: entity + "/guid/{guid}", Handler: p.putAttribute},
		{Method: "PUT", Pattern: entity + "/uniqueAttribute/type/{type}", Handler: p.putByName},
		{Method: "DELETE", Pattern: entity + "/guid/{guid}", Handler: p.deleteEntity},
		{Method: "DELETE", Pattern: entity + "/bulk", Handler: p.deleteBulk},
		{Method: "DELETE", Pattern: entity + "/uniqueAttribute/type/{type}", Handler: p.deleteByName},
		{Method: "GET", Pattern: entity + "/guid/{guid}/classifications", Handler: p.getClassifications},
		{Method: "POST", Pattern: entity + "/guid/{guid}/classifications", Handler: p.postClassifications},
		{Method: "DELETE", Pattern: entity + "/guid/{guid}/classification/{classification}", Handler: p.deleteClassification},
		{Method: "POST", Pattern: entity + "/bulk/classification", Handler: p.postBulkClassification},
		{Method: "POST", Pattern: entity + "/guid/{guid}/labels", Handler: p.labels(setLabels)},
		{Method: "PUT", Pattern: entity + "/guid/{guid}/labels", Handler: p.labels(addLabels)},
		{Method: "DELETE", Pattern: entity + "/guid/{guid}/labels", Handler: p.labels(dropLabels)},
		{Method: "POST", Pattern: "/atlas/v2/relationship", Handler: p.postRelationship},
		{Method: "GET", Pattern: "/atlas/v2/relationship/guid/{guid}", Handler: p.getRelationship},
		{Method: "DELETE", Pattern: "/atlas/v2/relationship/guid/{guid}", Handler: p.deleteRelationship},
		{Method: "GET", Pattern: "/atlas/v2/lineage/{guid}", Handler: p.getLineage},
		{Method: "GET", Pattern: "/atlas/v2/lineage/uniqueAttribute/type/{type}", Handler: p.getLineageByName},
		{Method: "GET", Pattern: "/atlas/v2/types/typedefs", Handler: p.listTypes},
		{Method: "GET", Pattern: "/atlas/v2/types/typedefs/headers", Handler: p.listTypeHeaders},
		{Method: "GET", Pattern: "/atlas/v2/types/typedef/name/{name}", Handler: p.oneType("", "name")},
		{Method: "GET", Pattern: "/atlas/v2/types/typedef/guid/{guid}", Handler: p.oneType("", "guid")},
		{Method: "GET", Pattern: "/atlas/v2/types/entitydef/name/{name}", Handler: p.oneType(ofEntities, "name")},
		{Method: "GET", Pattern: "/atlas/v2/types/entitydef/guid/{guid}", Handler: p.oneType(ofEntities, "guid")},
		{Method: "GET", Pattern: "/atlas/v2/types/classificationdef/name/{name}", Handler: p.oneType(ofClassifications, "name")},
		{Method: "GET", Pattern: "/atlas/v2/types/classificationdef/guid/{guid}", Handler: p.oneType(ofClassifications, "guid")},
		{Method: "GET", Pattern: "/atlas/v2/types/relationshipdef/name/{name}", Handler: p.oneType(ofRelationships, "name")},
		{Method: "GET", Pattern: "/atlas/v2/types/relationshipdef/guid/{guid}", Handler: p.oneType(ofRelationships, "guid")},
		{Method: "POST", Pattern: "/search/query", Handler: p.query},
		{Method: "POST", Pattern: "/search/suggest", Handler: p.suggest},
		{Method: "POST", Pattern: "/search/autocomplete", Handler: p.autocomplete},
		{Method: "POST", Pattern: "/browse", Handler: p.browse},
	}
}

// readable are the collections in which the caller may read data.
func (p *Plane) readable(r *http.Request) ([]string, error) {
	return p.Decider.CollectionsFor(r.Context(), api.PrincipalOf(r), access.ReadData)
}

// visible hides an entity of a collection that the caller may not read.
func (p *Plane) visible(r *http.Request, v datamap.View, hidden error) error {
	return api.Visible(r, p.Decider, access.ReadData, v.Row.Collection, hidden)
}

func noGUID(guid string) error {
	return fault.New(fault.NotFound, "ATLAS-404-00-005", "no entity has the guid %s", clip(guid))
}

func noGUIDAtAll(text string) error {
	return fault.New(fault.Invalid, "ATLAS-400-00-01D", "%s is not a guid", clip(text))
}

func noName(typeName, name string) error {
	return fault.New(fault.NotFound, "ATLAS-404-00-009", "no %s has the qualifiedName %s", clip(typeName), clip(name))
}

func clip(s string) string {
	if len(s) > 300 {
		return s[:300] + "…"
	}
	return s
}

// byGUID finds an entity that the caller may see.
func (p *Plane) byGUID(r *http.Request, guid string) (datamap.View, error) {
	v, err := p.Map.ByGUID(r.Context(), guid)
	switch {
	case fault.Is(err, fault.NotFound):
		return v, noGUID(guid)
	case fault.Is(err, fault.Invalid):
		return v, noGUIDAtAll(guid)
	case err != nil:
		return v, err
	}
	return p.shown(r, v, noGUID(guid))
}

// writable finds entities that the caller may see and write, one for each guid.
func (p *Plane) writable(r *http.Request, guids []string) ([]datamap.View, error) {
	for _, guid := range guids {
		if _, _, err := model.ParseGUID(guid); fault.Is(err, fault.Invalid) {
			return nil, noGUIDAtAll(guid)
		}
	}
	views, err := p.Map.Plain(r.Context(), guids)
	if err != nil {
		return nil, err
	}
	for i, guid := range guids {
		if i >= len(views) || !strings.EqualFold(guidOf(views[i]), guid) { // those that are not there are left out
			return nil, noGUID(guid)
		}
		if err := p.visible(r, views[i], noGUID(guid)); err != nil {
			return nil, err
		}
		if err := p.Decider.Allow(r.Context(), api.PrincipalOf(r), access.WriteData, views[i].Row.Collection); err != nil {
			return nil, err
		}
	}
	return views, nil
}

// shown is a view as the caller may see it: a process without the assets that they may not.
func (p *Plane) shown(r *http.Request, v datamap.View, hidden error) (datamap.View, error) {
	if err := p.visible(r, v, hidden); err != nil || len(v.Flows) == 0 {
		return v, err
	}
	readable, err := p.readable(r)
	v.Flows = seen(v.Flows, readable)
	return v, err
}

func seen(flows []datamap.Flow, readable []string) []datamap.Flow {
	return slices.DeleteFunc(slices.Clone(flows), func(f datamap.Flow) bool { return !slices.Contains(readable, f.Far.Collection) })
}

func (p *Plane) byName(r *http.Request) (datamap.View, error) {
	typeName, name := r.PathValue("type"), r.URL.Query().Get("attr:qualifiedName")
	if name == "" {
		return datamap.View{}, fault.New(fault.Invalid, "ATLAS-400-00-01D", "the query needs attr:qualifiedName")
	}
	return p.named(r, typeName, name)
}

// named finds an entity, or a column, that the caller may see.
func (p *Plane) named(r *http.Request, typeName, name string) (datamap.View, error) {
	v, err := p.Map.ByName(r.Context(), typeName, name)
	if fault.Is(err, fault.NotFound) && strings.Contains(name, "#") {
		var t types
		if t, err = p.types(r); err == nil {
			v, err = p.columnNamed(r.Context(), t, typeName, name)
		}
	}
	switch {
	case fault.Is(err, fault.NotFound):
		return v, noName(typeName, name)
	case err != nil:
		return v, err
	}
	return p.shown(r, v, noName(typeName, name))
}

// columnNamed finds a column by the name of its table, '#' and its own; NotFound.
func (p *Plane) columnNamed(ctx context.Context, t types, typeName, name string) (datamap.View, error) {
	tables, own := t.tablesNamed(datamap.Name{Type: typeName, QualifiedName: name})
	if len(tables) == 0 {
		return datamap.View{}, noName(typeName, name)
	}
	views, err := p.Map.ByNames(ctx, tables)
	if err != nil {
		return datamap.View{}, err
	}
	for _, table := range views {
		if v, there := columnOf(table, own); there {
			return v, nil
		}
	}
	return datamap.View{}, noName(typeName, name)
}

// tablesNamed are the tables that a column of such a name may live in, and what it is called there.
func (t types) tablesNamed(column datamap.Name) (tables []datamap.Name, own string) {
	at := strings.LastIndexByte(column.QualifiedName, '#')
	if at < 0 {
		return nil, ""
	}
	for _, table := range t.tablesOf(column.Type) {
		tables = append(tables, datamap.Name{Type: table, QualifiedName: column.QualifiedName[:at]})
	}
	return tables, model.UnescapeName(column.QualifiedName[at+1:])
}

// columnOf is a column of a table by its own name.
func columnOf(table datamap.View, own string) (v datamap.View, there bool) {
	table.Column = slices.IndexFunc(table.Asset.Columns, func(c model.Column) bool { return c.Name == own })
	table.Measures = nil // are the table's
	return table, table.Column >= 0
}

func (p *Plane) getEntity(w http.ResponseWriter, r *http.Request) error {
	v, err := p.byGUID(r, r.PathValue("guid"))
	if err != nil {
		return err
	}
	return p.answerEntity(w, r, v)
}

func (p *Plane) getByName(w http.ResponseWriter, r *http.Request) error {
	v, err := p.byName(r)
	if err != nil {
		return err
	}
	return p.answerEntity(w, r, v)
}

func (p *Plane) answerEntity(w http.ResponseWriter, r *http.Request, v datamap.View) error {
	types, err := p.types(r)
	if err != nil {
		return err
	}
	referred := map[string]any{}
	types.addColumns(referred, v)
	api.Answer(w, http.StatusOK, map[string]any{"entity": types.entity(v), "referredEntities": referred})
	return nil
}

func (p *Plane) getHeader(w http.ResponseWriter, r *http.Request) error {
	v, err := p.byGUID(r, r.PathValue("guid"))
	if err != nil {
		return err
	}
	types, err := p.types(r)
	if err != nil {
		return err
	}
	api.Answer(w, http.StatusOK, putClasses(v, types.header(v)))
	return nil
}

// maxBulk is how many entities one call may read, write or delete: as many as a page of search has.
const maxBulk = 1000

func (p *Plane) getBulk(w http.ResponseWriter, r *http.Request) error {
	guids := r.URL.Query()["guid"]
	if len(guids) == 0 || len(guids) > maxBulk {
		return fault.New(fault.Invalid, "ATLAS-400-00-01D", "the query needs 1 to %d guids", maxBulk)
	}
	views, err := p.Map.ByGUIDs(r.Context(), guids)
	if err != nil {
		return err
	}
	readable, err := p.readable(r)
	if err != nil {
		return err
	}
	types, err := p.types(r)
	if err != nil {
		return err
	}
	entities, referred := []any{}, map[string]any{}
	for _, v := range views {
		if slices.Contains(readable, v.Row.Collection) {
			v.Flows = seen(v.Flows, readable)
			types.addColumns(referred, v)
			entities = append(entities, types.entity(v))
		}
	}
	api.Answer(w, http.StatusOK, map[string]any{"entities": entities, "referredEntities": referred})
	return nil
}
