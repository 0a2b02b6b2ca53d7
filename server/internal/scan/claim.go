package scan

import (
	"context"
	"time"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

// maxGrants bounds what one claim may take, whatever the node asks for.
const maxGrants = 16

// Claim gives a node what it may work on, in one transaction: by priority, source budget and kinds. Each grant is a new
// attempt under a lease. A claim that the bus doubled may take units that nobody works on: their leases run out.
func (s *Service) Claim(ctx context.Context, node string, c bus.Claim) (bus.ClaimAnswer, error) {
	answer := bus.ClaimAnswer{V: version, Serial: c.Serial}
	runtime := bus.RuntimeOf(node)
	slots := min(c.Slots, maxGrants)
	if slots <= 0 || len(c.Kinds) == 0 {
		return answer, nil
	}
	err := s.store.Update(ctx, store.People, func(tx store.Tx) error {
		answer.Grants = nil
		units, err := tx.Runs().ListUnits(ctx, store.UnitQuery{
			Runtime: runtime, Kinds: c.Kinds, States: []model.UnitState{model.UnitQueued},
			NotBefore: tx.Now(), Claim: true, Limit: slots + 64,
		})
		if err != nil || len(units) == 0 {
			return err
		}
		chosen, err := s.choose(ctx, tx, units, slots)
		if err != nil {
			return err
		}
		answer.Grants, err = s.grant(ctx, tx, node, chosen)
		return err
	})
	return answer, err
}

// chosenUnit is a unit with its run, read once per run.
type chosenUnit struct {
	unit store.Unit
	run  *store.Run
	body *body
}

// choose keeps what the budgets of the sources allow.
func (s *Service) choose(ctx context.Context, tx store.Tx, units []store.Unit, slots int) ([]chosenUnit, error) {
	sources := map[string]bool{}
	var names []string
	for _, u := range units {
		if !sources[u.Source] {
			sources[u.Source] = true
			names = append(names, u.Source)
		}
	}
	leased, err := tx.Runs().LeasedBySource(ctx, names)
	if err != nil {
		return nil, err
	}
	runs := map[string]chosenUnit{}
	var out []chosenUnit
	for _, u := range units {
		if len(out) == slots {
			break
		}
		c, ok := runs[u.Run]
		if !ok {
			run, err := tx.Runs().Run(ctx, u.Run)
			if err != nil {
				return nil, err
			}
			b, err := readBody(run)
			if err != nil {
				return nil, err
			}
			c = chosenUnit{run: &run, body: &b}
			runs[u.Run] = c
		}
		most := s.cfg.SourceUnits
		if n := c.body.Grant.Budget.Connections; n > 0 {
			most = n
		}
		if leased[u.Source] >= int64(most) {
			continue
		}
		leased[u.Source]++
		c.unit = u
		out = append(out, c)
	}
	return out, nil
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
		u.Received, u.Applied, u.Done = nil, 0, nil
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
		g.LeaseMS = int(s.cfg.Lease / time.Millisecond)
		if g.Budget.UnitSeconds == 0 {
			g.Budget.UnitSeconds = s.cfg.UnitSeconds
		}
		grants = append(grants, g)
	}
	return grants, nil
}
