package nats

import (
	"context"
	"crypto/tls"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/url"
	"sync"
	"time"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/fault"
)

// ClientConfig is what a node's link needs. All fields without a default are needed, except those said to be optional.
type ClientConfig struct {
	AccountURL string // https://host:port/bus (or http, wss, ws)
	IngestURL  string // https://host:port/ingest/bus
	Node       string // bus.NodeID
	Runtime    string

	// Token gives a bearer token and its deadline; it is called before each connection, from any goroutine.
	Token func(ctx context.Context) (token string, expires time.Time, err error)
	// DialContext opens the TCP connection, through a proxy if need be. TLS is done here, on top of it.
	DialContext func(ctx context.Context, network, address string) (net.Conn, error)
	TLS         *tls.Config // optional for http

	// Post runs a function on the node's loop, later, never before it returns. It is called from any goroutine but
	// never from inside Request, and may wait.
	Post   func(func())
	OnRing func()         // optional; on the loop
	OnTell func(bus.Tell) // optional; on the loop
	// OnAsk answers a question; optional. Not on the loop: on a goroutine of its own, at most four at once. ctx ends
	// with the client, or after two minutes.
	OnAsk func(ctx context.Context, question bus.Ask) bus.Answer

	Timeout time.Duration // of a claim, renewal or beat without an answer, and of one try to connect; 10 s
	// BulkTimeout is that of batches, dones and bases, which may have to wait for a slow line; six times Timeout.
	BulkTimeout time.Duration
	Ping        time.Duration // silence after which the account is asked for a sign of life; 1 s (ten times that while batches travel)
	Backoff     time.Duration // the longest wait between two tries to connect; 3 s
	Log         *slog.Logger
}

// Client is a node's link to the account. It is a bus.Link. Safe for concurrent use.
type Client struct {
	cfg             ClientConfig
	account, ingest *side
	asks            chan struct{} // one token per question under way
	ctx             context.Context
	cancel          context.CancelFunc
	loops           sync.WaitGroup
}

// Dial checks the configuration and starts to connect; it returns at once and never fails for the network's sake.
// The client connects again for ever, until Close.
func Dial(cfg ClientConfig) (*Client, error) {
	if cfg.Token == nil || cfg.DialContext == nil || cfg.Post == nil || cfg.Log == nil {
		return nil, fault.New(fault.Invalid, "BadConfig", "the link needs tokens, a dialer, a loop and a log")
	}
	if !IsName(cfg.Node) || !IsName(cfg.Runtime) {
		return nil, fault.New(fault.Invalid, "BadName", "the names of node %q and runtime %q can't be addressed", cfg.Node, cfg.Runtime)
	}
	setDefault(&cfg.Timeout, 10*time.Second)
	setDefault(&cfg.BulkTimeout, 6*cfg.Timeout)
	setDefault(&cfg.Ping, time.Second)
	setDefault(&cfg.Backoff, 3*time.Second)
	c := &Client{cfg: cfg, asks: make(chan struct{}, 4)}
	var err error
	if c.account, err = newSide(c, cfg.AccountURL, false); err != nil {
		return nil, err
	}
	if c.ingest, err = newSide(c, cfg.IngestURL, true); err != nil {
		return nil, err
	}
	c.ctx, c.cancel = context.WithCancel(context.Background())
	c.loops.Go(func() { c.account.run(c.ctx) })
	c.loops.Go(func() { c.ingest.run(c.ctx) })
	return c, nil
}

// Request sends a message of the node through its door. It never waits: without a connection, or with too much waiting
// to be sent already, answered gets fault.Unreachable. Requests through one door are sent in order; answers come in any.
func (c *Client) Request(subject bus.Subject, payload []byte, answered func(answer []byte, err error)) {
	if err := sendable(subject, payload); err != nil {
		c.fail(answered, err)
		return
	}
	if err := c.side(subject).send(subject, payload, answered); err != nil {
		c.fail(answered, err)
	}
}

// sendable refuses what no connection could carry.
func sendable(subject bus.Subject, payload []byte) error {
	limit := MaxControl
	if subject.Ingestion() {
		limit = MaxMessage
	}
	if len(payload) > limit {
		return fault.New(fault.Invalid, "TooLarge", "a %s of %d bytes is more than the bus takes", subject, len(payload))
	}
	for _, r := range Rights() {
		if r.Subject == subject && r.Sends {
			return nil
		}
	}
	return fault.New(fault.Invalid, "BadSubject", "a node does not send %q", subject)
}

func (c *Client) side(subject bus.Subject) *side {
	if subject.Ingestion() {
		return c.ingest
	}
	return c.account
}

// fail answers from a goroutine of its own, since Request is called on the loop that Post may wait for.
func (c *Client) fail(answered func([]byte, error), err error) {
	go c.cfg.Post(func() { answered(nil, err) })
}

// Connected reports whether both doors are open.
func (c *Client) Connected() bool { return c.Trouble() == nil }

// Trouble is why the client is not connected: the last failure of a door that is closed, or nil. Before the first try
// has ended it is fault.Unreachable with code Connecting.
func (c *Client) Trouble() error {
	if err := c.account.state(); err != nil {
		return err
	}
	return c.ingest.state()
}

// Close ends both connections. Requests under way are answered with fault.Unreachable.
func (c *Client) Close() {
	c.cancel()
	c.loops.Wait()
}

// backoff is how long to wait after n failures in a row: doubling, jittered so that nodes do not come in step.
func backoff(n int, limit time.Duration) time.Duration {
	d := 50 * time.Millisecond << min(n, 10)
	d = min(d, limit)
	return d/2 + rand.N(d/2+1)
}

// doorURL reads the address of a door, and completes its port.
func doorURL(raw string) (u *url.URL, secure bool, err error) {
	u, err = url.Parse(raw)
	if err != nil || u.Hostname() == "" || u.User != nil || u.RawQuery != "" {
		return nil, false, fault.New(fault.Invalid, "BadAddress", "the address of the account's bus can't be used")
	}
	port := "80"
	switch u.Scheme {
	case "https", "wss":
		secure, port = true, "443"
	case "http", "ws":
	default:
		return nil, false, fault.New(fault.Invalid, "BadAddress", "the address of the account's bus must begin with https://")
	}
	if u.Port() == "" {
		u.Host = net.JoinHostPort(u.Hostname(), port)
	}
	// The client library speaks plain WebSocket over what our dialer gives it, which is TLS where it should be.
	u.Scheme = "ws"
	return u, secure, nil
}

func setDefault(v *time.Duration, def time.Duration) {
	if *v == 0 {
		*v = def
	}
}

var _ bus.Link = (*Client)(nil)
