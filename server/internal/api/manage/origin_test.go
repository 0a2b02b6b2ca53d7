package manage_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/access"
	"github.com/purlieu/purlieu/server/internal/datamap"
	"github.com/purlieu/purlieu/server/internal/scan"
	"github.com/purlieu/purlieu/server/internal/store"
)

// ends ends a run that saw some shelves.
func (h *house) ends(run string, at time.Time, hashes ...model.Hash) {
	h.t.Helper()
	must(h.t, h.st.Update(h.t.Context(), store.Ingest, func(tx store.Tx) error {
		r, err := tx.Runs().Run(h.t.Context(), run)
		if err != nil {
			return err
		}
		r.State, r.Started, r.Ended = model.RunSucceeded, at, at
		if err := tx.Runs().SetRun(h.t.Context(), r); err != nil {
			return err
		}
		var rows []byte
		for _, hash := range hashes {
			rows = bus.AppendBaseRow(rows, bus.BaseRow{Hash: hash, Fingerprint: 1})
		}
		base := store.Base{Scan: r.Source + "/" + r.Scan, Container: scan.ContainerKey(""), Generation: r.Serial}
		if err := tx.Map().DraftBase(h.t.Context(), &base); err != nil {
			return err
		}
		if err := tx.Map().AddBlocks(h.t.Context(), []store.Block{{Base: base.ID, Rows: rows}}); err != nil {
			return err
		}
		return tx.Map().PlaceBase(h.t.Context(), base.ID, int64(len(hashes)))
	}))
}

func TestAnAssetLeadsToItsSourceWhatItStandsInAndTheRunThatSawIt(t *testing.T) {
	h := build(t)
	runs, guids := h.furnish()
	src, err := h.scans.Source(t.Context(), "shop-sales")
	must(t, err)
	kind := shops()
	hall := func(collection string, fingerprint uint64) string {
		t.Helper()
		must(t, h.st.Update(t.Context(), store.Ingest, func(tx store.Tx) error {
			_, err := h.graph.Apply(t.Context(), tx, datamap.Facts{
				Source: src.Name, Collection: collection, Authority: src.Authority, Kind: &kind, Actor: "scan:" + src.Name + "/all",
				Assets: []model.Asset{{Type: "hall", Name: "hall"}}, Hashes: []model.Hash{model.HashOf("hall", src.Authority)}, Fingerprints: []uint64{fingerprint},
			})
			return err
		}))
		v, err := h.graph.ByName(t.Context(), "hall", src.Authority)
		must(t, err)
		return v.GUID
	}
	in := hall("sales", 1)
	path := "/manage/v1/assets/" + guids["sales"] + "/origin"
	reader := h.holder("reader", "sales", access.DataReader)
	keeper := h.holder("keeper", "sales", access.DataReader, access.DataSourceAdministrator)
	ask := func(token string) (source, open, above, seen string) {
		t.Helper()
		status, body := h.call("GET", path, token, "")
		if status != 200 {
			t.Fatal(status, body)
		}
		for _, up := range body["above"].([]any) {
			above += up.(map[string]any)["guid"].(string)
		}
		return body["source"].(string), fmt.Sprint(body["sourceOpen"]), above, fmt.Sprint(body["seen"])
	}
	if source, open, above, seen := ask(reader); source != "shop-sales" || open != "false" || above != in || seen != "<nil>" {
		t.Error(source, open, above, seen)
	}
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	h.ends(runs["sales"], at, model.HashOf("shelf", src.Authority+"/wall"))
	if _, open, _, seen := ask(keeper); open != "true" || seen != fmt.Sprintf("map[at:2026-03-01T12:00:00Z run:%s scan:all whole:true]", runs["sales"]) {
		t.Error(open, seen)
	}
	if _, open, _, seen := ask(reader); open != "false" || seen != "map[at:2026-03-01T12:00:00Z run:<nil> scan:all whole:true]" {
		t.Errorf("a reader of data is told: %s %s", open, seen)
	}
	hall("payroll", 2)
	if _, _, above, _ := ask(keeper); above != "" {
		t.Errorf("what may not be read is named: %s", above)
	}
	if status, body := h.call("GET", "/manage/v1/assets/"+guids["payroll"]+"/origin", keeper, ""); status != 404 || code(body) != "NotFound" {
		t.Error(status, body)
	}
	must(t, h.scans.DeleteScan(t.Context(), src.Name, "all"))
	must(t, h.scans.DeleteSource(t.Context(), src.Name))
	if source, open, _, seen := ask(keeper); source != "shop-sales" || open != "false" || seen != "<nil>" {
		t.Errorf("its source is gone: %s %s %s", source, open, seen)
	}
}
