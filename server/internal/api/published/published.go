// Package published knows the operations that are published for this kind of service, in all versions that clients speak:
// their area, version, method, path and name, nothing else. What a plane does not serve of them is answered *not
// implemented* in the plane's shape, never with silence; docs/api-coverage.md is the list, made by this package's test.
package published

import (
	_ "embed"
	"slices"
	"strings"

	"github.com/purlieu/purlieu/server/internal/api"
)

//go:embed operations.tsv
var table string

// Operation is one published operation of one version.
type Operation struct {
	Area    string // "scan", "datamap", "catalog", "account", "policy", "devops", "workflow", "arm"
	Version string
	Method  string
	Path    string // from the root of the host
	Name    string // operationId
}

// Operations are all of them, by area, version, method and path.
func Operations() []Operation {
	var out []Operation
	for line := range strings.Lines(table) {
		f := strings.Split(strings.TrimSpace(line), "\t")
		if f[0] != "area" {
			out = append(out, Operation{f[0], f[1], f[2], f[3], f[4]})
		}
	}
	return out
}

// Under reports whether an operation is below a prefix, and its pattern there.
func (o Operation) Under(prefix string) (pattern string, ok bool) {
	if len(o.Path) < len(prefix) || !strings.EqualFold(o.Path[:len(prefix)], prefix) {
		return "", false
	}
	rest := o.Path[len(prefix):]
	return "/" + strings.Trim(rest, "/"), rest == "" || rest[0] == '/'
}

// Key is the same for all routes of one method and path, whatever their parameters are called.
func Key(method, pattern string) string {
	segments := strings.Split(strings.Trim(pattern, "/"), "/")
	for i, segment := range segments {
		if name, verb, ok := strings.Cut(segment, "}"); ok && strings.HasPrefix(name, "{") {
			segments[i] = "{}" + verb
		}
	}
	return method + " /" + strings.ToLower(strings.Join(segments, "/"))
}

// Rest are routes for the published operations below a prefix that none of the routes serves.
func Rest(prefix string, served []api.Route) []api.Route {
	taken := map[string]bool{}
	for _, r := range served {
		taken[Key(r.Method, r.Pattern)] = true
	}
	var out []api.Route
	for _, o := range Operations() {
		pattern, ok := o.Under(prefix)
		if key := Key(o.Method, pattern); ok && !taken[key] {
			taken[key] = true
			out = append(out, api.Route{Method: o.Method, Pattern: pattern, Handler: api.NotYet})
		}
	}
	return out
}

// With is what a plane mounts below a prefix: what it serves, then all that is published and not served.
func With(prefix string, served []api.Route) []api.Route {
	return slices.Concat(served, Rest(prefix, served))
}

// Planes are those of which nothing is served.
func Planes() []api.Plane {
	var out []api.Plane
	for _, prefix := range []string{"/workflow", "/subscriptions", "/providers/Microsoft.Purview"} {
		out = append(out, api.Plane{Prefixes: []string{prefix}, Handler: api.Routes(Rest(prefix, nil)...)})
	}
	return out
}
