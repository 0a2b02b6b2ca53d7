package atlas_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/api/openapi/openapitest"
	"github.com/purlieu/purlieu/server/servertest"
)

func TestAnswersAreAsDescribed(t *testing.T) {
	account, err := servertest.New(model.Kind{Name: "PostgreSql", Title: "PostgreSQL", Types: []model.TypeDef{{Name: "postgresql_table", Column: "postgresql_column"}}})
	if err != nil {
		t.Fatal(err)
	}
	h := openapitest.Check(t, "datamap", account)
	table, hidden := servertest.GUIDs()[0], servertest.GUIDs()[3]
	name := "?attr:qualifiedName=postgresql://shop/shop/public/orders"
	for _, c := range []struct {
		method, path, body string
		status             int
	}{
		{"GET", "/atlas/v2/entity/guid/" + table, "", 200},
		{"GET", "/atlas/v2/entity/guid/" + table + "/header", "", 200},
		{"GET", "/atlas/v2/entity/guid/" + hidden, "", 404},
		{"GET", "/atlas/v2/entity/guid/x", "", 400},
		{"GET", "/atlas/v2/entity/bulk?guid=" + table, "", 200},
		{"GET", "/atlas/v2/entity/uniqueAttribute/type/postgresql_table" + name, "", 200},
		{"GET", "/atlas/v2/lineage/" + table, "", 200},
		{"GET", "/atlas/v2/lineage/uniqueAttribute/type/postgresql_table" + name, "", 200},
		{"GET", "/atlas/v2/relationship/guid/" + table, "", 404},
		{"GET", "/atlas/v2/types/typedefs", "", 200},
		{"GET", "/atlas/v2/types/typedefs/headers?type=entity", "", 200},
		{"GET", "/atlas/v2/types/entitydef/name/postgresql_table", "", 200},
		{"GET", "/atlas/v2/types/entitydef/name/none", "", 404},
		{"POST", "/search/query", `{"keywords":"orders","limit":1,"facets":[{"facet":"entityType","count":5}],"filter":{"and":[{"entityType":"postgresql_table"}]}}`, 200},
		{"POST", "/search/query", `{"keywords":null,"filter":{}}`, 200},
		{"POST", "/search/query", `{"keywords":"ord","orderby":[{"name":"ASC"}],"facets":[{"facet":"label","sort":{"value":"desc"}}]}`, 200},
		{"POST", "/search/query", `{"orderby":[{"name":"UP"}]}`, 400},
		{"POST", "/search/query", `{"orderby":[{"name":"ASC","updateTime":"DESC"}]}`, 400},
		{"POST", "/search/query", `{"orderby":[{"@search.score":"DESC"},{"createTime":"asc"}]}`, 200},
		{"POST", "/search/query", `{"orderby":[{"owner":"ASC"}]}`, 501},
		{"POST", "/search/query", `{"orderby":[{"score":"ASC"}]}`, 501},
		{"POST", "/search/query", `{"orderby":[{"name":"ASC"},{"@search.score":"DESC"}]}`, 501},
		{"POST", "/search/query", `{"filter":{"attributeName":"owner","operator":"eq","attributeValue":"x"}}`, 501},
		{"POST", "/browse", `{"entityType":"postgresql_table"}`, 200},
		{"POST", "/browse", `{"path":"/postgresql_schema#postgresql:%2F%2Fshop","limit":10000,"offset":10000}`, 200},
		{"POST", "/browse", `{}`, 400},
		{"POST", "/browse", `{"entityType":"a","path":"/a#b"}`, 400},
		{"POST", "/browse", `{"path":"a#b"}`, 400},
		{"POST", "/browse", `{"path":"/a"}`, 400},
		{"POST", "/browse", `{"path":"/a#b/c"}`, 400},
		{"POST", "/browse", `{"entityType":"a","limit":0}`, 400},
		{"POST", "/browse", `{"entityType":"a","limit":10001}`, 400},
		{"POST", "/browse", `{"entityType":"a","offset":-1}`, 400},
		{"POST", "/browse", `{"entityType":"a","continuationToken":"!"}`, 400},
		{"POST", "/search/query", `{"limit":0}`, 400},
		{"POST", "/search/query", `{"limit":1001}`, 400},
		{"POST", "/search/query", `{"offset":10001}`, 400},
		{"POST", "/search/query", `{"offset":-1}`, 400},
		{"POST", "/search/query", `{"continuationToken":"!"}`, 400},
		{"POST", "/search/query", `{"facets":[{"facet":"label","sort":{"count":"up"}}]}`, 400},
		{"POST", "/search/query", `{"facets":[{"facet":"label","count":-1}]}`, 400},
		{"POST", "/search/query", `{"taxonomySetting":{"assetTypes":["Azure SQL Database"],"facet":{"facet":"assetType"}}}`, 501},
		{"POST", "/search/query", `{"taxonomySetting":null}`, 200},
		{"POST", "/search/query", `{"facets":[{"facet":"colour"}]}`, 501},
		{"POST", "/search/query", `{"facets":[{"facet":"contactType"},{"facet":"fileExtension"},{"facet":"termStatus"},{"facet":"term"}]}`, 200},
		{"GET", "/atlas/v2/lineage/" + table + "?includeParent=true", "", 501},
		{"GET", "/atlas/v2/lineage/" + table + "?includeParent=false&getDerivedLineage=true", "", 200},
		{"POST", "/search/suggest", `{"keywords":"ord","limit":3,"filter":{"not":{"label":"old"}}}`, 200},
		{"POST", "/search/autocomplete", `{"keywords":"ord"}`, 200},
		{"POST", "/search/autocomplete", `{"keywords":""}`, 400},
	} {
		r := httptest.NewRequest(c.method, "/datamap/api"+c.path, strings.NewReader(c.body))
		r.Header.Set("Authorization", "Bearer "+servertest.ReaderToken)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != c.status {
			t.Errorf("%s %s: %d, want %d: %s", c.method, c.path, w.Code, c.status, w.Body)
		}
		if w.Code == http.StatusNotFound && w.Header().Get("x-ms-error-code") == "" {
			t.Errorf("%s %s: no code", c.method, c.path)
		}
	}
}
