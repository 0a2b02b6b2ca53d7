package server

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/datamap"
	"github.com/purlieu/purlieu/server/internal/search"
	"github.com/purlieu/purlieu/server/internal/store"
	"github.com/purlieu/purlieu/server/internal/store/postgres"
	"github.com/purlieu/purlieu/server/internal/store/sqlite"
	"github.com/purlieu/purlieu/server/internal/store/storetest"
	"github.com/purlieu/purlieu/test/pgserver"
)

// BenchmarkFullMap applies tables of 20 columns as ingestion does (PURLIEU_BENCH_ASSETS, else 20,000), indexes them, and
// searches as a reader of three collections of twenty: a map of that size fits, and stays usable. A store that is kept is
// filled where it is not full yet.
func BenchmarkFullMap(b *testing.B) {
	b.Run("sqlite", func(b *testing.B) {
		path := storetest.Kept("sqlite")
		if path == "" {
			path = filepath.Join(b.TempDir(), "map.db")
		}
		st, err := sqlite.Open(b.Context(), sqlite.Options{Path: path})
		if err != nil {
			b.Fatal(err)
		}
		fullMap(b, st)
	})
	b.Run("postgres", func(b *testing.B) {
		address := storetest.Kept("postgres")
		if address == "" {
			server := pgserver.Start(b)
			if err := server.Exec("postgres", "create database account"); err != nil {
				b.Fatal(err)
			}
			address = server.Address("account")
		}
		st, err := postgres.Open(b.Context(), postgres.Options{Address: address})
		if err != nil {
			b.Fatal(err)
		}
		fullMap(b, st)
	})
}

func fullMap(b *testing.B, st store.Store) {
	defer st.Close() //nolint:errcheck // the measurement is over
	n := 20_000
	if text := os.Getenv("PURLIEU_BENCH_ASSETS"); text != "" {
		var err error
		if n, err = strconv.Atoi(text); err != nil {
			b.Fatal(err)
		}
	}
	ctx := b.Context()
	graph := datamap.New(st, slog.New(slog.DiscardHandler))
	finder := search.New(st, graph, nil)
	began := time.Now()
	told := func(what string, done int) {
		if done > 0 && done%100_000 == 0 {
			fmt.Fprintf(os.Stderr, "%d of %d tables %s in %.0f s\n", done, n, what, time.Since(began).Seconds())
		}
	}
	first := storetest.Filled(ctx, b, st) * 500
	for k := first; k < n; k += 500 {
		told("applied", k)
		f := tables(k, min(500, n-k))
		err := st.Update(ctx, store.Ingest, func(tx store.Tx) error {
			_, err := graph.Apply(ctx, tx, f)
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	applied := time.Since(began)
	began = time.Now()
	for done, more := 0, true; more; done += indexPerStep {
		told("indexed", done)
		var err error
		if more, err = finder.Step(ctx, indexPerStep); err != nil {
			b.Fatal(err)
		}
	}
	indexed := time.Since(began)
	health, err := st.Probe(ctx)
	if err != nil {
		b.Fatal(err)
	}
	var took []time.Duration
	facets := []string{"type", "source", "collection", "class"}
	for b.Loop() {
		for round := range 30 {
			i := round % 10
			for _, words := range []string{"", "customer", "inv", fmt.Sprintf("orders_%06d", i*n/10), "customer column7", "e", "schema4 stock"} {
				began := time.Now()
				if _, err := finder.Query(ctx, search.Request{Keywords: words, Collections: []string{"c1", "c2", "c3"}, Facets: facets, Limit: 25}); err != nil {
					b.Fatal(err)
				}
				took = append(took, time.Since(began))
				b.Logf("%q: %s", words, took[len(took)-1])
			}
		}
	}
	ordered := inOrders(ctx, b, finder, st)
	if first < n {
		b.ReportMetric(float64(n-first)/applied.Seconds(), "applied/s")
		b.ReportMetric(float64(n-first)/indexed.Seconds(), "indexed/s")
	}
	b.ReportMetric(float64(health.SizeBytes)/float64(n), "B/table")
	for name, list := range map[string][]time.Duration{"": took, "order-": ordered} {
		slices.Sort(list)
		b.ReportMetric(float64(list[len(list)/2].Microseconds())/1000, name+"p50-ms")
		b.ReportMetric(float64(list[len(list)*99/100].Microseconds())/1000, name+"p99-ms")
	}
}

// inOrders asks for hits in other orders than the best first, and narrowed by more than tags: the first page, and the next.
func inOrders(ctx context.Context, b *testing.B, finder *search.Service, st store.Store) (took []time.Duration) {
	b.Helper()
	var now time.Time
	if err := st.View(ctx, func(tx store.Tx) error { now = tx.Now(); return nil }); err != nil {
		b.Fatal(err)
	}
	newest, byName := []search.Order{{Field: search.ByModified, Down: true}}, []search.Order{{Field: search.ByName, Down: true}}
	tables, old := search.Is("type", "postgresql_table"), search.Modified(time.Time{}, now.Add(-time.Second))
	for range 10 {
		for _, r := range []search.Request{
			{Order: newest},
			{Keywords: "customer", Order: newest},
			{Keywords: "e", Order: byName},
			{Filter: &tables, Order: byName},
			{Filter: &old, Order: newest},
			{Keywords: "invoice", Filter: &old},
		} {
			r.Collections, r.Limit = []string{"c1", "c2", "c3"}, 25
			for range 2 {
				began := time.Now()
				found, err := finder.Query(ctx, r)
				if err != nil { // a page of an order may be empty and go on
					b.Fatalf("%+v: %v", r, err)
				}
				took = append(took, time.Since(began))
				if b.Logf("%q %v: %s", r.Keywords, r.Order, took[len(took)-1]); found.Next == "" {
					b.Fatalf("%+v: no more", r)
				}
				r.After = found.Next
			}
		}
	}
	return took
}

// tables are a batch of tables of 20 columns.
func tables(first, n int) datamap.Facts {
	kind := model.Kind{Name: "PostgreSql", Types: []model.TypeDef{{Name: "postgresql_schema"}, {Name: "postgresql_table", Parent: "postgresql_schema", Column: "postgresql_column"}}}
	f := datamap.Facts{
		Source: fmt.Sprintf("shop%d", first/500%7), Collection: fmt.Sprintf("c%d", first/500%20), Authority: "postgresql://db:5432", Kind: &kind, Actor: "scan:shop/all",
	}
	subjects := []string{"customer", "orders", "invoice", "payment", "stock", "person", "address", "session", "event", "audit"}
	for k := first; k < first+n; k++ {
		name := fmt.Sprintf("%s_%06d", subjects[k%len(subjects)], k)
		schema := fmt.Sprintf("shop/schema%d", k%50)
		a := model.Asset{
			Type: "postgresql_table", Path: schema + "/" + name, Name: name, Container: schema, NativeID: strconv.Itoa(k), Owner: "owner",
			Facets: model.FacetExistence | model.FacetStructure,
		}
		for c := range 20 {
			a.Columns = append(a.Columns, model.Column{Name: fmt.Sprintf("column%d", c), Type: "character varying(80)", Ordinal: c + 1, NotNull: c == 0})
		}
		a.Columns[3].Classes = []model.Class{{Name: "MICROSOFT.PERSONAL.EMAIL"}}
		f.Assets = append(f.Assets, a)
		f.Hashes = append(f.Hashes, model.HashOf(a.Type, model.QualifiedName(f.Authority, a.Path)))
		f.Fingerprints = append(f.Fingerprints, uint64(k))
	}
	return f
}
