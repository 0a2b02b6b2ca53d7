// Package survey reads one unit inside a worker: connector in, facts out.
//
// What a connector found passes the filter for values first (see filter); a gap says what stayed behind because it was
// not understood. It *tidies* the rest (text storable anywhere, lengths bounded), takes a *fingerprint* of it, compares
// that with the unit's base and sends what is new or changed whole; of the rest only a bit says that it was *seen*,
// and *moved* measures travel by position. At the level of samples, when one is due, it has values read, turns them
// into classes with evidence, and drops them. What stands outside the unit, its scope or the kind's types is a mistake of
// the connector: it stays behind, and a gap says so.
//
// Planning hands on what it planned, as units of their own; a small plan is *read at once* by the attempt that made it.
//
// Run is a pure step: it starts no goroutine and reads no clock. Worker is the process around it.
package survey

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"runtime"
	"runtime/debug"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/classify"
	"github.com/purlieu/purlieu/connector"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/filter"
	"github.com/purlieu/purlieu/format"
	"github.com/purlieu/purlieu/lineage"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/node/internal/pipe"
)

// Deps are what a run needs besides its job.
type Deps struct {
	// Dial opens connections to the source.
	Dial func(ctx context.Context, host string, port int) (net.Conn, error)
	// Folder opens the folder of a node-local source; nil where there is none.
	Folder func() (connector.Folder, error)
	// Formats is how files are read; nil reads none.
	Formats *format.Set
	// Log is for the operator of the node; nil drops the lines.
	Log *slog.Logger
	// Dialects are those of the build: the value filter asks them.
	Dialects []lineage.Dialect
	// Meter hears how many assets were seen, now and then. It may be nil.
	Meter func(assets uint64)
	// Engine is what samples are held against; without one no level reads samples. It serves one run at a time.
	Engine *classify.Engine
	// Known is what earlier units of the run were told of the source's identity. It may be nil.
	Known *Known
}

// Run reads the job's unit with the connector, or plans where the unit has no step. Facts go to send in pieces of some
// 256 KB, each good until send returns; an error of send stops the run. What was found before an error, a panic of the connector or
// the end of ctx counts all the same, and is sent unless ctx has ended. A base, which may be nil, is for one run. Secrets in the job are
// handed to the connector and not kept.
//
// Seen entries of one container may come in several pieces, measures before bits: a reader joins them.
func Run(ctx context.Context, job pipe.Job, base *Base, conn connector.Connector, deps Deps, send func(*bus.Piece) error) pipe.End {
	if deps.Log == nil {
		deps.Log = slog.New(slog.DiscardHandler)
	}
	var kind model.Kind
	s := &surveyor{
		ctx: ctx, grant: job.Grant, kind: &kind, send: send, meter: deps.Meter, log: deps.Log, known: deps.Known,
		fresh: map[model.Hash]struct{}{}, listed: map[string]bool{}, today: job.Today,
	}
	rules := uint64(0)
	if job.Grant.Level >= model.L3 && deps.Engine != nil {
		s.engine, rules = deps.Engine, deps.Engine.Version()
	}
	if err := s.guard(func() error { kind = conn.Describe(); return nil }); err != nil {
		return s.end(err)
	}
	s.stance = stance(s.grant.Level, kind.Version, rules)
	if s.base = base; base == nil {
		s.base = NewBase()
	}
	if bad := s.base.ready(); bad > 0 {
		deps.Log.Warn("bases are out of order and were left aside", "containers", bad)
	}
	if deps.Formats == nil {
		deps.Formats = format.NewSet(nil, nil, nil)
	}
	var err error
	if s.filter, err = filter.New(&kind, deps.Dialects, job.Terms); err != nil {
		return s.end(err)
	}
	err = s.read(conn, &env{job: &job, kind: &kind, deps: deps, surveyor: s})
	if ctx.Err() == nil && s.broken == nil {
		if last := s.finish(); err == nil {
			err = last
		}
	}
	return s.end(err)
}

// read calls the connector.
func (s *surveyor) read(conn connector.Connector, env *env) error {
	return s.guard(func() error {
		if listed, err := s.readKept(conn, env); err != nil || !listed {
			return err
		}
		return s.confirm(conn, env) // not over what was kept: it may show what was, as one transaction does
	})
}

// readKept calls the connector as far as it can keep what it has opened from one call to the next, and reports whether
// the unit has something to prove. What was kept is closed then: a connector has one connection at a time.
func (s *surveyor) readKept(conn connector.Connector, env *env) (listed bool, err error) {
	if k, ok := conn.(connector.Keeper); ok {
		var release func()
		conn, release = k.Keep(env)
		defer release()
	}
	if err := s.identify(conn, env); err != nil {
		return false, err
	}
	if s.grant.Unit.Step == "" {
		err := s.plan(conn, env)
		return len(s.listed) > 0, err
	}
	return true, conn.Scan(s.ctx, env, s.grant.Unit, s)
}

// guard calls foreign code; a panic there is a failure of the unit.
func (s *surveyor) guard(call func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			// The text of a panic may quote what was read; only the runtime's own is safe.
			text := "panic"
			var rt runtime.Error
			if e, ok := p.(error); ok && errors.As(e, &rt) {
				text = rt.Error()
			}
			s.log.Error("the connector panicked", "panic", text, "stack", string(debug.Stack()))
			err = fault.New(fault.Internal, "ReaderPanicked", "the connector panicked").
				Try("This is a defect of the connector: report it with the node's log")
		}
	}()
	return call()
}

// end turns the outcome into the job's end. Texts of errors stay in the node's log.
func (s *surveyor) end(err error) pipe.End {
	s.broken = fault.New(fault.Gone, "JobEnded", "the job has ended") // for a connector that speaks on
	end := pipe.End{Outcome: bus.OutcomeRead, Assets: s.assets, Listed: s.listing(), Identity: s.identity}
	if err == nil && s.ctx.Err() == nil {
		return end
	}
	end.Outcome = bus.OutcomeFailed
	var known *fault.Error
	switch {
	case s.ctx.Err() != nil:
		end.Code, end.Retry = "Cancelled", true
	case errors.As(err, &known):
		if end.Code, end.Remedy = fault.CodeOf(err), short(known.Remedy); !pipe.Word(end.Code) {
			end.Code = "Internal"
		}
		end.Retry = known.Kind == fault.Unreachable || known.Kind == fault.Throttled
		s.log.Warn("the unit could not be read", "code", end.Code, "reason", known.Text)
	default:
		end.Code = "Internal"
		s.log.Error("the connector failed without a code", "type", typeOf(err))
	}
	return end
}
