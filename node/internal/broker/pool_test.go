package broker

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/model"
)

func TestAWorkerEndsWithItsSupervisor(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("asks /proc")
	}
	supervisor := exec.Command(os.Args[0], workerArg, "supervisor")
	out, err := supervisor.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := supervisor.Start(); err != nil {
		t.Fatal(err)
	}
	var pid int
	_, err = fmt.Fscan(out, &pid)
	_ = supervisor.Process.Kill()
	_ = supervisor.Wait()
	if err != nil || pid == 0 {
		t.Fatal(pid, err)
	}
	eventually(t, "the deaf worker is gone", func() bool {
		line, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
		return err != nil || !strings.Contains(string(line), workerArg)
	})
}

func TestPool(t *testing.T) {
	who := func(s *stage, change func(*bus.Grant)) string {
		g := grant("who", 0)
		change(&g)
		a, end := s.play(g)
		if end.Outcome != bus.OutcomeRead {
			t.Fatal(end)
		}
		eventually(t, "the worker is back", func() bool { return len(s.slots) == 0 })
		return strings.Fields(a.joined().Assets[0].Comment)[0]
	}
	same := func(*bus.Grant) {}
	t.Run("a_worker_serves_one_source_and_credential", func(t *testing.T) {
		s := raise(t, "honest", nil)
		first := who(s, same)
		if again := who(s, same); again != first {
			t.Fatal("the worker was not used again:", first, again)
		}
		for name, change := range map[string]func(*bus.Grant){
			"source":     func(g *bus.Grant) { g.Source = "bank" },
			"place":      func(g *bus.Grant) { g.Settings["host"] = "other.example" },
			"credential": func(g *bus.Grant) { g.Login.Name = "owner" },
			"user":       func(g *bus.Grant) { g.Login.Open = map[string]string{"user": "other"} },
			"secret": func(g *bus.Grant) {
				g.Login.Secrets = map[string]model.SecretRef{"password": {Vault: "file", Name: "x"}}
			},
		} {
			first := who(s, same) // it may have given way to another
			if other := who(s, change); other == first {
				t.Fatal("the worker was used again for another", name)
			}
		}
		if n := len(s.pids()); n > 3 {
			t.Fatal(n, "workers, 3 are allowed")
		}
	})
	t.Run("a_worker_that_died_idle_is_replaced", func(t *testing.T) {
		s := raise(t, "honest", nil)
		first := who(s, same)
		slay(t, s.pids()[0])
		s.pool.mu.Lock()
		p := s.pool.idle[0]
		s.pool.mu.Unlock()
		<-p.exited
		if second := who(s, same); second == first {
			t.Fatal("a dead worker was used")
		}
	})
	t.Run("an_idle_worker_ends_after_a_while", func(t *testing.T) {
		s := raise(t, "honest", func(c *Config) { c.Idle = 50 * time.Millisecond })
		who(s, same)
		eventually(t, "no worker is left", func() bool { return len(s.pids()) == 0 && children() == "" })
	})
	fresh := func(s *stage) *process {
		s.pool.mu.Lock()
		defer s.pool.mu.Unlock()
		return s.pool.fresh
	}
	t.Run("a_fresh_worker_waits_and_serves_the_first_source_that_comes", func(t *testing.T) {
		s := raise(t, "honest", nil)
		s.Warm()
		pid := fresh(s).cmd.Process.Pid
		if first := who(s, same); first != fmt.Sprint("pid=", pid) || fresh(s) != nil {
			t.Fatal("the fresh worker was passed over:", first, pid)
		}
		other := who(s, func(g *bus.Grant) { g.Source = "bank" })
		if other == fmt.Sprint("pid=", pid) || fresh(s) != nil {
			t.Fatal("a worker that has served one source served another")
		}
	})
	t.Run("a_fresh_worker_that_died_is_replaced", func(t *testing.T) {
		s := raise(t, "honest", nil)
		s.Warm()
		p := fresh(s)
		slay(t, p.cmd.Process.Pid)
		<-p.exited
		who(s, same)
	})
	t.Run("a_fresh_worker_takes_the_place_of_the_last", func(t *testing.T) {
		s := raise(t, "honest", func(c *Config) { c.Idle = 50 * time.Millisecond })
		s.Warm()
		who(s, same)
		eventually(t, "a fresh worker waits", func() bool { return fresh(s) != nil && len(s.pids()) == 0 })
		s.Close()
		eventually(t, "no worker is left", func() bool { return children() == "" })
	})
	t.Run("a_fresh_worker_takes_the_place_of_one_that_crashed", func(t *testing.T) {
		s := raise(t, "honest", nil)
		s.Warm()
		if _, end := s.play(grant("panic aside", 0)); end.Code != "WorkerDied" {
			t.Fatal(end)
		}
		eventually(t, "a fresh worker waits", func() bool { return fresh(s) != nil })
	})
	t.Run("a_worker_has_room_for_files_in_the_node's_own_folder", func(t *testing.T) {
		room := t.TempDir()
		s := raise(t, "honest", func(c *Config) { c.Room = room })
		heard, end := s.play(grant("room", 0))
		if end.Outcome != bus.OutcomeRead || len(heard.joined().Assets) != 1 || heard.joined().Assets[0].Comment != room {
			t.Fatal(heard, end)
		}
	})
	t.Run("attempts_beyond_the_most_wait", func(t *testing.T) {
		s := raise(t, "honest", func(c *Config) { c.MaxWorkers = 2 })
		var all []*audience
		for range 8 {
			a := newAudience()
			s.Start(grant("tables", 200), nil, a)
			all = append(all, a)
		}
		for _, a := range all {
			if end := a.wait(t); end.Outcome != bus.OutcomeRead {
				t.Fatal(end)
			}
		}
		if n := len(s.pids()); n > 2 {
			t.Fatal(n, "workers")
		}
	})
}

func TestStartAfterClose(t *testing.T) {
	s := raise(t, "honest", nil)
	s.Close()
	if _, end := s.play(grant("tables", 1)); end.Code != "Stopping" || !end.Retry {
		t.Fatal(end)
	}
}
