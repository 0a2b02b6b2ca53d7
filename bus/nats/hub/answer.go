package hub

import (
	"context"
	"strings"
	"sync"
	"time"

	natsclient "github.com/nats-io/nats.go"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/bus/nats"
	"github.com/purlieu/purlieu/failpoint"
)

// queue is the group in which replicas share the requests.
const queue = "account"

// backlog is what may wait for a worker, per subject; more is dropped, and its node asks again.
const (
	backlogMessages = 16 << 10
	backlogBulk     = 32 << 20 // bytes
	backlogControl  = 4 << 20
)

// pool is a bounded number of workers fed by the subscriptions of some subjects.
type pool struct {
	conn    *natsclient.Conn
	subs    []*natsclient.Subscription
	feeding sync.WaitGroup // subscriptions that may still hand over a request
	work    chan *natsclient.Msg
	workers sync.WaitGroup
	over    chan struct{}
}

// answer subscribes to the requests of all nodes in two pools, so that a crowd of batches can't hold up a renewal.
// The function it gives stops them: it takes no new request, waits for those under way, and after the time gives up
// on them.
func (s *Server) answer(ctx context.Context, r *running) (stop func(giveUp func()), err error) {
	control, err := s.pool(ctx, r.control, s.cfg.ControlWorkers, false)
	if err != nil {
		return nil, err
	}
	bulk, err := s.pool(ctx, r.bulk, s.cfg.BulkWorkers, true)
	if err != nil {
		return nil, err
	}
	return func(giveUp func()) {
		late := make(chan struct{})
		timer := time.AfterFunc(s.cfg.StopTimeout, func() { close(late); giveUp() })
		defer timer.Stop()
		control.drain()
		bulk.drain()
		control.finish(late)
		bulk.finish(late)
	}, nil
}

func (s *Server) pool(ctx context.Context, nc *natsclient.Conn, workers int, ingestion bool) (*pool, error) {
	p := &pool{conn: nc, work: make(chan *natsclient.Msg), over: make(chan struct{})}
	bytes := backlogControl
	if ingestion {
		bytes = backlogBulk
	}
	for _, right := range nats.Rights() {
		if !right.Sends || right.Ingestion != ingestion {
			continue
		}
		sub, err := nc.QueueSubscribe(nats.Address(right.Subject, "*"), queue, p.feed)
		if err != nil {
			return nil, err
		}
		if err := sub.SetPendingLimits(backlogMessages, bytes); err != nil {
			return nil, err
		}
		p.feeding.Add(1)
		sub.SetClosedHandler(func(string) { p.feeding.Done() })
		p.subs = append(p.subs, sub)
	}
	for range workers {
		p.workers.Go(func() { s.serve(ctx, p) })
	}
	return p, nc.Flush()
}

// feed waits for a free worker: what comes meanwhile is held in the subscription's backlog.
func (p *pool) feed(m *natsclient.Msg) {
	select {
	case p.work <- m:
	case <-p.over:
	}
}

func (s *Server) serve(ctx context.Context, p *pool) {
	for {
		select {
		case m := <-p.work:
			s.one(ctx, m)
		case <-p.over:
			return
		}
	}
}

// drain takes no new request.
func (p *pool) drain() {
	for _, sub := range p.subs {
		// The only error is that the subscription has ended.
		_ = sub.Drain()
	}
}

// finish returns when the last request has been answered, or when it is late and those under way have given up.
func (p *pool) finish(late <-chan struct{}) {
	fed := make(chan struct{})
	go func() {
		p.feeding.Wait()
		close(fed)
	}()
	select {
	case <-fed:
	case <-late:
	}
	close(p.over)
	p.workers.Wait()
	// The answers leave before the connection does; a failure here is a lost answer, and the node asks again.
	_ = p.conn.FlushTimeout(time.Second)
	p.conn.Close()
}

// one answers a single request. The subject names the node, since the server lets it publish on no other; the address
// for the answer is the node's own word, and must be in its own inbox.
func (s *Server) one(ctx context.Context, m *natsclient.Msg) {
	subject, node, ok := parse(m.Subject)
	if !ok || !strings.HasPrefix(m.Reply, nats.Inbox(node)) || (!subject.Ingestion() && len(m.Data) > nats.MaxControl) {
		s.stat.malformed.Add(1)
		return
	}
	s.stat.request(subject, len(m.Data))
	ctx, cancel := context.WithTimeout(ctx, s.cfg.RequestTimeout)
	defer cancel()
	answer, err := s.cfg.Handler.Handle(ctx, node, subject, m.Data)
	if err != nil {
		s.stat.failed.Add(1)
		s.cfg.Log.Warn("bus: request not answered", "node", node, "subject", string(subject), "err", err)
		return
	}
	failpoint.HitAbout("bus.reply.before", string(subject))
	if err := m.Respond(answer); err != nil {
		s.stat.failed.Add(1)
		s.cfg.Log.Warn("bus: answer not sent", "node", node, "subject", string(subject), "err", err)
		return
	}
	failpoint.HitAbout("bus.reply.after", string(subject))
	s.stat.bytesOut.Add(uint64(len(answer)))
}

var _ bus.Caller = (*Server)(nil)
