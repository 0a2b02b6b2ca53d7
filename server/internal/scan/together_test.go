package scan

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

// A replica sweeps in two places, and every replica of an account sweeps: two may be at work on one run at any time.
func TestOfTwoThatFinaliseARunOneDecides(t *testing.T) {
	for _, done := range []int{1, 6, 11} {
		t.Run(fmt.Sprintf("the other has finalised %d containers", done), func(t *testing.T) {
			p := newProtocol(t)
			p.saw(look{beds: beds(10, 20)})
			before := p.living()
			id := p.walk(look{beds: beds(10, 10)})
			first, err := p.proofOf(t.Context(), id)
			p.ok(err)
			late, err := p.replica().proofOf(t.Context(), id)
			p.ok(err)

			p.ok(p.decide(t.Context(), first))
			p.ok(p.eachContainer(t.Context(), first, func(key string) error {
				if done--; done < 0 {
					return nil
				}
				return p.finaliseContainer(t.Context(), first, key)
			}))
			s := p.replica()
			p.ok(s.decide(t.Context(), late))
			p.ok(s.eachContainer(t.Context(), late, func(key string) error { return s.finaliseContainer(t.Context(), late, key) }))
			p.sweep(p.Service)

			open := p.proposals(ProposalOpen)
			if p.living() != before || len(open) != 1 || open[0].Assets != 100 || fmt.Sprint(open[0].Holds) != "[{ 100 210 false}]" {
				t.Fatalf("proposals %+v; %d of %d rows live", open, len(strings.Fields(p.living())), len(strings.Fields(before)))
			}
			_, err = p.Decide(t.Context(), open[0].ID, true, "person:kim")
			p.ok(err)
			if v := p.state(id, model.RunSucceeded); v.Counts.Deleted != 100 {
				t.Fatalf("%+v", v.Counts)
			}
		})
	}
}

func TestWhatTheBrakeHoldsIsKeptWholeByTheOneThatDecides(t *testing.T) {
	p := newProtocol(t)
	p.saw(look{beds: beds(10, 20)})
	id := p.walk(look{beds: beds(10, 10)})
	first, err := p.proofOf(t.Context(), id)
	p.ok(err)
	w, err := p.weigh(t.Context(), first)
	p.ok(err)
	stale := pageKey(id, "/of an earlier try", 0)
	p.ok(p.st.Update(t.Context(), store.Ingest, func(tx store.Tx) error {
		_, err := save(t.Context(), tx, docHeld, stale, 0, first.page("/bed00", 0, w.found["/bed00"]))
		return err
	}))
	late, err := p.proofOf(t.Context(), id)
	p.ok(err)
	p.ok(p.decide(t.Context(), first))
	kept, err := p.keepHeld(t.Context(), late, w, w.holds())
	p.ok(err)
	if len(kept) > 0 {
		t.Errorf("%d pages were written behind the decision", len(kept))
	}
	var keys []string
	p.ok(p.eachPage(t.Context(), docHeld, id, func(key string, _ pageDoc) error { keys = append(keys, key); return nil }))
	if len(keys) != 10 || slices.Contains(keys, stale) {
		t.Errorf("%d pages are held: %q", len(keys), keys)
	}
}

func TestAUnitProvesNothingOfAContainerThatItCanNotHaveListed(t *testing.T) {
	p := newProtocol(t)
	p.saw(look{beds: map[string]int{"a": 20, "b": 20}})
	before := p.living()
	// Nobody reads b in this run: the unit of a says that it has, and that it is empty.
	v := p.saw(look{beds: map[string]int{"a": 20}, cutRoot: true, claims: map[string]string{"a": "b"}})
	gaps, err := p.Gaps(t.Context(), v.ID, 0, 9)
	p.ok(err)
	if p.living() != before || v.Counts.Deleted != 0 || v.Proposal != "" || len(gaps) != 1 || gaps[0].Gap.Code != "OutsideUnit" {
		t.Fatalf("%+v, proposal %q, gaps %+v", v.Counts, v.Proposal, gaps)
	}
}

func TestNothingMovesBehindADecision(t *testing.T) {
	before := look{beds: map[string]int{"a": 0}, named: map[string][]string{"a": {"rose=1", "lily=2"}}, identity: model.Identity{System: "plot"}}
	for name, plants := range map[string][]string{"a rename": {"briar=1", "lily=2"}, "a swap": {"rose=2", "lily=1"}} {
		t.Run(name, func(t *testing.T) {
			p := newProtocol(t)
			p.saw(before)
			rose := p.at("a/rose").GUID
			after := before
			after.named = map[string][]string{"a": plants}
			id := p.walk(after)
			first, err := p.proofOf(t.Context(), id)
			p.ok(err)
			late, err := p.replica().proofOf(t.Context(), id)
			p.ok(err)
			p.ok(p.decide(t.Context(), first))
			p.ok(p.replica().rename(t.Context(), late))
			if got := p.at("a/rose").GUID; got != rose {
				t.Fatalf("the row %s stands under another name, %s under its own", rose, got)
			}
		})
	}
}
