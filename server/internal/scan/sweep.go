package scan

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

// Sweep is one step of the replica's housekeeping: it ends leases that ran out, if this replica may judge, and
// finalises runs whose last unit has ended. Call it every half second or so. More says that work is left.
func (s *Service) Sweep(ctx context.Context) (more bool, err error) {
	var rung []string
	err = s.store.Update(ctx, store.People, func(tx store.Tx) (err error) {
		s.answering.note(tx.Now(), s.cfg.Lease/2)
		rung, more, err = s.expire(ctx, tx)
		return err
	})
	if err != nil {
		s.answering.broken()
		return false, err
	}
	for _, runtime := range rung {
		s.ring.Ring(runtime)
	}
	return more, s.finaliseSome(ctx)
}

// Ring says to the nodes of a runtime that work may be waiting. Call it behind the commit that made the work.
func (s *Service) Ring(runtime string) { s.ring.Ring(runtime) }

// expire puts units back whose lease ran out. They keep attempt and holder, so that a node that comes back before
// anybody else claims goes on with what it has. A unit of a strict source stays with its holder until its deadline.
func (s *Service) expire(ctx context.Context, tx store.Tx) (rung []string, more bool, err error) {
	if s.answering.lasted(tx.Now()) < s.cfg.Lease {
		return nil, false, nil
	}
	const page = 200
	for _, state := range []model.UnitState{model.UnitLeased, model.UnitStopping} {
		units, err := tx.Runs().ListUnits(ctx, store.UnitQuery{
			States: []model.UnitState{state}, LeaseBefore: tx.Now(), Limit: page,
		})
		if err != nil {
			return nil, false, err
		}
		more = more || len(units) == page
		for _, u := range units {
			free, err := s.expireOne(ctx, tx, u)
			if err != nil {
				return nil, false, err
			}
			if free {
				rung = append(rung, u.Runtime)
			}
		}
	}
	return rung, more, nil
}

// expireOne deals with a unit whose lease ran out, and says whether a claim may find more than before.
func (s *Service) expireOne(ctx context.Context, tx store.Tx, u store.Unit) (free bool, err error) {
	switch {
	case u.NotBefore.After(tx.Now()): // of a strict source: the node may be lost to us and still read
		u.LeaseEnd = u.NotBefore
		return false, tx.Runs().SetUnit(ctx, u)
	case u.State == model.UnitStopping:
		u.State = model.UnitVoid
		return true, tx.Runs().SetUnit(ctx, u)
	case u.Attempt >= s.cfg.MaxLost && u.Node != "": // one that was let go was not lost
		p, err := readProgress(u)
		if err != nil {
			return false, err
		}
		gap := model.Gap{Code: "NodesLost", Remedy: "Nodes were lost while they read this: look at their logs and their memory"}
		return false, s.fail(ctx, tx, u, p, gap)
	}
	u.State = model.UnitQueued
	return true, tx.Runs().SetUnit(ctx, u)
}

// finaliseSome brings runs without open units to their end. One that can't be brought there does not keep the others.
func (s *Service) finaliseSome(ctx context.Context) error {
	var due []string
	err := s.store.View(ctx, func(tx store.Tx) error {
		due = nil
		const page = 500
		for before := int64(0); ; {
			runs, err := tx.Runs().ListRuns(ctx, store.RunQuery{
				States: []model.RunState{model.RunQueued, model.RunInProgress}, Before: before, Limit: page,
			})
			if err != nil {
				return err
			}
			for _, run := range runs {
				before = run.Serial
				if run.Open > 0 {
					continue
				}
				b, err := readBody(run)
				if err != nil {
					return err
				}
				if !b.Waiting && b.Asks != asksOpen && b.Asks != asksGrowth {
					due = append(due, run.ID)
				}
			}
			if len(runs) < page {
				return nil
			}
		}
	})
	if err != nil {
		return err
	}
	var failed error
	for _, id := range due {
		err := s.finalise(ctx, id)
		if err == nil || fault.Is(err, fault.Conflict) {
			continue
		}
		if failed == nil {
			failed = fmt.Errorf("make run %s final: %w", id, err)
		}
		if err := s.giveUp(ctx, id); err != nil {
			return errors.Join(failed, err)
		}
	}
	return failed
}

// finalWithin is how long a run may fail to become final before it is given up, so that its scan can run again.
const finalWithin = time.Hour

// giveUp ends a run as failed that could not be made final for too long. What it brought stays in the map.
func (s *Service) giveUp(ctx context.Context, id string) error {
	return s.store.Update(ctx, store.People, func(tx store.Tx) error {
		run, err := tx.Runs().Run(ctx, id)
		if err != nil || run.State.Ended() || run.Open > 0 {
			return err
		}
		b, err := readBody(run)
		if err != nil || b.Asks != asksNobody || tx.Now().Sub(b.DiscoveryEnded) < finalWithin {
			return err
		}
		if err := voidRemoved(ctx, tx, run); err != nil {
			return err
		}
		b.Code, b.Text = "NotFinal", "The server's log says why; nothing was deleted behind the point where it failed. Run the scan again"
		return s.end(ctx, tx, run, b, model.RunFailed)
	})
}
