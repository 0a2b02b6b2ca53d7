package bustest

import (
	"context"
	"time"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/fault"
)

// Faults is how bad a bus is. The zero value is a perfect one.
type Faults struct {
	Drop    float64 // of a request or an answer
	Double  float64 // of a request
	Late    float64 // that a message takes up to LateBy
	LateBy  time.Duration
	Latency time.Duration // of every other message, at most
	Timeout time.Duration // after which a node gives up on an answer; 2 s when zero
}

// Bus carries requests of nodes to replicas of the account. It may forget everything at any moment.
type Bus struct {
	world    *World
	faults   Faults
	replicas []bus.Handler
	down     map[int]bool    // replicas that do not answer
	cut      map[string]bool // nodes that reach nobody
	epoch    int             // messages of an earlier epoch are forgotten
	rings    map[string][]ringer
	tells    map[string]func(bus.Tell)
	// Delivered counts requests that reached a replica.
	Delivered int
}

type ringer struct {
	node string
	ring func()
}

// NewBus makes a bus to replicas.
func NewBus(w *World, f Faults, replicas ...bus.Handler) *Bus {
	if f.Timeout == 0 {
		f.Timeout = 2 * time.Second
	}
	return &Bus{world: w, faults: f, replicas: replicas, down: map[int]bool{}, cut: map[string]bool{}, rings: map[string][]ringer{}, tells: map[string]func(bus.Tell){}}
}

// SetReplica puts another handler in a replica's place: the replica was started anew.
func (b *Bus) SetReplica(i int, h bus.Handler) { b.replicas[i] = h }

// SetFaults makes the bus better or worse from now on.
func (b *Bus) SetFaults(f Faults) {
	if f.Timeout == 0 {
		f.Timeout = b.faults.Timeout
	}
	b.faults = f
}

// Down takes a replica off the bus, or puts it back.
func (b *Bus) Down(replica int, down bool) { b.down[replica] = down }

// Cut takes a node off the bus, or puts it back.
func (b *Bus) Cut(node string, cut bool) { b.cut[node] = cut }

// Forget loses everything that is on its way.
func (b *Bus) Forget() { b.epoch++ }

// Link is a node's way in. alive is asked before an answer is given: a node that died hears nothing.
func (b *Bus) Link(node string, alive func() bool) bus.Link { return &link{b, node, alive} }

// OnRing lets a node hear the doorbell of its runtime; bells may be lost as anything else.
func (b *Bus) OnRing(runtime, node string, ring func()) {
	b.rings[runtime] = append(b.rings[runtime], ringer{node, ring})
}

// Ring rings at the nodes of a runtime.
func (b *Bus) Ring(runtime string) {
	for _, r := range b.rings[runtime] {
		if b.lost(r.node) {
			continue
		}
		b.send(r.ring)
	}
}

// OnTell lets a node hear the account's orders; orders may be lost as anything else.
func (b *Bus) OnTell(node string, tell func(bus.Tell)) { b.tells[node] = tell }

// Tell sends an order to a node, if it is there.
func (b *Bus) Tell(node string, order bus.Tell) {
	if tell := b.tells[node]; tell != nil && !b.lost(node) {
		b.send(func() { tell(order) })
	}
}

func (b *Bus) lost(node string) bool { return b.cut[node] || b.world.Chance(b.faults.Drop) }

// send lets a message arrive, unless the bus forgets it before.
func (b *Bus) send(arrive func()) {
	d := b.world.Between(0, b.faults.Latency)
	if b.world.Chance(b.faults.Late) {
		d = b.world.Between(0, b.faults.LateBy)
	}
	epoch := b.epoch
	b.world.After(d, func() {
		if epoch == b.epoch {
			arrive()
		}
	})
}

type link struct {
	bus   *Bus
	node  string
	alive func() bool
}

// Request implements bus.Link.
func (l *link) Request(subject bus.Subject, payload []byte, answered func([]byte, error)) {
	b, over := l.bus, false
	finish := func(answer []byte, err error) {
		if !over && l.alive() {
			over = true
			answered(answer, err)
		}
	}
	b.world.After(b.faults.Timeout, func() {
		finish(nil, fault.New(fault.Unreachable, "NoAnswer", "the account did not answer"))
	})
	times := 1
	if b.world.Chance(b.faults.Double) {
		times = 2
	}
	for range times {
		if b.lost(l.node) {
			continue
		}
		b.send(func() { b.deliver(l.node, subject, payload, finish) })
	}
}

func (b *Bus) deliver(node string, subject bus.Subject, payload []byte, finish func([]byte, error)) {
	i := b.world.Rand.IntN(len(b.replicas))
	for range b.replicas {
		if !b.down[i] {
			break
		}
		i = (i + 1) % len(b.replicas)
	}
	if b.down[i] || b.cut[node] {
		return
	}
	b.Delivered++
	answer, err := b.replicas[i].Handle(context.Background(), node, subject, payload)
	if err != nil || b.lost(node) {
		return
	}
	b.send(func() {
		if !b.cut[node] {
			finish(answer, nil)
		}
	})
}
