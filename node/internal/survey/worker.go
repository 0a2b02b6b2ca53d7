package survey

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"math"
	"net"
	"os"
	"runtime/debug"
	"time"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/classify"
	"github.com/purlieu/purlieu/connector"
	"github.com/purlieu/purlieu/connector/folder"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/format"
	"github.com/purlieu/purlieu/lineage"
	"github.com/purlieu/purlieu/node/internal/pipe"
)

// Members are the lists of plug-ins that a worker has.
type Members struct {
	Connectors []connector.Connector
	Dialects   []lineage.Dialect
	Rules      []classify.Rule // what samples are held against
	Formats    []format.Format
	Packings   []format.Packing
}

// Worker is the main loop of a worker process: it reads jobs from in, one after the other, runs each and writes facts,
// log lines and ends to out. It returns nil at an exit frame, at the end of in and when ctx ends; a job that runs is
// cancelled by both of the last two, and left behind when it does not end soon: the process must end then. Garbage in is a fault.Invalid.
//
// A bad rule among the members is a fault.Invalid too.
//
// Where out is the process's standard output, what other code prints goes to standard error from then on.
func Worker(ctx context.Context, in io.Reader, out io.Writer, members Members) error {
	engine, err := classify.New(members.Rules)
	if err != nil {
		return err
	}
	debug.SetGCPercent(growth)
	if out == io.Writer(os.Stdout) {
		os.Stdout = os.Stderr // a library that prints must not break the frames
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	w := &worker{out: pipe.NewWriter(out), members: members, engine: engine}
	w.lines = newLines(w.out)
	jobs, listened, served := make(chan assignment), make(chan error, 1), make(chan error, 1)
	go func() {
		listened <- w.listen(ctx, in, jobs)
		close(jobs)
	}()
	go func() { served <- w.serve(jobs) }()
	select {
	case err = <-listened:
		if errors.Is(err, errExit) {
			return <-served
		}
	case err = <-served:
		return err
	case <-ctx.Done():
	}
	cancel()
	select {
	case <-served:
	case <-time.After(grace):
	}
	if errors.Is(err, io.EOF) || errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// growth is how much garbage may come on what lives in a worker's heap before it is collected, in percent: what an asset
// leaves behind is dead at once, and little lives. The memory limit of a job holds whatever this is.
const growth = 400

// grace is how long a cancelled job may take to end when the supervisor is gone. A connector that takes longer is left
// behind, to end with the process.
const grace = 2 * time.Second

// serve runs jobs one after the other. An error means that nobody listens any more.
func (w *worker) serve(jobs <-chan assignment) error {
	for a := range jobs {
		if err := w.run(a); err != nil {
			return err
		}
	}
	return nil
}

// errExit says that the supervisor wants no more of this worker.
var errExit = errors.New("exit")

type worker struct {
	out     *pipe.Writer
	members Members
	lines   *lines
	engine  *classify.Engine
	known   Known
	told    bool // that a base can't rest
}

// assignment is a job that is complete, with a context of its own.
type assignment struct {
	ctx    context.Context
	cancel context.CancelFunc
	job    pipe.Job
	base   *Base
}

// listen puts down frames together. It goes on while a job runs, for a cancel may come.
func (w *worker) listen(ctx context.Context, in io.Reader, jobs chan<- assignment) error {
	r := pipe.NewReader(in)
	var next assignment
	running := func() {}
	for {
		kind, payload, err := r.Next()
		if err != nil {
			return err
		}
		switch kind {
		case pipe.KindJob:
			next.base.Close()
			next = assignment{job: pipe.Job{}, base: NewBase()}
			if err := pipe.Decode(payload, &next.job); err != nil {
				return err
			}
			next.job.Secrets = map[string][]byte{}
		case pipe.KindSecret:
			name, value, err := pipe.ReadSecret(payload)
			r.Wipe()
			if err != nil || next.job.Secrets == nil {
				return fault.New(fault.Invalid, "BadFrame", "a secret came without a job")
			}
			next.job.Secrets[name] = value
		case pipe.KindBase:
			var b bus.BaseBlock
			if err := pipe.Decode(payload, &b); err != nil {
				return err
			}
			if next.base == nil {
				return fault.New(fault.Invalid, "BadFrame", "a base came without a job")
			}
			next.base.Add(b)
		case pipe.KindStart:
			next.ctx, next.cancel = context.WithCancel(ctx)
			running = next.cancel
			select {
			case jobs <- next:
			case <-ctx.Done():
				return ctx.Err()
			}
			next = assignment{}
		case pipe.KindCancel:
			running()
		case pipe.KindExit:
			return errExit
		default:
			return fault.New(fault.Invalid, "BadFrame", "a frame of kind %d goes up, not down", kind)
		}
	}
}

// run does one job and reports its end. An error means that nobody listens any more.
func (w *worker) run(a assignment) error {
	defer a.cancel()
	defer a.base.Close()
	defer func() {
		for _, secret := range a.job.Secrets {
			clear(secret)
		}
	}()
	limit := int64(math.MaxInt64)
	if a.job.MemoryMB > 0 {
		limit = int64(a.job.MemoryMB) << 20 / 10 * 8
	}
	debug.SetMemoryLimit(limit)
	w.lines.reset()
	conn := w.connector(a.job.Grant.Kind)
	if conn == nil {
		return w.out.Send(pipe.KindEnd, pipe.End{Outcome: bus.OutcomeFailed, Code: "UnknownKind", Remedy: "Update the node"})
	}
	deps := Deps{
		Dial: func(ctx context.Context, host string, port int) (net.Conn, error) {
			return pipe.Connect(ctx, a.job.Dial, a.job.Token, host, port)
		},
		Log: slog.New(w.lines), Dialects: w.members.Dialects, Formats: format.NewSet(w.members.Formats, w.members.Packings, w.engine.Tells),
		// A meter that can't be sent is no loss: the next send of facts tells.
		Meter:  func(n uint64) { _ = w.out.Send(pipe.KindMeter, pipe.Meter{Assets: n}) },
		Engine: w.engine, Known: &w.known,
	}
	if f := a.job.Folder; f != nil {
		root := folder.Root{Allowed: f.Allowed, Below: f.Below, Kept: f.Kept}
		deps.Folder = func() (connector.Folder, error) { return folder.Open(root) }
	}
	if a.job.Question != nil {
		return w.out.Send(pipe.KindEnd, Ask(a.ctx, a.job, conn, deps, Said{
			Step:  func(s bus.Step) error { return w.out.Send(pipe.KindStep, s) },
			Names: func(n pipe.Names) error { return w.out.Send(pipe.KindNames, n) },
		}))
	}
	if a.base.Stuck() && !w.told {
		w.told = true
		deps.Log.Warn("no file can be made in the folder for temporary ones: what the last scan saw is held in memory", "folder", os.TempDir())
	}
	end := Run(a.ctx, a.job, a.base, conn, deps, func(p *bus.Piece) error { return w.out.Send(pipe.KindFacts, p) })
	return w.out.Send(pipe.KindEnd, end)
}

func (w *worker) connector(kind string) connector.Connector {
	for _, c := range w.members.Connectors {
		if c.Describe().Name == kind {
			return c
		}
	}
	return nil
}
