package broker

import (
	"context"
	"sync"
	"time"

	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/node/internal/pipe"
)

// Times of the supervision.
const (
	stopGrace  = 2 * time.Second        // between cancel and kill
	watchEvery = 100 * time.Millisecond // memory, deadline

	longestUnit = 24 * time.Hour // whatever the account says
)

// place waits for room at the source, then for a slot; without them leave is nil, and the result says why. The attempt's
// time begins behind the wait. With a strict budget it begins with the attempt: the account keeps its share of the
// source from the claim on, and gives it to another behind the deadline.
func (a *attempt) place(kind *model.Kind) (leave func(), why Result) {
	ctx := a.ctx
	if limit := a.deadline(); limit > 0 && a.grant.Budget.Strict {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, limit-a.b.cfg.Clock().Sub(a.began))
		defer cancel()
	}
	at := a.b.cfg.Clock()
	quit, err := a.b.crowd.enter(ctx, placesOf(kind, a.grant.Settings))
	at = a.waited(at, lateConnection)
	if err == nil {
		select {
		case a.b.slots <- struct{}{}:
			a.waited(at, lateSlot)
			return func() { <-a.b.slots; quit() }, Result{}
		case <-ctx.Done():
			a.waited(at, lateSlot)
			quit()
		}
	}
	if a.ctx.Err() != nil {
		return nil, Result{} // stopped
	}
	return nil, a.late(0)
}

// What helps where an attempt is late, by what took most of its time.
const (
	lateAccount    = "The account was late with what the last scan saw: look at the node's connection to it"
	lateVault      = "The vault was late with the secrets: look why, or at the node's connection to it"
	lateConnection = "Have limits.connections raised in the node's policy, or let fewer units of the source be read at once"
	lateSlot       = "Have limits.attempts raised in the node's policy, or give the runtime another node"
	lateReading    = "Raise the unit deadline of the source's budget, or narrow the scan"
)

// waits are what an attempt has waited for beside its reading, for the remedy of a late one. They are safe for concurrent use.
type waits struct {
	mu      sync.Mutex
	longest wait      // of those before it was read
	opens   time.Time // since when its secrets are opened again, behind these; zero: they are not
	opened  time.Duration
}

// wait is a time, and what helps where it was too long.
type wait struct {
	took   time.Duration
	remedy string
}

// waited notes what the attempt has waited for since a time, and gives the time.
func (a *attempt) waited(since time.Time, remedy string) time.Time {
	now := a.b.cfg.Clock()
	a.waits.mu.Lock()
	defer a.waits.mu.Unlock()
	if took := now.Sub(since); took > a.waits.longest.took {
		a.waits.longest = wait{took, remedy}
	}
	return now
}

// use gives the secrets. What it takes to open them again is the vault's time, though the attempt is being read by then.
func (a *attempt) use(k *keys) (map[string][]byte, error) {
	mark := func(opens time.Time) {
		a.waits.mu.Lock()
		defer a.waits.mu.Unlock()
		if opens.IsZero() {
			a.waits.opened = a.b.cfg.Clock().Sub(a.waits.opens)
		}
		a.waits.opens = opens
	}
	mark(a.b.cfg.Clock())
	defer mark(time.Time{})
	return k.use()
}

// late is the result of an attempt that took longer than it may and was read for a part of that.
func (a *attempt) late(reading time.Duration) Result {
	a.waits.mu.Lock()
	defer a.waits.mu.Unlock()
	vault, longest := a.waits.opened, a.waits.longest
	if !a.waits.opens.IsZero() {
		vault = a.b.cfg.Clock().Sub(a.waits.opens)
	}
	if vault > longest.took {
		longest = wait{vault, lateVault}
	}
	remedy := lateReading
	if a.grant.Budget.Strict && longest.took > reading-vault {
		remedy = longest.remedy
	}
	return failed("UnitDeadline", remedy, true)
}

// watch ends the process when the attempt is stopped, takes too long or grows too big.
func (a *attempt) watch(p *process, done <-chan struct{}) {
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	stop, last, spent := a.ctx.Done(), a.b.cfg.Clock(), time.Duration(0)
	if a.grant.Budget.Strict {
		spent = last.Sub(a.began)
	}
	before := spent
	var killAt <-chan time.Time
	cancel := func() {
		stop, killAt = nil, time.After(stopGrace)
		go func() { _ = p.w.Send(pipe.KindCancel, nil) }() // it may block: the kill frees it
	}
	for {
		select {
		case <-done:
			return
		case <-p.exited:
			return
		case <-stop:
			cancel()
		case <-killAt:
			p.kill()
			return
		case <-tick.C:
			now := a.b.cfg.Clock()
			if !a.held.Load() {
				spent += now.Sub(last)
			}
			last = now
			if limit := a.deadline(); limit > 0 && spent > limit && killAt == nil {
				a.blamed(a.late(spent - before))
				cancel()
			}
			size, ok := p.memory()
			if ok {
				a.size.Store(size)
			}
			if ok && a.b.cfg.MemoryMB > 0 && size > int64(a.b.cfg.MemoryMB)<<20 {
				a.blamed(failed("WorkerOutOfMemory", "Raise the worker memory of the node", false))
				p.kill()
				return
			}
		}
	}
}

func (a *attempt) deadline() time.Duration {
	if s := a.grant.Budget.UnitSeconds; s > 0 {
		return time.Duration(min(s, int(longestUnit/time.Second))) * time.Second
	}
	return a.b.cfg.UnitDeadline
}

func (a *attempt) blamed(r Result) { a.blame.CompareAndSwap(nil, &r) }
