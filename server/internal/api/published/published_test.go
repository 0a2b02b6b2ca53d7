package published_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/purlieu/purlieu/server/internal/api"
	"github.com/purlieu/purlieu/server/internal/api/account"
	"github.com/purlieu/purlieu/server/internal/api/atlas"
	"github.com/purlieu/purlieu/server/internal/api/policystore"
	"github.com/purlieu/purlieu/server/internal/api/published"
	"github.com/purlieu/purlieu/server/internal/api/scanning"
)

// routes are what the planes serve, by prefix.
func routes() map[string][]api.Route {
	data := (&atlas.Plane{}).Routes()
	return map[string][]api.Route{
		scanning.Prefix: (&scanning.Plane{}).Routes(), "/datamap/api": data, "/catalog/api": data,
		account.Prefix: (&account.Plane{}).Routes(), policystore.Prefix: (&policystore.Plane{}).Routes(),
	}
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
