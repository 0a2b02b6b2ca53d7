package scan

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
	"github.com/purlieu/purlieu/wire"
)

// body is what a run's row holds beyond its columns.
type body struct {
	Grant            bus.Grant // all but Ref, Unit
	Collection       string
	Type             string
	Priority         model.Priority `json:",omitempty"` // the scan's when the run was started
	InLine           bool           // it has units, and Turn is that of the last
	Turn             int64
	Waiting          bool      // an earlier run of the scan is active: no unit yet
	Cancel           bool      // a person ended it
	DiscoveryEnded   time.Time // when the last done came
	IngestionStarted time.Time // when the first batch was applied
	Counts           RunCounts // of units that ended
	Failed           int64     // units given up
	Units            int64     // units beyond the first
	PlanFailed       bool
	Code, Text       string
	From, Until      int64  // the map's version when the run began and when it ended: what it changed lies between
	Changed          bool   // another source answered: a proposal asks about it
	Decided          bool   // what is deleted and what is left to a person
	Holds            []Hold `json:",omitempty"` // where the brake took hold
	Pages            int    // of assets that it deleted by itself
	Asks             asks   // whether the run waits for a person
	Reads            string `json:",omitempty"` // a digest of what the scan reads
	Last             int64  // assets that the scan held before
	Most             int64  // that the run may bring before it asks; 0: any number
	Grown            bool   // it asked for that, and was answered
}

// asks says whether a run waits for a person.
type asks uint8

const (
	asksNobody asks = iota
	asksOpen        // all else done, a proposal waits: the scan may run again
	asksDone        // the proposal was approved and is being carried out
	asksGrowth      // a proposal waits in the midst of the run: nothing of it goes on
)

// progress is what a unit's row holds beyond its columns: what its current attempt did so far.
type progress struct {
	Done     *bus.Done    `cbor:"1,keyasint,omitempty"`
	Children []model.Unit `cbor:"2,keyasint,omitempty"`
	Counts   RunCounts    `cbor:"3,keyasint"`
	LetGo    string       `cbor:"4,keyasint,omitempty"` // the node that read it of a strict source when it was let go
}

func readBody(run store.Run) (body, error) {
	var b body
	if err := json.Unmarshal(run.Body, &b); err != nil {
		return b, fmt.Errorf("read body of run %s: %w", run.ID, err)
	}
	return b, nil
}

func writeBody(run *store.Run, b body) error {
	raw, err := json.Marshal(b)
	if err != nil {
		return fmt.Errorf("write body of run %s: %w", run.ID, err)
	}
	run.Body = raw
	return nil
}

func readProgress(u store.Unit) (progress, error) {
	var p progress
	if len(u.Done) == 0 {
		return p, nil
	}
	err := wire.Decode(u.Done, &p)
	return p, err
}

func writeProgress(u *store.Unit, p progress) (err error) {
	u.Done, err = wire.Encode(p)
	return err
}

func readSpec(u store.Unit) (model.Unit, error) {
	var spec model.Unit
	err := wire.Decode(u.Spec, &spec)
	return spec, err
}

// Start starts a run, or queues it behind the scan's active one. A third is a Conflict. A run of that id which the scan
// has is given as it stands: whoever asks again may not have heard the answer.
func (s *Service) Start(ctx context.Context, source, scan string, o StartOptions) (RunView, error) {
	if o.RunID == "" {
		o.RunID = uuid.NewString()
	}
	if _, err := uuid.Parse(o.RunID); err != nil {
		return RunView{}, fault.New(fault.Invalid, "InvalidRunId", "the run id %q is not a UUID", o.RunID)
	}
	if o.Type == "" {
		o.Type = "Manual"
	}
	var run store.Run
	err := s.store.Update(ctx, store.People, func(tx store.Tx) (err error) {
		run, err = tx.Runs().Run(ctx, o.RunID)
		switch {
		case fault.Is(err, fault.NotFound):
			run, err = s.startIn(ctx, tx, source, scan, o)
		case err == nil && (run.Source != source || run.Scan != scan):
			err = fault.New(fault.Conflict, "RunExists", "a run %s is there already", o.RunID)
		}
		return err
	})
	if err != nil {
		return RunView{}, err
	}
	s.ring.Ring(run.Runtime)
	return s.Run(ctx, run.ID)
}

// startIn writes a run that is not there, with its first unit, in the caller's transaction. What it refuses, it refuses before it writes.
func (s *Service) startIn(ctx context.Context, tx store.Tx, source, scan string, o StartOptions) (run store.Run, err error) {
	grant, def, err := s.template(ctx, tx, source, scan)
	if err != nil {
		return run, err
	}
	active, err := s.activeRuns(ctx, tx, source, scan)
	if err != nil {
		return run, err
	}
	if len(active) > 1 {
		return run, fault.New(fault.Conflict, "ScanRunQueued", "the scan %s/%s has a run in progress and one that waits", source, scan).
			Try("Wait for one of them to end, or cancel it")
	}
	reads, err := readsOf(def)
	if err != nil {
		return run, err
	}
	grant.Run, grant.Full = o.RunID, o.Full
	b := body{Grant: grant, Collection: def.Collection, Type: o.Type, Priority: def.Priority, Reads: reads, Waiting: len(active) > 0}
	run = store.Run{ID: o.RunID, Source: source, Scan: scan, Runtime: def.Runtime, State: model.RunQueued, Queued: tx.Now()}
	if err := writeBody(&run, b); err != nil {
		return run, err
	}
	if err := tx.Runs().AddRun(ctx, &run); err != nil || b.Waiting {
		return run, err
	}
	return run, s.open(ctx, tx, &run, b)
}

// activeRuns are the scan's runs that have not ended, newest first, without those that only wait for a person.
func (s *Service) activeRuns(ctx context.Context, tx store.Tx, source, scan string) ([]store.Run, error) {
	runs, err := tx.Runs().ListRuns(ctx, store.RunQuery{
		Source: source, Scan: scan, States: []model.RunState{model.RunQueued, model.RunInProgress}, Limit: 8,
	})
	if err != nil {
		return nil, err
	}
	active := runs[:0]
	for _, run := range runs {
		b, err := readBody(run)
		if err != nil {
			return nil, err
		}
		if b.Asks != asksOpen {
			active = append(active, run)
		}
	}
	return active, nil
}

// open writes a run's first unit: planning.
func (s *Service) open(ctx context.Context, tx store.Tx, run *store.Run, b body) error {
	var err error
	if b.From, err = tx.Map().Version(ctx); err != nil {
		return err
	}
	b.Waiting = false
	if err := s.expect(ctx, tx, run, &b); err != nil {
		return err
	}
	if err := s.addUnits(ctx, tx, *run, &b, 0, []model.Unit{{Title: "plan"}}); err != nil {
		return err
	}
	if err := writeBody(run, b); err != nil {
		return err
	}
	run.Open = 1
	return tx.Runs().SetRun(ctx, *run)
}

// addUnits adds units to a run and to the line of its runtime; the caller writes the body.
func (s *Service) addUnits(ctx context.Context, tx store.Tx, run store.Run, b *body, parent int64, specs []model.Unit) error {
	units := make([]store.Unit, len(specs))
	for i, spec := range specs {
		raw, err := wire.Encode(spec)
		if err != nil {
			return err
		}
		units[i] = store.Unit{
			Run: run.ID, Parent: parent, Runtime: run.Runtime, Source: run.Source, Kind: b.Grant.Kind,
			State: model.UnitQueued, Spec: raw, NotBefore: tx.Now(),
		}
	}
	if err := queue(ctx, tx, b, units); err != nil {
		return err
	}
	return tx.Runs().AddUnits(ctx, units)
}

// Cancel ends a run: its units are void at once, nodes that work on them are told, and hear it at their next renewal if
// that is lost; nothing is deleted.
// Cancelling an ended run is a Conflict, and so is one that is being made final and has deleted already.
func (s *Service) Cancel(ctx context.Context, source, scan, runID string) error {
	var runtime string
	var held map[string][]bus.AttemptRef
	err := s.store.Update(ctx, store.People, func(tx store.Tx) error {
		run, err := tx.Runs().Run(ctx, runID)
		if err != nil {
			return err
		}
		if run.Source != source || run.Scan != scan {
			return fault.New(fault.NotFound, "RunNotFound", "the scan %s/%s has no run %s", source, scan, runID)
		}
		if run.State.Ended() {
			return fault.New(fault.Conflict, "RunEnded", "the run %s has ended: %s", runID, run.State)
		}
		b, err := readBody(run)
		if err != nil {
			return err
		}
		if b.Asks == asksGrowth {
			return fault.New(fault.Conflict, "RunAsks", "the run %s waits for an answer to its proposal %s", runID, growthID(run.Serial)).
				Try("Reject the proposal instead")
		}
		if b.Asks != asksNobody {
			return fault.New(fault.Conflict, "RunAsks", "the run %s has read everything and waits for an answer to its proposal %s", runID, proposalID(run.Serial)).
				Try("Reject the proposal instead")
		}
		if b.Decided || b.Counts.Deleted > 0 {
			return fault.New(fault.Conflict, "RunEnding", "the run %s has read everything and is being made final", runID).
				Try("Wait a moment: it ends by itself")
		}
		b.Cancel, runtime = true, run.Runtime
		if held, err = holders(ctx, tx, runID); err != nil {
			return err
		}
		return s.end(ctx, tx, run, b, model.RunCanceled)
	})
	if err != nil {
		return err
	}
	for _, node := range slices.Sorted(maps.Keys(held)) {
		s.ring.Tell(node, bus.Tell{V: version, Kind: bus.TellStop, Attempts: held[node]})
	}
	s.ring.Ring(runtime) // a run that waited may have begun
	return nil
}

// holders are the attempts of a run that nodes hold, by node.
func holders(ctx context.Context, tx store.Tx, run string) (map[string][]bus.AttemptRef, error) {
	held := map[string][]bus.AttemptRef{}
	for after := int64(0); ; {
		units, err := tx.Runs().ListUnits(ctx, store.UnitQuery{Run: run, States: []model.UnitState{model.UnitLeased}, After: after, Limit: 500})
		if err != nil || len(units) == 0 {
			return held, err
		}
		for _, u := range units {
			after = u.ID
			held[u.Node] = append(held[u.Node], bus.AttemptRef{Unit: u.ID, Attempt: u.Attempt})
		}
	}
}

// voidUnits ends all open units of a run and forgets their batches. Those that nodes read of a strict source are stopping.
func (s *Service) voidUnits(ctx context.Context, tx store.Tx, run string, strict bool) error {
	states := []model.UnitState{model.UnitQueued, model.UnitLeased, model.UnitDone}
	for after := int64(0); ; {
		units, err := tx.Runs().ListUnits(ctx, store.UnitQuery{Run: run, States: states, After: after, Limit: 500})
		if err != nil || len(units) == 0 {
			return err
		}
		for _, u := range units {
			after = u.ID
			if strict && u.State == model.UnitLeased {
				u.State = model.UnitStopping
			} else {
				u.State = model.UnitVoid
			}
			if len(u.Received) > 0 { // else it has nothing in the inbox
				if err := tx.Inbox().DeleteUnit(ctx, u.ID, u.Attempt+1); err != nil {
					return err
				}
			}
			if err := tx.Runs().SetUnit(ctx, u); err != nil {
				return err
			}
		}
	}
}

// end makes a run final and opens the scan's waiting run, if there is one.
func (s *Service) end(ctx context.Context, tx store.Tx, run store.Run, b body, state model.RunState) error {
	if err := s.voidUnits(ctx, tx, run.ID, b.Grant.Budget.Strict); err != nil {
		return err
	}
	run.State, run.Ended, run.Open = state, tx.Now(), 0
	if b.DiscoveryEnded.IsZero() {
		b.DiscoveryEnded = tx.Now()
	}
	var err error
	if b.Until, err = tx.Map().Version(ctx); err != nil {
		return err
	}
	if state == model.RunSucceeded {
		if err := noteSize(ctx, tx, run, b); err != nil {
			return err
		}
	}
	if err := writeBody(&run, b); err != nil {
		return err
	}
	if err := tx.Runs().SetRun(ctx, run); err != nil {
		return err
	}
	if err := tx.Map().DeleteParts(ctx, run.ID); err != nil {
		return err
	}
	if err := tx.Map().DropDrafts(ctx, scanKey(run.Source, run.Scan)); err != nil {
		return err
	}
	return s.openNext(ctx, tx, run)
}

// openNext opens the scan's waiting run when no other is active.
func (s *Service) openNext(ctx context.Context, tx store.Tx, ended store.Run) error {
	active, err := s.activeRuns(ctx, tx, ended.Source, ended.Scan)
	if err != nil {
		return err
	}
	var oldest *store.Run
	var waiting body
	for i := range active { // newest first
		b, err := readBody(active[i])
		if err != nil {
			return err
		}
		if active[i].ID == ended.ID {
			continue
		}
		if !b.Waiting {
			return nil
		}
		oldest, waiting = &active[i], b
	}
	if oldest == nil {
		return nil
	}
	return s.open(ctx, tx, oldest, waiting)
}
