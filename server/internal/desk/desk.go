// Package desk is the account's side of the bus: it decodes one request of a node, hands it to the room whose it is,
// and encodes the answer.
package desk

import (
	"context"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/server/internal/ingest"
	"github.com/purlieu/purlieu/server/internal/scan"
)

// Fleet hears the beats of nodes.
type Fleet interface {
	Beat(ctx context.Context, node string, beat bus.Beat) error
}

// Desk implements bus.Handler. Safe for concurrent use.
type Desk struct {
	scans  *scan.Service
	ingest *ingest.Service
	fleet  Fleet
}

// New makes a desk.
func New(scans *scan.Service, in *ingest.Service, fleet Fleet) *Desk {
	return &Desk{scans: scans, ingest: in, fleet: fleet}
}

// maxPayload bounds a request: a batch with its envelope, and room to spare.
const maxPayload = bus.MaxPacked + 64<<10

// Handle answers one request of an authenticated node. What can't be read is fault.Invalid, and has no effect.
func (d *Desk) Handle(ctx context.Context, node string, subject bus.Subject, payload []byte) ([]byte, error) {
	if len(payload) > maxPayload {
		return nil, fault.New(fault.Invalid, "MessageTooLarge", "a message is at most %d bytes", maxPayload)
	}
	switch subject {
	case bus.SubjectClaim:
		return answer(ctx, node, payload, d.scans.Claim)
	case bus.SubjectRenew:
		return answer(ctx, node, payload, d.scans.Renew)
	case bus.SubjectBatch:
		return answer(ctx, node, payload, d.ingest.Receive)
	case bus.SubjectDone:
		return answer(ctx, node, payload, d.ingest.Done)
	case bus.SubjectBase:
		return answer(ctx, node, payload, d.scans.Base)
	case bus.SubjectBeat:
		return answer(ctx, node, payload, d.beat)
	case bus.SubjectKind:
		return answer(ctx, node, payload, func(ctx context.Context, node string, k bus.Description) (bus.DescriptionAnswer, error) {
			return d.scans.Described(ctx, node, k, ingest.Noting(ctx, node, k.Seal))
		})
	}
	return nil, fault.New(fault.Unsupported, "UnknownSubject", "nothing here answers %q", subject)
}

// beat hears a beat, and asks for the descriptions of kinds that the node has and the account does not know.
func (d *Desk) beat(ctx context.Context, node string, b bus.Beat) (bus.BeatAnswer, error) {
	marks := b.Marks
	b.Marks = nil
	a := bus.BeatAnswer{V: bus.Version}
	if err := d.fleet.Beat(ctx, node, b); err != nil {
		return a, err
	}
	var err error
	a.Want, err = d.scans.Announce(ctx, node, marks)
	return a, err
}

func answer[Q, A any](ctx context.Context, node string, payload []byte, do func(context.Context, string, Q) (A, error)) ([]byte, error) {
	var question Q
	if err := bus.Decode(payload, &question); err != nil {
		return nil, err
	}
	a, err := do(ctx, node, question)
	if err != nil {
		return nil, err
	}
	return bus.Encode(a)
}
