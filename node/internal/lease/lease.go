// Package lease claims units for a node, renews what it holds and gives it back.
//
// A *claim* asks for as many attempts as there are free *slots*. What was granted is *held*: named in each *renewal*
// until it is released, also after its work has ended, while its messages wait for receipts. Work stops when a renewal
// is answered stop; silence is not an answer: a node that has lost the account finishes what it holds and starts no
// other. A *drained* machine holds on to what it has and claims no slots: the answers still say whether it may. The machine
// is a step machine: it runs on the caller's loop, starts no goroutine and reads no clock.
package lease

import (
	"cmp"
	"log/slog"
	"maps"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/purlieu/purlieu/bus"
)

// Bounds, whatever the account says and however long it is away.
const (
	maxWaitMS = 600_000 // that an account may ask for
	maxHeld   = 1024    // attempts held; more are not claimed, so that a renewal can always name all
)

// Config is what the machine can be told.
type Config struct {
	Slots int           // attempts at work at once
	Kinds []string      // source kinds that the node can read
	Renew time.Duration // between renewals, at most; 2 s. A third of the shortest lease that was granted, where that is less
	Look  time.Duration // between claims while there is no work; 3 s
	// Vouch checks node-local sources and answers, on the loop, with the names of those that are what they should be. It
	// does not block; nil vouches for none.
	Vouch func(list []bus.Local, answer func(sources []string))
	// FreeMB tells the memory that new work could have, as in bus.Claim; nil for none to tell.
	FreeMB func() int
	UnitMB int // the most that one attempt may take; 0 for none to tell
}

// Work is what becomes of grants and verdicts.
type Work interface {
	// Start begins an attempt. It never blocks.
	Start(grant bus.Grant)
	// Stop ends an attempt; the machine has forgotten it.
	Stop(ref bus.AttemptRef, verdict bus.Verdict)
}

// Machine is the state of a node's leases.
type Machine struct {
	cfg  Config
	link bus.Link
	work Work
	rng  *rand.Rand
	log  *slog.Logger

	now    time.Time
	held   map[bus.AttemptRef]bool // true while it takes a slot
	busy   int
	ending bool // the process stops
	orders bus.Orders
	asked  int // slots of the claim that is under way
	serial uint64

	claiming bool
	claimAt  time.Time
	renewing bool
	renewAt  time.Time
	locals   map[string]time.Time // sources that the node vouches for, until when
	checking bool
	silent   bool // the last renewal was not answered, or none was since the attempts of an earlier life came
}

// New makes a machine that holds nothing and claims at its first step.
func New(cfg Config, link bus.Link, work Work, rng *rand.Rand, log *slog.Logger) *Machine {
	return &Machine{cfg: cfg, link: link, work: work, rng: rng, log: log, held: map[bus.AttemptRef]bool{}, locals: map[string]time.Time{}}
}

// Hold adds attempts of an earlier life of the node, whose messages still wait: they take no slot.
func (m *Machine) Hold(refs []bus.AttemptRef) {
	for _, ref := range refs {
		m.held[ref] = false
		m.silent = true
	}
	m.renewAt = m.now
}

// Ended frees the slot of an attempt whose worker is through. It stays held until Release.
func (m *Machine) Ended(ref bus.AttemptRef) {
	if m.held[ref] {
		m.held[ref] = false
		m.busy--
		m.claimAt = m.now
	}
}

// Release forgets an attempt: its last message has its receipt.
func (m *Machine) Release(ref bus.AttemptRef) {
	m.Ended(ref)
	delete(m.held, ref)
}

// Ring says that work may be waiting.
func (m *Machine) Ring() { m.claimAt = m.now }

// RenewNow asks for verdicts at the next step: the account said that one is waiting.
func (m *Machine) RenewNow() { m.renewAt = m.now }

// AskOrders has the machine ask at its next step, the account having said that its orders have changed.
func (m *Machine) AskOrders() { m.renewAt, m.claimAt = m.now, m.now }

// ClaimNoMore ends all claims: the process stops.
func (m *Machine) ClaimNoMore() { m.ending = true }

// Drained reports whether a person of the account had the machine drain, and no claim of before can bring more.
func (m *Machine) Drained() bool { return m.orders.Drain && m.asked == 0 }

// NewKey reports whether the last answer said that the node is to make a new key.
func (m *Machine) NewKey() bool { return m.orders.NewKey }

// KeyMade says that the account has the new key that it asked for, and asks for the orders that are left.
func (m *Machine) KeyMade() {
	m.orders.NewKey = false
	m.AskOrders()
}

// Silent reports whether the account has not said lately what becomes of what is held: let nothing of it leave before.
func (m *Machine) Silent() bool { return m.silent && len(m.held) > 0 }

// Held are the attempts that the machine renews.
func (m *Machine) Held() int { return len(m.held) }

// Busy are the slots that are taken.
func (m *Machine) Busy() int { return m.busy }

// Step does what is due and says when to come back at the latest.
func (m *Machine) Step(now time.Time) time.Time {
	m.now = now
	if !m.renewing && len(m.held) > 0 && !now.Before(m.renewAt) {
		m.renew()
	}
	if m.mayClaim() && !now.Before(m.claimAt) {
		m.claim()
	}
	next := now.Add(m.cfg.Look)
	if !m.renewing && len(m.held) > 0 && m.renewAt.Before(next) {
		next = m.renewAt
	}
	if m.mayClaim() && m.claimAt.Before(next) {
		next = m.claimAt
	}
	return next
}

// hear takes the orders that an answer repeats.
func (m *Machine) hear(o bus.Orders) {
	before := m.orders
	m.orders = o
	if o.Drain == before.Drain {
		return
	}
	if o.Drain {
		m.log.Info("the account has this node drain: it finishes what it holds and claims no more", "held", len(m.held))
		return
	}
	m.log.Info("the account lets this node claim again")
	m.claimAt = m.now
}

// mayClaim is also false while the account has not said what becomes of what is held: a claim that came before the
// renewal could take the node's own units away from it, with all that it has read of them.
func (m *Machine) mayClaim() bool {
	switch {
	case m.claiming || m.ending || m.Silent():
		return false
	case m.orders.Drain:
		return len(m.held) == 0 // else a renewal says the same
	}
	return m.busy < m.cfg.Slots && len(m.held) < maxHeld
}

// later is a time in d, give or take a tenth, so that nodes do not march in step.
func (m *Machine) later(d time.Duration) time.Time {
	return m.now.Add(d - d/10 + time.Duration(m.rng.Int64N(int64(d/5)+1)))
}

func (m *Machine) claim() {
	m.serial++
	if m.asked = m.cfg.Slots - m.busy; m.orders.Drain {
		m.asked = 0
	}
	c := bus.Claim{V: bus.Version, Slots: m.asked, Kinds: m.cfg.Kinds, Serial: m.serial, Locals: m.vouched(), UnitMB: m.cfg.UnitMB}
	if m.cfg.FreeMB != nil {
		c.FreeMB = m.cfg.FreeMB()
	}
	payload, err := bus.Encode(c)
	if err != nil {
		m.log.Error("claim not encoded", "err", err)
		return
	}
	m.claiming = true
	m.claimAt = m.later(m.cfg.Look)
	m.link.Request(bus.SubjectClaim, payload, func(answer []byte, err error) {
		m.claiming, m.asked = false, 0
		var a bus.ClaimAnswer
		if err == nil {
			err = bus.Decode(answer, &a)
		}
		if err != nil {
			m.claimAt = m.later(m.cfg.Look)
			return
		}
		if len(a.Grants) > c.Slots {
			m.log.Warn("the account granted more than was claimed; the rest is left", "claimed", c.Slots, "granted", len(a.Grants))
			a.Grants = a.Grants[:c.Slots]
		}
		m.granted(a)
	})
}

// vouchFor is how long a check of a node-local source stands: an attempt checks again by itself.
const vouchFor = time.Minute

// vouched are the sources that were checked lately, in order.
func (m *Machine) vouched() []string {
	maps.DeleteFunc(m.locals, func(_ string, until time.Time) bool { return m.now.After(until) })
	names := slices.Sorted(maps.Keys(m.locals))
	return names[:min(len(names), bus.MaxLocals)]
}

// check has sources checked, and claims again when the node vouches for one.
func (m *Machine) check(list []bus.Local) {
	if len(list) == 0 || m.cfg.Vouch == nil || m.checking {
		return
	}
	m.checking = true
	m.cfg.Vouch(list[:min(len(list), bus.MaxLocals)], func(sources []string) {
		m.checking = false
		for _, name := range sources {
			m.locals[name] = m.now.Add(vouchFor)
			m.claimAt = m.now
		}
	})
}

func (m *Machine) granted(a bus.ClaimAnswer) {
	for _, g := range a.Grants {
		if _, held := m.held[g.Ref]; held || m.ending {
			continue
		}
		m.held[g.Ref] = true
		m.busy++
		if third := time.Duration(g.LeaseMS) * time.Millisecond / 3; third > 0 {
			m.cfg.Renew = min(m.cfg.Renew, third)
		}
		m.work.Start(g)
	}
	m.check(a.Locals)
	defer m.hear(a.Orders)
	switch {
	case a.WaitMS > 0:
		m.claimAt = m.later(time.Duration(min(a.WaitMS, maxWaitMS)) * time.Millisecond)
	case len(a.Grants) > 0:
		m.claimAt = m.now // there may be more
		if m.renewAt.Before(m.now) {
			m.renewAt = m.later(m.cfg.Renew)
		}
	default:
		m.claimAt = m.later(m.cfg.Look)
	}
}

func (m *Machine) renew() {
	refs := slices.SortedFunc(maps.Keys(m.held), func(a, b bus.AttemptRef) int {
		return cmp.Or(cmp.Compare(a.Unit, b.Unit), cmp.Compare(a.Attempt, b.Attempt))
	})
	payload, err := bus.Encode(bus.Renew{V: bus.Version, Attempts: refs})
	if err != nil {
		m.log.Error("renewal not encoded", "err", err)
		return
	}
	m.renewing = true
	m.link.Request(bus.SubjectRenew, payload, func(answer []byte, err error) {
		m.renewing = false
		var a bus.RenewAnswer
		if err == nil {
			err = bus.Decode(answer, &a)
		}
		if err != nil || len(a.Verdicts) != len(refs) {
			m.renewAt, m.silent = m.later(m.cfg.Renew/4), true
			return
		}
		m.silent = false
		m.renewAt = m.later(m.cfg.Renew)
		m.hear(a.Orders)
		for i, v := range a.Verdicts {
			_, held := m.held[refs[i]]
			if v == bus.VerdictGo || !held {
				continue
			}
			m.Release(refs[i])
			m.work.Stop(refs[i], v)
		}
	})
}
