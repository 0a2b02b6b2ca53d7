package scan

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
)

// beds makes n beds with plants each.
func beds(n, plants int) map[string]int {
	out := map[string]int{}
	for i := range n {
		out[fmt.Sprintf("bed%02d", i)] = plants
	}
	return out
}

func (p *protocol) proposals(state ProposalState) []Proposal {
	p.Helper()
	list, _, err := p.ListProposals(p.Context(), state, "", 0)
	p.ok(err)
	return list
}

func TestTheBrakeWeighsContainersWhatStandsAboveThemAndTheRun(t *testing.T) {
	for _, c := range []struct {
		name             string
		before, after    map[string]int
		deleted, notSeen int64
		holds            []Hold
	}{
		{"a little of every container is much of the run", beds(10, 20), beds(10, 10), 0, 100, []Hold{{Gone: 100, Total: 210}}},
		{"a little of every container is a little of the run", beds(10, 20), beds(10, 17), 30, 0, nil},
		{"one container is held, the others are not", map[string]int{"a": 11, "b": 400}, map[string]int{"a": 0, "b": 390}, 10, 11, []Hold{{Path: "a", Gone: 11, Total: 11, Empty: true}}},
		{"what goes with its bed is weighed where the bed was listed", map[string]int{"a": 60, "b": 100}, map[string]int{"b": 100}, 0, 61, []Hold{{Gone: 61, Total: 162}}},
		{"a bed of more than ten may go with its plants", map[string]int{"a": 12, "b": 20}, map[string]int{"b": 20}, 13, 0, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := newProtocol(t)
			p.saw(look{beds: c.before})
			v := p.saw(look{beds: c.after})
			if v.Counts.Deleted != c.deleted || v.Counts.NotSeen != c.notSeen {
				t.Fatalf("deleted %d, not seen %d; want %d and %d", v.Counts.Deleted, v.Counts.NotSeen, c.deleted, c.notSeen)
			}
			open := p.proposals(ProposalOpen)
			if len(c.holds) == 0 {
				if len(open) > 0 || v.State != model.RunSucceeded {
					t.Fatalf("%s, %+v", v.State, open)
				}
				return
			}
			if len(open) != 1 || v.State != model.RunInProgress || v.Proposal != open[0].ID || open[0].Assets != c.notSeen ||
				fmt.Sprint(open[0].Holds) != fmt.Sprint(c.holds) {
				t.Fatalf("%s, proposal %q: %+v", v.State, v.Proposal, open)
			}
		})
	}
}

func TestAPersonAnswersAProposal(t *testing.T) {
	emptied := func(t *testing.T) (p *protocol, run RunView, before string) {
		p = newProtocol(t)
		p.saw(look{beds: map[string]int{"a": 11, "b": 1}})
		before = p.living()
		run = p.saw(look{beds: map[string]int{"a": 0, "b": 1}})
		if run.State != model.RunInProgress || p.living() != before {
			t.Fatalf("%s, living %s", run.State, p.living())
		}
		return p, run, before
	}
	t.Run("it says which assets", func(t *testing.T) {
		p, run, _ := emptied(t)
		list, next, err := p.ProposedAssets(t.Context(), run.Proposal, "")
		p.ok(err)
		if len(list) != 11 || next != "" || list[0].Type != "plant" || list[0].GUID == "" {
			t.Fatalf("%d assets, %q", len(list), next)
		}
		_, _, err = p.ProposedAssets(t.Context(), run.Proposal, "x")
		wants(t, err, fault.Invalid, "InvalidCursor")
		_, err = p.Proposal(t.Context(), "77")
		wants(t, err, fault.NotFound, "NotFound")
		_, err = p.Proposal(t.Context(), "-1")
		wants(t, err, fault.NotFound, "NotFound")
	})
	t.Run("approved, it is carried out and the run ends", func(t *testing.T) {
		p, run, _ := emptied(t)
		got, err := p.Decide(t.Context(), run.Proposal, true, "person:kim")
		p.ok(err)
		if got.State != ProposalApproved || got.By != "person:kim" || got.Decided.IsZero() {
			t.Fatalf("%+v", got)
		}
		v := p.state(run.ID, model.RunSucceeded)
		if v.Counts.Deleted != 11 || v.Counts.NotSeen != 0 || p.living() != "a b b/p000" {
			t.Fatalf("%+v, living %s", v.Counts, p.living())
		}
		_, err = p.Decide(t.Context(), run.Proposal, false, "person:lee")
		wants(t, err, fault.Conflict, "ProposalDecided")
		undone, err := p.Undo(t.Context(), run.ID, "person:kim")
		p.ok(err)
		if v := p.saw(look{beds: map[string]int{"a": 0, "b": 1}}); undone != 11 || v.Proposal != "" || v.Counts.NotSeen != 0 || p.held("plot/all") != 3 {
			t.Fatalf("%d came back, and the next run: %+v asks %q", undone, v.Counts, v.Proposal)
		}
		p.saw(look{beds: map[string]int{"a": 11, "b": 1}})
		run = p.saw(look{beds: map[string]int{"a": 0, "b": 1}})
		_, err = p.Decide(t.Context(), run.Proposal, true, "person:kim")
		p.ok(err)
		if seen, ok, err := p.Seen(t.Context(), p.at("a/p000").GUID); err != nil || !ok || seen.Run != run.ID || seen.Whole {
			t.Fatalf("the run that proved it gone is said to have seen it: %+v %v %v", seen, ok, err)
		}
		if v := p.saw(look{beds: map[string]int{"a": 0, "b": 1}}); v.Counts.Deleted != 0 || v.Counts.NotSeen != 0 || p.held("plot/all") != 3 {
			t.Fatalf("the next run: %+v, its base holds %d", v.Counts, p.held("plot/all"))
		}
	})
	t.Run("rejected, nothing is deleted and the next run asks again", func(t *testing.T) {
		p, run, before := emptied(t)
		_, err := p.Decide(t.Context(), run.Proposal, false, "person:kim")
		p.ok(err)
		if v := p.state(run.ID, model.RunSucceeded); v.Counts.Deleted != 0 || p.living() != before {
			t.Fatalf("%+v, living %s", v.Counts, p.living())
		}
		if v := p.saw(look{beds: map[string]int{"a": 0, "b": 1}}); v.Proposal == "" || v.Proposal == run.Proposal {
			t.Fatalf("proposal %q after %q", v.Proposal, run.Proposal)
		}
	})
	t.Run("a newer run decides, and the older one ends", func(t *testing.T) {
		p, run, before := emptied(t)
		if v := p.saw(look{beds: map[string]int{"a": 11, "b": 1}}); v.State != model.RunSucceeded || p.living() != before {
			t.Fatalf("%s, living %s", v.State, p.living())
		}
		p.state(run.ID, model.RunSucceeded)
		got, err := p.Proposal(t.Context(), run.Proposal)
		p.ok(err)
		_, err = p.Decide(t.Context(), run.Proposal, true, "person:kim")
		wants(t, err, fault.Conflict, "ProposalDecided")
		if got.State != ProposalExpired || len(p.proposals(ProposalOpen)) != 0 {
			t.Fatalf("%+v", got)
		}
	})
	t.Run("while a newer run reads, it can be rejected and not approved", func(t *testing.T) {
		p, run, _ := emptied(t)
		newer := p.start("plot", "all")
		third := p.start("plot", "all")
		_, err := p.Start(t.Context(), "plot", "all", StartOptions{})
		wants(t, err, fault.Conflict, "ScanRunQueued")
		for id, behind := range map[string]string{run.ID: "", newer: "", third: newer} { // the first asks, and holds nobody up
			if v, err := p.Run(t.Context(), id); err != nil || v.Behind != behind {
				t.Errorf("%s begins behind %q, want %q: %v", id, v.Behind, behind, err)
			}
		}
		_, err = p.Decide(t.Context(), run.Proposal, true, "person:kim")
		wants(t, err, fault.Conflict, "NewerRun")
		wants(t, p.Cancel(t.Context(), "plot", "all", run.ID), fault.Conflict, "RunAsks")
		_, err = p.Decide(t.Context(), run.Proposal, false, "person:kim")
		p.ok(err)
		p.state(run.ID, model.RunSucceeded)
		if len(p.claim(nodeA, 9)) != 1 {
			t.Fatal("the third run was opened beside the second")
		}
		p.state(newer, model.RunInProgress)
		p.state(third, model.RunQueued)
	})
	t.Run("it waits longer than a run may take to become final", func(t *testing.T) {
		p, run, _ := emptied(t)
		p.pass(2 * finalWithin)
		p.sweep(p.Service)
		p.state(run.ID, model.RunInProgress)
	})
}

func TestApprovedDeletionsAreCarriedOutWhereAReplicaDied(t *testing.T) {
	for crash := 0; ; crash++ {
		p := newProtocol(t)
		p.saw(look{beds: map[string]int{"a": 11, "b": 300}})
		run := p.saw(look{beds: map[string]int{"a": 0, "b": 100}})
		commits, hit := 0, false
		p.commit = func() error {
			if commits++; commits == crash+2 { // behind the approval
				hit = true
				return errors.New("the replica died")
			}
			return nil
		}
		_, err := p.Decide(t.Context(), run.Proposal, true, "person:kim")
		p.commit = nil
		if hit == (err == nil) {
			t.Fatalf("crash %d: hit %v, %v", crash, hit, err)
		}
		p.sweep(p.replica())
		if v := p.state(run.ID, model.RunSucceeded); v.Counts.Deleted != 211 || v.Counts.NotSeen != 0 {
			t.Fatalf("crash %d: %+v", crash, v.Counts)
		}
		if !hit {
			if crash < 3 {
				t.Fatalf("it took %d transactions: not one for each page", crash)
			}
			return
		}
	}
}

func TestWhatARunDeletedCanBeBroughtBack(t *testing.T) {
	p := newProtocol(t)
	p.saw(look{beds: map[string]int{"a": 5, "b": 3}})
	before := p.living()
	v := p.saw(look{beds: map[string]int{"a": 2}}) // three plants, and a bed with three
	if v.Counts.Deleted != 7 {
		t.Fatalf("deleted %d", v.Counts.Deleted)
	}
	removed, err := p.Removed(t.Context(), v.ID)
	p.ok(err)
	if removed.Assets != 7 || removed.Source != "plot" || removed.Scan != "all" || removed.Collection != "root" {
		t.Fatalf("%+v", removed)
	}
	n, err := p.Undo(t.Context(), v.ID, "person:kim")
	p.ok(err)
	if n != 7 || p.living() != before {
		t.Fatalf("%d came back, living %s", n, p.living())
	}
	_, err = p.Undo(t.Context(), v.ID, "person:kim")
	wants(t, err, fault.NotFound, "NothingToUndo")
	if v := p.saw(look{beds: map[string]int{"a": 2}}); v.Counts.Deleted != 0 || p.living() != before {
		t.Fatalf("the next run deleted %d of what a person brought back", v.Counts.Deleted)
	}
	p.saw(look{beds: map[string]int{"a": 5, "b": 3}}) // seen again: it is the scan's as before
	if v := p.saw(look{beds: map[string]int{"a": 4, "b": 3}}); v.Counts.Deleted != 1 {
		t.Fatalf("deleted %d", v.Counts.Deleted)
	}
}

func TestUndoLeavesAloneWhatChangedSince(t *testing.T) {
	p := newProtocol(t)
	p.saw(look{beds: map[string]int{"a": 3}})
	first := p.saw(look{beds: map[string]int{"a": 2}})
	p.saw(look{beds: map[string]int{"a": 3}}) // it is back by itself
	p.saw(look{beds: map[string]int{"a": 2}}) // and gone again
	n, err := p.Undo(t.Context(), first.ID, "person:kim")
	p.ok(err)
	if n != 0 || p.living() != "a a/p000 a/p001" {
		t.Fatalf("%d came back, living %s", n, p.living())
	}
}

func TestWhatWasDeletedIsKeptForHalfAYear(t *testing.T) {
	p := newProtocol(t)
	p.saw(look{beds: map[string]int{"a": 3}})
	v := p.saw(look{beds: map[string]int{"a": 2}})
	emptied := p.saw(look{beds: map[string]int{"a": 0}})
	forget := func() {
		t.Helper()
		more, err := p.Forget(t.Context())
		p.ok(err)
		if more {
			t.Fatal("there is more")
		}
	}
	p.pass(KeepDeleted - time.Hour)
	forget()
	if _, err := p.Removed(t.Context(), v.ID); err != nil {
		t.Fatalf("before the time is over: %v", err)
	}
	p.pass(2 * time.Hour)
	forget()
	_, err := p.Removed(t.Context(), v.ID)
	wants(t, err, fault.NotFound, "NothingToUndo")
	_, err = p.Removed(t.Context(), emptied.ID)
	wants(t, err, fault.NotFound, "NothingToUndo")
	if got := p.living(); got != "a" {
		t.Fatalf("living: %s", got)
	}
	if got := p.rows(); got != 1 {
		t.Fatalf("%d rows are left", got)
	}
}
