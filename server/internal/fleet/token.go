package fleet

import (
	"context"
	"crypto/ed25519"
	"time"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

const nonceUse = "node"

// Nonce gives a nonce for a node to sign; any replica takes it back, once, within a minute. It does not tell whether
// there is such a node.
func (s *Service) Nonce(ctx context.Context, node string) (string, error) {
	if len(node) > 2*63+2 {
		return "", notEnrolled()
	}
	return s.tokens.IssueNonce(ctx, nonceUse, node, s.cfg.NonceLife)
}

func notEnrolled() error {
	return fault.New(fault.Denied, "NodeNotEnrolled", "the node is not enrolled here, or was removed").
		Try("Enrol it again with a key of its runtime")
}

func revoked() error {
	return fault.New(fault.Denied, "NodeRevoked", "the node was revoked").
		Try("Ask a data source administrator; after its removal it can be enrolled again")
}

// NodeToken trades a signed nonce for a token of bus and REST. A nonce is good once, on whatever replica: the node's
// document keeps when the last used one was made, and older ones are refused. So of two nonces taken at once the
// second used may be refused; the node asks again.
// It fails with fault.Denied: "NodeNotEnrolled", "NodeRevoked", "NodePending", "NodeLapsed" or "BadProof".
func (s *Service) NodeToken(ctx context.Context, node, nonce string, signature []byte) (token string, life time.Duration, err error) {
	var enrolment string
	err = s.store.Update(ctx, store.People, func(tx store.Tx) error {
		body, doc, err := s.proven(ctx, tx, node, nonce, func(key ed25519.PublicKey) bool {
			return ed25519.Verify(key, model.NodeProof(node, nonce), signature)
		})
		if err != nil {
			return err
		}
		enrolment = body.Enrolment
		return put(ctx, tx, docNode, node, doc.Version, body)
	})
	if err != nil {
		return "", 0, err
	}
	return s.tokens.IssueNode(ctx, node, enrolment)
}

// proven is the document of a node that has signed the nonce, and may act, with the nonce as used: the caller writes it.
// holds judges the signature by the key that the node has.
func (s *Service) proven(ctx context.Context, tx store.Tx, node, nonce string, holds func(ed25519.PublicKey) bool) (nodeDoc, store.Doc, error) {
	bad := fault.New(fault.Denied, "BadProof", "the node's signature or its nonce is not right").Try("Ask for a new nonce and sign that")
	made, err := s.tokens.CheckNonce(ctx, tx, nonceUse, node, nonce)
	if err != nil {
		if fault.Is(err, fault.Denied) {
			err = bad
		}
		return nodeDoc{}, store.Doc{}, err
	}
	body, doc, err := get[nodeDoc](ctx, tx, docNode, node)
	if err != nil {
		return body, doc, orElse(err, notEnrolled())
	}
	now := tx.Now()
	switch {
	// The proof comes first: only the node itself learns how it stands.
	case len(body.PublicKey) != ed25519.PublicKeySize || !holds(body.PublicKey):
		err = notEnrolled()
	case !made.After(body.Nonce):
		err = bad
	case body.Revoked:
		err = revoked()
	case body.Pending:
		err = fault.New(fault.Denied, "NodePending", "the node waits for approval").
			Try("A data source administrator approves it with `purlieu node approve %s %s`", body.Runtime, body.Name)
	case s.lapsed(body, now):
		err = fault.New(fault.Denied, "NodeLapsed", "the node was silent for more than %d days", int(s.cfg.Lapse.Hours()/24)).
			Try("Enrol it again with a key of its runtime")
	}
	body.Nonce, body.Seen = made, now
	return body, doc, err
}

// Live judges, within a transaction, whether the enrolment that a token names still stands; fault.Denied. It is
// access.Config.Live.
func Live(ctx context.Context, tx store.Tx, node, enrolment string) error {
	body, _, err := get[nodeDoc](ctx, tx, docNode, node)
	switch {
	case err != nil:
		return orElse(err, notEnrolled())
	case body.Enrolment != enrolment:
		return notEnrolled()
	case body.Revoked:
		return revoked()
	case body.Pending:
		return fault.New(fault.Denied, "NodePending", "the node waits for approval")
	}
	return nil
}
