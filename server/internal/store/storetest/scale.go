package storetest

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

// Bare asks an engine's own index for the matches of words in collections, at most most of them, by one statement and
// nothing around it: the floor of a search. It gives how many there were.
type Bare func(ctx context.Context, words []string, prefix bool, collections []string, most int) (int, error)

// scaleCollections is how many collections there are; a reader of the benchmark has a role on three of them.
const scaleCollections = 20

// Kept is where the store of a benchmark is kept, so that it is filled once: in PURLIEU_BENCH_SQLITE a path, in
// PURLIEU_BENCH_POSTGRES an address. Each benchmark needs one of its own; "" is a store that goes with the benchmark.
func Kept(engine string) string { return os.Getenv("PURLIEU_BENCH_" + strings.ToUpper(engine)) }

// Filled is how many batches a benchmark has filled a store with, if each was a version of its own.
func Filled(ctx context.Context, b *testing.B, s store.Store) (batches int) {
	b.Helper()
	err := s.View(ctx, func(tx store.Tx) error {
		version, err := tx.Map().Version(ctx)
		batches = int(version)
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	return batches
}

// Searching fills a store with assets (PURLIEU_BENCH_ASSETS, else 20,000) and asks it and its bare index the same
// questions in turn, as a reader of three collections of twenty. A question is a search as the search room makes it: the
// index's answer with its count, and the rows of its page. A store that is kept is filled where it is not full yet.
func Searching(b *testing.B, s store.Store, bare Bare) {
	ctx, n := b.Context(), 20_000
	if text := os.Getenv("PURLIEU_BENCH_ASSETS"); text != "" {
		var err error
		if n, err = strconv.Atoi(text); err != nil {
			b.Fatal(err)
		}
	}
	began := time.Now()
	for k := Filled(ctx, b, s) * 5000; k < n; k += 5000 {
		if k > 0 && k%100_000 == 0 {
			fmt.Fprintf(os.Stderr, "%d of %d assets written and indexed in %.0f s\n", k, n, time.Since(began).Seconds())
		}
		fill(ctx, b, s, k, min(5000, n-k))
	}
	b.Logf("%d assets written and indexed in %.0f s", n, time.Since(began).Seconds())
	mine := []string{"c1", "c2", "c3"}
	questions := []store.IndexQuery{
		{Terms: []string{fmt.Sprintf("customer%06d", n/2)}, Prefix: true},
		{Terms: []string{"customer", fmt.Sprintf("%06d", n/4)}, Prefix: true},
		{Terms: []string{"invoice"}},
		{Terms: []string{"inv"}, Prefix: true},
		{Terms: []string{"orders", "email"}},
		{Terms: []string{"email"}, Prefix: true},
		{Terms: []string{"city", "shop1"}},
		{Terms: []string{"c"}, Prefix: true},
		{Terms: []string{"schema7", "customer"}},
		{},
	}
	var product, floor []time.Duration // by turns: question after question, in turn
	ask := func(q store.IndexQuery) {
		q.Collections, q.Limit = mine, 25
		if len(q.Terms) == 1 {
			q.Exact = q.Terms[0]
		}
		began := time.Now()
		found, err := bare(ctx, q.Terms, q.Prefix, mine, 10_001)
		if err != nil {
			b.Fatal(err)
		}
		floor = append(floor, time.Since(began))
		began = time.Now()
		err = s.View(ctx, func(tx store.Tx) error {
			r, err := tx.Index().Query(ctx, q)
			if err != nil {
				return err
			}
			if int(r.Count) != min(found, 10_000) {
				return fmt.Errorf("%v: %d matches, and %d in the bare index", q.Terms, r.Count, found)
			}
			_, err = tx.Map().ByID(ctx, r.Entities)
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
		product = append(product, time.Since(began))
	}
	for _, q := range questions { // warm
		ask(q)
	}
	product, floor = nil, nil
	b.ResetTimer()
	for b.Loop() {
		for range max(20, min(200, 4_000_000/n)) { // a quick round is asked more often: the slowest percent is some questions, then
			for _, q := range questions {
				ask(q)
			}
		}
	}
	for i, q := range questions {
		b.Logf("%v: %s, and %s the bare index", q.Terms, medianOf(product, i, len(questions)), medianOf(floor, i, len(questions)))
	}
	slices.Sort(product)
	slices.Sort(floor)
	for name, percent := range map[string]int{"p50": 50, "p99": 99} {
		p, f := product[len(product)*percent/100], floor[len(floor)*percent/100]
		b.ReportMetric(float64(p.Microseconds())/1000, name+"-ms")
		b.ReportMetric(float64(p)/float64(f), name+"-x")
	}
}

// medianOf is the median of every so many of a list, from one on.
func medianOf(list []time.Duration, from, every int) time.Duration {
	var some []time.Duration
	for i := from; i < len(list); i += every {
		some = append(some, list[i])
	}
	slices.Sort(some)
	return some[len(some)/2].Round(time.Microsecond)
}

// fill writes assets and their rows of the index.
func fill(ctx context.Context, b *testing.B, s store.Store, first, n int) {
	subjects := []string{"customer", "orders", "invoice", "payment", "stock", "person", "address", "session", "event", "audit"}
	scanned := make([]byte, 700) // the size of the CBOR of a table with 10 columns
	entities, rows := make([]store.Entity, n), make([]store.IndexRow, n)
	err := s.Update(ctx, store.Ingest, func(tx store.Tx) error {
		version, err := tx.Map().NextVersion(ctx)
		if err != nil {
			return err
		}
		for i := range entities {
			k := first + i
			subject := subjects[k%len(subjects)]
			name, source, collection := fmt.Sprintf("%s_%06d", subject, k), fmt.Sprintf("shop%d", k%7), fmt.Sprintf("c%d", k%scaleCollections)
			qn := fmt.Sprintf("postgresql://%s:5432/schema%d/%s", source, k%50, name)
			entities[i] = store.Entity{
				Hash: model.HashOf("table", qn), Type: "table", QualifiedName: qn, Name: name, Source: source, Collection: collection,
				Version: version, Created: tx.Now(), Modified: tx.Now(), Scanned: scanned,
			}
			rows[i] = store.IndexRow{
				Name: fmt.Sprintf("%s%06d %s %06d", subject, k, subject, k), Exact: fmt.Sprintf("%s%06d", subject, k),
				Path:    fmt.Sprintf("%s5432 %s 5432 schema%d", source, source, k%50),
				Columns: "id customerid customer createdat created at updatedat updated fullname full name email street city country amount",
				Type:    "table", Source: source, Collection: collection, Tags: []store.Tag{{Kind: store.TagClass, Value: "email"}},
			}
		}
		if err := tx.Map().Insert(ctx, entities); err != nil {
			return err
		}
		for i := range rows {
			rows[i].Entity = entities[i].ID
		}
		return tx.Index().PutRows(ctx, rows)
	})
	if err != nil {
		b.Fatal(err)
	}
}
