package scanning

import (
	"net/http"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/access"
	"github.com/purlieu/purlieu/server/internal/api"
	"github.com/purlieu/purlieu/server/internal/scan"
)

// start starts a run as the query and the path ask for.
func (p *Plane) start(r *http.Request, runID string) (scan.RunView, error) {
	sc, err := p.visibleScan(r, access.WriteScan)
	if err != nil {
		return scan.RunView{}, err
	}
	o := scan.StartOptions{Type: "Manual"}
	if runID != "" {
		id, err := uuid.Parse(strings.Trim(runID, "{}"))
		if err != nil {
			return scan.RunView{}, fault.New(fault.Invalid, "InvalidRunId", "%q is not a UUID", clip(runID))
		}
		o.RunID = id.String()
	}
	switch level := r.URL.Query().Get("scanLevel"); level {
	case "Full":
		o.Full = true
	case "", "Incremental":
	default:
		return scan.RunView{}, fault.New(fault.Invalid, "BadScanLevel", "scanLevel must be Full or Incremental, not %q", clip(level))
	}
	run, err := p.Runs.Start(r.Context(), sc.Source, sc.Name, o)
	if err != nil || run.Collection == sc.Collection {
		return run, err
	}
	// It was there before the scan moved, and stays where it was.
	return run, api.VisibleRun(r, p.Decider, run.Collection, fault.New(fault.Conflict, "RunExists", "a run %s is there already", run.ID))
}

func (p *Plane) run(w http.ResponseWriter, r *http.Request) error {
	run, err := p.start(r, r.URL.Query().Get("runId"))
	if err != nil {
		return err
	}
	w.Header().Set("Operation-Location", location(r, run))
	api.Answer(w, http.StatusAccepted, runAnswer(run, nil))
	return nil
}

// runOlder serves the run operations of the versions before 2023-09-01.
func (p *Plane) runOlder(w http.ResponseWriter, r *http.Request) error {
	id := r.PathValue("run")
	if id == "" {
		id = r.URL.Query().Get("runId")
	}
	run, err := p.start(r, id)
	if err != nil {
		return err
	}
	w.Header().Set("Operation-Location", location(r, run))
	api.Answer(w, http.StatusAccepted, operation(run))
	return nil
}

func (p *Plane) cancel(w http.ResponseWriter, r *http.Request) error {
	sc, err := p.visibleScan(r, access.WriteScan)
	if err != nil {
		return err
	}
	run, err := p.runOf(r, sc)
	if err != nil {
		return err
	}
	if err := p.Runs.Cancel(r.Context(), sc.Source, sc.Name, run.ID); err != nil {
		return err
	}
	w.Header().Set("Operation-Location", location(r, run))
	api.Answer(w, http.StatusAccepted, operation(run))
	return nil
}

// runOf is the run that the path names, of that scan.
func (p *Plane) runOf(r *http.Request, sc model.Scan) (scan.RunView, error) {
	id := strings.ToLower(strings.Trim(r.PathValue("run"), "{}"))
	run, err := p.Runs.Run(r.Context(), id)
	if err != nil {
		return run, err
	}
	if run.Source != sc.Source || run.Scan != sc.Name {
		return run, scan.NotFound("run of this scan", id)
	}
	return run, api.VisibleRun(r, p.Decider, run.Collection, scan.NotFound("run", run.ID))
}

// maxExceptions bounds the gaps that are counted by code in one answer.
const maxExceptions = 1000

func (p *Plane) getRun(w http.ResponseWriter, r *http.Request) error {
	sc, err := p.visibleScan(r, access.ReadScan)
	if err != nil {
		return err
	}
	run, err := p.runOf(r, sc)
	if err != nil {
		return err
	}
	exceptions := map[string]int{}
	if run.Counts.Gaps > 0 {
		rows, err := p.Runs.Gaps(r.Context(), run.ID, 0, maxExceptions)
		if err != nil {
			return err
		}
		for _, row := range rows {
			exceptions[row.Gap.Code] += max(1, row.Gap.Count)
		}
	}
	api.Answer(w, http.StatusOK, runAnswer(run, exceptions))
	return nil
}

func (p *Plane) listRuns(w http.ResponseWriter, r *http.Request) error {
	at, err := api.PageOf(r, maxPage)
	if err != nil {
		return err
	}
	sc, err := p.visibleScan(r, access.ReadScan)
	if err != nil {
		return err
	}
	readable, err := p.Decider.CollectionsFor(r.Context(), api.PrincipalOf(r), access.ReadScan)
	if err != nil {
		return err
	}
	runs, next, err := p.Runs.History(r.Context(), scan.RunFilter{Source: sc.Source, Scan: sc.Name}, at.After, at.Limit)
	if err != nil {
		return err
	}
	var value []any
	for _, run := range runs {
		if !slices.Contains(readable, run.Collection) {
			continue
		}
		value = append(value, runAnswer(run, nil))
	}
	api.Answer(w, http.StatusOK, list(r, value, next))
	return nil
}

func location(r *http.Request, run scan.RunView) string {
	return api.Base(r) + Prefix + "/datasources/" + run.Source + "/scans/" + run.Scan + "/runs/" + run.ID
}

// operation is the answer of the older operations.
func operation(run scan.RunView) map[string]any {
	return map[string]any{
		"scanResultId": run.ID, "startTime": api.Time(run.Queued), "endTime": api.Time(run.Ended), "status": "Accepted", "error": nil,
	}
}
