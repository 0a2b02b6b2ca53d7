package node

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"time"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/node/internal/console"
	"github.com/purlieu/purlieu/node/internal/enrol"
	"github.com/purlieu/purlieu/node/internal/outbox"
)

// Times of a rotation of the node's key.
const (
	rotateWithin = 30 * time.Second // one try
	rotateRest   = 10 * time.Second // between tries; answers of before the last one are over then
	rotateLook   = 200 * time.Millisecond
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

// rotateIfAsked begins a rotation of the node's key where a person of the account or the machine's owner asked for one, or
// one was cut short. It belongs to the process's own loop; the rotation itself does not.
func (p *process) rotateIfAsked(ctx context.Context, s *console.Status) {
	if p.o.Rotate == nil || !s.Connected || time.Since(p.rotated) < rotateRest {
		return
	}
	asked, err := enrol.RotationAsked(p.o.StateDir)
	if err != nil {
		p.log.Warn("whether a new node key is asked for can't be read", "err", err)
		p.rotated = time.Now()
		return
	}
	if !asked && !s.NewKey {
		return
	}
	select {
	case p.rotating <- struct{}{}:
	default:
		return // one is under way
	}
	p.rotated = time.Now()
	p.others.Go(func() {
		defer func() { <-p.rotating }()
		p.rotate(ctx)
	})
}

func (p *process) rotate(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, rotateWithin)
	defer cancel()
	err := p.o.Rotate(ctx, func(detail string, body []byte) error {
		_, err := p.record(ctx, outbox.EntryKey, detail, body)
		return err
	})
	if err != nil {
		p.log.Warn("the node's key could not be replaced; the one that the account has goes on, and it is tried again", "code", fault.CodeOf(err), "err", err)
		return
	}
	if _, err := enrol.RotationAsked(p.o.StateDir); err != nil { // which removes the question that was answered
		p.log.Warn("the wish for a new node key could not be removed: another one will be made", "err", err)
	}
	p.node.Post(p.node.leases.AskOrders)
	p.log.Info("the node has a new key, and the account takes no other")
}
