package storetest

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

var txTests = []test{
	{"an error of fn undoes everything and comes back as it is", func(w *world) {
		mine := errors.New("mine")
		err := w.Update(w.ctx, store.Ingest, func(tx store.Tx) error {
			w.ok(tx.Docs().Put(w.ctx, &store.Doc{Kind: "source", Key: "a", Body: []byte(`{}`)}))
			get(tx.Map().NextVersion(w.ctx))(w)
			e := []store.Entity{entity("a", 1)}
			w.ok(tx.Map().Insert(w.ctx, e))
			return mine
		})
		if !errors.Is(err, mine) {
			w.Fatalf("got %v", err)
		}
		w.view(func(tx store.Tx) {
			_, err := tx.Docs().Get(w.ctx, "source", "a")
			w.fails(err, fault.NotFound)
			equal(w, get(tx.Map().Version(w.ctx))(w), 0)
			equal(w, get(tx.Map().Count(w.ctx, ""))(w), 0)
		})
	}},
	{"a panic of fn leaves the store usable", func(w *world) {
		func() {
			defer func() { recover() }()
			_ = w.Update(w.ctx, store.People, func(tx store.Tx) error {
				w.ok(tx.Docs().Put(w.ctx, &store.Doc{Kind: "source", Key: "a"}))
				panic("mine")
			})
		}()
		w.update(func(tx store.Tx) {
			_, err := tx.Docs().Get(w.ctx, "source", "a")
			w.fails(err, fault.NotFound)
		})
	}},
	{"a view is one snapshot while a writer commits", func(w *world) {
		w.view(func(tx store.Tx) {
			w.insert("a")
			equal(w, get(tx.Map().Count(w.ctx, ""))(w), 0)
			w.insert("b")
			equal(w, get(tx.Map().Count(w.ctx, ""))(w), 0)
			equal(w, get(tx.Map().Version(w.ctx))(w), 0)
		})
		w.view(func(tx store.Tx) { equal(w, get(tx.Map().Count(w.ctx, ""))(w), 2) })
	}},
	{"writes in a view fail", func(w *world) {
		err := w.View(w.ctx, func(tx store.Tx) error {
			return tx.Docs().Put(w.ctx, &store.Doc{Kind: "source", Key: "a"})
		})
		w.fails(err, fault.Internal)
		err = w.View(w.ctx, func(tx store.Tx) error { _, err := tx.Map().NextVersion(w.ctx); return err })
		w.fails(err, fault.Internal)
		w.view(func(tx store.Tx) { equal(w, len(get(tx.Docs().List(w.ctx, "source", "", "", 9))(w)), 0) })
	}},
	{"a person does not wait for the queue of ingestion", peopleFirst},
	{"a caller that gives up in the queue is let go", func(w *world) {
		inside, leave := make(chan struct{}), make(chan struct{})
		var done sync.WaitGroup
		done.Go(func() {
			_ = w.Update(w.ctx, store.Ingest, func(store.Tx) error { close(inside); <-leave; return nil })
		})
		<-inside
		ctx, cancel := context.WithTimeout(w.ctx, 20*time.Millisecond)
		defer cancel()
		err := w.Update(ctx, store.People, func(store.Tx) error { w.Error("it ran"); return nil })
		if !errors.Is(err, context.DeadlineExceeded) {
			w.Errorf("got %v", err)
		}
		close(leave)
		done.Wait()
		w.update(func(store.Tx) {})
	}},
	{"cancel midway commits nothing", func(w *world) {
		ctx, cancel := context.WithCancel(w.ctx)
		err := w.Update(ctx, store.People, func(tx store.Tx) error {
			w.ok(tx.Docs().Put(ctx, &store.Doc{Kind: "source", Key: "a"}))
			cancel()
			return nil
		})
		if !errors.Is(err, context.Canceled) {
			w.Fatalf("got %v", err)
		}
		if err := w.View(ctx, func(store.Tx) error { return nil }); !errors.Is(err, context.Canceled) {
			w.Fatalf("view: %v", err)
		}
		w.view(func(tx store.Tx) { equal(w, len(get(tx.Docs().List(w.ctx, "source", "", "", 9))(w)), 0) })
	}},
	{"reads and writes of a caller that has left end at once", func(w *world) {
		list := w.insert(numbered(500)...)
		ctx, leave := context.WithCancel(w.ctx)
		leave()
		err := w.Update(w.ctx, store.Ingest, func(tx store.Tx) error {
			for _, err := range []error{
				tx.Map().Set(ctx, list), tx.Map().Insert(ctx, []store.Entity{entity("new", 1)}), tx.Docs().Put(ctx, &store.Doc{Kind: "k", Key: "a"}),
			} {
				if !errors.Is(err, context.Canceled) {
					w.Errorf("write: %v", err)
				}
			}
			_, err := tx.Map().ChangedAfter(ctx, 0, 0, 500)
			return err
		})
		if !errors.Is(err, context.Canceled) {
			w.Errorf("read: %v", err)
		}
		w.view(func(tx store.Tx) { equal(w, get(tx.Map().Count(w.ctx, ""))(w), 500) })
	}},
	{"a transaction can't be used after its end", func(w *world) {
		var kept store.Tx
		w.update(func(tx store.Tx) { kept = tx })
		w.fails(kept.Docs().Put(w.ctx, &store.Doc{Kind: "source", Key: "a"}), fault.Internal)
		_, err := kept.Map().Count(w.ctx, "")
		w.fails(err, fault.Internal)
	}},
	{"use after close is unreachable", func(w *world) {
		w.ok(w.Close())
		w.fails(w.Update(w.ctx, store.People, func(store.Tx) error { return nil }), fault.Unreachable)
		w.fails(w.View(w.ctx, func(store.Tx) error { return nil }), fault.Unreachable)
		_, err := w.Probe(w.ctx)
		w.fails(err, fault.Unreachable)
		w.ok(w.Close())
	}},
	{"close waits for what runs", func(w *world) {
		inside, leave := make(chan struct{}), make(chan struct{})
		var over atomic.Bool
		var done sync.WaitGroup
		done.Go(func() {
			_ = w.View(w.ctx, func(tx store.Tx) error {
				close(inside)
				<-leave
				get(tx.Map().Count(w.ctx, ""))(w)
				over.Store(true)
				return nil
			})
		})
		<-inside
		time.AfterFunc(20*time.Millisecond, func() { close(leave) })
		w.ok(w.Close())
		if !over.Load() {
			w.Error("closed under a view")
		}
		done.Wait()
	}},
	{"a probe writes and tells the size", func(w *world) {
		h := get(w.Probe(w.ctx))(w)
		if h.Engine == "" || h.SizeBytes <= 0 {
			w.Fatalf("%+v", h)
		}
	}},
	{"a follower touches the index and nothing else", func(w *world) {
		w.ok(w.Update(w.ctx, store.Follow, func(tx store.Tx) error {
			w.ok(tx.Index().PutRows(w.ctx, []store.IndexRow{indexRow(1, "a")}))
			equal(w, w.find(tx, "a").Entities, []int64{1})
			_, err := tx.Map().ChangedAfter(w.ctx, 0, 0, 1)
			w.fails(err, fault.Internal)
			w.fails(tx.Docs().Put(w.ctx, &store.Doc{Kind: "k", Key: "a"}), fault.Internal)
			return nil
		}))
		w.view(func(tx store.Tx) { equal(w, w.find(tx, "a").Entities, []int64{1}) })
	}},
	{"what was read still holds when it is written", func(w *world) { decideOnce(w, w.Store) }},
	{"versions are the same within a transaction and rise in commit order", func(w *world) { versionsInCommitOrder(w, w.Store) }},
}

func peopleFirst(w *world) {
	inside, leave := make(chan struct{}), make(chan struct{})
	var mu sync.Mutex
	var order []store.Lane
	var done sync.WaitGroup
	note := func(lane store.Lane) func() {
		return func() {
			w.ok(w.Update(w.ctx, lane, func(store.Tx) error {
				mu.Lock()
				defer mu.Unlock()
				order = append(order, lane)
				return nil
			}))
		}
	}
	done.Go(func() {
		_ = w.Update(w.ctx, store.Ingest, func(store.Tx) error { close(inside); <-leave; return nil })
	})
	<-inside
	for range 20 {
		done.Go(note(store.Ingest))
	}
	time.Sleep(50 * time.Millisecond) // they queue
	done.Go(note(store.People))
	time.Sleep(50 * time.Millisecond)
	close(leave)
	done.Wait()
	for i, lane := range order {
		if lane == store.People && i > 4 { // an engine with several writers may have let a few in already
			w.Fatalf("the person came as number %d of %d", i+1, len(order))
		}
	}
}

// decideOnce lets many read that something is not there, and write it under keys of their own: one may.
func decideOnce(w *world, replicas ...store.Store) {
	var done sync.WaitGroup
	for i := range 12 {
		done.Go(func() {
			w.ok(replicas[i%len(replicas)].Update(w.ctx, store.Lane(i%2), func(tx store.Tx) error {
				list, err := tx.Docs().List(w.ctx, "run", "", "", 1)
				if err != nil || len(list) > 0 {
					return err
				}
				time.Sleep(time.Millisecond)
				return tx.Docs().Put(w.ctx, &store.Doc{Kind: "run", Key: string(rune('a' + i))})
			}))
		})
	}
	done.Wait()
	w.view(func(tx store.Tx) { equal(w, len(get(tx.Docs().List(w.ctx, "run", "", "", 99))(w)), 1) })
}

func versionsInCommitOrder(w *world, replicas ...store.Store) {
	const writers, each = 6, 15
	var done, reader sync.WaitGroup
	stop := make(chan struct{})
	reader.Go(func() { // follows the map as an index does, and must miss nothing
		var version, id int64
		seen := map[int64]bool{}
		last := false
		for {
			var page []store.Entity
			w.ok(w.View(w.ctx, func(tx store.Tx) (err error) {
				page, err = tx.Map().ChangedAfter(w.ctx, version, id, 7)
				return err
			}))
			for _, e := range page {
				if e.Version < version {
					w.Errorf("version %d after %d", e.Version, version)
				}
				version, id = e.Version, e.ID
				seen[e.ID] = true
			}
			if last && len(page) == 0 {
				break
			}
			select {
			case <-stop:
				last = true
			default:
			}
		}
		if len(seen) != writers*each*2 {
			w.Errorf("followed %d rows, want %d", len(seen), writers*each*2)
		}
	})
	for i := range writers {
		done.Go(func() {
			for j := range each {
				err := replicas[i%len(replicas)].Update(w.ctx, store.Lane(j%2), func(tx store.Tx) error {
					v, err := tx.Map().NextVersion(w.ctx)
					if err != nil {
						return err
					}
					if again, err := tx.Map().NextVersion(w.ctx); err != nil || again != v {
						w.Errorf("%d, then %d: %v", v, again, err)
					}
					name := string(rune('a'+i)) + string(rune('a'+j))
					return tx.Map().Insert(w.ctx, []store.Entity{entity(name+"1", v), entity(name+"2", v)})
				})
				if err != nil {
					w.Error(err)
				}
			}
		})
	}
	done.Wait()
	close(stop)
	reader.Wait()
	w.view(func(tx store.Tx) {
		equal(w, get(tx.Map().Count(w.ctx, ""))(w), int64(writers*each*2))
		v := get(tx.Map().Version(w.ctx))(w)
		if v < writers*each {
			w.Fatalf("version %d after %d transactions", v, writers*each)
		}
		all := get(tx.Map().ByHash(w.ctx, []model.Hash{entity("aa1", 0).Hash, entity("aa2", 0).Hash}))(w)
		if all[entity("aa1", 0).Hash].Version != all[entity("aa2", 0).Hash].Version {
			w.Fatal("one transaction, two versions")
		}
	})
}
