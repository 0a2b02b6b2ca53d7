package server

import (
	"bufio"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/purlieu/purlieu/server/internal/access"
)

// caller asks at one of the doors of a server that runs.
type caller struct {
	*testing.T
	base, token string
}

// callers are an administrator at the public door, who holds TLS connections of their own, and at this machine's.
func callers(t *testing.T, r *running) (public, local caller) {
	t.Helper()
	link, err := r.access.FirstLink(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	in, err := r.access.Redeem(t.Context(), link, "ada", "correct horse battery", "")
	if err != nil {
		t.Fatal(err)
	}
	return caller{t, "https://" + r.tls, in.Access.Text}, caller{t, "http://" + r.plain, in.Access.Text}
}

func (c caller) ask(method, path, body string) (int, map[string]any) {
	c.Helper()
	transport := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}} //nolint:gosec // whom it speaks to is not the question
	defer transport.CloseIdleConnections()
	req, err := http.NewRequestWithContext(c.Context(), method, c.base+path, strings.NewReader(body))
	if err != nil {
		c.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+c.token)
	client := &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(req)
	if err != nil {
		c.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		c.Fatal(err)
	}
	out := map[string]any{}
	_ = json.Unmarshal(text, &out) // pages are no JSON
	return res.StatusCode, out
}

func (c caller) code(method, path, body string) string {
	c.Helper()
	status, out := c.ask(method, path, body)
	if e, ok := out["error"].(map[string]any); ok {
		return fmt.Sprint(e["code"])
	}
	return fmt.Sprint(status)
}

// set writes a policy over the one that is there.
func (c caller) set(query, policy string) string {
	c.Helper()
	_, now := c.ask("GET", "/manage/v1/network", "")
	return c.code("PUT", "/manage/v1/network"+query, fmt.Sprintf(`{"version":%v,%s}`, now["version"], policy))
}

const open = `"publicNetworkAccess":"enabled","rules":[]`

func TestTheNetworkPolicyIsAskedAtEachDoor(t *testing.T) {
	r := start(t, nil)
	public, local := callers(t, r)
	const table = "/scan/datasources"
	if got := public.code("GET", table, ""); got != "200" {
		t.Fatal("before a policy was written:", got)
	}
	for _, c := range []struct{ policy, account, pages, ingestion string }{
		{open, "200", "200", "other"},
		{`"publicNetworkAccess":"disabledForIngestion","rules":[]`, "200", "200", "NetworkRefused"},
		{`"publicNetworkAccess":"disabled","rules":[]`, "NetworkRefused", "NetworkRefused", "NetworkRefused"},
		{`"publicNetworkAccess":"disabled","portalPages":true,"rules":[]`, "NetworkRefused", "200", "NetworkRefused"},
		{`"publicNetworkAccess":"enabled","rules":[{"door":"account","range":"192.0.2.0/24","effect":"allow"}]`, "NetworkRefused", "200", "other"},
		{`"publicNetworkAccess":"enabled","rules":[{"door":"account","range":"127.0.0.1","effect":"allow"}]`, "200", "200", "other"},
		{`"publicNetworkAccess":"enabled","rules":[{"door":"ingestion","range":"127.0.0.0/8","effect":"refuse"}]`, "200", "200", "NetworkRefused"},
	} {
		if got := local.set("?force=true", c.policy); got != "200" {
			t.Fatalf("%s: %s", c.policy, got)
		}
		account, pages, ingestion := public.code("GET", table, ""), public.code("GET", "/signin/page.css", ""), public.code("GET", "/ingest/bus", "")
		if ingestion != "NetworkRefused" {
			ingestion = "other" // what the bus says to somebody who is no node
		}
		if account != c.account || pages != c.pages || ingestion != c.ingestion {
			t.Errorf("%s: account %s, pages %s, ingestion %s, want %s, %s, %s", c.policy, account, pages, ingestion, c.account, c.pages, c.ingestion)
		}
		if got := local.code("GET", table, ""); got != "200" {
			t.Errorf("%s: this machine's own door: %s", c.policy, got)
		}
		if got := public.code("GET", "/healthz", ""); got != "200" {
			t.Errorf("%s: probes: %s", c.policy, got)
		}
		if token := public.code("POST", "/signin/v1/password", `{}`); (token == "NetworkRefused") != (c.account == "NetworkRefused") {
			t.Errorf("%s: signing in is of the account's door: %s", c.policy, token)
		}
	}
}

func TestNobodyLocksThemselvesOutUnawares(t *testing.T) {
	r := start(t, nil)
	public, local := callers(t, r)
	const shut = `"publicNetworkAccess":"disabled","rules":[]`
	status, tried := public.ask("POST", "/manage/v1/network:try", "{"+shut+"}")
	if you := tried["you"].(map[string]any); status != 200 || you["allowed"] != false || tried["newlyRefused"] == 0.0 {
		t.Fatalf("%d %v", status, tried)
	}
	if got := public.code("GET", "/scan/datasources", ""); got != "200" {
		t.Fatal("trying has changed something:", got)
	}
	if got := public.set("", shut); got != "LocksYouOut" {
		t.Fatal(got)
	}
	if got := local.set("", shut); got != "200" {
		t.Fatal("from this machine's own door:", got)
	}
	if got := public.code("GET", "/manage/v1/network", ""); got != "NetworkRefused" {
		t.Fatal(got)
	}
	_, refusals := local.ask("GET", "/manage/v1/network/refusals", "")
	list := refusals["value"].([]any)
	if len(list) == 0 {
		t.Fatal("nobody says why the caller was blocked")
	}
	newest := list[0].(map[string]any)
	if newest["door"] != "account" || newest["peer"] != "127.0.0.1" || newest["reason"] != "public network access is disabled" {
		t.Errorf("%v", newest)
	}
	if got := local.code("PUT", "/manage/v1/network", `{"version":0,`+open+`}`); got != "PolicyChanged" {
		t.Error("over one that was written since:", got)
	}
	for _, bad := range []string{
		`"publicNetworkAccess":"ajar","rules":[]`, `"publicNetworkAccess":"enabled","rules":[{"range":"10.1.2.3/8","effect":"allow"}]`,
		`"publicNetworkAccess":"enabled","rules":[{"range":"everywhere","effect":"allow"}]`,
		`"publicNetworkAccess":"enabled","rules":[{"range":"10.0.0.0/8","effect":"maybe"}]`,
		`"publicNetworkAccess":"enabled","rules":[{"door":"cellar","range":"10.0.0.0/8","effect":"allow"}]`,
	} {
		if status, body := local.ask("PUT", "/manage/v1/network", `{"version":1,`+bad+`}`); status != 400 {
			t.Error(bad, status, body)
		}
	}
	app, secret, err := r.access.AddApp(t.Context(), "curious")
	if err != nil {
		t.Fatal(err)
	}
	if err := r.access.Assign(t.Context(), "root", access.DataReader, app.ID); err != nil {
		t.Fatal(err)
	}
	token, err := r.access.ClientCredentials(t.Context(), app.Client, secret, "")
	if err != nil {
		t.Fatal(err)
	}
	for _, call := range [][2]string{{"GET", "/manage/v1/network"}, {"PUT", "/manage/v1/network"}, {"POST", "/manage/v1/network:try"}, {"GET", "/manage/v1/network/refusals"}} {
		if status, _ := (caller{t, local.base, token.Text}).ask(call[0], call[1], "{"+open+"}"); status != 403 {
			t.Errorf("%v for a reader: %d", call, status)
		}
	}
}

func TestAPolicyClosesLiveConnectionsThatItNoLongerAllows(t *testing.T) {
	r := start(t, nil)
	public, local := callers(t, r)
	hold := func(path string) *tls.Conn {
		c, err := tls.Dial("tcp", r.tls, &tls.Config{InsecureSkipVerify: true}) //nolint:gosec // whom it speaks to is not the question
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = c.Close() })
		if _, err := fmt.Fprintf(c, "GET %s HTTP/1.1\r\nHost: account\r\nAuthorization: Bearer %s\r\n\r\n", path, public.token); err != nil {
			t.Fatal(err)
		}
		res, err := http.ReadResponse(bufio.NewReader(c), nil)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, res.Body)
		if res.StatusCode >= 400 {
			t.Fatal(path, res.Status)
		}
		return c
	}
	const soon = 300 * time.Millisecond
	closed := func(c *tls.Conn, within time.Duration) bool {
		_ = c.SetReadDeadline(time.Now().Add(within))
		_, err := c.Read(make([]byte, 1))
		timeout, ok := err.(interface{ Timeout() bool }) //nolint:errorlint // the connection's own error
		return err != nil && (!ok || !timeout.Timeout())
	}
	account, pages := hold("/scan/datasources"), hold("/signin")
	if closed(account, soon) || closed(pages, soon) {
		t.Fatal("closed before there was a reason")
	}
	account, pages = hold("/scan/datasources"), hold("/signin")
	if got := local.set("", `"publicNetworkAccess":"disabled","portalPages":true,"rules":[]`); got != "200" {
		t.Fatal(got)
	}
	if !closed(account, 30*time.Second) {
		t.Error("a connection to the account's door outlives the policy that forbids it")
	}
	if closed(pages, soon) {
		t.Error("a connection that came for static pages only was closed")
	}
}
