package storetest

import (
	"slices"
	"sync"
	"time"

	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

var replicaTests = []struct {
	name string
	run  func(w *world, replicas []store.Store)
}{
	{"what was read on one still holds when it is written there", func(w *world, replicas []store.Store) { decideOnce(w, replicas...) }},
	{"versions of all rise in one commit order", func(w *world, replicas []store.Store) { versionsInCommitOrder(w, replicas...) }},
	{"a unit is claimed once, whoever asks", claimOnce},
	{"what one committed the other sees at once", func(w *world, replicas []store.Store) {
		for i := range 20 {
			key := numbered(i + 1)[i]
			w.ok(replicas[i%2].Update(w.ctx, store.People, func(tx store.Tx) error {
				return tx.Docs().Put(w.ctx, &store.Doc{Kind: "k", Key: key})
			}))
			w.ok(replicas[1-i%2].View(w.ctx, func(tx store.Tx) error {
				_, err := tx.Docs().Get(w.ctx, "k", key)
				return err
			}))
		}
	}},
	{"a follower of one runs beside a writer of the other", func(w *world, replicas []store.Store) {
		w.ok(replicas[0].Update(w.ctx, store.Ingest, func(tx store.Tx) error {
			w.ok(tx.Docs().Put(w.ctx, &store.Doc{Kind: "k", Key: "a"}))
			return replicas[1].Update(w.ctx, store.Follow, func(tx store.Tx) error {
				return tx.Index().PutRows(w.ctx, []store.IndexRow{indexRow(1, "a")})
			})
		}))
		w.view(func(tx store.Tx) { equal(w, w.find(tx, "a").Entities, []int64{1}) })
	}},
	{"a person waits for one transaction of the other, not for its queue", personBetween},
}

func claimOnce(w *world, replicas []store.Store) {
	const many = 60
	units := make([]store.Unit, many)
	for i := range units {
		units[i] = unit("r", int32(i%3))
	}
	w.update(func(tx store.Tx) { w.ok(tx.Runs().AddUnits(w.ctx, units)) })
	var mu sync.Mutex
	claimed := map[int64]int{}
	var done sync.WaitGroup
	for i := range 4 {
		done.Go(func() {
			for {
				var got []store.Unit
				w.ok(replicas[i%2].Update(w.ctx, store.People, func(tx store.Tx) (err error) {
					got, err = tx.Runs().ListUnits(w.ctx, store.UnitQuery{
						Runtime: "dmz", States: []model.UnitState{model.UnitQueued}, Claim: true, Limit: 3,
					})
					for j := range got {
						got[j].State, got[j].Node = model.UnitLeased, string(rune('a'+i))
						if err == nil {
							err = tx.Runs().SetUnit(w.ctx, got[j])
						}
					}
					return err
				}))
				if len(got) == 0 {
					return
				}
				mu.Lock()
				for _, u := range got {
					claimed[u.ID]++
				}
				mu.Unlock()
			}
		})
	}
	done.Wait()
	for id, n := range claimed {
		if n != 1 {
			w.Errorf("unit %d was claimed %d times", id, n)
		}
	}
	equal(w, len(claimed), many)
}

// personBetween asks twice. When writers queue no engine tells, so that it takes them to do so after a while; on a machine
// that is busy they may not have got there, and who then comes in another order is given more time.
func personBetween(w *world, replicas []store.Store) {
	for wait, good := 50*time.Millisecond, 0; good < 2; {
		place, all := personAmong(w, replicas, wait)
		if place <= 4 {
			good++
			continue
		}
		if wait, good = 4*wait, 0; wait > 4*time.Second {
			w.Fatalf("the person came as number %d of %d", place, all)
		}
	}
}

// personAmong lets a person come behind a queue, each a while after the one before, and gives the place in which it was served.
func personAmong(w *world, replicas []store.Store, wait time.Duration) (place, all int) {
	inside, leave := make(chan struct{}), make(chan struct{})
	var mu sync.Mutex
	var order []store.Lane
	var done sync.WaitGroup
	done.Go(func() {
		_ = replicas[0].Update(w.ctx, store.Ingest, func(store.Tx) error { close(inside); <-leave; return nil })
	})
	<-inside
	note := func(s store.Store, lane store.Lane) {
		done.Go(func() {
			w.ok(s.Update(w.ctx, lane, func(store.Tx) error {
				mu.Lock()
				defer mu.Unlock()
				order = append(order, lane)
				return nil
			}))
		})
	}
	for i := range 20 {
		note(replicas[i%2], store.Ingest)
	}
	time.Sleep(wait)
	note(replicas[1], store.People)
	time.Sleep(wait)
	close(leave)
	done.Wait()
	return slices.Index(order, store.People) + 1, len(order)
}
