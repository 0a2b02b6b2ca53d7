package scan

import (
	"context"
	"encoding/binary"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

// timed is a store that knows how long its slowest write transaction kept the writer.
type timed struct {
	store.Store
	slowest time.Duration
}

func (s *timed) Update(ctx context.Context, lane store.Lane, fn func(store.Tx) error) error {
	var began time.Time
	err := s.Store.Update(ctx, lane, func(tx store.Tx) error {
		began = time.Now()
		return fn(tx)
	})
	s.slowest = max(s.slowest, time.Since(began))
	return err
}

// packed are n rows of a base, beginning with the given one.
func packed(first, n int) (rows []byte) {
	for i := range n {
		var h model.Hash
		binary.BigEndian.PutUint64(h[:], uint64(first+i)<<32)
		rows = bus.AppendBaseRow(rows, bus.BaseRow{Hash: h, Fingerprint: 1})
	}
	return rows
}

// BenchmarkFinalise ends a run that saw one container of so many assets for the first time, and one that saw all of them
// changed, and tells the longest transaction of both: people wait for it.
func BenchmarkFinalise(b *testing.B) {
	for _, n := range []int{1000, 50_000, 1_000_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			var slowest time.Duration
			for b.Loop() {
				b.StopTimer()
				p := newProtocol(b)
				for range 2 {
					p.store = p.st
					p.saysAll(n)
					s := &timed{Store: p.st}
					p.store = s
					b.StartTimer()
					p.sweep(p.Service)
					b.StopTimer()
					slowest = max(slowest, s.slowest)
				}
				b.StartTimer()
			}
			b.ReportMetric(float64(slowest.Microseconds())/1000, "slowest-ms")
		})
	}
}

// saysAll runs a scan that sees so many assets of one container, up to the point where only finalising is left.
func (p *protocol) saysAll(n int) (id string) {
	p.Helper()
	p.pass(time.Minute)
	id = p.start("plot", "all")
	p.plan(model.Unit{Step: "all"})
	g := p.one(nodeA)
	var parts []store.Part
	for k := 0; k < n; k += 5000 {
		parts = append(parts, store.Part{Container: "/a", Rows: packed(k, min(5000, n-k))})
	}
	p.send(nodeA, g, 0, batch{parts: parts})
	p.done(nodeA, bus.Done{Ref: g.Ref, Batches: 1, Listed: []model.Listed{{Container: "a", Whole: true}}}, bus.Committed)
	return id
}

// BenchmarkRemoval deletes what a person approved of, and brings it back, and tells the longest transaction of each.
func BenchmarkRemoval(b *testing.B) {
	const n = 12_000
	var deleting, undoing time.Duration
	slowest := func(p *protocol, do func() error) time.Duration {
		s := &timed{Store: p.st}
		p.store = s
		b.StartTimer()
		p.ok(do())
		b.StopTimer()
		return s.slowest
	}
	for b.Loop() {
		b.StopTimer()
		p := newProtocol(b)
		p.saw(look{beds: map[string]int{"a": n}})
		v := p.saw(look{beds: map[string]int{"a": 1}})
		deleting = max(deleting, slowest(p, func() error {
			_, err := p.Decide(b.Context(), v.Proposal, true, "person:kim")
			return err
		}))
		undoing = max(undoing, slowest(p, func() error {
			back, err := p.Undo(b.Context(), v.ID, "person:kim")
			if back != n-1 {
				b.Errorf("%d came back", back)
			}
			return err
		}))
		b.StartTimer()
	}
	b.ReportMetric(float64(deleting.Microseconds())/1000, "delete-ms")
	b.ReportMetric(float64(undoing.Microseconds())/1000, "undo-ms")
}

// BenchmarkClaimOfClosedSources claims while the runs of so many closed sources wait, each with so many units, and tells what
// the first claim of a replica takes, too: people wait for both.
func BenchmarkClaimOfClosedSources(b *testing.B) {
	for _, c := range []struct{ sources, units int }{{10, 1}, {10, 100}, {1000, 1}, {1000, 100}} {
		b.Run(fmt.Sprintf("%dx%d", c.sources, c.units), func(b *testing.B) {
			p := newProtocol(b)
			p.shut(c.sources)
			p.more(c.units - 1)
			s := &timed{Store: p.st}
			p.store = s
			p.claim(nodeA, 4)
			for b.Loop() {
				p.claim(nodeA, 4)
			}
			b.ReportMetric(float64(s.slowest.Microseconds())/1000, "first-ms")
		})
	}
}

// more queues so many units more for each that waits.
func (p *protocol) more(units int) {
	p.Helper()
	p.update(func(ctx context.Context, tx store.Tx) error {
		list, err := tx.Runs().ListUnits(ctx, store.UnitQuery{States: []model.UnitState{model.UnitQueued}, Limit: 10_000})
		for _, u := range list {
			if err == nil {
				err = tx.Runs().AddUnits(ctx, slices.Repeat([]store.Unit{u}, units))
			}
		}
		return err
	})
}
