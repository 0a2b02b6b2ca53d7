// Package attempt follows each attempt of a node from its grant to its last receipt.
//
// An attempt runs in a worker, which is given the *base* of its unit first, piece by piece as the account answers (one
// that plans: of a small source, which it may read at once). What the worker yields goes to the outbox,
// which pushes back when it is full; when the worker is through, *done* goes behind the last batch. The follower is a
// step machine on the node's loop: no goroutine, no clock.
package attempt

import (
	"cmp"
	"log/slog"
	"maps"
	"slices"
	"time"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/node/internal/broker"
)

// Outbox is what an attempt needs of the door out.
type Outbox interface {
	Facts(ref bus.AttemptRef, facts bus.Facts) error
	Done(ref bus.AttemptRef, done bus.Done) error
	Room() bool
	// Discard drops what has not left; the reason goes into the ledger.
	Discard(ref bus.AttemptRef, reason string)
}

// Leases is what an attempt needs of the leases.
type Leases interface {
	Ended(ref bus.AttemptRef)
	Release(ref bus.AttemptRef)
}

// Follower holds a node's attempts. It implements lease.Work.
type Follower struct {
	link     bus.Link
	launcher broker.Launcher
	outbox   Outbox
	leases   Leases
	log      *slog.Logger
	retry    time.Duration

	now      time.Time
	attempts map[bus.AttemptRef]*attempt
	waiting  []func() // workers that are read no further until there is room
}

type attempt struct {
	grant  bus.Grant
	give   func(piece []bus.BaseBlock, more bool) // takes the next piece of the base; nil: nobody waits for one
	after  string
	asking bool
	askAt  time.Time
	worker broker.Worker // nil after the end
	gaps   uint32
	kids   uint32
}

// New makes a follower. Use Attach before the first grant: leases and follower know each other.
func New(link bus.Link, launcher broker.Launcher, outbox Outbox, retry time.Duration, log *slog.Logger) *Follower {
	return &Follower{
		link: link, launcher: launcher, outbox: outbox, retry: retry, log: log, attempts: map[bus.AttemptRef]*attempt{},
	}
}

// Attach gives the follower the leases.
func (f *Follower) Attach(leases Leases) { f.leases = leases }

// Start begins an attempt.
func (f *Follower) Start(grant bus.Grant) {
	a := &attempt{grant: grant}
	f.attempts[grant.Ref] = a
	base := func(give func([]bus.BaseBlock, bool)) { a.give, a.askAt = give, f.now }
	if grant.Full || (grant.Unit.Step == "" && grant.Ref.Attempt > 1) {
		base = nil // a full scan ignores bases, and a plan that is made again is not read at once
	}
	a.worker = f.launcher.Start(grant, base, &sink{f: f, a: a})
}

// Stop ends an attempt that the account does not want any more.
func (f *Follower) Stop(ref bus.AttemptRef, verdict bus.Verdict) {
	f.forget(ref)
	reason := "superseded"
	switch verdict {
	case bus.VerdictCancelled:
		reason = "cancelled"
	case bus.VerdictEnded:
		reason = "ended"
	}
	f.outbox.Discard(ref, reason)
}

// forget drops an attempt and ends its worker.
func (f *Follower) forget(ref bus.AttemptRef) {
	a := f.attempts[ref]
	delete(f.attempts, ref)
	if a != nil && a.worker != nil {
		a.worker.Stop()
	}
}

// Left says that an attempt has left the outbox: its done has its receipt, or the account does not want it any more.
func (f *Follower) Left(ref bus.AttemptRef) {
	f.forget(ref)
	f.leases.Release(ref)
}

// Step does what is due and says when to come back at the latest.
func (f *Follower) Step(now time.Time) time.Time {
	f.now = now
	for len(f.waiting) > 0 && f.outbox.Room() {
		release := f.waiting[0]
		f.waiting = f.waiting[1:]
		release()
	}
	next := now.Add(time.Minute)
	for _, ref := range f.refs() {
		a := f.attempts[ref]
		if a == nil || a.give == nil || a.asking {
			continue
		}
		if !now.Before(a.askAt) {
			f.ask(a)
		} else if a.askAt.Before(next) {
			next = a.askAt
		}
	}
	if len(f.waiting) > 0 {
		next = now.Add(f.retry)
	}
	return next
}

// refs are the attempts in a fixed order: a step does the same things in the same order, whenever it is repeated.
func (f *Follower) refs() []bus.AttemptRef {
	return slices.SortedFunc(maps.Keys(f.attempts), func(a, b bus.AttemptRef) int {
		return cmp.Or(cmp.Compare(a.Unit, b.Unit), cmp.Compare(a.Attempt, b.Attempt))
	})
}

// ask fetches the next piece of the base.
func (f *Follower) ask(a *attempt) {
	payload, err := bus.Encode(bus.BaseAsk{V: bus.Version, Ref: a.grant.Ref, After: a.after})
	if err != nil {
		f.log.Error("base not asked", "err", err)
		return
	}
	a.asking = true
	f.link.Request(bus.SubjectBase, payload, func(answer []byte, err error) {
		a.asking = false
		if f.attempts[a.grant.Ref] != a || a.give == nil {
			return // stopped, or ended, in the meantime
		}
		var b bus.BaseAnswer
		if err == nil {
			err = bus.Decode(answer, &b)
		}
		if err != nil || b.Status != bus.Committed {
			a.askAt = f.now.Add(f.retry) // the next renewal says what becomes of the attempt
			return
		}
		if b.More && a.grant.Unit.Step == "" {
			b.Blocks, b.More = nil, false // so large a source is not read by the attempt that plans it
		}
		give := a.give
		a.give, a.after = nil, b.After
		give(b.Blocks, b.More)
	})
}

// sink hears one attempt's worker.
type sink struct {
	f *Follower
	a *attempt
}

// Facts hands facts to the outbox, and lets the worker go on when there is room.
func (s *sink) Facts(facts bus.Facts, release func()) {
	ref := s.a.grant.Ref
	if s.f.attempts[ref] != s.a {
		return // stopped: the worker is being ended
	}
	s.a.gaps += uint32(len(facts.Gaps))
	s.a.kids += uint32(len(facts.Children))
	if err := s.f.outbox.Facts(ref, facts); err != nil {
		s.fail(err)
		return
	}
	if s.f.outbox.Room() {
		release()
		return
	}
	s.f.waiting = append(s.f.waiting, release)
}

// End puts done behind the last batch and frees the slot.
func (s *sink) End(r broker.Result) {
	ref := s.a.grant.Ref
	if s.f.attempts[ref] != s.a {
		return
	}
	s.a.worker, s.a.give = nil, nil
	done := bus.Done{
		V: bus.Version, Ref: ref, Outcome: r.Outcome, Code: r.Code, Remedy: r.Remedy, Retry: r.Retry, Assets: r.Assets,
		Gaps: s.a.gaps, Children: s.a.kids, Listed: r.Listed, Identity: r.Identity,
	}
	if err := s.f.outbox.Done(ref, done); err != nil {
		s.fail(err)
		return
	}
	s.f.leases.Ended(ref)
}

// fail gives an attempt back that can't be recorded here: its lease runs out and another node, or this one later,
// takes the unit.
func (s *sink) fail(err error) {
	ref := s.a.grant.Ref
	s.f.log.Error("attempt given back: its messages can't be kept", "unit", ref.Unit, "attempt", ref.Attempt, "err", err)
	s.f.forget(ref)
	s.f.outbox.Discard(ref, "not recorded")
	s.f.leases.Release(ref)
}
