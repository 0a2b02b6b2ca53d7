package compat

import (
	"bytes"
	"strings"
	"testing"

	"github.com/purlieu/purlieu/server/servertest"
)

func bytesContain(b []byte, s string) bool { return bytes.Contains(b, []byte(s)) }

const tableName = "postgresql%3A%2F%2Fshop%2Fshop%2Fpublic%2Forders"

// foreign takes from an example what belongs to its own entity: attributes of other types, relations that are none here.
func foreign(e example, keep ...string) example {
	body, _ := e.Responses["200"].Body.(map[string]any)
	strip(body, keep)
	return e
}

func strip(m map[string]any, keep []string) {
	for name, v := range m {
		switch v := v.(type) {
		case map[string]any:
			switch name {
			case "attributes":
				for attr := range v {
					found := false
					for _, k := range keep {
						found = found || k == attr
					}
					if !found {
						delete(v, attr)
					}
				}
			case "relationshipAttributes", "contacts", "guidEntityMap":
				m[name] = map[string]any{}
			default:
				strip(v, keep)
			}
		case []any:
			for _, item := range v {
				if o, ok := item.(map[string]any); ok {
					strip(o, keep)
				}
			}
		}
	}
}

func TestPublishedEntitiesAnswerAsPublished(t *testing.T) {
	a := newAccount(t)
	guids := servertest.GUIDs()
	attrs := []string{"qualifiedName", "name", "owner", "description"}
	for _, base := range []string{"/datamap/api", "/catalog/api"} {
		got := a.compare(a.ask("GET", base+"/atlas/v2/entity/guid/"+guids[0]+"?minExtInfo=true", nil), 200, foreign(load(t, "datamap", "Entity_Get"), attrs...))
		referred, _ := got.(map[string]any)["referredEntities"].(map[string]any)
		if len(referred) != 2 {
			t.Errorf("%d columns, want 2", len(referred))
		}
		for guid, column := range referred {
			// A column is an entity of its own, and answers as the published column does.
			w := a.ask("GET", base+"/atlas/v2/entity/guid/"+guid, nil)
			a.compare(w, 200, foreign(load(t, "datamap", "Entity_Get"), append(attrs, "type")...))
			if column.(map[string]any)["guid"] != guid || !strings.Contains(w.Body.String(), `"typeName":"column"`) {
				t.Errorf("%s", w.Body)
			}
		}
	}
	a.compare(a.ask("GET", "/datamap/api/atlas/v2/entity/bulk?guid="+guids[0]+"&guid="+guids[1], nil), 200, foreign(load(t, "datamap", "Entity_ListByGuids"), attrs...))
	a.compare(a.ask("GET", "/datamap/api/atlas/v2/entity/uniqueAttribute/type/postgresql_table?attr:qualifiedName="+tableName, nil), 200,
		foreign(load(t, "datamap", "Entity_GetByUniqueAttributes"), attrs...))
}

func TestPublishedLineageAnswersAsPublished(t *testing.T) {
	a := newAccount(t)
	guids := servertest.GUIDs()
	a.compare(a.ask("GET", "/datamap/api/atlas/v2/lineage/"+guids[0]+"?direction=INPUT&depth=1&width=5", nil), 200, load(t, "datamap", "Lineage_Get"))
	w := a.ask("GET", "/datamap/api/atlas/v2/lineage/uniqueAttribute/type/postgresql_table?direction=BOTH&depth=2&width=2&attr:qualifiedName="+tableName, nil)
	e := foreign(load(t, "datamap", "Lineage_GetByUniqueAttribute"))
	delete(e.Responses["200"].Body.(map[string]any), "widthCounts") // by the example's own guids
	got := a.compare(w, 200, e).(map[string]any)
	if len(got["relations"].([]any)) != 2 { // the third leads to a table of a collection that nobody here may read
		t.Errorf("%s", w.Body)
	}
	if w := a.ask("GET", "/datamap/api/atlas/v2/lineage/"+guids[0]+"?direction=SIDEWAYS", nil); w.Code != 400 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestPublishedQueriesAreUnderstood(t *testing.T) {
	for _, name := range []string{
		"Discovery_Query", "Discovery_Query_Facet", "Discovery_Query_Collection", "Discovery_Query_AssetType", "Discovery_Query_ObjectType",
		"Discovery_Query_Classification", "Discovery_Query_Type", "Discovery_Query_Not", "Discovery_Query_SystemTime",
		"Discovery_Query_Attribute", "Discovery_Query_FileExtension", "Discovery_Query_Id", "Discovery_Query_PaginationFirstPage",
	} {
		t.Run(name, func(t *testing.T) {
			a := newAccount(t)
			e := load(t, "datamap", name)
			w := a.ask("POST", "/datamap/api/search/query?api-version=2023-09-01", e.Parameters["body"])
			if w.Code != 200 || !bytesContain(w.Body.Bytes(), `"@search.count":`) {
				t.Errorf("%d %s", w.Code, w.Body)
			}
		})
	}
}

func TestTheOlderPublishedQueryIsUnderstood(t *testing.T) {
	a := newAccount(t)
	e := load(t, "catalog", "Discovery_Query")
	w := a.ask("POST", "/catalog/api/search/query?api-version=2022-03-01-preview", e.Parameters["searchRequest"])
	if w.Code != 200 || !bytesContain(w.Body.Bytes(), `"@search.count":`) {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestAHitAnswersAsPublished(t *testing.T) {
	a := newAccount(t)
	e := load(t, "datamap", "Discovery_Query")
	body := map[string]any{"keywords": "orders", "limit": 1, "filter": map[string]any{"objectType": "Tables"}, "facets": []any{map[string]any{"facet": "assetType", "count": 10}}}
	got := a.compare(a.ask("POST", "/catalog/api/search/query", body), 200, e).(map[string]any)
	token, _ := got["continuationToken"].(string)
	if token == "" {
		t.Fatal("there is a second hit, and no way to it")
	}
	body["continuationToken"] = token
	next := a.compare(a.ask("POST", "/catalog/api/search/query", body), 200, e).(map[string]any)
	if next["value"].([]any)[0].(map[string]any)["name"] != "big_orders" {
		t.Errorf("%v", next)
	}
	facets := got["@search.facets"].(map[string]any)["assetType"].([]any)[0].(map[string]any)
	if facets["value"] != "PostgreSQL" || facets["count"] != 2.0 {
		t.Errorf("%v", facets)
	}
}

func TestBrowsingAnswersAsPublished(t *testing.T) {
	a := newAccount(t)
	browse := func(name string, body map[string]any) map[string]any {
		body["limit"] = load(t, "catalog", name).Parameters["browseRequest"].(map[string]any)["limit"]
		return a.compare(a.ask("POST", "/catalog/api/browse", body), 200, load(t, "catalog", name), "mail").(map[string]any)
	}
	tables := browse("Discovery_Browse_EntityType", map[string]any{"entityType": "postgresql_table"})
	orders := tables["value"].([]any)[0].(map[string]any)
	const path = "/postgresql_server#postgresql:%2F%2Fshop/postgresql_database#shop/postgresql_schema#public"
	if tables["@search.count"] != 1.0 || orders["path"] != path+"/postgresql_table#orders" || orders["isLeaf"] != true {
		t.Errorf("%v", tables)
	}
	// The process is no asset of the schema, and the table of "hr" is nobody's here.
	if below := browse("Discovery_Browse_Path", map[string]any{"path": path}); below["@search.count"] != 2.0 {
		t.Errorf("%v", below)
	}
	w := a.ask("POST", "/catalog/api/browse", map[string]any{"path": path + "/postgresql_table#orders"})
	if w.Code != 200 || !bytesContain(w.Body.Bytes(), `"@search.count":0`) {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestSuggestionsAnswerAsPublished(t *testing.T) {
	a := newAccount(t)
	for _, prefix := range []string{"/datamap/api", "/catalog/api"} {
		w := a.ask("POST", prefix+"/search/suggest", map[string]any{"keywords": "ord", "limit": 10})
		if w.Code != 200 || !bytesContain(w.Body.Bytes(), `"@search.text":"<em>orders</em>"`) {
			t.Errorf("%d %s", w.Code, w.Body)
		}
		e := load(t, "datamap", "Discovery_AutoComplete")
		got := a.compare(a.ask("POST", prefix+"/search/autocomplete", map[string]any{"keywords": "ord"}), 200, e).(map[string]any)
		if first := got["value"].([]any)[0].(map[string]any); first["text"] != "orders" || first["queryPlusText"] != "orders" {
			t.Errorf("%v", first)
		}
		for _, bad := range []map[string]any{
			{"keywords": ""},
			{},
			{"keywords": strings.Repeat("x", 101)},
			{"keywords": "a", "limit": 0},
			{"keywords": "a", "limit": 101},
			{"keywords": "a", "filter": []any{}},
		} {
			if w := a.ask("POST", prefix+"/search/suggest", bad); w.Code != 400 {
				t.Errorf("%v: %d %s", bad, w.Code, w.Body)
			}
		}
	}
}

func TestAtlasErrorsHaveTheAtlasShape(t *testing.T) {
	a := newAccount(t)
	for path, status := range map[string]int{
		"/atlas/v2/entity/guid/5cf8a9e5-c9fd-abe0-2e8c-d40024263dcb":                        404,
		"/atlas/v2/entity/guid/nonsense":                                                    400,
		"/atlas/v2/entity/uniqueAttribute/type/postgresql_table?attr:qualifiedName=nowhere": 404,
		"/atlas/v2/entity/uniqueAttribute/type/postgresql_table":                            400,
		"/atlas/v2/glossary": 501,
	} {
		w := a.ask("GET", "/datamap/api"+path, nil)
		if w.Code != status || !bytesContain(w.Body.Bytes(), `"errorCode":"ATLAS-`) || !bytesContain(w.Body.Bytes(), `"requestId"`) {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
	}
}
