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

// keptOf counts the shares of a source that stopping units keep.
func keptOf(ctx context.Context, tx store.Tx, source string) (k Kept, err error) {
	const most = 1000 // there are few in an account
	units, err := tx.Runs().ListUnits(ctx, store.UnitQuery{States: []model.UnitState{model.UnitStopping}, Limit: most})
	for _, u := range units {
		if u.Source != source {
			continue
		}
		k.Shares++
		for _, end := range []time.Time{u.NotBefore, u.LeaseEnd} {
			if end.After(k.Until) {
				k.Until = end
			}
		}
	}
	return k, err
}
