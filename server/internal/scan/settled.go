package scan

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"sync"
	"time"

	"github.com/purlieu/purlieu/bus"
)

const (
	settledFor  = 5 * time.Minute  // how long a node that announces the same is not looked at again
	settledFull = time.Minute      // the same, where there was no room for all of it
	askAgain    = 10 * time.Second // until what a node was asked for twice is asked for once more; then twice as long each time
)

// announcers remembers what each node announced when it was dealt with, so that a beat costs nothing. Not for long: the answer
// changes without the node, where people decide, other replicas forget, or there is room again.
type announcers struct {
	mu      sync.Mutex
	settled map[string]settledMarks
}

type settledMarks struct {
	marks [32]byte
	until time.Time
	asked int // how often the node was asked for descriptions of them, and has sent none since
}

func (a *announcers) same(node string, marks [32]byte, now time.Time) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	last, known := a.settled[node]
	return known && last.marks == marks && now.Before(last.until)
}

func (a *announcers) settle(node string, marks [32]byte, now time.Time, lasts time.Duration) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.keep(node, settledMarks{marks: marks, until: now.Add(lasts)}, now)
}

// ask notes that a node is asked for descriptions. What is lost the next beat makes good; from then on a node that sends none
// is asked ever more rarely.
func (a *announcers) ask(node string, marks [32]byte, now time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	next := settledMarks{marks: marks, until: now, asked: 1}
	if last := a.settled[node]; last.marks == marks && last.asked > 0 {
		next.asked = last.asked + 1
		next.until = now.Add(min(askAgain<<min(last.asked-1, 10), settledFor))
	}
	a.keep(node, next, now)
}

func (a *announcers) keep(node string, s settledMarks, now time.Time) {
	if a.settled == nil {
		a.settled = map[string]settledMarks{}
	}
	maps.DeleteFunc(a.settled, func(_ string, s settledMarks) bool {
		if s.asked > 0 { // how often is known a while longer
			return now.Sub(s.until) > settledFor
		}
		return !now.Before(s.until)
	})
	a.settled[node] = s
}

func (a *announcers) forget(node string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.settled, node)
}

func (a *announcers) forgetAll() {
	a.mu.Lock()
	defer a.mu.Unlock()
	clear(a.settled)
}

func digestOf(marks []bus.Mark) [32]byte {
	h := sha256.New()
	for _, m := range marks {
		fmt.Fprintf(h, "%q %d %x\n", m.Kind, m.Version, m.Hash)
	}
	return [32]byte(h.Sum(nil))
}
