package node

import (
	"context"
	"encoding/hex"
	"errors"
	"os"
	"time"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/node/internal/console"
)

// run drives the node until ctx ends, then stops it in order.
func (p *process) run(ctx context.Context) error {
	loop, endLoop := context.WithCancel(context.Background())
	defer endLoop()
	ended := make(chan error, 1)
	go func() { ended <- p.node.Run(loop, time.Now) }()
	p.log.Info("the node runs", "node", p.o.State.Node, "account", p.o.State.AccountURL, "version", p.o.Version,
		"slots", p.o.Slots, "state", p.o.StateDir)
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	p.look(console.Running)
	p.broker.Warm()
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
		case <-tick.C:
			if s := p.look(console.Running); s != nil {
				p.rotateIfAsked(ctx, s)
			}
		}
	}
	p.others.Wait()
	p.log.Info("the node stops")
	p.node.Post(p.node.leases.ClaimNoMore)
	p.look(console.Stopping)
	p.broker.Close() // while the loop runs, since workers post to it
	p.flush()
	last := p.ask(console.Stopped)
	endLoop()
	err := <-ended
	p.client.Close()
	p.endWitness(p.node.box.Durable())
	if last != nil {
		last.Connected = false
		err = errors.Join(err, console.Write(p.o.StateDir, *last))
	}
	if err == nil {
		p.log.Info("the node has stopped")
	}
	return err
}

// flush waits until all messages have their receipts, for a while.
func (p *process) flush() {
	deadline := time.After(flushTime)
	for p.client.Connected() {
		s := p.ask(console.Stopping)
		if s == nil || s.Unsent == 0 {
			return
		}
		select {
		case <-deadline:
			p.log.Warn("messages without a receipt stay on disk for the next start", "messages", s.Unsent)
			return
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// look writes the status, tells the node when the account is back, and beats when it is time. It gives the status; nil when
// the loop is busy with a slow disk: then the file grows old, which tells it.
func (p *process) look(state string) *console.Status {
	s := p.ask(state)
	if s == nil {
		return nil
	}
	if err := console.Write(p.o.StateDir, *s); err != nil {
		p.log.Warn("the status could not be written", "err", err)
	}
	if s.Connected && !p.connected {
		p.node.Post(p.node.reconnected)
	}
	p.connected = s.Connected
	if s.Connected && time.Since(p.lastBeat) >= beatEvery {
		p.lastBeat = time.Now()
		p.beat(s)
	}
	return s
}

// ask puts the status together, on the loop and outside of it; nil when the loop does not answer.
func (p *process) ask(state string) *console.Status {
	answer := make(chan console.Status, 1)
	var head bus.Seal
	p.node.Post(func() {
		head = p.node.box.Durable()
		answer <- p.node.status()
	})
	var s console.Status
	select {
	case s = <-answer:
	case <-time.After(lookEvery):
		return nil
	}
	p.attest(&s, head)
	s.V, s.State, s.PID, s.Version, s.Started, s.Written = 1, state, os.Getpid(), p.o.Version, p.started, time.Now()
	s.Node, s.Runtime, s.Account = p.o.State.Node, p.o.State.Runtime, p.o.State.AccountURL
	s.Slots, s.Policy, s.Last, s.Kept = p.o.Slots, p.rules.path, p.warning(), p.gate.kept
	trouble := p.client.Trouble()
	s.Connected = trouble == nil
	if trouble != nil {
		s.Trouble, s.TroubleCode = trouble.Error(), fault.CodeOf(trouble)
	}
	policy, err := p.rules.now()
	if err != nil {
		s.PolicyError = err.Error()
	} else {
		s.TrustAccount = policy.TrustsAccount()
	}
	return &s
}

// status is what the loop knows. It belongs to the loop.
func (n *Node) status() console.Status {
	head := n.box.Head()
	s := console.Status{
		Attempts: n.leases.Busy(), Held: n.leases.Held(), Unsent: n.box.Waiting(), Drained: n.leases.Drained(),
		NewKey: n.leases.NewKey(),
		Ledger: console.Ledger{Index: head.Index, Head: hex.EncodeToString(head.Head[:])},
	}
	if trouble := n.box.Trouble(); trouble != nil {
		s.Disk = trouble.Error()
	}
	return s
}

// beat says to the account that the node lives. A lost beat is no loss.
func (p *process) beat(s *console.Status) {
	all, idle := cpuTicks()
	busy := 0
	if spent := all - p.ticks[0]; p.ticks[0] > 0 && spent > 0 && all > p.ticks[0] {
		busy = int(100 * (spent - min(idle-p.ticks[1], spent)) / spent)
	}
	p.ticks = [2]uint64{all, idle}
	payload, err := bus.Encode(bus.Beat{
		V: bus.Version, Version: p.o.Version, Attempts: s.Attempts, Slots: s.Slots, FreeMB: max(freeMB(), 0), CPU: busy,
		Spooled: s.Unsent, Machine: p.machine, Kinds: p.node.core.Kinds, Drained: s.Drained, Marks: p.kinds.marks,
	})
	if err != nil {
		p.log.Error("a beat could not be written", "err", err)
		return
	}
	p.node.Post(func() {
		p.node.box.Beat(time.Now(), len(payload))
		p.node.core.Link.Request(bus.SubjectBeat, payload, p.kinds.answered)
	})
}
