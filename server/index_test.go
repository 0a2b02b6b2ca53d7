package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/datamap"
	"github.com/purlieu/purlieu/server/internal/search"
	"github.com/purlieu/purlieu/server/internal/store"
	"github.com/purlieu/purlieu/server/internal/store/sqlite"
)

// indexed is a map of some entities in versions of a few, and the pages that bring them into the index.
func indexed(t *testing.T, versions, each int) (*sqlite.Store, *pages) {
	t.Helper()
	st, err := sqlite.Open(t.Context(), sqlite.Options{Path: sqlite.Memory})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close() })
	for v := range versions {
		if err := st.Update(t.Context(), store.Ingest, func(tx store.Tx) error {
			version, err := tx.Map().NextVersion(t.Context())
			if err != nil {
				return err
			}
			var list []store.Entity
			for i := range each {
				name := fmt.Sprintf("shop://mine/%d-%d", v, i)
				list = append(list, store.Entity{
					Hash: model.HashOf("DataSet", name), Type: "DataSet", QualifiedName: name, Name: fmt.Sprint("thing ", v, i), Collection: "root", Version: version, Authored: []byte("{}"),
				})
			}
			return tx.Map().Insert(t.Context(), list)
		}); err != nil {
			t.Fatal(err)
		}
	}
	service := search.New(st, datamap.New(st, slog.New(slog.DiscardHandler)), nil)
	return st, &pages{read: func(ctx context.Context, behind *search.Page) (*search.Page, error) {
		return service.Read(ctx, behind, 7)
	}, write: service.Write}
}

// drain steps until nothing waits, and gives how many entities a search finds then.
func drain(t *testing.T, st *sqlite.Store, p *pages) (found int64) {
	t.Helper()
	defer p.drop()
	for n := 0; ; n++ {
		more, err := p.step(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if !more {
			break
		}
		if n > 1000 {
			t.Fatal("it comes to no end")
		}
	}
	err := st.View(t.Context(), func(tx store.Tx) error {
		r, err := tx.Index().Query(t.Context(), store.IndexQuery{Terms: []string{"thing"}, Collections: []string{"root"}, Limit: 1})
		found = r.Count
		newest, verr := tx.Map().Version(t.Context())
		if r.Complete != newest {
			t.Errorf("the index is complete up to %d of %d", r.Complete, newest)
		}
		return errors.Join(err, verr)
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestTheNextPageIsReadWhileOneIsWritten(t *testing.T) {
	st, p := indexed(t, 9, 10)
	reading := make(chan struct{}, 100)
	read, write := p.read, p.write
	p.read = func(ctx context.Context, behind *search.Page) (*search.Page, error) {
		if behind != nil {
			reading <- struct{}{}
		}
		return read(ctx, behind)
	}
	p.write = func(ctx context.Context, page *search.Page) (bool, error) {
		if page.More() {
			select {
			case <-reading: // before the write has begun
			case <-time.After(30 * time.Second):
				t.Error("nobody reads the next page")
			}
		}
		return write(ctx, page)
	}
	if found := drain(t, st, p); found != 90 {
		t.Errorf("%d of 90 are found", found)
	}
}

func TestAPageThatWasNotWrittenTakesTheNextAlong(t *testing.T) {
	lost := errors.New("lost")
	for name, fail := range map[string]func(n int, st *sqlite.Store, p *pages) error{
		"the store failed": func(n int, _ *sqlite.Store, _ *pages) error {
			if n%2 == 0 {
				return lost
			}
			return nil
		},
		"another replica is ahead": func(n int, st *sqlite.Store, _ *pages) error {
			if n != 2 {
				return nil
			}
			service := search.New(st, datamap.New(st, slog.New(slog.DiscardHandler)), nil)
			_, err := service.Step(context.Background(), 25)
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			st, p := indexed(t, 9, 10)
			n, write, failed := 0, p.write, 0
			p.write = func(ctx context.Context, page *search.Page) (bool, error) {
				n++
				if err := fail(n, st, p); err != nil {
					return false, err
				}
				return write(ctx, page)
			}
			for {
				more, err := p.step(t.Context())
				if errors.Is(err, lost) {
					failed++
					continue
				}
				if err != nil {
					t.Fatal(err)
				}
				if !more {
					break
				}
			}
			p.write = write
			if found := drain(t, st, p); found != 90 || name == "the store failed" && failed == 0 {
				t.Errorf("%d of 90 are found, after %d failures", found, failed)
			}
		})
	}
}

// BenchmarkFollow brings 10,000 tables of ten columns into the index page by page, and with the next page read while one is
// written, in turn; it tells how much less time that takes.
func BenchmarkFollow(b *testing.B) {
	st, err := sqlite.Open(b.Context(), sqlite.Options{Path: filepath.Join(b.TempDir(), "follow.db")})
	if err != nil {
		b.Fatal(err)
	}
	defer st.Close()
	graph := datamap.New(st, slog.New(slog.DiscardHandler))
	kind := model.Kind{Name: "Shop", Types: []model.TypeDef{{Name: "table", Column: "column"}}}
	for k := 0; k < 10_000; k += 500 {
		f := datamap.Facts{Source: "shop", Collection: "root", Authority: "shop://x", Kind: &kind, Actor: "scan:shop/all"}
		for i := k; i < k+500; i++ {
			a := model.Asset{Type: "table", Path: fmt.Sprintf("public/customer_orders_%05d", i), Name: fmt.Sprintf("customer_orders_%05d", i), Facets: model.FacetExistence | model.FacetStructure}
			for c := range 10 {
				a.Columns = append(a.Columns, model.Column{Name: fmt.Sprintf("shipping_address_%d", c), Type: "character varying(40)", Ordinal: c + 1})
			}
			f.Assets, f.Fingerprints = append(f.Assets, a), append(f.Fingerprints, 1)
			f.Hashes = append(f.Hashes, model.HashOf("table", "shop://x/"+a.Path))
		}
		if err := st.Update(b.Context(), store.Ingest, func(tx store.Tx) error { _, err := graph.Apply(b.Context(), tx, f); return err }); err != nil {
			b.Fatal(err)
		}
	}
	service := search.New(st, graph, nil)
	follow := func(step func(ctx context.Context) (bool, error)) time.Duration {
		if err := st.Update(b.Context(), store.Follow, func(tx store.Tx) error { return tx.Index().SetCursor(b.Context(), store.IndexFollower, 0, 0) }); err != nil {
			b.Fatal(err)
		}
		began := time.Now()
		for more := true; more; {
			if more, err = step(b.Context()); err != nil {
				b.Fatal(err)
			}
		}
		return time.Since(began)
	}
	alone := func(ctx context.Context) (bool, error) { return service.Step(ctx, indexPerStep) }
	p := &pages{read: func(ctx context.Context, behind *search.Page) (*search.Page, error) {
		return service.Read(ctx, behind, indexPerStep)
	}, write: service.Write}
	follow(alone) // from here on the rows are there
	var ratios []float64
	for b.Loop() {
		before := follow(alone)
		ratios = append(ratios, float64(follow(p.step))/float64(before))
	}
	slices.Sort(ratios)
	b.ReportMetric(ratios[len(ratios)/2], "of-page-by-page")
}
