package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/server/internal/access"
	"github.com/purlieu/purlieu/server/internal/api"
)

type oneToken struct{}

func (oneToken) Authenticate(_ context.Context, bearer string) (access.Principal, error) {
	switch bearer {
	case "good-token":
		return access.Principal{ID: "user:ada"}, nil
	case "while-the-store-is-away":
		return access.Principal{}, fault.New(fault.Unreachable, "StoreAway", "the store is away")
	}
	return access.Principal{}, fault.New(fault.Denied, "InvalidToken", "no such token")
}

// doors are doors with one plane of each shape; the plane fails with what the test says.
func doors(t *testing.T, fail func(r *http.Request) error) (http.Handler, *bytes.Buffer) {
	t.Helper()
	var log bytes.Buffer
	plane := api.Routes(
		api.Route{Method: "GET", Pattern: "/things/{thing}", Handler: func(w http.ResponseWriter, r *http.Request) error {
			if err := fail(r); err != nil {
				return err
			}
			api.Answer(w, http.StatusOK, map[string]any{"thing": r.PathValue("thing"), "who": api.PrincipalOf(r).ID})
			return nil
		}},
		api.Route{Method: "POST", Pattern: "/things/{thing}:run", Handler: func(w http.ResponseWriter, r *http.Request) error {
			var body map[string]any
			if err := api.Read(r, &body); err != nil {
				return err
			}
			api.Answer(w, http.StatusAccepted, body)
			return nil
		}},
		api.Route{Pattern: "/later/*", Handler: api.NotYet},
	)
	return api.New(api.Deps{
		Planes: []api.Plane{
			{Prefixes: []string{"/scan"}, Handler: plane},
			{Prefixes: []string{"/datamap/api", "/catalog/api"}, Handler: plane, Shape: api.Atlas},
			{Prefixes: []string{"/open"}, Handler: plane, Open: true},
		},
		Auth: oneToken{}, Log: slog.New(slog.NewTextHandler(&log, nil)), Now: time.Now, MaxBody: 1 << 10,
		Health: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "well") }),
	}), &log
}

func well(*http.Request) error { return nil }

func ask(h http.Handler, method, path, token, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// code is the error's code in either shape; "" when the shape is wrong.
func code(t *testing.T, w *httptest.ResponseRecorder) string {
	t.Helper()
	var body struct {
		Error *struct {
			Code, Message string
			Details       []any
		}
		RequestID, ErrorCode, ErrorMessage string
	}
	if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil {
		t.Fatalf("%d %q: %v", w.Code, w.Body, err)
	}
	if body.Error != nil {
		if body.Error.Message == "" || body.Error.Code != w.Header().Get("x-ms-error-code") {
			t.Errorf("%s", w.Body)
		}
		return body.Error.Code
	}
	if body.RequestID == "" || body.RequestID != w.Header().Get("x-ms-request-id") || body.ErrorMessage == "" {
		t.Errorf("%s", w.Body)
	}
	return body.ErrorCode
}

func TestEveryPathAnswersInItsPlanesShape(t *testing.T) {
	h, _ := doors(t, well)
	for _, c := range []struct {
		method, path, token string
		status              int
		code                string
	}{
		{"GET", "/scan/things/a", "", 401, "Unauthorized"},
		{"GET", "/scan/things/a", "bad", 401, "InvalidToken"},
		{"GET", "/scan/things/a", "while-the-store-is-away", 503, "StoreAway"},
		{"GET", "/datamap/api/things/a", "", 401, "ATLAS-401-00-001"},
		{"GET", "/scan/nowhere", "good-token", 404, "NotFound"},
		{"GET", "/datamap/api/nowhere", "good-token", 404, "ATLAS-404-00-001"},
		{"GET", "/nowhere", "good-token", 404, "NotFound"},
		{"GET", "/scanning", "good-token", 404, "NotFound"},
		{"DELETE", "/scan/things/a", "good-token", 405, "MethodNotAllowed"},
		{"GET", "/scan/later/than/this", "good-token", 501, "NotImplemented"},
		{"POST", "/catalog/api/later", "good-token", 501, "ATLAS-501-00-001"},
		{"POST", "/scan/things/a:walk", "good-token", 404, "NotFound"},
		{"GET", "/scan/things/a%00b", "good-token", 400, "BadPath"},
		{"GET", "/scan/things/a%FFb", "good-token", 400, "BadPath"},
	} {
		w := ask(h, c.method, c.path, c.token, "")
		if got := code(t, w); w.Code != c.status || got != c.code {
			t.Errorf("%s %s: %d %s, want %d %s", c.method, c.path, w.Code, got, c.status, c.code)
		}
		if w.Header().Get("x-ms-request-id") == "" || !strings.HasPrefix(w.Header().Get("Content-Type"), "application/json") {
			t.Errorf("%s %s: headers %v", c.method, c.path, w.Header())
		}
	}
	if w := ask(h, "GET", "/scan/things/a", "", ""); w.Header().Get("WWW-Authenticate") != "Bearer" {
		t.Error("401 does not say how to sign in")
	}
}

func TestPathsMatchWithoutCaseAndUnescaped(t *testing.T) {
	h, _ := doors(t, well)
	w := ask(h, "GET", "/SCAN/Things/a%2Fb%20c", "good-token", "")
	if w.Code != 200 || strings.TrimSpace(w.Body.String()) != `{"thing":"a/b c","who":"user:ada"}` {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if w := ask(h, "GET", "/open/things/a", "", ""); w.Code != 200 {
		t.Errorf("an open plane asked for a token: %d", w.Code)
	}
	if w := ask(h, "GET", "/healthz", "", ""); w.Body.String() != "well" {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestEachKindOfFailureHasItsStatus(t *testing.T) {
	for kind, status := range map[fault.Kind]int{
		fault.Invalid: 400, fault.Denied: 403, fault.NotFound: 404, fault.Conflict: 409, fault.Gone: 410,
		fault.Throttled: 429, fault.Unreachable: 503, fault.Unsupported: 501,
	} {
		h, _ := doors(t, func(*http.Request) error {
			return fmt.Errorf("on the way: %w", fault.New(kind, "Word", "what happened").Try("Do this"))
		})
		w := ask(h, "GET", "/scan/things/a", "good-token", "")
		if w.Code != status || code(t, w) != "Word" || !strings.Contains(w.Body.String(), "what happened. Do this") || strings.Contains(w.Body.String(), "on the way") {
			t.Errorf("%v: %d %s", kind, w.Code, w.Body)
		}
	}
}

func TestInternalTextGoesToTheLogOnly(t *testing.T) {
	for name, fail := range map[string]func(*http.Request) error{
		"an error": func(*http.Request) error { return errors.New("the row says TOP-SECRET") },
		"a panic":  func(*http.Request) error { panic("the row says TOP-SECRET") },
		"a fault": func(*http.Request) error {
			return fault.New(fault.Internal, "Broken", "broken").Because(errors.New("the row says TOP-SECRET"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			h, log := doors(t, fail)
			w := ask(h, "GET", "/scan/things/a", "good-token", "")
			if w.Code != 500 || strings.Contains(w.Body.String(), "TOP-SECRET") {
				t.Errorf("%d %s", w.Code, w.Body)
			}
			id := w.Header().Get("x-ms-request-id")
			if !strings.Contains(log.String(), "TOP-SECRET") || !strings.Contains(log.String(), id) || !strings.Contains(w.Body.String(), id) {
				t.Errorf("the operator can't find it: %s", log)
			}
		})
	}
}

func TestTheAccessLogHoldsNoTokens(t *testing.T) {
	h, log := doors(t, well)
	ask(h, "DELETE", "/scan/things/a?sig=query-secret", "good-token", "") // reading is logged at debug level
	if s := log.String(); strings.Contains(s, "good-token") || strings.Contains(s, "query-secret") || !strings.Contains(s, "user:ada") {
		t.Error(s)
	}
}

func TestHostileBodiesAreRefused(t *testing.T) {
	h, _ := doors(t, well)
	for name, c := range map[string]struct {
		body   string
		status int
	}{
		"too long":    {`{"a":"` + strings.Repeat("x", 2000) + `"}`, 413},
		"too deep":    {strings.Repeat(`[`, 100) + strings.Repeat(`]`, 100), 400},
		"no json":     {`{"a":`, 400},
		"two values":  {`{} {}`, 400},
		"other type":  {`[1]`, 400},
		"deep quotes": {`{"a":"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["}`, 202},
		"empty":       {``, 202},
	} {
		if w := ask(h, "POST", "/scan/things/a:run", "good-token", c.body); w.Code != c.status {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
	}
}

func TestNextLinksLeadToTheNextPage(t *testing.T) {
	r := httptest.NewRequest("GET", "http://map.example.com/scan/things?api-version=2023-09-01&$skipToken=b2xk", nil)
	page, err := api.PageOf(r, 10)
	if err != nil || page.After != "old" {
		t.Fatal(page, err)
	}
	link, _ := api.NextLink(r, "last/name").(string)
	next := httptest.NewRequest("GET", link, nil)
	page, err = api.PageOf(next, 10)
	if err != nil || page.After != "last/name" || next.URL.Query().Get("api-version") != "2023-09-01" || next.Host != "map.example.com" {
		t.Errorf("%s: %+v %v", link, page, err)
	}
	if api.NextLink(r, "") != nil {
		t.Error("the end is not null")
	}
	for _, bad := range []string{"/x?skipToken=%21%21", "/x?skipToken=AGE", "/x?skipToken=_2E", "/x?$top=0", "/x?$top=many"} {
		if _, err := api.PageOf(httptest.NewRequest("GET", bad, nil), 10); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", bad, err)
		}
	}
}
