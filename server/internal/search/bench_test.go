package search_test

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/search"
	"github.com/purlieu/purlieu/server/internal/store"
	"github.com/purlieu/purlieu/server/internal/store/sqlite"
)

// BenchmarkStep indexes tables of 10 columns, 1,000 a step, folding included.
func BenchmarkStep(b *testing.B) {
	const limit = 1000
	ctx := b.Context()
	s, err := sqlite.Open(ctx, sqlite.Options{Path: filepath.Join(b.TempDir(), "bench.db")})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	service := search.New(s, layers{}, nil)
	n := 0
	for b.Loop() {
		b.StopTimer()
		list := make([]store.Entity, limit)
		for i := range list {
			name := fmt.Sprintf("customer_%06d", n)
			n++
			qn := "postgresql://db.example.org:5432/shop/public/" + name
			list[i] = store.Entity{
				Hash: model.HashOf("table", qn), Type: "table", QualifiedName: qn, Name: name, Source: "shop", Collection: "root",
				Scanned: []byte("id,customer_id,first_name,last_name,email,street,city,created_at,updated_at,amount_cents|people who buy|email,name"),
			}
		}
		err := s.Update(ctx, store.Ingest, func(tx store.Tx) error {
			v, err := tx.Map().NextVersion(ctx)
			for i := range list {
				list[i].Version = v
			}
			if err != nil {
				return err
			}
			return tx.Map().Insert(ctx, list)
		})
		if err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
		if _, err := service.Step(ctx, limit); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)*limit/b.Elapsed().Seconds(), "rows/s")
}
