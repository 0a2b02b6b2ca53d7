package broker

import (
	"context"
	"log/slog"
	"net"
	"os/exec"
	"sync"
	"time"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/lineage"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/node/internal/pipe"
)

// Config is what a broker needs. Functions may be called from many goroutines at once, except as said.
type Config struct {
	// Command says how to start a worker: a process that calls survey.Worker on its standard input and output. The
	// worker gets the environment that Env names, which may be empty, and never the supervisor's own.
	Command func() *exec.Cmd
	// Room is a folder in which workers may make files of their own; "" is the system's.
	Room string
	// Kinds are the kinds of sources that this node reads: what a worker reports is judged by them.
	Kinds []model.Kind
	// Dial decides on, resolves and opens a connection for a source of a kind. Its faults cross to the worker.
	Dial func(ctx context.Context, kind, host string, port int) (net.Conn, error)
	// Secrets opens the secrets of an attempt. The broker wipes them after use.
	Secrets func(ctx context.Context, grant bus.Grant) (map[string][]byte, error)
	// Dialects are those of the build: the value filter asks them.
	Dialects []lineage.Dialect
	// Terms are the owner's for an attempt; what they release is in the egress ledger when it returns. nil: the usual.
	Terms func(ctx context.Context, grant bus.Grant) model.Terms
	// Folder finds the folder of a node-local source, and refuses one that is not allowed; it gives nil for other
	// sources. Where it is not set no folder is known.
	Folder func(grant bus.Grant) (*pipe.Folder, error)
	// Check is the local policy's filter: it may take facts away, with their rows, and refuses an attempt by a fault.
	Check func(facts *bus.Facts, grant bus.Grant) error
	// Post runs a function on the node's loop, in the order of calls. It never blocks, and may drop what is posted
	// after the loop has ended.
	Post func(func())

	MemoryMB     int           // a worker above this is killed; 0 sets no limit
	MaxWorkers   int           // processes at once, idle ones too; at least 1
	Connections  int           // to one place at once, over all jobs; 0 sets no limit
	UnitDeadline time.Duration // for one attempt, without the time behind back-pressure, or before it is let in where its budget is not strict; 0 sets none
	Idle         time.Duration // how long a worker is kept for the next attempt; 0 means a minute
	Clock        func() time.Time
	Log          *slog.Logger
}

// Broker runs attempts in child processes. It implements Launcher.
type Broker struct {
	cfg   Config
	kinds map[string]*model.Kind
	slots chan struct{}
	asks  chan struct{} // questions under way
	crowd *crowd
	pool  *pool
	doors *doors
	after func(time.Duration, func()) *time.Timer // time.AfterFunc, which tests are ahead of
	wg    sync.WaitGroup

	mu     sync.Mutex
	closed bool
	live   map[*attempt]struct{}
}

var _ Launcher = (*Broker)(nil)

// New makes a broker. Nothing is opened or started before the first attempt.
func New(cfg Config) *Broker {
	cfg.MaxWorkers = max(cfg.MaxWorkers, 1)
	if cfg.Idle <= 0 {
		cfg.Idle = time.Minute
	}
	b := &Broker{
		cfg: cfg, kinds: map[string]*model.Kind{}, slots: make(chan struct{}, cfg.MaxWorkers), live: map[*attempt]struct{}{},
		asks: make(chan struct{}, maxAsks), crowd: newCrowd(cfg.Connections), after: time.AfterFunc,
		pool: newPool(cfg.command, cfg.MaxWorkers, cfg.Idle), doors: newDoors(cfg.Dial),
	}
	for i := range cfg.Kinds {
		b.kinds[cfg.Kinds[i].Name] = &cfg.Kinds[i]
	}
	return b
}

// command is Command of a worker that knows its room.
func (c *Config) command() *exec.Cmd {
	cmd := c.Command()
	if c.Room != "" {
		cmd.Env = append(cmd.Env, "TMPDIR="+c.Room, "TMP="+c.Room)
	}
	return cmd
}

// Warm lets a fresh worker wait whenever there is no other, from now on, so that no first attempt waits for a process to
// start. A worker that cannot be started is told of by the attempt that needs one.
func (b *Broker) Warm() {
	b.pool.heat()
}

// Start begins an attempt. It waits, in the background, while MaxWorkers attempts run, or as many jobs read its source as
// it may have connections.
func (b *Broker) Start(grant bus.Grant, base Base, sink Sink) Worker {
	ctx, cancel := context.WithCancel(context.Background())
	a := &attempt{b: b, grant: grant, base: base, sink: sink, ctx: ctx, cancel: cancel, began: b.cfg.Clock()}
	if !b.enter(a) {
		cancel()
		a.post(failed("Stopping", "", true))
	}
	return a
}

// enter puts the attempt to work, unless the broker is closed.
func (b *Broker) enter(a *attempt) bool {
	if !b.join(a) {
		return false
	}
	go func() {
		defer b.leave(a)
		a.post(a.work())
	}()
	return true
}

// join counts an attempt among those that Close ends and waits for; false when it has begun.
func (b *Broker) join(a *attempt) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return false
	}
	b.live[a] = struct{}{}
	b.wg.Add(1)
	return true
}

// leave ends what join began.
func (b *Broker) leave(a *attempt) {
	b.mu.Lock()
	delete(b.live, a)
	b.mu.Unlock()
	a.cancel()
	b.wg.Done()
}

// GrowthMB is how much the workers of all attempts may still grow, in MiB, before they are killed for it; 0 where nothing
// limits them.
func (b *Broker) GrowthMB() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	growth := int64(0)
	for a := range b.live {
		growth += max(int64(b.cfg.MemoryMB)<<20-a.size.Load(), 0)
	}
	return int(growth >> 20)
}

// Close stops every attempt, ends every worker and returns when all have ended. Sinks hear no more.
func (b *Broker) Close() {
	b.mu.Lock()
	b.closed = true
	b.pool.cool()
	for a := range b.live {
		a.Stop()
	}
	b.mu.Unlock()
	b.wg.Wait()
	b.pool.close()
	b.doors.close()
}

// failed is the result of an attempt that could not be read.
func failed(code, remedy string, retry bool) Result {
	return Result{Outcome: bus.OutcomeFailed, Code: code, Remedy: remedy, Retry: retry}
}

// failedBy is the result of an attempt that the supervisor itself could not serve.
func failedBy(err error) Result {
	return failed(fault.CodeOf(err), remedyOf(err), fault.Is(err, fault.Unreachable) || fault.Is(err, fault.Throttled))
}
