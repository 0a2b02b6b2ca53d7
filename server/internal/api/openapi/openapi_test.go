package openapi_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/purlieu/purlieu/server/internal/access"
	"github.com/purlieu/purlieu/server/internal/api"
	"github.com/purlieu/purlieu/server/internal/api/account"
	"github.com/purlieu/purlieu/server/internal/api/atlas"
	"github.com/purlieu/purlieu/server/internal/api/manage"
	"github.com/purlieu/purlieu/server/internal/api/openapi/openapitest"
	"github.com/purlieu/purlieu/server/internal/api/policystore"
	"github.com/purlieu/purlieu/server/internal/api/scanning"
	"github.com/purlieu/purlieu/server/internal/datamap"
	"github.com/purlieu/purlieu/server/internal/fleet"
	"github.com/purlieu/purlieu/server/internal/gate"
	"github.com/purlieu/purlieu/server/internal/scan"
	"github.com/purlieu/purlieu/server/internal/search"
)

// unasked stands for questions that nobody puts.
type unasked struct{ manage.Questions }

// served are the routes of each plane that has a description.
func served() map[string][]api.Route {
	own := &manage.Plane{
		People: &access.Service{}, Fleet: &fleet.Service{}, Sources: &scan.Service{}, Runs: &scan.Service{}, Proposals: &scan.Service{}, Announced: &scan.Service{}, Map: &datamap.Service{}, Search: &search.Service{},
		Network:   &gate.Service{},
		Questions: unasked{},
	}
	return map[string][]api.Route{
		"manage": slices.Concat(own.Open(), own.Routes()), "scanning": (&scanning.Plane{}).Routes(), "datamap": (&atlas.Plane{}).Routes(),
		"account": (&account.Plane{}).Routes(), "policystore": (&policystore.Plane{}).Routes(),
	}
}

func TestEveryRouteIsDescribedAndEveryDescriptionIsServed(t *testing.T) {
	names := regexp.MustCompile(`\{[^}]+\}`)
	key := func(method, path string) string { return method + " " + names.ReplaceAllString(path, "{}") }
	for plane, routes := range served() {
		described := map[string]bool{}
		for path, item := range openapitest.Load(t, plane).Paths.Map() {
			for method := range item.Operations() {
				described[key(method, path)] = true
			}
		}
		for _, r := range routes {
			k := key(r.Method, r.Pattern)
			if !described[k] {
				t.Errorf("%s: %s %s is served and not described", plane, r.Method, r.Pattern)
			}
			delete(described, k)
		}
		for k := range described {
			t.Errorf("%s: %s is described and not served", plane, k)
		}
	}
}

func TestOperationsHaveNamesOfTheirOwnAndSayWhatTheyDo(t *testing.T) {
	for plane := range served() {
		seen := map[string]bool{}
		for path, item := range openapitest.Load(t, plane).Paths.Map() {
			for method, op := range item.Operations() {
				if op.OperationID == "" || seen[op.OperationID] {
					t.Errorf("%s: %s %s has no name of its own: %q", plane, method, path, op.OperationID)
				}
				seen[op.OperationID] = true
				if strings.TrimSpace(op.Summary) == "" || len(op.Tags) != 1 {
					t.Errorf("%s: %s %s says nothing", plane, method, path)
				}
			}
		}
	}
}
