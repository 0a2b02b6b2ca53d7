package sim

import (
	"fmt"
	"time"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/bus/bustest"
)

// chaos is how bad the world is while it is bad.
type chaos struct {
	faults  bustest.Faults
	crash   float64 // chance per tick that a node loses power
	restart float64 // that a replica starts anew
	forget  float64 // that the bus forgets all
	cut     float64 // that a node is cut off for a while
	store   float64 // that a commit fails, or succeeds unheard
	killed  float64 // that a worker is killed, per piece
	freeze  float64 // that a node stands still, often longer than its leases, and then goes on as if nothing were
	drain   float64 // that a person has a node drain for a while
}

// rage makes the world bad for a while.
func (w *world) rage(d time.Duration) {
	w.bad = true
	w.bus.SetFaults(w.chaos.faults)
	end := w.Now().Add(d)
	w.Every(100*time.Millisecond, func() bool {
		if !w.bad {
			return false
		}
		if w.Now().After(end) {
			w.calm()
			return false
		}
		w.mischief()
		return true
	})
}

// calm makes the world good.
func (w *world) calm() {
	w.bad = false
	for i := range w.drained {
		w.drain(i, false)
	}
	w.bus.SetFaults(bustest.Faults{})
}

// idle reports whether every node lives, reads nothing and waits for no receipt.
func (w *world) idle() bool {
	for i, n := range w.nodes {
		if n == nil || w.cores[0] == nil || n.Busy() > 0 || n.Spooled() > 0 || w.Now().Before(w.thaw[i]) {
			return false
		}
	}
	return true
}

func (w *world) mischief() {
	c := w.chaos
	for i := range w.lives {
		if w.Chance(c.crash) {
			w.crash(i)
		}
		if w.Chance(c.freeze) {
			w.thaw[i] = w.Now().Add(w.Between(0, 3*lease))
		}
		if w.Chance(c.drain) {
			w.drain(i, true)
			w.After(w.Between(0, 6*lease), func() { w.drain(i, false) })
		}
		if w.Chance(c.cut) {
			id := w.nodeID(i)
			w.bus.Cut(id, true)
			w.After(w.Between(0, 3*lease), func() { w.bus.Cut(id, false) })
		}
	}
	for i := range w.cores {
		if w.Chance(c.restart) {
			w.bus.Down(i, true)
			w.cores[i] = nil
			w.After(w.Between(0, 2*lease), func() {
				w.startReplica(i)
				w.bus.Down(i, false)
			})
		}
	}
	if w.Chance(c.forget) {
		w.bus.Forget()
	}
}

// drain is what a person has told a node, and the word of it, which may be lost.
func (w *world) drain(i int, on bool) {
	if w.drained[i] != on {
		w.drained[i] = on
		w.bus.Tell(w.nodeID(i), bus.Tell{V: bus.Version, Kind: bus.TellOrders})
	}
}

// crash takes the power from a node and starts it again later, from what its disk kept.
func (w *world) crash(i int) {
	w.lives[i]++
	dead := w.lives[i]
	w.nodes[i], w.disks[i], w.thaw[i] = nil, w.disks[i].Reboot(), time.Time{}
	w.After(w.Between(0, 2*lease), func() {
		if w.lives[i] == dead {
			if err := w.startNode(i); err != nil {
				panic(fmt.Sprintf("node %d does not start from its disk: %v", i, err))
			}
		}
	})
}
