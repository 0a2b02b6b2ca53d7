package scanning_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/api/openapi/openapitest"
	"github.com/purlieu/purlieu/server/servertest"
)

func TestAScanIsNotKeptThatWouldReadSomethingElse(t *testing.T) {
	d := newDoor(t)
	d.ask(201, admin, "PUT", "/scan/datasources/shop", `{"kind":"PostgreSql","properties":{"serverEndpoint":"A.example.com","port":5433}}`)
	const at = "/scan/datasources/shop/scans/"
	for i, body := range []string{
		`{"scanRulesetType":"System","scanRulesetName":"PostgreSql","workers":4}`,
		`{"serverEndpoint":"a.example.com","port":5433,"readOnly":false}`,
		`{"temporaryResourceFilters":[],"resourceTypes":null,"scanRulesetType":null}`,
	} {
		d.ask(201, admin, "PUT", fmt.Sprint(at, "kept", i), `{"properties":`+body+`}`)
	}
	for body, status := range map[string]int{
		`{"scanRulesetType":"Custom","scanRulesetName":"ours"}`:        501,
		`{"temporaryResourceFilters":[{"resourceFilterPattern":"x"}]}`: 501,
		`{"resourceTypes":{"AdlsGen2":{"scanRulesetName":"x"}}}`:       501,
		`{"serverEndpoint":"b.example.com"}`:                           400,
		`{"port":5432}`:                                                400,
		`{"port":{"a":1}}`:                                             400,
	} {
		got := d.ask(status, admin, "PUT", at+"refused", `{"properties":`+body+`}`)
		if text := fmt.Sprint(got["error"]); !strings.Contains(text, "properties."+strings.Split(body, `"`)[1]) {
			t.Errorf("%s: not by name: %s", body, text)
		}
	}
	d.ask(404, admin, "GET", at+"refused", "")
}

func TestARunThatIsAskedForAgainIsThatRun(t *testing.T) {
	d := newDoor(t)
	d.ask(201, admin, "PUT", "/scan/datasources/shop", source("a.example.com", "sales"))
	const one, two = "/scan/datasources/shop/scans/one", "/scan/datasources/shop/scans/two"
	d.ask(201, admin, "PUT", one, `{"properties":{"collection":{"referenceName":"root"}}}`)
	d.ask(201, admin, "PUT", two, `{}`)
	const id = "138301e4-f4f9-4ab5-b734-bac446b236e7"
	for range 3 {
		if got := d.ask(202, admin, "PUT", one+"/runs/"+id, ""); got["scanResultId"] != id {
			t.Errorf("%v", got)
		}
		d.ask(202, admin, "POST", one+":run?runId="+id, "")
	}
	if n := len(d.ask(200, admin, "GET", one+"/runs", "")["value"].([]any)); n != 1 {
		t.Errorf("%d runs", n)
	}
	d.ask(409, admin, "PUT", two+"/runs/"+id, "")
	d.ask(403, reader, "PUT", two+"/runs/"+id, "")
}

func TestOlderClientsReadWhatTheyKnow(t *testing.T) {
	d := newDoor(t)
	const vault = "/scan/azureKeyVaults/"
	body := `{"properties":{"baseUrl":"https://v.vault.azure.net"}}`
	d.ask(200, admin, "PUT", vault+"old?api-version=2018-12-01-preview", body)
	d.ask(200, admin, "PUT", vault+"older?api-version=2022-02-01-preview", body)
	d.ask(201, admin, "PUT", vault+"new?api-version=2022-07-01-preview", body)
	d.ask(201, admin, "PUT", vault+"newer?api-version=2023-09-01", body)
	d.ask(201, admin, "PUT", vault+"ours", body)

	d.ask(201, admin, "PUT", "/scan/credentials/login", `{"properties":{"type":"BasicAuth","typeProperties":{"user":"u"}}}`)
	if got := d.ask(200, admin, "GET", "/scan/credentials/login", ""); got["kind"] != "BasicAuth" || got["properties"].(map[string]any)["type"] != "BasicAuth" {
		t.Errorf("%v", got)
	}

	d.ask(201, admin, "PUT", "/scan/datasources/shop", source("a.example.com", "sales"))
	d.ask(201, admin, "PUT", "/scan/datasources/shop/scans/one", `{}`)
	run := d.ask(202, admin, "POST", "/scan/datasources/shop/scans/one:run", "")
	for range 3 { // the played nodes go on by one step at each look
		run = d.ask(200, admin, "GET", "/scan/datasources/shop/scans/one/runs/"+run["id"].(string), "")
	}
	found := run["discoveryExecutionDetails"].(map[string]any)["statistics"].(map[string]any)["assets"].(map[string]any)
	if run["assetsDiscovered"] != found["discovered"] || run["assetsClassified"] != found["classified"] || run["queuedTime"] != run["startTime"] || run["pipelineStartTime"] == nil {
		t.Errorf("%v", run)
	}
}

func TestANotificationHasANumberAndAWord(t *testing.T) {
	account, err := servertest.New(kind())
	if err != nil {
		t.Fatal(err)
	}
	account.Ending = model.RunFailed
	d := door{t, openapitest.Check(t, "scanning", account)}
	d.ask(201, admin, "PUT", "/scan/datasources/shop", source("a.example.com", "sales"))
	d.ask(201, admin, "PUT", "/scan/datasources/shop/scans/one", `{}`)
	run := d.ask(202, admin, "POST", "/scan/datasources/shop/scans/one:run", "")
	for range 3 {
		run = d.ask(200, admin, "GET", "/scan/datasources/shop/scans/one/runs/"+run["id"].(string), "")
	}
	notes := run["diagnostics"].(map[string]any)["notifications"].([]any)
	if len(notes) != 1 {
		t.Fatalf("%v", run)
	}
	note := notes[0].(map[string]any)
	if code, number := note["code"].(float64); !number || code <= 0 || note["purlieuCode"] == "" || note["purlieuCode"] != run["error"].(map[string]any)["code"] {
		t.Errorf("%v", note)
	}
}

func TestAChoiceThatIsANumberIsAnsweredAsOne(t *testing.T) {
	k := kind()
	k.Scan = []model.Field{{Name: "sslMode", Type: model.FieldChoice, Choices: []string{"verify-full", "0", "1", "2"}}}
	account, err := servertest.New(k)
	if err != nil {
		t.Fatal(err)
	}
	d := door{t, openapitest.Check(t, "scanning", account)}
	d.ask(201, admin, "PUT", "/scan/datasources/shop", source("a.example.com", "sales"))
	for sent, want := range map[string]any{`2`: 2.0, `"verify-full"`: "verify-full", `"1"`: 1.0} {
		const at = "/scan/datasources/shop/scans/"
		name := fmt.Sprint("mode-", len(sent))
		d.ask(201, admin, "PUT", at+name, `{"properties":{"sslMode":`+sent+`}}`)
		if got := d.ask(200, admin, "GET", at+name, "")["properties"].(map[string]any)["sslMode"]; got != want {
			t.Errorf("%s came back as %v", sent, got)
		}
	}
}

func TestAnEmptyFilterIsThereOnceItWasPut(t *testing.T) {
	d := newDoor(t)
	d.ask(201, admin, "PUT", "/scan/datasources/shop", source("a.example.com", "root"))
	d.ask(201, admin, "PUT", "/scan/datasources/shop/scans/weekly", `{}`)
	const at = "/scan/datasources/shop/scans/weekly/filters/custom"
	const empty = `{"properties":{"includeUriPrefixes":[],"excludeUriPrefixes":[]}}`
	d.ask(404, admin, "GET", at, "")
	d.ask(201, admin, "PUT", at, empty)
	d.ask(200, admin, "PUT", at, empty)
	d.ask(200, admin, "PUT", "/scan/datasources/shop/scans/weekly", `{}`)
	if got := d.ask(200, admin, "GET", at, "")["properties"].(map[string]any); len(got["includeUriPrefixes"].([]any)) != 0 {
		t.Errorf("%v", got)
	}
}
