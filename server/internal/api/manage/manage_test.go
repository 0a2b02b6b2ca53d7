package manage_test

import (
	"strings"
	"testing"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/server/internal/api/manage"
)

func TestNobodyAndReadersAreRefused(t *testing.T) {
	h := build(t)
	status, app := h.call("POST", "/manage/v1/apps", h.admin, `{"name":"reader"}`)
	if status != 201 {
		t.Fatal(status, app)
	}
	must(t, h.access.Assign(t.Context(), "root", "purview-reader", app["id"].(string)))
	token, err := h.access.ClientCredentials(t.Context(), app["clientId"].(string), app["clientSecret"].(string), "")
	must(t, err)
	n1 := h.enrol("n1")
	for _, call := range []string{
		"GET /manage/v1/runtimes", "GET /manage/v1/runtimes/pool/nodes", "PUT /manage/v1/runtimes/pool/approval", "GET /manage/v1/runtimes/pool/keys",
		"PUT /manage/v1/runtimes/pool/keys/authKey1/limit", "DELETE /manage/v1/nodes/" + n1.Node, "POST /manage/v1/nodes/pool--n1/revoke",
		"POST /manage/v1/nodes/pool--n1/approve", "POST /manage/v1/nodes/pool--n1/drain", "POST /manage/v1/nodes/pool--n1/resume", "POST /manage/v1/nodes/pool--n1/rotate", "GET /manage/v1/nodes/pool--n1/receipts", "GET /manage/v1/users", "POST /manage/v1/users",
		"DELETE /manage/v1/users/x", "PUT /manage/v1/users/x/disabled", "POST /manage/v1/signin-links", "GET /manage/v1/apps",
		"POST /manage/v1/apps", "DELETE /manage/v1/apps/x", "POST /manage/v1/apps/x/secret", "GET /manage/v1/collections/root/roles",
		"PUT /manage/v1/collections/root/roles/data-curator/x", "DELETE /manage/v1/collections/root/roles/data-curator/x",
	} {
		method, path, _ := strings.Cut(call, " ")
		if status, _ := h.call(method, path, "", "{}"); status != 401 {
			t.Errorf("%s for nobody: %d", call, status)
		}
		if status, body := h.call(method, path, token.Text, "{}"); status != 403 || code(body) != "Denied" {
			t.Errorf("%s for a reader: %d %v", call, status, body)
		}
	}
	if status, who := h.call("GET", "/manage/v1/whoami", token.Text, ""); status != 200 || who["name"] != "reader" || who["build"] != "1.2.3" {
		t.Error(status, who)
	}
}

func TestBadBodies(t *testing.T) {
	h := build(t)
	for body, want := range map[string]string{
		"":                                       "InvalidRequest",
		`{"name":"x","canary":1}`:                "InvalidRequest",
		`{"name":"x"}{"name":"canary"}`:          "InvalidRequest",
		`{"name":["canary"]}`:                    "InvalidRequest",
		`{"name":"` + strings.Repeat("x", 2<<20): "RequestTooLarge",
	} {
		status, answer := h.call("POST", "/manage/v1/apps", h.admin, body)
		if status < 400 || status >= 500 || code(answer) != want {
			t.Errorf("%.40s: %d %v", body, status, answer)
		}
		if e, _ := answer["error"].(map[string]any); e != nil && strings.Contains(e["message"].(string), "canary") {
			t.Errorf("the error quotes the body: %v", e)
		}
	}
	for _, open := range h.plane.Open() {
		path := manage.Prefix + open.Pattern
		if status, answer := h.call("POST", path, "", `{"secret":"canary","extra":1}`); status != 400 || code(answer) != "InvalidRequest" {
			t.Error(path, status, answer)
		}
	}
	if status, answer := h.call("GET", "/manage/v1/nothing", h.admin, ""); status != 404 || code(answer) != "NotFound" {
		t.Error(status, answer)
	}
}

func TestNodesAreSeenTo(t *testing.T) {
	h := build(t)
	n1 := h.enrol("n1")
	status, body := h.call("GET", "/manage/v1/runtimes/pool/nodes", h.admin, "")
	list, _ := body["value"].([]any)
	if status != 200 || len(list) != 1 || body["state"] != "Offline" {
		t.Fatal(status, body)
	}
	if n := list[0].(map[string]any); n["nodeName"] != "n1" || n["status"] != "Offline" || n["lastStartTime"] != nil || n["enrolledByKey"] != 1.0 {
		t.Fatal(n)
	}
	t.Run("what they come to is listed with their runtimes", func(t *testing.T) {
		status, body := h.call("GET", "/manage/v1/runtimes", h.admin, "")
		list, _ := body["value"].([]any)
		if status != 200 || len(list) == 0 || body["nextLink"] != nil {
			t.Fatal(status, body)
		}
		for _, one := range list {
			if rt := one.(map[string]any); rt["name"] == "pool" && rt["kind"] == "SelfHosted" && rt["state"] == "Offline" && rt["nodes"] == 1.0 && rt["nodesOnline"] == 0.0 {
				return
			}
		}
		t.Fatal(list)
	})
	t.Run("a limit on a key", func(t *testing.T) {
		if status, body := h.call("PUT", "/manage/v1/runtimes/pool/keys/authKey1/limit", h.admin, `{"maxNodes":1,"expires":"2030-01-01T00:00:00Z"}`); status != 204 {
			t.Fatal(status, body)
		}
		_, body := h.call("GET", "/manage/v1/runtimes/pool/keys", h.admin, "")
		k, _ := body["authKey1"].(map[string]any)
		if k["maxNodes"] != 1.0 || k["enrolledNodes"] != 1.0 || k["expires"] != "2030-01-01T00:00:00Z" {
			t.Fatal(body)
		}
		if strings.Contains(strings.ToLower(strings.Join(keysOf(k), " ")), "secret") {
			t.Fatal("the limits tell the key")
		}
		if status, body := h.call("PUT", "/manage/v1/runtimes/pool/keys/authKey9/limit", h.admin, `{}`); status != 400 {
			t.Fatal(status, body)
		}
		if status, _ := h.call("PUT", "/manage/v1/runtimes/pool/keys/authKey1/limit", h.admin, `{}`); status != 204 {
			t.Fatal(status)
		}
	})
	t.Run("receipts, for the node itself and for administrators", func(t *testing.T) {
		_, body := h.call("GET", "/manage/v1/nodes/pool--n1/receipts", h.admin, "")
		if highest, _ := body["highest"].(map[string]any); highest["index"] != 7.0 {
			t.Fatal(body)
		}
		_, body = h.call("GET", "/manage/v1/nodes/pool--n2/receipts", h.admin, "")
		if highest, ok := body["highest"]; !ok || highest != nil {
			t.Fatal(body)
		}
	})
	t.Run("a drain, and its end", func(t *testing.T) {
		drain := func() (string, any) {
			_, body := h.call("GET", "/manage/v1/runtimes/pool/nodes", h.admin, "")
			n := body["value"].([]any)[0].(map[string]any)
			return n["drain"].(string), n["drainTime"]
		}
		if how, since := drain(); how != "none" || since != nil {
			t.Fatal(how, since)
		}
		if status, body := h.call("POST", "/manage/v1/nodes/pool--n1/drain", h.admin, ""); status != 204 {
			t.Fatal(status, body)
		}
		if how, since := drain(); how != "draining" || since == nil {
			t.Fatal(how, since)
		}
		must(t, h.fleet.Beat(t.Context(), "pool--n1", bus.Beat{Drained: true, Attempts: 1}))
		if how, _ := drain(); how != "draining" {
			t.Fatal("it holds something", how)
		}
		must(t, h.fleet.Beat(t.Context(), "pool--n1", bus.Beat{Drained: true}))
		if how, _ := drain(); how != "drained" {
			t.Fatal(how)
		}
		if status, body := h.call("POST", "/manage/v1/nodes/pool--n1/resume", h.admin, ""); status != 204 {
			t.Fatal(status, body)
		}
		if how, since := drain(); how != "none" || since != nil {
			t.Fatal(how, since)
		}
		if status, body := h.call("POST", "/manage/v1/nodes/pool--n9/drain", h.admin, ""); status != 404 || code(body) != "NodeNotFound" {
			t.Fatal(status, body)
		}
	})
	t.Run("approval and removal", func(t *testing.T) {
		if status, _ := h.call("PUT", "/manage/v1/runtimes/pool/approval", h.admin, `{"approveNodes":true}`); status != 204 {
			t.Fatal(status)
		}
		if n2 := h.enrol("n2"); !n2.Pending {
			t.Fatal("not pending")
		}
		for _, call := range []string{"POST /manage/v1/nodes/pool--n2/approve", "POST /manage/v1/nodes/pool--n2/revoke", "DELETE /manage/v1/nodes/" + n1.Node} {
			method, path, _ := strings.Cut(call, " ")
			if status, body := h.call(method, path, h.admin, ""); status != 204 {
				t.Fatal(call, status, body)
			}
		}
		if status, body := h.call("DELETE", "/manage/v1/nodes/"+n1.Node, h.admin, ""); status != 404 || code(body) != "NodeNotFound" {
			t.Fatal(status, body)
		}
	})
}

func keysOf(m map[string]any) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	return out
}

func TestPeopleAreSeenTo(t *testing.T) {
	h := build(t)
	status, bob := h.call("POST", "/manage/v1/users", h.admin, `{"name":"bob"}`)
	if status != 201 || bob["hasPassword"] != false {
		t.Fatal(status, bob)
	}
	id := bob["id"].(string)
	if status, body := h.call("POST", "/manage/v1/users", h.admin, `{"name":"BOB"}`); status != 409 || code(body) != "UserExists" {
		t.Fatal(status, body)
	}
	status, link := h.call("POST", "/manage/v1/signin-links", h.admin, `{"user":"bob"}`)
	if status != 201 || link["link"] != "https://"+h.address+"/signin#"+link["token"].(string) {
		t.Fatal(status, link)
	}
	in, err := h.access.Redeem(t.Context(), link["token"].(string), "bob", "correct horse battery", "")
	must(t, err)
	if _, who := h.call("GET", "/manage/v1/whoami", in.Access.Text, ""); len(who["roles"].(map[string]any)) != 0 {
		t.Fatal("a link gave roles", who)
	}
	if status, _ := h.call("POST", "/manage/v1/signin-links", in.Access.Text, `{"user":"bob"}`); status != 403 {
		t.Fatal("somebody without roles makes links", status)
	}
	if status, _ := h.call("PUT", "/manage/v1/collections/root/roles/data-curator/"+id, h.admin, ""); status != 204 {
		t.Fatal(status)
	}
	_, who := h.call("GET", "/manage/v1/whoami", in.Access.Text, "")
	if roles, _ := who["roles"].(map[string]any); who["name"] != "bob" || roles["root"].([]any)[0] != "data-curator" {
		t.Fatal(who)
	}
	_, roles := h.call("GET", "/manage/v1/collections/root/roles", h.admin, "")
	if holders, _ := roles["data-curator"].([]any); len(holders) != 2 {
		t.Fatal(roles)
	}
	if status, _ := h.call("DELETE", "/manage/v1/collections/root/roles/data-curator/"+id, h.admin, ""); status != 204 {
		t.Fatal(status)
	}
	if status, body := h.call("PUT", "/manage/v1/collections/root/roles/owner/"+id, h.admin, ""); status != 400 || code(body) != "UnknownRole" {
		t.Fatal(status, body)
	}
	if status, _ := h.call("PUT", "/manage/v1/users/"+id+"/disabled", h.admin, `{"disabled":true}`); status != 204 {
		t.Fatal(status)
	}
	if status, _ := h.call("GET", "/manage/v1/whoami", in.Access.Text, ""); status != 401 {
		t.Fatal("a disabled user is served:", status)
	}
	if status, _ := h.call("DELETE", "/manage/v1/users/"+id, h.admin, ""); status != 204 {
		t.Fatal(status)
	}
	_, users := h.call("GET", "/manage/v1/users", h.admin, "")
	list, _ := users["value"].([]any)
	if len(list) != 1 {
		t.Fatal(users)
	}
	ada := list[0].(map[string]any)["id"].(string)
	if status, body := h.call("DELETE", "/manage/v1/users/"+ada, h.admin, ""); status != 409 || code(body) != "LastAdministrator" {
		t.Fatal(status, body)
	}
}

func TestAppsAreSeenTo(t *testing.T) {
	h := build(t)
	_, app := h.call("POST", "/manage/v1/apps", h.admin, `{"name":"nightly"}`)
	id, secret := app["id"].(string), app["clientSecret"].(string)
	_, list := h.call("GET", "/manage/v1/apps", h.admin, "")
	first := list["value"].([]any)[0].(map[string]any)
	if first["name"] != "nightly" || first["clientSecret"] != nil {
		t.Fatal("the secret is shown again, or the app is not", first)
	}
	_, renewed := h.call("POST", "/manage/v1/apps/"+id+"/secret", h.admin, "")
	if renewed["clientSecret"] == secret || renewed["clientSecret"] == nil {
		t.Fatal(renewed)
	}
	if status, _ := h.call("DELETE", "/manage/v1/apps/"+id, h.admin, ""); status != 204 {
		t.Fatal(status)
	}
	if status, body := h.call("DELETE", "/manage/v1/apps/"+id, h.admin, ""); status != 404 || code(body) != "AppNotFound" {
		t.Fatal(status, body)
	}
}
