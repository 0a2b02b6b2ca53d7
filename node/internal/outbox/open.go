package outbox

import (
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/node/internal/disk"
)

// Open recovers what a former process left on the disk, which belongs to the box from then on. Nothing is sent before
// the first Step. It fails with fault.Conflict when the ledger is shorter than what the spool or the receipts know
// to be in it: then it was edited or cut, and nothing may leave.
func Open(d disk.Disk, link bus.Link, rng *rand.Rand, log *slog.Logger, cfg Config) (*Box, error) {
	cfg = cfg.withDefaults()
	b := &Box{
		link: link, rng: rng, log: log, cfg: cfg,
		attempts: map[bus.AttemptRef]*attempt{}, over: map[bus.AttemptRef]bool{},
		deliver: func(bus.AttemptRef, Delivery) {},
	}
	var err error
	var highest uint64
	if b.receipts, highest, err = openReceipts(d, cfg.LedgerSegment); err != nil {
		return nil, err
	}
	forgotten := map[uint64]bool{}
	var found []*message
	var torn bool
	b.spool, torn, err = openSpool(d, max(min(cfg.MaxSpool/8, 8<<20), 64<<10), func(r record) {
		highest = max(highest, r.index)
		if r.kind == recordForget {
			forgotten[r.index] = true
		} else {
			found = append(found, r.m)
		}
	})
	if err != nil {
		return nil, err
	}
	tail, err := b.openChain(d, highest)
	if err != nil {
		return nil, err
	}
	for _, m := range found {
		if !forgotten[m.seal.Index] {
			b.adopt(m)
		}
	}
	b.noteLost(tail, highest, torn)
	for _, ref := range append([]bus.AttemptRef(nil), b.order...) {
		if b.attempts[ref].lost() {
			b.Discard(ref, "its node ended before the attempt did")
		}
	}
	return b, nil
}

// openChain opens the ledger and holds it against the highest entry that something else on the disk knows.
func (b *Box) openChain(d disk.Disk, highest uint64) (tail []Entry, err error) {
	var torn string
	if b.ledger, tail, torn, err = openLedger(d, b.cfg.Node, b.cfg.LedgerSegment, highest); err != nil {
		return nil, err
	}
	if torn != "" {
		b.log.Warn("the ledger's end was torn by a power loss", "detail", torn)
		b.notes = append(b.notes, Entry{Kind: EntryTorn, Detail: torn})
	}
	return tail, nil
}

// errCut says that the chain holds for fewer entries than it must.
func errCut(have, want uint64) error {
	return fault.New(fault.Conflict, "LedgerBroken",
		"the egress ledger holds to entry %d only, but entry %d was written: it was edited or cut", have, want).
		Try("Run \"purlieu-runtime egress verify\" to see where. To begin a new ledger, move the outbox folder away and start again")
}

// adopt takes a message of a former process.
func (b *Box) adopt(m *message) {
	at := b.attempts[m.ref]
	if at == nil {
		at = &attempt{ref: m.ref, recovered: true}
		b.attempts[m.ref] = at
		b.order = append(b.order, m.ref)
	}
	if m.subject == bus.SubjectDone {
		at.done = m
	} else {
		at.batches++
	}
	m.segment.live++
	b.queue = append(b.queue, m)
}

// noteLost tells of messages that reached the ledger and not the spool. They did not leave, unless the spool is torn
// where it was whole before; their attempts died with the process.
func (b *Box) noteLost(tail []Entry, highest uint64, torn bool) {
	told := map[uint64]bool{}
	for _, e := range tail {
		if e.Kind == EntryDiscarded {
			told[e.Of] = true
		}
	}
	for _, e := range tail {
		if e.Kind == EntryDiscarded || e.Index <= highest || told[e.Index] || e.Number == nil {
			continue
		}
		b.note(&message{
			ref: bus.AttemptRef{Unit: e.Unit, Attempt: e.Attempt}, number: *e.Number,
			seal: bus.Seal{Index: e.Index}, left: torn,
		}, "lost with its node before it was spooled")
	}
}

// Close writes what is pending as far as the disk allows, and closes the files. Messages stay on disk for the next
// Open. The box must not be used afterwards.
func (b *Box) Close(now time.Time) error {
	if b.closed {
		return nil
	}
	b.flushBeats()
	b.store(now)
	err := b.trouble
	if err == nil {
		err = b.prove()
	}
	b.closed = true
	for _, l := range []*logFile{b.ledger.log, b.spool.log, b.receipts.log} {
		if l != nil {
			err = errors.Join(err, l.close())
		}
	}
	return err
}

// Record writes an entry about a message that leaves by another way, an enrolment, a new key, an answer or a description, before it does: send
// it when Record returned nil. detail is a sentence of ours, without text from a source; body is what will leave.
func (b *Box) Record(now time.Time, kind EntryKind, detail string, body []byte) (bus.Seal, error) {
	if kind != EntryAnswer && kind != EntryEnrol && kind != EntryKey && kind != EntryRelease && kind != EntryDescription {
		return bus.Seal{}, fault.New(fault.Invalid, "BadEntry", "entries of kind %q are the outbox's own", kind)
	}
	e := Entry{Kind: kind, Detail: strings.ToValidUTF8(detail, "?"), Node: b.cfg.Node, Size: len(body), SHA256: digest(body)}
	if err := b.ledger.add(now, &e); err != nil {
		return bus.Seal{}, err
	}
	if err := b.ledger.flush(); err != nil {
		return bus.Seal{}, fmt.Errorf("record %s in the egress ledger: %w", kind, err)
	}
	return bus.Seal{Index: e.Index, Head: e.Head}, nil
}

// beatSum is the beats of one hour.
type beatSum struct {
	hour  time.Time
	count int
	size  int
}

// Beat counts a beat that leaves; the ledger gets the sum of an hour.
func (b *Box) Beat(now time.Time, size int) {
	hour := now.UTC().Truncate(time.Hour)
	if !hour.Equal(b.beats.hour) {
		b.flushBeats()
		b.beats = beatSum{hour: hour}
	}
	b.beats.count++
	b.beats.size += size
}

func (b *Box) flushBeats() {
	if b.beats.count == 0 {
		return
	}
	b.notes = append(b.notes, Entry{
		Kind: EntryBeats, Count: b.beats.count, Size: b.beats.size,
		Detail: "hour " + b.beats.hour.Format("2006-01-02T15:04Z"),
	})
	b.beats = beatSum{}
}
