package hub

import (
	"context"
	"errors"

	natsclient "github.com/nats-io/nats.go"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/bus/nats"
	"github.com/purlieu/purlieu/failpoint"
	"github.com/purlieu/purlieu/fault"
)

// Ring says to the nodes of a runtime that work may be waiting. It is lost when the bus is down: nodes also look.
func (s *Server) Ring(runtime string) {
	if nats.IsName(runtime) {
		s.send(nats.Address(bus.SubjectRing, runtime), nil)
	}
}

// Tell sends an order to a node, if it is there.
func (s *Server) Tell(node string, order bus.Tell) {
	payload, err := bus.Encode(order)
	if err == nil && nats.IsName(node) {
		s.send(nats.Address(bus.SubjectTell, node), payload)
	}
}

// send publishes from the account. What is lost here is said again by the next renewal.
func (s *Server) send(subject string, payload []byte) {
	r := s.up.Load()
	if r == nil {
		return
	}
	failpoint.Hit("bus.call.before")
	if err := r.control.Publish(subject, payload); err != nil {
		s.cfg.Log.Debug("bus: call not sent", "err", err)
	}
	failpoint.Hit("bus.call.after")
}

// Ask puts a question to one node and waits for its answer, at most two minutes. fault.Unreachable: the bus is down,
// the node is away (NodeAway) or did not answer in time (NodeSilent).
func (s *Server) Ask(ctx context.Context, node string, question bus.Ask) (bus.Answer, error) {
	r := s.up.Load()
	if r == nil || !nats.IsName(node) {
		return bus.Answer{}, fault.New(fault.Unreachable, "NodeAway", "node %s can't be asked: the bus is not running", node)
	}
	payload, err := bus.Encode(question)
	if err != nil {
		return bus.Answer{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, nats.MaxAsk)
	defer cancel()
	failpoint.Hit("bus.ask.before")
	m, err := r.control.RequestWithContext(ctx, nats.Address(bus.SubjectAsk, node), payload)
	switch {
	case errors.Is(err, natsclient.ErrNoResponders):
		return bus.Answer{}, fault.New(fault.Unreachable, "NodeAway", "node %s is not connected", node).
			Try("Start the node, or look at its log for what keeps it from connecting").Because(err)
	case err != nil:
		return bus.Answer{}, fault.New(fault.Unreachable, "NodeSilent", "node %s did not answer in time", node).Because(err)
	}
	var answer bus.Answer
	if err := bus.Decode(m.Data, &answer); err != nil {
		return bus.Answer{}, err
	}
	return answer, nil
}
