package compat

import (
	"encoding/json"
	"net/url"
	"os"
	"path/filepath"
	"testing"

	"github.com/getkin/kin-openapi/openapi2"
	"github.com/getkin/kin-openapi/openapi2conv"
	"github.com/getkin/kin-openapi/openapi3"
)

// description is a published description, converted to OpenAPI 3.
func description(t *testing.T, plane, file string) *openapi3.T {
	t.Helper()
	path, err := filepath.Abs(filepath.Join(shared(t), plane, "2023-09-01", file))
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var old openapi2.T
	if err := json.Unmarshal(b, &old); err != nil {
		t.Fatal(err)
	}
	loader := openapi3.NewLoader()
	loader.IsExternalRefsAllowed = true
	doc, err := openapi2conv.ToV3WithLoader(&old, loader, &url.URL{Path: filepath.ToSlash(path)})
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// withoutNulls leaves members out that are null: the published answers have such where the description allows none.
func withoutNulls(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for name, member := range v {
			if member == nil {
				delete(v, name)
				continue
			}
			v[name] = withoutNulls(member)
		}
	case []any:
		for i := range v {
			v[i] = withoutNulls(v[i])
		}
	}
	return v
}

// fits holds an answer to the description's schema.
func (a account) fits(doc *openapi3.T, method, path, template string, body any, status int) {
	a.t.Helper()
	w := a.ask(method, path, body)
	if w.Code != status {
		a.t.Errorf("%s %s: %d %s", method, path, w.Code, w.Body)
		return
	}
	item := doc.Paths.Value(template)
	if item == nil || item.GetOperation(method) == nil {
		a.t.Fatalf("%s %s is not described", method, template)
	}
	responses := item.GetOperation(method).Responses
	response := responses.Status(status)
	if response == nil {
		response = responses.Default()
	}
	media := response.Value.Content.Get("application/json")
	var got any
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
		a.t.Fatal(err)
	}
	if err := media.Schema.Value.VisitJSON(withoutNulls(got), openapi3.MultiErrors(), openapi3.VisitAsResponse()); err != nil {
		a.t.Errorf("%s %s: %v", method, path, err)
	}
}

func TestAnswersFitTheScanningDescription(t *testing.T) {
	doc := description(t, "scanning", "scanningService.json")
	a := scanned(t)
	a.must("POST", scan+":run?runId="+runID, nil)
	const src, sc = "/datasources/{dataSourceName}", "/datasources/{dataSourceName}/scans/{scanName}"
	a.fits(doc, "GET", source, src, nil, 200)
	a.fits(doc, "GET", "/scan/datasources", "/datasources", nil, 200)
	a.fits(doc, "GET", scan, sc, nil, 200)
	a.fits(doc, "GET", source+"/scans", src+"/scans", nil, 200)
	a.fits(doc, "GET", scan+"/runs/"+runID, sc+"/runs/{runId}", nil, 200)
	a.fits(doc, "GET", scan+"/runs", sc+"/runs", nil, 200)
	a.fits(doc, "POST", scan+":run", sc+":run", nil, 202)
	a.fits(doc, "GET", "/scan/credentials", "/credentials", nil, 200)
	a.fits(doc, "GET", "/scan/azureKeyVaults", "/azureKeyVaults", nil, 200)
	a.fits(doc, "GET", "/scan/integrationruntimes", "/integrationruntimes", nil, 200)
	a.fits(doc, "GET", "/scan/datasources/nowhere", src, nil, 404)
	a.fits(doc, "PUT", scan+"/filters/custom", sc+"/filters/custom", map[string]any{"properties": map[string]any{"includeUriPrefixes": []any{"nowhere"}}}, 400)
}

func TestAnswersFitTheDataMapDescription(t *testing.T) {
	doc := description(t, "datamap", "purviewdatamap.json")
	a := newAccount(t)
	guid := "00000000-0001-8000-8000-0000c2c379ba"
	a.fits(doc, "GET", "/datamap/api/atlas/v2/entity/guid/"+guid, "/atlas/v2/entity/guid/{guid}", nil, 200)
	a.fits(doc, "GET", "/datamap/api/atlas/v2/entity/guid/"+guid+"/header", "/atlas/v2/entity/guid/{guid}/header", nil, 200)
	a.fits(doc, "GET", "/datamap/api/atlas/v2/entity/bulk?guid="+guid, "/atlas/v2/entity/bulk", nil, 200)
	a.fits(doc, "GET", "/datamap/api/atlas/v2/lineage/"+guid, "/atlas/v2/lineage/{guid}", nil, 200)
	a.fits(doc, "POST", "/datamap/api/search/query", "/search/query", map[string]any{"keywords": "orders", "facets": []any{map[string]any{"facet": "assetType"}}}, 200)
	a.fits(doc, "GET", "/datamap/api/atlas/v2/entity/guid/nonsense", "/atlas/v2/entity/guid/{guid}", nil, 400)
}
