package fleet_test

import (
	"context"
	"crypto/ed25519"
	"slices"
	"testing"
	"time"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/fleet"
	"github.com/purlieu/purlieu/server/internal/store"
)

// orders is what a claim or renewal of the node is answered with.
func (h *house) orders(node string) (o bus.Orders) {
	h.t.Helper()
	err := h.m.View(h.t.Context(), func(tx store.Tx) (err error) {
		o, err = fleet.Orders(h.t.Context(), tx, node)
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return o
}

func TestADrainStandsUntilItIsTakenBack(t *testing.T) {
	h := build(t)
	var told []string
	h.cfg.OnOrder = func(node string) { told = append(told, node) }
	h.Service = h.replica()
	e, private := h.enrol("n1")
	if h.orders(e.Node).Drain || h.orders("pool--n9").Drain {
		t.Fatal("nobody said so")
	}
	do := func(what func(context.Context, string) error) {
		t.Helper()
		if err := what(t.Context(), e.Node); err != nil {
			t.Fatal(err)
		}
	}
	status := func(s *fleet.Service) fleet.NodeStatus {
		t.Helper()
		all, err := s.Status(t.Context(), "pool")
		if err != nil || len(all.Nodes) != 1 {
			t.Fatal(all, err)
		}
		return all.Nodes[0]
	}
	do(h.Drain)
	since := status(h.Service).DrainSince
	h.m.Pass(h.cfg.BeatEvery)
	do(h.Drain) // again: it stays since when it is
	if got := status(h.replica()); got.Drain != fleet.Draining || !got.DrainSince.Equal(since) || since.IsZero() {
		t.Fatalf("%+v, since %s", got, since)
	}
	if _, err := h.token(h.Service, e.Node, private); err != nil || !h.orders(e.Node).Drain {
		t.Fatalf("a drained node gets no token, or is not drained any more: %v", err)
	}
	if _, err := h.Enrol(t.Context(), request(h.key(fleet.AuthKey1), "n1", private.Public().(ed25519.PublicKey))); err != nil || !h.orders(e.Node).Drain {
		t.Fatalf("asking for the lost answer of its enrolment resumed it: %v", err)
	}
	h.m.Pass(time.Millisecond)
	if err := h.Beat(t.Context(), e.Node, bus.Beat{Drained: true, Spooled: 1}); err != nil || status(h.Service).Drain != fleet.Draining {
		t.Fatal("messages wait", err)
	}
	h.m.Pass(time.Millisecond)
	if err := h.Beat(t.Context(), e.Node, bus.Beat{Drained: true}); err != nil || status(h.Service).Drain != fleet.Drained {
		t.Fatal(status(h.Service), err)
	}
	do(h.Resume)
	if got := status(h.replica()); h.orders(e.Node).Drain || got.Drain != fleet.NotDraining || !got.DrainSince.IsZero() {
		t.Fatalf("%+v", got)
	}
	h.m.Pass(time.Millisecond)
	do(h.Drain) // and again, before any beat that knows of it: meanwhile it may have claimed
	if got := status(h.Service); got.Drain != fleet.Draining {
		t.Fatalf("a beat of the drain before counts: %+v", got)
	}
	h.m.Pass(time.Millisecond)
	if err := h.Beat(t.Context(), e.Node, bus.Beat{Drained: true}); err != nil || status(h.Service).Drain != fleet.Drained {
		t.Fatal(status(h.Service), err)
	}
	if !slices.Equal(told, []string{e.Node, e.Node, e.Node, e.Node}) {
		t.Fatalf("told %q", told)
	}
	want(t, h.Drain(t.Context(), "pool--n9"), "NodeNotFound")
	want(t, h.Resume(t.Context(), "pool--n9"), "NodeNotFound")
	if len(told) != 4 {
		t.Fatalf("told %q", told)
	}
}

func TestTheBuiltInNodeStaysDrainedInItsNextLife(t *testing.T) {
	h := build(t)
	for range 2 {
		e, err := h.EnrolBuiltIn(t.Context(), "server", make([]byte, ed25519.PublicKeySize), model.NodeInfo{})
		if err != nil {
			t.Fatal(err)
		}
		if err := h.Drain(t.Context(), e.Node); err != nil || !h.orders(e.Node).Drain {
			t.Fatal(err)
		}
	}
	if _, err := h.EnrolBuiltIn(t.Context(), "server", make([]byte, ed25519.PublicKeySize), model.NodeInfo{}); err != nil || !h.orders(bus.NodeID(model.BuiltInRuntime, "server")).Drain {
		t.Fatal("resumed", err)
	}
}
