package fleet_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

func TestAQuestionGoesToANodeThatIsThere(t *testing.T) {
	h := build(t)
	ctx := t.Context()
	var asked []string
	there := map[string]bus.Answer{}
	h.cfg.Ask = func(_ context.Context, node string, q bus.Ask) (bus.Answer, error) {
		asked = append(asked, node)
		if a, ok := there[node]; ok {
			return a, nil
		}
		return bus.Answer{}, fault.New(fault.Unreachable, "NodeAway", "away")
	}
	s := h.replica()
	if _, err := s.Ask(ctx, "none", bus.Ask{}); !fault.Is(err, fault.NotFound) {
		t.Errorf("no runtime: %v", err)
	}
	if _, err := s.Ask(ctx, "pool", bus.Ask{}); fault.CodeOf(err) != "RuntimeOffline" || !strings.Contains(err.Error(), "enrol") {
		t.Errorf("no node: %v", err)
	}
	for _, name := range []string{"a", "b", "c", "gone"} {
		h.enrol(name)
	}
	if err := s.Revoke(ctx, "pool--gone"); err != nil {
		t.Fatal(err)
	}
	for node, attempts := range map[string]int{"pool--a": 3, "pool--b": 1} {
		if err := s.Beat(ctx, node, bus.Beat{V: 1, Attempts: attempts}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.Ask(ctx, "pool", bus.Ask{}); fault.CodeOf(err) != "RuntimeOffline" {
		t.Errorf("all away: %v", err)
	}
	if want := []string{"pool--b", "pool--a", "pool--c"}; !slices.Equal(asked, want) {
		t.Errorf("asked %v, want %v: first who is online, then who has less to do, and never who was revoked", asked, want)
	}
	there["pool--c"] = bus.Answer{V: 1, Names: []model.Ref{{Type: "t", Path: "x"}}}
	if a, err := s.Ask(ctx, "pool", bus.Ask{}); err != nil || a.Node != "pool--c" || len(a.Names) != 1 || a.Failure != nil {
		t.Errorf("one is there, which this replica did not know: %+v, %v", a, err)
	}
	there["pool--b"] = bus.Answer{V: 1, Code: "WrongPassword\x00", Kind: fault.Internal, Text: strings.Repeat("x", 5000), Steps: make([]bus.Step, 1000)}
	a, err := s.Ask(ctx, "pool", bus.Ask{})
	if err != nil || a.Failure == nil || a.Failure.Kind != fault.Unreachable || len(a.Failure.Text) > 1<<10 || len(a.Steps) > bus.MaxSteps || strings.Contains(a.Failure.Code, "\x00") {
		t.Errorf("a node that says too much: %+v, %v", a.Failure, err)
	}
}

func TestTheEntryThatAnAnswerIsIsNotedBeforeAnybodySeesIt(t *testing.T) {
	h := build(t)
	answer := bus.Answer{V: 1, Names: []model.Ref{{Type: "t", Path: "x"}}}
	meanwhile := func() {}
	h.cfg.Ask = func(context.Context, string, bus.Ask) (bus.Answer, error) { meanwhile(); return answer, nil }
	var noted []uint64
	var refuse error
	h.cfg.OnAnswer = func(_ context.Context, _ store.Tx, node string, seal bus.Seal) error {
		if node != "pool--a" || seal.Head[0] != 7 {
			t.Errorf("%s: %+v", node, seal)
		}
		noted = append(noted, seal.Index)
		return refuse
	}
	h.Service = h.replica()
	h.enrol("a")
	ask := func() error {
		_, err := h.Ask(t.Context(), "pool", bus.Ask{})
		return err
	}
	want(t, ask(), "") // a refusal in fixed words has no entry
	answer.Seal = bus.Seal{Index: 12, Head: [32]byte{7}}
	want(t, ask(), "")
	refuse = fault.New(fault.Throttled, "DiskFull", "no room")
	want(t, ask(), "DiskFull")
	if noted = slices.Compact(noted); !slices.Equal(noted, []uint64{12}) { // a transaction may run more than once
		t.Fatalf("noted %v", noted)
	}
	noted, refuse = nil, nil
	meanwhile = func() { // the node that answers is gone, and another has its name
		if err := h.Remove(t.Context(), "pool--a"); err != nil {
			t.Fatal(err)
		}
		h.m.Pass(time.Second)
		h.enrol("a")
	}
	want(t, ask(), "")
	if len(noted) > 0 {
		t.Fatal("the entry of another node's ledger was noted")
	}
}
