package scan

import (
	"context"
	"time"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

// A unit is *stopping* when its run was cancelled while a node read it of a source whose budget is strict: it counts as a
// held one does. So does one that was let go. Its node is told at the next thing that it says of it, and stops; one that did
// not hear says more of it within a lease. So its share is free one lease after it was told last, or when it says that it is
// through. Of one that says nothing the share stays taken until the deadline of its attempt, as that of a lost node does.

// told notes that the node of such a unit is answered that it may not go on.
func (s *Service) told(ctx context.Context, tx store.Tx, node string, u store.Unit, ref bus.AttemptRef) error {
	if is, err := stopping(node, u, ref); err != nil || !is {
		return err
	}
	u.NotBefore, u.LeaseEnd = tx.Now(), tx.Now().Add(s.cfg.Lease)
	return tx.Runs().SetUnit(ctx, u)
}

// freed frees the share of such a unit whose node says that it is through with it.
func freed(ctx context.Context, tx store.Tx, node string, u store.Unit, ref bus.AttemptRef) (bool, error) {
	if is, err := stopping(node, u, ref); err != nil || !is {
		return false, err
	}
	if u.State == model.UnitStopping {
		u.State = model.UnitVoid
	} else { // another attempt may begin
		u.State, u.NotBefore, u.LeaseEnd = model.UnitQueued, tx.Now(), time.Time{}
	}
	return true, tx.Runs().SetUnit(ctx, u)
}

// stopping reports whether a unit counts because this attempt of this node may still read.
func stopping(node string, u store.Unit, ref bus.AttemptRef) (bool, error) {
	letGo := u.Node == "" && (u.State == model.UnitLeased || u.State == model.UnitStopping)
	switch {
	case u.Attempt != ref.Attempt:
		return false, nil
	case letGo:
		p, err := readProgress(u)
		return err == nil && p.LetGo == node, err
	}
	return u.State == model.UnitStopping && u.Node == node, nil
}

// keptOf are the shares of a run's source that stopping units keep, where nothing of its budget is left for the run.
func (s *Service) keptOf(ctx context.Context, tx store.Tx, run store.Run, b *body) (k Kept, err error) {
	units, err := tx.Runs().ListUnits(ctx, store.UnitQuery{Source: run.Source, States: []model.UnitState{model.UnitStopping}, Limit: maxKeptUnits})
	if err != nil || len(units) == 0 {
		return k, err
	}
	taken, err := tx.Runs().LeasedBySource(ctx, []string{run.Source})
	if err != nil || taken[run.Source] < s.shares(b) {
		return k, err
	}
	k.Shares = len(units)
	for _, u := range units {
		for _, end := range []time.Time{u.NotBefore, u.LeaseEnd} {
			if end.After(k.Until) {
				k.Until = end
			}
		}
	}
	return k, nil
}

// maxKeptUnits bounds the units of one source that are looked at: there are no more than its budget has shares, but for
// one that was made smaller.
const maxKeptUnits = 1000
