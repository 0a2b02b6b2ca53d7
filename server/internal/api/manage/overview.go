package manage

import (
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

// overview is the whole account as the caller may see it: every count is of what they may read.
type overview struct {
	Assets    assetCounts    `json:"assets"`
	Sources   int            `json:"sources"`
	Runs      runCounts      `json:"runs"`
	Runtimes  *runtimeCounts `json:"runtimes"` // null when the caller may not see runtimes
	Attention []attention    `json:"attention"`
}

type assetCounts struct {
	Count        int64   `json:"count"`
	Approximate  bool    `json:"approximate"`
	Classified   int64   `json:"classified"` // assets with a classification, on themselves or on a column
	ByType       []count `json:"byType"`
	BySource     []count `json:"bySource"`
	ByCollection []count `json:"byCollection"`
	ByClass      []count `json:"byClassification"`
	Complete     int64   `json:"complete"` // the counts are complete up to this version of the map
	Newest       int64   `json:"newest"`
}

type count struct {
	Value string `json:"value"`
	Count int64  `json:"count"`
}

type runCounts struct {
	InProgress int       `json:"inProgress"`
	Waiting    int       `json:"waiting"`
	Since      time.Time `json:"since"` // the counts that follow are of runs that ended after it
	Succeeded  int       `json:"succeeded"`
	WithGaps   int       `json:"withGaps"` // of those that succeeded
	Failed     int       `json:"failed"`
	Canceled   int       `json:"canceled"`
	Gaps       int64     `json:"gaps"` // of the newest run that has ended of each scan that is there
}

type runtimeCounts struct {
	Count       int `json:"count"`
	Online      int `json:"online"`
	Nodes       int `json:"nodes"`
	NodesOnline int `json:"nodesOnline"`
}

// attention is something that needs a person.
type attention struct {
	Code    string `json:"code"` // StoreShort, RunAsks, KindAnnounced, NodeWaits, RuntimeOffline, RuntimeDrained, RunFailed
	Text    string `json:"text"`
	Remedy  string `json:"remedy"`
	Runtime string `json:"runtime,omitempty"`
	Node    string `json:"node,omitempty"`
	Source  string `json:"source,omitempty"`
	Scan    string `json:"scan,omitempty"`
	Run     string `json:"run,omitempty"`
	// Announced is the id of an announced kind.
	Announced string     `json:"announced,omitempty"`
	Since     *time.Time `json:"since"`
}

// An overview counts runs of the last day, and looks at no more than so many.
const (
	recent       = 24 * time.Hour
	runsOverview = 500
)

func (p *Plane) overview(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	out := overview{Attention: []attention{}}
	var err error
	if out.Assets, err = p.countAssets(r); err != nil {
		return err
	}
	if out.Sources, err = p.countSources(r); err != nil {
		return err
	}
	if err := p.countRuns(r, &out); err != nil {
		return err
	}
	if p.Proposals != nil {
		if err := p.countProposals(r, &out); err != nil {
			return err
		}
	}
	if p.Fleet != nil {
		err := p.Decider.Allow(r.Context(), who, access.ReadRuntime, access.RootCollection)
		if err == nil {
			err = p.countRuntimes(r, &out)
		}
		if err == nil && p.Announced != nil && p.Decider.Allow(r.Context(), who, access.WriteRuntime, access.RootCollection) == nil {
			err = p.countAnnounced(r, &out)
		}
		if err != nil && !fault.Is(err, fault.Denied) {
			return err
		}
	}
	return answer(w, http.StatusOK, out)
}

func (p *Plane) countAssets(r *http.Request) (out assetCounts, err error) {
	readable, err := p.readable(r)
	if err != nil {
		return out, err
	}
	found, err := p.Search.Query(r.Context(), search.Request{Collections: readable, Facets: []string{"type", "source", "collection", "class"}, Limit: 1})
	if err != nil {
		return out, err
	}
	facet := func(name string) []count {
		list := []count{}
		for _, c := range found.Facets[name] {
			list = append(list, count{c.Value, c.Count})
		}
		return list
	}
	out = assetCounts{
		Count: found.Count, Approximate: found.Approximate, Complete: found.Complete, Newest: found.Newest,
		ByType: facet("type"), BySource: facet("source"), ByCollection: facet("collection"), ByClass: facet("class"),
	}
	if len(out.ByClass) == 0 {
		return out, nil
	}
	q := search.Request{Collections: readable, Limit: 1}
	for _, c := range out.ByClass {
		q.Classes = append(q.Classes, c.Value)
	}
	classified, err := p.Search.Query(r.Context(), q)
	out.Classified = classified.Count
	return out, err
}

func (p *Plane) countSources(r *http.Request) (n int, err error) {
	readable, err := p.Decider.CollectionsFor(r.Context(), api.PrincipalOf(r), access.ReadSource)
	if err != nil {
		return 0, err
	}
	for after := ""; ; {
		sources, next, err := p.Sources.ListSources(r.Context(), after, scan.PageLimit)
		if err != nil {
			return n, err
		}
		for _, src := range sources {
			if slices.Contains(readable, src.Collection) {
				n++
			}
		}
		if after = next; after == "" {
			return n, nil
		}
	}
}

// countRuns counts the runs that the caller may read, newest first: those of the last day, and the newest of each scan.
func (p *Plane) countRuns(r *http.Request, out *overview) error {
	out.Runs.Since = p.Now().Add(-recent)
	newest := map[string]bool{}
	runs, _, err := p.visibleRuns(r, scan.RunFilter{}, "", runsOverview)
	if err != nil {
		return err
	}
	for _, v := range runs {
		switch {
		case v.State == model.RunInProgress:
			out.Runs.InProgress++
		case !v.State.Ended():
			out.Runs.Waiting++
		case v.Ended != nil && v.Ended.After(out.Runs.Since):
			out.Runs.ended(v)
		}
		key := v.Source + "/" + v.Scan
		if !v.State.Ended() || newest[key] {
			continue
		}
		newest[key] = true
		if err := p.countNewest(r, v, out); err != nil {
			return err
		}
	}
	return nil
}

// countNewest tells what the newest run of a scan that has ended left to do: nothing where the scan was removed since.
func (p *Plane) countNewest(r *http.Request, v run, out *overview) error {
	if v.Counts.Gaps == 0 && v.State != model.RunFailed {
		return nil
	}
	if _, err := p.Sources.Scan(r.Context(), v.Source, v.Scan); fault.Is(err, fault.NotFound) {
		return nil
	} else if err != nil {
		return err
	}
	out.Runs.Gaps += v.Counts.Gaps
	if v.State == model.RunFailed {
		out.Attention = append(out.Attention, attention{
			Code: "RunFailed", Text: "The newest run of a scan failed.", Remedy: "Look at the run, mend what it says, and run the scan again.",
			Source: v.Source, Scan: v.Scan, Run: v.ID, Since: v.Ended,
		})
	}
	return nil
}

// asksListed bounds the open questions that an overview names.
const asksListed = 20

// countProposals names what runs ask, the oldest first.
func (p *Plane) countProposals(r *http.Request, out *overview) error {
	list, _, err := p.visibleProposals(r, scan.ProposalOpen, "", asksListed)
	for _, v := range list {
		text := fmt.Sprintf("A run asks whether %d assets are really gone.", v.Assets)
		switch v.Kind {
		case scan.ProposeIdentity:
			text = "A run asks whether a source has moved to another server."
		case scan.ProposeGrowth:
			text = fmt.Sprintf("A run asks whether it may go on: it brings more than %d assets, and the last one left %d.", v.Assets-1, v.Last)
		}
		created := v.Created
		out.Attention = append(out.Attention, attention{
			Code: "RunAsks", Text: text, Remedy: "Look at the run, and answer.", Source: v.Source, Scan: v.Scan, Run: v.Run, Since: &created,
		})
	}
	return err
}

func (c *runCounts) ended(v run) {
	switch {
	case v.State == model.RunFailed:
		c.Failed++
	case v.State == model.RunCanceled:
		c.Canceled++
	default:
		c.Succeeded++
		if v.Counts.Gaps > 0 {
			c.WithGaps++
		}
	}
}

// countRuntimes counts runtimes and what keeps them from working: it is for whoever may see them.
func (p *Plane) countRuntimes(r *http.Request, out *overview) error {
	if p.Short != nil && p.Short() {
		out.Attention = append(out.Attention, attention{Code: storeShort.Code, Text: storeShort.Text, Remedy: storeShort.Remedy})
	}
	all, err := p.Fleet.Statuses(r.Context())
	if err != nil {
		return err
	}
	out.Runtimes = &runtimeCounts{Count: len(all)}
	for _, status := range all {
		out.runtime(status)
	}
	return nil
}

func (o *overview) runtime(status fleet.RuntimeStatus) {
	name := status.Runtime.Name
	if status.State == fleet.Online || status.State == fleet.Limited || status.State == fleet.Started {
		o.Runtimes.Online++
	}
	var last, drained time.Time
	able := 0 // nodes that are online and may claim
	o.Runtimes.Nodes += status.Awaited
	o.Runtimes.NodesOnline += status.Online
	for _, n := range status.Nodes {
		if n.LastConnect.After(last) {
			last = n.LastConnect
		}
		switch {
		case n.State == fleet.Online && n.Drain == fleet.NotDraining:
			able++
		case n.State == fleet.Online && n.DrainSince.After(drained):
			drained = n.DrainSince
		}
		if n.Pending {
			o.Attention = append(o.Attention, attention{
				Code: "NodeWaits", Text: "A node waits for approval.", Remedy: "Approve it if you know the machine, else remove it.",
				Runtime: name, Node: n.Name, Since: when(n.Registered),
			})
		}
	}
	if able == 0 && !drained.IsZero() {
		o.Attention = append(o.Attention, attention{
			Code: "RuntimeDrained", Text: "No node of a runtime may claim work: all that are online were told to drain.",
			Remedy: "Let one go on (purlieu node resume).", Runtime: name, Since: when(drained),
		})
	}
	if status.State == fleet.Offline {
		o.Attention = append(o.Attention, attention{
			Code: "RuntimeOffline", Text: "No node of a runtime is online.", Remedy: "Start one of its nodes (purlieu-runtime run).",
			Runtime: name, Since: when(last),
		})
	}
}
