// Package server is the control plane of an account: the data map, its doors, and the account's side of the bus.
//
// A *replica* is one process of it; replicas share a store. This package only constructs and starts: the rooms are in
// server/internal.
package server

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/bus/nats/hub"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/network/certs"
	"github.com/purlieu/purlieu/server/internal/access"
	"github.com/purlieu/purlieu/server/internal/api/portal"
	"github.com/purlieu/purlieu/server/internal/fleet"
	"github.com/purlieu/purlieu/server/internal/gate"
	"github.com/purlieu/purlieu/server/internal/ingest"
	"github.com/purlieu/purlieu/server/internal/search"
	"github.com/purlieu/purlieu/server/internal/store/all"
	"github.com/purlieu/purlieu/web"
)

// Config is what a replica can be told.
type Config struct {
	Data   string   // folder of the keys, and of the store when Store is ""; made with mode 0700
	Store  string   // address of the store, without a password: postgres://user@host/database; "" for the one in the folder
	Listen string   // host:port of the three doors, TLS; ":8443"
	Plain  string   // host:port of the same doors without TLS, on a loopback address; "" for none
	Names  []string // further names and addresses that the server is reached by; the first stands in authentication keys
	Kinds  []model.Kind
	// Classes are what the rules of nodes find, as they were built with this server.
	Classes []model.ClassDef
	// Portals are origins of portals on other hosts that the doors serve: "https://web.example.com".
	Portals []string
	// BuiltIn makes the command of the built-in runtime's node, which is started when there is first work for it; nil
	// for none. Its standard input and output become its way to the account.
	BuiltIn func(own Own) *exec.Cmd
	Version string
	Log     *slog.Logger
	Now     func() time.Time
	Lease   time.Duration // 0 is 6 s
	// KeepFree is how many bytes of the store's disk scans leave free; 0 is 1 GiB, or 5 % of the disk where that is more.
	KeepFree int64
}

// Own are the places of the account itself, which are no sources of its built-in node.
type Own struct {
	Doors []int    // ports of the doors, on this machine
	Store []string // host:port of the servers that hold the store; none where it is a file
}

// Server is one replica. Make it with New, start it with Run.
type Server struct {
	cfg     Config
	name    string    // of this replica's built-in node
	lock    io.Closer // of the data folder
	store   Store
	access  *access.Service
	fleet   *fleet.Service
	certs   *certs.Authority
	core    *Core
	search  *search.Service
	bus     *hub.Server
	work    chan struct{} // something may wait in the inbox
	applied chan struct{} // the inbox was emptied
	rung    chan struct{} // the built-in runtime may have work
	meters  *meters
	pulse   *pulse
	portal  *portal.Door
	room    *room
	place   place
	gate    *gate.Service
	// prefixes are the paths of the account's door; set when the handler is made.
	prefixes []string
}

// New takes the data folder, opens the store and joins the rooms. It listens nowhere and starts nothing yet.
// fault.Conflict ("AlreadyRunning") when another server has the folder.
func New(ctx context.Context, cfg Config) (_ *Server, err error) {
	if err := cfg.check(); err != nil {
		return nil, err
	}
	s := &Server{cfg: cfg, work: make(chan struct{}, 1), applied: make(chan struct{}, 1), rung: make(chan struct{}, 1)}
	if s.lock, err = lockData(cfg.Data); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Close())
		}
	}()
	address, err := settleStore(cfg.Data, cfg.Store)
	if err != nil {
		return nil, err
	}
	if s.store, err = all.Open(ctx, address, all.Options{Log: cfg.Log}); err != nil {
		return nil, err
	}
	if err := keepStore(cfg.Data, address); err != nil {
		return nil, err
	}
	if s.name, err = replicaName(cfg.Data, !strings.HasPrefix(address, "sqlite:")); err != nil {
		return nil, err
	}
	if err := s.join(ctx); err != nil {
		return nil, err
	}
	return s, nil
}

func (c *Config) check() error {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Plain != "" {
		host, _, err := net.SplitHostPort(c.Plain)
		if ip := net.ParseIP(host); err != nil || (host != "localhost" && (ip == nil || !ip.IsLoopback())) {
			return fault.New(fault.Invalid, "PlainNotLoopback", "%q is not a loopback address with a port", c.Plain).
				Try("Without TLS the doors open on this machine only: give 127.0.0.1:PORT, or none")
		}
	}
	for _, origin := range c.Portals {
		if u, err := url.Parse(origin); err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") || origin != u.Scheme+"://"+strings.ToLower(u.Host) {
			return fault.New(fault.Invalid, "BadPortal", "%q is not the origin of a portal", origin).
				Try("Give scheme, host and port only, in lower case: https://web.example.com")
		}
	}
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return fault.New(fault.Invalid, "DataFolder", "the data folder %s can't be made", c.Data).Because(err).
			Try("Give a folder that this user may write with --data")
	}
	return nil
}

func (s *Server) join(ctx context.Context) (err error) {
	cfg := access.DefaultConfig()
	cfg.KeyFile = keyPath(s.cfg.Data)
	cfg.Live = fleet.Live
	if s.access, err = access.Open(ctx, s.store, cfg); err != nil {
		return err
	}
	if err := s.openCerts(ctx); err != nil {
		return err
	}
	s.place = newPlace(s.cfg, s.certs)
	if s.gate, err = gate.Open(ctx, s.store, s.cfg.Now); err != nil {
		return err
	}
	if s.portal, err = portal.New(web.Files(), s.accountFor); err != nil {
		return err
	}
	if s.bus, err = hub.NewServer(hub.ServerConfig{Authenticate: s.nodeOf, Handler: s, Log: s.cfg.Log}); err != nil {
		return err
	}
	fcfg := fleet.DefaultConfig()
	fcfg.Account, fcfg.Place, fcfg.ReceiptKey = s.access.Account(), s.place.get, s.access.ReceiptSigner().Public()
	fcfg.OnRevoke, fcfg.OnEnrol, fcfg.OnKey, fcfg.Ask, fcfg.OnAnswer = s.bus.Disconnect, ingest.BeginLedger, ingest.KeepLedger, s.bus.Ask, ingest.NoteAnswer
	fcfg.OnRemove = func(ctx context.Context, tx Tx, node string) error { return s.core.Scans.Unannounce(ctx, tx, node) }
	fcfg.OnOrder = func(node string) { s.bus.Tell(node, bus.Tell{V: bus.Version, Kind: bus.TellOrders}) }
	if s.fleet, err = fleet.Open(ctx, s.store, s.access.Sealer(), s.access, fcfg); err != nil {
		return err
	}
	s.room = &room{keep: s.cfg.KeepFree, log: s.cfg.Log}
	s.core = NewCore(CoreConfig{
		Store: s.store, Ring: bell{s}, Fleet: s.fleet, Sign: s.access.ReceiptSigner(), Log: s.cfg.Log, Lease: s.cfg.Lease,
		Short: s.room.short.Load, Orders: fleet.Orders, Build: s.cfg.Version,
	})
	s.search = search.New(s.store, s.core.Graph, s.cfg.Log)
	s.meters = newMeters(s.cfg.Version, s.bus, s.room)
	s.pulse = &pulse{probe: s.store.Probe, now: s.cfg.Now}
	return s.core.Scans.PutKinds(ctx, s.cfg.Kinds)
}

// nodeOf says who a bus token speaks for.
func (s *Server) nodeOf(token string) (hub.Identity, error) {
	p, err := s.access.Authenticate(context.Background(), token)
	if err != nil {
		return hub.Identity{}, err
	}
	if p.Node == "" {
		return hub.Identity{}, fault.New(fault.Denied, "NotANode", "only nodes speak on the bus")
	}
	s.fleet.Met(p.Node, p.Enrolment)
	return hub.Identity{Node: p.Node, Runtime: bus.RuntimeOf(p.Node), Expires: p.Expires}, nil
}

// Handle answers one request of a node, and wakes the applier for what it left in the inbox.
func (s *Server) Handle(ctx context.Context, node string, subject bus.Subject, payload []byte) ([]byte, error) {
	answer, err := s.core.Handle(ctx, node, subject, payload)
	if err == nil && subject.Ingestion() {
		s.wake()
	}
	return answer, err
}

func (s *Server) wake() { ring(s.work) }

// ring wakes whoever waits at a channel of one place, now or later.
func ring(bell chan<- struct{}) {
	select {
	case bell <- struct{}{}:
	default:
	}
}

// FirstLink is a one-time sign-in link for the first administrator; "" when somebody has a password already.
func (s *Server) FirstLink(ctx context.Context) (string, error) {
	token, err := s.access.FirstLink(ctx)
	if err != nil || token == "" {
		return "", err
	}
	return signInAt(s.place.portal(), token), nil
}

// Pin is the pin of the account's certificate authority, as authentication keys carry it.
func (s *Server) Pin() string { return s.certs.Pin() }

// Close closes the store of a server that Run was not called for, and leaves its folder to others.
func (s *Server) Close() error {
	var err error
	if s.store != nil { // New may have come no further
		err = s.store.Close()
	}
	return errors.Join(err, s.lock.Close())
}

// Run opens the doors and works until ctx ends; then it lets requests finish, ends its parts, all within ten seconds, and
// closes the server. ready is called once the doors are open.
func (s *Server) Run(ctx context.Context, ready func()) error {
	listeners, err := s.listen(ctx)
	if err != nil {
		return errors.Join(err, s.Close())
	}
	if err := s.record(ctx); err != nil {
		s.cfg.Log.Warn("the data folder can't say where the doors are; 'purlieu admin link' may not know", "err", err)
	}
	err = s.serve(ctx, listeners, ready)
	return errors.Join(err, s.Close())
}
