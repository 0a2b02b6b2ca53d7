package atlas_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/purlieu/purlieu/server/servertest"
)

func TestWhatOneCallWritesIsReadAndJudgedAtOnce(t *testing.T) {
	l := newLibrary(t)
	l.who.collection = "sales"
	var made, again, guids []map[string]any
	for i := range 300 {
		e := map[string]any{
			"guid": fmt.Sprint(-i - 1), "typeName": "DataSet", "collectionId": "sales",
			"attributes": map[string]any{"qualifiedName": fmt.Sprintf("library://mine/%d", i), "name": fmt.Sprint(i)},
		}
		made = append(made, e)
	}
	body := func(entities []map[string]any) string {
		text, err := json.Marshal(map[string]any{"entities": entities})
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	// cheap calls, and says how many transactions and questions to the decider it took.
	cheap := func(what string, do func()) {
		l.reads.n, l.who.asked = 0, 0
		do()
		if l.reads.n > 8 || l.who.asked > 8 {
			t.Errorf("%s of 300 takes %d transactions and %d questions about rights", what, l.reads.n, l.who.asked)
		}
	}
	var ids []string
	cheap("making", func() {
		assigned, _ := l.call(servertest.ReaderToken, "POST", "/bulk", body(made), 200)["guidAssignments"].(map[string]any)
		for i := range made {
			guid, _ := assigned[fmt.Sprint(-i-1)].(string)
			ids = append(ids, guid)
			again = append(again, map[string]any{"guid": "", "typeName": "DataSet", "attributes": map[string]any{"qualifiedName": fmt.Sprintf("library://mine/%d", i), "userDescription": "by name"}})
			guids = append(guids, map[string]any{"guid": guid, "typeName": "DataSet", "attributes": map[string]any{"userDescription": "by guid"}})
		}
	})
	cheap("writing by name", func() { l.call(servertest.ReaderToken, "POST", "/bulk", body(again), 200) })
	cheap("writing by guid", func() { l.call(servertest.ReaderToken, "POST", "/bulk", body(guids), 200) })
	cheap("classifying", func() {
		text, err := json.Marshal(map[string]any{"classification": map[string]any{"typeName": "MICROSOFT.PERSONAL.NAME"}, "entityGuids": ids})
		if err != nil {
			t.Fatal(err)
		}
		l.call(servertest.ReaderToken, "POST", "/bulk/classification", string(text), 204)
	})
	for _, guid := range []string{ids[0], ids[299]} {
		e := l.entity(guid)
		attributes, _ := e["attributes"].(map[string]any)
		if classes, _ := e["classifications"].([]any); attributes["userDescription"] != "by guid" || len(classes) != 1 {
			t.Errorf("%v", e)
		}
	}
	// One that may not be written lets none be written.
	_, hidden := l.guids("payroll")
	guids[0]["attributes"] = map[string]any{"userDescription": "never"}
	l.call(servertest.ReaderToken, "POST", "/bulk", body(append(guids, map[string]any{"guid": hidden, "attributes": map[string]any{"userDescription": "x"}})), 404)
	if attributes, _ := l.entity(ids[0])["attributes"].(map[string]any); attributes["userDescription"] != "by guid" {
		t.Error("a call that was refused wrote")
	}
	cheap("deleting", func() { l.call(servertest.ReaderToken, "DELETE", "/bulk?guid="+strings.Join(ids, "&guid="), "", 200) })
	for _, guid := range []string{ids[0], ids[299]} {
		if e := l.entity(guid); e["status"] != "DELETED" {
			t.Errorf("%v", e)
		}
	}
}

func TestNothingThatIsReferredToIsReadForACallerWhoMayNotWrite(t *testing.T) {
	l := newLibrary(t)
	table, column := l.guids("sales")
	_, far := l.guids("payroll")
	for what, c := range map[string]struct {
		token, custom  string
		status         int
		rows, measures int // the answer reads one more row, and no measures
	}{
		"one who may not":                       {servertest.ReaderToken, "", 403, 1, 0},
		"one who may, and looks at no measures": {servertest.Token, "", 200, 2 + 1, 0}, // the column stands in a row that was read
		"one who may, and sends measures":       {servertest.Token, `, "customAttributes": {"books": "7"}`, 200, 2 + 1, 1},
	} {
		t.Run(what, func(t *testing.T) {
			l.reads.rows, l.reads.measures = 0, 0
			l.call(c.token, "POST", "", fmt.Sprintf(`{"entity": {"guid": %q, "attributes": {}%s}, "referredEntities": {%q: {"guid": %q}, %q: {"guid": %q}}}`,
				table, c.custom, column, column, far, far), c.status)
			if l.reads.rows != c.rows || l.reads.measures != c.measures {
				t.Errorf("%d rows and %d measures were read, want %d and %d", l.reads.rows, l.reads.measures, c.rows, c.measures)
			}
		})
	}
}

func TestColumnsSentByNameAreReadAtOnce(t *testing.T) {
	l := newLibrary(t)
	l.who.collection = "sales"
	var sent []map[string]any
	for range 300 {
		sent = append(sent, map[string]any{"typeName": "book", "attributes": map[string]any{"qualifiedName": "library://sales/wall#author"}})
	}
	text, err := json.Marshal(map[string]any{"entities": sent})
	if err != nil {
		t.Fatal(err)
	}
	l.reads.n = 0
	l.call(servertest.ReaderToken, "POST", "/bulk", string(text), 200)
	if l.reads.n > 8 {
		t.Errorf("300 columns take %d transactions", l.reads.n)
	}
	sent[299]["attributes"] = map[string]any{"qualifiedName": "library://sales/wall#none"}
	if text, err = json.Marshal(map[string]any{"entities": sent}); err != nil {
		t.Fatal(err)
	}
	l.call(servertest.ReaderToken, "POST", "/bulk", string(text), 404)
}
