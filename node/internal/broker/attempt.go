package broker

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/failpoint"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/filter"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/node/internal/pipe"
)

// attempt is one running attempt: a Worker to the node's loop, a goroutine of its own inside.
type attempt struct {
	b       *Broker
	grant   bus.Grant
	base    Base
	sink    Sink
	ctx     context.Context // ends at Stop
	cancel  context.CancelFunc
	began   time.Time
	stopped atomic.Bool
	size    atomic.Int64           // of the worker when it was looked at last, in bytes
	held    atomic.Bool            // facts wait for their release
	taken   chan struct{}          // closed when the sink releases the facts that it was given last; nil: there are none
	blame   atomic.Pointer[Result] // why the supervisor ended the process
	lines   int
	waits   waits
	// pieces are read in turn, each in the room of the one before the last: that was released.
	pieces [2]bus.Facts
	side   int
}

// Stop ends the attempt.
func (a *attempt) Stop() {
	a.stopped.Store(true)
	a.cancel()
}

// post reports the result, unless the attempt was stopped before.
func (a *attempt) post(r Result) {
	a.b.cfg.Post(func() {
		if !a.stopped.Load() {
			failpoint.Hit("worker.end.before")
			a.sink.End(r)
			failpoint.Hit("worker.end.after")
		}
	})
}

// work runs the attempt to its end.
func (a *attempt) work() Result {
	kind := a.b.kinds[a.grant.Kind]
	if kind == nil {
		return failed("UnknownKind", "Update the node, or give the work to a runtime that reads this kind", false)
	}
	first, more := a.piece() // while the account is away nothing is held for the attempt
	at := a.waited(a.began, lateAccount)
	keys, err := a.keys()
	defer keys.close()
	if err != nil {
		return a.unserved(err)
	}
	a.waited(at, lateVault)
	folder, err := a.folder()
	if err != nil {
		return a.unserved(err)
	}
	leave, why := a.place(kind)
	if leave == nil {
		return why
	}
	defer leave()
	var terms model.Terms
	if a.b.cfg.Terms != nil {
		terms = a.b.cfg.Terms(a.ctx, a.grant)
	}
	sieve, err := filter.New(kind, a.b.cfg.Dialects, terms)
	if err != nil {
		return a.unserved(err)
	}
	// The guest outlives a stop: to cancel a query in the source takes a connection of its own.
	guest, socket, err := a.b.doors.admit(context.WithoutCancel(a.ctx), a.grant.Kind)
	if err != nil {
		return a.unserved(err)
	}
	defer a.b.doors.revoke(guest)
	p, err := a.b.pool.take(poolKey(a.grant))
	if err != nil {
		return a.unserved(err)
	}
	done, watched := make(chan struct{}), make(chan struct{})
	go func() {
		a.watch(p, done)
		close(watched)
	}()
	job := pipe.Job{
		Grant: a.grant, Dial: socket, Token: guest.token, MemoryMB: a.b.cfg.MemoryMB, Terms: terms, Folder: folder,
		Today: uint32(a.b.cfg.Clock().Unix() / (24 * 60 * 60)),
	}
	judge := newJudge(kind, a.grant, sieve)
	result, clean := Result{}, false
	if err := a.brief(p, job, judge, first, more); err != nil {
		result = a.died(p)
	} else if secrets, err := a.use(keys); err != nil {
		result = a.unserved(err)
	} else if err := p.start(secrets); err != nil {
		result = a.died(p)
	} else {
		result, clean = a.converse(p, judge)
	}
	close(done)
	<-watched
	if blame := a.blame.Load(); blame != nil {
		result, clean = *blame, false
	}
	a.b.pool.put(p, clean && a.ctx.Err() == nil)
	return result
}

// placesOf are where a source is dialled, each once. What can't be told is refused when it is dialled.
func placesOf(kind *model.Kind, settings model.Settings) (places []string) {
	for _, dial := range kind.Dials {
		place, err := dial.Expand(func(field string) string { return kind.Get(settings, field) })
		if place = strings.ToLower(place); err == nil && !slices.Contains(places, place) {
			places = append(places, place)
		}
	}
	return places
}

// keys opens the secrets of the attempt.
func (a *attempt) keys() (*keys, error) {
	k := &keys{open: func() (map[string][]byte, error) { return a.b.cfg.Secrets(a.ctx, a.grant) }}
	return k, k.first(a.b.after)
}

// folder is the folder of a node-local source; nil for other sources.
func (a *attempt) folder() (*pipe.Folder, error) {
	if a.b.cfg.Folder == nil {
		return nil, nil
	}
	return a.b.cfg.Folder(a.grant)
}

// unserved notes why the supervisor could not serve an attempt, and is its result.
func (a *attempt) unserved(err error) Result {
	if a.ctx.Err() == nil {
		a.b.cfg.Log.Warn("an attempt could not be served", "unit", a.grant.Ref.Unit, "code", fault.CodeOf(err), "reason", err)
	}
	return failedBy(err)
}

// piece waits for the next piece of the base. The attempt's time stands still meanwhile.
func (a *attempt) piece() (blocks []bus.BaseBlock, more bool) {
	type answer struct {
		blocks []bus.BaseBlock
		more   bool
	}
	if a.base == nil {
		return nil, false
	}
	a.held.Store(true)
	defer a.held.Store(false)
	here := make(chan answer, 1)
	a.b.cfg.Post(func() {
		if !a.stopped.Load() {
			a.base(func(piece []bus.BaseBlock, more bool) { here <- answer{piece, more} })
		}
	})
	select {
	case next := <-here:
		return next.blocks, next.more
	case <-a.ctx.Done():
		return nil, false
	}
}

// brief gives the worker its job, and the base piece by piece as it comes. Secrets and start follow.
func (a *attempt) brief(p *process, job pipe.Job, judge *judge, piece []bus.BaseBlock, more bool) error {
	if err := p.order(job); err != nil {
		return err
	}
	for {
		judge.lent(piece)
		if err := p.lend(piece); err != nil {
			return err
		}
		if !more {
			break
		}
		piece, more = a.piece()
	}
	return a.ctx.Err() // a part of the base is as good as a false one
}

// converse speaks with the worker until the job's end. clean says that the worker can serve another.
func (a *attempt) converse(p *process, judge *judge) (result Result, clean bool) {
	for {
		kind, payload, err := p.r.Next()
		switch {
		case err != nil && fault.Is(err, fault.Invalid) && !errors.Is(err, io.ErrUnexpectedEOF):
			return a.misbehaved(p, err), false
		case err != nil:
			return a.died(p), false
		case kind == pipe.KindEnd:
			result, err := judge.end(payload)
			if err != nil {
				return a.misbehaved(p, err), false
			}
			a.await()
			return result, true
		case a.ctx.Err() != nil:
			continue // stopped: read on to the end, and believe nothing
		}
		switch kind {
		case pipe.KindFacts:
			facts := a.room()
			if err := pipe.Decode(payload, facts); err != nil {
				return a.misbehaved(p, err), false
			}
			if err := judge.facts(facts); err != nil {
				return a.misbehaved(p, err), false
			}
			if err := a.b.cfg.Check(facts, a.grant); err != nil {
				p.kill()
				return a.unserved(err), false
			}
			a.hand(*facts)
		case pipe.KindLog:
			if err := a.line(payload); err != nil {
				return a.misbehaved(p, err), false
			}
		case pipe.KindMeter:
		default:
			return a.misbehaved(p, fault.New(fault.Invalid, "BadFrame", "a frame of kind %d goes down, not up", kind)), false
		}
	}
}

// hand gives facts to the sink when it has released those before. What the node does with them, such as to wait for the
// disk, goes on while the worker's next piece is read and judged; then the worker's pipe fills, and it waits too.
func (a *attempt) hand(facts bus.Facts) {
	a.await()
	taken := make(chan struct{})
	a.taken = taken
	var once atomic.Bool
	a.b.cfg.Post(func() {
		if !a.stopped.Load() {
			a.sink.Facts(facts, func() {
				if once.CompareAndSwap(false, true) {
					close(taken)
				}
			})
		}
	})
}

// await waits until the sink has released what it was given. The attempt's time stands still meanwhile.
func (a *attempt) await() {
	if a.taken == nil {
		return
	}
	a.held.Store(true)
	defer a.held.Store(false)
	select {
	case <-a.taken:
	case <-a.ctx.Done():
	}
	a.taken = nil
}

// line passes a bounded number of log lines on.
func (a *attempt) line(payload []byte) error {
	if a.lines++; a.lines > pipe.MaxLogLines {
		return nil
	}
	var l pipe.Log
	if err := pipe.Decode(payload, &l); err != nil {
		return err
	}
	attrs := []slog.Attr{slog.Int64("unit", a.grant.Ref.Unit), slog.String("source", a.grant.Source)}
	for _, x := range l.Attrs[:min(len(l.Attrs), pipe.MaxLogAttrs)] {
		attrs = append(attrs, slog.String("worker."+cut(x.Key, 64), cut(x.Value, pipe.MaxLogText)))
	}
	level := slog.LevelInfo
	switch l.Level {
	case pipe.LogDebug:
		level = slog.LevelDebug
	case pipe.LogWarn:
		level = slog.LevelWarn
	case pipe.LogError:
		level = slog.LevelError
	}
	a.b.cfg.Log.LogAttrs(a.ctx, level, "the worker says", append(attrs, slog.String("text", cut(l.Text, pipe.MaxLogText)))...)
	return nil
}

// died is the result of a worker that ended by itself, or was killed from outside.
func (a *attempt) died(p *process) Result {
	p.kill()
	<-p.exited
	if a.blame.Load() == nil && a.ctx.Err() == nil {
		a.b.cfg.Log.Error("a worker died", "unit", a.grant.Ref.Unit, "state", p.state(), "trace", p.trace())
	}
	return failed("WorkerDied", "", true)
}

// misbehaved is the result of a worker that broke a rule: it is killed.
func (a *attempt) misbehaved(p *process, err error) Result {
	p.kill()
	a.b.cfg.Log.Error("a worker misbehaved and was killed", "unit", a.grant.Ref.Unit, "source", a.grant.Source, "reason", err)
	return failed("WorkerMisbehaved", "Look at the node's log: the source may be hostile, or the connector has a defect", false)
}

func remedyOf(err error) string {
	var e *fault.Error
	if errors.As(err, &e) {
		return e.Remedy
	}
	return ""
}

// cut bounds a text of a worker, in bytes.
func cut(s string, most int) string {
	if len(s) > most {
		return s[:most]
	}
	return s
}

// wellPlaced reports whether two paths are on one line down from the root.
func wellPlaced(path, root string) bool { return model.Below(path, root) || model.Below(root, path) }
