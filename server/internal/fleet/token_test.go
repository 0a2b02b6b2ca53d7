package fleet_test

import (
	"crypto/ed25519"
	"crypto/rand"
	"slices"
	"testing"
	"time"

	"github.com/purlieu/purlieu/model"
)

func TestNodeToken(t *testing.T) {
	h := build(t)
	ctx := t.Context()
	e, private := h.enrol("n1")
	other := h.replica()

	t.Run("is good on every replica", func(t *testing.T) {
		token, err := h.token(other, e.Node, private)
		if err != nil {
			t.Fatal(err)
		}
		p, err := h.access.Authenticate(ctx, token)
		if err != nil || p.Node != e.Node {
			t.Fatal(p, err)
		}
	})
	t.Run("a nonce is good once, across replicas, for a minute and one node", func(t *testing.T) {
		h.m.Pass(time.Millisecond)
		nonce, _ := h.Nonce(ctx, e.Node)
		sig := ed25519.Sign(private, model.NodeProof(e.Node, nonce))
		if _, _, err := h.NodeToken(ctx, e.Node, nonce, sig); err != nil {
			t.Fatal(err)
		}
		_, _, err := other.NodeToken(ctx, e.Node, nonce, sig)
		want(t, err, "BadProof")
		h.m.Pass(time.Millisecond)
		nonce, _ = h.Nonce(ctx, e.Node)
		sig = ed25519.Sign(private, model.NodeProof(e.Node, nonce))
		h.m.Pass(time.Minute)
		_, _, err = h.NodeToken(ctx, e.Node, nonce, sig)
		want(t, err, "BadProof")
		e2, private2 := h.enrol("n2")
		nonce, _ = h.Nonce(ctx, e.Node)
		_, _, err = h.NodeToken(ctx, e2.Node, nonce, ed25519.Sign(private2, model.NodeProof(e2.Node, nonce)))
		want(t, err, "BadProof")
	})
	t.Run("another key, or a made-up nonce, gets none and learns nothing", func(t *testing.T) {
		_, eve, _ := ed25519.GenerateKey(rand.Reader)
		_, known := h.token(h.Service, e.Node, eve)
		_, unknown := h.token(h.Service, "pool--nobody", eve)
		want(t, known, "NodeNotEnrolled")
		if known.Error() != unknown.Error() {
			t.Fatal(known, unknown)
		}
		_, _, err := h.NodeToken(ctx, e.Node, "nonce", ed25519.Sign(private, model.NodeProof(e.Node, "nonce")))
		want(t, err, "BadProof")
	})
	t.Run("ends at once when the node is revoked, on every replica", func(t *testing.T) {
		token, err := h.token(h.Service, e.Node, private)
		if err != nil {
			t.Fatal(err)
		}
		h.cut = nil
		if err := other.Revoke(ctx, e.Node); err != nil {
			t.Fatal(err)
		}
		_, err = h.access.Authenticate(ctx, token)
		want(t, err, "Unauthenticated")
		if gone, err := h.Gone(ctx, []string{"pool--n2", e.Node, "pool--never"}); err != nil || len(gone) != 2 || gone[0] != e.Node {
			t.Fatal(gone, err)
		}
		if !slices.Equal(h.cut, []string{e.Node}) {
			t.Fatal(h.cut)
		}
		_, err = h.token(h.Service, e.Node, private)
		want(t, err, "NodeRevoked")
	})
	t.Run("of a removed node is not good for the next of its name", func(t *testing.T) {
		old, private := h.enrol("n3")
		token, _ := h.token(h.Service, old.Node, private)
		if err := h.Remove(ctx, old.Node); err != nil {
			t.Fatal(err)
		}
		h.enrol("n3")
		_, err := h.access.Authenticate(ctx, token)
		want(t, err, "Unauthenticated")
	})
	t.Run("a node silent for 90 days enrols anew", func(t *testing.T) {
		old, private := h.enrol("n4")
		h.m.Pass(h.cfg.Lapse - time.Minute)
		if _, err := h.token(h.Service, old.Node, private); err != nil {
			t.Fatal(err)
		}
		h.m.Pass(h.cfg.Lapse)
		_, err := h.token(h.Service, old.Node, private)
		want(t, err, "NodeLapsed")
		h.enrol("n4") // the name is free for it
	})
}
