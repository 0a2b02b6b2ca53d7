package atlas

import (
	"fmt"
	"testing"

	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/datamap"
	"github.com/purlieu/purlieu/server/internal/search"
	"github.com/purlieu/purlieu/server/internal/store"
)

func TestAHitSaysInWhatItWasFound(t *testing.T) {
	wrote := "Where bills go"
	v := datamap.View{
		Row: store.Entity{Name: "people", QualifiedName: "shop://x/sales/people"},
		Asset: model.Asset{Comment: "Everyone with an account", Columns: []model.Column{
			{Name: "email", Number: 1, Comment: "the address of a letter"}, {Name: "id", Number: 2, Comment: "as the ledger has it"},
		}},
		Authored: datamap.Authored{Columns: map[uint32]datamap.Part{2: {Description: &wrote}}},
	}
	for keywords, want := range map[string]string{
		"people":        "map[name:[<em>people</em>] qualifiedName:[shop://x/sales/<em>people</em>]]",
		"sales":         "map[qualifiedName:[shop://x/<em>sales</em>/people]]",
		"account":       "map[description:[Everyone with an <em>account</em>]]",
		"ema":           "map[purlieuColumns:[<em>email</em>]]",
		"letter":        "map[purlieuDescribedColumns:[email]]",
		"bills":         "map[purlieuDescribedColumns:[id]]",
		"ledger":        "map[purlieuDescribedColumns:[id]]",
		"people letter": "map[name:[<em>people</em>] qualifiedName:[shop://x/sales/<em>people</em>]]",
	} {
		left := 10
		if got := fmt.Sprint(highlights(v, search.NewMarker(keywords), &left)); got != want {
			t.Errorf("%s: %s, want %s", keywords, got, want)
		}
	}
	for left, want := range map[int]string{1: "map[]", 3: "map[purlieuDescribedColumns:[id]]"} {
		if got := fmt.Sprint(highlights(v, search.NewMarker("bills"), &left)); got != want {
			t.Errorf("of %d descriptions: %s, want %s", left, got, want)
		}
	}
}
