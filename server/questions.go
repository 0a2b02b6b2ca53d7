package server

import (
	"context"
	"time"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/fleet"
	"github.com/purlieu/purlieu/server/internal/scan"
)

// Times of a question.
const (
	askWithin   = 50 * time.Second // a request may take a minute
	wakeWithin  = 15 * time.Second // for the built-in node to start
	wakeRetried = 200 * time.Millisecond
)

// questions puts people's questions to nodes: the scan room makes them, the fleet carries them.
type questions struct {
	*scan.Service
	s *Server
}

// Ask asks a node of the runtime that the question names and waits for its answer, at most 50 s. The built-in
// runtime's node is started when it is not there. What the node or the source says against it is in the answer.
func (q questions) Ask(ctx context.Context, question scan.Question) (fleet.Answer, error) {
	ctx, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	ask, runtime, err := q.Asks(ctx, question)
	if err != nil {
		return fleet.Answer{}, err
	}
	answer, err := q.s.fleet.Ask(ctx, runtime, ask)
	if runtime != model.BuiltInRuntime || q.s.cfg.BuiltIn == nil || fault.CodeOf(err) != "RuntimeOffline" {
		return answer, err
	}
	ring(q.s.rung)
	for late := time.After(wakeWithin); ; {
		select {
		case <-ctx.Done():
			return fleet.Answer{}, err
		case <-late:
			return fleet.Answer{}, err
		case <-time.After(wakeRetried):
		}
		if answer, err = q.s.fleet.Ask(ctx, runtime, ask); fault.CodeOf(err) != "RuntimeOffline" {
			return answer, err
		}
	}
}
