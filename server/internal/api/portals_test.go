package api_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/purlieu/purlieu/server/internal/api"
)

func TestPortalsOfOtherHosts(t *testing.T) {
	const portal = "https://web.example.com"
	h := api.New(api.Deps{
		Log: slog.New(slog.DiscardHandler), Now: time.Now,
		Portals:  api.Portals{Origins: []string{portal}, Cookies: func(path string) bool { return path == "/token" }},
		Fallback: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) }),
	})
	ask := func(method, path string, headers ...string) http.Header {
		t.Helper()
		r := httptest.NewRequest(method, path, nil)
		for i := 0; i < len(headers); i += 2 {
			r.Header.Add(headers[i], headers[i+1])
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		w.Header().Set("status", http.StatusText(w.Code))
		return w.Header()
	}
	const allowed, cookies = "Access-Control-Allow-Origin", "Access-Control-Allow-Credentials"
	t.Run("a portal that is listed may ask, without cookies", func(t *testing.T) {
		got := ask("GET", "/x", "Origin", portal)
		if got.Get(allowed) != portal || got.Get(cookies) != "" || got.Get("status") != "I'm a teapot" {
			t.Fatal(got)
		}
	})
	t.Run("with cookies where one signs in", func(t *testing.T) {
		if got := ask("POST", "/token", "Origin", portal); got.Get(cookies) != "true" {
			t.Fatal(got)
		}
	})
	t.Run("a bearer token may be sent", func(t *testing.T) {
		got := ask("OPTIONS", "/x", "Origin", portal, "Access-Control-Request-Method", "PUT")
		if got.Get("status") != "No Content" || !strings.Contains(got.Get("Access-Control-Allow-Headers"), "Authorization") {
			t.Fatal(got)
		}
	})
	t.Run("no other page may", func(t *testing.T) {
		for _, from := range []string{"https://web.example.com:444", "https://web.example.com.evil.example", "http://web.example.com", "null", "https://WEB.example.com"} {
			if got := ask("OPTIONS", "/token", "Origin", from, "Access-Control-Request-Method", "PUT"); got.Get(allowed) != "" || got.Get("status") == "No Content" {
				t.Errorf("%s: %v", from, got)
			}
		}
		if got := ask("GET", "/token", "Origin", portal, "Origin", "https://evil.example"); got.Get(allowed) != "" {
			t.Error(got)
		}
	})
	t.Run("caches keep the answers apart", func(t *testing.T) {
		if got := ask("GET", "/x"); got.Get("Vary") != "Origin" {
			t.Fatal(got)
		}
	})
}
