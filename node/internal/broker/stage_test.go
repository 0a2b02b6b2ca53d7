package broker

import (
	"context"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
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
		for range 500 {
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
	forget   bool // keep nothing
	hold     bool // releases are for the test to call
	end      chan Result
}

func newAudience() *audience { return &audience{end: make(chan Result, 2)} }

func (a *audience) Facts(f bus.Facts, release func()) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.forget {
		release()
		return
	}
	a.facts = append(a.facts, kept(f))
	if a.hold {
		a.releases = append(a.releases, release)
		return
	}
	release()
}

// kept is a copy of facts, whose memory is the broker's again when they are released.
func kept(f bus.Facts) bus.Facts {
	assets := make([]model.Asset, len(f.Assets))
	for i := range assets {
		assets[i] = *f.Assets[i].Clone()
	}
	f.Assets, f.Rows = assets, slices.Clone(f.Rows)
	return f
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

// inPieces gives a base block by block.
func inPieces(blocks []bus.BaseBlock) Base {
	if len(blocks) == 0 {
		return nil
	}
	return func(give func([]bus.BaseBlock, bool)) {
		piece := blocks[:1]
		blocks = blocks[1:]
		give(piece, len(blocks) > 0)
	}
}

// play runs one attempt to its end.
func (s *stage) play(g bus.Grant, base ...bus.BaseBlock) (*audience, Result) {
	s.t.Helper()
	a := newAudience()
	s.Start(g, inPieces(base), a)
	return a, a.wait(s.t)
}

func eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for range 3000 {
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

// slay is kill -9.
func slay(t testing.TB, pid int) {
	t.Helper()
	p, err := os.FindProcess(pid)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Signal(os.Kill); err != nil {
		t.Fatal(err)
	}
}

// child is the one process that this one started.
func child(t testing.TB) int {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("asks /proc for the worker's process")
	}
	pid, err := strconv.Atoi(children())
	if err != nil {
		t.Fatal("not one child:", err)
	}
	return pid
}
