package broker

import (
	"math"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/model"
)

func TestHostileWorker(t *testing.T) {
	sorts := []string{"garbage", "printing", "bomb", "downward"}
	for lie := range lies() {
		sorts = append(sorts, lie)
	}
	slices.Sort(sorts)
	for _, sort := range sorts {
		t.Run(sort, func(t *testing.T) {
			s := raise(t, sort, nil)
			a, end := s.play(grant("tables", 1))
			if end.Code != "WorkerMisbehaved" || end.Retry || a.heard() != 0 || len(s.pids()) != 0 {
				t.Fatalf("%+v after %d pieces\n%s", end, a.heard(), s.log)
			}
		})
	}
	t.Run("mute_with_a_base_that_fills_the_pipe", func(t *testing.T) {
		s := raise(t, "mute", func(c *Config) { c.UnitDeadline = 200 * time.Millisecond })
		base := bus.BaseBlock{Container: "shop/public", Rows: make([]byte, 40000*bus.BaseRowSize)}
		if _, end := s.play(grant("tables", 1), base); end.Code != "UnitDeadline" {
			t.Fatal(end)
		}
	})
}

func TestStop(t *testing.T) {
	for _, act := range []string{"slow", "deaf", "endless"} {
		t.Run(act, func(t *testing.T) {
			s := raise(t, "honest", nil)
			a := newAudience()
			a.hold = act == "endless" // stopped while it waits for a release
			w := s.Start(grant(act, 0), nil, a)
			eventually(t, "the worker runs", func() bool { return a.heard() > 0 || strings.Contains(s.log.String(), "begins") })
			stopped := make(chan struct{})
			s.loop <- func() { w.Stop(); w.Stop(); close(stopped) }
			<-stopped
			heard := a.heard()
			began := time.Now()
			eventually(t, "the process ends", func() bool { return len(s.slots) == 0 })
			if d := time.Since(began); d > 5*time.Second || (act != "deaf" && d > 1500*time.Millisecond) {
				t.Fatal("it took", d)
			}
			if len(a.end) != 0 || a.heard() != heard || len(s.pids()) != 0 {
				t.Fatal("the sink heard more after the stop, or the worker was kept")
			}
		})
	}
	t.Run("before_it_began", func(t *testing.T) {
		s := raise(t, "honest", func(c *Config) { c.MaxWorkers = 1 })
		first, second := newAudience(), newAudience()
		s.Start(grant("slow", 0), nil, first)
		eventually(t, "the slot is taken", func() bool { return len(s.slots) == 1 })
		s.Start(grant("tables", 1), nil, second).Stop()
		time.Sleep(50 * time.Millisecond)
		if len(second.end) != 0 {
			t.Fatal("a stopped attempt reported an end")
		}
	})
}

func TestBackPressure(t *testing.T) {
	const deadline = 4 * time.Second // in which the worker starts, even on a machine that is busy
	s := raise(t, "honest", func(c *Config) { c.UnitDeadline = deadline })
	a := newAudience()
	a.hold = true
	s.Start(grant("endless", 0), nil, a)
	eventually(t, "the first piece", func() bool { return a.heard() == 1 })
	pid := child(t)
	time.Sleep(deadline + time.Second) // time behind back-pressure is not the worker's
	if a.heard() != 1 || len(a.end) != 0 {
		t.Fatal("the worker was read on without a release")
	}
	before := rss(t, pid)
	time.Sleep(300 * time.Millisecond)
	if after := rss(t, pid); after > before+8<<20 {
		t.Fatalf("the worker grew from %d to %d while it had to wait", before, after)
	}
	a.mu.Lock()
	release := a.releases[0]
	a.mu.Unlock()
	release()
	release()
	eventually(t, "the second piece", func() bool { return a.heard() == 2 })
}

func TestAnAttemptEndsWhenItsLastFactsWereTaken(t *testing.T) {
	s := raise(t, "honest", nil)
	a := newAudience()
	a.hold = true
	s.Start(grant("tables", 10), nil, a)
	eventually(t, "the only piece", func() bool { return a.heard() == 1 })
	time.Sleep(100 * time.Millisecond)
	if len(a.end) != 0 {
		t.Fatal("the attempt ended while its facts were not taken")
	}
	a.mu.Lock()
	a.releases[0]()
	a.mu.Unlock()
	if r := <-a.end; r.Outcome != bus.OutcomeRead {
		t.Fatalf("%+v", r)
	}
}

func rss(t testing.TB, pid int) int64 {
	t.Helper()
	n, ok := (&process{cmd: &exec.Cmd{Process: &os.Process{Pid: pid}}}).memory()
	if !ok {
		t.Skip("this system does not tell the size of a process")
	}
	return n
}

func TestADeadlineThatTheAccountSetsIsBounded(t *testing.T) {
	for seconds, want := range map[int]time.Duration{0: time.Hour, 60: time.Minute, 1 << 40: longestUnit, math.MaxInt: longestUnit} {
		a := attempt{b: &Broker{cfg: Config{UnitDeadline: time.Hour}}, grant: bus.Grant{Budget: model.Budget{UnitSeconds: seconds}}}
		if got := a.deadline(); got != want {
			t.Errorf("%d seconds: %s", seconds, got)
		}
	}
}
