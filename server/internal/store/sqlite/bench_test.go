package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
	"github.com/purlieu/purlieu/server/internal/store/storetest"
)

const benchBatch = 500

func openBench(b *testing.B) *Store {
	b.Helper()
	s, err := Open(b.Context(), Options{Path: filepath.Join(b.TempDir(), "bench.db")})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { s.Close() })
	return s
}

// benchEntities makes a batch as ingestion writes it: tables of 10 columns.
func benchEntities(batch int) []store.Entity {
	list := make([]store.Entity, benchBatch)
	scanned := make([]byte, 700) // the size of the CBOR of a table with 10 columns
	for i := range scanned {
		scanned[i] = byte('a' + i%26)
	}
	now := time.Now()
	for i := range list {
		name := fmt.Sprintf("customer_%06d", batch*benchBatch+i)
		qn := "postgresql://db.example.org:5432/shop/public/" + name
		list[i] = store.Entity{
			Hash: model.HashOf("postgresql_table", qn), Type: "postgresql_table", QualifiedName: qn, Name: name,
			Parent: model.HashOf("postgresql_schema", "postgresql://db.example.org:5432/shop/public"), Source: "shop", Collection: "root",
			NativeID: fmt.Sprint(16384 + batch*benchBatch + i), Created: now, Modified: now, CreatedBy: "scan:shop/daily", ModifiedBy: "scan:shop/daily",
			Fingerprint: rand.Uint64(), NextColumn: 11, Scanned: scanned,
		}
	}
	return list
}

// BenchmarkInsert_product is ingestion through the contract: look up, insert, history.
func BenchmarkInsert_product(b *testing.B) {
	s, ctx := openBench(b), b.Context()
	batch := 0
	for b.Loop() {
		list := benchEntities(batch)
		batch++
		err := s.Update(ctx, store.Ingest, func(tx store.Tx) error {
			m := tx.Map()
			v, err := m.NextVersion(ctx)
			if err != nil {
				return err
			}
			hashes := make([]model.Hash, len(list))
			for i := range list {
				hashes[i] = list[i].Hash
				list[i].Version = v
			}
			if _, err := m.ByHash(ctx, hashes); err != nil {
				return err
			}
			return m.Insert(ctx, list)
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)*benchBatch/b.Elapsed().Seconds(), "rows/s")
}

// BenchmarkInsert_floor is the same rows in the same schema as bare upserts.
func BenchmarkInsert_floor(b *testing.B) {
	s, ctx := openBench(b), b.Context()
	st, err := s.writer.sql.PrepareContext(ctx, `insert into entity (hash, type, qualified_name, name, parent, source, collection, native_id,
		deleted, version, created, modified, created_by, modified_by, fingerprint, next_column, scanned, authored)
		values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		on conflict (hash) do update set scanned = excluded.scanned, version = excluded.version, fingerprint = excluded.fingerprint
		where fingerprint <> excluded.fingerprint`)
	if err != nil {
		b.Fatal(err)
	}
	defer st.Close()
	batch := 0
	for b.Loop() {
		list := benchEntities(batch)
		batch++
		if _, err := s.writer.sql.ExecContext(context.Background(), "begin immediate"); err != nil {
			b.Fatal(err)
		}
		for i := range list {
			e := &list[i]
			if _, err := st.ExecContext(context.Background(), e.Hash[:], e.Type, e.QualifiedName, e.Name, e.Parent[:], e.Source, e.Collection, e.NativeID,
				false, batch, e.Created.UnixMicro(), e.Modified.UnixMicro(), e.CreatedBy, e.ModifiedBy, int64(e.Fingerprint), 11, e.Scanned, nil); err != nil {
				b.Fatal(err)
			}
		}
		if _, err := s.writer.sql.ExecContext(context.Background(), "commit"); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)*benchBatch/b.Elapsed().Seconds(), "rows/s")
}

// BenchmarkByHash looks 500 hashes up among 50,000 rows.
func BenchmarkByHash(b *testing.B) {
	s, ctx := openBench(b), b.Context()
	var last []model.Hash
	for batch := range 100 {
		list := benchEntities(batch)
		last = last[:0]
		for i := range list {
			last = append(last, list[i].Hash)
		}
		if err := s.Update(ctx, store.Ingest, func(tx store.Tx) error { return tx.Map().Insert(ctx, list) }); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		if err := s.View(ctx, func(tx store.Tx) error { _, err := tx.Map().ByHash(ctx, last); return err }); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)*benchBatch/b.Elapsed().Seconds(), "rows/s")
}

func benchRows(first, n int) []store.IndexRow {
	subjects := []string{"customer", "orders", "invoice", "payment", "stock", "person", "address", "session", "event", "audit"}
	rows := make([]store.IndexRow, n)
	for i := range rows {
		k := first + i
		s := subjects[k%len(subjects)]
		name := fmt.Sprintf("%s%06d %s %06d", s, k, s, k)
		rows[i] = store.IndexRow{
			Entity: int64(k + 1), Name: name, Exact: fmt.Sprintf("%s%06d", s, k), Path: fmt.Sprintf("dbexampleorg5432 db example org 5432 shop%d schema%d", k%7, k%50),
			Columns: "id customerid customer createdat created at updatedat updated fullname full name email street city country amount",
			Type:    []string{"table", "view"}[k%2], Source: fmt.Sprintf("shop%d", k%7), Collection: fmt.Sprintf("c%d", k%20), Tags: []store.Tag{{Kind: store.TagClass, Value: "email"}},
		}
	}
	return rows
}

// BenchmarkIndex_step writes 2,000 rows of the index in one transaction.
func BenchmarkIndex_step(b *testing.B) {
	s, ctx := openBench(b), b.Context()
	k := 0
	var slowest time.Duration
	for b.Loop() {
		rows := benchRows(k, 2000)
		k += 2000
		begin := time.Now()
		if err := s.Update(ctx, store.Ingest, func(tx store.Tx) error { return tx.Index().PutRows(ctx, rows) }); err != nil {
			b.Fatal(err)
		}
		slowest = max(slowest, time.Since(begin))
	}
	b.ReportMetric(float64(slowest.Milliseconds()), "slowest-ms")
	b.ReportMetric(float64(b.N)*2000/b.Elapsed().Seconds(), "rows/s")
}

// BenchmarkQuery asks questions of several kinds over 100,000 entities and reports the middle and the slowest percent.
func BenchmarkQuery(b *testing.B) {
	s, ctx := openBench(b), b.Context()
	for k := 0; k < 100_000; k += 5000 {
		if err := s.Update(ctx, store.Ingest, func(tx store.Tx) error { return tx.Index().PutRows(ctx, benchRows(k, 5000)) }); err != nil {
			b.Fatal(err)
		}
	}
	var all, few []string
	for i := range 20 {
		all = append(all, fmt.Sprintf("c%d", i))
	}
	few = all[:3]
	facets := []store.TagKind{store.TagType, store.TagSource, store.TagCollection, store.TagClass}
	for _, c := range []struct {
		name string
		q    store.IndexQuery
	}{
		{"one name", store.IndexQuery{Terms: []string{"customer004710"}, Exact: "customer004710", Collections: all, Prefix: true}},
		{"word", store.IndexQuery{Terms: []string{"invoice"}, Exact: "invoice", Collections: all}},
		{"word prefix", store.IndexQuery{Terms: []string{"inv"}, Exact: "inv", Collections: all, Prefix: true}},
		{"everywhere", store.IndexQuery{Terms: []string{"email"}, Exact: "email", Collections: all, Prefix: true}},
		{"everywhere, 3 collections", store.IndexQuery{Terms: []string{"email"}, Exact: "email", Collections: few, Prefix: true}},
		{"three words, 3 collections", store.IndexQuery{Terms: []string{"customer", "email", "shop1"}, Collections: few}},
		{"one letter", store.IndexQuery{Terms: []string{"c"}, Collections: all, Prefix: true}},
		{"facets", store.IndexQuery{Terms: []string{"email"}, Collections: few, Facets: facets}},
		{"nothing typed", store.IndexQuery{Collections: few, Facets: facets}},
		{"nothing typed, a type", store.IndexQuery{Collections: few, Filter: &store.Filter{Kind: store.TagType, Values: []string{"view"}}}},
	} {
		c.q.Limit = 25
		b.Run(c.name, func(b *testing.B) {
			var took []time.Duration
			for b.Loop() {
				begin := time.Now()
				if err := s.View(ctx, func(tx store.Tx) error { _, err := tx.Index().Query(ctx, c.q); return err }); err != nil {
					b.Fatal(err)
				}
				took = append(took, time.Since(begin))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
		})
	}
}

// BenchmarkSearching compares searches with the bare index. The full size is PURLIEU_BENCH_ASSETS=1000000.
func BenchmarkSearching(b *testing.B) {
	path := storetest.Kept("sqlite")
	if path == "" {
		path = filepath.Join(b.TempDir(), "bench.db")
	}
	s, err := Open(b.Context(), Options{Path: path})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	db, err := sql.Open("sqlite", s.opt.Path)
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	var bare *sql.Stmt
	var mine []int64
	storetest.Searching(b, s, func(ctx context.Context, words []string, prefix bool, collections []string, most int) (n int, err error) {
		var parts []string
		for i, w := range words {
			last := prefix && i == len(words)-1
			parts = append(parts, "("+phrase(inName, w, last)+" OR "+phrase(inRest, w, last)+")")
		}
		if bare == nil { // the first question is not timed
			err = s.View(ctx, func(tx store.Tx) (err error) {
				mine, err = tx.Index().(index).tagsOf(ctx, store.TagCollection, collections)
				return err
			})
			if err != nil {
				return 0, err
			}
			if bare, err = db.Prepare(`select count(*) from (select 1 from word where word match ? limit ?)`); err != nil {
				return 0, err
			}
		}
		err = bare.QueryRow(strings.Join(append(parts, tagExpr(store.TagCollection, mine)), " AND "), most).Scan(&n)
		return n, err
	})
}
