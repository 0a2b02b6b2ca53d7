package manage

import (
	"net/http"
	"strconv"
	"time"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/access"
	"github.com/purlieu/purlieu/server/internal/api"
)

// unit is a part of a run on the wire. Counts are those of its current attempt.
type unit struct {
	ID         int64      `json:"id"`
	Parent     int64      `json:"parent"` // the unit that it was split off; 0 of the one that plans
	Title      string     `json:"title"`
	Below      string     `json:"below"`
	State      string     `json:"state"`
	Node       string     `json:"node"` // that holds it, or held it last; "" before
	Attempt    uint32     `json:"attempt"`
	Failures   int        `json:"failures"`
	LeaseEnd   *time.Time `json:"leaseEnd"`
	NotBefore  *time.Time `json:"notBefore"`
	LastCode   string     `json:"lastCode"` // of the failure after which it waits for another attempt; "" unless it does
	LastRemedy string     `json:"lastRemedy"`
	Expected   int64      `json:"expectedAssets"` // 0: not known
	Discovered int64      `json:"discovered"`
	Gaps       int64      `json:"gaps"`
	Received   int64      `json:"batchesReceived"`
	Applied    int64      `json:"batchesApplied"`
}

// units lists the parts of a run as they were planned; ?state narrows it.
func (p *Plane) units(w http.ResponseWriter, r *http.Request, _ access.Principal) error {
	at, err := api.PageOf(r, maxPage)
	if err != nil {
		return err
	}
	from, err := after(at)
	if err != nil {
		return err
	}
	states, err := statesOf(r.URL.Query()["state"])
	if err != nil {
		return err
	}
	v, err := p.visibleRun(r)
	if err != nil {
		return err
	}
	units, err := p.Runs.Units(r.Context(), v.ID, states, from, at.Limit)
	if err != nil {
		return err
	}
	value, next := []unit{}, ""
	for _, u := range units {
		value = append(value, unit{
			ID: u.ID, Parent: u.Parent, Title: u.Title, Below: u.Below, State: unitStates()[u.State], Node: u.Node, Attempt: u.Attempt,
			Failures: u.Failures, LeaseEnd: when(u.LeaseEnd), NotBefore: when(u.NotBefore), LastCode: u.Code, LastRemedy: u.Remedy, Expected: u.Expected,
			Discovered: u.Counts.Discovered, Gaps: u.Counts.Gaps, Received: u.Received, Applied: u.Applied,
		})
	}
	if len(units) == at.Limit {
		next = strconv.FormatInt(units[len(units)-1].ID, 10)
	}
	return answer(w, http.StatusOK, page{value, api.NextLink(r, next)})
}

func statesOf(words []string) (states []model.UnitState, err error) {
	for _, word := range words {
		known := false
		for state, name := range unitStates() {
			if name == word {
				states, known = append(states, state), true
			}
		}
		if !known {
			return nil, fault.New(fault.Invalid, "BadState", "a unit has no state %q", word).
				Try("Use queued, leased, done, closed, failed or void")
		}
	}
	return states, nil
}
