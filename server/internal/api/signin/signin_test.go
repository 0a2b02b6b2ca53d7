package signin_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/server/internal/access"
	"github.com/purlieu/purlieu/server/internal/api/signin"
	"github.com/purlieu/purlieu/server/internal/store"
	"github.com/purlieu/purlieu/server/internal/store/docstest"
)

const passphrase = "canary horse battery staple"

type door struct {
	t      *testing.T
	access *access.Service
	server *httptest.Server
}

// elsewhere is a portal on another host that the door serves.
const elsewhere = "https://web.example.com"

func open(t *testing.T) *door { return openFor(t, false) }

func openFor(t *testing.T, portal bool) *door {
	t.Helper()
	cfg := access.DefaultConfig()
	cfg.KeyFile = filepath.Join(t.TempDir(), "key")
	cfg.Password = access.PasswordCost{Passes: 1, MemoryKiB: 64, Threads: 1}
	cfg.Live = func(context.Context, store.Tx, string, string) error { return nil }
	a, err := access.Open(t.Context(), &docstest.Store{}, cfg)
	if err != nil {
		t.Fatal(err)
	}
	fail := func(w http.ResponseWriter, _ *http.Request, err error) {
		w.Header().Set("x-ms-error-code", fault.CodeOf(err))
		http.Error(w, err.Error(), 400+int(fault.KindOf(err)))
	}
	s := httptest.NewTLSServer(signin.New(a, signin.Options{Fail: fail, Origins: []string{elsewhere}, Portal: portal}))
	t.Cleanup(s.Close)
	return &door{t, a, s}
}

func (d *door) do(method, path, kind, body string) (*http.Response, string) {
	d.t.Helper()
	req, _ := http.NewRequest(method, d.server.URL+path, strings.NewReader(body))
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	return d.send(req)
}

func (d *door) send(req *http.Request) (*http.Response, string) {
	d.t.Helper()
	res, err := d.server.Client().Do(req)
	if err != nil {
		d.t.Fatal(err)
	}
	defer res.Body.Close()
	text, _ := io.ReadAll(res.Body)
	return res, string(text)
}

func (d *door) post(path string, body any) (*http.Response, map[string]any) {
	d.t.Helper()
	text, _ := json.Marshal(body)
	res, answer := d.do("POST", path, "application/json", string(text))
	var out map[string]any
	_ = json.Unmarshal([]byte(answer), &out)
	return res, out
}

const form = "application/x-www-form-urlencoded"

func TestPeople(t *testing.T) {
	d := open(t)
	link, _ := d.access.FirstLink(t.Context())
	usable := func() *http.Response {
		res, _ := d.post("/signin/v1/link", map[string]string{"token": link})
		return res
	}
	if res := usable(); res.StatusCode != 204 {
		t.Fatal(res.Status)
	}
	res, got := d.post("/signin/v1/redeem", map[string]string{"token": link, "name": "ada", "password": passphrase})
	if res.StatusCode != 200 || got["token_type"] != "Bearer" || got["expires_in"] != 3600.0 {
		t.Fatal(res.Status, got)
	}
	if res := usable(); res.Header.Get("x-ms-error-code") != "InvalidLink" || res.Header.Get("Cache-Control") != "no-store" {
		t.Fatal(res.Status, res.Header)
	}
	if res.Header.Get("Cache-Control") != "no-store" || len(res.Header["Set-Cookie"]) != 0 {
		t.Fatal(res.Header)
	}
	if p, err := d.access.Authenticate(t.Context(), got["access_token"].(string)); err != nil || p.Name != "ada" {
		t.Fatal(p, err)
	}
	res, _ = d.post("/signin/v1/password", map[string]string{"name": "ada", "password": "x" + passphrase})
	if res.Header.Get("x-ms-error-code") != "WrongPassword" {
		t.Fatal(res.Status)
	}
	res, got = d.post("/signin/v1/password", map[string]string{"name": "ada", "password": passphrase})
	if res.StatusCode != 200 {
		t.Fatal(res.Status)
	}
	res, got = d.post("/signin/v1/refresh", map[string]any{"refresh_token": got["refresh_token"]})
	if res.StatusCode != 200 || got["refresh_token"] == nil {
		t.Fatal(res.Status)
	}
	out, _ := d.post("/signin/v1/signout", map[string]any{"refresh_token": got["refresh_token"]})
	again, _ := d.post("/signin/v1/refresh", map[string]any{"refresh_token": got["refresh_token"]})
	if out.StatusCode != 204 || again.Header.Get("x-ms-error-code") != "InvalidRefreshToken" {
		t.Fatal(out.Status, again.Status)
	}
}

func TestBadBodiesAreRefusedAndNotQuoted(t *testing.T) {
	d := open(t)
	for _, body := range []string{"", "{", `{"name":"canary","extra":1}`, `{"name":"canary"} {}`, `["canary"]`, `{"name":7,"password":"canary"}`} {
		res, text := d.do("POST", "/signin/v1/password", "application/json", body)
		if res.Header.Get("x-ms-error-code") != "InvalidRequest" || strings.Contains(text, "canary") {
			t.Errorf("%s: %s %s", body, res.Status, text)
		}
	}
	res, _ := d.do("POST", "/signin/v1/password", "application/json", `{"name":"`+strings.Repeat("x", 1<<20)+`"}`)
	if res.StatusCode == 200 {
		t.Fatal("a huge body was taken")
	}
}

func TestPage(t *testing.T) {
	d := open(t)
	res, text := d.do("GET", "/signin", "", "")
	policy := res.Header.Get("Content-Security-Policy")
	if res.StatusCode != 200 || !strings.Contains(policy, "default-src 'none'") || strings.Contains(policy, "unsafe") || strings.Contains(text, "://") {
		t.Fatal(res.Status, policy)
	}
	for _, path := range []string{"/signin/page.js", "/signin/page.css"} {
		if res, text := d.do("GET", path, "", ""); res.StatusCode != 200 || text == "" {
			t.Fatal(path, res.Status)
		}
	}
	link, _ := d.access.FirstLink(t.Context())
	fill := func(name, password, again string) string {
		return url.Values{"token": {link}, "name": {name}, "password": {password}, "again": {again}}.Encode()
	}
	for _, body := range []string{fill("ada", passphrase, "other"), fill("<script>", passphrase, passphrase), fill("ada", "short", "short")} {
		res, text := d.do("POST", "/signin", form, body)
		if res.StatusCode != 400 || !strings.Contains(text, "alert") || strings.Contains(text, "<script>") || strings.Contains(text, link) || strings.Contains(text, "canary") {
			t.Fatal(res.Status, text)
		}
	}
	req, _ := http.NewRequest("POST", d.server.URL+"/signin", strings.NewReader(fill("ada", passphrase, passphrase)))
	req.Header.Set("Content-Type", form)
	req.Header.Set("Sec-Fetch-Site", "cross-site")
	if res, _ := d.send(req); res.StatusCode != 403 {
		t.Fatal(res.Status)
	}
	if res, text := d.do("POST", "/signin", form, fill("ada", passphrase, passphrase)); res.StatusCode != 200 || !strings.Contains(text, "is set") {
		t.Fatal(res.Status, text)
	}
	if _, err := d.access.SignIn(t.Context(), "ada", passphrase, ""); err != nil {
		t.Fatal(err)
	}
}

func TestScripts(t *testing.T) {
	d := open(t)
	app, secret, err := d.access.AddApp(t.Context(), "nightly")
	if err != nil {
		t.Fatal(err)
	}
	body := url.Values{
		"grant_type": {"client_credentials"}, "client_id": {app.Client}, "client_secret": {secret},
		"scope": {"https://purview.azure.net/.default"}, "resource": {"https://purview.azure.net"},
	}.Encode()
	read := func(text string) map[string]any {
		var m map[string]any
		if err := json.Unmarshal([]byte(text), &m); err != nil {
			t.Fatal(err, text)
		}
		return m
	}
	t.Run("get a token on both paths, of any tenant", func(t *testing.T) {
		for _, tenant := range []string{d.access.Account(), "72f988bf-86f1-41af-91ab-2d7cd011db47", "organizations"} {
			res, text := d.do("POST", "/"+tenant+"/oauth2/v2.0/token", form, body)
			v2 := read(text)
			if res.StatusCode != 200 || v2["expires_in"] != 3600.0 {
				t.Fatal(res.Status, text)
			}
			res, text = d.do("POST", "/"+tenant+"/oauth2/token", form, body)
			v1 := read(text)
			if res.StatusCode != 200 || v1["expires_in"] != "3600" || v1["resource"] != "https://purview.azure.net" {
				t.Fatal(res.Status, text)
			}
			for _, m := range []map[string]any{v1, v2} {
				if p, err := d.access.Authenticate(t.Context(), m["access_token"].(string)); err != nil || p.ID != app.ID {
					t.Fatal(p, err)
				}
			}
		}
	})
	t.Run("may sign in with Basic", func(t *testing.T) {
		req, _ := http.NewRequest("POST", d.server.URL+"/x/oauth2/v2.0/token", strings.NewReader("grant_type=client_credentials"))
		req.Header.Set("Content-Type", form)
		req.SetBasicAuth(app.Client, secret)
		if res, text := d.send(req); res.StatusCode != 200 {
			t.Fatal(res.Status, text)
		}
	})
	t.Run("hear refusals in OAuth's shape", func(t *testing.T) {
		for body, want := range map[string]string{
			strings.Replace(body, secret, "canary", 1):                 "invalid_client",
			strings.Replace(body, "client_credentials", "password", 1): "unsupported_grant_type",
			"x=1": "invalid_request",
			"grant_type=refresh_token&refresh_token=canary": "invalid_grant",
		} {
			res, text := d.do("POST", "/x/oauth2/v2.0/token", form, body)
			if m := read(text); m["error"] != want || res.StatusCode < 400 || strings.Contains(text, "canary") {
				t.Errorf("%s: %s %s", want, res.Status, text)
			}
		}
		if res, _ := d.do("POST", "/x/oauth2/v2.0/token?client_secret="+secret, form, body); res.StatusCode != 400 {
			t.Error("a secret in the address was taken", res.Status)
		}
		if res, _ := d.do("POST", "/x/oauth2/v2.0/token", "application/json", "{}"); res.StatusCode != 400 {
			t.Error(res.Status)
		}
	})
	t.Run("find the end points", func(t *testing.T) {
		for path, issuer := range map[string]string{"/x/v2.0": "/x/v2.0", "/x": "/x"} {
			_, text := d.do("GET", path+"/.well-known/openid-configuration", "", "")
			m := read(text)
			if m["issuer"] != d.server.URL+issuer {
				t.Error(text)
			}
			if res, text := d.do("POST", strings.TrimPrefix(m["token_endpoint"].(string), d.server.URL), form, body); res.StatusCode != 200 {
				t.Error(m["token_endpoint"], res.Status, text)
			}
			for name, at := range m { // whatever is said to be there answers
				if address, ok := at.(string); ok && strings.HasSuffix(name, "_endpoint") || name == "jwks_uri" {
					if res, _ := d.do("GET", strings.TrimPrefix(address, d.server.URL), "", ""); res.StatusCode == 404 {
						t.Errorf("%s is not there: %s", name, address)
					}
				}
			}
			res, text := d.do("GET", strings.TrimPrefix(m["authorization_endpoint"].(string), d.server.URL)+"?redirect_uri=https://canary.example", "", "")
			if res.StatusCode != 400 || read(text)["error"] == nil || strings.Contains(text, "canary") {
				t.Error(res.Status, text)
			}
		}
		_, text := d.do("GET", "/x/discovery/v2.0/keys", "", "")
		if keys := read(text)["keys"].([]any); len(keys) != 1 || keys[0].(map[string]any)["crv"] != "Ed25519" {
			t.Fatal(text)
		}
	})
}

func TestServes(t *testing.T) {
	for path, want := range map[string]bool{
		"/signin": true, "/signin/v1/redeem": true, "/t/oauth2/v2.0/token": true, "/t/oauth2/token": true,
		"/t/v2.0/.well-known/openid-configuration": true,
		"/": false, "/signinx": false, "/scan/datasources": false, "/a/b/oauth2/token": false,
	} {
		if signin.Serves(path) != want {
			t.Errorf("%s: want %v", path, want)
		}
	}
}
