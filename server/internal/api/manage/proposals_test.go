package manage_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/access"
	"github.com/purlieu/purlieu/server/internal/datamap"
	"github.com/purlieu/purlieu/server/internal/scan"
	"github.com/purlieu/purlieu/server/internal/store"
)

// sees runs a scan of a furnished source to its end, in which its one container holds so many shelves.
func (h *house) sees(collection string, shelves int) scan.RunView {
	h.t.Helper()
	source, ctx := "shop-"+collection, h.t.Context()
	src, err := h.scans.Source(ctx, source)
	must(h.t, err)
	run, err := h.scans.Start(ctx, source, "all", scan.StartOptions{})
	must(h.t, err)
	claimed, err := h.scans.Claim(ctx, "pool--n1", bus.Claim{V: 1, Slots: 1, Kinds: []string{"Shop"}})
	must(h.t, err)
	if len(claimed.Grants) != 1 || claimed.Grants[0].Source != source {
		h.t.Fatalf("granted: %+v", claimed.Grants)
	}
	ref := claimed.Grants[0].Ref
	kind := shops()
	facts := datamap.Facts{Source: source, Collection: collection, Authority: src.Authority, Kind: &kind, Actor: "scan:" + source + "/all"}
	part := store.Part{Run: run.ID, Unit: ref.Unit, Attempt: ref.Attempt, Container: scan.ContainerKey("")}
	for i := range shelves {
		name := fmt.Sprintf("shelf%03d", i)
		hash := model.HashOf("shelf", model.QualifiedName(src.Authority, name))
		facts.Assets = append(facts.Assets, model.Asset{Type: "shelf", Path: name, Name: name, Facets: model.FacetExistence})
		facts.Hashes, facts.Fingerprints = append(facts.Hashes, hash), append(facts.Fingerprints, 1)
		part.Rows = bus.AppendBaseRow(part.Rows, bus.BaseRow{Hash: hash, Fingerprint: 1})
	}
	must(h.t, h.st.Update(ctx, store.Ingest, func(tx store.Tx) error {
		if _, _, err := h.scans.Admit(ctx, tx, "pool--n1", ref, 0); err != nil {
			return err
		}
		u, _, err := h.scans.Current(ctx, tx, ref)
		if err != nil {
			return err
		}
		if _, err := h.graph.Apply(ctx, tx, facts); err != nil {
			return err
		}
		if err := tx.Map().AddParts(ctx, []store.Part{part}); err != nil {
			return err
		}
		_, err = h.scans.Applied(ctx, tx, u, scan.RunCounts{Batches: 1}, nil, nil)
		return err
	}))
	done := bus.Done{V: 1, Ref: ref, Outcome: bus.OutcomeRead, Batches: 1, Listed: []model.Listed{{Whole: true}}}
	_, err = h.scans.Done(ctx, "pool--n1", done, func(store.Tx) error { return nil })
	must(h.t, err)
	_, err = h.scans.Sweep(ctx)
	must(h.t, err)
	v, err := h.scans.Run(ctx, run.ID)
	must(h.t, err)
	return v
}

// emptied is a house in which each of two shops was emptied, which two runs ask about.
func emptied(t *testing.T) (h *house, asks map[string]scan.RunView) {
	h = build(t)
	runs, _ := h.furnish()
	kind := shops()
	kind.Version, kind.ShowsAll = 2, true
	must(t, h.scans.PutKinds(t.Context(), []model.Kind{kind}))
	asks = map[string]scan.RunView{}
	for name, id := range runs {
		must(t, h.scans.Cancel(t.Context(), "shop-"+name, "all", id))
	}
	for name := range runs {
		h.sees(name, 12)
		asks[name] = h.sees(name, 0)
	}
	return h, asks
}

func TestProposalsAreSeenByReadersOfTheScanAndAnsweredByItsAdministrators(t *testing.T) {
	h, asks := emptied(t)
	boss := h.holder("boss", "root", access.DataSourceAdministrator, access.DataReader)
	seller := h.holder("seller", "sales", access.DataSourceAdministrator, access.DataReader)
	blind := h.holder("blind", "sales", access.DataSourceAdministrator)
	curator := h.holder("curator", "sales", access.DataCurator)

	if _, all := h.call("GET", "/manage/v1/proposals", boss, ""); len(values(all)) != 2 {
		t.Fatalf("all: %v", all)
	}
	_, mine := h.call("GET", "/manage/v1/proposals?state=open", seller, "")
	if list := values(mine); len(list) != 1 || list[0].(map[string]any)["run"] != asks["sales"].ID {
		t.Fatalf("the seller's: %v", mine)
	}
	if _, none := h.call("GET", "/manage/v1/proposals", curator, ""); len(values(none)) != 0 {
		t.Fatalf("a curator sees %v", none)
	}
	if status, body := h.call("GET", "/manage/v1/proposals?state=asleep", seller, ""); status != 400 || code(body) != "BadState" {
		t.Error(status, body)
	}
	_, seen := h.call("GET", "/manage/v1/overview", seller, "")
	if list := seen["attention"].([]any); len(list) != 1 || list[0].(map[string]any)["code"] != "RunAsks" || list[0].(map[string]any)["run"] != asks["sales"].ID {
		t.Errorf("what waits for the seller: %v", list)
	}
	path, hidden := "/manage/v1/proposals/"+asks["sales"].Proposal, "/manage/v1/proposals/"+asks["payroll"].Proposal
	status, p := h.call("GET", path, seller, "")
	if status != 200 || p["kind"] != "deletions" || p["assets"] != 12.0 || p["by"] != "" {
		t.Errorf("%d %v", status, p)
	}
	if _, run := h.call("GET", "/manage/v1/runs/"+asks["sales"].ID, seller, ""); run["proposal"] != asks["sales"].Proposal || run["state"] != "InProgress" {
		t.Errorf("the run: %v", run)
	}
	if _, list := h.call("GET", path+"/assets", seller, ""); len(values(list)) != 12 {
		t.Errorf("what it would delete: %v", list)
	}
	if _, list := h.call("GET", path+"/assets", blind, ""); len(values(list)) != 0 {
		t.Errorf("assets are shown to somebody who may read scans and no data: %v", list)
	}
	for _, request := range [][2]string{{"GET", hidden}, {"GET", hidden + "/assets"}, {"POST", hidden + "/approve"}, {"POST", hidden + "/reject"}} {
		if status, body := h.call(request[0], request[1], seller, ""); status != 404 {
			t.Errorf("%v: %d %v", request, status, body)
		}
		if status, body := h.call(request[0], request[1], "", ""); status != 401 {
			t.Errorf("nobody, %v: %d %v", request, status, body)
		}
	}
	if status, body := h.call("POST", path+"/approve", curator, ""); status != 404 {
		t.Errorf("a curator approves: %d %v", status, body)
	}
	status, p = h.call("POST", path+"/approve", seller, "")
	if status != 200 || p["state"] != "approved" || p["by"] == "" {
		t.Fatalf("approve: %d %v", status, p)
	}
	if status, body := h.call("POST", path+"/reject", seller, ""); status != 409 || code(body) != "ProposalDecided" {
		t.Errorf("again: %d %v", status, body)
	}
	if status, p = h.call("POST", hidden+"/reject", boss, ""); status != 200 || p["state"] != "rejected" {
		t.Errorf("reject: %d %v", status, p)
	}
}

func TestWhatARunDeletedIsBroughtBackByWhoMay(t *testing.T) {
	h, asks := emptied(t)
	seller := h.holder("seller", "sales", access.DataSourceAdministrator)
	other := h.holder("other", "payroll", access.DataSourceAdministrator)
	reader := h.holder("reader", "sales", access.DataReader)
	curator := h.holder("curator", "sales", access.DataCurator)
	run := asks["sales"]
	if status, body := h.call("POST", "/manage/v1/runs/"+run.ID+"/undo", seller, ""); status != 404 || code(body) != "NothingToUndo" {
		t.Fatalf("before: %d %v", status, body)
	}
	_, err := h.scans.Decide(context.Background(), run.Proposal, true, "ada")
	must(t, err)
	v, err := h.graph.ByName(t.Context(), "shelf", "shop://sales/shelf003")
	must(t, err)
	if !v.Row.Deleted {
		t.Fatal("it is not deleted")
	}

	restore := "/manage/v1/assets/" + v.GUID + "/restore"
	for _, c := range []struct {
		who, token string
		want       int
	}{{"nobody", "", 401}, {"somebody of another collection", other, 404}, {"a reader", reader, 403}, {"a curator", curator, 204}, {"a curator, again", curator, 409}} {
		if status, body := h.call("POST", restore, c.token, ""); status != c.want {
			t.Errorf("%s: %d %v, want %d", c.who, status, body, c.want)
		}
	}
	if v, _ = h.graph.ByGUID(t.Context(), v.GUID); v.Row.Deleted {
		t.Fatal("it is still deleted")
	}

	undo := "/manage/v1/runs/" + run.ID + "/undo"
	if status, body := h.call("POST", undo, other, ""); status != 404 || code(body) != "NothingToUndo" {
		t.Errorf("of another collection: %d %v", status, body)
	}
	if status, body := h.call("POST", undo, reader, ""); status != 404 {
		t.Errorf("by a reader of data: %d %v", status, body)
	}
	status, body := h.call("POST", undo, seller, "")
	if status != 200 || body["deleted"] != 12.0 || body["restored"] != 11.0 {
		t.Errorf("undo: %d %v", status, body)
	}
}

func TestARunThatGrowsIsAnsweredByWhoMayChangeItsScan(t *testing.T) {
	h := build(t)
	runs, _ := h.furnish()
	for name, id := range runs {
		must(t, h.scans.Cancel(t.Context(), "shop-"+name, "all", id))
	}
	h.sees("sales", 12)
	asks := func() string {
		run, err := h.scans.Start(t.Context(), "shop-sales", "all", scan.StartOptions{})
		must(t, err)
		claimed, err := h.scans.Claim(t.Context(), "pool--n1", bus.Claim{V: 1, Slots: 1, Kinds: []string{"Shop"}})
		must(t, err)
		must(t, h.st.Update(t.Context(), store.Ingest, func(tx store.Tx) error {
			u, _, err := h.scans.Current(t.Context(), tx, claimed.Grants[0].Ref)
			must(t, err)
			about, err := h.scans.ContextOf(t.Context(), tx, u)
			must(t, err)
			asked, err := h.scans.Grows(t.Context(), tx, u, about, 1001)
			if !asked {
				t.Error("1001 assets ask nobody")
			}
			return err
		}))
		return run.ID
	}
	seller := h.holder("seller", "sales", access.DataSourceAdministrator, access.DataReader)
	curator := h.holder("curator", "sales", access.DataCurator)
	for _, verb := range []string{"approve", "reject"} {
		id := asks()
		_, run := h.call("GET", "/manage/v1/runs/"+id, seller, "")
		proposal := fmt.Sprint("/manage/v1/proposals/", run["proposal"])
		if status, p := h.call("GET", proposal, seller, ""); status != 200 || p["kind"] != "growth" || p["assets"] != 1001.0 || p["last"] != 0.0 || p["state"] != "open" || p["run"] != id {
			t.Fatalf("it asks %d %v", status, p)
		}
		_, seen := h.call("GET", "/manage/v1/overview", seller, "")
		if list := seen["attention"].([]any); len(list) != 1 || list[0].(map[string]any)["code"] != "RunAsks" || list[0].(map[string]any)["run"] != id {
			t.Errorf("what waits for the seller: %v", list)
		}
		for token, want := range map[string]int{"": 401, curator: 404} {
			if status, body := h.call("POST", proposal+"/"+verb, token, ""); status != want {
				t.Errorf("%s by another: %d %v", verb, status, body)
			}
		}
		if status, body := h.call("POST", proposal+"/"+verb, seller, ""); status != 200 {
			t.Errorf("%s: %d %v", verb, status, body)
		}
		if status, body := h.call("POST", proposal+"/"+verb, seller, ""); status != 409 || code(body) != "ProposalDecided" {
			t.Errorf("%s again: %d %v", verb, status, body)
		}
		if verb == "approve" {
			must(t, h.scans.Cancel(t.Context(), "shop-sales", "all", id))
		}
	}
}
