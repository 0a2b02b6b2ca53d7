package scan

import (
	"context"
	"slices"
	"time"

	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

// UnitView is a unit of a run as people see it.
type UnitView struct {
	ID, Parent int64 // Parent is 0 of the unit that plans
	Title      string
	Below      string // the path that it reads below; "" is all of the source
	State      model.UnitState
	Node       string // that holds it, or held it last
	Attempt    uint32
	Failures   int
	LeaseEnd   time.Time // zero unless it is held
	NotBefore  time.Time // when it may be claimed again; zero unless it waits for that
	Code       string    // of the failure after which it waits for another attempt; "" unless it does
	Remedy     string
	Expected   int64     // assets, as the plan guessed; 0 unknown
	Counts     RunCounts // of its current attempt
	Received   int64     // batches of it
	Applied    int64
}

// Units lists the units of a run in the order in which they were planned, after a unit (0 at first). NotFound when there
// is no such run.
func (s *Service) Units(ctx context.Context, runID string, states []model.UnitState, after int64, limit int) (views []UnitView, err error) {
	err = s.store.View(ctx, func(tx store.Tx) error {
		views = nil
		if _, err := tx.Runs().Run(ctx, runID); err != nil {
			return err
		}
		if slices.Contains(states, model.UnitVoid) {
			states = append(slices.Clip(states), model.UnitStopping)
		}
		units, err := tx.Runs().ListUnits(ctx, store.UnitQuery{Run: runID, States: states, After: after, Limit: limit})
		if err != nil {
			return err
		}
		for _, u := range units {
			v, err := viewUnit(u, tx.Now())
			if err != nil {
				return err
			}
			views = append(views, v)
		}
		return nil
	})
	return views, err
}

func viewUnit(u store.Unit, now time.Time) (UnitView, error) {
	spec, err := readSpec(u)
	if err != nil {
		return UnitView{}, err
	}
	p, err := readProgress(u)
	if err != nil {
		return UnitView{}, err
	}
	v := UnitView{
		ID: u.ID, Parent: u.Parent, Title: spec.Title, Below: spec.Below, State: u.State, Node: u.Node, Attempt: u.Attempt,
		Failures: int(u.Failures), Expected: spec.Weight, Counts: p.Counts, Applied: int64(u.Applied),
	}
	for _, r := range u.Received {
		v.Received += int64(r[1]) - int64(r[0])
	}
	if u.State == model.UnitQueued && p.Done != nil {
		v.Code, v.Remedy = p.Done.Code, p.Done.Remedy
	}
	switch {
	case u.State == model.UnitStopping:
		v.State = model.UnitVoid
	case u.State == model.UnitLeased:
		v.LeaseEnd = u.LeaseEnd
	case u.State == model.UnitQueued && u.NotBefore.After(now):
		v.NotBefore = u.NotBefore
	}
	return v, nil
}
