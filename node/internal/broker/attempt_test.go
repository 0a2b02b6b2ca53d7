package broker

import (
	"context"
	"os/exec"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/fault"
)

func TestAttempt(t *testing.T) {
	t.Run("facts_of_a_real_process_arrive_in_order", func(t *testing.T) {
		s := raise(t, "honest", nil)
		a, end := s.play(grant("tables", 2500))
		f := a.joined()
		if end.Outcome != bus.OutcomeRead || end.Assets != 2500 || len(f.Assets) != 2500 || a.heard() < 5 {
			t.Fatalf("%+v, %d assets in %d pieces", end, len(f.Assets), a.heard())
		}
		for i, x := range f.Assets {
			if x.Path != table(i).Path || len(x.Columns) != 10 {
				t.Fatal(i, x.Path)
			}
		}
		if len(end.Listed) != 1 || !end.Listed[0].Whole {
			t.Fatal(end.Listed)
		}
	})

	t.Run("a_second_run_is_a_bitmap", func(t *testing.T) {
		s := raise(t, "honest", nil)
		const n = 40000 // more rows than one base frame holds
		a, _ := s.play(grant("tables", n))
		rows := a.joined().Rows
		sort.Slice(rows, func(i, j int) bool { return string(rows[i].Hash[:]) < string(rows[j].Hash[:]) })
		base := bus.BaseBlock{Container: "shop/public", Generation: 8}
		for _, r := range rows {
			base.Rows = bus.AppendBaseRow(base.Rows, r)
		}
		again, end := s.play(grant("tables", n-1), base)
		f := again.joined()
		if end.Outcome != bus.OutcomeRead || len(f.Assets) != 0 || len(f.Seen) != 1 || end.Assets != n-1 {
			t.Fatalf("%+v, %d assets, %d bitmaps", end, len(f.Assets), len(f.Seen))
		}
		set := 0
		for _, b := range f.Seen[0].Bits {
			for ; b != 0; b &= b - 1 {
				set++
			}
		}
		if set != n-1 || f.Seen[0].Generation != 8 {
			t.Fatal(set, f.Seen[0].Generation)
		}
	})

	t.Run("a_panic_is_a_failure_of_the_unit_and_the_worker_lives_on", func(t *testing.T) {
		s := raise(t, "honest", nil)
		_, end := s.play(grant("panic", 0))
		if end.Outcome != bus.OutcomeFailed || end.Code != "ReaderPanicked" || len(s.pids()) != 1 {
			t.Fatal(end)
		}
		if !strings.Contains(s.log.String(), "panicked") || strings.Contains(s.log.String(), "4711") {
			t.Fatal(s.log.String())
		}
	})

	t.Run("a_panic_aside_kills_the_worker_and_is_logged_without_its_text", func(t *testing.T) {
		s := raise(t, "honest", nil)
		_, end := s.play(grant("panic aside", 0))
		if end.Code != "WorkerDied" || !end.Retry {
			t.Fatal(end)
		}
		if !strings.Contains(s.log.String(), "goroutine ") || strings.Contains(s.log.String(), "4711") {
			t.Fatal(s.log.String())
		}
	})

	t.Run("a_killed_worker_is_a_failure_to_retry", func(t *testing.T) {
		s := raise(t, "honest", nil)
		a := newAudience()
		s.Start(grant("slow", 0), nil, a)
		eventually(t, "the worker runs", func() bool { return strings.Contains(s.log.String(), "slow begins") })
		slay(t, child(t))
		if end := a.wait(t); end.Code != "WorkerDied" || !end.Retry || end.Outcome != bus.OutcomeFailed {
			t.Fatal(end)
		}
	})

	t.Run("what_workers_may_still_grow_by_is_told", func(t *testing.T) {
		s := raise(t, "honest", func(c *Config) { c.MemoryMB = 600 })
		if n := s.GrowthMB(); n != 0 {
			t.Fatalf("nothing runs, and %d MiB are spoken for", n)
		}
		a := newAudience()
		w := s.Start(grant("slow", 0), nil, a)
		if n := s.GrowthMB(); n != 600 {
			t.Fatalf("a worker of which nothing is known yet may grow by %d MiB, want 600", n)
		}
		eventually(t, "the worker's size is known", func() bool { return s.GrowthMB() < 600 })
		if n := s.GrowthMB(); n < 300 {
			t.Fatalf("a small worker may grow by %d MiB, of 600", n)
		}
		w.Stop()
		eventually(t, "nothing is left of it", func() bool { return s.GrowthMB() == 0 })
	})

	t.Run("a_worker_that_grows_too_big_is_killed", func(t *testing.T) {
		s := raise(t, "honest", func(c *Config) { c.MemoryMB = 150 })
		_, end := s.play(grant("allocate", 0))
		if end.Code != "WorkerOutOfMemory" || end.Retry {
			t.Fatal(end)
		}
	})

	t.Run("a_unit_that_takes_too_long_is_ended", func(t *testing.T) {
		s := raise(t, "honest", func(c *Config) { c.UnitDeadline = 300 * time.Millisecond })
		for _, act := range []string{"slow", "deaf", "endless"} {
			began := time.Now()
			if _, end := s.play(grant(act, 0)); end.Code != "UnitDeadline" || !end.Retry {
				t.Fatal(act, end)
			}
			if d := time.Since(began); d > 6*time.Second {
				t.Fatal(act, d)
			}
		}
	})

	t.Run("secrets_arrive_and_the_environment_does_not", func(t *testing.T) {
		t.Setenv("PURLIEU_TEST_SECRET", "in the environment")
		secret := []byte("hush")
		s := raise(t, "honest", func(c *Config) {
			c.Secrets = func(context.Context, bus.Grant) (map[string][]byte, error) {
				return map[string][]byte{"password": secret}, nil
			}
		})
		a, end := s.play(grant("who", 0))
		if end.Outcome != bus.OutcomeRead {
			t.Fatal(end)
		}
		if got := a.joined().Assets[0].Comment; !strings.HasSuffix(got, "env=0 secret=hush") {
			t.Fatal(got)
		}
		if string(secret) != "\x00\x00\x00\x00" {
			t.Fatal("the secret was not wiped")
		}
	})

	t.Run("what_the_supervisor_can't_serve_fails_with_its_code", func(t *testing.T) {
		s := raise(t, "honest", func(c *Config) {
			c.Secrets = func(context.Context, bus.Grant) (map[string][]byte, error) {
				return nil, fault.New(fault.Denied, "SecretNotBound", "no").Try("Bind it")
			}
		})
		if _, end := s.play(grant("tables", 1)); end.Code != "SecretNotBound" || end.Remedy != "Bind it" || end.Retry {
			t.Fatal(end)
		}
		g := grant("tables", 1)
		g.Kind = "Other"
		if _, end := s.play(g); end.Code != "UnknownKind" {
			t.Fatal(end)
		}
		s = raise(t, "honest", func(c *Config) { c.Command = func() *exec.Cmd { return exec.Command("/does/not/exist") } })
		if _, end := s.play(grant("tables", 1)); end.Code != "WorkerNotStarted" || !end.Retry {
			t.Fatal(end)
		}
		s = raise(t, "honest", func(c *Config) {
			c.Check = func(*bus.Facts, bus.Grant) error { return fault.New(fault.Denied, "NameMayNotLeave", "no") }
		})
		if a, end := s.play(grant("tables", 1)); end.Code != "NameMayNotLeave" || a.heard() != 0 {
			t.Fatal(end)
		}
	})
}
