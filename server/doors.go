package server

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/access"
	"github.com/purlieu/purlieu/server/internal/api"
	"github.com/purlieu/purlieu/server/internal/api/account"
	"github.com/purlieu/purlieu/server/internal/api/atlas"
	"github.com/purlieu/purlieu/server/internal/api/manage"
	"github.com/purlieu/purlieu/server/internal/api/policystore"
	"github.com/purlieu/purlieu/server/internal/api/published"
	"github.com/purlieu/purlieu/server/internal/api/scanning"
	"github.com/purlieu/purlieu/server/internal/api/signin"
	"github.com/purlieu/purlieu/server/internal/fleet"
	"github.com/purlieu/purlieu/server/internal/ingest"
	"github.com/purlieu/purlieu/server/internal/store"
)

// Paths of the bus at the two doors.
const (
	accountBus = "/bus"
	ingestBus  = "/ingest/bus"
)

// handler serves everything that the doors offer.
func (s *Server) handler() http.Handler {
	scans := &scanning.Plane{Definitions: s.core.Scans, Runs: s.core.Scans, Runtimes: runtimes{s}, Decider: s.access}
	data := &atlas.Plane{Map: s.core.Graph, Edit: s.core.Graph, Remove: s.core.Scans, Edges: s.core.Graph, Search: s.search, Kinds: s.core.Scans, Classes: s.cfg.Classes, Decider: s.access, Now: s.cfg.Now}
	own := &manage.Plane{
		Network: s.gate, Arrival: arrivalOf,
		Decider: s.access, Now: s.cfg.Now, People: s.access, Fleet: s.fleet, Receipts: receipts{s.core.Ingest},
		SignInURL: func() string { return s.place.portal() + "/signin" },
		Sources:   s.core.Scans, Runs: s.core.Scans, Proposals: s.core.Scans, Announced: s.core.Scans, Map: s.core.Graph, Search: s.search,
		Questions: questions{s.core.Scans, s}, Short: s.room.short.Load, Build: s.cfg.Version,
	}
	tree := &account.Plane{Collections: collections{s.access, s}, Decider: s.access, PublicAccess: s.publicAccess}
	policies := &policystore.Plane{Policies: s.access, Decider: s.access}
	planes := slices.Concat(scans.Planes(), data.Planes(), own.Planes(), tree.Planes(), policies.Planes(), published.Planes())
	s.prefixes = prefixesOf(planes)
	signIn := signin.New(s.access, signin.Options{Fail: api.Fail, Origins: s.cfg.Portals, Portal: s.portal.Built()})
	doors := api.New(api.Deps{
		Planes: planes, Auth: s.access, Log: s.cfg.Log, Now: s.cfg.Now,
		Portals: api.Portals{Origins: s.cfg.Portals, Cookies: signin.Serves},
		Health:  http.HandlerFunc(s.health), Ready: http.HandlerFunc(s.ready), Metrics: s.known(s.meters.handler()), Observe: s.meters.observe,
		Fallback: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if signin.Serves(r.URL.Path) {
				signIn.ServeHTTP(w, r)
				return
			}
			if s.portal.Serve(w, r) {
				return
			}
			api.Fail(w, r, fault.New(fault.NotFound, "NotFound", "nothing is served at this address"))
		}),
	})
	control, ingestion := s.bus.Door(false), s.bus.Door(true)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path { // the bus takes over the connection: it must not be wrapped
		case accountBus:
			control.ServeHTTP(w, r)
		case ingestBus:
			ingestion.ServeHTTP(w, r)
		default:
			timed(doors, callerWithin).ServeHTTP(w, r)
		}
	})
}

// accountFor is where the account is, for pages that were asked for under the host of a portal of its own; "" where the
// pages' own host serves the account too.
func (s *Server) accountFor(r *http.Request) string {
	for _, origin := range s.cfg.Portals {
		if _, host, _ := strings.Cut(origin, "://"); host == r.Host {
			return s.place.get().AccountURL
		}
	}
	return ""
}

func (s *Server) ready(w http.ResponseWriter, _ *http.Request) {
	if !s.meters.ready.Load() {
		api.Answer(w, http.StatusServiceUnavailable, map[string]any{"status": "not ready"})
		return
	}
	api.Answer(w, http.StatusOK, map[string]any{"status": "ready"})
}

// receipts tells the manage plane what was receipted of a node.
type receipts struct{ *ingest.Service }

func (r receipts) Highest(ctx context.Context, node string) (manage.Head, bool, error) {
	head, known, err := r.Service.Highest(ctx, node)
	return manage.Head(head), known, err
}

// collections shows the tree to the account plane; one in which something stands is not deleted.
type collections struct {
	*access.Service
	s *Server
}

func (c collections) DeleteCollection(ctx context.Context, name string) error {
	return c.Service.DeleteCollection(ctx, name, func(ctx context.Context, tx store.Tx) error {
		if err := c.s.core.Scans.CollectionUsed(name)(ctx, tx); err != nil {
			return err
		}
		return c.s.search.CollectionUsed(name)(ctx, tx)
	})
}

// runtimes shows the fleet to the scanning plane, in its words.
type runtimes struct{ s *Server }

func (r runtimes) PutRuntime(ctx context.Context, name string, kind model.RuntimeKind, description string) (scanning.Runtime, bool, error) {
	_, created, err := r.s.fleet.PutRuntime(ctx, name, kind, description)
	if err != nil {
		return scanning.Runtime{}, false, err
	}
	out, err := r.Runtime(ctx, name)
	return out, created, err
}

func (r runtimes) Runtime(ctx context.Context, name string) (scanning.Runtime, error) {
	status, err := r.s.fleet.Status(ctx, name)
	if err != nil {
		return scanning.Runtime{}, err
	}
	return runtimeOf(status), nil
}

func runtimeOf(status fleet.RuntimeStatus) scanning.Runtime {
	rt := status.Runtime
	out := scanning.Runtime{ID: rt.ID, Name: rt.Name, Description: rt.Description, Kind: rt.Kind, Created: rt.Created, State: status.State}
	for _, n := range status.Nodes {
		out.Nodes = append(out.Nodes, scanning.Node{
			Name: n.Name, Machine: n.Machine, Version: n.Version, Status: n.State, Registered: n.Registered, LastSeen: n.LastConnect,
			Running: n.Attempts, Slots: n.Slots, Drain: string(n.Drain),
		})
	}
	return out
}

func (r runtimes) ListRuntimes(ctx context.Context, after string, limit int) ([]scanning.Runtime, string, error) {
	all, err := r.s.fleet.Statuses(ctx)
	if err != nil {
		return nil, "", err
	}
	var out []scanning.Runtime
	for _, status := range all {
		if status.Runtime.Name <= after {
			continue
		}
		if len(out) == limit {
			return out, out[limit-1].Name, nil
		}
		out = append(out, runtimeOf(status))
	}
	return out, "", nil
}

func (r runtimes) DeleteRuntime(ctx context.Context, name string) error {
	return r.s.fleet.DeleteRuntime(ctx, name, r.s.core.Scans.RuntimeUsed(name))
}

func (r runtimes) Keys(ctx context.Context, name string) (scanning.Keys, error) {
	keys, err := r.s.fleet.ListAuthKeys(ctx, name)
	return scanning.Keys(keys), err
}

func (r runtimes) RegenerateKey(ctx context.Context, name string, number int) (scanning.Keys, error) {
	which := fleet.AuthKey1
	if number == 2 {
		which = fleet.AuthKey2
	}
	keys, err := r.s.fleet.RegenerateAuthKey(ctx, name, which)
	return scanning.Keys(keys), err
}

func (r runtimes) RemoveNode(ctx context.Context, runtime, node string) error {
	return r.s.fleet.Remove(ctx, bus.NodeID(runtime, node))
}
