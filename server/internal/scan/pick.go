package scan

import (
	"context"
	"maps"
	"slices"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

// chosenUnit is a unit with its run, read once per run.
type chosenUnit struct {
	unit store.Unit
	run  *store.Run
	body *body
}

// picker chooses units for one claim.
type picker struct {
	s      *Service
	ctx    context.Context
	tx     store.Tx
	slots  int
	leased map[string]int64 // by source, with what was chosen
	runs   map[string]chosenUnit
	hours  map[string]hours // by source
	opens  int64            // the version of all windows
	taken  map[int64]bool
	out    []chosenUnit

	vouched []string    // node-local sources that the node has checked
	locals  []bus.Local // that it is to check
}

func (s *Service) picker(ctx context.Context, tx store.Tx, slots int, vouched []string) *picker {
	return &picker{s: s, ctx: ctx, tx: tx, slots: slots, vouched: vouched, leased: map[string]int64{}, runs: map[string]chosenUnit{}, hours: map[string]hours{}, taken: map[int64]bool{}}
}

// How many units more than it may take a claim looks at, and the most at once where those were of sources that give nothing.
const (
	lookAhead = 64
	lookMost  = 4096
)

// choose takes what the budgets of the sources allow. Sources whose budget is used up are passed over, so that the
// units of one never hide those of another; so are closed ones, and node-local ones that the node, which vouches for some,
// must check first. It looks at the first of the line, and then from source to source: at none that is known to give
// nothing, however many units of it stand in line.
func (p *picker) choose(runtime string, kinds []string) (err error) {
	if p.opens, err = windowsVersion(p.ctx, p.tx); err != nil {
		return err
	}
	limit := p.slots + lookAhead
	units, err := p.tx.Runs().ListUnits(p.ctx, store.UnitQuery{
		Runtime: runtime, States: []model.UnitState{model.UnitQueued}, Claim: true, Limit: limit,
	})
	if err != nil {
		return err
	}
	whole, closed := len(units) < limit, p.s.openings.closed(p.opens, p.tx.Now())
	units = slices.DeleteFunc(units, func(u store.Unit) bool {
		return !slices.Contains(kinds, u.Kind) || u.NotBefore.After(p.tx.Now()) || closed[u.Source]
	})
	full, asking, err := p.pick(units)
	if err != nil || whole {
		return err
	}
	q := store.QueueQuery{
		Runtime: runtime, Kinds: kinds, NotBefore: p.tx.Now(), Each: p.slots, Limit: limit,
		NotSources: slices.AppendSeq(full, maps.Keys(closed)), NotRuns: asking,
	}
	for len(p.out) < p.slots {
		units, err := p.tx.Runs().QueuedBySource(p.ctx, q)
		if err != nil {
			return err
		}
		full, asking, err := p.pick(units)
		switch { // units of a run that asks may be all that was seen of a source: they hide its others
		case err != nil, len(full)+len(asking) == 0, len(units) < q.Limit && len(asking) == 0:
			return err
		}
		q.NotSources, q.NotRuns = append(q.NotSources, full...), append(q.NotRuns, asking...)
		q.Limit = min(4*q.Limit, lookMost)
	}
	return nil
}

// pick takes what it may of units and says which of their sources can give no more, and which of their runs ask first.
func (p *picker) pick(units []store.Unit) (full, asking []string, err error) {
	if err := p.count(units); err != nil {
		return nil, nil, err
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
			return nil, nil, err
		}
		if c.body.Asks == asksGrowth {
			if !slices.Contains(asking, u.Run) {
				asking = append(asking, u.Run)
			}
			continue
		}
		may, err := p.open(u)
		if err == nil && may {
			may, err = p.mayRead(u, c)
		}
		if err != nil {
			return nil, nil, err
		}
		if !may {
			over[u.Source] = true
			full = append(full, u.Source)
			continue
		}
		if p.leased[u.Source] >= p.s.shares(c.body) {
			over[u.Source] = true
			full = append(full, u.Source)
			continue
		}
		p.leased[u.Source]++
		p.taken[u.ID] = true
		c.unit = u
		p.out = append(p.out, c)
	}
	return full, asking, nil
}

// shares are how many units of a run's source may be read at once, of all its runs together.
func (s *Service) shares(b *body) int64 {
	if n := b.Grant.Budget.Connections; n > 0 {
		return int64(n)
	}
	return int64(s.cfg.SourceUnits)
}

// open reports whether the unit's source may be read now.
func (p *picker) open(u store.Unit) (bool, error) {
	h, known := p.hours[u.Source]
	if !known {
		var err error
		if h, err = p.s.openings.of(p.ctx, p.tx, p.opens, u.Source); err != nil {
			return false, err
		}
		p.hours[u.Source] = h
	}
	return h.open, nil
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
