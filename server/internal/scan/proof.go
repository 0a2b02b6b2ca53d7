package scan

import (
	"context"

	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

// proof is what a run's units said of the containers that they listed.
type proof struct {
	run     store.Run
	body    body
	scan    string // "source/scan"
	planned bool
	// showsAll: the kind's catalogue shows everything to any login, so that absence can be proof at all.
	showsAll bool
	attempts map[int64]uint32 // the closing attempt of each closed unit
	whole    map[string]bool  // listed to its end by every unit that listed it
	broken   []string         // roots of units that failed
	unit     map[int64]uint64 // the grants under which each closed unit read
	// grants are those under which each container was listed; 0 where they are unknown, or two units had others.
	grants map[string]uint64
}

// actor is the name under which the run changes the map.
func (p *proof) actor() string { return "scan:" + p.scan }

func (p *proof) proves(container string) bool {
	if !p.whole[container] {
		return false
	}
	for _, root := range p.broken {
		if model.Below(container, root) || model.Below(root, container) {
			return false
		}
	}
	return true
}

func (s *Service) proofOf(ctx context.Context, id string) (*proof, error) {
	var p *proof
	err := s.store.View(ctx, func(tx store.Tx) error {
		run, err := tx.Runs().Run(ctx, id)
		if err != nil {
			return err
		}
		b, err := readBody(run)
		if err != nil {
			return err
		}
		kind, err := kindOf(ctx, tx, b.Grant.Kind)
		if err != nil {
			return err
		}
		p = &proof{
			run: run, body: b, scan: run.Source + "/" + run.Scan, planned: !b.PlanFailed, showsAll: kind.ShowsAll,
			attempts: map[int64]uint32{}, whole: map[string]bool{}, unit: map[int64]uint64{}, grants: map[string]uint64{},
		}
		for after := int64(0); ; {
			units, err := tx.Runs().ListUnits(ctx, store.UnitQuery{Run: id, After: after, Limit: 500})
			if err != nil || len(units) == 0 {
				return err
			}
			for _, u := range units {
				after = u.ID
				if err := p.add(u); err != nil {
					return err
				}
			}
		}
	})
	return p, err
}

func (p *proof) add(u store.Unit) error {
	if u.State != model.UnitClosed {
		spec, err := readSpec(u)
		p.broken = append(p.broken, spec.Below)
		return err
	}
	p.attempts[u.ID] = u.Attempt
	progress, err := readProgress(u)
	if err != nil || progress.Done == nil {
		return err
	}
	p.unit[u.ID] = progress.Done.Identity.Grants
	for _, l := range progress.Done.Listed {
		before, known := p.whole[l.Container]
		p.whole[l.Container] = l.Whole && (before || !known)
		p.grants[l.Container] = agreed(p.grants[l.Container], known, p.unit[u.ID])
	}
	return nil
}

// listed gives the grants under which a container was listed, and false when nobody did.
func (p *proof) listed(container string) (grants uint64, ok bool) {
	grants, ok = p.grants[container]
	return grants, ok
}
