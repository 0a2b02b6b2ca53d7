package manage

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/access"
	"github.com/purlieu/purlieu/server/internal/api"
	"github.com/purlieu/purlieu/server/internal/fleet"
	"github.com/purlieu/purlieu/server/internal/scan"
	"github.com/purlieu/purlieu/server/internal/search"
)

// Announced are the descriptions of kinds that nodes have and the account's build does not; scan.Service is one.
type Announced interface {
	Announced(ctx context.Context) ([]scan.Announced, error)
	AnnouncedOne(ctx context.Context, id string) (scan.Announced, error)
	JudgeKind(ctx context.Context, id string, verdict scan.KindVerdict, by string) (scan.Announced, error)
	Leaves(ctx context.Context, id string) (types []string, err error)
}

// announcedRoutes show descriptions to whoever may see runtimes; whoever governs runtimes answers them.
func (p *Plane) announcedRoutes() []api.Route {
	one := "/announcedKinds/{announced}"
	judge := func(verdict scan.KindVerdict) api.Handler {
		return p.may(access.WriteRuntime, func(w http.ResponseWriter, r *http.Request, who access.Principal) error {
			if verdict == scan.VerdictWithdraw && r.URL.Query().Get("keepAssets") != "true" {
				if err := p.leavesNone(r, r.PathValue("announced")); err != nil {
					return err
				}
			}
			v, err := p.Announced.JudgeKind(r.Context(), r.PathValue("announced"), verdict, who.ID)
			if err != nil {
				return err
			}
			return p.answerAnnounced(w, r, v)
		})
	}
	return []api.Route{
		{Method: "GET", Pattern: "/announcedKinds", Handler: p.may(access.ReadRuntime, p.listAnnounced)},
		{Method: "GET", Pattern: one, Handler: p.may(access.ReadRuntime, p.oneAnnounced)},
		{Method: "POST", Pattern: one + "/approve", Handler: judge(scan.VerdictApprove)},
		{Method: "POST", Pattern: one + "/reject", Handler: judge(scan.VerdictReject)},
		{Method: "POST", Pattern: one + "/withdraw", Handler: judge(scan.VerdictWithdraw)},
	}
}

// leavesNone refuses while there are assets, as far as the caller sees them, whose type no kind would declare any more. It is
// for a person to know, and guards nothing: there may be others, and one may come meanwhile.
func (p *Plane) leavesNone(r *http.Request, id string) error {
	types, err := p.Announced.Leaves(r.Context(), id)
	if err != nil || len(types) == 0 {
		return err
	}
	readable, err := p.readable(r)
	if err != nil {
		return err
	}
	found, err := p.Search.Query(r.Context(), search.Request{Collections: readable, Types: types, Limit: 1})
	if err != nil || found.Count == 0 {
		return err
	}
	about := ""
	if found.Approximate {
		about = "about "
	}
	return fault.New(fault.Conflict, "KindHasAssets", "%s%d assets in the map are of the types of this kind, and no other has those", about, found.Count).
		Try("Delete them first, or send keepAssets=true (--keep-assets) to leave them: they are found as before, and their types are known again when the kind is")
}

// announced is a description that nodes announced on the wire.
type announced struct {
	ID      string              `json:"id"`
	Kind    string              `json:"kind"`
	Version int                 `json:"version"`
	Hash    string              `json:"hash"`
	State   scan.AnnouncedState `json:"state"`
	Title   string              `json:"title"`
	Problem string              `json:"problem"`
	Nodes   []announcer         `json:"nodes"`
	First   time.Time           `json:"first"`
	Decided *time.Time          `json:"decided"`
	By      string              `json:"by"`
	Current bool                `json:"current"`
	Known   int                 `json:"known"`
	// Differs are the other descriptions of the same version.
	Differs []string `json:"differs"`
	// Description is null in lists.
	Description *model.Kind `json:"description"`
}

// announcer is a node that has the description.
type announcer struct {
	Node    string `json:"node"` // bus.NodeID
	Name    string `json:"name"`
	Runtime string `json:"runtime"`
	State   string `json:"state"`
}

func (p *Plane) listAnnounced(w http.ResponseWriter, r *http.Request, _ access.Principal) error {
	all, err := p.Announced.Announced(r.Context())
	if err != nil {
		return err
	}
	there, err := p.announcers(r)
	if err != nil {
		return err
	}
	value := []announced{}
	for _, v := range all {
		value = append(value, announcedOf(v, all, there))
	}
	return answer(w, http.StatusOK, page{Value: value})
}

func (p *Plane) oneAnnounced(w http.ResponseWriter, r *http.Request, _ access.Principal) error {
	v, err := p.Announced.AnnouncedOne(r.Context(), r.PathValue("announced"))
	if err != nil {
		return err
	}
	return p.answerAnnounced(w, r, v)
}

func (p *Plane) answerAnnounced(w http.ResponseWriter, r *http.Request, v scan.Announced) error {
	all, err := p.Announced.Announced(r.Context())
	if err != nil {
		return err
	}
	there, err := p.announcers(r)
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, announcedOf(v, all, there))
}

// announcers are the nodes of the account, by bus.NodeID: one that was removed announces nothing any more.
func (p *Plane) announcers(r *http.Request) (map[string]announcer, error) {
	out := map[string]announcer{}
	if p.Fleet == nil {
		return out, nil
	}
	all, err := p.Fleet.Statuses(r.Context())
	for _, status := range all {
		for _, n := range status.Nodes {
			out[n.ID] = announcer{Node: n.ID, Name: n.Name, Runtime: n.Runtime, State: n.State}
		}
	}
	return out, err
}

func announcedOf(v scan.Announced, all []scan.Announced, there map[string]announcer) announced {
	out := announced{
		ID: v.ID, Kind: v.Kind, Version: v.Version, Hash: v.Hash, State: v.State, Title: v.Title, Problem: v.Problem, Nodes: []announcer{},
		First: v.First, Decided: when(v.Decided), By: v.By, Current: v.Current, Known: v.Known, Differs: []string{}, Description: v.Described,
	}
	for _, id := range v.Nodes {
		if n, known := there[id]; known {
			out.Nodes = append(out.Nodes, n)
		}
	}
	for _, other := range all {
		if other.Kind == v.Kind && other.Version == v.Version && other.Hash != v.Hash {
			out.Differs = append(out.Differs, other.ID)
		}
	}
	return out
}

// countAnnounced names the kinds that wait for an answer, to who may give it.
func (p *Plane) countAnnounced(r *http.Request, out *overview) error {
	all, err := p.Announced.Announced(r.Context())
	if err != nil {
		return err
	}
	there, err := p.announcers(r)
	for _, v := range all {
		v.Nodes = slices.DeleteFunc(v.Nodes, func(node string) bool { _, is := there[node]; return !is })
		if v.State != scan.AnnouncedProposed || len(v.Nodes) == 0 {
			continue
		}
		first, by := v.First, there[v.Nodes[0]]
		out.Attention = append(out.Attention, attention{
			Code: "KindAnnounced", Text: fmt.Sprintf("The node %s of the runtime %s announces version %d of the kind %s.", by.Name, by.Runtime, v.Version, v.Kind),
			Remedy: "Look at what it asks for, and approve or reject it.", Announced: v.ID, Since: &first,
		})
	}
	return err
}

// readers says of each node of a runtime whether it reads the kind.
func readers(kind string, status fleet.RuntimeStatus) []reader {
	out := []reader{}
	for _, n := range status.Nodes {
		out = append(out, reader{Name: n.Name, State: n.State, Version: n.Version, Reads: n.Kinds == nil || slices.Contains(n.Kinds, kind)})
	}
	return out
}

// reader is a node of a runtime, as far as a kind goes.
type reader struct {
	Name    string `json:"name"`
	State   string `json:"state"`
	Version string `json:"version"`
	Reads   bool   `json:"reads"` // it has a connector for the kind, or did not say
}
