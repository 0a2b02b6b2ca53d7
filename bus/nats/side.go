package nats

import (
	"context"
	"net/url"
	"sync"
	"time"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/fault"
)

// side is the client's end of one door: at most one session in use, and the one that it replaced until its last answer.
type side struct {
	c         *Client
	ingestion bool
	url       *url.URL
	secure    bool

	mu      sync.Mutex
	current *session
	trouble error // why there is no session; nil when there is one
}

func newSide(c *Client, raw string, ingestion bool) (*side, error) {
	u, secure, err := doorURL(raw)
	if err != nil {
		return nil, err
	}
	return &side{
		c: c, ingestion: ingestion, url: u, secure: secure,
		trouble: fault.New(fault.Unreachable, "Connecting", "the connection to %s is being made", u.Host),
	}, nil
}

// run keeps a session open until ctx ends: a new one when the last has closed, or before its token ends.
func (s *side) run(ctx context.Context) {
	failures := 0
	for ctx.Err() == nil {
		next, err := s.open(ctx)
		wait := backoff(failures, s.c.cfg.Backoff)
		if err == nil {
			s.use(next)
			wait = next.refreshIn()
		} else {
			failures++
			s.failed(err)
		}
		cur := s.session()
		select {
		case <-ctx.Done():
		case <-time.After(wait):
		case <-closedOf(cur):
			s.lost(cur)
			if time.Since(cur.opened) > s.c.cfg.Backoff {
				failures = 0
			} else {
				failures++
			}
			sleep(ctx, backoff(failures, s.c.cfg.Backoff))
		}
	}
	if cur := s.session(); cur != nil {
		s.lost(cur)
		cur.close()
	}
}

// use makes a session the current one; the former stops taking calls and ends after its last answer.
func (s *side) use(next *session) {
	s.mu.Lock()
	former := s.current
	s.current, s.trouble = next, nil
	s.mu.Unlock()
	if former != nil {
		former.retire(s.timeout())
	} else {
		s.c.cfg.Log.Info("bus: connected", "account", s.url.Host, "ingestion", s.ingestion)
	}
}

// failed notes why there is no session, and says so once per cause.
func (s *side) failed(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.current != nil {
		return // the old one still serves
	}
	if fault.CodeOf(s.trouble) != fault.CodeOf(err) {
		s.c.cfg.Log.Warn("bus: not connected", "account", s.url.Host, "ingestion", s.ingestion, "err", err)
	}
	s.trouble = err
}

// lost forgets a session that ended.
func (s *side) lost(old *session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.current == old {
		s.current = nil
		s.trouble = fault.New(fault.Unreachable, "Disconnected", "the connection to %s was lost", s.url.Host)
	}
}

// timeout is how long a request through this door may go without an answer, and a write may hang.
func (s *side) timeout() time.Duration {
	if s.ingestion {
		return s.c.cfg.BulkTimeout
	}
	return s.c.cfg.Timeout
}

func (s *side) session() *session {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.current
}

func (s *side) state() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.trouble
}

// send hands a request to the current session.
func (s *side) send(subject bus.Subject, payload []byte, answered func([]byte, error)) error {
	s.mu.Lock()
	cur, trouble := s.current, s.trouble
	s.mu.Unlock()
	if cur == nil {
		if fault.Is(trouble, fault.Unreachable) {
			return trouble
		}
		// A refused token or certificate is no answer to this request: the account could not be asked.
		return fault.New(fault.Unreachable, fault.CodeOf(trouble), "the account could not be asked").Because(trouble)
	}
	return cur.send(&request{subject: subject, payload: payload, answered: answered})
}

// closedOf never fires without a session.
func closedOf(s *session) <-chan struct{} {
	if s == nil {
		return nil
	}
	return s.closed
}

func sleep(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
