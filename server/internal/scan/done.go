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

// Bounds of what one attempt may send. The numbers that came are kept as ranges, so that holes cost room.
const (
	maxBatches  = 1 << 20
	maxHoles    = 1 << 12
	maxChildren = 1 << 15 // of one unit
	maxUnits    = 1 << 20 // of one run
	maxNote     = 1 << 10 // bytes of a text in done
)

// Admit judges a batch before it goes into the inbox, inside ingestion's transaction. Committed with fresh means: put
// it there now; Committed without fresh means that it is there or applied already.
func (s *Service) Admit(ctx context.Context, tx store.Tx, node string, ref bus.AttemptRef, number uint32) (status bus.ReceiptStatus, fresh bool, err error) {
	u, err := tx.Runs().Unit(ctx, ref.Unit)
	switch {
	case fault.Is(err, fault.NotFound):
		return bus.Gone, false, nil
	case err != nil:
		return 0, false, err
	case u.Attempt < ref.Attempt || (u.Attempt == ref.Attempt && u.Node != node && u.Node != ""):
		return bus.Refused, false, nil // it was never granted to this node
	case u.State == model.UnitVoid || u.State == model.UnitStopping || u.Attempt != ref.Attempt || u.Node == "":
		return bus.Dropped, false, s.told(ctx, tx, node, u, ref)
	case number >= maxBatches:
		return bus.Refused, false, nil
	case u.Received.Has(number):
		return bus.Committed, false, nil
	case len(u.Received) >= maxHoles:
		return bus.Wait, false, nil // the ones between must come first
	case u.State.Ended() || u.State == model.UnitDone:
		return bus.Dropped, false, nil // beyond the count that done gave
	}
	u.Received = u.Received.With(number)
	return bus.Committed, true, tx.Runs().SetUnit(ctx, u)
}

// Done ends an attempt. It is taken only when all its batches are in the inbox or applied; before, the node is told to
// wait. A done that can't be right, or counts fewer batches than came, is refused. also runs in the same transaction
// unless the node is told to wait.
func (s *Service) Done(ctx context.Context, node string, d bus.Done, also func(store.Tx) error) (status bus.ReceiptStatus, err error) {
	closed := false
	var runtime string
	err = s.store.Update(ctx, store.People, func(tx store.Tx) error {
		status, closed = 0, false
		u, verdict, err := s.held(ctx, tx, node, d.Ref)
		if err != nil {
			return err
		}
		runtime = u.Runtime
		switch {
		case verdict == bus.VerdictEnded && u.ID == 0:
			status = bus.Gone
			return also(tx)
		case verdict == bus.VerdictEnded:
			status = bus.Committed // said before, and the unit has closed since
			return also(tx)
		case verdict != bus.VerdictGo:
			status = bus.Dropped
			if closed, err = freed(ctx, tx, node, u, d.Ref); err != nil {
				return err
			}
			return also(tx)
		case u.State == model.UnitDone:
			status = bus.Committed
			return also(tx)
		case !plausible(d) || u.Received.Count() > d.Batches:
			status = bus.Refused
			return also(tx)
		case !u.Received.Whole(d.Batches):
			status = bus.Wait
			return nil
		}
		if err := also(tx); err != nil {
			return err
		}
		p, err := readProgress(u)
		if err != nil {
			return err
		}
		p.Done = &d
		u.State, u.LeaseEnd = model.UnitDone, time.Time{}
		p.Counts.Discovered = int64(d.Assets)
		if err := writeProgress(&u, p); err != nil {
			return err
		}
		status = bus.Committed
		if u.Applied == d.Batches {
			closed = true
			return s.close(ctx, tx, u, p)
		}
		return tx.Runs().SetUnit(ctx, u)
	})
	if err == nil && closed {
		s.ring.Ring(runtime)
	}
	return status, err
}

// plausible reports whether a done can be right whatever was read.
func plausible(d bus.Done) bool {
	return (d.Outcome == bus.OutcomeRead || d.Outcome == bus.OutcomeFailed) && d.Assets < 1<<40 &&
		len(d.Code) <= maxNote && len(d.Remedy) <= maxNote && d.Identity.Sound() && model.Storable(d.Code) && model.Storable(d.Remedy)
}

// Applied says, in the transaction that applied a batch, what it did; the unit closes there when it was the last.
func (s *Service) Applied(ctx context.Context, tx store.Tx, u store.Unit, did RunCounts, children []model.Unit, gaps []model.Gap) (closed bool, err error) {
	p, err := readProgress(u)
	if err != nil {
		return false, err
	}
	did.Gaps = int64(len(gaps))
	p.Counts.add(did)
	p.Children = append(p.Children, children...)
	if len(p.Children) > maxChildren {
		return false, fault.New(fault.Invalid, "TooManyUnits", "a unit may hand on at most %d units", maxChildren)
	}
	u.Applied++
	if len(gaps) > 0 {
		if err := tx.Runs().AddGaps(ctx, u.Run, u.ID, gaps); err != nil {
			return false, err
		}
	}
	if u.Applied == 1 {
		if err := s.markIngestion(ctx, tx, u.Run); err != nil {
			return false, err
		}
	}
	if p.Done != nil && u.Applied == p.Done.Batches {
		return true, s.close(ctx, tx, u, p)
	}
	if err := writeProgress(&u, p); err != nil {
		return false, err
	}
	return false, tx.Runs().SetUnit(ctx, u)
}

func (s *Service) markIngestion(ctx context.Context, tx store.Tx, id string) error {
	run, err := tx.Runs().Run(ctx, id)
	if err != nil {
		return err
	}
	b, err := readBody(run)
	if err != nil || !b.IngestionStarted.IsZero() {
		return err
	}
	b.IngestionStarted = tx.Now()
	if err := writeBody(&run, b); err != nil {
		return err
	}
	return tx.Runs().SetRun(ctx, run)
}

// Current gives the unit of a batch from the inbox, and false when the batch is of no use any more.
func (s *Service) Current(ctx context.Context, tx store.Tx, ref bus.AttemptRef) (store.Unit, bool, error) {
	u, err := tx.Runs().Unit(ctx, ref.Unit)
	if fault.Is(err, fault.NotFound) {
		return u, false, nil
	}
	return u, err == nil && u.Attempt == ref.Attempt && u.Node != "" && !u.State.Ended(), err
}

// Context is what ingestion must know of a run to judge and apply its facts.
type Context struct {
	Grant      bus.Grant // all but Ref and Unit
	Collection string
	Spec       model.Unit
	Serial     int64

	run  store.Run
	body body
}

// ContextOf reads the context of a unit's facts.
func (s *Service) ContextOf(ctx context.Context, tx store.Tx, u store.Unit) (Context, error) {
	run, err := tx.Runs().Run(ctx, u.Run)
	if err != nil {
		return Context{}, err
	}
	b, err := readBody(run)
	if err != nil {
		return Context{}, err
	}
	spec, err := readSpec(u)
	return Context{Grant: b.Grant, Collection: b.Collection, Spec: spec, Serial: run.Serial, run: run, body: b}, err
}

// close ends a unit whose last attempt is applied whole, and inserts its children.
func (s *Service) close(ctx context.Context, tx store.Tx, u store.Unit, p progress) error {
	if gap, err := s.met(ctx, tx, u, p.Done); err != nil || gap.Code != "" {
		if err != nil {
			return err
		}
		return s.fail(ctx, tx, u, p, gap)
	}
	spec, err := readSpec(u)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(p.Done.Listed, func(l model.Listed) bool { return !spec.Lists(l.Container) }) {
		return s.fail(ctx, tx, u, p, model.Gap{Code: "OutsideUnit", Remedy: "The node's word is on containers that its unit can't list: look at its version"})
	}
	if p.Done.Outcome == bus.OutcomeFailed {
		if p.Done.Retry && u.Failures+1 < int32(s.cfg.MaxAttempts) {
			return s.again(ctx, tx, u)
		}
		return s.fail(ctx, tx, u, p, model.Gap{Code: p.Done.Code, Remedy: p.Done.Remedy})
	}
	if int64(p.Done.Children) != int64(len(p.Children)) || p.Counts.Gaps < int64(p.Done.Gaps) {
		return s.fail(ctx, tx, u, p, model.Gap{Code: "CountsDiffer", Remedy: "The node's word on what it sent is not what came: look at its log"})
	}
	u.State = model.UnitClosed
	children := p.Children
	p.Children = nil
	return s.ended(ctx, tx, u, p, children, false)
}

// again puts a unit back, a little later at each failure. The attempt is over: nobody holds it any more.
func (s *Service) again(ctx context.Context, tx store.Tx, u store.Unit) error {
	u.State, u.Failures, u.Node = model.UnitQueued, u.Failures+1, ""
	u.NotBefore = tx.Now().Add(min(s.cfg.Lease/6<<u.Failures, time.Minute))
	u.LeaseEnd = time.Time{}
	return tx.Runs().SetUnit(ctx, u)
}

// fail gives a unit up; the gap says why.
func (s *Service) fail(ctx context.Context, tx store.Tx, u store.Unit, p progress, gap model.Gap) error {
	spec, err := readSpec(u)
	if err != nil {
		return err
	}
	if gap.Path == "" {
		gap.Path = spec.Below
	}
	if err := tx.Runs().AddGaps(ctx, u.Run, u.ID, []model.Gap{gap}); err != nil {
		return err
	}
	if err := tx.Inbox().DeleteUnit(ctx, u.ID, u.Attempt+1); err != nil {
		return err
	}
	p.Counts.Gaps++
	p.Children = nil
	p.Done = &bus.Done{V: version, Outcome: bus.OutcomeFailed, Code: gap.Code, Remedy: gap.Remedy}
	u.State = model.UnitFailed
	return s.ended(ctx, tx, u, p, nil, true)
}

// ended counts an ended unit into its run and inserts its children.
func (s *Service) ended(ctx context.Context, tx store.Tx, u store.Unit, p progress, children []model.Unit, failed bool) error {
	u.LeaseEnd = time.Time{}
	if !failed {
		// All else that was seen: as a bit in a bitmap, or whole and as it was. What an attempt before this one wrote counts as written.
		p.Counts.Unchanged = max(p.Counts.Discovered-p.Counts.Created-p.Counts.Updated, 0)
	}
	if err := writeProgress(&u, p); err != nil {
		return err
	}
	if err := tx.Runs().SetUnit(ctx, u); err != nil {
		return err
	}
	run, err := tx.Runs().Run(ctx, u.Run)
	if err != nil {
		return err
	}
	b, err := readBody(run)
	if err != nil {
		return err
	}
	b.Counts.add(p.Counts)
	if failed {
		b.Failed++
		if u.Parent == 0 {
			b.PlanFailed, b.Code, b.Text = true, p.Done.Code, p.Done.Remedy
		} else if b.Code == "" {
			b.Code, b.Text = p.Done.Code, p.Done.Remedy
		}
	}
	if b.Units += int64(len(children)); b.Units > maxUnits && !failed {
		return s.fail(ctx, tx, u, p, model.Gap{Code: "TooManyUnits", Remedy: "Narrow the scope of the scan, or split it into several"})
	}
	if len(children) > 0 {
		if err := s.addUnits(ctx, tx, run, &b, u.ID, children); err != nil {
			return err
		}
	}
	run.Open += int64(len(children)) - 1
	if run.Open == 0 {
		b.DiscoveryEnded = tx.Now()
	}
	if b.grown() {
		if run, err = askGrowth(ctx, tx, run, b, b.Counts.Changed); err != nil {
			return err
		}
		return tx.Runs().SetRun(ctx, run)
	}
	if err := writeBody(&run, b); err != nil {
		return err
	}
	return tx.Runs().SetRun(ctx, run)
}

// Quarantined gives up the unit of a batch that can't be applied.
func (s *Service) Quarantined(ctx context.Context, tx store.Tx, u store.Unit, code string) error {
	p, err := readProgress(u)
	if err != nil {
		return err
	}
	p.Counts.Quarantine++
	return s.fail(ctx, tx, u, p, model.Gap{
		Code: "BatchQuarantined", Object: code, Remedy: "See the quarantined batch in the account's inbox; the other units of the run are not affected",
	})
}
