package scan

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

// looks is a store that counts how many sources and runs are read one by one, and how many descriptions of kinds.
type looks struct {
	store.Store
	n, kinds int
}

func (s *looks) View(ctx context.Context, fn func(store.Tx) error) error {
	return s.Store.View(ctx, func(tx store.Tx) error { return fn(looksTx{tx, s}) })
}

func (s *looks) Update(ctx context.Context, lane store.Lane, fn func(store.Tx) error) error {
	return s.Store.Update(ctx, lane, func(tx store.Tx) error { return fn(looksTx{tx, s}) })
}

type looksTx struct {
	store.Tx
	s *looks
}

func (t looksTx) Docs() store.Docs { return looksDocs{t.Tx.Docs(), t.s} }
func (t looksTx) Runs() store.Runs { return looksRuns{t.Tx.Runs(), t.s} }

type looksDocs struct {
	store.Docs
	s *looks
}

func (d looksDocs) Get(ctx context.Context, kind, key string) (store.Doc, error) {
	switch kind {
	case DocSource:
		d.s.n++
	case DocKind:
		d.s.kinds++
	}
	return d.Docs.Get(ctx, kind, key)
}

type looksRuns struct {
	store.Runs
	s *looks
}

func (r looksRuns) Run(ctx context.Context, id string) (store.Run, error) {
	r.s.n++
	return r.Runs.Run(ctx, id)
}

// shut registers so many closed sources, each with a run that waits.
func (p *protocol) shut(n int) {
	p.Helper()
	for i := range n {
		name := fmt.Sprintf("shut%d", i)
		_, _, err := p.PutSource(p.Context(), model.Source{
			Name: name, Kind: "Garden", Collection: "root", Settings: model.Settings{"host": name + ".example.com"},
			Windows: []model.Window{{From: "13:00", To: "14:00", Zone: "W. Europe Standard Time"}},
		})
		p.ok(err)
		p.scan(name, "all")
		p.start(name, "all")
	}
}

func TestAClaimLooksAtAClosedSourceOnceUntilItOpens(t *testing.T) {
	p := newProtocol(t)
	p.shut(100) // more than a page of units
	s := &looks{Store: p.st}
	p.store = s
	p.openings = openings{} // who started the runs looked
	claim := func(want int) (looked int) {
		t.Helper()
		s.n = 0
		if got := len(p.claim(nodeA, 1)); got != want {
			t.Fatalf("%d units were granted, want %d", got, want)
		}
		return s.n
	}
	if n := claim(0); n != 200 {
		t.Fatalf("the first claim reads %d sources and runs, want each once", n)
	}
	if n := claim(0); n != 0 {
		t.Fatalf("the second claim reads %d sources and runs", n)
	}
	p.pass(11*time.Hour + 59*time.Minute + 59*time.Second)
	if n := claim(0); n != 0 {
		t.Fatalf("a claim just before they open reads %d sources and runs", n)
	}
	p.pass(time.Second) // 13:00 in Berlin
	claim(1)
	p.pass(time.Hour)
	claim(0)
}

func TestWindowsThatAnotherReplicaChangesCountAtTheNextClaim(t *testing.T) {
	p := newProtocol(t)
	other := p.replica()
	other.own = p.own
	set := func(list ...model.Window) {
		t.Helper()
		src, err := other.Source(t.Context(), "plot")
		p.ok(err)
		src.Windows = list
		_, _, err = other.PutSource(t.Context(), src)
		p.ok(err)
	}
	closed := model.Window{From: "12:00", To: "13:00"}
	p.start("plot", "all")
	p.plan(model.Unit{Step: "x"}, model.Unit{Step: "x"}, model.Unit{Step: "x"})
	p.one(nodeA)
	set(closed) // it was known to be open
	if len(p.claim(nodeA, 1)) != 0 {
		t.Fatal("a source that another replica has closed was read")
	}
	set() // it was known to be closed
	p.one(nodeA)
	set(closed)
	if len(p.claim(nodeA, 1)) != 0 {
		t.Fatal("a source that was closed again was read")
	}
	p.update(func(ctx context.Context, tx store.Tx) error { return tx.Docs().Delete(ctx, DocScan, "plot/all", 0) })
	p.ok(other.DeleteSource(t.Context(), "plot")) // runs of a source that is gone end as they would
	p.one(nodeA)
}

func TestAListOfRunsJudgesTheWindowsOfASourceOnce(t *testing.T) {
	p := newProtocol(t)
	p.shut(1)
	for i := range 9 {
		scan := fmt.Sprintf("scan%d", i)
		p.scan("shut0", scan)
		p.start("shut0", scan)
	}
	s := &looks{Store: p.st}
	p.store = s
	p.openings = openings{}
	for range 2 {
		runs, _, err := p.History(t.Context(), RunFilter{}, "", 100)
		p.ok(err)
		for _, v := range runs {
			if v.Closed.Text == "" {
				t.Fatalf("the run of %s does not say why it waits", v.Scan)
			}
		}
		if len(runs) != 10 || s.n != 1 {
			t.Fatalf("for %d runs the source was read %d times", len(runs), s.n)
		}
	}
	p.pass(20 * time.Hour)
	runs, _, err := p.History(t.Context(), RunFilter{}, "", 100)
	p.ok(err)
	if len(runs) != 10 {
		t.Fatalf("%d runs", len(runs))
	}
}

func TestWhatWasReadBeforeAChangeIsNotKnownAfterIt(t *testing.T) {
	p := newProtocol(t)
	o := &p.openings
	shut := opening{hours: hours{judged: p.now, stand: p.now.Add(time.Hour)}}
	o.keep(2, "a", shut)
	o.keep(1, "b", shut) // of a transaction that began before
	if got := o.closed(2, p.now); len(got) != 1 || !got["a"] {
		t.Fatalf("closed are %v", got)
	}
	if got := o.closed(3, p.now); len(got) != 0 {
		t.Fatalf("behind a change %v are known to be closed", got)
	}
	if got := o.closed(2, p.now.Add(-time.Second)); len(got) != 0 {
		t.Fatalf("at a time before the judgement %v are known to be closed", got)
	}
}
