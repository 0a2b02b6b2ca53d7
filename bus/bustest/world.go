// Package bustest is the simulated world of the work protocol: a virtual clock, a seeded scheduler, and a bus that
// drops, doubles, delays, reorders, partitions and forgets.
//
// The world runs the shipped packages, not a model of them: whoever takes part is driven by its events, one at a time,
// in an order that the seed alone decides. A seed that fails once fails always.
package bustest

import (
	"container/heap"
	"math/rand/v2"
	"time"
)

// World is a virtual time line. Not safe for concurrent use: everything in it happens one after another.
type World struct {
	Rand *rand.Rand
	now  time.Time
	next events
	made uint64
}

// NewWorld makes a world that begins at a fixed time.
func NewWorld(seed uint64) *World {
	return &World{Rand: rand.New(rand.NewPCG(seed, 0x9e3779b97f4a7c15)), now: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
}

// Now is the world's time.
func (w *World) Now() time.Time { return w.now }

// After lets something happen later. Two things due at the same time happen in the order in which they were asked for.
func (w *World) After(d time.Duration, do func()) {
	w.made++
	heap.Push(&w.next, event{at: w.now.Add(max(d, 0)), order: w.made, do: do})
}

// Every lets something happen again and again, at a period that wavers by a fifth, until do returns false.
func (w *World) Every(period time.Duration, do func() bool) {
	var again func()
	again = func() {
		if do() {
			w.After(w.Between(period*4/5, period*6/5), again)
		}
	}
	w.After(w.Between(0, period), again)
}

// Between is a random duration in [low, high].
func (w *World) Between(low, high time.Duration) time.Duration {
	return low + time.Duration(w.Rand.Int64N(int64(high-low)+1))
}

// Chance is true with probability p.
func (w *World) Chance(p float64) bool { return w.Rand.Float64() < p }

// Run lets time pass until done is true or the world is limit older. It reports whether done became true.
func (w *World) Run(limit time.Duration, done func() bool) bool {
	end := w.now.Add(limit)
	for !done() {
		if len(w.next) == 0 || w.next[0].at.After(end) {
			return false
		}
		e := heap.Pop(&w.next).(event)
		w.now = e.at
		e.do()
	}
	return true
}

type event struct {
	at    time.Time
	order uint64
	do    func()
}

type events []event

func (e events) Len() int { return len(e) }
func (e events) Less(i, j int) bool {
	if e[i].at.Equal(e[j].at) {
		return e[i].order < e[j].order
	}
	return e[i].at.Before(e[j].at)
}
func (e events) Swap(i, j int) { e[i], e[j] = e[j], e[i] }
func (e *events) Push(x any)   { *e = append(*e, x.(event)) }
func (e *events) Pop() any {
	old := *e
	last := old[len(old)-1]
	old[len(old)-1] = event{}
	*e = old[:len(old)-1]
	return last
}
