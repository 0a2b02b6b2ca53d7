package scan

import (
	"context"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

// Decide answers a proposal. It is a Conflict where that was answered already or has expired, and approving deletions
// also while a newer run of the scan reads: that one looks again, and decides. Approved deletions are carried out before
// Decide returns, or by the next sweep.
func (s *Service) Decide(ctx context.Context, id string, approve bool, by string) (Proposal, error) {
	var runtime, run string
	err := s.store.Update(ctx, store.People, func(tx store.Tx) error {
		p, version, err := proposalOf(ctx, tx, id)
		if err != nil {
			return err
		}
		if p.State != ProposalOpen {
			return fault.New(fault.Conflict, "ProposalDecided", "the proposal %s is %s already", id, p.State)
		}
		run = ""
		switch {
		case p.Kind == ProposeIdentity:
			return decideIdentity(ctx, tx, version, p, approve, by)
		case p.Kind == ProposeGrowth:
			return s.decideGrowth(ctx, tx, version, p, approve, by)
		case approve:
			run = p.Run
			return s.approve(ctx, tx, version, p, by)
		}
		return s.drop(ctx, tx, id, ProposalRejected, by)
	})
	if err != nil {
		return Proposal{}, err
	}
	if run != "" {
		if err := s.carryOut(ctx, run); err != nil {
			return Proposal{}, err
		}
	}
	p, err := s.Proposal(ctx, id)
	if err == nil {
		if v, err := s.Run(ctx, p.Run); err == nil {
			runtime = v.Runtime
		}
		s.ring.Ring(runtime) // a run that waited may have begun
	}
	return p, err
}

// approve marks deletions as approved; carryOut does them.
func (s *Service) approve(ctx context.Context, tx store.Tx, version int64, p Proposal, by string) error {
	active, err := s.activeRuns(ctx, tx, p.Source, p.Scan)
	if err != nil {
		return err
	}
	if len(active) > 0 {
		return fault.New(fault.Conflict, "NewerRun", "a newer run of %s/%s reads the source: it decides", p.Source, p.Scan).
			Try("Wait for it; if the assets are still gone it asks again")
	}
	run, err := tx.Runs().Run(ctx, p.Run)
	if err != nil {
		return err
	}
	b, err := readBody(run)
	if err != nil {
		return err
	}
	p.State, p.Decided, p.By = ProposalApproved, tx.Now(), by
	if err := saveProposal(ctx, tx, version, p); err != nil {
		return err
	}
	if err := tx.Docs().Delete(ctx, docAsking, p.Source+"/"+p.Scan, 0); err != nil {
		return err
	}
	b.Asks = asksDone
	if err := writeBody(&run, b); err != nil {
		return err
	}
	return tx.Runs().SetRun(ctx, run)
}

// carryOut deletes what was approved, page by page, and ends the run. Whoever finds it half done goes on.
func (s *Service) carryOut(ctx context.Context, id string) error {
	err := s.eachPage(ctx, docHeld, id, func(key string, d pageDoc) error {
		return s.store.Update(ctx, store.Ingest, func(tx store.Tx) error {
			run, err := tx.Runs().Run(ctx, id)
			if err != nil {
				return err
			}
			b, err := readBody(run)
			if err != nil || b.Asks != asksDone {
				return err
			}
			if err := tx.Docs().Delete(ctx, docHeld, key, 0); fault.Is(err, fault.NotFound) {
				return nil // another replica did it
			} else if err != nil {
				return err
			}
			return s.carryPage(ctx, tx, run, b, key, d)
		})
	})
	if err != nil {
		return err
	}
	return s.store.Update(ctx, store.Ingest, func(tx store.Tx) error {
		run, err := tx.Runs().Run(ctx, id)
		if err != nil || run.State.Ended() {
			return err
		}
		b, err := readBody(run)
		if err != nil || b.Asks != asksDone {
			return err
		}
		b.Asks = asksNobody
		return s.end(ctx, tx, run, b, model.RunSucceeded)
	})
}

// carryPage deletes one page, in the name of the run, and keeps the page for as long as it can be undone.
func (s *Service) carryPage(ctx context.Context, tx store.Tx, run store.Run, b body, key string, d pageDoc) error {
	hashes := d.list()
	deleted, err := s.deleter.Delete(ctx, tx, "scan:"+run.Source+"/"+run.Scan, hashes)
	if err != nil {
		return err
	}
	if err := voidRows(ctx, tx, d.Source, d.Container, hashes, voidRow); err != nil {
		return err
	}
	if d.Version, err = tx.Map().NextVersion(ctx); err != nil {
		return err
	}
	if _, err := save(ctx, tx, docRemoved, key, 0, d); err != nil {
		return err
	}
	b.Counts.Deleted += deleted
	b.Counts.NotSeen -= deleted
	if err := writeBody(&run, b); err != nil {
		return err
	}
	return tx.Runs().SetRun(ctx, run)
}
