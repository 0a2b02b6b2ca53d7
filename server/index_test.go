package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
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
			case <-time.After(10 * time.Second):
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
