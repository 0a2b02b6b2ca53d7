package manage_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/access"
	"github.com/purlieu/purlieu/server/internal/datamap"
	"github.com/purlieu/purlieu/server/internal/scan"
	"github.com/purlieu/purlieu/server/internal/store"
)

// furnish registers a source with a scan in each of two collections, lays an asset of each into the map and starts their
// scans. It gives the runs, and the guids of the two shelves.
func (h *house) furnish() (runs, guids map[string]string) {
	h.t.Helper()
	runs, guids = map[string]string{}, map[string]string{}
	for _, name := range []string{"sales", "payroll"} {
		_, err := h.access.PutCollection(h.t.Context(), access.Collection{Name: name, Parent: "root"})
		must(h.t, err)
		src := model.Source{Name: "shop-" + name, Kind: "Shop", Collection: name, Settings: model.Settings{"host": name}}
		src, _, err = h.scans.PutSource(h.t.Context(), src)
		must(h.t, err)
		_, _, err = h.scans.PutScan(h.t.Context(), model.Scan{Name: "all", Source: src.Name, Runtime: "pool"})
		must(h.t, err)
		run, err := h.scans.Start(h.t.Context(), src.Name, "all", scan.StartOptions{})
		must(h.t, err)
		runs[name] = run.ID
		kind := shops()
		asset := model.Asset{
			Type: "shelf", Path: "wall", Name: "wall", Comment: "of " + name, Facets: model.FacetExistence,
			Measures: []model.Measure{{Name: "books", Value: 7}},
		}
		must(h.t, h.st.Update(h.t.Context(), store.Ingest, func(tx store.Tx) error {
			for i, comment := range []string{"of " + name, "of wood"} {
				asset.Comment = comment
				_, err := h.graph.Apply(h.t.Context(), tx, datamap.Facts{
					Source: src.Name, Collection: name, Authority: src.Authority, Kind: &kind, Actor: "scan:" + src.Name + "/all",
					Assets: []model.Asset{asset}, Hashes: []model.Hash{model.HashOf("shelf", src.Authority+"/wall")}, Fingerprints: []uint64{uint64(i + 1)},
				})
				if err != nil {
					return err
				}
			}
			return nil
		}))
		v, err := h.graph.ByName(h.t.Context(), "shelf", src.Authority+"/wall")
		must(h.t, err)
		guids[name] = v.GUID
	}
	for {
		more, err := h.search.Step(h.t.Context(), 100)
		must(h.t, err)
		if !more {
			return runs, guids
		}
	}
}

// holder makes an app that holds roles on a collection, and gives its token.
func (h *house) holder(name, collection string, roles ...access.Role) string {
	h.t.Helper()
	app, secret, err := h.access.AddApp(h.t.Context(), name)
	must(h.t, err)
	for _, role := range roles {
		must(h.t, h.access.Assign(h.t.Context(), collection, role, app.ID))
	}
	token, err := h.access.ClientCredentials(h.t.Context(), app.Client, secret, "")
	must(h.t, err)
	return token.Text
}

func values(body map[string]any) []any {
	list, _ := body["value"].([]any)
	return list
}

func TestRunsAreShownToWhoeverMayReadTheirScans(t *testing.T) {
	h := build(t)
	runs, _ := h.furnish()
	seller := h.holder("seller", "sales", access.DataSourceAdministrator, access.DataReader)

	_, all := h.call("GET", "/manage/v1/runs", h.holder("all", "root", access.DataSourceAdministrator), "")
	if len(values(all)) != 2 {
		t.Fatalf("the runs of all scans: %v", all)
	}
	_, mine := h.call("GET", "/manage/v1/runs", seller, "")
	if list := values(mine); len(list) != 1 || list[0].(map[string]any)["id"] != runs["sales"] {
		t.Fatalf("the seller's: %v", mine)
	}
	again, err := h.scans.Start(t.Context(), "shop-sales", "all", scan.StartOptions{})
	must(t, err)
	_, newest := h.call("GET", "/manage/v1/runs?newest=true", seller, "")
	if list := values(newest); len(list) != 1 || list[0].(map[string]any)["id"] != again.ID {
		t.Fatalf("the newest of each scan: %v", newest)
	}
	for _, what := range []string{"", "/units", "/gaps", "/changes"} {
		if status, body := h.call("GET", "/manage/v1/runs/"+runs["sales"]+what, seller, ""); status != 200 {
			t.Errorf("%s of a run that may be seen: %d %v", what, status, body)
		}
		hidden, body := h.call("GET", "/manage/v1/runs/"+runs["payroll"]+what, seller, "")
		absent, other := h.call("GET", "/manage/v1/runs/none"+what, seller, "")
		same := strings.ReplaceAll(fmt.Sprint(body), runs["payroll"], "none") == fmt.Sprint(other)
		if hidden != 404 || absent != 404 || !same {
			t.Errorf("%s: a hidden run and none can be told apart: %d %v, %d %v", what, hidden, body, absent, other)
		}
	}
	_, units := h.call("GET", "/manage/v1/runs/"+runs["sales"]+"/units?state=queued", seller, "")
	if list := values(units); len(list) != 1 || list[0].(map[string]any)["title"] != "plan" {
		t.Errorf("the unit that plans: %v", units)
	}
	if status, body := h.call("GET", "/manage/v1/runs/"+runs["sales"]+"/units?state=asleep", seller, ""); status != 400 || code(body) != "BadState" {
		t.Error(status, body)
	}
	_, changes := h.call("GET", "/manage/v1/runs/"+runs["sales"]+"/changes", seller, "")
	if list := values(changes); len(list) != 1 || list[0].(map[string]any)["asset"].(map[string]any)["name"] != "wall" {
		t.Errorf("what the run changed: %v", changes)
	}
	_, one := h.call("GET", "/manage/v1/runs/"+runs["sales"], seller, "")
	if list, _ := one["waits"].([]any); len(list) != 1 || list[0].(map[string]any)["code"] != "NoNodes" {
		t.Errorf("why nobody reads the run: %v", one["waits"])
	}
	h.plane.Short = func() bool { return true }
	_, one = h.call("GET", "/manage/v1/runs/"+runs["sales"], seller, "")
	if list, _ := one["waits"].([]any); len(list) != 1 || list[0].(map[string]any)["code"] != "StoreShort" {
		t.Errorf("why nothing goes on while the disk is short: %v", one["waits"])
	}
	blind := h.holder("blind", "sales", access.DataSourceAdministrator)
	if _, changes := h.call("GET", "/manage/v1/runs/"+runs["sales"]+"/changes", blind, ""); len(values(changes)) != 0 {
		t.Errorf("assets are shown to somebody who may read scans and no data: %v", changes)
	}
}

func TestAnAssetHasChildrenMeasuresAndAHistory(t *testing.T) {
	h := build(t)
	_, guids := h.furnish()
	seller := h.holder("seller", "sales", access.DataReader)
	for _, what := range []string{"children", "measures", "history"} {
		if status, body := h.call("GET", "/manage/v1/assets/"+guids["sales"]+"/"+what, seller, ""); status != 200 {
			t.Error(what, status, body)
		}
		if status, body := h.call("GET", "/manage/v1/assets/"+guids["payroll"]+"/"+what, seller, ""); status != 404 || code(body) != "NotFound" {
			t.Error(what, status, body)
		}
	}
	_, history := h.call("GET", "/manage/v1/assets/"+guids["sales"]+"/history", seller, "")
	list := values(history)
	if len(list) != 2 {
		t.Fatal(history)
	}
	diff := list[0].(map[string]any)["differences"].([]any)[0].(map[string]any)
	if diff["what"] != "comment" || diff["old"] != "of sales" || diff["new"] != "of wood" {
		t.Error(diff)
	}
	_, measures := h.call("GET", "/manage/v1/assets/"+guids["sales"]+"/measures", seller, "")
	if list := values(measures); len(list) != 1 || list[0].(map[string]any)["measures"].(map[string]any)["books"] != 7.0 {
		t.Error(measures)
	}
}

func TestTheOverviewCountsWhatTheCallerMaySee(t *testing.T) {
	h := build(t)
	h.furnish()
	must(t, h.fleet.SetApproval(t.Context(), "pool", true))
	h.enrol("n9")
	h.plane.Short = func() bool { return true }
	_, whole := h.call("GET", "/manage/v1/overview", h.holder("all", "root", access.DataSourceAdministrator, access.DataReader), "")
	if whole["assets"].(map[string]any)["count"] != 2.0 || whole["sources"] != 2.0 || whole["runs"].(map[string]any)["waiting"] != 2.0 {
		t.Errorf("%v", whole)
	}
	codes := []string{}
	for _, a := range whole["attention"].([]any) {
		codes = append(codes, a.(map[string]any)["code"].(string))
	}
	must(t, h.fleet.Approve(t.Context(), "pool--n9"))
	must(t, h.fleet.Drain(t.Context(), "pool--n9"))
	must(t, h.fleet.Beat(t.Context(), "pool--n9", bus.Beat{}))
	_, drained := h.call("GET", "/manage/v1/overview", h.holder("dsa", "root", access.DataSourceAdministrator), "")
	if !strings.Contains(fmt.Sprint(drained["attention"]), "RuntimeDrained") {
		t.Errorf("the one node that is online is drained, and nobody is told: %v", drained["attention"])
	}
	if !slices.Contains(codes, "NodeWaits") || !slices.Contains(codes, "StoreShort") {
		t.Errorf("a node waits and the disk is short of room, and nobody is told: %v", codes)
	}
	_, part := h.call("GET", "/manage/v1/overview", h.holder("seller", "sales", access.DataReader), "")
	if part["assets"].(map[string]any)["count"] != 1.0 || part["sources"] != 0.0 || part["runtimes"] != nil || len(part["attention"].([]any)) != 0 {
		t.Errorf("%v", part)
	}
	if strings.Contains(fmt.Sprint(part), "payroll") {
		t.Errorf("the overview names what may not be seen: %v", part)
	}
}

func TestTheOverviewForgetsTheFailureOfAScanThatWasRemoved(t *testing.T) {
	h := build(t)
	runs, _ := h.furnish()
	who := h.holder("all", "root", access.DataSourceAdministrator, access.DataReader)
	claimed, err := h.scans.Claim(t.Context(), "pool--n1", bus.Claim{V: 1, Slots: 2, Kinds: []string{"Shop"}})
	must(t, err)
	for _, g := range claimed.Grants {
		done := bus.Done{V: 1, Ref: g.Ref, Outcome: bus.OutcomeFailed, Code: "WrongPassword", Remedy: "Change it"}
		_, err := h.scans.Done(t.Context(), "pool--n1", done, func(store.Tx) error { return nil })
		must(t, err)
	}
	_, err = h.scans.Sweep(t.Context())
	must(t, err)
	told := func() (failed []any, gaps any) {
		_, seen := h.call("GET", "/manage/v1/overview", who, "")
		for _, a := range seen["attention"].([]any) {
			if at := a.(map[string]any); at["code"] == "RunFailed" {
				failed = append(failed, at["source"])
			}
		}
		return failed, seen["runs"].(map[string]any)["gaps"]
	}
	if failed, gaps := told(); len(failed) != 2 || gaps != 2.0 {
		t.Fatalf("of two runs that failed: %v, %v gaps", failed, gaps)
	}
	must(t, h.scans.DeleteScan(t.Context(), "shop-sales", "all"))
	must(t, h.scans.DeleteSource(t.Context(), "shop-sales"))
	if failed, gaps := told(); len(failed) != 1 || failed[0] != "shop-payroll" || gaps != 1.0 {
		t.Errorf("once one scan was removed: %v, %v gaps", failed, gaps)
	}
	if status, body := h.call("GET", "/manage/v1/runs/"+runs["sales"], who, ""); status != 200 {
		t.Errorf("its run is gone, too: %d %v", status, body)
	}
}

func TestOfEachRuntimeIsSaidWhetherItServesAKind(t *testing.T) {
	h := build(t)
	who := h.holder("dsa", "root", access.DataSourceAdministrator)
	why := func() map[string]string {
		_, body := h.call("GET", "/manage/v1/kinds/Shop/runtimes", who, "")
		out := map[string]string{}
		for _, v := range values(body) {
			rt := v.(map[string]any)
			text := ""
			for _, r := range rt["reasons"].([]any) {
				text += r.(map[string]any)["code"].(string)
			}
			if rt["serves"] != (text == "") {
				t.Error(rt)
			}
			out[rt["name"].(string)] = text
		}
		return out
	}
	if got := why(); got["pool"] != "NoNodes" || got["built-in"] != "RuntimeKind" {
		t.Fatal(got)
	}
	h.enrol("n1")
	if got := why(); got["pool"] != "NodesOffline" {
		t.Fatal(got)
	}
	must(t, h.fleet.Beat(t.Context(), "pool--n1", bus.Beat{Kinds: []string{"PostgreSql"}}))
	if got := why(); got["pool"] != "NotRead" {
		t.Fatal(got)
	}
	must(t, h.fleet.Beat(t.Context(), "pool--n1", bus.Beat{Kinds: []string{"PostgreSql", "Shop"}}))
	if got := why(); got["pool"] != "" {
		t.Fatal(got)
	}
	must(t, h.fleet.Beat(t.Context(), "pool--n1", bus.Beat{})) // of an older build
	if got := why(); got["pool"] != "" {
		t.Fatal(got)
	}
	must(t, h.fleet.Drain(t.Context(), "pool--n1"))
	if got := why(); got["pool"] != "NodesDrained" {
		t.Fatal(got)
	}
	h.enrol("n2")
	if got := why(); got["pool"] != "NodesDrained" {
		t.Fatal("another one is there, and offline", got)
	}
	must(t, h.fleet.Beat(t.Context(), "pool--n2", bus.Beat{Kinds: []string{"Shop"}}))
	if got := why(); got["pool"] != "" {
		t.Fatal(got)
	}
	if status, _ := h.call("GET", "/manage/v1/kinds/Nothing/runtimes", who, ""); status != 404 {
		t.Error(status)
	}
	if status, _ := h.call("GET", "/manage/v1/kinds/Shop/runtimes", h.holder("reader", "root", access.DataReader), ""); status != 403 {
		t.Error(status)
	}
}

func TestWhoamiSaysWhatMayBeDone(t *testing.T) {
	h := build(t)
	h.furnish()
	_, who := h.call("GET", "/manage/v1/whoami", h.holder("seller", "sales", access.DataSourceAdministrator), "")
	actions := who["actions"].(map[string]any)
	if !slices.Contains(actions["sales"].([]any), any("scan/write")) || actions["payroll"] != nil {
		t.Error(actions)
	}
	if root, _ := actions["root"].([]any); len(root) != 1 || root[0] != "runtime/read" {
		t.Error(actions)
	}
}

func TestTheDescriptionIsServed(t *testing.T) {
	h := build(t)
	status, doc := h.call("GET", "/manage/v1/openapi.json", h.admin, "")
	if status != 200 || doc["openapi"] != "3.0.3" {
		t.Error(status)
	}
	if status, body := h.call("GET", "/manage/v1/openapi.json?plane=attic", h.admin, ""); status != 404 || code(body) != "NotFound" {
		t.Error(status, body)
	}
}

func TestARunThatWaitsForSharesOfACancelledOneSaysSo(t *testing.T) {
	h := build(t)
	runs, _ := h.furnish()
	ctx := t.Context()
	who := h.holder("seller", "sales", access.DataSourceAdministrator)
	src, err := h.scans.Source(ctx, "shop-sales")
	must(t, err)
	must(t, h.scans.Cancel(ctx, src.Name, "all", runs["sales"]))
	// kept starts a run with so many connections, cancels it while a node has its unit, and says why nobody reads the next.
	kept := func(connections int) string {
		t.Helper()
		src.Budget = model.Budget{Connections: connections, UnitSeconds: 60, Strict: true}
		_, _, err = h.scans.PutSource(ctx, src)
		must(t, err)
		first, err := h.scans.Start(ctx, src.Name, "all", scan.StartOptions{})
		must(t, err)
		a, err := h.scans.Claim(ctx, bus.NodeID(first.Runtime, "n1"), bus.Claim{V: 1, Slots: 9, Kinds: []string{first.Kind}})
		must(t, err)
		i := slices.IndexFunc(a.Grants, func(g bus.Grant) bool { return g.Source == src.Name })
		if i < 0 {
			t.Fatalf("the unit of the run is not among those that are granted: %v", a.Grants)
		}
		must(t, h.scans.Cancel(ctx, src.Name, "all", first.ID))
		next, err := h.scans.Start(ctx, src.Name, "all", scan.StartOptions{})
		must(t, err)
		_, one := h.call("GET", "/manage/v1/runs/"+next.ID, who, "")
		list, _ := one["waits"].([]any)
		if len(list) != 1 {
			t.Fatalf("why nobody reads the run: %v", one["waits"])
		}
		must(t, h.scans.Cancel(ctx, src.Name, "all", next.ID))
		_, err = h.scans.Done(ctx, bus.NodeID(first.Runtime, "n1"), bus.Done{V: 1, Ref: a.Grants[i].Ref, Outcome: bus.OutcomeFailed, Code: "Stopped"}, func(store.Tx) error { return nil })
		must(t, err)
		return fmt.Sprint(list[0])
	}
	if why := kept(1); !strings.Contains(why, "SharesKept") || !strings.Contains(why, "and 1 of it may still be read") {
		t.Errorf("with the only share kept: %s", why)
	}
	if why := kept(2); !strings.Contains(why, "code:NoNodes") {
		t.Errorf("with a share that is free, where it waits for its runtime: %s", why)
	}
}
