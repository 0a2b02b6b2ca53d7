package manage_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/access"
	"github.com/purlieu/purlieu/server/internal/datamap"
	"github.com/purlieu/purlieu/server/internal/store"
)

func orchard() model.Kind {
	return model.Kind{
		Name: "Orchard", Version: 1, Title: "Orchard", Summary: "Trees in rows.", ScanKinds: []string{"OrchardScan"},
		Settings:  []model.Field{{Name: "host", Type: model.FieldText, Title: "Host", Help: "Where it is.", Required: true, Example: "orchard.example"}},
		Types:     []model.TypeDef{{Name: "orchard_tree", Title: "Tree", Super: "DataSet"}},
		Authority: "orchard://{host|lower}", RuntimeKinds: []string{"SelfHosted", "Managed"}, Levels: []model.Level{model.L1},
	}
}

// announce lets a node announce a kind, as its beats do.
func (h *house) announce(node string, kind model.Kind) {
	h.t.Helper()
	mark, body, err := bus.Describe(kind)
	must(h.t, err)
	want, err := h.scans.Announce(h.t.Context(), node, []bus.Mark{mark})
	must(h.t, err)
	for _, m := range want {
		_, err := h.scans.Described(h.t.Context(), node, bus.Description{V: 1, Mark: m, Body: body}, func(store.Tx) error { return nil })
		must(h.t, err)
	}
	must(h.t, h.fleet.Beat(h.t.Context(), node, bus.Beat{Kinds: []string{kind.Name}}))
}

func TestAnAnnouncedKindIsApprovedByWhoGovernsRuntimes(t *testing.T) {
	h := build(t)
	h.enrol("n1")
	h.enrol("n2")
	h.announce("pool--n1", orchard())
	other := orchard()
	other.ShowsAll = true
	h.announce("pool--n2", other)
	_, err := h.access.PutCollection(t.Context(), access.Collection{Name: "sales", FriendlyName: "Sales", Parent: "root"})
	must(t, err)
	admin := h.holder("dsa", "root", access.DataSourceAdministrator)
	below := h.holder("below", "sales", access.DataSourceAdministrator)
	reader := h.holder("reader", "root", access.DataReader)

	if status, _ := h.call("GET", "/manage/v1/announcedKinds", reader, ""); status != 403 {
		t.Errorf("a data reader sees what nodes announce: %d", status)
	}
	status, body := h.call("GET", "/manage/v1/announcedKinds", below, "")
	list := values(body)
	if status != 200 || len(list) != 2 {
		t.Fatalf("%d, %v", status, body)
	}
	byNode := map[string]map[string]any{}
	for _, v := range list {
		o := v.(map[string]any)
		node := o["nodes"].([]any)[0].(map[string]any)
		byNode[node["node"].(string)] = o
		if o["state"] != "proposed" || node["state"] != "Online" || o["title"] != "Orchard" || o["description"] != nil {
			t.Errorf("%v", o)
		}
	}
	mine := byNode["pool--n1"]
	if differs := mine["differs"].([]any); len(differs) != 1 || differs[0] != byNode["pool--n2"]["id"] {
		t.Errorf("it differs from %v", differs)
	}
	one := "/manage/v1/announcedKinds/" + mine["id"].(string)
	if status, body := h.call("GET", one, below, ""); status != 200 || body["description"].(map[string]any)["title"] != "Orchard" || body["known"] != 0.0 {
		t.Errorf("%d, %v", status, body)
	}
	for _, verdict := range []string{"approve", "reject", "withdraw"} {
		for who, token := range map[string]string{"a data reader": reader, "who sees to another collection": below} {
			if status, _ := h.call("POST", one+"/"+verdict, token, ""); status != 403 {
				t.Errorf("%s may %s: %d", who, verdict, status)
			}
		}
	}
	asked := func(token string) (n int) {
		_, body := h.call("GET", "/manage/v1/overview", token, "")
		for _, v := range body["attention"].([]any) {
			if v.(map[string]any)["code"] == "KindAnnounced" {
				n++
			}
		}
		return n
	}
	if asked(admin) != 2 || asked(below) != 0 || asked(reader) != 0 {
		t.Errorf("who answers is asked %d times, who does not %d and %d times", asked(admin), asked(below), asked(reader))
	}
	if status, _ := h.call("GET", "/manage/v1/kinds/Orchard", admin, ""); status != 404 {
		t.Errorf("a proposal is shown as a kind: %d", status)
	}
	if status, body := h.call("POST", one+"/approve", admin, ""); status != 200 || body["state"] != "approved" || body["current"] != true || body["known"] != 1.0 || body["by"] == "" {
		t.Fatalf("%d, %v", status, body)
	}
	if status, body := h.call("GET", "/manage/v1/kinds/Orchard", reader, ""); status != 200 || body["showsAll"] != false {
		t.Errorf("%d, %v", status, body)
	}
	_, body = h.call("GET", "/manage/v1/kinds/Orchard/runtimes", admin, "")
	for _, v := range values(body) {
		rt := v.(map[string]any)
		if rt["name"] == "built-in" {
			if reasons := rt["reasons"].([]any); len(reasons) != 1 || reasons[0].(map[string]any)["code"] != "NotRead" {
				t.Errorf("the built-in runtime: %v", rt)
			}
		} else if rt["serves"] != true || len(rt["nodes"].([]any)) != 2 || rt["nodes"].([]any)[0].(map[string]any)["reads"] != true {
			t.Errorf("%v", rt)
		}
	}
	if status, _ := h.call("POST", one+"/reject", admin, ""); status != 409 {
		t.Errorf("an approved kind was rejected: %d", status)
	}
	if status, body := h.call("POST", one+"/withdraw", admin, ""); status != 200 || body["state"] != "withdrawn" {
		t.Errorf("%d, %v", status, body)
	}
	if status, _ := h.call("GET", "/manage/v1/kinds/Orchard", admin, ""); status != 404 {
		t.Errorf("a withdrawn kind is shown: %d", status)
	}
	if status, _ := h.call("POST", "/manage/v1/announcedKinds/Nothing.1.00/approve", admin, ""); status != 404 {
		t.Errorf("%d", status)
	}
	if status, body := h.call("GET", one, below, ""); status != 200 || body["state"] != "withdrawn" {
		t.Errorf("%d, %v", status, body)
	}
}

func TestAKindIsNotWithdrawnUnaskedWhileThereAreAssetsOfIt(t *testing.T) {
	h := build(t)
	h.enrol("n1")
	h.announce("pool--n1", orchard())
	_, err := h.access.PutCollection(t.Context(), access.Collection{Name: "sales", FriendlyName: "Sales", Parent: "root"})
	must(t, err)
	admin := h.holder("dsa", "root", access.DataSourceAdministrator)
	both := h.holder("both", "root", access.DataSourceAdministrator, access.DataReader)
	all, err := h.scans.Announced(t.Context())
	must(t, err)
	one := "/manage/v1/announcedKinds/" + all[0].ID
	approve := func() {
		t.Helper()
		if status, body := h.call("POST", one+"/approve", admin, ""); status != 200 {
			t.Fatalf("%d, %v", status, body)
		}
	}
	withdraw := func(token, query string, want int) string {
		t.Helper()
		status, body := h.call("POST", one+"/withdraw"+query, token, "")
		if status != want {
			t.Fatalf("withdraw%s: %d, %v", query, status, body)
		}
		said, _ := json.Marshal(body)
		return string(said)
	}
	approve()
	withdraw(both, "", 200) // there are no assets
	approve()
	kind := orchard()
	must(t, h.st.Update(t.Context(), store.Ingest, func(tx store.Tx) error {
		var facts datamap.Facts
		for i, name := range []string{"oak", "ash"} {
			facts.Assets = append(facts.Assets, model.Asset{Type: "orchard_tree", Path: name, Name: name, Facets: model.FacetExistence})
			facts.Hashes = append(facts.Hashes, model.HashOf("orchard_tree", "orchard://a/"+name))
			facts.Fingerprints = append(facts.Fingerprints, uint64(i+1))
		}
		facts.Source, facts.Collection, facts.Authority, facts.Kind, facts.Actor = "a", "sales", "orchard://a", &kind, "scan:a/all"
		_, err := h.graph.Apply(t.Context(), tx, facts)
		return err
	}))
	for more := true; more; {
		more, err = h.search.Step(t.Context(), 100)
		must(t, err)
	}
	_, _, err = h.scans.PutSource(t.Context(), model.Source{Name: "grove", Kind: "Orchard", Collection: "root", Settings: model.Settings{"host": "a.example"}})
	must(t, err)
	if said := withdraw(both, "", 409); !strings.Contains(said, "KindInUse") {
		t.Errorf("while a source is of it, insisting would help nobody; the refusal says %s", said)
	}
	must(t, h.scans.DeleteSource(t.Context(), "grove"))
	if said := withdraw(both, "", 409); !strings.Contains(said, "KindHasAssets") || !strings.Contains(said, "2 assets") || !strings.Contains(said, "keepAssets=true") {
		t.Errorf("the refusal says %s", said)
	}
	if said := withdraw(both, "?keepAssets=true", 200); !strings.Contains(said, `"withdrawn"`) {
		t.Errorf("it is %s", said)
	}
	approve()
	withdraw(admin, "", 200) // who may not see the assets is told of none

	must(t, h.scans.PutKinds(t.Context(), []model.Kind{shops(), orchard()}))
	newer := orchard()
	newer.Version = 2
	h.announce("pool--n1", newer)
	all, err = h.scans.Announced(t.Context())
	must(t, err)
	for _, v := range all {
		if v.Version == 2 {
			one = "/manage/v1/announcedKinds/" + v.ID
		}
	}
	approve()
	withdraw(both, "", 200) // what the build brings has the type, too
}

func TestNobodyIsAskedAboutWhatARemovedNodeAnnounced(t *testing.T) {
	h := build(t)
	for _, end := range []struct {
		name string
		by   func(h *house) error
	}{
		{"the node is removed", func(h *house) error { return h.fleet.Remove(t.Context(), "pool--n1") }},
		{"its runtime is deleted", func(h *house) error { return h.fleet.DeleteRuntime(t.Context(), "pool", nil) }},
	} {
		t.Run(end.name, func(t *testing.T) {
			h.enrol("n1")
			h.announce("pool--n1", orchard())
			if _, body := h.call("GET", "/manage/v1/announcedKinds", h.admin, ""); len(values(body)) != 1 {
				t.Fatalf("announced: %v", body)
			}
			must(t, end.by(h))
			if _, body := h.call("GET", "/manage/v1/announcedKinds", h.admin, ""); len(values(body)) != 0 {
				t.Errorf("behind it: %v", body)
			}
			_, body := h.call("GET", "/manage/v1/overview", h.admin, "")
			for _, v := range body["attention"].([]any) {
				if v.(map[string]any)["code"] == "KindAnnounced" {
					t.Errorf("somebody is asked: %v", v)
				}
			}
		})
	}
}
