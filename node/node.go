// Package node is one process of an integration runtime: it dials out, claims units, reads them in workers and lets
// facts leave by one door.
//
// Everything that a node decides happens on its *loop*, one thing after another: Step and the callbacks of link and
// launcher run there. Run drives the loop in real time; the simulated world drives the same node by Step alone.
package node

import (
	"context"
	"crypto/ed25519"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/node/internal/attempt"
	"github.com/purlieu/purlieu/node/internal/broker"
	"github.com/purlieu/purlieu/node/internal/disk"
	"github.com/purlieu/purlieu/node/internal/lease"
	"github.com/purlieu/purlieu/node/internal/outbox"
)

// Core is what a node is made of; every part can be a simulated one.
type Core struct {
	ID         string // bus.NodeID
	Kinds      []string
	Slots      int
	Renew      time.Duration // between renewals; 2 s
	Look       time.Duration // between claims while there is no work; 3 s
	MaxSpool   int64         // bytes; 0 is 256 MiB
	Link       bus.Link
	Launcher   broker.Launcher
	Disk       disk.Disk
	Rand       *rand.Rand
	Log        *slog.Logger
	AccountKey func() ed25519.PublicKey // receipts are signed with it; nil leaves them unverified
	FreeMB     func() int               // see lease.Config, as UnitMB
	UnitMB     int
	// Vouch checks node-local sources: see lease.Config.
	Vouch func(list []bus.Local, answer func(sources []string))
}

// Node is one node. All methods but Run and Post belong to its loop.
type Node struct {
	core     Core
	leases   *lease.Machine
	follower *attempt.Follower
	box      *outbox.Box
	posted   posts
}

// posts are functions that wait for the loop.
type posts struct {
	mu   sync.Mutex
	list []func()
	bell chan struct{}
}

func (p *posts) add(f func()) {
	p.mu.Lock()
	p.list = append(p.list, f)
	p.mu.Unlock()
	select {
	case p.bell <- struct{}{}:
	default:
	}
}

func (p *posts) take() []func() {
	p.mu.Lock()
	defer p.mu.Unlock()
	list := p.list
	p.list = nil
	return list
}

// New makes a node from what its disk holds: messages of an earlier life are offered again.
func New(c Core) (*Node, error) {
	if c.Renew == 0 {
		c.Renew = 2 * time.Second
	}
	if c.Look == 0 {
		c.Look = 3 * time.Second
	}
	box, err := outbox.Open(c.Disk, c.Link, c.Rand, c.Log, outbox.Config{Node: c.ID, MaxSpool: c.MaxSpool, AccountKey: c.AccountKey})
	if err != nil {
		return nil, err
	}
	n := &Node{core: c, box: box, posted: posts{bell: make(chan struct{}, 1)}}
	n.follower = attempt.New(c.Link, c.Launcher, box, c.Renew/4, c.Log)
	n.leases = lease.New(lease.Config{
		Slots: c.Slots, Kinds: c.Kinds, Renew: c.Renew, Look: c.Look, Vouch: c.Vouch, FreeMB: c.FreeMB, UnitMB: c.UnitMB,
	}, c.Link, n.follower, c.Rand, c.Log)
	n.follower.Attach(n.leases)
	box.OnDelivered(func(ref bus.AttemptRef, d outbox.Delivery) {
		if d.Status != bus.Committed {
			c.Log.Warn("attempt not wanted any more", "unit", ref.Unit, "attempt", ref.Attempt, "status", d.Status, "code", d.Code)
		}
		n.follower.Left(ref)
	})
	var kept []bus.AttemptRef
	for _, a := range box.Attempts() {
		kept = append(kept, a.Ref)
	}
	n.leases.Hold(kept)
	return n, nil
}

// Step does what is due and says when to come back at the latest. The outbox comes first, since it frees what the
// others wait for, and last, since it seals what they made.
func (n *Node) Step(now time.Time) time.Time {
	n.box.Step(now)
	next := now.Add(n.core.Look)
	n.box.Hold(n.leases.Silent())
	for _, part := range []func(time.Time) time.Time{n.follower.Step, n.leases.Step, n.box.Step} {
		if t := part(now); !t.IsZero() && t.Before(next) {
			next = t
		}
	}
	return next
}

// Ring says that work may be waiting.
func (n *Node) Ring() { n.leases.Ring() }

// reconnected says that the account can be reached again: what waits is sent, and work asked for, at once.
func (n *Node) reconnected() {
	n.box.Reconnected()
	n.leases.Ring()
}

// Tell takes the account's word that it has something to say.
func (n *Node) Tell(order bus.Tell) {
	switch order.Kind {
	case bus.TellStop:
		n.leases.RenewNow()
	case bus.TellOrders:
		n.leases.AskOrders()
	}
}

// Busy counts attempts that are being read.
func (n *Node) Busy() int { return n.leases.Busy() }

// Spooled counts messages without a receipt.
func (n *Node) Spooled() int { return n.box.Waiting() }

// Post runs f on the loop, soon. It may be called from any goroutine and never blocks; after the loop has ended it does
// nothing. Whoever posts facts waits for their release before it posts more: that bounds what waits.
func (n *Node) Post(f func()) { n.posted.add(f) }

// Run drives the loop until ctx ends, then seals what was handed to the outbox. now is the clock: time.Now in a process.
func (n *Node) Run(ctx context.Context, now func() time.Time) error {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return n.box.Close(now())
		case <-n.posted.bell:
		case <-timer.C:
		}
		for _, f := range n.posted.take() { // before the step, also the first: what may leave depends on it
			f()
		}
		next := n.Step(now())
		timer.Reset(max(next.Sub(now()), time.Millisecond))
	}
}
