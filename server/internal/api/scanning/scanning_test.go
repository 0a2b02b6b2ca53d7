package scanning_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/api/openapi/openapitest"
	"github.com/purlieu/purlieu/server/servertest"
)

func kind() model.Kind {
	return model.Kind{
		Name: "PostgreSql", Version: 1, Title: "PostgreSQL", ScanKinds: []string{"PostgreSqlCredential"},
		Settings: []model.Field{
			{Name: "serverEndpoint", Type: model.FieldText, Required: true},
			{Name: "port", Type: model.FieldNumber},
			{Name: "readOnly", Type: model.FieldSwitch},
			{Name: "databases", Type: model.FieldList},
		},
		Authority: "postgresql://{serverEndpoint|lower}", RuntimeKinds: []string{"Managed", "SelfHosted"}, Levels: []model.Level{model.L2},
	}
}

type door struct {
	t *testing.T
	h http.Handler
}

func newDoor(t *testing.T) door {
	t.Helper()
	h, err := servertest.New(kind(), pagers())
	if err != nil {
		t.Fatal(err)
	}
	return door{t, openapitest.Check(t, "scanning", h)}
}

// ask gives the body of an answer that must have the status.
func (d door) ask(status int, token, method, path, body string) map[string]any {
	d.t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+token)
	w := httptest.NewRecorder()
	d.h.ServeHTTP(w, r)
	if w.Code != status {
		d.t.Fatalf("%s %s: %d, want %d: %s", method, path, w.Code, status, w.Body)
	}
	var out map[string]any
	if w.Body.Len() > 0 {
		if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil {
			d.t.Fatal(err)
		}
	}
	return out
}

func source(host, collection string) string {
	return `{"kind":"PostgreSql","properties":{"serverEndpoint":"` + host + `","collection":{"referenceName":"` + collection + `"}}}`
}

const admin, reader = servertest.Token, servertest.ReaderToken

func TestWhatAReaderMayNotSeeIsNotThere(t *testing.T) {
	d := newDoor(t)
	d.ask(201, admin, "PUT", "/scan/datasources/sold", source("sold.example.com", "sales"))
	d.ask(201, admin, "PUT", "/scan/datasources/paid", source("paid.example.com", "hr"))
	d.ask(201, admin, "PUT", "/scan/datasources/paid/scans/weekly", `{"kind":"PostgreSqlCredential"}`)
	run := d.ask(202, admin, "POST", "/scan/datasources/paid/scans/weekly:run", "")["id"].(string)

	list := d.ask(200, reader, "GET", "/scan/datasources", "")
	if n := len(list["value"].([]any)); n != 1 {
		t.Errorf("%d sources, want 1", n)
	}
	hidden := d.ask(404, reader, "GET", "/scan/datasources/paid", "")
	absent := d.ask(404, reader, "GET", "/scan/datasources/none", "")
	text := func(m map[string]any) string { return m["error"].(map[string]any)["message"].(string) }
	if strings.ReplaceAll(text(hidden), "paid", "none") != text(absent) {
		t.Errorf("hidden %q and absent %q can be told apart", text(hidden), text(absent))
	}
	d.ask(404, reader, "GET", "/scan/datasources/paid/scans", "")
	d.ask(404, reader, "GET", "/scan/datasources/paid/scans/weekly", "")
	d.ask(404, reader, "GET", "/scan/datasources/paid/scans/weekly/runs/"+run, "")
	d.ask(404, reader, "GET", "/manage/v1/runs/"+run+"/gaps", "")
	d.ask(200, admin, "GET", "/manage/v1/runs/"+run+"/gaps", "")
}

func TestASourceSaysWhenItMayBeRead(t *testing.T) {
	d := newDoor(t)
	windows := func(list string) string {
		return `{"kind":"PostgreSql","properties":{"serverEndpoint":"sold.example.com","purlieuWindows":` + list + `}}`
	}
	never := `[{"days":["Monday"],"from":"03:00","to":"03:00","timeZone":"Europe/Berlin"}]`
	d.ask(201, admin, "PUT", "/scan/datasources/sold", windows(never))
	props := d.ask(200, admin, "GET", "/scan/datasources/sold", "")["properties"].(map[string]any)
	if got, err := json.Marshal(props["purlieuWindows"]); err != nil || string(got) != `[{"days":["Monday"],"from":"03:00","timeZone":"Europe/Berlin","to":"03:00"}]` {
		t.Errorf("%s, %v", got, err)
	}
	for _, bad := range []string{`[{"from":"3","to":"4"}]`, `[{"day":"Monday","from":"03:00","to":"04:00"}]`, `{}`, `[{"from":"03:00","to":"04:00","timeZone":"Nowhere"}]`} {
		d.ask(400, admin, "PUT", "/scan/datasources/sold", windows(bad))
	}
	d.ask(403, reader, "PUT", "/scan/datasources/sold", windows("[]"))
	d.ask(200, admin, "PUT", "/scan/datasources/sold", windows("[]"))
	props = d.ask(200, admin, "GET", "/scan/datasources/sold", "")["properties"].(map[string]any)
	if got, there := props["purlieuWindows"]; there {
		t.Errorf("windows that were taken back are %v", got)
	}
}

func TestAScanSaysHowEarlyItsRunsGo(t *testing.T) {
	d := newDoor(t)
	d.ask(201, admin, "PUT", "/scan/datasources/sold", source("sold.example.com", "sales"))
	d.ask(201, admin, "PUT", "/scan/datasources/sold/scans/weekly", `{"properties":{"purlieuPriority":"High"}}`)
	for _, c := range []struct {
		body string
		want any
	}{{"", "High"}, {`{"properties":{"purlieuPriority":"Low"}}`, "Low"}, {`{"properties":{}}`, nil}} {
		if c.body != "" {
			d.ask(200, admin, "PUT", "/scan/datasources/sold/scans/weekly", c.body)
		}
		props := d.ask(200, admin, "GET", "/scan/datasources/sold/scans/weekly", "")["properties"].(map[string]any)
		if got := props["purlieuPriority"]; got != c.want {
			t.Errorf("after %q it is %v", c.body, got)
		}
	}
	d.ask(400, admin, "PUT", "/scan/datasources/sold/scans/weekly", `{"properties":{"purlieuPriority":"Urgent"}}`)
}

func TestReadingIsNotWriting(t *testing.T) {
	d := newDoor(t)
	d.ask(201, admin, "PUT", "/scan/datasources/sold", source("sold.example.com", "sales"))
	d.ask(201, admin, "PUT", "/scan/datasources/sold/scans/weekly", `{}`)
	d.ask(201, admin, "PUT", "/scan/integrationRuntimes/cellar", `{"kind":"SelfHosted"}`)
	d.ask(200, reader, "GET", "/scan/datasources/sold/scans/weekly", "")
	for _, c := range [][3]string{
		{"PUT", "/scan/datasources/sold", source("sold.example.com", "sales")},
		{"DELETE", "/scan/datasources/sold", ""},
		{"PUT", "/scan/datasources/sold/scans/weekly", `{}`},
		{"POST", "/scan/datasources/sold/scans/weekly:run", ""},
		{"PUT", "/scan/datasources/sold/scans/weekly/filters/custom", `{"properties":{}}`},
		{"PUT", "/scan/credentials/login", `{"kind":"BasicAuth"}`},
		{"PUT", "/scan/azureKeyVaults/vault", `{"properties":{"baseUrl":"https://v.vault.azure.net"}}`},
		{"POST", "/scan/integrationRuntimes/cellar:listAuthKeys", ""},
		{"POST", "/scan/integrationRuntimes/cellar:regenerateAuthKey", `{"keyName":"authKey1"}`},
		{"DELETE", "/scan/integrationRuntimes/cellar/nodes/node-1", ""},
		{"GET", "/scan/integrationRuntimes", ""},
	} {
		d.ask(403, reader, c[0], c[1], c[2])
	}
}

func TestPropertiesComeBackAsTheyCame(t *testing.T) {
	d := newDoor(t)
	body := `{"kind":"PostgreSql","properties":{"serverEndpoint":"a.example.com","port":5433,"readOnly":true,"databases":["x","y"],
		"dataUseGovernance":"Disabled","unheardOf":{"deep":[1,null]},"createdAt":"2001-01-01T00:00:00Z","purlieuBudget":{"connections":2}}}`
	d.ask(201, admin, "PUT", "/scan/datasources/shop", body)
	props := d.ask(200, admin, "GET", "/scan/datasources/shop", "")["properties"].(map[string]any)
	got, err := json.Marshal([]any{
		props["serverEndpoint"], props["port"], props["readOnly"], props["databases"], props["dataUseGovernance"], props["unheardOf"],
		props["purlieuBudget"], props["purlieuAuthority"], props["collection"].(map[string]any)["referenceName"],
	})
	want := `["a.example.com",5433,true,["x","y"],"Disabled",{"deep":[1,null]},{"connections":2},"postgresql://a.example.com","root"]`
	if err != nil || string(got) != want {
		t.Errorf("%s, want %s", got, want)
	}
	if strings.HasPrefix(props["createdAt"].(string), "2001") {
		t.Error("a read-only property was taken")
	}
	// What was read can be written again.
	again, err := json.Marshal(map[string]any{"kind": "PostgreSql", "properties": props})
	if err != nil {
		t.Fatal(err)
	}
	d.ask(200, admin, "PUT", "/scan/datasources/shop", string(again))
}

func TestOddBodiesAreRefusedNotKept(t *testing.T) {
	d := newDoor(t)
	for _, body := range []string{
		`{}`, `{"kind":"PostgreSql"}`, `{"kind":"PostgreSql","properties":{"serverEndpoint":{}}}`,
		`{"kind":"PostgreSql","properties":{"serverEndpoint":"a.example.com","port":1.5}}`,
		`{"kind":"PostgreSql","properties":{"serverEndpoint":"a.example.com","collection":"root"}}`,
		`{"kind":"Oracle","properties":{}}`,
	} {
		d.ask(400, admin, "PUT", "/scan/datasources/shop", body)
	}
	d.ask(404, admin, "GET", "/scan/datasources/shop", "")
	d.ask(400, admin, "PUT", "/scan/datasources/a--b", source("a.example.com", "root"))
}

func TestARefusalSaysWhichPartOfTheBodyItIsAbout(t *testing.T) {
	d := newDoor(t)
	d.ask(201, admin, "PUT", "/scan/datasources/shop", source("a.example.com", "root"))
	for _, c := range []struct{ path, body, target string }{
		{"/scan/datasources/field", `{"kind":"PostgreSql","properties":{"serverEndpoint":"b.example.com","port":"x"}}`, "properties.port"},
		{"/scan/datasources/field", `{"kind":"PostgreSql","properties":{}}`, "properties.serverEndpoint"},
		{"/scan/datasources/field", `{"kind":"PostgreSql","properties":{"serverEndpoint":"b.example.com","purlieuWindows":[{"from":"22:00","to":"06:00","timeZone":"Mars"}]}}`, "properties.purlieuWindows[0].timeZone"},
		{"/scan/datasources/shop/scans/weekly", `{"properties":{"purlieuPriority":"Highest"}}`, "properties.purlieuPriority"},
	} {
		said := d.ask(400, admin, "PUT", c.path, c.body)["error"].(map[string]any)
		if said["target"] != c.target {
			t.Errorf("%s: %v at %v, want %s", c.body, said["message"], said["target"], c.target)
		}
	}
	if at := d.ask(404, admin, "GET", "/scan/datasources/field", "")["error"].(map[string]any)["target"]; at != nil {
		t.Errorf("a failure that is about no part says %v", at)
	}
}

func TestFiltersStayBelowTheirSource(t *testing.T) {
	d := newDoor(t)
	d.ask(201, admin, "PUT", "/scan/datasources/shop", source("a.example.com", "root"))
	d.ask(201, admin, "PUT", "/scan/datasources/shop/scans/weekly", `{}`)
	const at = "/scan/datasources/shop/scans/weekly/filters/custom"
	d.ask(404, admin, "GET", at, "")
	d.ask(400, admin, "PUT", at, `{"properties":{"includeUriPrefixes":["postgresql://b.example.com/shop"]}}`)
	d.ask(400, admin, "PUT", at, `{"properties":{"includeUriPrefixes":["postgresql://a.example.com.evil.org/shop"]}}`)
	d.ask(400, admin, "PUT", at, `{"properties":{"excludeUriPrefixes":["postgresql://a.example.com"]}}`)
	d.ask(501, admin, "PUT", at, `{"properties":{"includeRegexes":["a.*"]}}`)
	d.ask(201, admin, "PUT", at, `{"properties":{"includeUriPrefixes":["postgresql://a.example.com/shop/public/"]}}`)
	got, err := json.Marshal(d.ask(200, admin, "GET", at, "")["properties"])
	if err != nil || !strings.Contains(string(got), `"includeUriPrefixes":["postgresql://a.example.com/shop/public"]`) || !strings.Contains(string(got), `"excludeUriPrefixes":[]`) {
		t.Errorf("%s", got)
	}
}

func TestARunBelongsToItsScan(t *testing.T) {
	d := newDoor(t)
	d.ask(201, admin, "PUT", "/scan/datasources/shop", source("a.example.com", "root"))
	d.ask(201, admin, "PUT", "/scan/datasources/shop/scans/one", `{}`)
	d.ask(201, admin, "PUT", "/scan/datasources/shop/scans/two", `{}`)
	run := d.ask(202, admin, "POST", "/scan/datasources/shop/scans/one:run?runId={138301E4-F4F9-4AB5-B734-BAC446B236E7}", "")["id"].(string)
	if run != "138301e4-f4f9-4ab5-b734-bac446b236e7" {
		t.Errorf("run %s", run)
	}
	d.ask(404, admin, "GET", "/scan/datasources/shop/scans/two/runs/"+run, "")
	d.ask(202, admin, "POST", "/scan/datasources/shop/scans/one/runs/"+run+":cancel", "")
	d.ask(404, admin, "POST", "/scan/datasources/shop/scans/two/runs/"+run+":cancel", "")
	d.ask(400, admin, "POST", "/scan/datasources/shop/scans/one:run?runId=nonsense", "")
	d.ask(400, admin, "POST", "/scan/datasources/shop/scans/one:run?scanLevel=Half", "")
}

func TestARunStaysInItsCollectionWhenItsScansNameMoves(t *testing.T) {
	d := newDoor(t)
	d.ask(201, admin, "PUT", "/scan/datasources/shop", source("a.example.com", "sales"))
	const at = "/scan/datasources/shop/scans/weekly"
	d.ask(201, admin, "PUT", at, `{"properties":{"collection":{"referenceName":"root"}}}`)
	run := d.ask(202, admin, "POST", at+":run", "")["id"].(string)
	d.ask(204, admin, "DELETE", at, "")
	d.ask(201, admin, "PUT", at, `{"properties":{"collection":{"referenceName":"sales"}}}`)
	mine := d.ask(202, admin, "POST", at+":run", "")["id"].(string)

	d.ask(404, reader, "GET", "/manage/v1/runs/"+run+"/gaps", "")
	d.ask(404, reader, "GET", at+"/runs/"+run, "")
	d.ask(200, reader, "GET", "/manage/v1/runs/"+mine+"/gaps", "")
	for token, want := range map[string]int{reader: 1, admin: 2} {
		if n := len(d.ask(200, token, "GET", at+"/runs", "")["value"].([]any)); n != want {
			t.Errorf("%s sees %d runs, want %d", token, n, want)
		}
	}
}

func TestAListOfCredentialsSaysWhichScansUseThem(t *testing.T) {
	k := kind()
	k.Credentials = pagers().Credentials
	h, err := servertest.New(k)
	if err != nil {
		t.Fatal(err)
	}
	d := door{t, openapitest.Check(t, "scanning", h)}
	d.ask(201, admin, "PUT", "/scan/credentials/login", `{"kind":"BasicAuth"}`)
	d.ask(201, admin, "PUT", "/scan/credentials/spare", `{"kind":"BasicAuth"}`)
	d.ask(201, admin, "PUT", "/scan/datasources/sold", source("sold.example.com", "sales"))
	d.ask(201, admin, "PUT", "/scan/datasources/paid", source("paid.example.com", "root"))
	for _, at := range []string{"sold/scans/weekly", "sold/scans/daily", "paid/scans/weekly"} {
		d.ask(201, admin, "PUT", "/scan/datasources/"+at, `{"kind":"PostgreSqlCredential","properties":{"credential":{"referenceName":"login"}}}`)
	}
	used := func(token string) string {
		var all []any
		for _, c := range d.ask(200, token, "GET", "/scan/credentials", "")["value"].([]any) {
			all = append(all, c.(map[string]any)["purlieuScans"])
		}
		text, err := json.Marshal(all)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	if got := used(admin); got != `[[{"scan":"weekly","source":"paid"},{"scan":"daily","source":"sold"},{"scan":"weekly","source":"sold"}],[]]` {
		t.Errorf("all of them: %s", got)
	}
	if got := used(reader); got != `[[{"scan":"daily","source":"sold"},{"scan":"weekly","source":"sold"}],[]]` {
		t.Errorf("those that a reader of sales sees: %s", got)
	}
}
