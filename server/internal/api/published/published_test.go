package published_test

import (
	"encoding/json"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/api"
	"github.com/purlieu/purlieu/server/internal/api/atlas"
	"github.com/purlieu/purlieu/server/internal/api/published"
	"github.com/purlieu/purlieu/server/internal/api/scanning"
	"github.com/purlieu/purlieu/server/servertest"
)

// routes are what the planes serve, by prefix.
func routes() map[string][]api.Route {
	data := (&atlas.Plane{}).Routes()
	return map[string][]api.Route{"/scan": (&scanning.Plane{}).Routes(), "/datamap/api": data, "/catalog/api": data}
}

// served reports whether a plane serves the operation itself.
func served(o published.Operation) bool {
	for prefix, list := range routes() {
		pattern, ok := o.Under(prefix)
		if ok && slices.ContainsFunc(list, func(r api.Route) bool {
			return published.Key(r.Method, r.Pattern) == published.Key(o.Method, pattern)
		}) {
			return true
		}
	}
	return false
}

func TestEveryPublishedOperationAnswersInTheShapeOfItsPlane(t *testing.T) {
	account, err := servertest.New(model.Kind{Name: "Shop", Authority: "shop://{host}", ScanKinds: []string{"ShopScan"}, Levels: []model.Level{model.L1}})
	if err != nil {
		t.Fatal(err)
	}
	param := regexp.MustCompile(`\{[^}]*\}`)
	called, asked := map[string]bool{}, 0
	for _, o := range published.Operations() {
		path := param.ReplaceAllString(o.Path, "nothing")
		if called[o.Method+path] {
			continue
		}
		called[o.Method+path], asked = true, asked+1
		r := httptest.NewRequest(o.Method, path+"?api-version="+o.Version, strings.NewReader("{}"))
		r.Header.Set("Authorization", "Bearer "+servertest.Token)
		w := httptest.NewRecorder()
		account.ServeHTTP(w, r)
		switch {
		case served(o) && (w.Code == 501 || w.Code == 405 || w.Code >= 500):
			t.Errorf("%s %s (%s) is listed as served, and answers %d: %s", o.Method, o.Path, o.Name, w.Code, w.Body)
		case !served(o) && w.Code != 501:
			t.Errorf("%s %s (%s) is listed as not served, and answers %d", o.Method, o.Path, o.Name, w.Code)
		}
		if w.Code >= 400 {
			shaped(t, o, w)
		}
	}
	if asked < 300 {
		t.Errorf("only %d operations were called", asked)
	}
}

// shaped holds an error to the published shape.
func shaped(t *testing.T, o published.Operation, w *httptest.ResponseRecorder) {
	t.Helper()
	var body map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil {
		t.Errorf("%s %s: the error is not JSON: %s", o.Method, o.Path, w.Body)
		return
	}
	if w.Header().Get("x-ms-error-code") == "" || w.Header().Get("x-ms-request-id") == "" {
		t.Errorf("%s %s: headers are missing: %v", o.Method, o.Path, w.Header())
	}
	want := []string{"code", "details", "message", "target"}
	if o.Area == "catalog" || o.Area == "datamap" {
		want = []string{"errorCode", "errorMessage", "requestId"}
	} else {
		body, _ = body["error"].(map[string]any)
	}
	var got []string
	for name := range body {
		got = append(got, name)
	}
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("%s %s: the error has %v, want %v", o.Method, o.Path, got, want)
	}
}

// TestTheListIsAsPublished compares with the published descriptions, where they are.
func TestTheListIsAsPublished(t *testing.T) {
	dir := os.Getenv("PURLIEU_SHARED")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "..", "..", "shared")
	}
	folders := map[string]string{
		"scan": "scanning", "datamap": "datamap", "catalog": "catalog", "account": "account", "policy": "metadatapolicies",
		"devops": "devopspolicies", "workflow": "workflow", "arm": "resource-manager",
	}
	listed := map[string][]published.Operation{}
	for _, o := range published.Operations() {
		key := folders[o.Area] + "/" + o.Version
		listed[key] = append(listed[key], o)
	}
	files, err := filepath.Glob(filepath.Join(dir, "specs", "purview", "*", "*", "*.json"))
	if err != nil || len(files) == 0 {
		t.Skip("skipped: the published descriptions are not there ($PURLIEU_SHARED)")
	}
	seen := 0
	for _, file := range files {
		raw, err := os.ReadFile(file) //nolint:gosec // test data
		if err != nil {
			t.Fatal(err)
		}
		var doc struct {
			Paths map[string]map[string]struct {
				OperationID string `json:"operationId"`
			} `json:"paths"`
		}
		folder := filepath.Base(filepath.Dir(filepath.Dir(file))) + "/" + filepath.Base(filepath.Dir(file))
		if err := json.Unmarshal(raw, &doc); err != nil || len(doc.Paths) == 0 || len(listed[folder]) == 0 {
			continue
		}
		seen++
		for path, methods := range doc.Paths {
			for method, op := range methods {
				i := slices.IndexFunc(listed[folder], func(o published.Operation) bool {
					return strings.EqualFold(o.Method, method) && o.Name == op.OperationID && strings.HasSuffix(strings.ToLower(o.Path), strings.ToLower(path))
				})
				if i < 0 {
					t.Errorf("%s: %s %s (%s) is published and not listed", folder, method, path, op.OperationID)
					continue
				}
				listed[folder] = slices.Delete(listed[folder], i, i+1)
			}
		}
		for _, o := range listed[folder] {
			t.Errorf("%s: %s %s is listed and not published", folder, o.Method, o.Path)
		}
	}
	if seen != len(listed) {
		t.Errorf("%d descriptions were read, and operations of %d are listed", seen, len(listed))
	}
}
