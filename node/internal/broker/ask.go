package broker

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/node/internal/pipe"
)

// Bounds of questions.
const (
	maxAsks = 2 // at once; they take no slot of an attempt, since a person waits
	askTime = 45 * time.Second
	turn    = 5 * time.Second // that a question waits for a connection that attempts have, and secrets for their use
)

// Ask puts one question of the account to a worker of its own, and waits for its end: at most 45 s, or until ctx ends.
// A failure is part of the answer. Its texts are bounded and closed; the local policy has judged secrets and
// connections, and has not seen the names yet.
func (b *Broker) Ask(ctx context.Context, question bus.Ask) bus.Answer {
	select {
	case b.asks <- struct{}{}:
		defer func() { <-b.asks }()
	default:
		return Refusal(fault.New(fault.Throttled, "TooManyQuestions", "the node is answering other questions").Try("Ask again in a moment"))
	}
	ctx, cancel := context.WithTimeout(ctx, askTime)
	a := &attempt{b: b, ctx: ctx, cancel: cancel, grant: bus.Grant{
		Kind: question.Kind, Settings: question.Settings, Login: question.Login, Level: model.L1,
	}}
	if !b.join(a) {
		cancel()
		return Refusal(fault.New(fault.Unreachable, "Stopping", "the node stops"))
	}
	defer b.leave(a)
	answer, err := a.ask(question)
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded) && (err != nil || answer.Code != ""):
		return withFailure(answer, fault.New(fault.Unreachable, "AnswerLate", "the source did not answer in time"))
	case err != nil:
		return withFailure(answer, err)
	}
	return answer
}

// Refusal is an answer that says only why there is none.
func Refusal(err error) bus.Answer { return withFailure(bus.Answer{V: bus.Version}, err) }

// withFailure adds a failure to what was found before it. What is no fault stays here.
func withFailure(a bus.Answer, err error) bus.Answer {
	a.V, a.Kind, a.Code, a.Text, a.Remedy = bus.Version, fault.Internal, "Internal", "the node failed", "Look at the node's log"
	var e *fault.Error
	if errors.As(err, &e) && e.Kind != fault.Internal {
		a.Kind, a.Code, a.Text, a.Remedy = e.Kind, fault.CodeOf(err), cut(e.Text, maxNote), cut(e.Remedy, maxNote)
	}
	return a
}

// ask runs the question as work runs an attempt.
func (a *attempt) ask(question bus.Ask) (bus.Answer, error) {
	kind := a.b.kinds[a.grant.Kind]
	if kind == nil {
		return bus.Answer{}, fault.New(fault.Unsupported, "UnknownKind", "this node reads no sources of that kind").
			Try("Update the node, or ask a runtime that reads this kind")
	}
	keys, err := a.keys()
	defer keys.close()
	if err != nil {
		return bus.Answer{}, err
	}
	folder, err := a.folder()
	if err != nil {
		return bus.Answer{}, err
	}
	leave, err := a.turn(kind)
	if err != nil {
		return bus.Answer{}, err
	}
	defer leave()
	guest, socket, err := a.b.doors.admit(context.WithoutCancel(a.ctx), a.grant.Kind)
	if err != nil {
		return bus.Answer{}, err
	}
	defer a.b.doors.revoke(guest)
	p, err := a.b.pool.spare()
	if err != nil {
		return bus.Answer{}, err
	}
	done, watched := make(chan struct{}), make(chan struct{})
	go func() {
		a.watch(p, done)
		close(watched)
	}()
	answer, err := a.inquire(p, keys, pipe.Job{
		Grant: a.grant, Dial: socket, Token: guest.token, MemoryMB: a.b.cfg.MemoryMB, Folder: folder,
		Question: &pipe.Question{Browse: question.Browse, Path: question.Path},
	}, &hearing{kind: kind, question: question})
	close(done)
	<-watched
	p.end()
	if blame := a.blame.Load(); blame != nil {
		err = fault.New(fault.Unsupported, blame.Code, "the worker was ended").Try("%s", blame.Remedy)
	}
	return answer, err
}

// turn waits for room at the source.
func (a *attempt) turn(kind *model.Kind) (leave func(), err error) {
	ctx, cancel := context.WithTimeout(a.ctx, turn)
	defer cancel()
	if leave, err = a.b.crowd.enter(ctx, placesOf(kind, a.grant.Settings)); err != nil {
		return nil, fault.New(fault.Throttled, "SourceBusy", "the node reads the source now, with all the connections that its own policy allows").
			Try("Ask again when the runs that read it have ended, or have limits.connections raised in the node's policy")
	}
	return leave, nil
}

// inquire speaks with the worker until the question's end.
func (a *attempt) inquire(p *process, keys *keys, job pipe.Job, h *hearing) (bus.Answer, error) {
	secrets, err := keys.use()
	if err != nil {
		return h.answer, err
	}
	if err = p.order(job); err == nil {
		err = p.start(secrets)
	}
	if err != nil {
		return h.answer, a.lost(p)
	}
	for {
		kind, payload, err := p.r.Next()
		switch {
		case err != nil && fault.Is(err, fault.Invalid) && !errors.Is(err, io.ErrUnexpectedEOF):
			return bus.Answer{}, a.defied(p, err)
		case err != nil:
			return h.answer, a.lost(p)
		}
		switch kind {
		case pipe.KindStep:
			err = h.step(payload)
		case pipe.KindNames:
			err = h.names(payload)
		case pipe.KindLog:
			err = a.line(payload)
		case pipe.KindEnd:
			if err = h.end(payload); err == nil {
				return h.answer, nil
			}
		default:
			err = fault.New(fault.Invalid, "BadFrame", "a frame of kind %d answers no question", kind)
		}
		if err != nil {
			return bus.Answer{}, a.defied(p, err)
		}
	}
}

// lost is the failure of a worker that ended by itself.
func (a *attempt) lost(p *process) error {
	r := a.died(p)
	return fault.New(fault.Unreachable, r.Code, "the worker that asked died")
}

// defied is the failure of a worker that broke a rule.
func (a *attempt) defied(p *process, err error) error {
	r := a.misbehaved(p, err)
	return fault.New(fault.Unsupported, r.Code, "the worker that asked broke a rule").Try("%s", r.Remedy)
}

// hearing judges what a worker answers.
type hearing struct {
	kind     *model.Kind
	question bus.Ask
	answer   bus.Answer
	size     int
}

func (h *hearing) step(payload []byte) error {
	var s bus.Step
	if err := pipe.Decode(payload, &s); err != nil {
		return err
	}
	for _, text := range []string{s.Name, s.Detail, s.Remedy} {
		if len(text) > maxNote || !sound(text) {
			return broken("a step that is not in closed words")
		}
	}
	if len(h.answer.Steps) >= bus.MaxSteps {
		return broken("more than %d steps", bus.MaxSteps)
	}
	h.answer.Steps = append(h.answer.Steps, s)
	return nil
}

func (h *hearing) names(payload []byte) error {
	var piece pipe.Names
	if err := pipe.Decode(payload, &piece); err != nil {
		return err
	}
	if !h.question.Browse {
		return broken("names in a test")
	}
	for _, r := range piece.List {
		if h.kind.TypeNamed(r.Type) == nil || !sound(r.Path) || r.Path == h.question.Path || !model.Below(r.Path, h.question.Path) {
			return broken("a name that was not asked for")
		}
		if h.size += len(r.Path); h.size > bus.MaxNameBytes || len(h.answer.Names) >= bus.MaxNames {
			return broken("more names than an answer holds")
		}
		h.answer.Names = append(h.answer.Names, r)
	}
	h.answer.More = h.answer.More || piece.More
	return nil
}

func (h *hearing) end(payload []byte) error {
	var e pipe.End
	if err := pipe.Decode(payload, &e); err != nil {
		return err
	}
	if (e.Code == "") != (e.Outcome == bus.OutcomeRead) || e.Code != "" && !pipe.Word(e.Code) || len(e.Remedy) > maxNote || !sound(e.Remedy) || e.Kind > fault.Internal {
		return broken("an end that is not in closed words")
	}
	h.answer.V = bus.Version
	if e.Code != "" {
		h.answer.Code, h.answer.Kind, h.answer.Remedy = e.Code, e.Kind, e.Remedy
		h.answer.Text = "the source could not be asked"
		if n := len(h.answer.Steps); n > 0 && !h.answer.Steps[n-1].OK && h.answer.Steps[n-1].Detail != "" {
			h.answer.Text = h.answer.Steps[n-1].Detail
		}
	}
	return nil
}
