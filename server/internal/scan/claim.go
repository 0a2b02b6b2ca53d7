package scan

import (
	"context"
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

// Claim gives a node what it may work on, in one transaction: by priority, source budget and kinds. Each grant is a new
// attempt under a lease. A node that is told to drain is given nothing, and one that claims no slots only hears its orders. A claim that the bus doubled may take units that nobody works on: their leases run out.
func (s *Service) Claim(ctx context.Context, node string, c bus.Claim) (bus.ClaimAnswer, error) {
	answer := bus.ClaimAnswer{V: version, Serial: c.Serial}
	runtime := bus.RuntimeOf(node)
	if runtime == "" || len(c.Kinds) > maxKinds || len(c.Locals) > bus.MaxLocals {
		return answer, fault.New(fault.Invalid, "BadClaim", "a claim names one runtime and at most %d kinds and %d sources", maxKinds, bus.MaxLocals)
	}
	slots := min(c.Slots, maxGrants)
	if short := s.cfg.Short(); short || slots <= 0 || len(c.Kinds) == 0 {
		if short {
			answer.WaitMS = waitMS
		}
		err := s.store.View(ctx, func(tx store.Tx) (err error) {
			answer.Orders, err = s.cfg.Orders(ctx, tx, node)
			return err
		})
		return answer, err
	}
	err := s.store.Update(ctx, store.People, func(tx store.Tx) (err error) {
		answer.Grants, answer.Locals = nil, nil
		if answer.Orders, err = s.cfg.Orders(ctx, tx, node); err != nil || answer.Orders.Drain {
			return err
		}
		chosen, locals, err := s.choose(ctx, tx, store.UnitQuery{
			Runtime: runtime, Kinds: c.Kinds, States: []model.UnitState{model.UnitQueued},
			NotBefore: tx.Now(), Claim: true, Limit: slots + 64,
		}, slots, c.Locals)
		if err != nil {
			return err
		}
		answer.Locals = locals
		answer.Grants, err = s.grant(ctx, tx, node, chosen)
		return err
	})
	if fault.Is(err, fault.Throttled) {
		return bus.ClaimAnswer{V: version, Serial: c.Serial, WaitMS: waitMS, Orders: answer.Orders}, nil
	}
	return answer, err
}

// chosenUnit is a unit with its run, read once per run.
type chosenUnit struct {
	unit store.Unit
	run  *store.Run
	body *body
}

// choose keeps what the budgets of the sources allow. Sources whose budget is used up are passed over, so that the
// units of one never hide those of another; so are node-local ones that the node, which vouches for some, must check first.
func (s *Service) choose(ctx context.Context, tx store.Tx, q store.UnitQuery, slots int, vouched []string) ([]chosenUnit, []bus.Local, error) {
	p := picker{s: s, ctx: ctx, tx: tx, slots: slots, vouched: vouched, leased: map[string]int64{}, runs: map[string]chosenUnit{}, taken: map[int64]bool{}}
	for {
		units, err := tx.Runs().ListUnits(ctx, q)
		if err != nil {
			return nil, nil, err
		}
		full, err := p.pick(units)
		if err != nil || len(p.out) == slots || len(units) < q.Limit || len(full) == 0 {
			return p.out, p.locals, err
		}
		q.NotSources = append(q.NotSources, full...)
	}
}

// picker chooses units for one claim.
type picker struct {
	s      *Service
	ctx    context.Context
	tx     store.Tx
	slots  int
	leased map[string]int64 // by source, with what was chosen
	runs   map[string]chosenUnit
	taken  map[int64]bool
	out    []chosenUnit

	vouched []string    // node-local sources that the node has checked
	locals  []bus.Local // that it is to check
}

// pick takes what it may of units and says which of their sources can give no more.
func (p *picker) pick(units []store.Unit) (full []string, err error) {
	if err := p.count(units); err != nil {
		return nil, err
	}
	over := map[string]bool{}
	for _, u := range units {
		if len(p.out) == p.slots {
			break
		}
		if p.taken[u.ID] || over[u.Source] {
			continue
		}
		c, err := p.runOf(u)
		if err != nil {
			return nil, err
		}
		may, err := p.mayRead(u, c)
		if err != nil {
			return nil, err
		}
		if !may {
			over[u.Source] = true
			full = append(full, u.Source)
			continue
		}
		most := p.s.cfg.SourceUnits
		if n := c.body.Grant.Budget.Connections; n > 0 {
			most = n
		}
		if p.leased[u.Source] >= int64(most) {
			over[u.Source] = true
			full = append(full, u.Source)
			continue
		}
		p.leased[u.Source]++
		p.taken[u.ID] = true
		c.unit = u
		p.out = append(p.out, c)
	}
	return full, nil
}

// count reads how many units of sources not met before are leased.
func (p *picker) count(units []store.Unit) error {
	var names []string
	for _, u := range units {
		if _, known := p.leased[u.Source]; !known {
			p.leased[u.Source] = 0
			names = append(names, u.Source)
		}
	}
	if len(names) == 0 {
		return nil
	}
	counts, err := p.tx.Runs().LeasedBySource(p.ctx, names)
	for source, n := range counts {
		p.leased[source] = n
	}
	return err
}

func (p *picker) runOf(u store.Unit) (chosenUnit, error) {
	if c, ok := p.runs[u.Run]; ok {
		return c, nil
	}
	run, err := p.tx.Runs().Run(p.ctx, u.Run)
	if err != nil {
		return chosenUnit{}, err
	}
	b, err := readBody(run)
	c := chosenUnit{run: &run, body: &b}
	p.runs[u.Run] = c
	return c, err
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
