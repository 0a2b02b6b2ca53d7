// Package openapitest holds handlers to their description: what they answer in any test must be as described.
package openapitest

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"

	"github.com/purlieu/purlieu/server/internal/api/openapi"
)

// Load reads the description of a plane and checks that it is valid.
func Load(t testing.TB, plane string) *openapi3.T {
	t.Helper()
	text, err := openapi.Document(plane)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := openapi3.NewLoader().LoadFromData(text)
	if err == nil {
		err = doc.Validate(t.Context())
	}
	if err != nil {
		t.Fatalf("the description of %s: %v", plane, err)
	}
	return doc
}

// Check wraps a handler. Each answer on an operation of the plane must be described, and so must each body that was
// taken; everything else passes as it is.
func Check(t testing.TB, plane string, h http.Handler) http.Handler {
	t.Helper()
	paths := compile(Load(t, plane))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		route, params := paths.find(r)
		if route == nil { // nothing that is described
			h.ServeHTTP(w, r)
			return
		}
		got := httptest.NewRecorder()
		h.ServeHTTP(got, r)
		judge(t, r, body, route, params, got)
		for name, values := range got.Header() {
			w.Header()[name] = values
		}
		w.WriteHeader(got.Code)
		_, _ = w.Write(got.Body.Bytes())
	})
}

// table is the paths of a description, those with more literal text first.
type table []path

type path struct {
	template string
	match    *regexp.Regexp
	names    []string
	item     *openapi3.PathItem
	doc      *openapi3.T
}

func compile(doc *openapi3.T) (out table) {
	param := regexp.MustCompile(`\\\{([^}]+)\\\}`)
	for template, item := range doc.Paths.Map() {
		p := path{template: template, item: item, doc: doc}
		text := regexp.QuoteMeta(strings.TrimSuffix(doc.Servers[0].URL, "/") + template)
		for _, name := range param.FindAllStringSubmatch(text, -1) {
			p.names = append(p.names, strings.TrimSuffix(name[1], `\`))
		}
		p.match = regexp.MustCompile("(?i)^" + param.ReplaceAllString(text, "([^/]+)") + "$")
		out = append(out, p)
	}
	slices.SortFunc(out, func(a, b path) int { return b.literal() - a.literal() })
	return out
}

// literal is how much of a template is fixed.
func (p path) literal() int {
	return len(regexp.MustCompile(`\{[^}]+\}`).ReplaceAllString(p.template, ""))
}

func (t table) find(r *http.Request) (*routers.Route, map[string]string) {
	for _, p := range t {
		values := p.match.FindStringSubmatch(r.URL.EscapedPath())
		op := p.item.GetOperation(r.Method)
		if values == nil || op == nil {
			continue
		}
		params := map[string]string{}
		for i, name := range p.names {
			params[name] = values[i+1]
		}
		return &routers.Route{Spec: p.doc, Path: p.template, PathItem: p.item, Method: r.Method, Operation: op}, params
	}
	return nil, nil
}

func judge(t testing.TB, r *http.Request, body []byte, route *routers.Route, params map[string]string, got *httptest.ResponseRecorder) {
	t.Helper()
	options := &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, IncludeResponseStatus: true, MultiError: true}
	asked := r.Clone(t.Context())
	asked.Body = io.NopCloser(bytes.NewReader(body))
	if len(body) > 0 {
		asked.Header.Set("Content-Type", "application/json")
	}
	in := &openapi3filter.RequestValidationInput{Request: asked, PathParams: params, Route: route, Options: options, QueryParams: r.URL.Query()}
	what := r.Method + " " + r.URL.Path
	if got.Code < http.StatusMultipleChoices {
		if err := openapi3filter.ValidateRequest(t.Context(), in); err != nil {
			t.Errorf("%s was answered %d, and is not described so: %v", what, got.Code, brief(err))
		}
	}
	out := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: in, Status: got.Code, Header: got.Header(), Body: io.NopCloser(bytes.NewReader(got.Body.Bytes())), Options: options,
	}
	if err := openapi3filter.ValidateResponse(t.Context(), out); err != nil {
		t.Errorf("the answer %d of %s is not as described: %v\n%.2000s", got.Code, what, brief(err), got.Body)
	}
}

func brief(err error) string {
	text := err.Error()
	if i := strings.Index(text, "Schema:"); i > 0 && len(text) > 3000 {
		text = text[:3000]
	}
	return text
}
