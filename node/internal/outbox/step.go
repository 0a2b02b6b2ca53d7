package outbox

import (
	"crypto/ed25519"
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
	err = errors.Join(err, b.prove()) // what has its receipt frees space
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

// send fills the window. While the account can't be reached, one message at a time feels for it.
func (b *Box) send(now time.Time) {
	window := b.cfg.Window
	if b.fails > 0 {
		window = 1
	}
	for b.flying < window && !now.Before(b.pause) {
		m := b.ready(now)
		if m == nil {
			return
		}
		payload := m.payload
		if payload == nil {
			var err error
			if payload, err = b.spool.load(m); err != nil {
				b.log.Error("a spooled message can't be read", "entry", m.seal.Index, "error", err)
				b.retry(now, m)
				continue
			}
		}
		b.uncache(m) // the link owns it now; a second try reads it back
		m.flying, m.left = true, true
		b.flying++
		b.link.Request(m.subject, payload, func(reply []byte, err error) {
			b.answers = append(b.answers, answer{m, reply, err})
		})
	}
}

// ready is the message to send next: the one tried least, and of those the oldest.
func (b *Box) ready(now time.Time) *message {
	var best *message
	for _, m := range b.queue {
		if m.flying || now.Before(b.dueAt(m)) || !b.inTurn(m) {
			continue
		}
		if m.tries == 0 {
			return m
		}
		if best == nil || m.tries < best.tries {
			best = m
		}
	}
	return best
}

func (b *Box) dueAt(m *message) time.Time {
	if until := b.attempts[m.ref].until; until.After(m.due) {
		return until
	}
	return m.due
}

// inTurn reports whether the message may leave: a done only when no batch of its attempt waits.
func (b *Box) inTurn(m *message) bool {
	return m.subject != bus.SubjectDone || b.attempts[m.ref].batches == 0
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
	if b.flying > 0 && (b.fails > 0 || b.flying >= b.cfg.Window) {
		return next // an answer comes first
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

// take handles the answer to one message.
func (b *Box) take(now time.Time, a answer) {
	m := a.m
	b.flying--
	m.flying = false
	var r bus.Receipt
	if a.err == nil {
		a.err = bus.Decode(a.payload, &r)
	}
	if a.err != nil {
		b.log.Debug("no receipt", "entry", m.seal.Index, "error", a.err)
		b.retry(now, m)
		return
	}
	key := b.cfg.AccountKey()
	why := b.judge(m, &r, key)
	if why != "" {
		b.log.Warn("a receipt is not accepted", "entry", m.seal.Index, "status", statusName(r.Status), "reason", why)
		b.retry(now, m)
		return
	}
	b.fails, b.pause = 0, time.Time{}
	if r.Status == bus.Wait {
		if at := b.attempts[m.ref]; at != nil && !m.gone {
			at.until = now.Add(min(max(time.Duration(r.WaitMS)*time.Millisecond, b.cfg.Retry), maxWait))
		}
		return
	}
	if r.Status == bus.Committed || r.Status == bus.Dropped {
		if len(b.receipts.waiting) == 0 {
			b.proofDue = now.Add(proofDelay)
		}
		if err := b.receipts.add(m, &r, len(key) > 0); err != nil {
			b.log.Error("a receipt can't be kept", "entry", m.seal.Index, "error", err)
		}
	}
	if !m.gone {
		b.settle(m, &r)
	}
}

// judge says what is wrong with a receipt, "" when nothing is. Wait, Gone and Refused prove nothing and need no
// signature.
func (b *Box) judge(m *message, r *bus.Receipt, key ed25519.PublicKey) string {
	if r.Status < bus.Committed || r.Status > bus.Refused {
		return "its status is unknown"
	}
	if r.Status == bus.Wait {
		return ""
	}
	if r.Seal != m.seal {
		return "it is about another ledger entry"
	}
	if len(key) != ed25519.PublicKeySize || r.Status == bus.Gone || r.Status == bus.Refused {
		return ""
	}
	if !ed25519.Verify(key, bus.SignedReceipt(b.cfg.Node, m.ref, m.number, m.seal), r.Signature) {
		return "its signature is not the account's"
	}
	return ""
}

// settle takes a message with a final answer out of the box; an answer that ends the attempt takes the others too.
func (b *Box) settle(m *message, r *bus.Receipt) {
	for i, q := range b.queue {
		if q == m {
			b.queue = append(b.queue[:i], b.queue[i+1:]...)
			break
		}
	}
	at := b.attempts[m.ref]
	how := Delivery{Status: r.Status, Code: r.Code, Text: r.Text}
	switch {
	case r.Status == bus.Committed && m.subject == bus.SubjectBatch:
		at.batches--
		b.uncache(m)
		return
	case r.Status == bus.Committed || r.Status == bus.Dropped:
		m.gone = true
		b.uncache(m)
	default:
		reason := statusName(r.Status)
		if r.Code != "" {
			reason += ": " + closedWord(r.Code)
		}
		b.giveUp(m, reason)
	}
	b.deliveries = append(b.deliveries, delivered{m.ref, how})
	b.Discard(m.ref, "the account answered "+statusName(r.Status)+" to another message of the attempt")
}

// closedWord is a code of the account as far as the ledger takes it: letters and digits, at most 64.
func closedWord(code string) string {
	var out []byte
	for i := 0; i < len(code) && len(out) < 64; i++ {
		if c := code[i]; c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' {
			out = append(out, c)
		}
	}
	return string(out)
}

// retry sets when a message without an answer is sent again, and when any is: failures in a row wait longer.
func (b *Box) retry(now time.Time, m *message) {
	m.tries++
	m.due = now.Add(b.backoff(m.tries))
	if !now.Before(b.pause) { // of a window that failed together only the first counts
		b.fails++
		b.pause = now.Add(b.backoff(b.fails))
	}
}

// backoff doubles from Retry to maxRetry; the jitter takes up to half of it away.
func (b *Box) backoff(tries int) time.Duration {
	d := b.cfg.Retry << min(tries-1, 20)
	if d > maxRetry || d <= 0 {
		d = maxRetry
	}
	return d - time.Duration(b.rng.Int64N(int64(d)/2+1))
}
