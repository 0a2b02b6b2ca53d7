package scan

import (
	"context"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

// A unit is *stopping* when its run was cancelled while a node read it of a source whose budget is strict: it counts as a
// held one does. Its node is told at the next thing that it says of it, and stops; one that did not hear says more of it
// within a lease. So its share is free one lease after it was told last, or when it says that it is through. Of one that
// says nothing the share stays taken until the deadline of its attempt, as that of a lost node does.

// told notes that the node of a stopping unit is answered that its run has ended.
func (s *Service) told(ctx context.Context, tx store.Tx, node string, u store.Unit, ref bus.AttemptRef) error {
	if !stopping(node, u, ref) {
		return nil
	}
	u.NotBefore, u.LeaseEnd = tx.Now(), tx.Now().Add(s.cfg.Lease)
	return tx.Runs().SetUnit(ctx, u)
}

// freed ends a stopping unit whose node says that it is through with it.
func freed(ctx context.Context, tx store.Tx, node string, u store.Unit, ref bus.AttemptRef) (bool, error) {
	if !stopping(node, u, ref) {
		return false, nil
	}
	u.State = model.UnitVoid
	return true, tx.Runs().SetUnit(ctx, u)
}

func stopping(node string, u store.Unit, ref bus.AttemptRef) bool {
	return u.State == model.UnitStopping && u.Node == node && u.Attempt == ref.Attempt
}
