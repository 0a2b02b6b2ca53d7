package manage_test

import (
	"fmt"
	"net/url"
	"testing"

	"github.com/purlieu/purlieu/server/internal/access"
	"github.com/purlieu/purlieu/server/internal/datamap"
)

func TestAssetsAreFoundByTheirQualifiedNameByWhoMayReadThem(t *testing.T) {
	h := build(t)
	_, guids := h.furnish()
	seller := h.holder("seller", "sales", access.DataReader)
	boss := h.holder("boss", "root", access.DataReader)
	blind := h.holder("blind", "sales", access.DataSourceAdministrator)
	called := func(token, name string) (types []string, deleted []bool) {
		t.Helper()
		status, body := h.call("GET", "/manage/v1/assets?qualifiedName="+url.QueryEscape(name), token, "")
		if status != 200 || body["nextLink"] != nil {
			t.Fatalf("%s: %d %v", name, status, body)
		}
		for _, v := range values(body) {
			a := v.(map[string]any)
			if a["qualifiedName"] != name {
				t.Errorf("%s is asked for, and %v found", name, a)
			}
			types, deleted = append(types, a["type"].(string)), append(deleted, a["deleted"].(bool))
		}
		return types, deleted
	}
	is := func(token, name, want string) {
		t.Helper()
		types, deleted := called(token, name)
		if got := fmt.Sprint(types, deleted); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
	const own, hidden = "shop://sales/wall", "shop://payroll/wall"
	is(seller, own, "[shelf] [false]")
	is(boss, hidden, "[shelf] [false]")
	for _, name := range []string{hidden, "shop://payroll/nothing", "shop://sales/wal", "shop://sales/wall/", "wall", "%"} {
		is(seller, name, "[] []")
	}
	is(blind, own, "[] []") // who sees to the source, and may not read the data

	// Of a name that several types have each is judged by its own collection.
	_, err := h.graph.Edit(t.Context(), "ada", []datamap.Edit{{Ref: "-1", Make: &datamap.Made{Type: datamap.TypeDataSet, QualifiedName: own, Name: "wall", Collection: "payroll"}}})
	must(t, err)
	is(seller, own, "[shelf] [false]")
	is(boss, own, "[shelf DataSet] [false false]")

	// What is deleted is found, and by nobody who could not read it before.
	must(t, h.scans.DeleteAssets(t.Context(), []string{guids["sales"], guids["payroll"]}, "ada"))
	is(seller, own, "[shelf] [true]")
	is(boss, own, "[shelf DataSet] [true false]")
	is(boss, hidden, "[shelf] [true]")
	is(seller, hidden, "[] []")

	// One that may not be read is told from one that never was by no word of the answer.
	_, there := h.call("GET", "/manage/v1/assets?qualifiedName="+url.QueryEscape(hidden), seller, "")
	_, never := h.call("GET", "/manage/v1/assets?qualifiedName="+url.QueryEscape("shop://payroll/never"), seller, "")
	if fmt.Sprint(there) != fmt.Sprint(never) {
		t.Errorf("%v, and of what never was %v", there, never)
	}
	for _, query := range []string{"", "?qualifiedName=", "?name=wall"} {
		if status, body := h.call("GET", "/manage/v1/assets"+query, boss, ""); status != 400 || code(body) != "NoName" {
			t.Errorf("%q: %d %v", query, status, body)
		}
	}
	if status, _ := h.call("GET", "/manage/v1/assets?qualifiedName="+url.QueryEscape(own), "", ""); status != 401 {
		t.Errorf("nobody: %d", status)
	}
}
