package node

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"time"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/node/internal/console"
	"github.com/purlieu/purlieu/node/internal/enrol"
	"github.com/purlieu/purlieu/node/internal/outbox"
)

// Times of a rotation of the node's key.
const (
	rotateWithin = 30 * time.Second // one try
	rotateRest   = 10 * time.Second // after the first try; answers of before it are over then
	rotateLook   = 200 * time.Millisecond

	rotateRestMost = time.Hour // after one of many that failed
)

// AskRotation asks for a new node key in the name of the machine's owner, and waits until the node that runs has made it.
// done is false where none runs, or none could within ctx: then it is made when one can.
func AskRotation(ctx context.Context, stateDir string) (done bool, err error) {
	old, err := enrol.AskRotation(stateDir)
	if err != nil {
		return false, err
	}
	for {
		status, err := console.Read(stateDir)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return false, err
		}
		key, err := enrol.PublicKey(stateDir)
		switch {
		case err == nil && !bytes.Equal(key, old):
			return true, nil
		case err != nil, !status.Alive(time.Now()), !pause(ctx, rotateLook):
			return false, err
		}
	}
}

// pause waits; false when ctx ended.
func pause(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}

// PublicKey is the public half of the key of a state directory's node.
func PublicKey(stateDir string) (ed25519.PublicKey, error) { return enrol.PublicKey(stateDir) }

// rotation is how far a process is with a new key. It belongs to whoever has filled turn.
type rotation struct {
	turn chan struct{} // full while the key is being replaced
	over time.Time     // when the last try ended
	rest time.Duration // from then to the next, doubled by each that fails
	// said is what the ledger has of the next key, by seal: a try that repeats it says nothing new.
	said string
	seal bus.Seal
}

// tried notes how a try ended.
func (r *rotation) tried(well bool) {
	r.over = time.Now()
	if well {
		r.rest = rotateRest
		return
	}
	r.rest = min(max(2*r.rest, rotateRest), rotateRestMost)
}

// rotateIfAsked begins a rotation of the node's key where a person of the account or the machine's owner asked for one, or
// one was cut short. It belongs to the process's own loop; the rotation itself does not.
func (p *process) rotateIfAsked(ctx context.Context, s *console.Status) {
	if p.o.Rotate == nil || !s.Connected {
		return
	}
	r := &p.rotation
	select {
	case r.turn <- struct{}{}:
	default:
		return // one is under way
	}
	if time.Since(r.over) < r.rest || !p.rotationAsked(s.NewKey) {
		<-r.turn
		return
	}
	p.others.Go(func() {
		defer func() { <-r.turn }()
		r.tried(p.rotate(ctx))
	})
}

// rotationAsked reports whether a new key is to be made: because the account wants it, whatever becomes of the other question.
func (p *process) rotationAsked(ordered bool) bool {
	asked, err := enrol.RotationAsked(p.o.StateDir)
	if err != nil {
		p.log.Warn("whether the machine's owner asks for a new node key can't be read", "err", err)
	}
	switch {
	case asked || ordered:
		return true
	case err != nil:
		p.rotation.tried(false)
	default:
		p.rotation.rest = 0
	}
	return false
}

// rotate makes one try, and reports whether the node has a new key.
func (p *process) rotate(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, rotateWithin)
	defer cancel()
	err := p.o.Rotate(ctx, func(detail string, body []byte) error { return p.recordKey(ctx, detail, body) })
	if err != nil {
		p.log.Warn("the node's key could not be replaced; the one that the account has goes on, and it is tried again, ever more rarely", "code", fault.CodeOf(err), "err", err)
		return false
	}
	p.node.Post(p.node.leases.KeyMade)
	if _, err := enrol.RotationAsked(p.o.StateDir); err != nil { // which removes the question that was answered
		p.log.Warn("the machine owner's wish for a new node key could not be removed", "err", err)
	}
	p.log.Info("the node has a new key, and the account takes no other")
	return true
}

// recordKey writes to the ledger that a key is about to leave, once however often that is tried, and has the witnesses told.
func (p *process) recordKey(ctx context.Context, detail string, body []byte) error {
	r := &p.rotation
	if r.said == detail {
		return p.attested(ctx, r.seal)
	}
	seal, err := p.record(ctx, outbox.EntryKey, detail, body)
	if seal.Index > 0 { // also where the witnesses were not told
		r.said, r.seal = detail, seal
	}
	return err
}
