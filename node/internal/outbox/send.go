package outbox

import (
	"crypto/ed25519"
	"time"

	"github.com/purlieu/purlieu/bus"
)

// send fills the window. While the account can't be reached, one message at a time feels for it.
func (b *Box) send(now time.Time) {
	window := b.cfg.Window
	if b.fails > 0 {
		window = 1
	}
	for !b.hold && b.flying < window && !now.Before(b.pause) {
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

// inTurn reports whether the message may leave: one that a witness must know of first when it does, a done only when no batch of
// its attempt waits.
func (b *Box) inTurn(m *message) bool {
	if b.attested != nil && m.seal.Index > *b.attested {
		return false
	}
	return m.subject != bus.SubjectDone || b.attempts[m.ref].batches == 0
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
