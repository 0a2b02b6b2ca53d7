package server

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/network/endpoint"
	"github.com/purlieu/purlieu/server/internal/api"
	"github.com/purlieu/purlieu/server/internal/api/signin"
	"github.com/purlieu/purlieu/server/internal/gate"
)

// policyEvery is how often a replica looks for a network policy that another has written.
const policyEvery = 3 * time.Second

// watched is a listener whose connections the gate knows.
type watched struct {
	net.Listener
	gate *gate.Service
}

// Accept waits for a connection.
func (l watched) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return l.gate.Track(c), nil
}

type connKey struct{}

// arriving puts what is known of a connection into its context: how it came, and from where. A listener on a loopback
// address is this machine's own door; all others are public.
func arriving(local bool) func(ctx context.Context, c net.Conn) context.Context {
	return func(ctx context.Context, c net.Conn) context.Context {
		a := endpoint.Arrival{Local: local, Public: !local}
		if peer, err := netip.ParseAddrPort(c.RemoteAddr().String()); err == nil {
			a.Peer = peer
		}
		if t, ok := c.(*tls.Conn); ok {
			c = t.NetConn()
		}
		if tracked, ok := c.(*gate.Conn); ok {
			ctx = context.WithValue(ctx, connKey{}, tracked)
		}
		return endpoint.With(ctx, a)
	}
}

// inside is the context of a connection over the stream inherited by the built-in node.
func inside(ctx context.Context, _ net.Conn) context.Context {
	return endpoint.With(ctx, endpoint.Arrival{InProcess: true})
}

// prefixesOf are the paths that planes serve.
func prefixesOf(planes []api.Plane) (out []string) {
	for _, p := range planes {
		out = append(out, p.Prefixes...)
	}
	return out
}

// doorOf is the door that a request asks for. What no plane and no sign-in serves can be static pages only.
func (s *Server) doorOf(r *http.Request) endpoint.Door {
	path := r.URL.Path
	switch {
	case path == ingestBus:
		return endpoint.DoorIngestion
	case path == accountBus, path == "/metrics":
		return endpoint.DoorAccount
	case path == "/signin" && r.Method == http.MethodGet, path == "/signin/page.js", path == "/signin/page.css":
		return endpoint.DoorPortal
	case signin.Serves(path):
		return endpoint.DoorAccount
	}
	for _, prefix := range s.prefixes {
		if len(path) >= len(prefix) && strings.EqualFold(path[:len(prefix)], prefix) {
			return endpoint.DoorAccount
		}
	}
	return endpoint.DoorPortal
}

// guarded lets requests in that the network policy allows. Probes are answered to everybody: they say that the process
// lives, and nothing of the account.
func (s *Server) guarded(doors http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/healthz" || r.URL.Path == "/readyz" {
			doors.ServeHTTP(w, r)
			return
		}
		a, _ := endpoint.From(r.Context()) // one that is not known came no way, and is refused
		a.Door = s.doorOf(r)
		tracked, _ := r.Context().Value(connKey{}).(*gate.Conn)
		if allow, reason := s.gate.Admit(tracked, a); !allow {
			s.meters.refusals.Inc()
			w.Header().Set("Connection", "close")
			api.Fail(w, r, fault.New(fault.Denied, "NetworkRefused", "the account's network rules refuse this connection at the %s door: %s", a.Door, reason).
				Try("Come from a network that is allowed, or ask the network administrator (purlieu network show)"))
			return
		}
		doors.ServeHTTP(w, r.WithContext(endpoint.With(r.Context(), a)))
	})
}

// arrivalOf is how a request came, for the manage plane.
func arrivalOf(r *http.Request) gate.Arrival {
	a, _ := endpoint.From(r.Context())
	return a
}

// publicAccess reports whether the account's door is open to public networks.
func (s *Server) publicAccess(ctx context.Context) (bool, error) {
	v, err := s.gate.Policy(ctx)
	return v.Policy.Access != endpoint.PrivateOnly, err
}
