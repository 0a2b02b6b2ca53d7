package broker

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"sort"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
)

// stage is a broker with a loop of its own, as a node has.
type stage struct {
	*Broker
	t    testing.TB
	loop chan func()
	log  *lockedText
}

type lockedText struct {
	mu sync.Mutex
	b  strings.Builder
}

func (l *lockedText) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(b)
}

func (l *lockedText) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// raise makes a broker whose workers are of a sort; at the end nothing of it may be left.
func raise(t testing.TB, sort string, change func(*Config)) *stage {
	s := &stage{t: t, loop: make(chan func(), 1024), log: &lockedText{}}
	before := runtime.NumGoroutine()
	cfg := Config{
		Command: func() *exec.Cmd { return exec.Command(os.Args[0], workerArg, sort) },
		Kinds:   []model.Kind{actor{}.Describe()},
		Dial: func(context.Context, string, string, int) (net.Conn, error) {
			return nil, fault.New(fault.Denied, "HostNotAllowed", "no").Try("Allow it")
		},
		Secrets: func(context.Context, bus.Grant) (map[string][]byte, error) {
			return map[string][]byte{"password": []byte("hush")}, nil
		},
		Check:      func(*bus.Facts, bus.Grant) error { return nil },
		Post:       func(f func()) { s.loop <- f },
		MaxWorkers: 3, MemoryMB: 0, UnitDeadline: 0, Clock: time.Now, Log: slog.New(slog.NewTextHandler(s.log, nil)),
	}
	if change != nil {
		change(&cfg)
	}
	s.Broker = New(cfg)
	quit, gone := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(gone)
		for {
			select {
			case f := <-s.loop:
				f()
			case <-quit:
				return
			}
		}
	}()
	t.Cleanup(func() {
		s.Close()
		close(quit)
		<-gone
		for range 100 {
			if runtime.NumGoroutine() <= before {
				break
			}
			time.Sleep(20 * time.Millisecond)
		}
		if n := runtime.NumGoroutine(); n > before {
			buf := make([]byte, 1<<16)
			t.Errorf("%d goroutines are left over of %d:\n%s", n, before, buf[:runtime.Stack(buf, true)])
		}
		if left := children(); left != "" {
			t.Error("processes are left over:", left)
		}
	})
	return s
}

// children lists the processes that this one started, by any of its threads.
func children() string {
	lists, _ := filepath.Glob("/proc/self/task/*/children")
	var all []string
	for _, list := range lists {
		b, _ := os.ReadFile(list)
		all = append(all, strings.Fields(string(b))...)
	}
	return strings.Join(all, " ")
}

// audience is a Sink that keeps what it hears.
type audience struct {
	mu       sync.Mutex
	facts    []bus.Facts
	releases []func()
	hold     bool // releases are for the test to call
	end      chan Result
}

func newAudience() *audience { return &audience{end: make(chan Result, 2)} }

func (a *audience) Facts(f bus.Facts, release func()) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.facts = append(a.facts, f)
	if a.hold {
		a.releases = append(a.releases, release)
		return
	}
	release()
}

func (a *audience) End(r Result) { a.end <- r }

func (a *audience) heard() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.facts)
}

// joined is all facts as one.
func (a *audience) joined() (f bus.Facts) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, x := range a.facts {
		f.Assets, f.Rows = append(f.Assets, x.Assets...), append(f.Rows, x.Rows...)
		f.Seen, f.Gaps = append(f.Seen, x.Seen...), append(f.Gaps, x.Gaps...)
	}
	return f
}

func (a *audience) wait(t testing.TB) Result {
	t.Helper()
	select {
	case r := <-a.end:
		return r
	case <-time.After(30 * time.Second):
		t.Fatal("no end came")
		return Result{}
	}
}

func grant(act string, n int) bus.Grant {
	return bus.Grant{
		Kind: "Actor", Source: "shop", Authority: "actor://host/", Level: model.L2,
		Settings: model.Settings{"act": act, "n": strconv.Itoa(n)}, Unit: model.Unit{Step: "tables", Below: "shop"},
		Scope: model.Scope{Exclude: []string{"shop/hidden"}}, Login: model.CredentialRef{Name: "reader"},
	}
}

// play runs one attempt to its end.
func (s *stage) play(g bus.Grant, base ...bus.BaseBlock) (*audience, Result) {
	s.t.Helper()
	a := newAudience()
	s.Start(g, base, a)
	return a, a.wait(s.t)
}

func eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for range 1000 {
		if ok() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("never came true:", what)
}

// pids are the processes of idle workers.
func (s *stage) pids() (out []int) {
	s.pool.mu.Lock()
	defer s.pool.mu.Unlock()
	for _, p := range s.pool.idle {
		out = append(out, p.cmd.Process.Pid)
	}
	return out
}

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
		pid := child(t)
		if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		if end := a.wait(t); end.Code != "WorkerDied" || !end.Retry || end.Outcome != bus.OutcomeFailed {
			t.Fatal(end)
		}
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

// child is the one process that this one started.
func child(t testing.TB) int {
	t.Helper()
	pid, err := strconv.Atoi(children())
	if err != nil {
		t.Fatal("not one child:", err)
	}
	return pid
}

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
	s := raise(t, "honest", func(c *Config) { c.UnitDeadline = 700 * time.Millisecond })
	a := newAudience()
	a.hold = true
	s.Start(grant("endless", 0), nil, a)
	eventually(t, "the first piece", func() bool { return a.heard() == 1 })
	pid := child(t)
	time.Sleep(time.Second) // longer than the deadline: time behind back-pressure is not the worker's
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

func rss(t testing.TB, pid int) int64 {
	t.Helper()
	n, ok := (&process{cmd: &exec.Cmd{Process: &os.Process{Pid: pid}}}).memory()
	if !ok {
		t.Skip("this system does not tell the size of a process")
	}
	return n
}

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
			"credential": func(g *bus.Grant) { g.Login.Name = "owner" },
			"user":       func(g *bus.Grant) { g.Login.Open = map[string]string{"user": "other"} },
			"secret": func(g *bus.Grant) {
				g.Login.Secrets = map[string]model.SecretRef{"password": {Vault: "file", Name: "x"}}
			},
		} {
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
		_ = syscall.Kill(s.pids()[0], syscall.SIGKILL)
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

// hidden hides that a connection is TCP, so that it can't be passed.
type hidden struct{ net.Conn }

func echo(t testing.TB) int {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if errors.Is(err, net.ErrClosed) {
				return
			}
			go func() {
				defer c.Close()
				b := make([]byte, 64)
				n, _ := c.Read(b)
				_, _ = fmt.Fprintf(c, "you said %s", b[:n])
			}()
		}
	}()
	return l.Addr().(*net.TCPAddr).Port
}

func TestDialThroughTheSupervisor(t *testing.T) {
	port := echo(t)
	for name, wrap := range map[string]func(net.Conn) net.Conn{
		"passed":                  func(c net.Conn) net.Conn { return c },
		"relayed":                 func(c net.Conn) net.Conn { return struct{ *net.TCPConn }{c.(*net.TCPConn)} },
		"relayed_no_half_closing": func(c net.Conn) net.Conn { return hidden{c} },
	} {
		t.Run(name, func(t *testing.T) {
			s := raise(t, "honest", func(c *Config) {
				c.Dial = func(ctx context.Context, kind, host string, port int) (net.Conn, error) {
					if kind != "Actor" || host != "db.example" {
						return nil, fault.New(fault.Denied, "HostNotAllowed", "no")
					}
					var d net.Dialer
					conn, err := d.DialContext(ctx, "tcp", fmt.Sprintf("127.0.0.1:%d", port))
					if err != nil {
						return nil, err
					}
					return wrap(conn), nil
				}
			})
			a, end := s.play(grant("dial", port))
			if end.Outcome != bus.OutcomeRead {
				t.Fatal(end)
			}
			got := a.joined().Assets[0]
			if got.Comment != "you said hello" || got.Owner != fmt.Sprintf("tcp db.example:%d", port) {
				t.Fatal(got.Comment, got.Owner)
			}
		})
	}
	t.Run("a_refusal_crosses_with_code_and_remedy", func(t *testing.T) {
		s := raise(t, "honest", nil)
		if _, end := s.play(grant("dial", port)); end.Code != "HostNotAllowed" || end.Remedy != "Allow it" {
			t.Fatal(end)
		}
	})
	t.Run("what_is_no_fault_stays_behind", func(t *testing.T) {
		s := raise(t, "honest", func(c *Config) {
			c.Dial = func(context.Context, string, string, int) (net.Conn, error) {
				return nil, errors.New("10.1.2.3: hush")
			}
		})
		if _, end := s.play(grant("dial", port)); end.Code != "Internal" || strings.Contains(s.log.String(), "hush") {
			t.Fatal(end, s.log)
		}
	})
}

func BenchmarkWorker(b *testing.B) {
	s := raise(b, "honest", nil)
	s.play(grant("tables", 1)) // the process is warm
	b.ResetTimer()
	a, end := s.play(grant("tables", b.N))
	if end.Assets != uint64(b.N) || a.heard() == 0 {
		b.Fatal(end)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "assets/s")
}
