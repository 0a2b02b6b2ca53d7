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
	settledFor  = 5 * time.Minute // how long a node that announces the same is not looked at again
	settledFull = time.Minute     // the same, where there was no room for all of it
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
	if a.settled == nil {
		a.settled = map[string]settledMarks{}
	}
	maps.DeleteFunc(a.settled, func(_ string, s settledMarks) bool { return !now.Before(s.until) })
	a.settled[node] = settledMarks{marks, now.Add(lasts)}
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
