package atlas_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/purlieu/purlieu/server/servertest"
)

// make makes a data set and a process that reads a shelf, in one call, and gives their guids.
func (l *library) make(shelf string) (data, process string) {
	l.Helper()
	body := fmt.Sprintf(`{"entities":[
		{"guid":"-1","typeName":"Process","attributes":{"qualifiedName":"job://night","name":"night","schedule":"daily",
			"inputs":[{"guid":"%s"}],"outputs":[{"guid":"-2"}]},"labels":["etl"]},
		{"guid":"-2","typeName":"DataSet","attributes":{"qualifiedName":"report://books","owner":"kim"},"contacts":{"Owner":[{"id":"kim","info":""}]}}]}`, shelf)
	got := l.call(servertest.Token, "POST", "/bulk?collectionId=sales", body, 200)
	assigned := got["guidAssignments"].(map[string]any)
	if list := got["mutatedEntities"].(map[string]any)["CREATE"].([]any); len(list) != 2 {
		l.Fatalf("%v", got)
	}
	return assigned["-2"].(string), assigned["-1"].(string)
}

func TestEntitiesAreMadeAndChangedAndDeleted(t *testing.T) {
	l := newLibrary(t)
	shelf, _ := l.guids("sales")
	data, process := l.make(shelf)
	e := l.entity(data)
	attrs := e["attributes"].(map[string]any)
	if attrs["owner"] != "kim" || attrs["name"] != "books" || e["collectionId"] != "sales" || e["createdBy"] != "user:admin" {
		t.Errorf("%v", e)
	}
	e = l.entity(process)
	attrs = e["attributes"].(map[string]any)
	if fmt.Sprint(e["labels"]) != "[etl]" || attrs["schedule"] != "daily" || len(attrs["inputs"].([]any)) != 1 {
		t.Errorf("%v", e)
	}
	raw, err := json.Marshal(map[string]any{"entity": e}) // read and sent back: nothing changes
	if err != nil {
		t.Fatal(err)
	}
	if got := l.call(servertest.Token, "POST", "", string(raw), 200); len(got["mutatedEntities"].(map[string]any)) != 0 {
		t.Errorf("%v", got)
	}
	again := `{"entity":{"typeName":"Process","attributes":{"qualifiedName":"job://night","name":"nightly","schedule":null}}}`
	if got := l.call(servertest.Token, "POST", "", again, 200); len(got["mutatedEntities"].(map[string]any)["UPDATE"].([]any)) != 1 {
		t.Errorf("%v", got)
	}
	e = l.entity(process)
	if attrs = e["attributes"].(map[string]any); attrs["name"] != "nightly" || attrs["schedule"] != nil || len(attrs["inputs"].([]any)) != 1 {
		t.Errorf("%v", attrs)
	}
	graph := l.ask(servertest.Token, "GET", "/lineage/"+data+"?direction=INPUT", "", 200)
	if len(graph["relations"].([]any)) != 2 || graph["guidEntityMap"].(map[string]any)[shelf] == nil {
		t.Errorf("%v", graph)
	}
	l.call(servertest.Token, "DELETE", "/guid/"+process, "", 200)
	if graph = l.ask(servertest.Token, "GET", "/lineage/"+data, "", 200); len(graph["relations"].([]any)) != 0 {
		t.Errorf("%v", graph)
	}
	l.call(servertest.Token, "POST", "", again, 200)
	if e := l.entity(process); e["status"] != "ACTIVE" {
		t.Errorf("%v", e)
	}
}

func TestEntitiesThatCanNotBeMade(t *testing.T) {
	l := newLibrary(t)
	shelf, _ := l.guids("sales")
	one := func(typeName, rest string) string {
		return `{"entity":{"typeName":"` + typeName + `","attributes":{"qualifiedName":"q://x"` + rest + `}}}`
	}
	for what, c := range map[string]struct {
		token, path, body string
		want              int
	}{
		"a type that nobody knows":              {servertest.Token, "", one("unicorn", ""), 404},
		"a column":                              {servertest.Token, "", one("book", ""), 404},
		"no qualified name":                     {servertest.Token, "", `{"entity":{"typeName":"DataSet","attributes":{"name":"x"}}}`, 400},
		"edges of a data set":                   {servertest.Token, "", one("DataSet", `,"inputs":[{"guid":"`+shelf+`"}]`), 400},
		"an end that is not there":              {servertest.Token, "", one("Process", `,"inputs":[{"typeName":"shelf","uniqueAttributes":{"qualifiedName":"library://none"}}]`), 404},
		"an end that is no reference":           {servertest.Token, "", one("Process", `,"inputs":"`+shelf+`"`), 400},
		"an end that no entity of the call has": {servertest.Token, "", one("Process", `,"inputs":[{"guid":"-7"}]`), 400},
		"by a reader":                           {servertest.ReaderToken, "?collectionId=sales", one("DataSet", ""), 403},
		"in a collection that is hidden":        {servertest.ReaderToken, "?collectionId=payroll", one("DataSet", ""), 403},
		"a name that a hidden entity has":       {servertest.ReaderToken, "", strings.ReplaceAll(one("shelf", ""), "q://x", "library://payroll/wall"), 403},
	} {
		t.Run(what, func(t *testing.T) {
			l.T = t
			l.call(c.token, "POST", c.path, c.body, c.want)
		})
	}
}

func TestEdgesAreTakenAwayAndTakenBack(t *testing.T) {
	l := newLibrary(t)
	shelf, column := l.guids("sales")
	data, process := l.make(shelf)
	inputs := l.entity(process)["relationshipAttributes"].(map[string]any)["inputs"].([]any)
	edge := inputs[0].(map[string]any)["relationshipGuid"].(string)
	path := "/relationship/guid/" + edge
	rel := l.ask(servertest.ReaderToken, "GET", path, "", 200)["relationship"].(map[string]any)
	if rel["typeName"] != "dataset_process_inputs" || rel["end1"].(map[string]any)["guid"] != shelf || rel["end2"].(map[string]any)["guid"] != process {
		t.Errorf("%v", rel)
	}
	if got := l.ask(servertest.ReaderToken, "GET", path, "", 200)["referredEntities"].(map[string]any); len(got) != 0 {
		t.Errorf("%v", got)
	}
	ends := l.ask(servertest.ReaderToken, "GET", path+"?extendedInfo=true", "", 200)["referredEntities"].(map[string]any)
	if len(ends) != 2 || ends[shelf].(map[string]any)["displayText"] != "wall" || ends[process].(map[string]any)["typeName"] != "Process" {
		t.Errorf("%v", ends)
	}
	l.ask(servertest.ReaderToken, "DELETE", path, "", 403)
	l.ask("stranger", "DELETE", path, "", 401)
	l.ask(servertest.Token, "DELETE", path, "", 204)
	l.ask(servertest.Token, "GET", path, "", 404)
	l.ask(servertest.Token, "DELETE", path, "", 404)
	l.ask(servertest.Token, "GET", "/relationship/guid/x", "", 400)
	l.ask(servertest.Token, "GET", "/relationship/guid/"+shelf, "", 404)
	body := func(kind, end1, end2 string) string {
		return fmt.Sprintf(`{"typeName":"%s","end1":{"guid":"%s"},"end2":{"guid":"%s"}}`, kind, end1, end2)
	}
	l.ask(servertest.ReaderToken, "POST", "/relationship", body("dataset_process_inputs", shelf, process), 403)
	if got := l.ask(servertest.Token, "POST", "/relationship", body("dataset_process_inputs", shelf, process), 200); got["guid"] != edge {
		t.Errorf("%v", got)
	}
	l.ask(servertest.Token, "POST", "/relationship", body("process_dataset_outputs", process, shelf), 200)
	l.ask(servertest.Token, "POST", "/relationship", body("dataset_process_inputs", shelf, data), 400)
	l.ask(servertest.Token, "POST", "/relationship", body("dataset_process_inputs", column, process), 400)
	l.ask(servertest.Token, "POST", "/relationship", body("AtlasGlossarySynonym", shelf, data), 501)
	l.ask(servertest.Token, "POST", "/relationship", `{}`, 400)
	hidden, _ := l.guids("payroll")
	l.ask(servertest.Token, "POST", "/relationship", body("dataset_process_inputs", hidden, process), 200)
	if inputs := l.ask(servertest.ReaderToken, "GET", "/entity/guid/"+process, "", 200)["entity"].(map[string]any)["attributes"].(map[string]any)["inputs"].([]any); len(inputs) != 1 {
		t.Errorf("a reader sees %v", inputs)
	}
}

func TestLabelsAreSetAddedAndTakenAway(t *testing.T) {
	l := newLibrary(t)
	table, column := l.guids("sales")
	for _, guid := range []string{table, column} {
		path := "/guid/" + guid + "/labels"
		for _, step := range []struct{ method, body, want string }{
			{"POST", `["b","a"]`, "[a b]"},
			{"PUT", `["c","a"]`, "[a b c]"},
			{"DELETE", `["b","x"]`, "[a c]"},
			{"POST", `[]`, "[]"},
		} {
			l.call(servertest.ReaderToken, step.method, path, step.body, 403)
			l.call(servertest.Token, step.method, path, step.body, 204)
			if got := fmt.Sprint(l.entity(guid)["labels"]); got != step.want {
				t.Errorf("%s %s: %s", step.method, step.body, got)
			}
		}
		l.call(servertest.Token, "POST", path, `[""]`, 400)
	}
}
