package manage

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/access"
	"github.com/purlieu/purlieu/server/internal/api"
	"github.com/purlieu/purlieu/server/internal/scan"
)

// Runs show executions of scans; scan.Service is one.
type Runs interface {
	Run(ctx context.Context, id string) (scan.RunView, error)
	// History gives runs newest first, before a cursor ("" at first), and the cursor of the next page.
	History(ctx context.Context, f scan.RunFilter, before string, limit int) ([]scan.RunView, string, error)
	Units(ctx context.Context, runID string, states []model.UnitState, after int64, limit int) ([]scan.UnitView, error)
	Gaps(ctx context.Context, runID string, after int64, limit int) ([]scan.GapRow, error)
	// Seen tells of the newest run that saw an asset; false where none is known.
	Seen(ctx context.Context, guid string) (scan.Seen, bool, error)
}

func (p *Plane) runRoutes() []api.Route {
	routes := []api.Route{
		{Method: "GET", Pattern: "/runs", Handler: p.as(p.runs)},
		{Method: "GET", Pattern: "/runs/{run}", Handler: p.as(p.run)},
		{Method: "GET", Pattern: "/runs/{run}/units", Handler: p.as(p.units)},
		{Method: "GET", Pattern: "/runs/{run}/gaps", Handler: p.as(p.gaps)},
	}
	if p.Map != nil {
		routes = append(routes, api.Route{Method: "GET", Pattern: "/runs/{run}/changes", Handler: p.as(p.changes)})
	}
	if p.Search != nil && p.Sources != nil {
		routes = append(routes, api.Route{Method: "GET", Pattern: "/overview", Handler: p.as(p.overview)})
	}
	return routes
}

// run is a run of a scan on the wire.
type run struct {
	ID         string           `json:"id"`
	Source     string           `json:"source"`
	Scan       string           `json:"scan"`
	Kind       string           `json:"kind"` // of the source
	Runtime    string           `json:"runtime"`
	Collection string           `json:"collection"` // of the scan, when the run was started
	State      model.RunState   `json:"state"`
	Type       string           `json:"type"`
	Full       bool             `json:"full"`
	Level      string           `json:"level"`
	Queued     *time.Time       `json:"queued"`
	Started    *time.Time       `json:"started"`
	Discovered *time.Time       `json:"discoveryEnded"`
	Ingesting  *time.Time       `json:"ingestionStarted"`
	Ended      *time.Time       `json:"ended"`
	Counts     scan.RunCounts   `json:"counts"`
	Units      map[string]int64 `json:"units"`
	Rate       float64          `json:"assetsPerSecond"` // discovered, over the time of discovery so far
	Problem    *problem         `json:"problem"`         // why it failed; null when it did not
	Proposal   *string          `json:"proposal"`        // what it asks a person; null when it asks nothing
	Closed     *scan.Closed     `json:"closed"`          // until when its source holds units of it back; null when it does not
}

type problem struct {
	Code string `json:"code"`
	Text string `json:"text"`
}

// unitStates are the words for a unit's states.
func unitStates() map[model.UnitState]string {
	return map[model.UnitState]string{
		model.UnitQueued: "queued", model.UnitLeased: "leased", model.UnitDone: "done",
		model.UnitClosed: "closed", model.UnitFailed: "failed", model.UnitVoid: "void",
	}
}

func (p *Plane) runOf(v scan.RunView) run {
	out := run{
		ID: v.ID, Source: v.Source, Scan: v.Scan, Kind: v.Kind, Runtime: v.Runtime, Collection: v.Collection, State: v.State, Type: v.Type,
		Full: v.Full, Level: fmt.Sprintf("L%d", v.Level), Queued: when(v.Queued), Started: when(v.Started),
		Discovered: when(v.DiscoveryEnded), Ingesting: when(v.IngestionStarted), Ended: when(v.Ended), Counts: v.Counts, Units: map[string]int64{},
	}
	for state, word := range unitStates() {
		out.Units[word] = v.Units[state]
	}
	if v.Code != "" {
		out.Problem = &problem{v.Code, v.Text}
	}
	if v.Proposal != "" {
		out.Proposal = &v.Proposal
	}
	if v.Closed != (scan.Closed{}) {
		out.Closed = &v.Closed
	}
	until := v.DiscoveryEnded
	if until.IsZero() {
		until = p.Now()
	}
	if took := until.Sub(v.Started).Seconds(); !v.Started.IsZero() && took > 0 {
		out.Rate = float64(v.Counts.Discovered) / took
	}
	return out
}

// visibleRun is the run that the path names, when the caller may read it.
func (p *Plane) visibleRun(r *http.Request) (scan.RunView, error) {
	id := r.PathValue("run")
	v, err := p.Runs.Run(r.Context(), id)
	if fault.Is(err, fault.NotFound) {
		err = scan.NotFound("run", id)
	}
	if err != nil {
		return v, err
	}
	return v, api.VisibleRun(r, p.Decider, v.Collection, scan.NotFound("run", id))
}

// runs lists runs of all scans, newest first. ?source, ?scan and ?state narrow it; ?newest=true leaves of each scan the
// newest alone.
func (p *Plane) runs(w http.ResponseWriter, r *http.Request, _ access.Principal) error {
	at, err := api.PageOf(r, maxPage)
	if err != nil {
		return err
	}
	q := r.URL.Query()
	f := scan.RunFilter{Source: q.Get("source"), Scan: q.Get("scan"), Newest: q.Get("newest") == "true"}
	for _, state := range q["state"] {
		f.States = append(f.States, model.RunState(state))
	}
	value, next, err := p.visibleRuns(r, f, at.After, at.Limit)
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, page{value, api.NextLink(r, next)})
}

// runsLooked bounds the runs that are read to fill one page.
const runsLooked = 2000

func (p *Plane) visibleRuns(r *http.Request, f scan.RunFilter, next string, limit int) ([]run, string, error) {
	visible, err := p.runsVisible(r)
	if err != nil {
		return nil, "", err
	}
	value := []run{}
	for looked := 0; ; {
		views, after, err := p.Runs.History(r.Context(), f, next, limit-len(value))
		if err != nil {
			return nil, "", err
		}
		for _, v := range views {
			if ok, err := visible(v); err != nil {
				return nil, "", err
			} else if ok {
				value = append(value, p.runOf(v))
			}
		}
		looked += len(views)
		if next = after; next == "" || len(value) >= limit || looked >= runsLooked {
			return value, next, nil
		}
	}
}

// runsVisible gives a test of whether the caller may read a run.
func (p *Plane) runsVisible(r *http.Request) (func(scan.RunView) (bool, error), error) {
	readable, err := p.Decider.CollectionsFor(r.Context(), api.PrincipalOf(r), access.ReadScan)
	if err != nil {
		return nil, err
	}
	return func(v scan.RunView) (bool, error) {
		if slices.Contains(readable, v.Collection) {
			return true, nil
		}
		if !slices.Contains(readable, access.RootCollection) {
			return false, nil
		}
		hidden := scan.NotFound("run", v.ID)
		err := api.VisibleRun(r, p.Decider, v.Collection, hidden)
		if fault.Is(err, fault.NotFound) {
			return false, nil
		}
		return err == nil, err
	}, nil
}

// codes is how often a run met one kind of gap.
type codes struct {
	Code  string `json:"code"`
	Count int    `json:"count"`
}

// gapsCounted bounds the gaps that are counted by code in one answer.
const gapsCounted = 1000

func (p *Plane) run(w http.ResponseWriter, r *http.Request, _ access.Principal) error {
	v, err := p.visibleRun(r)
	if err != nil {
		return err
	}
	byCode := []codes{}
	if v.Counts.Gaps > 0 {
		rows, err := p.Runs.Gaps(r.Context(), v.ID, 0, gapsCounted)
		if err != nil {
			return err
		}
		for _, row := range rows {
			i := slices.IndexFunc(byCode, func(c codes) bool { return c.Code == row.Gap.Code })
			if i < 0 {
				i, byCode = len(byCode), append(byCode, codes{Code: row.Gap.Code})
			}
			byCode[i].Count += max(1, row.Gap.Count)
		}
	}
	waits, err := p.waits(r.Context(), v)
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, struct {
		run
		Gaps  []codes  `json:"gapsByCode"`
		Waits []reason `json:"waits"`
	}{p.runOf(v), byCode, waits})
}

// storeShort is why no run goes on.
var storeShort = reason{
	"StoreShort", "The disk of the account has little room: scans wait, people go on.",
	"Make room on the disk of the data folder, or leave less free (purlieu server --keep-free); scans go on by themselves.",
}

// waits says why nobody reads a run: another of its scan goes first; or it has units to read, and that is its runtime's fault, its
// source's budget is used up by runs that were cancelled, or the account itself has no room. Else nothing.
func (p *Plane) waits(ctx context.Context, v scan.RunView) ([]reason, error) {
	if v.Behind != "" {
		return []reason{{"RunGoesFirst", fmt.Sprintf("The run %s of the same scan goes first.", v.Behind), "See it: purlieu run show " + v.Behind}}, nil
	}
	if p.Fleet == nil || p.Sources == nil || v.State.Ended() || v.Units[model.UnitQueued] == 0 || v.Closed != (scan.Closed{}) || v.Asks == scan.ProposeGrowth || v.Units[model.UnitLeased] > 0 {
		return []reason{}, nil
	}
	if p.Short != nil && p.Short() {
		return []reason{storeShort}, nil
	}
	if k := v.Kept; k.Shares > 0 {
		return []reason{{
			"SharesKept",
			fmt.Sprintf("The budget of its source is strict, and %d of it may still be read for a run that was cancelled, until %s at the latest.", k.Shares, k.Until.UTC().Format(time.RFC3339)),
			"It goes on as soon as the nodes say that they have stopped: start those that are down.",
		}}, nil
	}
	kind, err := p.Sources.Kind(ctx, v.Kind)
	if err != nil {
		return nil, err
	}
	status, err := p.Fleet.Status(ctx, v.Runtime)
	if err != nil {
		return nil, err
	}
	return reachOf(kind, status, p.Sources.Own(kind.Name)).Reasons, nil
}

// after reads a cursor that is a number.
func after(at api.Page) (int64, error) {
	if at.After == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(at.After, 10, 64)
	if err != nil {
		return 0, fault.New(fault.Invalid, "BadSkipToken", "the skipToken is not one that was handed out")
	}
	return n, nil
}

// gap is what a run could not read: where, why, and what would mend it.
type gap struct {
	Unit int64     `json:"unit"`
	Gap  model.Gap `json:"gap"`
}

func (p *Plane) gaps(w http.ResponseWriter, r *http.Request, _ access.Principal) error {
	at, err := api.PageOf(r, maxPage)
	if err != nil {
		return err
	}
	from, err := after(at)
	if err != nil {
		return err
	}
	v, err := p.visibleRun(r)
	if err != nil {
		return err
	}
	rows, err := p.Runs.Gaps(r.Context(), v.ID, from, at.Limit)
	if err != nil {
		return err
	}
	value, next := []gap{}, ""
	for _, row := range rows {
		value = append(value, gap{row.Unit, row.Gap})
	}
	if len(rows) == at.Limit {
		next = strconv.FormatInt(rows[len(rows)-1].Cursor, 10)
	}
	return answer(w, http.StatusOK, page{value, api.NextLink(r, next)})
}
