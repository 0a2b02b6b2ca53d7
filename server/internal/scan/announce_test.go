package scan

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

func TestMarksAreBoundedAndDoubledDescriptionsChangeNothing(t *testing.T) {
	p := newProtocol(t)
	if _, err := p.Announce(t.Context(), nodeA, make([]bus.Mark, bus.MaxMarks+1)); fault.CodeOf(err) != "TooManyKinds" {
		t.Errorf("%v", err)
	}
	want, err := p.Announce(t.Context(), nodeA, []bus.Mark{{Kind: "a b", Version: 1}, {Kind: "Orchard"}, {}})
	if err != nil || len(want) != 0 {
		t.Errorf("marks that can't be: %v, %v", want, err)
	}
	var many []model.Kind
	for i := range 60 {
		k := orchard(1)
		k.Name = fmt.Sprintf("Orchard%d", i)
		many = append(many, k)
	}
	if sent, _ := p.announces(p.Service, nodeA, many...); sent != maxUnanswered {
		t.Errorf("%d descriptions of one node wait for an answer", sent)
	}
	before := p.announced()
	mark, body, _ := bus.Describe(many[0])
	for range 2 {
		_, err := p.Described(t.Context(), nodeA, bus.Description{Mark: mark, Body: body}, noNote)
		p.ok(err)
	}
	if len(p.announced()) != len(before) {
		t.Errorf("%d announced, were %d", len(p.announced()), len(before))
	}
	p.announces(p.Service, nodeA, garden()) // another build of the node
	if n := len(p.announced()); n != 0 {
		t.Errorf("%d are left that no node has", n)
	}
}

// tells sends a description that nobody may have asked for.
func (p *protocol) tells(s *Service, node string, kind model.Kind) bus.DescriptionAnswer {
	p.Helper()
	mark, body, err := bus.Describe(kind)
	p.ok(err)
	a, err := s.Described(p.Context(), node, bus.Description{V: 1, Mark: mark, Body: body}, noNote)
	p.ok(err)
	return a
}

// decided writes what was decided long ago and no node has any more.
func (p *protocol) decided(n int) {
	p.Helper()
	p.ok(p.st.Update(p.Context(), store.People, func(tx store.Tx) error {
		for i := range n {
			doc := announcedDoc{Kind: fmt.Sprintf("Old%d", i), Version: 1, Hash: "00", State: AnnouncedRejected, Decided: p.now.Add(time.Duration(i) * time.Second)}
			if _, err := save(p.Context(), tx, docAnnounced, announcedID(doc.Kind, 1, "00"), 0, doc); err != nil {
				return err
			}
		}
		return nil
	}))
}

func TestWhatWasDecidedTakesNoRoomFromWhatWaits(t *testing.T) {
	p := newProtocol(t)
	p.decided(maxAnnounced)
	if sent, answers := p.announces(p.Service, nodeA, orchard(1)); sent != 1 || answers[0].Code != "" {
		t.Fatalf("%d were sent: %+v", sent, answers)
	}
	list := p.announced()
	if len(list) != maxAnnounced || slices.ContainsFunc(list, func(v Announced) bool { return v.Kind == "Old0" }) {
		t.Errorf("%d are kept, want %d without the oldest that no node has", len(list), maxAnnounced)
	}
	if i := slices.IndexFunc(list, func(v Announced) bool { return v.Kind == "Orchard" }); i < 0 || list[i].State != AnnouncedProposed {
		t.Errorf("what waits is not among them")
	}
}

func TestAnApprovedDescriptionOutOfForceGoesWithItsLastNode(t *testing.T) {
	p := newProtocol(t)
	p.announces(p.Service, nodeA, orchard(1))
	p.judged(p.announced()[0].ID, VerdictApprove)
	p.announces(p.Service, nodeB, orchard(2))
	p.judged(p.announced()[0].ID, VerdictApprove)
	p.announces(p.Service, nodeA, garden())
	p.announces(p.Service, nodeB, garden())
	if list := p.announced(); len(list) != 1 || list[0].Version != 2 || !list[0].Current || list[0].Known != 2 {
		t.Errorf("what is in force stays, what is not goes: %+v", list)
	}
}

func TestOfARejectedDescriptionThatNoNodeHasTheMarkStays(t *testing.T) {
	p := newProtocol(t)
	p.announces(p.Service, nodeA, orchard(1))
	id := p.announced()[0].ID
	p.judged(id, VerdictReject)
	p.announces(p.Service, nodeA, garden())
	list := p.announced()
	if len(list) != 1 || list[0].State != AnnouncedRejected || list[0].Title != "" {
		t.Fatalf("behind the last node: %+v", list)
	}
	p.refusesKind(id, VerdictApprove, "NoDescription")
	if sent, _ := p.announces(p.Service, nodeB, orchard(1)); sent != 1 || p.announced()[0].State != AnnouncedRejected {
		t.Errorf("a node that has it was asked %d times: %+v", sent, p.announced())
	}
	p.judged(id, VerdictApprove) // a person may think again
}

func TestWhatIsUnfitOrDiffersIsDismissed(t *testing.T) {
	p := newProtocol(t)
	unfit, differs := orchard(1), garden()
	unfit.Icon, differs.ShowsAll = "<svg onload='x'/>", false
	p.announces(p.Service, nodeA, unfit, differs)
	list := p.announced()
	if len(list) != 2 {
		t.Fatalf("announced: %+v", list)
	}
	for _, v := range list {
		if d := p.judged(v.ID, VerdictReject); d.State != AnnouncedRejected || d.By != "ada" {
			t.Errorf("%s is %s", v.State, d.State)
		}
		p.refusesKind(v.ID, VerdictReject, "KindDecided")
	}
	if sent, _ := p.announces(p.replica(), nodeA, unfit, differs); sent != 0 || len(p.announced()) != 2 {
		t.Errorf("it came back: %d, %+v", sent, p.announced())
	}
}

func TestAnotherBuildJudgesAgainWhatWasUnfit(t *testing.T) {
	p := newProtocol(t)
	p.announces(p.Service, nodeA, orchard(1))
	id := p.announced()[0].ID
	p.ok(p.st.Update(t.Context(), store.People, func(tx store.Tx) error { // as a build with other laws would have
		var body announcedDoc
		doc, err := load(t.Context(), tx, docAnnounced, id, &body)
		if err != nil {
			return err
		}
		body.State, body.Title, body.Problem = AnnouncedUnfit, "", "a law of old"
		if err := forgetDescribed(t.Context(), tx, id); err != nil {
			return err
		}
		_, err = save(t.Context(), tx, docAnnounced, id, doc.Version, body)
		return err
	}))
	if sent, _ := p.announces(p.replica(), nodeB, orchard(1)); sent != 0 {
		t.Errorf("the same build asks %d times", sent)
	}
	newer := p.replica()
	newer.cfg.Build = "next"
	if sent, _ := p.announces(newer, nodeB, orchard(1)); sent != 1 {
		t.Errorf("another build asks %d times", sent)
	}
	if v := p.announced()[0]; v.State != AnnouncedProposed || v.Problem != "" || v.Title == "" || len(v.Nodes) != 2 {
		t.Errorf("by other laws: %+v", v)
	}
}

func TestANodeThatAnnouncesTheSameIsLookedAtAgainAfterAWhile(t *testing.T) {
	p := newProtocol(t)
	p.announces(p.Service, nodeA, orchard(1))
	p.ok(p.st.Update(t.Context(), store.People, func(tx store.Tx) error { // as another replica would
		return p.replica().Unannounce(t.Context(), tx, nodeA)
	}))
	if sent, _ := p.announces(p.Service, nodeA, orchard(1)); sent != 0 {
		t.Errorf("each beat is looked at: %d", sent)
	}
	p.pass(settledFor)
	if sent, _ := p.announces(p.Service, nodeA, orchard(1)); sent != 1 {
		t.Errorf("after %s it is asked %d times", settledFor, sent)
	}
	p.pass(settledFor)
	p.announces(p.Service, nodeB, orchard(1))
	if n := len(p.announcers.settled); n != 1 {
		t.Errorf("%d nodes are remembered, want the last", n)
	}
}

func TestWhatWasLeftForWantOfRoomIsAskedForWhenThereIsSome(t *testing.T) {
	p := newProtocol(t)
	var many []model.Kind
	for i := range maxUnanswered + 2 {
		k := orchard(1)
		k.Name = fmt.Sprintf("Orchard%d", i)
		many = append(many, k)
	}
	p.announces(p.Service, nodeA, many...)
	if a := p.tells(p.Service, nodeA, many[maxUnanswered]); a.Code != "TooManyAnnounced" {
		t.Errorf("there is no room, and the node is told %+v", a)
	}
	p.judged(p.announced()[0].ID, VerdictReject)
	if sent, _ := p.announces(p.Service, nodeA, many...); sent != 1 {
		t.Errorf("behind a decision here %d are sent", sent)
	}
	p.ok(p.replicaJudges(p.announced()[1].ID))
	if sent, _ := p.announces(p.Service, nodeA, many...); sent != 0 {
		t.Errorf("each beat is looked at: %d", sent)
	}
	p.pass(settledFull)
	if sent, _ := p.announces(p.Service, nodeA, many...); sent != 1 {
		t.Errorf("behind a decision on another replica %d are sent", sent)
	}
}

func (p *protocol) replicaJudges(id string) error {
	_, err := p.replica().JudgeKind(p.Context(), id, VerdictReject, "ada")
	return err
}

func TestANodeIsToldWhenItsDescriptionIsNotWanted(t *testing.T) {
	p := newProtocol(t)
	p.announces(p.Service, nodeA, orchard(2))
	p.judged(p.announced()[0].ID, VerdictApprove)
	if a := p.tells(p.Service, nodeB, orchard(1)); a.Code != "NotWanted" || a.Text == "" || len(p.announced()) != 1 {
		t.Errorf("an older version than is known: %+v", a)
	}
	if a := p.tells(p.Service, nodeB, orchard(2)); a.Code != "" {
		t.Errorf("what the account has already: %+v", a)
	}
}

func TestARemovedNodeTakesItsProposalsAlong(t *testing.T) {
	p := newProtocol(t)
	other := orchard(2)
	p.announces(p.Service, nodeA, orchard(1), other)
	p.announces(p.Service, nodeB, other)
	p.ok(p.st.Update(t.Context(), store.People, func(tx store.Tx) error { return p.Unannounce(t.Context(), tx, nodeA) }))
	if list := p.announced(); len(list) != 1 || list[0].Version != 2 || !slices.Equal(list[0].Nodes, []string{nodeB}) {
		t.Errorf("behind it: %+v", list)
	}
	if sent, _ := p.announces(p.Service, nodeA, orchard(1), other); sent != 1 {
		t.Errorf("enrolled anew it is asked %d times", sent)
	}
}
