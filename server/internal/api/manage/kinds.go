package manage

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/access"
	"github.com/purlieu/purlieu/server/internal/api"
	"github.com/purlieu/purlieu/server/internal/fleet"
	"github.com/purlieu/purlieu/server/internal/scan"
)

// Sources are the kinds and the sources that are registered; scan.Service is one.
type Sources interface {
	Kinds(ctx context.Context) ([]model.Kind, error)
	Kind(ctx context.Context, name string) (model.Kind, error)
	// Own reports whether the account's own build brings the kind.
	Own(kind string) bool
	ListSources(ctx context.Context, after string, limit int) ([]model.Source, string, error)
	Source(ctx context.Context, name string) (model.Source, error)
	// Twins are other sources that may be the same one, of those collections that may be told.
	Twins(ctx context.Context, source string, may func(collection string) bool) ([]scan.Twin, error)
	// Scan is NotFound for one that was removed; its runs are still there.
	Scan(ctx context.Context, source, name string) (model.Scan, error)
}

func (p *Plane) kindRoutes() []api.Route {
	routes := []api.Route{
		{Method: "GET", Pattern: "/kinds", Handler: p.as(p.kinds)},
		{Method: "GET", Pattern: "/kinds/{kind}", Handler: p.as(p.kind)},
		{Method: "GET", Pattern: "/datasources/{source}/twins", Handler: p.as(p.twins)},
	}
	if p.Fleet != nil {
		routes = append(routes, api.Route{Method: "GET", Pattern: "/kinds/{kind}/runtimes", Handler: p.as(p.kindRuntimes)})
	}
	return routes
}

func (p *Plane) kinds(w http.ResponseWriter, r *http.Request, _ access.Principal) error {
	kinds, err := p.Sources.Kinds(r.Context())
	if err != nil {
		return err
	}
	if kinds == nil {
		kinds = []model.Kind{}
	}
	return answer(w, http.StatusOK, page{Value: kinds})
}

// kindOf is the kind that the path names.
func (p *Plane) kindOf(r *http.Request) (model.Kind, error) {
	kind, err := p.Sources.Kind(r.Context(), r.PathValue("kind"))
	if fault.CodeOf(err) == "UnknownKind" {
		err = scan.NotFound("kind of source", r.PathValue("kind"))
	}
	return kind, err
}

func (p *Plane) kind(w http.ResponseWriter, r *http.Request, _ access.Principal) error {
	kind, err := p.kindOf(r)
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, kind)
}

// reach says of a runtime whether it can serve a kind of source now, and if not why, and what would mend it.
type reach struct {
	Name    string            `json:"name"`
	Kind    model.RuntimeKind `json:"kind"`
	State   string            `json:"state"`
	Serves  bool              `json:"serves"`
	Reasons []reason          `json:"reasons"` // why not; empty when it serves
	Nodes   []reader          `json:"nodes"`
}

type reason struct {
	Code   string `json:"code"` // "RuntimeKind", "NoNodes", "NodesWait", "NodesOffline", "NodesDrained", "NotRead"; of a run "RunGoesFirst", "SharesKept", "StoreShort"
	Text   string `json:"text"`
	Remedy string `json:"remedy"`
}

func (p *Plane) kindRuntimes(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	if err := p.Decider.Allow(r.Context(), who, access.ReadRuntime, access.RootCollection); err != nil {
		return err
	}
	kind, err := p.kindOf(r)
	if err != nil {
		return err
	}
	all, err := p.Fleet.Statuses(r.Context())
	if err != nil {
		return err
	}
	value := []reach{}
	for _, status := range all {
		value = append(value, reachOf(kind, status, p.Sources.Own(kind.Name)))
	}
	return answer(w, http.StatusOK, page{Value: value})
}

// reachOf says whether a runtime serves a kind; own says that the account's build, of which the built-in node is, brings it.
func reachOf(kind model.Kind, status fleet.RuntimeStatus, own bool) reach {
	out := reach{Name: status.Runtime.Name, Kind: status.Runtime.Kind, State: status.State, Reasons: []reason{}, Nodes: readers(kind.Name, status)}
	if !slices.Contains(kind.RuntimeKinds, string(out.Kind)) {
		out.Reasons = append(out.Reasons, reason{
			"RuntimeKind", fmt.Sprintf("Sources of kind %s are read by runtimes of kind %s.", kind.Name, strings.Join(kind.RuntimeKinds, " or ")),
			"Use such a runtime, or make one (purlieu runtime add).",
		})
	}
	if out.Name == model.BuiltInRuntime && !own {
		out.Reasons = append(out.Reasons, reason{
			"NotRead", "Its node is of the account's own build, which has no connector for this kind.",
			"Use a runtime whose nodes have one.",
		})
	}
	if why := noNodes(kind.Name, status); why != nil && out.Name != model.BuiltInRuntime { // its node starts when there is work
		out.Reasons = append(out.Reasons, *why)
	}
	out.Serves = len(out.Reasons) == 0
	return out
}

// noNodes says why no node of the runtime can read the kind now; nil when one can.
func noNodes(kind string, status fleet.RuntimeStatus) *reason {
	online, waiting, drained := 0, 0, 0
	for _, n := range status.Nodes {
		if n.Pending {
			waiting++
		}
		if n.State != fleet.Online {
			continue
		}
		online++
		switch {
		case n.Kinds != nil && !slices.Contains(n.Kinds, kind):
		case n.Drain != fleet.NotDraining:
			drained++
		default:
			return nil
		}
	}
	switch {
	case len(status.Nodes) == 0:
		return &reason{"NoNodes", "No node is enrolled.", "Enrol one in the network of the source (purlieu-runtime enrol)."}
	case drained > 0:
		return &reason{"NodesDrained", "Its nodes that are online were told to claim no more.", "Let one go on (purlieu node resume)."}
	case online > 0:
		return &reason{"NotRead", "None of its nodes that are online reads this kind.", "Give the runtime a node whose build has a connector for it."}
	case waiting > 0:
		return &reason{"NodesWait", "Its nodes wait for approval.", "Approve one (purlieu node approve)."}
	}
	return &reason{"NodesOffline", "None of its nodes is online.", "Start one (purlieu-runtime run), and look at purlieu-runtime status there."}
}
