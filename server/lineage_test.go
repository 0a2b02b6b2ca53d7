package server

import (
	"testing"

	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/access"
)

func TestLineageIsNotFollowedThroughWhatTheReaderMayNotSee(t *testing.T) {
	e := &estate{people: newPeople(t)}
	for _, name := range []string{"open", "closed"} {
		if _, err := e.access.PutCollection(t.Context(), access.Collection{Name: name, Parent: "root"}); err != nil {
			t.Fatal(err)
		}
	}
	src := e.register("depot", "root", "depot.example")
	fed := func(by string) *model.Lineage {
		return &model.Lineage{Inputs: []model.Ref{{Type: "shelf", Path: by}}}
	}
	e.lay(src, "open", "raw", model.Asset{})
	e.lay(src, "open", "plain", model.Asset{Lineage: fed("raw")})
	e.lay(src, "closed", "salaries", model.Asset{Lineage: fed("raw")})
	e.lay(src, "open", "report", model.Asset{Lineage: fed("salaries")})
	raw, err := e.core.Graph.ByName(t.Context(), "shelf", src.Authority+"/raw")
	if err != nil {
		t.Fatal(err)
	}
	_, reader := e.holder("reader", "open", access.DataReader)
	for token, want := range map[string][2]int{e.admin: {7, 6}, reader: {3, 2}} { // a process stands between each two
		a := e.want(200, token, "GET", "/datamap/api/atlas/v2/lineage/"+raw.GUID+"?depth=5", "")
		nodes, edges := a["guidEntityMap"].(map[string]any), a["relations"].([]any)
		counts := a["widthCounts"].(map[string]any)["INPUT"].(map[string]any)
		if len(nodes) != want[0] || len(edges) != want[1] || len(counts) != want[0] {
			t.Errorf("%d entities, %d relations, %d counts; want %v: %v", len(nodes), len(edges), len(counts), want, nodes)
		}
	}
}
