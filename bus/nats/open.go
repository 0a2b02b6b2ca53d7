package nats

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"time"

	natsclient "github.com/nats-io/nats.go"
	"github.com/nats-io/nuid"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/fault"
)

// open makes a session: token, connection, TLS, WebSocket, subscriptions, and a round trip that proves them.
func (s *side) open(ctx context.Context) (*session, error) {
	try, cancel := context.WithTimeout(ctx, s.c.cfg.Timeout)
	defer cancel()
	token, expires, err := s.c.cfg.Token(try)
	if err != nil {
		return nil, err
	}
	ses := &session{
		s: s, expires: expires, opened: time.Now(), closed: make(chan struct{}),
		out: make(chan *request, maxWaiting), waiting: map[uint64]*request{},
		replies: Inbox(s.c.cfg.Node) + nuid.Next() + ".",
	}
	d := &dialer{s: s, ctx: try}
	if ses.nc, err = s.connect(d, token, ses); err != nil {
		d.drop()
		if d.err != nil {
			return nil, d.err
		}
		return nil, s.explain(err)
	}
	stop := context.AfterFunc(ctx, d.drop) // so that a close never waits for a write that hangs
	go func() {
		<-ses.closed
		stop()
		d.drop()
	}()
	if err := ses.listen(try); err != nil {
		ses.close()
		return nil, s.explain(err)
	}
	go ses.write()
	return ses, nil
}

func (s *side) connect(d *dialer, token string, ses *session) (*natsclient.Conn, error) {
	opts := natsclient.GetDefaultOptions()
	opts.Url = s.url.String()
	opts.CustomDialer = d
	opts.Token = token
	opts.Name = s.c.cfg.Node
	opts.AllowReconnect = false
	opts.IgnoreDiscoveredServers = true
	opts.SkipHostLookup = true
	opts.Timeout = s.c.cfg.Timeout
	opts.FlusherTimeout = s.timeout()
	opts.PingInterval = s.c.cfg.Ping
	opts.MaxPingsOut = 2
	if s.ingestion {
		opts.PingInterval = 10 * s.c.cfg.Ping
	}
	opts.InboxPrefix = inboxPrefix + "." + s.c.cfg.Node
	opts.ClosedCB = ses.end
	opts.AsyncErrorCB = func(_ *natsclient.Conn, _ *natsclient.Subscription, err error) {
		s.c.cfg.Log.Warn("bus: connection reports", "ingestion", s.ingestion, "err", err)
	}
	return opts.Connect()
}

// listen subscribes to answers and, at the account door, to calls. The queue named after the node keeps a call from
// being taken twice while one session replaces another.
func (ses *session) listen(ctx context.Context) error {
	if _, err := ses.nc.Subscribe(ses.replies+"*", ses.receive); err != nil {
		return err
	}
	c := ses.s.c
	if !ses.s.ingestion {
		for _, call := range []struct {
			subject string
			take    natsclient.MsgHandler
		}{
			{Address(bus.SubjectRing, c.cfg.Runtime), func(*natsclient.Msg) { c.rung() }},
			{Address(bus.SubjectTell, c.cfg.Node), func(m *natsclient.Msg) { c.told(m.Data) }},
			{Address(bus.SubjectAsk, c.cfg.Node), func(m *natsclient.Msg) { ses.asked(m) }},
		} {
			sub, err := ses.nc.QueueSubscribe(call.subject, c.cfg.Node, call.take)
			if err != nil {
				return err
			}
			ses.calls = append(ses.calls, sub)
		}
	}
	return ses.nc.FlushWithContext(ctx)
}

// explain turns what the client library said into a fault.
func (s *side) explain(err error) error {
	if errors.Is(err, natsclient.ErrAuthorization) || errors.Is(err, natsclient.ErrAuthExpired) {
		return fault.New(fault.Denied, "TokenRefused", "%s refused this node's token", s.url.Host).
			Try("The node may have been removed or revoked: ask whoever runs the account").Because(err)
	}
	return fault.New(fault.Unreachable, "NoBus", "%s does not answer as a bus at %s", s.url.Host, s.url.Path).
		Try("Check the address; a proxy in between must let WebSocket connections through").Because(err)
}

// dialer gives the client library one connection, with TLS where the address asks for it.
type dialer struct {
	s    *side
	ctx  context.Context // of this one try to connect
	conn net.Conn
	err  error // why there is none; kept because the library may hide it
}

// Dial is called once, from inside connect.
func (d *dialer) Dial(network, address string) (net.Conn, error) {
	d.conn, d.err = d.dial(network, address)
	return d.conn, d.err
}

func (d *dialer) dial(network, address string) (net.Conn, error) {
	raw, err := d.s.c.cfg.DialContext(d.ctx, network, address)
	if err != nil || !d.s.secure {
		return raw, err
	}
	cfg := &tls.Config{MinVersion: tls.VersionTLS12}
	if d.s.c.cfg.TLS != nil {
		cfg = d.s.c.cfg.TLS.Clone()
	}
	cfg.NextProtos = []string{"http/1.1"} // an upgrade can't be asked for over HTTP/2
	if cfg.ServerName == "" {
		cfg.ServerName = d.s.url.Hostname()
	}
	conn := tls.Client(raw, cfg)
	if err := conn.HandshakeContext(d.ctx); err != nil {
		_ = raw.Close()
		var known *fault.Error
		if errors.As(err, &known) {
			return nil, err
		}
		return nil, fault.New(fault.Unreachable, "TLSFailed", "the TLS handshake with %s failed", address).
			Try("Check the address, its certificate, and whether something on the way inspects TLS").Because(err)
	}
	return conn, nil
}

func (d *dialer) drop() {
	if d.conn != nil {
		_ = d.conn.Close()
	}
}
