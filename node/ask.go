package node

import (
	"context"
	"time"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/node/internal/console"
	"github.com/purlieu/purlieu/node/internal/outbox"
)

// desk answers the account's questions: the broker asks, the outbox records.
func (p *process) desk() *console.Desk {
	return &console.Desk{Policy: p.rules.now, Put: p.broker.Ask, Record: p.recordAnswer, Now: time.Now, Log: p.log}
}

// recordAnswer writes an answer to the ledger.
func (p *process) recordAnswer(ctx context.Context, detail string, body []byte) (bus.Seal, error) {
	return p.record(ctx, outbox.EntryAnswer, detail, body)
}

// record writes to the ledger, on the loop, what leaves by another way than the outbox, and has the witnesses told that the owner
// requires.
func (p *process) record(ctx context.Context, kind outbox.EntryKind, detail string, body []byte) (bus.Seal, error) {
	type result struct {
		seal bus.Seal
		err  error
	}
	done := make(chan result, 1)
	p.node.Post(func() {
		seal, err := p.node.box.Record(time.Now(), kind, detail, body)
		done <- result{seal, err}
	})
	select {
	case r := <-done:
		if r.err == nil {
			r.err = p.attested(ctx, r.seal)
		}
		return r.seal, r.err
	case <-ctx.Done():
		return bus.Seal{}, fault.New(fault.Unreachable, "Stopping", "the node has no time to write to its egress ledger").Because(ctx.Err())
	}
}
