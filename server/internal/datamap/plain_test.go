package datamap

import (
	"fmt"
	"log/slog"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
	"github.com/purlieu/purlieu/server/internal/store/sqlite"
)

func TestAPlainViewIsAWholeOneWithoutMeasuresAndFlows(t *testing.T) {
	r := newRoom(t)
	measured := table("t", "a", "b")
	measured.Measures = []model.Measure{{Name: "rows", Value: 7}}
	r.lay(1, measured, from(table("v", "y"), "t"))
	tab, flow := r.get("t"), View{}
	g, err := r.Lineage(t.Context(), tab.GUID, Downstream, 3, 10)
	r.ok(err)
	for _, v := range g.Nodes {
		if v.Row.Type == "flow" {
			flow = v
		}
	}
	guids := []string{tab.ColumnGUID(2), flow.GUID, model.GUID(999, 0), tab.GUID}
	whole, err := r.ByGUIDs(t.Context(), guids)
	r.ok(err)
	plain, err := r.Plain(t.Context(), guids)
	r.ok(err)
	if len(whole) != 3 || len(whole[2].Measures) == 0 || len(whole[1].Flows) == 0 || whole[0].Own() == nil {
		t.Fatalf("%+v", whole)
	}
	for i := range whole {
		whole[i].Measures, whole[i].Flows = nil, nil
	}
	if !reflect.DeepEqual(plain, whole) {
		t.Errorf("%+v, want %+v", plain, whole)
	}
	if _, err := r.Plain(t.Context(), []string{"nobody"}); err == nil {
		t.Error("what is no guid is taken")
	}
}

// BenchmarkPlain reads what a bulk write answers with: 1,000 tables that have 30 days of measures, as the answer needs
// them, and whole.
func BenchmarkPlain(b *testing.B) {
	now := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	st, err := sqlite.Open(b.Context(), sqlite.Options{Path: filepath.Join(b.TempDir(), "map.db"), Now: func() time.Time { return now }})
	if err != nil {
		b.Fatal(err)
	}
	defer st.Close()
	s := New(st, slog.New(slog.DiscardHandler))
	kind := model.Kind{Name: "Shop", Types: []model.TypeDef{{Name: "table", Column: "column"}}}
	facts := Facts{Source: "shop", Collection: "root", Authority: authority, Kind: &kind, Actor: "scan:shop/all"}
	for i := range 1000 {
		a := table(fmt.Sprintf("t%d", i), "a", "b", "c")
		a.Measures = []model.Measure{{Name: "rows", Value: 1}, {Name: "bytes", Value: 2}}
		facts.Assets = append(facts.Assets, a)
		facts.Hashes, facts.Fingerprints = append(facts.Hashes, hashOf(a.Type, a.Path)), append(facts.Fingerprints, 1)
	}
	for range 30 {
		if err := st.Update(b.Context(), store.Ingest, func(tx store.Tx) error { _, err := s.Apply(b.Context(), tx, facts); return err }); err != nil {
			b.Fatal(err)
		}
		now = now.AddDate(0, 0, 1)
	}
	var guids []string
	for i := range 1000 {
		guids = append(guids, model.GUID(uint64(i+1), 0))
	}
	for name, read := range map[string]func() ([]View, error){
		"plain": func() ([]View, error) { return s.Plain(b.Context(), guids) },
		"whole": func() ([]View, error) { return s.ByGUIDs(b.Context(), guids) },
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if views, err := read(); err != nil || len(views) != 1000 {
					b.Fatal(len(views), err)
				}
			}
		})
	}
}
