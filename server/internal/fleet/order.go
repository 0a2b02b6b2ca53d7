package fleet

import (
	"context"
	"time"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

// Drain has a node finish what it holds and claim no more, until Resume. A node that is drained already stays so.
func (s *Service) Drain(ctx context.Context, node string) error {
	return s.order(ctx, node, func(tx store.Tx, body *nodeDoc) error {
		if body.Drain.IsZero() {
			body.Drain = tx.Now()
		}
		return nil
	})
}

// Resume lets a drained node claim again.
func (s *Service) Resume(ctx context.Context, node string) error {
	return s.order(ctx, node, func(_ store.Tx, body *nodeDoc) error {
		body.Drain = time.Time{}
		return nil
	})
}

// RotateKey has a node make a new key in place of its own; it stands until the node has done so: see ReplaceKey.
func (s *Service) RotateKey(ctx context.Context, node string) error {
	if bus.RuntimeOf(node) == model.BuiltInRuntime {
		return fault.New(fault.Conflict, "BuiltIn", "the built-in node makes a new key each time it starts")
	}
	return s.order(ctx, node, func(tx store.Tx, body *nodeDoc) error {
		body.NewKey = tx.Now()
		return nil
	})
}

// order changes what people have told a node, and has the node ask for it at once.
func (s *Service) order(ctx context.Context, node string, change func(store.Tx, *nodeDoc) error) error {
	err := s.changeNode(ctx, node, change)
	if err == nil {
		s.cfg.OnOrder(node)
	}
	return err
}

// Orders is what people have told a node, within a transaction: it is scan.Config.Orders. Who is not there has none.
func Orders(ctx context.Context, tx store.Tx, node string) (bus.Orders, error) {
	body, _, err := get[nodeDoc](ctx, tx, docNode, node)
	if fault.Is(err, fault.NotFound) {
		return bus.Orders{}, nil
	}
	return bus.Orders{Drain: !body.Drain.IsZero(), NewKey: !body.NewKey.IsZero()}, err
}
