package hub

import (
	"crypto/rand"
	"crypto/subtle"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	natsserver "github.com/nats-io/nats-server/v2/server"

	"github.com/purlieu/purlieu/bus/nats"
	"github.com/purlieu/purlieu/fault"
)

// Identity is who a bearer token speaks for.
type Identity struct {
	Node    string    // bus.NodeID
	Runtime string    // the runtime's name
	Expires time.Time // when the connection ends
}

// check refuses what can't become a subject, and a token without a future.
func (id Identity) check(now time.Time) error {
	if !nats.IsName(id.Node) || !nats.IsName(id.Runtime) {
		return fault.New(fault.Denied, "BadIdentity", "the token names no node that the bus can address")
	}
	if !id.Expires.After(now) {
		return fault.New(fault.Denied, "TokenExpired", "the token of node %s has expired", id.Node)
	}
	return nil
}

// gate admits connections to the embedded server. It implements its Authentication.
type gate struct {
	authenticate func(token string) (Identity, error)
	log          *slog.Logger
	now          func() time.Time
	account      string // mark of connections that came through the account door
	ingestion    string // mark of connections that came through the ingestion door
	inside       string // mark of the account's own connections

	mu      sync.Mutex
	epoch   uint64 // grows with each revocation
	live    map[string]map[uint64]func() bool
	refused uint64
}

func newGate(authenticate func(string) (Identity, error), log *slog.Logger, now func() time.Time) *gate {
	return &gate{
		authenticate: authenticate, log: log, now: now,
		account: rand.Text(), ingestion: rand.Text(), inside: rand.Text(),
		live: map[string]map[uint64]func() bool{},
	}
}

// mark is what the door writes on a connection.
func (g *gate) mark(ingestion bool) string {
	if ingestion {
		return g.ingestion
	}
	return g.account
}

// Check admits a connection or refuses it. The mark is in the user name: a door puts it there, and one that a client
// chooses itself is not it.
func (g *gate) Check(c natsserver.ClientAuthentication) bool {
	opts := c.GetOpts()
	if same(opts.Username, g.inside) {
		c.RegisterUser(&natsserver.User{Username: "account"})
		return true
	}
	ingestion := same(opts.Username, g.ingestion)
	if !ingestion && !same(opts.Username, g.account) {
		g.refuse(c, "it came through no door", nil)
		return false
	}
	id, err := g.enter(opts.Token, c)
	if err != nil {
		g.refuse(c, "its token was refused", err)
		return false
	}
	c.RegisterUser(&natsserver.User{Username: id.Node, Permissions: permissions(id, ingestion), ConnectionDeadline: id.Expires})
	return true
}

// enter authenticates, and notes the connection in a way that no revocation in between can miss: one that came while
// the token was being looked at makes it look again.
func (g *gate) enter(token string, c natsserver.ClientAuthentication) (Identity, error) {
	for {
		g.mu.Lock()
		epoch := g.epoch
		g.mu.Unlock()
		id, err := g.authenticate(token)
		if err != nil {
			return Identity{}, err
		}
		if err := id.check(g.now()); err != nil {
			return Identity{}, err
		}
		g.mu.Lock()
		if epoch == g.epoch {
			g.note(id.Node, c)
			g.mu.Unlock()
			return id, nil
		}
		g.mu.Unlock()
	}
}

// note remembers a connection of a node and forgets those that have ended. The caller holds mu.
func (g *gate) note(node string, c natsserver.ClientAuthentication) {
	if g.live[node] == nil {
		g.live[node] = map[uint64]func() bool{}
	}
	for cid, alive := range g.live[node] {
		if !alive() {
			delete(g.live[node], cid)
		}
	}
	g.live[node][c.GetID()] = func() bool { return c.RemoteAddress() != nil }
}

// revoke forgets a node and gives the numbers of its connections.
func (g *gate) revoke(node string) []uint64 {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.epoch++
	cids := make([]uint64, 0, len(g.live[node]))
	for cid := range g.live[node] {
		cids = append(cids, cid)
	}
	delete(g.live, node)
	return cids
}

// connected counts the nodes with at least one connection, and the refusals so far.
func (g *gate) connected() (nodes int, refused uint64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for node, cids := range g.live {
		for cid, alive := range cids {
			if !alive() {
				delete(cids, cid)
			}
		}
		if len(cids) == 0 {
			delete(g.live, node)
		}
	}
	return len(g.live), g.refused
}

// refuse counts a refusal and takes the mark out of the server's sight, since it logs user names.
func (g *gate) refuse(c natsserver.ClientAuthentication, why string, err error) {
	g.mu.Lock()
	g.refused++
	g.mu.Unlock()
	c.RegisterUser(&natsserver.User{Username: "refused", Permissions: &natsserver.Permissions{
		Publish: &natsserver.SubjectPermission{Deny: []string{">"}}, Subscribe: &natsserver.SubjectPermission{Deny: []string{">"}},
	}})
	g.log.Info("bus: connection refused", "why", why, "err", err)
}

func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// nodes are the identifiers of the nodes that have a connection.
func (g *gate) nodes() []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Sorted(maps.Keys(g.live))
}
