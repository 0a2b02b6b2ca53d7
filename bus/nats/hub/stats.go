package hub

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"

	natsclient "github.com/nats-io/nats.go"

	"github.com/purlieu/purlieu/bus"
)

// Stats is how the bus does, since it was made.
type Stats struct {
	Nodes     int    // with at least one connection
	Refused   uint64 // connections
	Requests  map[bus.Subject]uint64
	Failed    uint64 // requests that got no answer
	Malformed uint64 // requests dropped unread: too large, or with an address for the answer that is not the node's
	Dropped   uint64 // times that a backlog overflowed
	BytesIn   uint64 // payloads of requests
	BytesOut  uint64 // payloads of answers
}

type counters struct {
	mu                                            sync.Mutex
	bySubject                                     map[bus.Subject]uint64
	failed, malformed, dropped, bytesIn, bytesOut atomic.Uint64
}

func (c *counters) request(s bus.Subject, size int) {
	c.mu.Lock()
	if c.bySubject == nil {
		c.bySubject = map[bus.Subject]uint64{}
	}
	c.bySubject[s]++
	c.mu.Unlock()
	c.bytesIn.Add(uint64(size))
}

// asyncError hears what goes wrong on the account's own connections: a backlog that overflows.
func (c *counters) asyncError(*natsclient.Conn, *natsclient.Subscription, error) { c.dropped.Add(1) }

// Stats tells how the bus does.
func (s *Server) Stats() Stats {
	c := &s.stat
	nodes, refused := s.gate.connected()
	c.mu.Lock()
	defer c.mu.Unlock()
	bySubject := make(map[bus.Subject]uint64, len(c.bySubject))
	for k, v := range c.bySubject {
		bySubject[k] = v
	}
	return Stats{
		Nodes: nodes, Refused: refused, Requests: bySubject, Failed: c.failed.Load(), Malformed: c.malformed.Load(),
		Dropped: c.dropped.Load(), BytesIn: c.bytesIn.Load(), BytesOut: c.bytesOut.Load(),
	}
}

// serverLog hands the embedded server's words to our log, without the marks of the doors. Its errors are mostly what
// clients did wrong; what stops it is fatal.
type serverLog struct {
	log  *slog.Logger
	hide *strings.Replacer
}

// hider takes the marks of a gate out of text.
func hider(g *gate) *strings.Replacer {
	return strings.NewReplacer(g.account, "[secret]", g.ingestion, "[secret]", g.inside, "[secret]")
}

func (l *serverLog) say(level slog.Level, format string, v []any) {
	l.log.Log(context.Background(), level, "the embedded bus says", "text", l.hide.Replace(fmt.Sprintf(format, v...)))
}

func (l *serverLog) Fatalf(format string, v ...any)  { l.say(slog.LevelError, format, v) }
func (l *serverLog) Errorf(format string, v ...any)  { l.say(slog.LevelDebug, format, v) }
func (l *serverLog) Warnf(format string, v ...any)   { l.say(slog.LevelDebug, format, v) }
func (l *serverLog) Noticef(format string, v ...any) { l.say(slog.LevelDebug, format, v) }
func (l *serverLog) Debugf(string, ...any)           {}
func (l *serverLog) Tracef(string, ...any)           {}

// Nodes are the nodes that have, or lately had, a connection.
func (s *Server) Nodes() []string { return s.gate.nodes() }
