// Package outbox is the only door out of a node for what it found.
//
// A *message* is a batch of facts or the done of an attempt. The box *seals* it: numbers it, writes it as an entry to
// the egress *ledger*, a chain of readable lines of which each carries the hash of all before it, and only then, when
// the ledger is durable, puts it into the *spool* and sends it. The ledger may hold more than left, never less. A
// message stays in the spool until the account's *receipt* for it came, and is sent again after any failure or restart
// with the same number, the same bytes and the same ledger entry. Signed receipts are kept beside the ledger: an edit
// of the ledger is found by Verify, a cut or replaced one by Reconcile with what the account holds.
//
// The box is a step machine: no goroutine, no clock, no randomness of its own. All calls come on one loop, which calls
// Step after every call or answer and at the time that Step asked for.
package outbox

import (
	"crypto/ed25519"
	"log/slog"
	"math/rand/v2"
	"time"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/fault"
)

// Config has no field that must be set but Node.
type Config struct {
	Node          string        // bus.NodeID of this node: receipts are signed for it
	MaxSpool      int64         // bytes on disk above which Room is false; 256 MiB
	LedgerSegment int64         // bytes after which the ledger goes on in a new file; 64 MiB
	Window        int           // messages in flight; 8
	Retry         time.Duration // first wait after a failure, doubled up to 15 s; 500 ms
	// AccountKey is the key that receipts are signed with, nil while it is unknown: then they are kept unverified.
	AccountKey func() ed25519.PublicKey
}

func (c Config) withDefaults() Config {
	if c.MaxSpool <= 0 {
		c.MaxSpool = 256 << 20
	}
	if c.LedgerSegment <= 0 {
		c.LedgerSegment = 64 << 20
	}
	if c.Window <= 0 {
		c.Window = 8
	}
	if c.Retry <= 0 {
		c.Retry = 500 * time.Millisecond
	}
	if c.AccountKey == nil {
		c.AccountKey = func() ed25519.PublicKey { return nil }
	}
	return c
}

// Bounds of the box's own.
const (
	maxRetry     = 15 * time.Second
	maxWait      = 10 * time.Minute // that an account may ask for
	diskRetry    = time.Second      // after the disk failed
	proofDelay   = time.Second      // how long a receipt may wait for its sync
	proofGroup   = 64               // how many may
	maxCached    = 4 << 20          // bytes of messages kept in memory to save reading them back
	rememberOver = 4096             // ended attempts that late calls are still refused for
)

// Attempt is an attempt with messages that have no receipt.
type Attempt struct {
	Ref       bus.AttemptRef
	Done      bool // its end is sealed: nothing more is needed to complete it
	Recovered bool // a former process sealed it
	Waiting   int  // messages without a receipt
}

// Delivery says how an attempt left the box.
type Delivery struct {
	Status bus.ReceiptStatus // Committed: all of it is in the store. Dropped, Gone, Refused: the account does not want it
	Code   string            // of Gone and Refused, as the account said it
	Text   string
}

// Box is the door. Make one with Open.
type Box struct {
	link bus.Link
	rng  *rand.Rand
	log  *slog.Logger
	cfg  Config

	ledger   *ledger
	spool    *spool
	receipts *receipts

	attempts map[bus.AttemptRef]*attempt
	order    []bus.AttemptRef // of attempts, as they came
	over     map[bus.AttemptRef]bool
	overList []bus.AttemptRef

	notes  []Entry    // for the ledger alone
	fresh  []*message // not sealed
	sealed []*message // in the ledger's memory, not known to be durable
	stored []*message // in the spool's memory, not known to be durable
	queue  []*message // durable and without a receipt, in the order of the ledger
	held   int64      // bytes of fresh, sealed and stored
	cached int64      // bytes of payloads in queue

	forgotten []uint64 // entries to mark in the spool at the next write
	answers   []answer
	flying    int
	fails     int // failures in a row
	pause     time.Time
	proofDue  time.Time
	trouble   error
	diskDue   time.Time
	beats     beatSum

	deliver    func(bus.AttemptRef, Delivery)
	deliveries []delivered
	hold       bool
	attested   *uint64 // nil: no witness is required
	closed     bool
	packer     packer
}

type attempt struct {
	ref       bus.AttemptRef
	next      uint32 // number of the next batch
	batches   int    // without a receipt
	done      *message
	recovered bool
	until     time.Time // the account asked to wait
}

// message is a batch or a done on its way. Its payload is in memory, on disk, or both.
type message struct {
	ref     bus.AttemptRef
	subject bus.Subject
	number  uint32 // of a batch; of a done the number of batches
	entry   Entry  // until it is sealed
	body    []byte // of a batch, until it is sealed
	end     *bus.Done
	seal    bus.Seal
	payload []byte

	segment *segment
	off     int64
	size    int

	flying bool
	left   bool // it may have left
	gone   bool // it has no place in the box any more
	tries  int
	due    time.Time
}

type answer struct {
	m       *message
	payload []byte
	err     error
}

type delivered struct {
	ref bus.AttemptRef
	how Delivery
}

// OnDelivered sets who is told, once and at the end of a Step, that an attempt's done has its receipt, or that the
// account does not want the attempt: then all of it was discarded, and its worker should be stopped. It is not told
// of what Discard was called for. It may call the box.
func (b *Box) OnDelivered(tell func(bus.AttemptRef, Delivery)) { b.deliver = tell }

// Facts packs facts before it returns and keeps nothing of them; the batches are sealed at the next Step. An asset above bus.MaxAsset is cut,
// and a gap with the code GapAssetCut says so. It fails with fault.Invalid for facts that no batch can hold (nothing
// of them is taken), fault.Conflict after Done or for an attempt of a former process, and fault.Gone after Discard.
func (b *Box) Facts(ref bus.AttemptRef, f bus.Facts) error {
	at, err := b.open(ref)
	if err != nil {
		return err
	}
	var list []*message
	err = b.packer.pack(f, func(body []byte, part bus.Facts) {
		list = append(list, &message{ref: ref, subject: bus.SubjectBatch, body: body, entry: describe(part)})
	})
	if err != nil {
		return err
	}
	for _, m := range list {
		m.number = at.next
		at.next++
		at.batches++
		b.held += int64(len(m.body))
	}
	b.fresh = append(b.fresh, list...)
	return nil
}

func describe(f bus.Facts) Entry {
	e := Entry{Kind: EntryBatch, Assets: len(f.Assets), Gaps: len(f.Gaps), Children: len(f.Children)}
	for i := range f.Assets {
		if l := f.Assets[i].Lineage; l != nil {
			e.Edges += len(l.Inputs)
		}
	}
	return e
}

// Done seals the end of an attempt; the box fills in version, seal and number of batches. It is sent when all batches
// of the attempt have receipts. It fails as Facts does; a done that is too big to send is fault.Invalid.
func (b *Box) Done(ref bus.AttemptRef, d bus.Done) error {
	at, err := b.open(ref)
	if err != nil {
		return err
	}
	d.V, d.Ref, d.Seal, d.Batches = bus.Version, ref, bus.Seal{}, at.next
	body, err := bus.Encode(d)
	if err != nil {
		return err
	}
	if len(body) > bus.MaxPacked {
		return fault.New(fault.Invalid, "DoneTooBig", "the end of an attempt takes %d bytes, more than a message may hold", len(body))
	}
	at.done = &message{
		ref: ref, subject: bus.SubjectDone, number: at.next, body: body, end: &d,
		entry: Entry{Kind: EntryDone, Gaps: int(d.Gaps), Children: int(d.Children)},
	}
	b.held += int64(len(body))
	b.fresh = append(b.fresh, at.done)
	return nil
}

// open is the attempt, ready to take more.
func (b *Box) open(ref bus.AttemptRef) (*attempt, error) {
	if b.over[ref] {
		return nil, fault.New(fault.Gone, "AttemptEnded", "attempt %d of unit %d has left the outbox", ref.Attempt, ref.Unit)
	}
	at := b.attempts[ref]
	if at == nil {
		at = &attempt{ref: ref}
		b.attempts[ref] = at
		b.order = append(b.order, ref)
	}
	if at.recovered || at.done != nil {
		return nil, fault.New(fault.Conflict, "AttemptDone", "attempt %d of unit %d is sealed already", ref.Attempt, ref.Unit)
	}
	return at, nil
}

// Room is false while the spool is over its limit or the disk fails: hold back what would bring more facts.
func (b *Box) Room() bool {
	return b.trouble == nil && b.held+b.spool.used() < b.cfg.MaxSpool
}

// Trouble is the failure of the disk that keeps the box from sealing, nil when there is none. It mends by itself.
func (b *Box) Trouble() error { return b.trouble }

// Waiting is the number of messages without a receipt.
func (b *Box) Waiting() int { return len(b.fresh) + len(b.sealed) + len(b.stored) + len(b.queue) }

// Head is the last entry of the ledger and the head of the chain behind it, as it will be on disk after the next Step.
func (b *Box) Head() bus.Seal { return bus.Seal{Index: b.ledger.index, Head: b.ledger.head} }

// Durable is the last entry of the ledger that is known to be on the disk, and the head of the chain behind it; zero before the first Step.
func (b *Box) Durable() bus.Seal { return b.ledger.sound }

// Hold stops the sending, or lets it go on: while the account has not answered a renewal it is not known which attempts
// are still current, and superseded ones need not leave at all. Sealing and storing go on.
func (b *Box) Hold(on bool) { b.hold = on }

// Attested lets only messages leave whose entry of the ledger is not above upTo: those up to which the witnesses were told that
// the machine's owner requires. Before the first call all may leave.
func (b *Box) Attested(upTo uint64) { b.attested = &upTo }

// Reconnected says that the account can be reached again: what waits for a retry is tried in the next Step.
func (b *Box) Reconnected() {
	b.pause = time.Time{}
	for _, m := range b.queue {
		m.due = time.Time{}
	}
}

// Attempts lists the attempts with messages that have no receipt, oldest first: offer them in the next renewal.
// An attempt of a former process is here only when its done was sealed; others are discarded by the first Step.
func (b *Box) Attempts() []Attempt {
	var out []Attempt
	for _, ref := range b.order {
		at := b.attempts[ref]
		n := at.batches
		if at.done != nil {
			n++
		}
		if n > 0 && !at.lost() {
			out = append(out, Attempt{ref, at.done != nil, at.recovered, n})
		}
	}
	return out
}

// lost reports whether nobody can complete the attempt.
func (at *attempt) lost() bool { return at.recovered && at.done == nil }

// Discard gives up an attempt: superseded, cancelled or ended. What was sealed of it goes to the ledger as discarded,
// with the reason; the rest was never there. An attempt that the box does not hold is remembered as ended all the same.
func (b *Box) Discard(ref bus.AttemptRef, reason string) {
	gone := func(list []*message) []*message {
		var kept []*message
		for _, m := range list {
			if m.ref == ref {
				b.giveUp(m, reason)
			} else {
				kept = append(kept, m)
			}
		}
		return kept
	}
	b.fresh, b.queue = gone(b.fresh), gone(b.queue)
	for _, m := range b.sealed { // on their way through the disk: dropped when they arrive
		b.markGone(m, ref, reason)
	}
	for _, m := range b.stored {
		b.markGone(m, ref, reason)
	}
	b.end(ref)
}

func (b *Box) markGone(m *message, ref bus.AttemptRef, reason string) {
	if m.ref == ref && !m.gone {
		m.gone = true
		b.note(m, reason)
	}
}

// giveUp takes a message out of the box that is in no list any more.
func (b *Box) giveUp(m *message, reason string) {
	m.gone = true
	if m.seal.Index == 0 {
		b.held -= int64(len(m.body))
		return
	}
	b.note(m, reason)
	b.release(m)
	b.forgotten = append(b.forgotten, m.seal.Index)
}

// note says in the ledger that a sealed message was given up.
func (b *Box) note(m *message, reason string) {
	left := "no"
	if m.left {
		left = "maybe"
	}
	number := m.number
	b.notes = append(b.notes, Entry{
		Kind: EntryDiscarded, Unit: m.ref.Unit, Attempt: m.ref.Attempt, Number: &number,
		Of: m.seal.Index, Left: left, Detail: reason,
	})
}

// release frees what a durable message holds.
func (b *Box) release(m *message) {
	b.uncache(m)
	if m.segment != nil {
		m.segment.live--
		m.segment = nil
	}
}

func (b *Box) uncache(m *message) {
	b.cached -= int64(len(m.payload))
	m.payload = nil
}

// end forgets an attempt but for its reference.
func (b *Box) end(ref bus.AttemptRef) {
	if _, ok := b.attempts[ref]; ok {
		delete(b.attempts, ref)
		for i, r := range b.order {
			if r == ref {
				b.order = append(b.order[:i], b.order[i+1:]...)
				break
			}
		}
	}
	if b.over[ref] {
		return
	}
	b.over[ref] = true
	b.overList = append(b.overList, ref)
	if len(b.overList) > rememberOver {
		delete(b.over, b.overList[0])
		b.overList = b.overList[1:]
	}
}
