package signin_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

const (
	tokens   = "/purlieu/oauth2/v2.0/token"
	verifier = "0123456789012345678901234567890123456789abc"
)

// browser is a browser at a portal: what its fetches and its forms send.
type browser struct {
	*door
	origin string
	cookie string
}

func (b *browser) authorize(change ...string) string {
	sum := sha256.Sum256([]byte(verifier))
	q := url.Values{
		"client_id": {"portal"}, "response_type": {"code"}, "redirect_uri": {b.origin + "/signed-in"}, "state": {"s"},
		"code_challenge": {base64.RawURLEncoding.EncodeToString(sum[:])}, "code_challenge_method": {"S256"},
	}
	for i := 0; i < len(change); i += 2 {
		q.Set(change[i], change[i+1])
	}
	return "/purlieu/oauth2/v2.0/authorize?" + q.Encode()
}

// submit sends the page's form and does not follow where it leads.
func (b *browser) submit(body url.Values) (*http.Response, string) {
	b.t.Helper()
	b.server.Client().CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return b.do("POST", b.authorize(), form, body.Encode())
}

func (b *browser) code(body url.Values) string {
	b.t.Helper()
	res, text := b.submit(body)
	to, err := url.Parse(res.Header.Get("Location"))
	if err != nil || res.StatusCode != http.StatusSeeOther || !strings.HasPrefix(to.String(), b.origin+"/signed-in?") || to.Query().Get("state") != "s" {
		b.t.Fatal(res.Status, to, err, text)
	}
	return to.Query().Get("code")
}

// fetch posts as the portal's script does, and keeps the cookie as a browser does.
func (b *browser) fetch(path, kind, body string, origins ...string) (*http.Response, map[string]any) {
	b.t.Helper()
	req, _ := http.NewRequest("POST", b.server.URL+path, strings.NewReader(body))
	req.Header.Set("Content-Type", kind)
	if origins == nil {
		origins = []string{b.origin}
	}
	for _, o := range origins {
		req.Header.Add("Origin", o)
	}
	if b.cookie != "" {
		req.Header.Set("Cookie", b.cookie)
	}
	res, text := b.send(req)
	for _, c := range res.Cookies() {
		if b.cookie = ""; c.MaxAge >= 0 {
			b.cookie = c.Name + "=" + c.Value
		}
	}
	var out map[string]any
	_ = json.Unmarshal([]byte(text), &out)
	return res, out
}

func (b *browser) trade(code string, origins ...string) (*http.Response, map[string]any) {
	b.t.Helper()
	return b.fetch(tokens, form, url.Values{
		"grant_type": {"authorization_code"}, "client_id": {"portal"}, "code": {code}, "code_verifier": {verifier}, "redirect_uri": {b.origin + "/signed-in"},
	}.Encode(), origins...)
}

const refresh = "grant_type=refresh_token&client_id=portal"

func TestPortalSignsIn(t *testing.T) {
	d := openFor(t, true)
	link, _ := d.access.FirstLink(t.Context())
	b := &browser{door: d, origin: d.server.URL}
	first := url.Values{"token": {link}, "name": {"ada"}, "password": {passphrase}, "again": {passphrase}}
	known := url.Values{"name": {"ada"}, "password": {passphrase}}

	t.Run("a one-time link leads into the portal", func(t *testing.T) {
		d.server.Client().CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
		if res, _ := d.do("GET", "/signin", "", ""); res.Header.Get("Location") != "/welcome" {
			t.Fatal(res.Status, res.Header)
		}
	})
	t.Run("a form that is wrong comes back without its secrets", func(t *testing.T) {
		for _, body := range []url.Values{
			{"token": {link}, "name": {"ada"}, "password": {passphrase}, "again": {"other"}},
			{"token": {"canary"}, "name": {"ada"}, "password": {passphrase}, "again": {passphrase}},
			{"name": {"ada"}, "password": {"canary"}},
			{"name": {"<script>"}, "password": {"canary"}},
		} {
			res, text := b.submit(body)
			if res.StatusCode != 400 || !strings.Contains(text, `role="alert"`) || strings.Contains(text, "canary") || strings.Contains(text, link) || strings.Contains(text, "<script>") {
				t.Error(res.Status, text)
			}
			if alert, _, _ := strings.Cut(text[strings.Index(text, `role="alert"`):], "</p>"); strings.Contains(alert, "`") {
				t.Errorf("a command stands between back quotes: %s", alert)
			}
		}
		if _, text := b.submit(url.Values{"name": {"ada"}, "password": {"canary"}}); !strings.Contains(text, "a new sign-in link with <code>purlieu admin link</code>.</p>") {
			t.Error(text)
		}
	})
	t.Run("by a link, and then by a password", func(t *testing.T) {
		for _, body := range []url.Values{first, known} {
			res, got := b.trade(b.code(body))
			if res.StatusCode != 200 || got["access_token"] == nil || got["refresh_token"] != nil {
				t.Fatal(res.Status, got)
			}
			if p, err := d.access.Authenticate(t.Context(), got["access_token"].(string)); err != nil || p.Name != "ada" {
				t.Fatal(p, err)
			}
		}
	})
	t.Run("its cookie is held to this host, to TLS, and from scripts", func(t *testing.T) {
		res, _ := b.trade(b.code(known))
		c := res.Cookies()[0]
		if !strings.HasPrefix(c.Name, "__Host-") || !c.Secure || !c.HttpOnly || c.SameSite != http.SameSiteStrictMode || c.Path != "/" || c.Domain != "" || c.MaxAge != 0 {
			t.Fatalf("%+v", c)
		}
	})
	t.Run("each use changes the cookie, and an old one ends the session", func(t *testing.T) {
		old := b.cookie
		for range 2 {
			if res, got := b.fetch(tokens, form, refresh); res.StatusCode != 200 || got["access_token"] == nil {
				t.Fatal(res.Status, got)
			}
		}
		if b.cookie == old {
			t.Fatal("the cookie is the same")
		}
		newest := b.cookie
		b.cookie = old
		if res, got := b.fetch(tokens, form, refresh); res.StatusCode != 400 || got["error"] != "invalid_grant" || b.cookie != "" {
			t.Fatal(res.Status, got, b.cookie)
		}
		b.cookie = newest
		if res, _ := b.fetch(tokens, form, refresh); res.StatusCode != 400 {
			t.Fatal("the session goes on", res.Status)
		}
	})
	t.Run("the cookie counts only where the origin is a portal's", func(t *testing.T) {
		b.trade(b.code(known))
		held := b.cookie
		for _, from := range [][]string{{}, {"https://evil.example"}, {"null"}, {d.server.URL, "https://evil.example"}, {strings.Replace(d.server.URL, "https", "http", 1)}} {
			for _, c := range [][3]string{{tokens, form, refresh}, {"/signin/v1/signout", "application/json", "{}"}} {
				if res, got := b.fetch(c[0], c[1], c[2], from...); res.StatusCode != 403 || b.cookie != held {
					t.Errorf("%v %s: %s %v", from, c[0], res.Status, got)
				}
			}
			if res, _ := b.trade(b.code(known), from...); res.StatusCode != 403 || len(res.Cookies()) > 0 {
				t.Errorf("%v: a code was traded", from)
			}
		}
	})
	t.Run("sign-out ends the session and takes the cookie", func(t *testing.T) {
		held := b.cookie
		if res, _ := b.fetch("/signin/v1/signout", "application/json", "{}"); res.StatusCode != 204 || b.cookie != "" {
			t.Fatal(res.Status, b.cookie)
		}
		b.cookie = held
		if res, _ := b.fetch(tokens, form, refresh); res.StatusCode != 400 {
			t.Fatal(res.Status)
		}
	})
	t.Run("a portal on another host that is listed", func(t *testing.T) {
		far := &browser{door: d, origin: elsewhere}
		res, text := d.do("GET", far.authorize(), "", "")
		if res.StatusCode != 200 || !strings.Contains(res.Header.Get("Content-Security-Policy"), "form-action 'self' "+elsewhere+";") {
			t.Fatal(res.Status, res.Header, text)
		}
		if res, got := far.trade(far.code(known)); res.StatusCode != 200 {
			t.Fatal(res.Status, got)
		}
	})
}

func TestNobodyIsSentOnToAnAddressUnknown(t *testing.T) {
	d := openFor(t, true)
	b := &browser{door: d, origin: d.server.URL}
	for _, change := range [][2]string{
		{"redirect_uri", "https://evil.example/signed-in"},
		{"redirect_uri", d.server.URL + "/elsewhere"},
		{"redirect_uri", d.server.URL + ".evil.example/signed-in"},
		{"redirect_uri", ""},
		{"client_id", "other"},
		{"response_type", "token"},
		{"code_challenge_method", "plain"},
		{"code_challenge", "short"},
		{"state", ""},
	} {
		for _, method := range []string{"GET", "POST"} {
			res, text := d.do(method, b.authorize(change[:]...), form, "name=ada&password=x")
			if res.StatusCode != 400 || res.Header.Get("Location") != "" || strings.Contains(text, "evil") {
				t.Errorf("%s %v: %s %s", method, change, res.Status, text)
			}
		}
	}
}

func TestTheSignInPageTakesNoFormOfAnotherSite(t *testing.T) {
	d := openFor(t, true)
	b := &browser{door: d, origin: d.server.URL}
	req, _ := http.NewRequest("POST", d.server.URL+b.authorize(), strings.NewReader("name=ada&password=x"))
	req.Header.Set("Content-Type", form)
	req.Header.Set("Sec-Fetch-Site", "cross-site")
	if res, _ := d.send(req); res.StatusCode != 403 {
		t.Fatal(res.Status)
	}
}
