package nats

import (
	"context"

	natsclient "github.com/nats-io/nats.go"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/failpoint"
)

// rung passes a ring on to the loop.
func (c *Client) rung() {
	if c.cfg.OnRing != nil {
		c.cfg.Post(c.cfg.OnRing)
	}
}

// told passes an order on to the loop. One that can't be read is dropped: the next renewal says the same.
func (c *Client) told(payload []byte) {
	var order bus.Tell
	if err := bus.Decode(payload, &order); err != nil {
		c.cfg.Log.Warn("bus: order not understood", "err", err)
		return
	}
	if c.cfg.OnTell != nil {
		c.cfg.Post(func() { c.cfg.OnTell(order) })
	}
}

// asked answers a question on a goroutine of its own; when too many are under way it says so.
func (ses *session) asked(m *natsclient.Msg) {
	c := ses.s.c
	var question bus.Ask
	if err := bus.Decode(m.Data, &question); err != nil {
		c.reply(m, bus.Answer{V: bus.Version, Code: "BadMessage", Text: "the node does not understand the question"})
		return
	}
	if c.cfg.OnAsk == nil {
		c.reply(m, bus.Answer{V: bus.Version, Code: "Unsupported", Text: "the node answers no questions"})
		return
	}
	select {
	case c.asks <- struct{}{}:
	default:
		c.reply(m, bus.Answer{V: bus.Version, Code: "Throttled", Text: "the node is answering other questions; ask again"})
		return
	}
	ses.asking(1)
	go func() {
		defer ses.asking(-1)
		defer func() { <-c.asks }()
		ctx, cancel := context.WithTimeout(c.ctx, MaxAsk)
		defer cancel()
		c.reply(m, c.cfg.OnAsk(ctx, question))
	}()
}

func (c *Client) reply(m *natsclient.Msg, a bus.Answer) {
	payload, err := bus.Encode(a)
	if err == nil {
		failpoint.Hit("bus.told.before")
		err = m.Respond(payload)
	}
	if err != nil {
		c.cfg.Log.Warn("bus: answer not sent", "err", err)
	}
}
