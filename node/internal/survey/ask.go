package survey

import (
	"context"
	"errors"
	"log/slog"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/connector"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/format"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/node/internal/pipe"
)

// Said takes what a job that asks yields. An error of either ends the job.
type Said struct {
	Step  func(bus.Step) error
	Names func(pipe.Names) error
}

// Ask tests the connection or lists one level of names, as the job's question says. A failure of the connector is the
// end's code, and what it has to say about it the last step; nothing that a driver wrote leaves.
func Ask(ctx context.Context, job pipe.Job, conn connector.Connector, deps Deps, said Said) pipe.End {
	if deps.Log == nil {
		deps.Log = slog.New(slog.DiscardHandler)
	}
	var kind model.Kind
	s := &surveyor{ctx: ctx, grant: job.Grant, kind: &kind, log: deps.Log}
	if deps.Formats == nil {
		deps.Formats = format.NewSet(nil, nil, nil)
	}
	env := &env{job: &job, kind: &kind, deps: deps}
	q := asker{surveyor: s, said: said}
	err := s.guard(func() error {
		kind = conn.Describe()
		if job.Question.Browse {
			return q.browse(conn, env, job.Question.Path)
		}
		return q.test(conn, env)
	})
	if q.broken != nil {
		err = q.broken
	}
	end := s.end(err)
	switch {
	case ctx.Err() != nil:
		end.Kind = fault.Unreachable
	case err != nil:
		end.Kind = fault.KindOf(err)
	}
	return end
}

// asker bounds what a connector says.
type asker struct {
	*surveyor
	said   Said
	steps  int
	names  pipe.Names
	count  int
	size   int
	broken error // of the pipe
}

func (q *asker) test(conn connector.Connector, env connector.Env) error {
	tester, ok := conn.(connector.Tester)
	if !ok {
		return fault.New(fault.Unsupported, "NoTest", "connections to sources of kind %s can't be tested", q.kind.Name)
	}
	failed := false
	err := tester.Test(q.ctx, env, func(s connector.Step) {
		failed = failed || !s.OK
		q.step(s)
	})
	if err != nil && !failed {
		q.step(stepOf("test", err))
	}
	return err
}

func (q *asker) step(s connector.Step) {
	if q.steps++; q.steps > bus.MaxSteps || q.broken != nil {
		return
	}
	q.broken = q.said.Step(bus.Step{Name: short(s.Name), OK: s.OK, Detail: short(s.Detail), Remedy: short(s.Remedy)})
}

// stepOf is a failure in closed words. What is no fault says nothing.
func stepOf(name string, err error) connector.Step {
	step := connector.Step{Name: name}
	var known *fault.Error
	if errors.As(err, &known) && known.Kind != fault.Internal {
		step.Detail, step.Remedy = known.Text, known.Remedy
	}
	return step
}

// errEnough ends a list that has reached its bound.
var errEnough = errors.New("enough")

func (q *asker) browse(conn connector.Connector, env connector.Env, path string) error {
	browser, ok := conn.(connector.Browser)
	if !ok {
		return fault.New(fault.Unsupported, "NoBrowse", "sources of kind %s can't be browsed", q.kind.Name)
	}
	err := browser.Browse(q.ctx, env, path, func(r model.Ref) error { return q.name(r, path) })
	if errors.Is(err, errEnough) {
		q.names.More, err = true, nil
	}
	if err != nil {
		q.step(stepOf("browse", err))
		return err
	}
	return q.flush()
}

// name takes one name; what can't be one of the level asked for is a defect of the connector and left out.
func (q *asker) name(r model.Ref, path string) error {
	switch {
	case q.ctx.Err() != nil:
		return q.ctx.Err()
	case q.kind.TypeNamed(r.Type) == nil || !textual(r.Path) || r.Path == path || !model.Below(r.Path, path):
		q.log.Warn("the connector named what was not asked for", "type", short(r.Type))
		return nil
	case q.count >= bus.MaxNames || q.size+len(r.Path) > bus.MaxNameBytes:
		return errEnough
	}
	q.count++
	q.size += len(r.Path)
	q.names.List = append(q.names.List, r)
	if len(q.names.List) >= pieceAssets {
		return q.flush()
	}
	return nil
}

func (q *asker) flush() error {
	piece := q.names
	q.names = pipe.Names{}
	if len(piece.List) == 0 && !piece.More {
		return nil
	}
	q.broken = q.said.Names(piece)
	return q.broken
}
