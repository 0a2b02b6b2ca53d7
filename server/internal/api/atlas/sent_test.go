package atlas_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/purlieu/purlieu/server/servertest"
)

func (l *library) encode(v any) string {
	l.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		l.Fatal(err)
	}
	return string(raw)
}

func TestAnEntityIsMadeInTheCollectionThatItNames(t *testing.T) {
	l := newLibrary(t)
	one := func(name, collection string) string {
		return `{"entity":{"typeName":"DataSet","collectionId":"` + collection + `","attributes":{"qualifiedName":"` + name + `"}}}`
	}
	for _, c := range []struct{ query, body, want string }{
		{"", "sales", "sales"},
		{"", "", "root"},
		{"?collectionId=sales", "Collection-rZX", "sales"},
		{"?collectionId=sales", "", "sales"},
	} {
		name := "q://" + c.query + c.body
		got := l.call(servertest.Token, "POST", c.query, one(name, c.body), 200)
		for guid := range got["guidAssignments"].(map[string]any) {
			if e := l.entity(guid); e["collectionId"] != c.want {
				t.Errorf("%+v: made in %v", c, e["collectionId"])
			}
		}
		l.call(servertest.Token, "POST", "", one(name, c.want), 200) // is there already
		if got := l.call(servertest.Token, "POST", "", one(name, "sharedeuappurviewaccount"), 501); !strings.Contains(fmt.Sprint(got), "can't be moved") {
			t.Errorf("%v", got)
		}
		l.call(servertest.Token, "POST", "?collectionId=sharedeuappurviewaccount", one(name, ""), 501)
	}
	l.call(servertest.ReaderToken, "POST", "", one("q://hidden", "payroll"), 403)
	l.call(servertest.ReaderToken, "POST", "", one("q://mine", "sales"), 403)
}

func TestClassificationsAndRelationsThatAreSentAreKept(t *testing.T) {
	l := newLibrary(t)
	shelf, column := l.guids("sales")
	ref := func(guid string) string { return `{"guid":"` + guid + `"}` }
	// Guids of what is made are numbers, as some clients write them.
	body := `{"referredEntities":{"-300":{"guid":"-300","typeName":"DataSet","attributes":{"qualifiedName":"made://beside"}}},"entities":[
		{"guid":-100,"typeName":"DataSet","status":"ACTIVE","attributes":{"qualifiedName":"made://data"},"classifications":[{"typeName":"OURS"},{"typeName":"MICROSOFT.PERSONAL.NAME"}]},
		{"guid":-200,"typeName":"Process","attributes":{"qualifiedName":"made://job","inputs":null},
			"relationshipAttributes":{"inputs":[` + ref(shelf) + `],"outputs":[{"guid":-100},{"guid":"-300"}]}}]}`
	assigned := l.call(servertest.Token, "POST", "/bulk", body, 200)["guidAssignments"].(map[string]any)
	data, job, beside := assigned["-100"].(string), assigned["-200"].(string), assigned["-300"].(string)
	if got := fmt.Sprint(l.entity(data)["classifications"]); !strings.Contains(got, "OURS") || !strings.Contains(got, "MICROSOFT.PERSONAL.NAME") {
		t.Errorf("%s", got)
	}
	flows := func() string {
		attrs := l.entity(job)["attributes"].(map[string]any)
		return fmt.Sprint(len(attrs["inputs"].([]any)), len(attrs["outputs"].([]any)))
	}
	if l.entity(beside)["typeName"] != "DataSet" || flows() != "1 2" {
		t.Errorf("%v", l.entity(job))
	}
	change := func(guid, member string, want int) map[string]any {
		t.Helper()
		return l.call(servertest.Token, "POST", "", `{"entity":{"guid":"`+guid+`",`+member+`}}`, want)
	}
	change(job, `"attributes":{"inputs":null,"outputs":null},"relationshipAttributes":{"inputs":null}`, 200) // says nothing about them
	if flows() != "1 2" {
		t.Errorf("null took edges away: %s", flows())
	}
	change(job, `"relationshipAttributes":{"outputs":[`+ref(data)+`]}`, 200)
	change(job, `"attributes":{"outputs":[`+ref(data)+`]},"relationshipAttributes":{"outputs":[`+ref(beside)+`]}`, 400)
	if flows() != "1 1" {
		t.Errorf("%s", flows())
	}
	change(job, `"relationshipAttributes":{"inputs":[]}`, 200)
	if flows() != "0 1" {
		t.Errorf("%s", flows())
	}
	change(column, `"classifications":[{"typeName":"MICROSOFT.PERSONAL.NAME"},{"typeName":"ALSO"}]`, 200)
	change(column, `"classifications":[]`, 200) // none is taken away so
	if got := l.entity(column)["classifications"].([]any); len(got) != 2 {
		t.Errorf("%v", got)
	}
	for member, want := range map[string]int{
		`"businessAttributes":{"ours":{"a":1}}`:                              501,
		`"businessAttributes":{}`:                                            200,
		`"meanings":[{"termGuid":"x"}]`:                                      501,
		`"relationshipAttributes":{"columns":[{"guid":"-5"}]}`:               501,
		`"relationshipAttributes":{"schema":[{"guid":"-5"}]}`:                501,
		`"relationshipAttributes":{"schema":null,"tabular_schema":[]}`:       200,
		`"relationshipAttributes":{"inputs":[]}`:                             400,
		`"status":"DELETED"`:                                                 400,
		`"status":"ACTIVE"`:                                                  200,
		`"classifications":[{"typeName":""}]`:                                400,
		`"classifications":[{"typeName":"X","attributes":{"a":1}}]`:          501,
		`"classifications":[{"typeName":"X","validityPeriods":[{"a":"b"}]}]`: 501,
		`"contacts":{"Steward":[{"id":"kim"}]}`:                              400,
		`"guid":{}`:                                                          400,
	} {
		if got := change(shelf, member, want); want != 200 && fmt.Sprint(got["errorMessage"]) == fmt.Sprint(nil) {
			t.Errorf("%s: %v", member, got)
		}
	}
	l.call(servertest.Token, "POST", "/guid/"+shelf+"/classifications", `[{"typeName":"X","attributes":{"a":1}}]`, 501)
}

func TestContactsThatAreNotSentStay(t *testing.T) {
	l := newLibrary(t)
	shelf, _ := l.guids("sales")
	send := func(contacts string) string {
		l.call(servertest.Token, "POST", "", `{"entity":{"guid":"`+shelf+`","contacts":`+contacts+`}}`, 200)
		return fmt.Sprint(l.entity(shelf)["contacts"])
	}
	if got := send(`{"Owner":[{"id":"kim"}],"Expert":[{"id":"lee"}]}`); got != "map[Expert:[map[id:lee info:]] Owner:[map[id:kim info:]]]" {
		t.Errorf("%s", got)
	}
	if got := send(`{"Expert":[{"id":"ann"}]}`); got != "map[Expert:[map[id:ann info:]] Owner:[map[id:kim info:]]]" {
		t.Errorf("%s", got)
	}
	if got := send(`{"Owner":[]}`); got != "map[Expert:[map[id:ann info:]] Owner:[]]" {
		t.Errorf("%s", got)
	}
}

func TestWhatIsReadWithItsColumnsCanBeSentBackWithThem(t *testing.T) {
	l := newLibrary(t)
	shelf, column := l.guids("sales")
	info := l.call(servertest.Token, "GET", "/guid/"+shelf, "", 200)
	if got := l.call(servertest.Token, "POST", "", l.encode(info), 200); len(got["mutatedEntities"].(map[string]any)) != 0 {
		t.Errorf("what was not changed was written: %v", got)
	}
	col := info["referredEntities"].(map[string]any)[column].(map[string]any)
	col["attributes"].(map[string]any)["userDescription"] = "who wrote it"
	got := l.call(servertest.Token, "POST", "", l.encode(info), 200)
	if updated := fmt.Sprint(got["mutatedEntities"].(map[string]any)["UPDATE"]); !strings.Contains(updated, "guid:"+column) {
		t.Errorf("%v", got)
	}
	if a := l.entity(column)["attributes"].(map[string]any); a["userDescription"] != "who wrote it" {
		t.Errorf("%v", a)
	}
	if got := l.call(servertest.Token, "POST", "", l.encode(info), 409); got["errorCode"] != "ATLAS-409-00-001" {
		t.Errorf("%v", got)
	}
	l.call(servertest.Token, "POST", "", `{"entity":{"guid":"`+shelf+`"},"referredEntities":{"`+column+`":{"attributes":{"data_type":"int"}}}}`, 400)
	hidden, _ := l.guids("payroll")
	l.who.collection = "sales"
	l.call(servertest.ReaderToken, "POST", "", `{"entity":{"guid":"`+shelf+`"},"referredEntities":{"`+hidden+`":{}}}`, 404) // as one that is not there
	l.who.collection = ""
	l.call(servertest.Token, "POST", "", `{"entity":{"guid":"`+shelf+`"},"referredEntities":{"x":{}}}`, 400)
}

func TestAColumnIsFoundByItsName(t *testing.T) {
	l := newLibrary(t)
	shelf, column := l.guids("sales")
	name := "library://sales/wall#author"
	at := "/uniqueAttribute/type/book?attr:qualifiedName=" + url.QueryEscape(name)
	e := l.call(servertest.ReaderToken, "GET", at, "", 200)["entity"].(map[string]any)
	if e["guid"] != column || e["typeName"] != "book" || e["attributes"].(map[string]any)["qualifiedName"] != name {
		t.Errorf("%v", e)
	}
	l.call(servertest.Token, "PUT", at, `{"entity":{"typeName":"book","attributes":{"displayName":"Writer"}}}`, 200)
	l.call(servertest.Token, "POST", "", `{"entity":{"typeName":"book","attributes":{"qualifiedName":"`+name+`","userDescription":"by hand"}}}`, 200)
	if a := l.entity(column)["attributes"].(map[string]any); a["displayName"] != "Writer" || a["userDescription"] != "by hand" {
		t.Errorf("%v", a)
	}
	got := l.call(servertest.Token, "POST", "", `{"entity":{"typeName":"book","attributes":{"qualifiedName":"library://sales/wall#none"}}}`, 404)
	if !strings.Contains(fmt.Sprint(got), "come from their source") {
		t.Errorf("%v", got)
	}
	for _, none := range []string{"library://payroll/wall#author", "library://payroll/wall#none"} { // whether it is there, nobody learns
		got := l.call(servertest.ReaderToken, "POST", "", `{"entity":{"typeName":"book","attributes":{"qualifiedName":"`+none+`"}}}`, 404)
		if text := fmt.Sprint(got["errorMessage"]); !strings.Contains(text, none) || !strings.Contains(text, "come from their source") {
			t.Errorf("%v", got)
		}
	}
	for _, none := range []string{"library://sales/wall#none", "library://none#author", "library://sales/wall", "#", "library://payroll/wall#author"} {
		l.call(servertest.ReaderToken, "GET", "/uniqueAttribute/type/book?attr:qualifiedName="+url.QueryEscape(none), "", 404)
	}
	l.call(servertest.ReaderToken, "GET", "/uniqueAttribute/type/shelf?attr:qualifiedName="+url.QueryEscape(name), "", 404)
	l.call(servertest.Token, "DELETE", at, "", 400) // and not the table that it is in
	if l.entity(shelf)["status"] != "ACTIVE" {
		t.Error("the table is deleted")
	}
}

func TestLineageShowsClassifications(t *testing.T) {
	l := newLibrary(t)
	shelf, _ := l.guids("sales")
	data, _ := l.make(shelf)
	l.call(servertest.Token, "POST", "/guid/"+shelf+"/classifications", `[{"typeName":"OURS"}]`, 204)
	graph := l.ask(servertest.Token, "GET", "/lineage/"+data, "", 200)["guidEntityMap"].(map[string]any)
	if got := graph[shelf].(map[string]any); fmt.Sprint(got["classificationNames"]) != "[OURS]" {
		t.Errorf("%v", got)
	}
}

// TestAThousandEntitiesAreWrittenInOneCall says what such a call takes: nobody else writes meanwhile.
func TestAThousandEntitiesAreWrittenInOneCall(t *testing.T) {
	l := newLibrary(t)
	var list []any
	for i := range 1000 {
		list = append(list, map[string]any{
			"guid": fmt.Sprint(-i - 1), "typeName": "DataSet", "classifications": []any{map[string]any{"typeName": "OURS"}},
			"attributes": map[string]any{"qualifiedName": fmt.Sprintf("q://%d", i), "userDescription": "one of many"},
		})
	}
	began := time.Now()
	got := l.call(servertest.Token, "POST", "/bulk", l.encode(map[string]any{"entities": list}), 200)
	t.Logf("1000 entities were made in %v", time.Since(began))
	query := url.Values{}
	for _, guid := range got["guidAssignments"].(map[string]any) {
		query.Add("guid", guid.(string))
	}
	if got := l.call(servertest.Token, "GET", "/bulk?"+query.Encode(), "", 200)["entities"].([]any); len(got) != 1000 {
		t.Errorf("%d are read", len(got))
	}
	list = append(list, map[string]any{"typeName": "DataSet", "attributes": map[string]any{"qualifiedName": "q://more"}})
	l.call(servertest.Token, "POST", "/bulk", l.encode(map[string]any{"entities": list}), 400)
	more, _ := l.guids("sales")
	query.Add("guid", more)
	l.call(servertest.Token, "GET", "/bulk?"+query.Encode(), "", 400)
	query.Del("guid")
	for _, guid := range got["guidAssignments"].(map[string]any) {
		query.Add("guid", guid.(string))
	}
	began = time.Now()
	l.call(servertest.Token, "DELETE", "/bulk?"+query.Encode(), "", 200)
	t.Logf("1000 entities were deleted in %v", time.Since(began))
}

func TestLineageIsAsWideAsItIsAskedFor(t *testing.T) {
	l := newLibrary(t)
	var outputs, list []any
	for i := range 4 {
		outputs = append(outputs, map[string]any{"guid": fmt.Sprint(-i - 2)})
		list = append(list, map[string]any{"guid": fmt.Sprint(-i - 2), "typeName": "DataSet", "attributes": map[string]any{"qualifiedName": fmt.Sprint("wide://", i)}})
	}
	list = append(list, map[string]any{"guid": -1, "typeName": "Process", "attributes": map[string]any{"qualifiedName": "wide://job", "inputs": []any{map[string]any{"guid": -9}}, "outputs": outputs}},
		map[string]any{"guid": -9, "typeName": "DataSet", "attributes": map[string]any{"qualifiedName": "wide://in"}})
	assigned := l.call(servertest.Token, "POST", "/bulk", l.encode(map[string]any{"entities": list}), 200)["guidAssignments"].(map[string]any)
	job, in := assigned["-1"].(string), assigned["-9"].(string)
	for query, want := range map[string]struct {
		entities int
		width    float64
		cut      bool
	}{"": {6, 1000, false}, "&width=4": {6, 4, false}, "&width=3": {5, 3, true}, "&width=1": {3, 1, true}} {
		got := l.ask(servertest.Token, "GET", "/lineage/"+in+"?direction=OUTPUT"+query, "", 200)
		counts := got["widthCounts"].(map[string]any)["OUTPUT"].(map[string]any)
		if n := len(got["guidEntityMap"].(map[string]any)); n != want.entities || len(got["relations"].([]any)) != n-1 || got["lineageWidth"] != want.width ||
			got["purlieuTruncated"] != want.cut || counts[job] != 4.0 || len(counts) != n {
			t.Errorf("%q: %v", query, got)
		}
	}
}

func TestLineageBeginsAtAProcessToo(t *testing.T) {
	l := newLibrary(t)
	shelf, _ := l.guids("sales")
	data, process := l.make(shelf)
	for direction, far := range map[string][]string{"INPUT": {shelf}, "OUTPUT": {data}, "BOTH": {shelf, data}} {
		got := l.ask(servertest.ReaderToken, "GET", "/lineage/"+process+"?direction="+direction, "", 200)
		nodes := got["guidEntityMap"].(map[string]any)
		if len(nodes) != len(far)+1 || len(got["relations"].([]any)) != len(far) || nodes[far[0]] == nil || got["purlieuTruncated"] != false {
			t.Errorf("%s: %v", direction, got)
		}
	}
}

func TestAColumnsTieToItsTableHasAGUID(t *testing.T) {
	l := newLibrary(t)
	shelf, column := l.guids("sales")
	tie := l.entity(shelf)["relationshipAttributes"].(map[string]any)["columns"].([]any)[0].(map[string]any)["relationshipGuid"]
	if back := l.entity(column)["relationshipAttributes"].(map[string]any)["table"].(map[string]any)["relationshipGuid"]; tie == nil || back != tie {
		t.Errorf("%v, %v", tie, back)
	}
	l.ask(servertest.Token, "GET", fmt.Sprint("/relationship/guid/", tie), "", 404)
}
