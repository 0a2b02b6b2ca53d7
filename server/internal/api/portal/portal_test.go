package portal_test

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/purlieu/purlieu/server/internal/api/portal"
)

const script = "export const answer = 42"

func packed(t *testing.T, text string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func open(t *testing.T) *portal.Door {
	t.Helper()
	d, err := portal.New(fstest.MapFS{
		"index.html":          {Data: []byte(`<meta content="%ACCOUNT%">`)},
		"icon.svg":            {Data: []byte("<svg/>")},
		"assets/page-1.js.gz": {Data: packed(t, script)},
		"assets/page-1.js.br": {Data: []byte("brotli")},
	}, func(r *http.Request) string {
		if r.Host == "web.example.com" {
			return "https://account.example.com"
		}
		return ""
	})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func ask(t *testing.T, d *portal.Door, method, target string, headers ...string) (*httptest.ResponseRecorder, bool) {
	t.Helper()
	r := httptest.NewRequest(method, target, nil)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	return w, d.Serve(w, r)
}

func TestPages(t *testing.T) {
	d := open(t)
	t.Run("every address of a page is answered with the portal", func(t *testing.T) {
		for _, path := range []string{"/", "/asset/1234", "/index.html", "/search?q=x", "/../../etc/passwd"} {
			w, ok := ask(t, d, "GET", path, "Accept", "text/html,*/*")
			if !ok || w.Body.String() != `<meta content="">` || w.Header().Get("Cache-Control") != "no-store" {
				t.Errorf("%s: %v %q %v", path, ok, w.Body, w.Header())
			}
		}
	})
	t.Run("its policy allows scripts and styles of this door alone", func(t *testing.T) {
		w, _ := ask(t, d, "GET", "/", "Accept", "text/html")
		policy := w.Header().Get("Content-Security-Policy")
		for _, part := range []string{"default-src 'none'", "script-src 'self';", "frame-ancestors 'none'", "connect-src 'self' ;"} {
			if !strings.Contains(policy, part) {
				t.Errorf("%q is not in %s", part, policy)
			}
		}
		if strings.Contains(policy, "unsafe") || strings.Contains(policy, "data:") || strings.Contains(policy, "*") {
			t.Error(policy)
		}
	})
	t.Run("under a host of its own it is told where the account is", func(t *testing.T) {
		w, _ := ask(t, d, "GET", "http://web.example.com/", "Accept", "text/html")
		const account = "https://account.example.com"
		if !strings.Contains(w.Body.String(), account) || !strings.Contains(w.Header().Get("Content-Security-Policy"), "connect-src 'self' "+account+";") {
			t.Fatal(w.Body, w.Header())
		}
	})
	t.Run("what programs ask, and what is no page, is left to others", func(t *testing.T) {
		for _, c := range [][2]string{{"POST", "/"}, {"DELETE", "/asset/1"}, {"GET", "/assets/gone-2.js"}} {
			if _, ok := ask(t, d, c[0], c[1], "Accept", "text/html"); ok {
				t.Errorf("%v was answered", c)
			}
		}
		if _, ok := ask(t, d, "GET", "/scanx/y", "Accept", "application/json"); ok {
			t.Error("a program's question was answered with a page")
		}
	})
}

func TestFiles(t *testing.T) {
	d := open(t)
	for _, c := range []struct{ takes, coding, body string }{
		{"gzip, deflate, br, zstd", "br", "brotli"},
		{"gzip", "gzip", string(packed(t, script))},
		{"br;q=0, gzip", "gzip", string(packed(t, script))},
		{"", "", script},
		{"identity", "", script},
	} {
		t.Run("to a browser that takes "+c.takes, func(t *testing.T) {
			w, ok := ask(t, d, "GET", "/assets/page-1.js", "Accept-Encoding", c.takes)
			h := w.Header()
			if !ok || h.Get("Content-Encoding") != c.coding || w.Body.String() != c.body || h.Get("Vary") != "Accept-Encoding" {
				t.Fatalf("%v %v %q", ok, h, w.Body)
			}
			if !strings.Contains(h.Get("Cache-Control"), "immutable") || !strings.HasPrefix(h.Get("Content-Type"), "text/javascript") {
				t.Fatal(h)
			}
		})
	}
	t.Run("HEAD has no body", func(t *testing.T) {
		w, ok := ask(t, d, "HEAD", "/assets/page-1.js", "Accept-Encoding", "br")
		if !ok || w.Body.Len() != 0 || w.Header().Get("Content-Length") != "6" {
			t.Fatal(ok, w.Body, w.Header())
		}
	})
	t.Run("a file without a hash is asked for again", func(t *testing.T) {
		w, ok := ask(t, d, "GET", "/icon.svg")
		if !ok || strings.Contains(w.Header().Get("Cache-Control"), "immutable") {
			t.Fatal(ok, w.Header())
		}
	})
}

func TestABuildWithoutThePortalSaysHowToMakeIt(t *testing.T) {
	d, err := portal.New(nil, func(*http.Request) string { return "" })
	if err != nil || d.Built() {
		t.Fatal(err)
	}
	w, ok := ask(t, d, "GET", "/", "Accept", "text/html")
	if !ok || !strings.Contains(w.Body.String(), "make build") {
		t.Fatal(ok, w.Body)
	}
	if _, ok := ask(t, d, "GET", "/assets/page-1.js"); ok {
		t.Fatal("a file that is not there was served")
	}
}
