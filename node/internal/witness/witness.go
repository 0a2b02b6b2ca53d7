// Package witness has somebody else take down how far the egress ledger is.
//
// A *head* is the last durable entry of the ledger and the hash behind it: it speaks for every entry before it. A *witness* is a
// place that the machine's owner names and that whoever could change the ledger should not be able to change: a file elsewhere,
// or a system log. Each is told the newest head within seconds of its writing, and again when the node starts. With what a
// witness has, a ledger whose end was cut, or that was written anew, is found without the account.
//
// A witness that can't be told is tried again each second, for ever, and is *behind* meanwhile; each has a goroutine of its own,
// so that one that hangs keeps no other. What follows from that is not decided here.
package witness

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"math"
	"net"
	"sync"
	"time"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/failpoint"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/node/internal/policy"
)

// Times of a witness.
const (
	every   = time.Second           // between tellings, when there is something to tell
	slow    = 10 * time.Second      // a telling that takes longer is trouble
	handed  = 5 * time.Second       // within which a system log takes a line, or is trouble
	closely = 20 * time.Millisecond // between looks of who waits
)

// teller tells one witness one line, and returns when it is there: as far as the witness says so, which a system log never does.
type teller interface {
	Tell(line string) error
	Close() error
}

// Witnesses are those that the owner names. Safe for concurrent use.
type Witnesses struct {
	node string // bus.NodeID
	now  func() time.Time
	log  *slog.Logger
	ctx  context.Context
	end  context.CancelFunc
	all  sync.WaitGroup
	told func(upTo uint64)

	mu   sync.Mutex
	head bus.Seal
	each map[policy.Witness]*one
	upTo uint64 // as told last
}

// one is a witness and how far it was told.
type one struct {
	at    policy.Witness
	stop  context.CancelFunc
	rung  chan struct{}
	index uint64    // of the last head that it has, 0 for none in this life
	since time.Time // of a telling that is under way; zero else
	err   error     // of the last one
}

// New makes a set without a witness, for a node's ledger. told is called, from any goroutine, with the entry up to which the
// witnesses were told that the owner requires, when that changes: it may go back, where another is required.
func New(node string, now func() time.Time, log *slog.Logger, told func(upTo uint64)) *Witnesses {
	w := &Witnesses{node: node, now: now, log: log, told: told, each: map[policy.Witness]*one{}, upTo: math.MaxUint64}
	w.ctx, w.end = context.WithCancel(context.Background())
	return w
}

// Use has exactly the witnesses listed told from now on.
func (w *Witnesses) Use(list []policy.Witness) {
	w.mu.Lock()
	defer w.mu.Unlock()
	named := map[policy.Witness]bool{}
	for _, at := range list {
		named[at] = true
		if w.each[at] != nil || w.ctx.Err() != nil {
			continue
		}
		ctx, stop := context.WithCancel(w.ctx)
		o := &one{at: at, stop: stop, rung: make(chan struct{}, 1)}
		w.each[at] = o
		w.all.Go(func() { w.tell(ctx, o) })
	}
	for at, o := range w.each {
		if !named[at] {
			o.stop()
			delete(w.each, at)
		}
	}
	w.tellUpTo()
}

// tellUpTo says up to which entry those were told that the owner requires. The caller holds mu.
func (w *Witnesses) tellUpTo() {
	upTo := uint64(math.MaxUint64)
	for at, o := range w.each {
		if at.Required {
			upTo = min(upTo, o.index)
		}
	}
	if upTo != w.upTo {
		w.upTo = upTo
		w.told(upTo)
	}
}

// Await waits until those were told of an entry that the owner requires; false when ctx ended before.
func (w *Witnesses) Await(ctx context.Context, index uint64) bool {
	tick := time.NewTicker(closely)
	defer tick.Stop()
	for {
		w.mu.Lock()
		there := w.upTo >= index
		w.mu.Unlock()
		if there {
			return true
		}
		select {
		case <-ctx.Done():
			return false
		case <-tick.C:
		}
	}
}

// Head is how far the ledger is. It never blocks.
func (w *Witnesses) Head(head bus.Seal) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if head.Index > w.head.Index {
		w.head = head
	}
	for _, o := range w.each {
		select {
		case o.rung <- struct{}{}:
		default:
		}
	}
}

// State is how the witnesses stand, together.
type State struct {
	Count  int
	Index  uint64 // of the head that all of them have; 0 where one has none yet
	Behind error  // why one of them can't be told; nil when all can
	// Withheld says that one without which nothing may leave can't be told.
	Withheld bool
}

// State tells how the witnesses stand.
func (w *Witnesses) State() State {
	w.mu.Lock()
	defer w.mu.Unlock()
	s := State{Count: len(w.each)}
	first := true
	for _, o := range w.each {
		err := o.err
		if err == nil && !o.since.IsZero() && w.now().Sub(o.since) > slow {
			err = fault.New(fault.Unreachable, "WitnessSilent", "%s has not answered since %s", o.at, o.since.UTC().Format(time.RFC3339)).
				Try("Look at what it is mounted from, or listens at")
		}
		if err != nil {
			s.Behind = err
		}
		s.Withheld = s.Withheld || o.at.Required && err != nil
		if first || o.index < s.Index {
			s.Index, first = o.index, false
		}
	}
	return s
}

// Close tells the last head, within the time that ctx has, and ends. A witness that hangs is left behind.
func (w *Witnesses) Close(ctx context.Context, head bus.Seal) {
	w.Head(head)
	tick := time.NewTicker(closely)
	defer tick.Stop()
	for s := w.State(); s.Count > 0 && s.Index < head.Index && ctx.Err() == nil; s = w.State() {
		select {
		case <-ctx.Done():
		case <-tick.C:
		}
	}
	w.end()
	ended := make(chan struct{})
	go func() {
		w.all.Wait()
		close(ended)
	}()
	select {
	case <-ended:
	case <-ctx.Done():
	}
}

// tell is the life of one witness.
func (w *Witnesses) tell(ctx context.Context, o *one) {
	var t teller
	defer func() {
		if t != nil {
			_ = t.Close() // what it was told it has
		}
	}()
	for ctx.Err() == nil {
		if head, due := w.due(o); due {
			var err error
			if t == nil {
				t, err = open(o.at)
			}
			if err == nil {
				err = w.say(t, head)
			}
			if err != nil && t != nil {
				_ = t.Close() // it is opened anew
				t = nil
			}
			w.done(o, head, err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(every):
		}
		if _, due := w.due(o); due {
			continue
		}
		select {
		case <-ctx.Done():
		case <-o.rung:
		}
	}
}

func (w *Witnesses) say(t teller, head bus.Seal) error {
	text, err := line(w.node, head, w.now())
	if err != nil {
		return err
	}
	failpoint.Hit("witness.tell.before")
	return t.Tell(text)
}

// due is the head that a witness does not have, and notes that it is being told.
func (w *Witnesses) due(o *one) (bus.Seal, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	due := w.head.Index > o.index
	if due && o.since.IsZero() {
		o.since = w.now()
	}
	return w.head, due
}

func (w *Witnesses) done(o *one, head bus.Seal, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	before := o.err
	o.err, o.since = nil, time.Time{}
	if err != nil {
		o.err = behind(o.at, err)
	} else {
		o.index = head.Index
		w.tellUpTo()
	}
	switch {
	case err != nil && (before == nil || before.Error() != o.err.Error()): // one that fails in another way than a second ago is said again
		w.log.Error("a witness of the egress ledger can't be told", "witness", o.at.String(), "required", o.at.Required, "err", err)
	case err == nil && before != nil:
		w.log.Info("a witness of the egress ledger is told again", "witness", o.at.String())
	}
}

// behind says of a witness why it can't be told.
func behind(at policy.Witness, err error) error {
	remedy := "Make it writable for the node"
	if at.Syslog != "" {
		remedy = "See that the log listens there, and that nothing between refuses it"
	}
	return fault.New(fault.Unreachable, "WitnessBehind", "%s can't be told how far the egress ledger is: %s", at, reason(err)).
		Try("%s; it is tried again each second", remedy).Because(err)
}

// reason is what the system said, without what differs from try to try, such as ports of this side.
func reason(err error) string {
	var known *fault.Error
	var path *fs.PathError
	var name *net.DNSError
	var way *net.OpError
	switch {
	case errors.As(err, &known):
		return known.Text
	case errors.As(err, &path):
		return path.Err.Error()
	case errors.As(err, &name):
		return "the name " + name.Name + " can't be resolved"
	case errors.As(err, &way):
		return way.Err.Error()
	}
	return err.Error()
}

// open opens the way to a witness.
func open(at policy.Witness) (teller, error) {
	if at.File != "" {
		return file(at.File), nil
	}
	return openSyslog(at.Syslog, handed)
}
