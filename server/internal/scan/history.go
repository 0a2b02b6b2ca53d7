package scan

import (
	"context"
	"strconv"
	"strings"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

// Run is one run as people see it. What it waits for, of its source's budget (Kept) and of its scan (Behind), it alone tells: a list
// does not ask.
func (s *Service) Run(ctx context.Context, id string) (RunView, error) {
	var v RunView
	err := s.store.View(ctx, func(tx store.Tx) error {
		run, err := tx.Runs().Run(ctx, id)
		if err != nil {
			return err
		}
		b, err := readBody(run)
		if err != nil {
			return err
		}
		if v, err = s.view(ctx, tx, run, &b, described{}); err != nil {
			return err
		}
		if !v.State.Ended() && v.Units[model.UnitQueued] > 0 && v.Units[model.UnitLeased] == 0 {
			v.Kept, err = s.keptOf(ctx, tx, run, &b)
		}
		if err == nil && b.Waiting && !v.State.Ended() {
			v.Behind, err = s.behind(ctx, tx, run)
		}
		return err
	})
	return v, err
}

// behind is the id of the run that a waiting one follows: the oldest that is active.
func (s *Service) behind(ctx context.Context, tx store.Tx, run store.Run) (string, error) {
	active, err := s.activeRuns(ctx, tx, run.Source, run.Scan)
	if err != nil || len(active) == 0 || active[len(active)-1].ID == run.ID {
		return "", err
	}
	return active[len(active)-1].ID, nil
}

// RunFilter says which runs are listed.
type RunFilter struct {
	Source, Scan string           // "" any
	States       []model.RunState // none: any
	Newest       bool             // only the newest run of each scan
}

// History lists runs, newest first, before a cursor ("" at first); next is "" at the end.
func (s *Service) History(ctx context.Context, f RunFilter, before string, limit int) (views []RunView, next string, err error) {
	var serial int64
	if before != "" {
		if serial, err = strconv.ParseInt(before, 10, 64); err != nil {
			return nil, "", fault.New(fault.Invalid, "InvalidCursor", "%q is not a cursor of this list", before)
		}
	}
	err = s.store.View(ctx, func(tx store.Tx) error {
		views, next = nil, ""
		runs, err := tx.Runs().ListRuns(ctx, store.RunQuery{Source: f.Source, Scan: f.Scan, States: f.States, Newest: f.Newest, Before: serial, Limit: limit + 1})
		if err != nil {
			return err
		}
		kinds := described{}
		for i, run := range runs {
			if i == limit {
				next = strconv.FormatInt(runs[i-1].Serial, 10)
				break
			}
			b, err := readBody(run)
			if err != nil {
				return err
			}
			v, err := s.view(ctx, tx, run, &b, kinds)
			if err != nil {
				return err
			}
			views = append(views, v)
		}
		return nil
	})
	return views, next, err
}

// Gaps lists what a run could not read, in the order of units, after a cursor of 0 at first.
func (s *Service) Gaps(ctx context.Context, runID string, after int64, limit int) (gaps []store.GapRow, err error) {
	err = s.store.View(ctx, func(tx store.Tx) error {
		if _, err := tx.Runs().Run(ctx, runID); err != nil {
			return err
		}
		gaps, err = tx.Runs().ListGaps(ctx, runID, after, limit)
		return err
	})
	return gaps, err
}

func (s *Service) view(ctx context.Context, tx store.Tx, run store.Run, b *body, kinds described) (v RunView, err error) {
	where, err := whereOf(ctx, tx, b, kinds)
	if err != nil {
		return v, err
	}
	v = RunView{
		ID: run.ID, Source: run.Source, Scan: run.Scan, Runtime: run.Runtime, Kind: b.Grant.Kind, Collection: b.Collection, State: run.State,
		Type: b.Type, Full: b.Grant.Full, Level: b.Grant.Level, Queued: run.Queued, Started: run.Started, Ended: run.Ended,
		DiscoveryEnded: b.DiscoveryEnded, IngestionStarted: b.IngestionStarted, Counts: b.Counts, Code: b.Code, Text: strings.TrimSpace(where + b.Text),
		From: b.From, Until: b.Until,
	}
	switch ended := run.State.Ended(); { // a run that goes on asks nothing
	case b.Asks == asksGrowth, b.Asks == asksNobody && b.Grown && ended:
		v.Proposal, v.Asks = growthID(run.Serial), ProposeGrowth
	case b.Changed && ended: // who watches a run that is about to end is told how it ended
		v.Proposal, v.Asks = proposalID(run.Serial), ProposeIdentity
	case b.Asks != asksNobody:
		v.Proposal, v.Asks = proposalID(run.Serial), ProposeDeletions
	}
	if v.Units, err = tx.Runs().CountUnits(ctx, run.ID); err != nil {
		return v, err
	}
	if n := v.Units[model.UnitStopping]; n > 0 { // of the run nothing comes of them
		v.Units[model.UnitVoid] += n
		delete(v.Units, model.UnitStopping)
	}
	if run.State.Ended() {
		return v, nil
	}
	if b.Asks == asksNobody {
		if v.Closed, err = s.closedOf(ctx, tx, run, v.Units[model.UnitQueued]); err != nil {
			return v, err
		}
	}
	open := []model.UnitState{model.UnitLeased, model.UnitDone}
	units, err := tx.Runs().ListUnits(ctx, store.UnitQuery{Run: run.ID, States: open, Limit: 1000})
	if err != nil {
		return v, err
	}
	for _, u := range units {
		p, err := readProgress(u)
		if err != nil {
			return v, err
		}
		v.Counts.add(p.Counts)
	}
	return v, nil
}

func (c *RunCounts) add(d RunCounts) {
	c.Discovered += d.Discovered
	c.Changed += d.Changed
	c.Created += d.Created
	c.Updated += d.Updated
	c.Unchanged += d.Unchanged
	c.Deleted += d.Deleted
	c.NotSeen += d.NotSeen
	c.Edges += d.Edges
	c.Gaps += d.Gaps
	c.Batches += d.Batches
	c.Bytes += d.Bytes
	c.Classified += d.Classified
	c.Quarantine += d.Quarantine
}
