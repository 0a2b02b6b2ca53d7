package outbox

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"time"

	"github.com/purlieu/purlieu/bus"
)

// Step does what can be done at now: it takes answers in, seals and stores what came since the last Step with one sync
// of the ledger and one of the spool, sends within the window, and tells OnDelivered. It returns when it wants to be
// called next; the zero time means: after the next call or answer. A failure of the disk is logged once, seen in
// Trouble, and tried again.
func (b *Box) Step(now time.Time) (next time.Time) {
	if b.closed {
		return time.Time{}
	}
	for len(b.answers) > 0 {
		list := b.answers
		b.answers = nil
		for _, a := range list {
			b.take(now, a)
		}
	}
	if !now.Before(b.diskDue) {
		b.store(now)
	}
	b.send(now)
	list := b.deliveries
	b.deliveries = nil
	for _, d := range list {
		b.deliver(d.ref, d.how)
	}
	return b.wake(now)
}

// store makes durable, in this order: ledger, spool, receipts.
func (b *Box) store(now time.Time) {
	err := b.seal(now)
	if err == nil {
		err = b.write(now)
	}
	if err == nil {
		b.trouble, b.diskDue = nil, time.Time{}
		return
	}
	err = errors.Join(err, b.prove(), b.free()) // what has its receipt gives its space back
	if b.trouble == nil {
		b.log.Error("the outbox can't write; nothing leaves until it can", "error", err)
	}
	b.trouble, b.diskDue = err, now.Add(diskRetry)
}

// seal adds notes and fresh messages to the ledger and flushes it. Each message is sealed once, with one index, however
// often the disk fails.
func (b *Box) seal(now time.Time) error {
	for len(b.notes) > 0 {
		if err := b.ledger.add(now, &b.notes[0]); err != nil {
			return err
		}
		b.notes = b.notes[1:]
	}
	for len(b.fresh) > 0 {
		m := b.fresh[0]
		number := m.number
		e := m.entry
		e.Unit, e.Attempt, e.Number, e.Size, e.SHA256 = m.ref.Unit, m.ref.Attempt, &number, len(m.body), digest(m.body)
		if err := b.ledger.add(now, &e); err != nil {
			return err
		}
		m.seal = bus.Seal{Index: e.Index, Head: e.Head}
		payload, err := m.envelope()
		if err != nil {
			return err
		}
		b.held += int64(len(payload) - len(m.body))
		m.payload, m.body, m.end, m.entry = payload, nil, nil, Entry{}
		b.fresh, b.sealed = b.fresh[1:], append(b.sealed, m)
	}
	return b.ledger.flush()
}

// free deletes the whole spool when nothing durable in it waits for a receipt: on a full disk that may be the space that
// is missing. What could not be written goes to a new segment at the next try.
func (b *Box) free() error {
	if b.spool.live() > len(b.stored) {
		return nil
	}
	for _, m := range b.stored {
		m.segment = nil
	}
	b.sealed, b.stored = append(b.stored, b.sealed...), nil
	return b.spool.drop()
}

// envelope is the message as it travels.
func (m *message) envelope() ([]byte, error) {
	if m.end != nil {
		m.end.Seal = m.seal
		return bus.Encode(m.end)
	}
	return bus.Encode(bus.Batch{V: bus.Version, Ref: m.ref, Number: m.number, Seal: m.seal, Body: m.body})
}

func digest(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}

// write puts sealed messages into the spool and makes them durable, then receipts; what has its proof is forgotten.
func (b *Box) write(now time.Time) error {
	if err := b.spool.rotate(); err != nil {
		return err
	}
	for _, index := range b.forgotten {
		b.spool.forget(index)
	}
	b.forgotten = nil
	for _, m := range b.sealed {
		b.spool.put(m)
	}
	b.stored, b.sealed = append(b.stored, b.sealed...), nil
	if len(b.stored) > 0 {
		if err := b.spool.flush(); err != nil {
			return err
		}
		b.enqueue()
	} else if b.spool.log != nil {
		if err := b.spool.log.write(); err != nil {
			return err
		}
	}
	if len(b.receipts.waiting) > 0 {
		if len(b.receipts.waiting) >= proofGroup || !now.Before(b.proofDue) {
			return b.prove()
		}
		return b.receipts.log.write()
	}
	return b.spool.trim()
}

// enqueue moves durable messages to where they are sent from.
func (b *Box) enqueue() {
	for _, m := range b.stored {
		b.held -= int64(len(m.payload))
		if m.gone {
			m.payload = nil
			b.release(m)
			b.forgotten = append(b.forgotten, m.seal.Index)
			continue
		}
		if b.cached+int64(len(m.payload)) > maxCached {
			m.payload = nil
		}
		b.cached += int64(len(m.payload))
		b.queue = append(b.queue, m)
	}
	b.stored = nil
}

// prove makes receipts durable, and lets the spool forget their messages. On a disk that is full space is freed all the
// same: a power loss then costs our copy of these receipts, not the account's.
func (b *Box) prove() error {
	waiting := b.receipts.waiting
	if len(waiting) == 0 {
		return nil
	}
	err := b.receipts.flush()
	for _, m := range waiting {
		if m.segment != nil {
			m.segment.live--
			m.segment = nil
		}
		if err == nil {
			b.spool.forget(m.seal.Index)
		}
	}
	if err == nil {
		err = b.spool.log.write()
	}
	return errors.Join(err, b.spool.trim())
}

// wake is the next time at which something is due.
func (b *Box) wake(now time.Time) (next time.Time) {
	soonest := func(t time.Time) {
		if t.Before(now) {
			t = now
		}
		if next.IsZero() || t.Before(next) {
			next = t
		}
	}
	switch {
	case b.trouble != nil:
		soonest(b.diskDue)
	case len(b.answers)+len(b.notes)+len(b.fresh)+len(b.sealed)+len(b.stored) > 0:
		return now
	case len(b.receipts.waiting) > 0:
		soonest(b.proofDue)
	}
	if b.hold || b.flying > 0 && (b.fails > 0 || b.flying >= b.cfg.Window) {
		return next // an answer or a call comes first
	}
	for _, m := range b.queue {
		if m.flying || !b.inTurn(m) {
			continue
		}
		due := b.dueAt(m)
		if b.pause.After(due) {
			due = b.pause
		}
		soonest(due)
	}
	return next
}
