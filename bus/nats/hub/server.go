package hub

import (
	"context"
	"crypto/tls"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	natsserver "github.com/nats-io/nats-server/v2/server"
	natsclient "github.com/nats-io/nats.go"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/bus/nats"
	"github.com/purlieu/purlieu/fault"
)

// linger is how long connections stay open behind the last answer, for it to be read: a client drops what it has not
// looked at when its connection ends.
const linger = 100 * time.Millisecond

// markCookie carries the mark of a door from its relay to the embedded server, over loopback.
const markCookie = "purlieu-door"

// ServerConfig is what the account's bus can be told. Authenticate, Handler and Log are needed.
type ServerConfig struct {
	// Authenticate says who a bearer token speaks for; it is called from many goroutines, and must refuse a node from
	// the moment it was revoked, before Disconnect is called.
	Authenticate func(token string) (Identity, error)
	Handler      bus.Handler
	Log          *slog.Logger

	RequestTimeout time.Duration // of the context that Handler gets; 10 s
	StopTimeout    time.Duration // for requests under way when Serve is told to stop; 5 s
	ControlWorkers int           // claims, renewals and beats answered at once; 16
	BulkWorkers    int           // batches, dones and bases answered at once; 4
	Now            func() time.Time

	Cluster Cluster
}

// Cluster would join the buses of several replicas by routes with mutual TLS. This build serves one replica:
// NewServer refuses any but the zero Cluster with fault.Unsupported.
type Cluster struct {
	Name   string
	Listen string   // host:port for the other replicas
	Peers  []string // host:port of the other replicas
	TLS    *tls.Config
}

// Server is the account's side of the bus. It is a bus.Caller. Safe for concurrent use.
type Server struct {
	cfg  ServerConfig
	gate *gate
	up   atomic.Pointer[running] // nil before Serve and after it
	stat counters
	once sync.Mutex
	used bool
	// ready is closed when the doors open.
	ready chan struct{}
}

// running is what exists while Serve runs.
type running struct {
	server  *natsserver.Server
	backend *url.URL
	control *natsclient.Conn // claims, renewals, beats, and the calls to nodes
	bulk    *natsclient.Conn // batches, dones, bases
	proxy   http.RoundTripper
}

// NewServer checks the configuration. Nothing is started until Serve.
func NewServer(cfg ServerConfig) (*Server, error) {
	if cfg.Authenticate == nil || cfg.Handler == nil || cfg.Log == nil {
		return nil, fault.New(fault.Invalid, "BadConfig", "the bus needs an authenticator, a handler and a log")
	}
	if c := cfg.Cluster; c.Name != "" || c.Listen != "" || len(c.Peers) > 0 || c.TLS != nil {
		return nil, fault.New(fault.Unsupported, "NoCluster", "this build can't join the buses of several replicas").
			Try("Run one replica")
	}
	setDefault(&cfg.RequestTimeout, 10*time.Second)
	setDefault(&cfg.StopTimeout, 5*time.Second)
	setDefault(&cfg.ControlWorkers, 16)
	setDefault(&cfg.BulkWorkers, 4)
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return &Server{cfg: cfg, gate: newGate(cfg.Authenticate, cfg.Log, cfg.Now), ready: make(chan struct{})}, nil
}

// Ready is closed when the doors open.
func (s *Server) Ready() <-chan struct{} { return s.ready }

// Serve starts the embedded server, answers requests through the handler until ctx ends, finishes those under way
// within StopTimeout, and closes all connections. It may be called once.
func (s *Server) Serve(ctx context.Context) error {
	s.once.Lock()
	if s.used {
		s.once.Unlock()
		return fault.New(fault.Conflict, "Served", "the bus can be served once")
	}
	s.used = true
	s.once.Unlock()

	r, err := s.start()
	if err != nil {
		return err
	}
	work, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	stop, err := s.answer(work, r)
	if err != nil {
		r.close()
		return err
	}
	s.up.Store(r)
	close(s.ready)
	<-ctx.Done()
	s.up.Store(nil)
	stop(cancel)
	time.Sleep(linger)
	r.close()
	return nil
}

// start brings up the embedded server on a loopback port and the account's own two connections to it.
func (s *Server) start() (*running, error) {
	ns, err := natsserver.NewServer(&natsserver.Options{
		ServerName: "purlieu", DontListen: true, NoSigs: true, NoSystemAccount: true,
		MaxPayload: nats.MaxMessage, MaxPending: 32 << 20, MaxSubs: 64, MaxControlLine: 4096,
		PingInterval: 20 * time.Second, MaxPingsOut: 2, WriteDeadline: 10 * time.Second, AuthTimeout: 5,
		CustomClientAuthentication: s.gate,
		Websocket: natsserver.WebsocketOpts{
			Host: "127.0.0.1", Port: -1, NoTLS: true, UsernameCookie: markCookie, HandshakeTimeout: 5 * time.Second, AuthTimeout: 5,
		},
	})
	if err != nil {
		return nil, fault.New(fault.Internal, "BusNotStarted", "the bus could not be set up").Because(err)
	}
	g := s.gate
	ns.SetLoggerV2(&serverLog{log: s.cfg.Log, hide: hider(g)}, false, false, false)
	ns.Start()
	r := &running{server: ns, proxy: transport()}
	if !ns.ReadyForConnections(10 * time.Second) {
		r.close()
		return nil, fault.New(fault.Internal, "BusNotStarted", "the bus did not start within 10 s")
	}
	backend, err := url.Parse(strings.Replace(ns.WebsocketURL(), "ws:", "http:", 1))
	if err != nil {
		r.close()
		return nil, fault.New(fault.Internal, "BusNotStarted", "the bus has no address").Because(err)
	}
	r.backend = backend
	for _, c := range []struct {
		conn **natsclient.Conn
		name string
	}{{&r.control, "account control"}, {&r.bulk, "account bulk"}} {
		nc, err := natsclient.Connect("", natsclient.InProcessServer(ns), natsclient.UserInfo(g.inside, ""), natsclient.Name(c.name),
			natsclient.NoReconnect(), natsclient.CustomInboxPrefix(answerPrefix),
			natsclient.ErrorHandler(s.stat.asyncError))
		if err != nil {
			r.close()
			return nil, fault.New(fault.Internal, "BusNotStarted", "the account can't reach its own bus").Because(err)
		}
		*c.conn = nc
	}
	return r, nil
}

// close ends what is there; safe on a half-built value.
func (r *running) close() {
	for _, nc := range []*natsclient.Conn{r.control, r.bulk} {
		if nc != nil {
			nc.Close()
		}
	}
	r.server.Shutdown()
	r.server.WaitForShutdown()
}

// Disconnect cuts all connections of a node at once. The authenticator must already refuse it, or it is back in a
// moment; a connection that is being admitted meanwhile is looked at again.
func (s *Server) Disconnect(node string) {
	cids := s.gate.revoke(node)
	r := s.up.Load()
	if r == nil {
		return
	}
	for _, cid := range cids {
		// The only error is that the connection is already gone.
		_ = r.server.DisconnectClientByID(cid)
	}
}

func setDefault[T comparable](v *T, def T) {
	var zero T
	if *v == zero {
		*v = def
	}
}
