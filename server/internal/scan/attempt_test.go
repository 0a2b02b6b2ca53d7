package scan

import (
	"context"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

func TestOnlyAReplicaThatHasAnsweredForOneLeaseEndsLeases(t *testing.T) {
	p := newProtocol(t)
	p.start("plot", "all")
	g := p.one(nodeA)
	p.pass(time.Minute)
	fresh := p.replica()
	p.sweep(fresh) // a process that has just started, or was frozen until now
	if len(p.claim(nodeB, 1)) != 0 {
		t.Fatal("a replica that has not answered for a lease ended one")
	}
	p.judging(fresh)
	p.pass(time.Minute) // frozen in the middle: it may not judge when it wakes
	p.update(func(ctx context.Context, tx store.Tx) error {
		u, err := tx.Runs().Unit(ctx, g.Ref.Unit)
		p.ok(err)
		u.State, u.LeaseEnd = model.UnitLeased, p.now.Add(-time.Second)
		return tx.Runs().SetUnit(ctx, u)
	})
	p.sweep(fresh)
	if len(p.claim(nodeB, 1)) != 0 {
		t.Fatal("a replica that was frozen ended a lease")
	}
	p.judging(fresh)
	if again := p.one(nodeB); again.Ref.Attempt != 2 {
		t.Fatalf("got attempt %d", again.Ref.Attempt)
	}
}

func TestAFailingStoreTakesTheRightToJudge(t *testing.T) {
	p := newProtocol(t)
	p.start("plot", "all")
	g := p.one(nodeA)
	p.judging(p.Service)
	p.commit = func() error { return fault.New(fault.Internal, "Disk", "no") }
	if _, err := p.Renew(t.Context(), nodeA, bus.Renew{Attempts: []bus.AttemptRef{g.Ref}}); err == nil {
		t.Fatal("a renewal that was not stored was answered")
	}
	p.commit = nil
	if p.pass(time.Second); p.answering.lasted(p.now) != 0 {
		t.Fatal("the replica failed to answer and may still judge")
	}
}

func TestAUnitWhoseLeaseRanOutGoesBackToItsNode(t *testing.T) {
	p := newProtocol(t)
	p.start("plot", "all")
	g := p.one(nodeA)
	p.pass(time.Minute)
	p.judging(p.Service)
	p.admit(nodeA, g.Ref, 0, bus.Committed) // it works on all the same
	p.verdict(nodeA, g.Ref, bus.VerdictGo)
	if len(p.claim(nodeB, 1)) != 0 {
		t.Fatal("a unit that went back to its node was granted to another")
	}
	p.apply(g, batch{})
	p.done(nodeA, bus.Done{Ref: g.Ref, Batches: 1}, bus.Committed)
	p.verdict(nodeA, g.Ref, bus.VerdictEnded)
}

func TestVerdicts(t *testing.T) {
	p := newProtocol(t)
	id := p.start("plot", "all")
	g := p.one(nodeA)
	p.verdict(nodeA, g.Ref, bus.VerdictGo)
	p.verdict(nodeB, g.Ref, bus.VerdictSuperseded)
	p.verdict(nodeA, bus.AttemptRef{Unit: g.Ref.Unit, Attempt: 2}, bus.VerdictSuperseded)
	p.verdict(nodeA, bus.AttemptRef{Unit: 999, Attempt: 1}, bus.VerdictEnded)
	p.pass(time.Minute)
	p.judging(p.Service)
	again := p.one(nodeB)
	if got := p.renew(p.Service, nodeA, g.Ref, again.Ref); got[0] != bus.VerdictSuperseded || got[1] != bus.VerdictSuperseded {
		t.Fatalf("got %v", got)
	}
	p.verdict(nodeB, again.Ref, bus.VerdictGo)
	p.ok(p.Cancel(t.Context(), "plot", "all", id))
	p.verdict(nodeB, again.Ref, bus.VerdictCancelled)
	_, err := p.Renew(t.Context(), nodeA, bus.Renew{Attempts: make([]bus.AttemptRef, 5000)})
	wants(t, err, fault.Invalid, "TooManyAttempts")
}

func TestBatchesAreAdmittedOnceAndOnlyOfTheHoldersAttempt(t *testing.T) {
	p := newProtocol(t)
	p.start("plot", "all")
	g := p.one(nodeA)
	later := bus.AttemptRef{Unit: g.Ref.Unit, Attempt: 2}
	p.admit(nodeA, later, 0, bus.Refused)
	p.admit(nodeB, g.Ref, 0, bus.Refused)
	p.admit(nodeA, bus.AttemptRef{Unit: 999, Attempt: 1}, 0, bus.Gone)
	p.update(func(ctx context.Context, tx store.Tx) error {
		for i, want := range []bool{true, false} {
			if _, fresh, err := p.Admit(ctx, tx, nodeA, g.Ref, 3); err != nil || fresh != want {
				t.Fatalf("time %d: fresh %v, %v", i+1, fresh, err)
			}
		}
		return nil
	})
	p.pass(time.Minute)
	p.judging(p.Service)
	p.one(nodeB)
	p.admit(nodeA, g.Ref, 4, bus.Dropped)
	p.admit(nodeB, later, 4, bus.Committed)
}

func TestBatchNumbersAreBounded(t *testing.T) {
	p := newProtocol(t)
	p.start("plot", "all")
	g := p.one(nodeA)
	p.admit(nodeA, g.Ref, 1<<32-1, bus.Refused)
	p.admit(nodeA, g.Ref, maxBatches, bus.Refused)
	p.update(func(ctx context.Context, tx store.Tx) error {
		u, err := tx.Runs().Unit(ctx, g.Ref.Unit)
		p.ok(err)
		for i := range uint32(maxHoles) {
			u.Received = append(u.Received, [2]uint32{2 * i, 2*i + 1})
		}
		return tx.Runs().SetUnit(ctx, u)
	})
	p.admit(nodeA, g.Ref, 2*maxHoles, bus.Wait)
	p.verdict(nodeA, g.Ref, bus.VerdictGo) // the row can be read
}

func TestDoneWaitsForEveryBatchAndNoOther(t *testing.T) {
	p := newProtocol(t)
	p.start("plot", "all")
	g := p.one(nodeA)
	p.admit(nodeA, g.Ref, 0, bus.Committed)
	p.admit(nodeA, g.Ref, 2, bus.Committed)
	p.done(nodeA, bus.Done{Ref: g.Ref, Batches: 3}, bus.Wait)
	p.done(nodeA, bus.Done{Ref: g.Ref, Batches: 2}, bus.Wait) // as many came, but not these
	p.done(nodeA, bus.Done{Ref: g.Ref, Batches: 1}, bus.Refused)
	p.done(nodeA, bus.Done{Ref: g.Ref, Batches: 3, Outcome: 9}, bus.Refused)
	p.done(nodeA, bus.Done{Ref: g.Ref, Batches: 3, Assets: 1 << 63}, bus.Refused)
	p.done(nodeA, bus.Done{Ref: g.Ref, Batches: 3, Remedy: strings.Repeat("x", maxNote+1)}, bus.Refused)
	p.admit(nodeA, g.Ref, 1, bus.Committed)
	p.done(nodeA, bus.Done{Ref: g.Ref, Batches: 3}, bus.Committed)
	p.done(nodeA, bus.Done{Ref: g.Ref, Batches: 3}, bus.Committed) // said twice
	p.admit(nodeA, g.Ref, 3, bus.Dropped)
	for range 2 {
		p.apply(g, batch{})
	}
	p.verdict(nodeA, g.Ref, bus.VerdictGo) // two of three are applied
	p.apply(g, batch{})
	p.verdict(nodeA, g.Ref, bus.VerdictEnded)
}

func TestNothingIsNotedOfADoneThatMustWait(t *testing.T) {
	p := newProtocol(t)
	p.start("plot", "all")
	g := p.one(nodeA)
	noted := 0
	also := func(store.Tx) error { noted++; return nil }
	d := bus.Done{Ref: g.Ref, Batches: 1, Outcome: bus.OutcomeRead}
	if status, err := p.Done(t.Context(), nodeA, d, also); status != bus.Wait || err != nil || noted != 0 {
		t.Fatalf("status %d, %v, noted %d times", status, err, noted)
	}
	p.admit(nodeA, g.Ref, 0, bus.Committed)
	if status, err := p.Done(t.Context(), nodeA, d, also); status != bus.Committed || err != nil || noted != 1 {
		t.Fatalf("status %d, %v, noted %d times", status, err, noted)
	}
}

func TestChildrenComeWhenTheUnitClosesAndOfTheClosingAttemptOnly(t *testing.T) {
	p := newProtocol(t)
	p.start("plot", "all")
	g := p.one(nodeA)
	p.send(nodeA, g, 0, batch{children: []model.Unit{{Step: "x", Title: "of the lost attempt"}}})
	p.pass(time.Minute)
	p.judging(p.Service)
	again := p.one(nodeB)
	p.send(nodeB, again, 0, batch{children: []model.Unit{{Step: "x", Title: "child"}}})
	if len(p.claim(nodeA, 4)) != 0 {
		t.Fatal("a child can be claimed before its parent has closed")
	}
	p.done(nodeB, bus.Done{Ref: again.Ref, Batches: 1, Children: 1}, bus.Committed)
	if got := p.claim(nodeA, 4); len(got) != 1 || got[0].Unit.Title != "child" {
		t.Fatalf("got %+v", got)
	}
}

func TestADoneThatCountsOtherChildrenFailsTheUnit(t *testing.T) {
	p := newProtocol(t)
	id := p.start("plot", "all")
	g := p.one(nodeA)
	p.send(nodeA, g, 0, batch{children: []model.Unit{{Step: "x"}}})
	p.done(nodeA, bus.Done{Ref: g.Ref, Batches: 1, Children: 2}, bus.Committed)
	p.sweep(p.Service)
	if v := p.state(id, model.RunFailed); v.Code != "CountsDiffer" {
		t.Fatalf("code %s", v.Code)
	}
}

func TestAFailingUnitIsTriedAgainLaterAndLaterAndThenGivenUp(t *testing.T) {
	p := newProtocol(t)
	id := p.start("plot", "all")
	p.plan(model.Unit{Step: "x", Below: "bed"})
	var waits []time.Duration
	for try := 1; ; try++ {
		began := p.now
		grants := p.claim(nodeA, 1)
		for len(grants) == 0 && p.now.Sub(began) < 2*time.Minute {
			p.pass(time.Second)
			grants = p.claim(nodeA, 1)
		}
		if len(grants) == 0 {
			break
		}
		waits = append(waits, p.now.Sub(began))
		p.done(nodeA, bus.Done{Ref: grants[0].Ref, Outcome: bus.OutcomeFailed, Code: "Refused", Remedy: "Ask later", Retry: true}, bus.Committed)
		if try < p.cfg.MaxAttempts {
			units, err := p.Units(t.Context(), id, []model.UnitState{model.UnitQueued}, 0, 10)
			if err != nil || len(units) != 1 || units[0].Code != "Refused" || units[0].Remedy != "Ask later" || units[0].NotBefore.IsZero() {
				t.Errorf("try %d: what it waits after is not told: %+v, %v", try, units, err)
			}
		}
		p.verdictAfterFailure(grants[0].Ref, try)
	}
	if want := []time.Duration{0, 2e9, 4e9, 8e9, 16e9}; fmt.Sprint(waits) != fmt.Sprint(want) {
		t.Fatalf("tries after %v, want %v", waits, want)
	}
	p.sweep(p.Service)
	v := p.state(id, model.RunSucceeded)
	gaps, err := p.Gaps(t.Context(), id, 0, 9)
	if err != nil || len(gaps) != 1 || gaps[0].Gap.Code != "Refused" || gaps[0].Gap.Path != "bed" || v.Counts.Gaps != 1 {
		t.Fatalf("gaps %+v, counts %+v, %v", gaps, v.Counts, err)
	}
}

func (p *protocol) verdictAfterFailure(ref bus.AttemptRef, try int) {
	p.Helper()
	want := bus.VerdictSuperseded // nobody holds it any more
	if try == p.cfg.MaxAttempts {
		want = bus.VerdictEnded
	}
	p.verdict(nodeA, ref, want)
}

func TestAFailureThatWillNotPassIsNotTriedAgain(t *testing.T) {
	p := newProtocol(t)
	id := p.start("plot", "all")
	g := p.one(nodeA)
	p.done(nodeA, bus.Done{Ref: g.Ref, Outcome: bus.OutcomeFailed, Code: "WrongPassword", Remedy: "Change it"}, bus.Committed)
	p.sweep(p.Service)
	if v := p.state(id, model.RunFailed); v.Code != "WrongPassword" || v.Text != "Change it" {
		t.Fatalf("got %+v", v)
	}
}

func TestAUnitThatLosesItsNodesIsGivenUp(t *testing.T) {
	p := newProtocol(t)
	p.cfg.MaxLost = 3
	id := p.start("plot", "all")
	for try := range 3 {
		if got := p.one(nodeA); got.Ref.Attempt != uint32(try+1) {
			t.Fatalf("attempt %d", got.Ref.Attempt)
		}
		p.pass(time.Minute)
		p.judging(p.Service)
	}
	p.sweep(p.Service)
	if v := p.state(id, model.RunFailed); v.Code != "NodesLost" {
		t.Fatalf("got %+v", v)
	}
}

func TestCancelVoidsUnitsAndForgetsTheirBatches(t *testing.T) {
	p := newProtocol(t)
	id := p.start("plot", "all")
	p.plan(model.Unit{Step: "x"}, model.Unit{Step: "x"})
	g := p.one(nodeA)
	p.admit(nodeA, g.Ref, 0, bus.Committed)
	p.update(func(ctx context.Context, tx store.Tx) error {
		return tx.Inbox().Put(ctx, &store.BatchRow{Unit: g.Ref.Unit, Attempt: 1, Node: nodeA, Body: []byte("x")})
	})
	wants(t, p.Cancel(t.Context(), "plot", "other", id), fault.NotFound, "RunNotFound")
	if len(p.told) != 0 {
		t.Fatalf("told %+v", p.told)
	}
	p.ok(p.Cancel(t.Context(), "plot", "all", id))
	want := told{nodeA, bus.Tell{V: bus.Version, Kind: bus.TellStop, Attempts: []bus.AttemptRef{g.Ref}}}
	if len(p.told) != 1 || !reflect.DeepEqual(p.told[0], want) {
		t.Fatalf("told %+v, want %+v", p.told, want)
	}
	wants(t, p.Cancel(t.Context(), "plot", "all", id), fault.Conflict, "RunEnded")
	v := p.state(id, model.RunCanceled)
	if v.Units[model.UnitVoid] != 2 || len(p.claim(nodeB, 4)) != 0 {
		t.Fatalf("units %v", v.Units)
	}
	p.admit(nodeA, g.Ref, 1, bus.Dropped)
	p.done(nodeA, bus.Done{Ref: g.Ref, Batches: 2}, bus.Dropped)
	p.update(func(ctx context.Context, tx store.Tx) error {
		n, _, err := tx.Inbox().Waiting(ctx)
		if n != 0 {
			t.Errorf("%d batches of the cancelled run wait", n)
		}
		return err
	})
}

func TestARunOfTooManyUnitsEndsInAGap(t *testing.T) {
	p := newProtocol(t)
	id := p.start("plot", "all")
	p.plan(model.Unit{Step: "x"})
	p.update(func(ctx context.Context, tx store.Tx) error {
		run, err := tx.Runs().Run(ctx, id)
		p.ok(err)
		b, err := readBody(run)
		p.ok(err)
		b.Units = maxUnits
		p.ok(writeBody(&run, b))
		return tx.Runs().SetRun(ctx, run)
	})
	g := p.one(nodeA)
	p.send(nodeA, g, 0, batch{children: []model.Unit{{Step: "x"}}})
	p.done(nodeA, bus.Done{Ref: g.Ref, Batches: 1, Children: 1}, bus.Committed)
	p.sweep(p.Service)
	if v := p.state(id, model.RunSucceeded); v.Code != "TooManyUnits" || v.Units[model.UnitFailed] != 1 {
		t.Fatalf("%s, units %v", v.Code, v.Units)
	}
}
