package fleet

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"time"

	"github.com/purlieu/purlieu/failpoint"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

// ReplaceKey takes a node's new key in place of its own, in one transaction: from then on the old one proves nothing, tokens
// got with it end, and connections opened with those are cut. A node whose answer was lost asks again, with the same new key
// and a new nonce, and is answered the same; that changes nothing.
// It fails with fault.Denied, as NodeToken does, or fault.Invalid ("InvalidPublicKey").
func (s *Service) ReplaceKey(ctx context.Context, req model.KeyRequest) (made time.Time, err error) {
	if len(req.PublicKey) != ed25519.PublicKeySize {
		return made, fault.New(fault.Invalid, "InvalidPublicKey", "a node's public key has %d bytes", ed25519.PublicKeySize)
	}
	replaced := false
	err = s.store.Update(ctx, store.People, func(tx store.Tx) error {
		replaced = false
		body, doc, err := s.proven(ctx, tx, req.Node, req.Nonce, func(key ed25519.PublicKey) bool {
			proof := model.KeyProof(req.Node, req.Nonce, req.PublicKey)
			return ed25519.Verify(req.PublicKey, proof, req.NewSignature) && (bytes.Equal(key, req.PublicKey) || ed25519.Verify(key, proof, req.Signature))
		})
		if err != nil {
			return err
		}
		if !bytes.Equal(body.PublicKey, req.PublicKey) {
			replaced = true
			body.PublicKey, body.Enrolment, body.KeyMade, body.NewKey = req.PublicKey, newGUID(), tx.Now(), time.Time{}
			if err := s.cfg.OnKey(ctx, tx, req.Node, req.PublicKey); err != nil {
				return err
			}
		}
		made = body.KeyMade
		return put(ctx, tx, docNode, req.Node, doc.Version, body)
	})
	if err == nil && replaced {
		failpoint.Hit("fleet.key.after")
		s.disconnect(req.Node) // it comes back with its new key, within its leases
	}
	return made, err
}
