package attempt

import (
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/node/internal/broker"
)

// bench is a follower whose link, launcher, outbox and leases write down what they are asked, on a clock of its own.
type bench struct {
	*testing.T
	*Follower
	now    time.Time
	log    []string
	full   bool
	refuse error // of the outbox
	asked  []func([]byte, error)
	after  []string
	sinks  map[int64]broker.Sink
	base   []bus.BaseBlock
	last   bus.Done
}

func newBench(t *testing.T) *bench {
	b := &bench{T: t, now: time.Unix(1_800_000_000, 0), sinks: map[int64]broker.Sink{}}
	b.Follower = New(b, launcher{b}, outbox{b}, 500*time.Millisecond, slog.New(slog.DiscardHandler))
	b.Attach(leases{b})
	return b
}

func (b *bench) note(format string, args ...any) { b.log = append(b.log, fmt.Sprintf(format, args...)) }

// Request implements bus.Link.
func (b *bench) Request(_ bus.Subject, payload []byte, answered func([]byte, error)) {
	var ask bus.BaseAsk
	if err := bus.Decode(payload, &ask); err != nil {
		b.Fatal(err)
	}
	b.asked, b.after = append(b.asked, answered), append(b.after, ask.After)
}

type launcher struct{ b *bench }

func (l launcher) Start(g bus.Grant, base broker.Base, sink broker.Sink) broker.Worker {
	l.b.note("launch %d", g.Ref.Unit)
	l.b.sinks[g.Ref.Unit], l.b.base = sink, nil
	var take func([]bus.BaseBlock, bool)
	take = func(piece []bus.BaseBlock, more bool) {
		l.b.base = append(l.b.base, piece...)
		if more {
			base(take)
		} else {
			l.b.note("based %d", g.Ref.Unit)
		}
	}
	if base != nil {
		base(take)
	}
	return worker{l.b, g.Ref.Unit}
}

type worker struct {
	b    *bench
	unit int64
}

func (w worker) Stop() { w.b.note("kill %d", w.unit) }

type outbox struct{ b *bench }

func (o outbox) Facts(ref bus.AttemptRef, f bus.Facts) error {
	o.b.note("facts %d", ref.Unit)
	return o.b.refuse
}

func (o outbox) Done(ref bus.AttemptRef, d bus.Done) error {
	o.b.note("done %d", ref.Unit)
	o.b.last = d
	return o.b.refuse
}
func (o outbox) Room() bool                             { return !o.b.full }
func (o outbox) Discard(ref bus.AttemptRef, why string) { o.b.note("discard %d %s", ref.Unit, why) }

type leases struct{ b *bench }

func (l leases) Ended(ref bus.AttemptRef)   { l.b.note("ended %d", ref.Unit) }
func (l leases) Release(ref bus.AttemptRef) { l.b.note("release %d", ref.Unit) }

func (b *bench) became(want string) {
	b.Helper()
	if got := strings.Join(b.log, ", "); got != want {
		b.Fatalf("got %q, want %q", got, want)
	}
	b.log = nil
}

func ref(unit int64) bus.AttemptRef { return bus.AttemptRef{Unit: unit, Attempt: 1} }

func grant(unit int64, step string) bus.Grant {
	return bus.Grant{Ref: ref(unit), Unit: model.Unit{Step: step}}
}

// full is a grant of a scan that ignores bases.
func full(unit int64) bus.Grant {
	g := grant(unit, "page")
	g.Full = true
	return g
}

func (b *bench) answer(a bus.BaseAnswer) {
	b.Helper()
	if len(b.asked) != 1 {
		b.Fatalf("%d questions are open", len(b.asked))
	}
	raw, err := bus.Encode(a)
	if err != nil {
		b.Fatal(err)
	}
	answered := b.asked[0]
	b.asked = nil
	answered(raw, nil)
}

func TestPlanningAgainAndFullScansFetchNoBase(t *testing.T) {
	b := newBench(t)
	again := grant(1, "")
	again.Ref.Attempt = 2
	b.Start(again)
	b.Start(full(2))
	b.became("launch 1, launch 2")
	if b.Step(b.now); len(b.asked) != 0 {
		t.Fatal("a base was asked for")
	}
}

func TestAWorkerIsGivenItsBaseAsItComes(t *testing.T) {
	b := newBench(t)
	b.Start(grant(1, "page"))
	b.Step(b.now)
	b.answer(bus.BaseAnswer{Status: bus.Committed, Blocks: []bus.BaseBlock{{Container: "a"}}, After: "next", More: true})
	b.Step(b.now)
	b.asked[0](nil, fault.New(fault.Unreachable, "NoAnswer", "none"))
	b.asked = nil
	if next := b.Step(b.now); next.Sub(b.now) != 500*time.Millisecond || len(b.asked) != 0 {
		t.Fatalf("asks again in %v", next.Sub(b.now))
	}
	b.now = b.now.Add(500 * time.Millisecond)
	b.Step(b.now)
	b.became("launch 1")
	if len(b.base) != 1 {
		t.Fatalf("%d blocks of the first piece", len(b.base))
	}
	b.answer(bus.BaseAnswer{Status: bus.Committed, Blocks: []bus.BaseBlock{{Container: "b"}}})
	b.became("based 1")
	if got := strings.Join(b.after, "|"); got != "|next|next" || len(b.base) != 2 {
		t.Fatalf("asked after %q, %d blocks", got, len(b.base))
	}
}

func TestPlanningFetchesTheBaseOfASmallSourceOnly(t *testing.T) {
	for more, blocks := range map[bool]int{false: 1, true: 0} {
		b := newBench(t)
		b.Start(grant(1, ""))
		b.Step(b.now)
		b.answer(bus.BaseAnswer{Status: bus.Committed, Blocks: []bus.BaseBlock{{Container: "a"}}, After: "next", More: more})
		b.became("launch 1, based 1")
		if b.Step(b.now); len(b.base) != blocks || len(b.asked) != 0 {
			t.Errorf("more %v: %d blocks, %d questions open", more, len(b.base), len(b.asked))
		}
	}
}

func TestTheEndOfAWorkerStandsBehindItsFacts(t *testing.T) {
	b := newBench(t)
	b.Start(full(1))
	released := 0
	b.sinks[1].Facts(bus.Facts{Gaps: make([]model.Gap, 2), Children: make([]model.Unit, 3)}, func() { released++ })
	b.sinks[1].Facts(bus.Facts{Gaps: make([]model.Gap, 1)}, func() { released++ })
	b.sinks[1].End(broker.Result{Outcome: bus.OutcomeRead, Assets: 7, Listed: []model.Listed{{Container: "a", Whole: true}}})
	b.became("launch 1, facts 1, facts 1, done 1, ended 1")
	if d := b.last; released != 2 || d.Gaps != 3 || d.Children != 3 || d.Assets != 7 || len(d.Listed) != 1 || d.Outcome != bus.OutcomeRead {
		t.Fatalf("released %d, %+v", released, d)
	}
	b.Left(ref(1))
	b.became("release 1") // its worker is through: nothing to kill
}

func TestAFullOutboxHoldsTheWorkerBack(t *testing.T) {
	b := newBench(t)
	b.Start(full(1))
	b.full = true
	released := false
	b.sinks[1].Facts(bus.Facts{}, func() { released = true })
	if next := b.Step(b.now); released || next.Sub(b.now) != 500*time.Millisecond {
		t.Fatalf("released %v, looks again in %v", released, next.Sub(b.now))
	}
	b.full = false
	if b.Step(b.now); !released {
		t.Fatal("there is room, and the worker is not read on")
	}
}

func TestStopKillsTheWorkerAndDiscards(t *testing.T) {
	for verdict, why := range map[bus.Verdict]string{
		bus.VerdictSuperseded: "superseded", bus.VerdictCancelled: "cancelled", bus.VerdictEnded: "ended",
	} {
		b := newBench(t)
		b.Start(full(1))
		b.Stop(ref(1), verdict)
		b.became("launch 1, kill 1, discard 1 " + why)
		b.sinks[1].Facts(bus.Facts{}, func() { t.Error("a stopped worker is read on") })
		b.sinks[1].End(broker.Result{})
		b.became("")
	}
}

func TestAWorkerThatIsStoppedIsGivenNoMoreOfItsBase(t *testing.T) {
	b := newBench(t)
	b.Start(grant(1, "page"))
	b.Step(b.now)
	b.Stop(ref(1), bus.VerdictCancelled)
	b.answer(bus.BaseAnswer{Status: bus.Committed})
	b.became("launch 1, kill 1, discard 1 cancelled")
}

func TestAWorkerThatHasEndedIsGivenNoMoreOfItsBase(t *testing.T) {
	b := newBench(t)
	b.Start(grant(1, "page"))
	b.Step(b.now)
	b.sinks[1].End(broker.Result{Outcome: bus.OutcomeFailed, Code: "WorkerDied"})
	b.answer(bus.BaseAnswer{Status: bus.Committed, More: true})
	if b.Step(b.now); len(b.asked) != 0 {
		t.Fatal("it is asked for")
	}
	b.became("launch 1, done 1, ended 1")
}

func TestWhatCanNotBeRecordedIsGivenBack(t *testing.T) {
	b := newBench(t)
	b.Start(full(1))
	b.Start(full(2))
	b.log, b.refuse = nil, fault.New(fault.Invalid, "TooBig", "no")
	b.sinks[1].Facts(bus.Facts{}, func() { t.Error("released") })
	b.became("facts 1, kill 1, discard 1 not recorded, release 1")
	b.sinks[2].End(broker.Result{Outcome: bus.OutcomeRead})
	b.became("done 2, discard 2 not recorded, release 2")
}
