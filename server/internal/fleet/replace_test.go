package fleet_test

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"slices"
	"testing"
	"time"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

// swap is a request for a node's new key, with a nonce of its own.
func (h *house) swap(node string, old, next ed25519.PrivateKey) model.KeyRequest {
	h.t.Helper()
	h.m.Pass(time.Millisecond)
	nonce, err := h.Nonce(h.t.Context(), node)
	if err != nil {
		h.t.Fatal(err)
	}
	public := next.Public().(ed25519.PublicKey)
	proof := model.KeyProof(node, nonce, public)
	return model.KeyRequest{Node: node, Nonce: nonce, PublicKey: public, Signature: ed25519.Sign(old, proof), NewSignature: ed25519.Sign(next, proof)}
}

func newPrivate() ed25519.PrivateKey {
	_, private, _ := ed25519.GenerateKey(rand.Reader)
	return private
}

func TestANewKeyTakesThePlaceOfTheOldOneAtOnce(t *testing.T) {
	h := build(t)
	var told []string
	var refuse error
	h.cfg.OnKey = func(_ context.Context, _ store.Tx, node string, key ed25519.PublicKey) error {
		told = append(told, node+" "+string(key))
		return refuse
	}
	h.Service = h.replica()
	other := h.replica()
	e, old := h.enrol("n1")
	next := newPrivate()
	token, err := h.token(h.Service, e.Node, old)
	if err != nil {
		t.Fatal(err)
	}
	p, err := h.access.Authenticate(t.Context(), token)
	if err != nil || p.Enrolment == "" {
		t.Fatal(p, err)
	}
	other.Met(e.Node, p.Enrolment)
	if err := h.RotateKey(t.Context(), e.Node); err != nil || !h.orders(e.Node).NewKey {
		t.Fatal("it was not told to", err)
	}
	h.cut = nil

	refuse = fault.New(fault.Throttled, "DiskFull", "no room")
	_, err = h.ReplaceKey(t.Context(), h.swap(e.Node, old, next))
	want(t, err, "DiskFull")
	if _, err := h.token(h.Service, e.Node, old); err != nil || len(h.cut) > 0 {
		t.Fatal("the old key was lost with a change that failed", err, h.cut)
	}
	refuse, told = nil, nil
	made, err := h.ReplaceKey(t.Context(), h.swap(e.Node, old, next))
	if err != nil || made.IsZero() {
		t.Fatal(made, err)
	}
	if h.orders(e.Node).NewKey {
		t.Error("it is told again what it has done")
	}
	if !slices.Equal(slices.Compact(told), []string{e.Node + " " + string(next.Public().(ed25519.PublicKey))}) || !slices.Equal(h.cut, []string{e.Node}) {
		t.Errorf("told %q, cut %q", told, h.cut)
	}
	if _, err := h.access.Authenticate(t.Context(), token); !fault.Is(err, fault.Denied) {
		t.Errorf("a token of the old key is taken: %v", err)
	}
	_, err = h.token(other, e.Node, old)
	want(t, err, "NodeNotEnrolled")
	fresh, err := h.token(other, e.Node, next)
	if err != nil {
		t.Fatal(err)
	}
	if p, err = h.access.Authenticate(t.Context(), fresh); err != nil {
		t.Fatal(err)
	}

	// Another replica, to which the node was connected before, cuts it once.
	other.Met(e.Node, p.Enrolment)
	for _, want := range []int{1, 0} {
		if gone, err := other.Gone(t.Context(), []string{e.Node}); err != nil || len(gone) != want {
			t.Fatal(gone, err)
		}
		other.Met(e.Node, p.Enrolment)
	}

	// The answer was lost: the node asks again, and nothing changes.
	told, h.cut = nil, nil
	h.m.Pass(time.Second)
	again, err := h.ReplaceKey(t.Context(), h.swap(e.Node, old, next))
	if err != nil || !again.Equal(made) || len(told)+len(h.cut) > 0 {
		t.Fatal(again, err, told, h.cut)
	}
	if _, err := h.access.Authenticate(t.Context(), fresh); err != nil {
		t.Error("asking again ended the new token", err)
	}
	status, err := h.Status(t.Context(), "pool")
	if err != nil || !status.Nodes[0].KeyMade.Equal(made) || status.Nodes[0].NewKey {
		t.Errorf("%+v %v", status.Nodes[0], err)
	}
}

func TestWhoDoesNotHoldBothKeysChangesNone(t *testing.T) {
	h := build(t)
	e, old := h.enrol("n1")
	next, eve := newPrivate(), newPrivate()
	for name, c := range map[string]struct {
		req  func() model.KeyRequest
		code string
	}{
		"a stranger":               {func() model.KeyRequest { return h.swap(e.Node, eve, next) }, "NodeNotEnrolled"},
		"a node that is not there": {func() model.KeyRequest { return h.swap("pool--n9", old, next) }, "NodeNotEnrolled"},
		"without the new key":      {func() model.KeyRequest { r := h.swap(e.Node, old, next); r.NewSignature = r.Signature; return r }, "NodeNotEnrolled"},
		"a key that no proof is of": {func() model.KeyRequest {
			r := h.swap(e.Node, old, next)
			r.PublicKey = eve.Public().(ed25519.PublicKey)
			return r
		}, "NodeNotEnrolled"},
		"a nonce for another node": {func() model.KeyRequest { r := h.swap("pool--n2", old, next); r.Node = e.Node; return r }, "BadProof"},
		"no key":                   {func() model.KeyRequest { r := h.swap(e.Node, old, next); r.PublicKey = r.PublicKey[1:]; return r }, "InvalidPublicKey"},
		"the proof of a token": {func() model.KeyRequest {
			r := h.swap(e.Node, old, next)
			r.Signature = ed25519.Sign(old, model.NodeProof(e.Node, r.Nonce))
			return r
		}, "NodeNotEnrolled"},
	} {
		_, err := h.ReplaceKey(t.Context(), c.req())
		if fault.CodeOf(err) != c.code {
			t.Errorf("%s: %v", name, err)
		}
	}
	first := h.swap(e.Node, old, next)
	if _, err := h.token(h.Service, e.Node, old); err != nil { // with a newer nonce
		t.Fatal("the key was changed", err)
	}
	_, err := h.ReplaceKey(t.Context(), first)
	want(t, err, "BadProof")
	if err := h.Revoke(t.Context(), e.Node); err != nil {
		t.Fatal(err)
	}
	_, err = h.ReplaceKey(t.Context(), h.swap(e.Node, old, next))
	want(t, err, "NodeRevoked")
	if _, err := h.EnrolBuiltIn(t.Context(), "server", next.Public().(ed25519.PublicKey), model.NodeInfo{}); err != nil {
		t.Fatal(err)
	}
	want(t, h.RotateKey(t.Context(), bus.NodeID(model.BuiltInRuntime, "server")), "BuiltIn")
	want(t, h.RotateKey(t.Context(), "pool--n9"), "NodeNotFound")
}
