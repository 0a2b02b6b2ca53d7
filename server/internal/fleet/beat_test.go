package fleet_test

import (
	"context"
	"crypto/ed25519"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/fleet"
)

func TestBeat(t *testing.T) {
	h := build(t)
	ctx := t.Context()
	state := func(s *fleet.Service) (string, map[string]string) {
		t.Helper()
		status, err := s.Status(ctx, "pool")
		if err != nil {
			t.Fatal(err)
		}
		all, err := s.Statuses(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if i := slices.IndexFunc(all, func(one fleet.RuntimeStatus) bool { return one.Runtime.Name == "pool" }); i < 0 || !reflect.DeepEqual(all[i], status) {
			t.Fatalf("of all: %+v; alone: %+v", all, status)
		}
		nodes := map[string]string{}
		for _, n := range status.Nodes {
			nodes[n.Name] = n.State
		}
		return status.State, nodes
	}
	if got, _ := state(h.Service); got != fleet.NeedRegistration {
		t.Fatal(got)
	}
	a, _ := h.enrol("a")
	b, _ := h.enrol("b")
	if got, _ := state(h.Service); got != fleet.Offline {
		t.Fatal(got)
	}
	beat := func(node string, n int) {
		t.Helper()
		if err := h.Beat(ctx, node, bus.Beat{V: 1, Version: "1.0", Attempts: n, Machine: "host\x00" + strings.Repeat("x", 300)}); err != nil {
			t.Fatal(err)
		}
	}
	beat(a.Node, 1)
	if got, nodes := state(h.Service); got != fleet.Limited || nodes["a"] != fleet.Online || nodes["b"] != fleet.Offline {
		t.Fatal(got, nodes)
	}
	beat(b.Node, 1)
	if got, _ := state(h.replica()); got != fleet.Online {
		t.Fatal(got)
	}
	t.Run("is written once a minute, and the newest is shown", func(t *testing.T) {
		_, before := h.m.nodes(t)
		for i := range 50 {
			h.m.Pass(time.Second)
			beat(a.Node, i)
		}
		if _, after := h.m.nodes(t); after != before {
			t.Fatalf("%d writes in 50 s", after-before)
		}
		status, _ := h.Status(ctx, "pool")
		if status.Nodes[0].Attempts != 49 || status.Nodes[0].Version != "1.0" || len(status.Nodes[0].Machine) > 260 {
			t.Fatalf("%+v", status.Nodes[0])
		}
		h.m.Pass(10 * time.Second)
		beat(a.Node, 7)
		if _, after := h.m.nodes(t); after != before+1 {
			t.Fatalf("%d writes in 60 s", after-before)
		}
	})
	t.Run("fifteen seconds without one is offline", func(t *testing.T) {
		h.m.Pass(14 * time.Second)
		if _, nodes := state(h.Service); nodes["a"] != fleet.Online {
			t.Fatal(nodes)
		}
		h.m.Pass(time.Second)
		if got, nodes := state(h.Service); got != fleet.Offline {
			t.Fatal(got, nodes)
		}
	})
	t.Run("a revoked node needs registration, and its beats change nothing", func(t *testing.T) {
		if err := h.Revoke(ctx, a.Node); err != nil {
			t.Fatal(err)
		}
		beat(a.Node, 1)
		if _, nodes := state(h.Service); nodes["a"] != fleet.NeedRegistration {
			t.Fatal(nodes)
		}
	})
	t.Run("of an unknown node is forgotten", func(t *testing.T) { beat("pool--none", 1) })
	t.Run("from many at once", func(t *testing.T) {
		var wg sync.WaitGroup
		for i := range 8 {
			wg.Go(func() {
				for range 20 {
					_ = h.Beat(context.Background(), []string{a.Node, b.Node}[i%2], bus.Beat{Attempts: i})
					_, _ = h.Status(context.Background(), "pool")
				}
			})
		}
		wg.Wait()
	})
}

func TestANodeThatRestsIsNotOffline(t *testing.T) {
	h := build(t)
	e, err := h.EnrolBuiltIn(t.Context(), "server", make([]byte, ed25519.PublicKeySize), model.NodeInfo{})
	if err != nil {
		t.Fatal(err)
	}
	look := func(want string, awaited int) {
		t.Helper()
		status, err := h.Status(t.Context(), model.BuiltInRuntime)
		if err != nil || status.State != fleet.Started || len(status.Nodes) != 1 || status.Nodes[0].State != want || status.Awaited != awaited {
			t.Fatalf("want %s, %d awaited: %+v, %v", want, awaited, status, err)
		}
	}
	if err := h.Beat(t.Context(), e.Node, bus.Beat{V: 1}); err != nil {
		t.Fatal(err)
	}
	look(fleet.Online, 1)
	h.m.Pass(15 * time.Second)
	look(fleet.Resting, 0)
}
