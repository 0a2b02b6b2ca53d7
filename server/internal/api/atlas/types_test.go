package atlas_test

import (
	"fmt"
	"testing"

	"github.com/purlieu/purlieu/server/servertest"
)

func TestTypesAreThoseOfTheKindsAndTheRules(t *testing.T) {
	l := newLibrary(t)
	all := l.ask(servertest.ReaderToken, "GET", "/types/typedefs", "", 200)
	count := func(of map[string]any, key string) int { return len(of[key].([]any)) }
	if count(all, "entityDefs") != 6 || count(all, "classificationDefs") != 1 || count(all, "relationshipDefs") != 3 {
		t.Errorf("%v", all)
	}
	only := l.ask(servertest.ReaderToken, "GET", "/types/typedefs?type=classification", "", 200)
	if count(only, "entityDefs") != 0 || count(only, "classificationDefs") != 1 {
		t.Errorf("%v", only)
	}
	for asked, want := range map[string]int{"ENTITY": 6, "Entity": 6, "enum": 0, "TERM_TEMPLATE": 0} {
		got := l.ask(servertest.ReaderToken, "GET", "/types/typedefs?type="+asked, "", 200)
		if count(got, "entityDefs") != want || count(got, "classificationDefs") != 0 {
			t.Errorf("%s: %v", asked, got)
		}
	}
	l.ask(servertest.ReaderToken, "GET", "/types/typedefs?type=tables", "", 400)
	l.ask(servertest.ReaderToken, "GET", "/types/typedefs/headers?type=tables", "", 400)
	for _, c := range []struct{ category, name, says string }{
		{"entitydef", "shelf", "[Asset]"},
		{"entitydef", "DataSet", "[Asset]"},
		{"classificationdef", "MICROSOFT.PERSONAL.NAME", "[]"},
		{"relationshipdef", "shelf_columns", "[]"},
	} {
		byName := l.ask(servertest.ReaderToken, "GET", "/types/"+c.category+"/name/"+c.name, "", 200)
		byGUID := l.ask(servertest.ReaderToken, "GET", fmt.Sprintf("/types/%s/guid/%s", c.category, byName["guid"]), "", 200)
		either := l.ask(servertest.ReaderToken, "GET", "/types/typedef/name/"+c.name, "", 200)
		if byGUID["name"] != c.name || either["guid"] != byName["guid"] || fmt.Sprint(byName["superTypes"]) != c.says {
			t.Errorf("%v, %v, %v", byName, byGUID, either)
		}
	}
	if subs := l.ask(servertest.ReaderToken, "GET", "/types/entitydef/name/DataSet", "", 200)["subTypes"]; fmt.Sprint(subs) != "[book]" {
		t.Errorf("below DataSet stand %v", subs)
	}
	l.ask(servertest.ReaderToken, "GET", "/types/classificationdef/name/shelf", "", 404)
	l.ask(servertest.ReaderToken, "GET", "/types/typedef/guid/x", "", 404)
	l.ask("stranger", "GET", "/types/typedefs", "", 401)
}
