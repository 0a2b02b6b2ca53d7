package servertest

import (
	"context"
	"slices"
	"time"

	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/api/scanning"
	"github.com/purlieu/purlieu/server/internal/fleet"
	"github.com/purlieu/purlieu/server/internal/scan"
	"github.com/purlieu/purlieu/server/internal/store"
)

// runs adds the gaps; the field of that name is what the test sets.
type runs struct{ *Account }

// Gaps gives a run's gaps.
func (r runs) Gaps(_ context.Context, id string, after int64, limit int) ([]store.GapRow, error) {
	var out []store.GapRow
	for i, g := range r.gapsOf(id) {
		if int64(i) >= after && len(out) < limit {
			out = append(out, store.GapRow{Cursor: int64(i + 1), Unit: 1, Gap: g})
		}
	}
	return out, nil
}

// Seen says that the run of the sample saw it.
func (r runs) Seen(context.Context, string) (scan.Seen, bool, error) {
	at := time.UnixMilli(1_700_000_000_000)
	return scan.Seen{At: at, Run: "run-1", Scan: "weekly", Whole: true, Collection: "sales"}, true, nil
}

// Units gives none: nodes are played.
func (r runs) Units(context.Context, string, []model.UnitState, int64, int) ([]scan.UnitView, error) {
	return nil, nil
}

// proposals are those of the runs that wait for a person.
type proposals struct {
	*scan.Service
	of *Account
}

// ListProposals lists them on one page; all are open.
func (p proposals) ListProposals(context.Context, scan.ProposalState, string, int) (list []scan.Proposal, next string, err error) {
	p.of.mu.Lock()
	defer p.of.mu.Unlock()
	for _, r := range p.of.history {
		switch v := r.view; {
		case v.Proposal == "":
		case p.of.Grows:
			list = append(list, scan.Proposal{
				ID: v.Proposal, Kind: scan.ProposeGrowth, State: scan.ProposalOpen, Source: v.Source, Scan: v.Scan, Run: v.ID,
				Collection: v.Collection, Created: v.Started, Assets: 1201, Last: 120,
			})
		default:
			list = append(list, scan.Proposal{
				ID: v.Proposal, Kind: scan.ProposeDeletions, State: scan.ProposalOpen, Source: v.Source, Scan: v.Scan, Run: v.ID,
				Collection: v.Collection, Created: v.Started, Assets: 7, Holds: []scan.Hold{{Path: "shop", Gone: 7, Total: 9}},
			})
		}
	}
	return list, "", nil
}

// Proposal is one of them.
func (p proposals) Proposal(ctx context.Context, id string) (scan.Proposal, error) {
	list, _, err := p.ListProposals(ctx, "", "", 0)
	if i := slices.IndexFunc(list, func(q scan.Proposal) bool { return q.ID == id }); err == nil && i >= 0 {
		return list[i], nil
	}
	return scan.Proposal{}, scan.NotFound("proposal", id)
}

// ProposedAssets gives none.
func (p proposals) ProposedAssets(context.Context, string, string) ([]scan.ProposedAsset, string, error) {
	return nil, "", nil
}

// Decide answers one; the run is not played on.
func (p proposals) Decide(ctx context.Context, id string, approve bool, by string) (scan.Proposal, error) {
	q, err := p.Proposal(ctx, id)
	q.State, q.By = scan.ProposalRejected, by
	if approve {
		q.State = scan.ProposalApproved
	}
	return q, err
}

// questions are answered by a node that the test speaks for.
type questions struct {
	*scan.Service
	of *Account
}

// Ask connects, or says why not.
func (q questions) Ask(context.Context, scan.Question) (fleet.Answer, error) {
	return fleet.Answer{Node: "on-premises--node-1", Steps: []fleet.Step{{Name: "connect", OK: q.of.Refusal == nil}}, Failure: q.of.Refusal}, nil
}

// PutRuntime makes a runtime, with one node that is there.
func (a *Account) PutRuntime(_ context.Context, name string, kind model.RuntimeKind, description string) (scanning.Runtime, bool, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	rt, there := a.runtimes[name]
	if !there {
		now := time.Now()
		rt = scanning.Runtime{ID: "rt-" + name, Name: name, Kind: kind, State: "Online", Created: now, Nodes: []scanning.Node{
			{Name: "node-1", Machine: "host1", Version: "0.1.0", Status: "Online", Registered: now, LastSeen: now, Slots: 4},
		}}
		a.keys[name] = scanning.Keys{Key1: "key-one-of-" + name, Key2: "key-two-of-" + name}
	}
	rt.Description = description
	a.runtimes[name] = rt
	return rt, !there, nil
}

// Runtime shows one.
func (a *Account) Runtime(_ context.Context, name string) (scanning.Runtime, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	rt, ok := a.runtimes[name]
	if !ok {
		return rt, scan.NotFound("integration runtime", name)
	}
	return rt, nil
}

// ListRuntimes lists all on one page.
func (a *Account) ListRuntimes(context.Context, string, int) ([]scanning.Runtime, string, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	var out []scanning.Runtime
	for _, rt := range a.runtimes {
		out = append(out, rt)
	}
	return out, "", nil
}

// DeleteRuntime removes one.
func (a *Account) DeleteRuntime(_ context.Context, name string) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if _, ok := a.runtimes[name]; !ok {
		return scan.NotFound("integration runtime", name)
	}
	delete(a.runtimes, name)
	return nil
}

// Keys shows a runtime's keys.
func (a *Account) Keys(_ context.Context, name string) (scanning.Keys, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	k, ok := a.keys[name]
	if !ok {
		return k, scan.NotFound("integration runtime", name)
	}
	return k, nil
}

// RegenerateKey makes one key anew.
func (a *Account) RegenerateKey(_ context.Context, name string, number int) (scanning.Keys, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	k, ok := a.keys[name]
	if !ok {
		return k, scan.NotFound("integration runtime", name)
	}
	if number == 1 {
		k.Key1 += "-anew"
	} else {
		k.Key2 += "-anew"
	}
	a.keys[name] = k
	return k, nil
}

// RemoveNode takes a node away.
func (a *Account) RemoveNode(_ context.Context, runtime, node string) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	rt := a.runtimes[runtime]
	for i, n := range rt.Nodes {
		if n.Name == node {
			rt.Nodes = append(rt.Nodes[:i:i], rt.Nodes[i+1:]...)
			a.runtimes[runtime] = rt
			return nil
		}
	}
	return scan.NotFound("node", node)
}
