package scan

import (
	"context"
	"sync"
	"time"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

// answering is when this replica began to answer renewals without a pause, on the store's clock. A replica that was
// frozen, or could not reach the store, has no right to judge who is silent.
type answering struct {
	mu    sync.Mutex
	since time.Time
	last  time.Time
}

// note says that the replica answered, or could have answered, at now. A pause longer than most begins it anew.
func (a *answering) note(now time.Time, most time.Duration) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.since.IsZero() || now.Sub(a.last) > most {
		a.since = now
	}
	a.last = now
}

// broken says that the replica failed to answer.
func (a *answering) broken() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.since = time.Time{}
}

// lasted is how long the replica has been answering at now.
func (a *answering) lasted(now time.Time) time.Duration {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.since.IsZero() {
		return 0
	}
	return now.Sub(a.since)
}

// Renew keeps the leases of a node's attempts, says for each whether to go on, and repeats the node's orders. A unit whose lease ran out while
// nobody claimed it goes back to the node that still works on it.
func (s *Service) Renew(ctx context.Context, node string, r bus.Renew) (bus.RenewAnswer, error) {
	answer := bus.RenewAnswer{V: version}
	if len(r.Attempts) > 4096 {
		return answer, fault.New(fault.Invalid, "TooManyAttempts", "a node can't hold %d attempts", len(r.Attempts))
	}
	err := s.store.Update(ctx, store.People, func(tx store.Tx) (err error) {
		if answer.Orders, err = s.cfg.Orders(ctx, tx, node); err != nil {
			return err
		}
		answer.Verdicts = make([]bus.Verdict, len(r.Attempts))
		for i, ref := range r.Attempts {
			v, err := s.renewOne(ctx, tx, node, ref)
			if err != nil {
				return err
			}
			answer.Verdicts[i] = v
		}
		s.answering.note(tx.Now(), s.cfg.Lease/2)
		return nil
	})
	if err != nil {
		s.answering.broken()
	}
	return answer, err
}

func (s *Service) renewOne(ctx context.Context, tx store.Tx, node string, ref bus.AttemptRef) (bus.Verdict, error) {
	u, verdict, err := s.held(ctx, tx, node, ref)
	if err == nil && (verdict == bus.VerdictCancelled || verdict == bus.VerdictSuperseded) {
		err = s.told(ctx, tx, node, u, ref)
	}
	if err != nil || verdict != bus.VerdictGo || u.State == model.UnitDone {
		return verdict, err
	}
	u.State = model.UnitLeased
	u.LeaseEnd = tx.Now().Add(s.cfg.Lease)
	return bus.VerdictGo, tx.Runs().SetUnit(ctx, u)
}

// held judges an attempt that a node says it holds. With VerdictGo the unit is queued (its lease ran out and nobody
// took it), leased or done, and the attempt is the current one.
func (s *Service) held(ctx context.Context, tx store.Tx, node string, ref bus.AttemptRef) (store.Unit, bus.Verdict, error) {
	u, err := tx.Runs().Unit(ctx, ref.Unit)
	switch {
	case fault.Is(err, fault.NotFound):
		return u, bus.VerdictEnded, nil
	case err != nil:
		return u, 0, err
	case u.State == model.UnitVoid || u.State == model.UnitStopping:
		return u, bus.VerdictCancelled, nil
	case u.Attempt != ref.Attempt || u.Node != node:
		return u, bus.VerdictSuperseded, nil
	case u.State.Ended():
		return u, bus.VerdictEnded, nil
	}
	return u, bus.VerdictGo, nil
}
