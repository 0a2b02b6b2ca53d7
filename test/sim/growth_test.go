package sim

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/purlieu/purlieu/model"
)

// sprout is an orchard of a few tables, and flourish what it is the next day: more than ten times as much.
func sprout(seed uint64) *orchard {
	o := &orchard{page: 5, weighs: seed%2 == 1}
	o.databases = []database{{name: "db/0", schemas: []schema{{name: "schema 0"}}}}
	o.plant(0, int(seed%3))
	return o
}

func (o *orchard) flourish(seed uint64) {
	for len(o.databases[0].schemas) < 6 {
		o.databases[0].schemas = append(o.databases[0].schemas, schema{name: fmt.Sprintf("schema %d", len(o.databases[0].schemas))})
	}
	for s := range o.databases[0].schemas {
		o.plant(s, 14+int(seed+uint64(s))%7)
	}
}

// plant adds tables to a schema.
func (o *orchard) plant(s, n int) {
	sc := &o.databases[0].schemas[s]
	for range n {
		i := len(sc.tables)
		sc.tables = append(sc.tables, table{name: fmt.Sprintf("table_%02d", i), native: fmt.Sprint(s, ".", i), columns: []string{"a", "b"}, rows: int64(i)})
	}
}

// outgrow scans an orchard, lets it flourish, scans it again, and answers what that asks.
func outgrow(seed, source uint64, c chaos, replicas, nodes int, approve bool) (asked, after string, err error) {
	tree := sprout(source)
	w, err := newWorld(seed, tree, c, replicas, nodes)
	if err != nil {
		return "", "", err
	}
	defer w.close()
	w.rage(10 * time.Second)
	if state, err := w.scan(); err != nil || state != model.RunSucceeded {
		return "", "", fmt.Errorf("the first scan is %s: %w", state, err)
	}
	before := tree.size()
	tree.flourish(source)
	most := max(10*before, askAbove)
	if tree.size() <= most {
		return "", "", fmt.Errorf("the orchard has grown from %d to %d only", before, tree.size())
	}
	w.calm()
	id, err := w.begin() // heard: a second run would wait behind one that nobody asks about
	if err != nil {
		return "", "", err
	}
	w.rage(15 * time.Second)
	proposal := ""
	if !w.Run(10*time.Minute, func() bool {
		if core := w.cores[0]; core != nil && proposal == "" {
			if v, err := core.Scans.Run(w.ctx, id); err == nil {
				proposal = v.Proposal
			}
		}
		return proposal != ""
	}) {
		return "", "", errors.New("the run asks nothing")
	}
	w.Run(5*time.Second, func() bool { return false }) // what is on its way comes
	held, err := w.dump()
	if err != nil {
		return "", "", err
	}
	if n := int64(strings.Count(held, "\n")); c == (chaos{}) && n > most+before+1 { // lost attempts bring some more
		return "", "", fmt.Errorf("the map holds %d assets while the run asks, which may bring %d", n, most)
	}
	if w.Run(20*time.Second, func() bool { return false }); w.must(w.dump()) != held {
		return "", "", errors.New("the map changes while the run asks")
	}
	w.rage(15 * time.Second)
	if !w.Run(time.Minute, func() bool {
		core := w.cores[0]
		if core == nil {
			return false
		}
		p, err := core.Scans.Decide(w.ctx, proposal, approve, "person:kim")
		if err != nil { // what the store committed unheard is decided
			p, err = core.Scans.Proposal(w.ctx, proposal)
		}
		return err == nil && p.State != "open"
	}) {
		return "", "", errors.New("the question could not be answered")
	}
	state, err := w.ended(id)
	if err != nil {
		return "", "", err
	}
	after, err = w.dump()
	switch {
	case err != nil:
	case !approve && (state != model.RunCanceled || after != held):
		err = fmt.Errorf("the rejected run is %s, or has changed the map:\n%s", state, firstDifference(held, after))
	case approve && state != model.RunSucceeded:
		err = fmt.Errorf("the approved run is %s", state)
	}
	if err != nil {
		return held, after, err
	}
	if !approve {
		return held, after, w.bare()
	}
	w.done = append(w.done, id)
	return held, after, w.tidy()
}

// must is for what can't fail in memory.
func (w *world) must(text string, err error) string {
	if err != nil {
		panic(err)
	}
	return text
}

func TestARunThatGrowsAsksAndGoesOnWhateverHappens(t *testing.T) {
	var want [sources]string
	for i := range want {
		var err error
		if _, want[i], err = outgrow(1, uint64(i), chaos{}, 1, 1, true); err != nil {
			t.Fatalf("undisturbed source %d: %v", i, err)
		}
	}
	var next atomic.Uint64
	next.Store(*from)
	end := *from + max(seedsToTry()/40, 1)
	var wait sync.WaitGroup
	for range 2 {
		wait.Go(func() {
			for {
				seed := next.Add(1) - 1
				if seed >= end || t.Failed() {
					return
				}
				again := fmt.Sprintf("go test ./test/sim -run Grows -from %d -seeds 1", seed)
				source, approve := seed%sources, seed%4 != 3
				_, after, err := outgrow(seed, source, badness(seed), 1+int(seed%2), 1+int(seed%3), approve)
				switch {
				case err != nil:
					t.Errorf("seed %d: %v\nagain: %s", seed, err, again)
				case approve && after != want[source]:
					t.Errorf("seed %d: the map differs:\n%s\nagain: %s", seed, firstDifference(want[source], after), again)
				}
			}
		})
	}
	wait.Wait()
}
