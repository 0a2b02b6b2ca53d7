package scanning

import (
	"net/http"
	"strconv"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/server/internal/access"
	"github.com/purlieu/purlieu/server/internal/api"
	"github.com/purlieu/purlieu/server/internal/scan"
)

func (p *Plane) listKinds(w http.ResponseWriter, r *http.Request) error {
	kinds, err := p.Definitions.Kinds(r.Context())
	if err != nil {
		return err
	}
	var value []any
	for _, k := range kinds {
		value = append(value, k)
	}
	api.Answer(w, http.StatusOK, list(r, value, ""))
	return nil
}

func (p *Plane) getKind(w http.ResponseWriter, r *http.Request) error {
	kind, err := p.Definitions.Kind(r.Context(), r.PathValue("kind"))
	if err != nil {
		if fault.CodeOf(err) == "UnknownKind" {
			return scan.NotFound("kind of source", r.PathValue("kind"))
		}
		return err
	}
	api.Answer(w, http.StatusOK, kind)
	return nil
}

// listGaps says what a run could not read: where, why, and what would mend it.
func (p *Plane) listGaps(w http.ResponseWriter, r *http.Request) error {
	at, err := api.PageOf(r, maxPage)
	if err != nil {
		return err
	}
	var after int64
	if at.After != "" {
		if after, err = strconv.ParseInt(at.After, 10, 64); err != nil {
			return fault.New(fault.Invalid, "BadSkipToken", "the skipToken is not one that was handed out")
		}
	}
	run, err := p.Runs.Run(r.Context(), r.PathValue("run"))
	if err != nil {
		return err
	}
	if err := p.mayReadRun(r, run); err != nil {
		return err
	}
	rows, err := p.Runs.Gaps(r.Context(), run.ID, after, at.Limit)
	if err != nil {
		return err
	}
	var value []any
	next := ""
	for _, row := range rows {
		value = append(value, map[string]any{"unit": row.Unit, "gap": row.Gap})
	}
	if len(rows) == at.Limit {
		next = strconv.FormatInt(rows[len(rows)-1].Cursor, 10)
	}
	api.Answer(w, http.StatusOK, list(r, value, next))
	return nil
}

// mayReadRun asks for the collection that the scan was in when the run was started. What has the scan's name today, if
// anything, may be another scan, and in another collection. A run whose collection is gone is for readers of the root.
func (p *Plane) mayReadRun(r *http.Request, run scan.RunView) error {
	err := p.may(r, access.ReadScan, run.Collection)
	if fault.Is(err, fault.NotFound) {
		err = p.may(r, access.ReadScan, access.RootCollection)
	}
	return hide(err, "run", run.ID)
}
