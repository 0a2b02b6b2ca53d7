package manage

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/server/internal/access"
	"github.com/purlieu/purlieu/server/internal/api"
	"github.com/purlieu/purlieu/server/internal/scan"
)

// Proposals are what runs ask of people, and what runs did that people can take back; scan.Service is one.
type Proposals interface {
	Proposal(ctx context.Context, id string) (scan.Proposal, error)
	ListProposals(ctx context.Context, state scan.ProposalState, after string, limit int) (list []scan.Proposal, next string, err error)
	ProposedAssets(ctx context.Context, id, after string) (list []scan.ProposedAsset, next string, err error)
	Decide(ctx context.Context, id string, approve bool, by string) (scan.Proposal, error)
	Removed(ctx context.Context, run string) (scan.Removal, error)
	Undo(ctx context.Context, run, actor string) (restored int64, err error)
	RestoreAsset(ctx context.Context, guid, actor string) error
}

func (p *Plane) proposalRoutes() []api.Route {
	routes := []api.Route{
		{Method: "GET", Pattern: "/proposals", Handler: p.as(p.proposals)},
		{Method: "GET", Pattern: "/proposals/{proposal}", Handler: p.as(p.proposal)},
		{Method: "GET", Pattern: "/proposals/{proposal}/assets", Handler: p.as(p.proposedAssets)},
		{Method: "POST", Pattern: "/proposals/{proposal}/approve", Handler: p.as(p.approve)},
		{Method: "POST", Pattern: "/proposals/{proposal}/reject", Handler: p.as(p.reject)},
		{Method: "POST", Pattern: "/runs/{run}/undo", Handler: p.as(p.undo)},
	}
	if p.Map != nil {
		routes = append(routes, api.Route{Method: "POST", Pattern: "/assets/{guid}/restore", Handler: p.as(p.restore)})
	}
	return routes
}

// proposal is a question of a run on the wire.
type proposal struct {
	ID         string             `json:"id"`
	Kind       scan.ProposalKind  `json:"kind"`
	State      scan.ProposalState `json:"state"`
	Source     string             `json:"source"`
	Scan       string             `json:"scan"`
	Run        string             `json:"run"`
	Collection string             `json:"collection"`
	Created    time.Time          `json:"created"`
	Decided    *time.Time         `json:"decided"`
	By         string             `json:"by"` // "" while nobody has decided, or a newer run did
	Assets     int64              `json:"assets"`
	Holds      []hold             `json:"holds"`
	Before     string             `json:"before"`
	Now        string             `json:"now"`
	Last       int64              `json:"last"`
}

type hold struct {
	Path  string `json:"path"`
	Gone  int64  `json:"gone"`
	Total int64  `json:"total"`
	Empty bool   `json:"empty"`
}

func proposalOf(v scan.Proposal) proposal {
	out := proposal{
		ID: v.ID, Kind: v.Kind, State: v.State, Source: v.Source, Scan: v.Scan, Run: v.Run, Collection: v.Collection,
		Created: v.Created, Decided: when(v.Decided), By: v.By, Assets: v.Assets, Holds: []hold{}, Before: v.Before, Now: v.Now, Last: v.Last,
	}
	for _, h := range v.Holds {
		out.Holds = append(out.Holds, hold(h))
	}
	return out
}

// proposals lists questions, oldest first; ?state is open, approved, rejected or expired.
func (p *Plane) proposals(w http.ResponseWriter, r *http.Request, _ access.Principal) error {
	at, err := api.PageOf(r, maxPage)
	if err != nil {
		return err
	}
	state := scan.ProposalState(r.URL.Query().Get("state"))
	states := []scan.ProposalState{"", scan.ProposalOpen, scan.ProposalApproved, scan.ProposalRejected, scan.ProposalExpired}
	if !slices.Contains(states, state) {
		return fault.New(fault.Invalid, "BadState", "a proposal is open, approved, rejected or expired")
	}
	value, next, err := p.visibleProposals(r, state, at.After, at.Limit)
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, page{value, api.NextLink(r, next)})
}

// visibleProposals lists the questions that the caller may read, from a cursor on.
func (p *Plane) visibleProposals(r *http.Request, state scan.ProposalState, next string, limit int) ([]proposal, string, error) {
	readable, err := p.Decider.CollectionsFor(r.Context(), api.PrincipalOf(r), access.ReadScan)
	if err != nil {
		return nil, "", err
	}
	value := []proposal{}
	for {
		list, after, err := p.Proposals.ListProposals(r.Context(), state, next, limit-len(value))
		if err != nil {
			return nil, "", err
		}
		for _, v := range list {
			if slices.Contains(readable, v.Collection) {
				value = append(value, proposalOf(v))
			}
		}
		if next = after; next == "" || len(value) == limit {
			return value, next, nil
		}
	}
}

// visibleProposal is the proposal that the path names, when the caller may read the scan that asks.
func (p *Plane) visibleProposal(r *http.Request) (scan.Proposal, error) {
	id := r.PathValue("proposal")
	v, err := p.Proposals.Proposal(r.Context(), id)
	if err != nil {
		return v, err
	}
	return v, api.VisibleRun(r, p.Decider, v.Collection, scan.NotFound("proposal", id))
}

func (p *Plane) proposal(w http.ResponseWriter, r *http.Request, _ access.Principal) error {
	v, err := p.visibleProposal(r)
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, proposalOf(v))
}

// proposedAssets lists what a proposal would delete, as far as the caller may read it. Once it is decided the list is
// empty.
func (p *Plane) proposedAssets(w http.ResponseWriter, r *http.Request, _ access.Principal) error {
	at, err := api.PageOf(r, maxPage)
	if err != nil {
		return err
	}
	v, err := p.visibleProposal(r)
	if err != nil {
		return err
	}
	readable, err := p.readable(r)
	if err != nil {
		return err
	}
	list, next, err := p.Proposals.ProposedAssets(r.Context(), v.ID, at.After)
	if err != nil {
		return err
	}
	list = slices.DeleteFunc(list, func(a scan.ProposedAsset) bool { return !slices.Contains(readable, a.Collection) })
	if list == nil {
		list = []scan.ProposedAsset{}
	}
	return answer(w, http.StatusOK, page{list, api.NextLink(r, next)})
}

func (p *Plane) approve(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	return p.decide(w, r, who, true)
}

func (p *Plane) reject(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	return p.decide(w, r, who, false)
}

// decide answers a proposal: for whoever may change the scan that asks.
func (p *Plane) decide(w http.ResponseWriter, r *http.Request, who access.Principal, approve bool) error {
	v, err := p.visibleProposal(r)
	if err != nil {
		return err
	}
	if err := p.mayWrite(r, v.Collection); err != nil {
		return err
	}
	if v, err = p.Proposals.Decide(r.Context(), v.ID, approve, who.ID); err != nil {
		return err
	}
	return answer(w, http.StatusOK, proposalOf(v))
}

// mayWrite asks whether the caller may change scans of a collection; what is left of one that is gone is for the root's.
func (p *Plane) mayWrite(r *http.Request, collection string) error {
	err := p.Decider.Allow(r.Context(), api.PrincipalOf(r), access.WriteScan, collection)
	if fault.Is(err, fault.NotFound) {
		return p.Decider.Allow(r.Context(), api.PrincipalOf(r), access.WriteScan, access.RootCollection)
	}
	return err
}

// undo brings back what a run deleted. The run itself may be forgotten.
func (p *Plane) undo(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	id := r.PathValue("run")
	v, err := p.Proposals.Removed(r.Context(), id)
	if err != nil {
		return err
	}
	if err := api.VisibleRun(r, p.Decider, v.Collection, scan.NothingToUndo(id)); err != nil {
		return err
	}
	if err := p.mayWrite(r, v.Collection); err != nil {
		return err
	}
	restored, err := p.Proposals.Undo(r.Context(), id, who.ID)
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, map[string]any{"run": id, "deleted": v.Assets, "restored": restored})
}

// restore brings back one deleted asset: for whoever may write data of its collection.
func (p *Plane) restore(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	v, err := p.visibleAsset(r)
	if err != nil {
		return err
	}
	if err := p.Decider.Allow(r.Context(), who, access.WriteData, v.Row.Collection); err != nil {
		return err
	}
	return nothing(w, p.Proposals.RestoreAsset(r.Context(), v.GUID, who.ID))
}
