package scan

import (
	"context"
	"slices"
	"time"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

// Bounds of one claim, whatever the node asks for.
const (
	maxGrants = 16
	maxKinds  = 256
	waitMS    = 3000 // how long a node leaves a store alone that takes nothing
)

// Claim gives a node what it may work on, in one transaction: by turn, source budget, kinds and the memory that the node
// has for them. Each grant is a new attempt under a lease. A node that is told to drain is given nothing, and one that
// claims no slots only hears its orders. A claim that the bus doubled may take units that nobody works on: their leases
// run out.
func (s *Service) Claim(ctx context.Context, node string, c bus.Claim) (bus.ClaimAnswer, error) {
	answer := bus.ClaimAnswer{V: version, Serial: c.Serial}
	runtime := bus.RuntimeOf(node)
	if runtime == "" || len(c.Kinds) > maxKinds || len(c.Locals) > bus.MaxLocals {
		return answer, fault.New(fault.Invalid, "BadClaim", "a claim names one runtime and at most %d kinds and %d sources", maxKinds, bus.MaxLocals)
	}
	slots, kinds := min(c.Slots, maxGrants), slices.Compact(slices.Sorted(slices.Values(c.Kinds))) // the store steps through the sources of each
	if short := s.cfg.Short(); short || slots <= 0 || len(c.Kinds) == 0 {
		if short {
			answer.WaitMS = waitMS
		}
		return s.onlyOrders(ctx, node, answer)
	}
	err := s.store.Update(ctx, store.People, func(tx store.Tx) (err error) {
		answer.Grants, answer.Locals = nil, nil
		if answer.Orders, err = s.cfg.Orders(ctx, tx, node); err != nil || answer.Orders.Drain {
			return err
		}
		most, err := roomFor(ctx, tx, node, c)
		if err != nil {
			return err
		}
		p := s.picker(ctx, tx, min(slots, most), c.Locals)
		if err := p.choose(runtime, kinds); err != nil {
			return err
		}
		if answer.Grants, err = s.grant(ctx, tx, node, p.out); err != nil {
			return err
		}
		answer.Locals = p.locals
		return advance(ctx, tx, runtime, p.out)
	})
	if fault.Is(err, fault.Throttled) {
		return s.onlyOrders(ctx, node, bus.ClaimAnswer{V: version, Serial: c.Serial, WaitMS: waitMS})
	}
	return answer, err
}

// onlyOrders adds its orders to what a node is answered that is given nothing: an answer without them would take them back.
func (s *Service) onlyOrders(ctx context.Context, node string, answer bus.ClaimAnswer) (bus.ClaimAnswer, error) {
	err := s.store.View(ctx, func(tx store.Tx) (err error) {
		answer.Orders, err = s.cfg.Orders(ctx, tx, node)
		return err
	})
	return answer, err
}

// grant writes holder, attempt and lease of each unit, and the start of its run.
func (s *Service) grant(ctx context.Context, tx store.Tx, node string, chosen []chosenUnit) ([]bus.Grant, error) {
	var grants []bus.Grant
	for _, c := range chosen {
		u := c.unit
		if u.Attempt > 0 { // what the last attempt left behind is void
			if err := tx.Inbox().DeleteUnit(ctx, u.ID, u.Attempt+1); err != nil {
				return nil, err
			}
			if err := tx.Runs().SetGaps(ctx, u.Run, u.ID, nil); err != nil {
				return nil, err
			}
		}
		u.State, u.Node, u.Attempt = model.UnitLeased, node, u.Attempt+1
		u.LeaseEnd = tx.Now().Add(s.cfg.Lease)
		if c.body.Grant.Budget.Strict {
			u.NotBefore = tx.Now().Add(time.Duration(c.body.Grant.Budget.UnitSeconds) * time.Second)
		}
		if err := carry(&u); err != nil {
			return nil, err
		}
		if err := tx.Runs().SetUnit(ctx, u); err != nil {
			return nil, err
		}
		if c.run.State == model.RunQueued {
			c.run.State, c.run.Started = model.RunInProgress, tx.Now()
			if err := tx.Runs().SetRun(ctx, *c.run); err != nil {
				return nil, err
			}
		}
		spec, err := readSpec(u)
		if err != nil {
			return nil, err
		}
		g := c.body.Grant
		g.Ref = bus.AttemptRef{Unit: u.ID, Attempt: u.Attempt}
		g.Unit = spec
		if u.Parent == 0 {
			if g.System, _, err = identityOf(ctx, tx, u.Source); err != nil {
				return nil, err
			}
		}
		g.LeaseMS = int(s.cfg.Lease / time.Millisecond)
		if g.Budget.UnitSeconds == 0 {
			g.Budget.UnitSeconds = s.cfg.UnitSeconds
		}
		grants = append(grants, g)
	}
	return grants, nil
}

// carry empties a unit for its next attempt. What the last one wrote into the map is there and stays counted: the next
// one will find it unchanged.
func carry(u *store.Unit) error {
	last, err := readProgress(*u)
	if err != nil {
		return err
	}
	u.Received, u.Applied, u.Done = nil, 0, nil
	wrote := RunCounts{
		Created: last.Counts.Created, Updated: last.Counts.Updated, Batches: last.Counts.Batches, Bytes: last.Counts.Bytes,
	}
	if wrote == (RunCounts{}) {
		return nil
	}
	return writeProgress(u, progress{Counts: wrote})
}
