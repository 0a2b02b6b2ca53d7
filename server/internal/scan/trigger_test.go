package scan

import (
	"errors"
	"testing"
	"time"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
)

// nightly gives the scan a trigger that fires each night at three.
func (p *protocol) nightly() Trigger {
	p.Helper()
	t, created, err := p.PutTrigger(p.Context(), Trigger{
		Source: "plot", Scan: "all", Recurrence: Recurrence{Frequency: "Day", Interval: 1, Schedule: Schedule{Hours: []int{3}, Minutes: []int{0}}},
	})
	p.ok(err)
	if !created {
		p.Fatal("there was a trigger before")
	}
	return t
}

func (p *protocol) fired() (n int) {
	p.Helper()
	p.ok(p.Fire(p.Context()))
	runs, _, err := p.History(p.Context(), RunFilter{Source: "plot"}, "", 100)
	p.ok(err)
	return len(runs)
}

func TestATriggerThatIsChangedKeepsItsStart(t *testing.T) {
	p := newProtocol(t)
	start := p.now.Add(20 * 24 * time.Hour)
	every := Trigger{Source: "plot", Scan: "all", Recurrence: Recurrence{Frequency: "Day", Interval: 3, Start: start}}
	_, _, err := p.PutTrigger(t.Context(), every)
	p.ok(err)
	p.pass(24 * time.Hour)
	every.Recurrence.Start, every.Full = time.Time{}, true
	got, _, err := p.PutTrigger(t.Context(), every)
	p.ok(err)
	if !got.Recurrence.Start.Equal(start) || !got.Next.Equal(start) {
		t.Errorf("it starts at %v, and fires next at %v; want %v", got.Recurrence.Start, got.Next, start)
	}
	every.Recurrence.Start = start.Add(time.Hour)
	got, _, err = p.PutTrigger(t.Context(), every)
	p.ok(err)
	if !got.Next.Equal(start.Add(time.Hour)) {
		t.Errorf("it fires next at %v", got.Next)
	}
}

func TestATriggerStartsRunsWhenItsTimeComes(t *testing.T) {
	p := newProtocol(t) // midnight
	if next := p.nightly().Next; !next.Equal(p.now.Add(3 * time.Hour)) {
		t.Fatal(next)
	}
	p.pass(3*time.Hour - time.Second)
	if n := p.fired(); n != 0 {
		t.Fatal("it fired before its time")
	}
	p.pass(time.Second)
	if n := p.fired(); n != 1 {
		t.Fatalf("%d runs", n)
	}
	if n := p.fired(); n != 1 {
		t.Fatal("it fired twice for one time")
	}
	if len(p.rung) == 0 {
		t.Error("nobody was told of the work")
	}
	runs, _, err := p.History(t.Context(), RunFilter{}, "", 1)
	if err != nil || runs[0].Type != "Scheduled" || runs[0].State != model.RunQueued {
		t.Error(runs, err)
	}
	p.ok(p.Cancel(t.Context(), "plot", "all", runs[0].ID))
	t.Run("what was missed while no server ran comes once", func(t *testing.T) {
		p.pass(10 * 24 * time.Hour)
		if n := p.fired(); n != 2 {
			t.Fatalf("%d runs", n)
		}
		got, err := p.Trigger(t.Context(), "plot", "all")
		if err != nil || !got.Next.Equal(p.now.Add(24*time.Hour)) {
			t.Error(got.Next, err)
		}
	})
	t.Run("it waits behind a run, and a third is passed over and told", func(t *testing.T) {
		p.pass(24 * time.Hour)
		p.fired()
		p.pass(24 * time.Hour)
		if n := p.fired(); n != 3 {
			t.Fatalf("%d runs", n)
		}
		got, err := p.Trigger(t.Context(), "plot", "all")
		if err != nil || got.Problem == "" || !got.Next.After(p.now) {
			t.Errorf("%+v %v", got, err)
		}
	})
}

func TestOfManyReplicasOneFires(t *testing.T) {
	p := newProtocol(t)
	p.nightly()
	p.pass(4 * time.Hour)
	other := p.replica()
	p.commit = func() error { return errors.New("the answer was lost") }
	if err := p.Fire(t.Context()); err == nil {
		t.Fatal("a commit that failed was no failure")
	}
	p.commit = nil
	p.ok(other.Fire(t.Context()))
	if n := p.fired(); n != 1 {
		t.Fatalf("%d runs", n)
	}
}

func TestATriggerIsDisabledAndTakenAway(t *testing.T) {
	p := newProtocol(t)
	p.nightly()
	got, err := p.EnableTrigger(t.Context(), "plot", "all", false)
	if err != nil || !got.Disabled || !got.Next.IsZero() {
		t.Fatal(got, err)
	}
	p.pass(30 * time.Hour)
	if n := p.fired(); n != 0 {
		t.Fatal("it fired although it is disabled")
	}
	got, err = p.EnableTrigger(t.Context(), "plot", "all", true)
	if err != nil || !got.Next.After(p.now) {
		t.Fatal("what it missed while it was disabled is made up for", got, err)
	}
	p.ok(p.DeleteTrigger(t.Context(), "plot", "all"))
	if err := p.DeleteTrigger(t.Context(), "plot", "all"); !fault.Is(err, fault.NotFound) {
		t.Error(err)
	}
	p.nightly()
	p.ok(p.DeleteScan(t.Context(), "plot", "all"))
	if _, err := p.Trigger(t.Context(), "plot", "all"); !fault.Is(err, fault.NotFound) {
		t.Error("a scan's trigger outlives it:", err)
	}
	if _, _, err := p.PutTrigger(t.Context(), Trigger{Source: "plot", Scan: "all", Recurrence: Recurrence{Frequency: "Day", Interval: 1}}); !fault.Is(err, fault.NotFound) {
		t.Error("a trigger without a scan:", err)
	}
}
