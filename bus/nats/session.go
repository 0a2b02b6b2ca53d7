package nats

import (
	"errors"
	"strconv"
	"strings"
	"sync"
	"time"

	natsclient "github.com/nats-io/nats.go"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/failpoint"
	"github.com/purlieu/purlieu/fault"
)

// maxQueued bounds what a session holds that has not been written yet, in bytes, and maxWaiting how many requests are
// without an answer.
const (
	maxQueued  = 32 << 20
	maxWaiting = 4096
)

// request is one question of the node. Whoever takes it out of the session's list answers it: so it is answered once.
type request struct {
	id       uint64
	subject  bus.Subject
	payload  []byte
	answered func([]byte, error)
	timer    *time.Timer
}

// session is one connection through one door.
type session struct {
	s       *side
	nc      *natsclient.Conn
	replies string // prefix of the addresses for answers, below the node's inbox
	calls   []*natsclient.Subscription
	opened  time.Time
	expires time.Time
	closed  chan struct{}

	out chan *request // to the sender; as long as waiting may be

	mu      sync.Mutex
	ended   bool
	retired bool
	next    uint64
	queued  int // bytes in out
	asks    int // questions being answered
	waiting map[uint64]*request
}

// refreshIn is how long the session may be used before another replaces it: four fifths of its token's life, or all
// but the last minute; at least a second, so that a token which is never renewed makes no storm.
func (s *session) refreshIn() time.Duration {
	life := s.expires.Sub(s.opened)
	return max(life-min(life/5, time.Minute), time.Second)
}

// send takes a request, or says why it can't.
func (s *session) send(r *request) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.ended:
		return s.lostFault()
	case s.queued+len(r.payload) > maxQueued || len(s.waiting) >= maxWaiting || len(s.out) == cap(s.out):
		return fault.New(fault.Unreachable, "Busy", "too many messages are waiting to be sent to %s", s.s.url.Host)
	}
	s.next++
	r.id = s.next
	s.waiting[r.id] = r
	s.queued += len(r.payload)
	r.timer = time.AfterFunc(s.s.timeout(), func() {
		s.finish(r.id, nil, fault.New(fault.Unreachable, "TimedOut", "the account did not answer a %s in time", r.subject))
	})
	s.out <- r // never waits: there was room, and only this function fills it
	return nil
}

// write sends what send took, in order, until the session ends. Writing may wait for the network.
func (s *session) write() {
	for {
		select {
		case <-s.closed:
			return
		case r := <-s.out:
			s.mu.Lock()
			s.queued -= len(r.payload)
			_, wanted := s.waiting[r.id]
			s.mu.Unlock()
			if !wanted {
				continue
			}
			subject := Address(r.subject, s.s.c.cfg.Node)
			failpoint.HitAbout("bus.request.before", string(r.subject))
			err := s.nc.PublishRequest(subject, s.replies+strconv.FormatUint(r.id, 36), r.payload)
			switch {
			case errors.Is(err, natsclient.ErrMaxPayload):
				s.finish(r.id, nil, fault.New(fault.Invalid, "TooLarge", "a %s of %d bytes is more than the account takes", r.subject, len(r.payload)).Because(err))
			case err != nil:
				s.finish(r.id, nil, fault.New(fault.Unreachable, "NotSent", "a %s could not be sent", r.subject).Because(err))
				s.close() // a connection that failed to write once writes no more
				return
			}
			failpoint.HitAbout("bus.request.after", string(r.subject))
		}
	}
}

// receive takes an answer from the connection.
func (s *session) receive(m *natsclient.Msg) {
	id, err := strconv.ParseUint(strings.TrimPrefix(m.Subject, s.replies), 36, 64)
	if err != nil {
		return
	}
	if len(m.Data) == 0 && m.Header.Get("Status") == "503" {
		s.finish(id, nil, fault.New(fault.Unreachable, "NoResponders", "the account's bus is up, but nothing answers on it"))
		return
	}
	s.finish(id, m.Data, nil)
}

// finish answers a request, if nobody has yet.
func (s *session) finish(id uint64, answer []byte, err error) {
	s.mu.Lock()
	r, ok := s.waiting[id]
	delete(s.waiting, id)
	done := s.idle()
	s.mu.Unlock()
	if !ok {
		return
	}
	r.timer.Stop()
	failpoint.HitAbout("bus.answered", string(r.subject))
	s.s.c.cfg.Post(func() { r.answered(answer, err) })
	if done {
		go s.close()
	}
}

// asking counts the questions of the account that this session has still to answer.
func (s *session) asking(n int) {
	s.mu.Lock()
	s.asks += n
	done := s.idle()
	s.mu.Unlock()
	if done {
		go s.close()
	}
}

// idle reports whether a retired session has nothing left to do. The caller holds mu.
func (s *session) idle() bool { return s.retired && len(s.waiting) == 0 && s.asks == 0 }

// end answers what is left when the connection is gone. The client library calls it once.
func (s *session) end(*natsclient.Conn) {
	s.mu.Lock()
	s.ended = true
	left := s.waiting
	s.waiting = map[uint64]*request{}
	s.mu.Unlock()
	close(s.closed)
	for _, r := range left {
		r.timer.Stop()
		s.s.c.cfg.Post(func() { r.answered(nil, s.lostFault()) })
	}
}

// retire stops taking calls, and closes the session after its last answer, or after the time.
func (s *session) retire(after time.Duration) {
	for _, sub := range s.calls {
		// The only error is that the connection is gone, and the calls with it.
		_ = sub.Unsubscribe()
	}
	s.mu.Lock()
	s.retired = true
	idle := s.idle()
	if s.asks > 0 {
		after = MaxAsk
	}
	s.mu.Unlock()
	if idle {
		s.close()
		return
	}
	timer := time.AfterFunc(after, s.close)
	go func() {
		<-s.closed
		timer.Stop()
	}()
}

// close ends the connection; end is called from it.
func (s *session) close() { s.nc.Close() }

func (s *session) lostFault() *fault.Error {
	return fault.New(fault.Unreachable, "Disconnected", "the connection to %s was lost; the account may still have acted", s.s.url.Host)
}
