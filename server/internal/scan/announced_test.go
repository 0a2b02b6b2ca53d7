package scan

import (
	"bytes"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

func orchard(version int) model.Kind {
	return model.Kind{
		Name: "Orchard", Version: version, Title: "Orchard", Summary: "Trees in rows.", ScanKinds: []string{"OrchardScan"},
		Settings:  []model.Field{{Name: "host", Type: model.FieldText, Title: "Host", Help: "Where it is.", Required: true, Example: "orchard.example"}},
		Types:     []model.TypeDef{{Name: "orchard_tree", Title: "Tree", Super: "DataSet", Column: "orchard_leaf"}},
		Authority: "orchard://{host|lower}", RuntimeKinds: []string{"SelfHosted", "Managed"}, Levels: []model.Level{model.L1},
	}
}

// announces lets a node announce kinds, as its beats do, until the account wants nothing more; it counts what was sent.
func (p *protocol) announces(s *Service, node string, kinds ...model.Kind) (sent int, answers []bus.DescriptionAnswer) {
	p.Helper()
	var marks []bus.Mark
	bodies := map[bus.Mark][]byte{}
	for _, k := range kinds {
		mark, body, err := bus.Describe(k)
		p.ok(err)
		marks, bodies[mark] = append(marks, mark), body
	}
	for range 10 {
		want, err := s.Announce(p.Context(), node, marks)
		p.ok(err)
		if len(want) == 0 {
			return sent, answers
		}
		for _, m := range want {
			a, err := s.Described(p.Context(), node, bus.Description{V: 1, Mark: m, Body: bodies[m]}, noNote)
			p.ok(err)
			answers = append(answers, a)
			sent++
		}
	}
	p.Fatalf("the account goes on asking %s", node)
	return 0, nil
}

func noNote(store.Tx) error { return nil }

func (p *protocol) announced() []Announced {
	p.Helper()
	list, err := p.Announced(p.Context())
	p.ok(err)
	return list
}

func (p *protocol) judged(id string, verdict KindVerdict) Announced {
	p.Helper()
	v, err := p.JudgeKind(p.Context(), id, verdict, "ada")
	p.ok(err)
	return v
}

func (p *protocol) refusesKind(id string, verdict KindVerdict, code string) {
	p.Helper()
	if _, err := p.JudgeKind(p.Context(), id, verdict, "ada"); fault.CodeOf(err) != code {
		p.Errorf("%s %s: %v, want %s", verdict, id, err, code)
	}
}

func TestAnUnknownKindIsNoneUntilAPersonApprovesIt(t *testing.T) {
	p := newProtocol(t)
	if sent, _ := p.announces(p.Service, nodeA, garden(), orchard(1)); sent != 1 {
		t.Errorf("%d descriptions were sent, want the unknown one", sent)
	}
	list := p.announced()
	if len(list) != 1 || list[0].State != AnnouncedProposed || list[0].Current || list[0].Known != 0 || list[0].Title != "Orchard" || !slices.Equal(list[0].Nodes, []string{nodeA}) {
		t.Fatalf("announced: %+v", list)
	}
	id := list[0].ID
	if one, err := p.AnnouncedOne(t.Context(), id); err != nil || one.Described == nil || one.Described.Settings[0].Name != "host" || list[0].Described != nil {
		t.Errorf("the description is of the one, not of the list: %+v, %v", one, err)
	}
	if kinds, _ := p.Kinds(t.Context()); len(kinds) != 1 {
		t.Errorf("%d kinds are shown", len(kinds))
	}
	row := model.Source{Name: "row", Kind: "Orchard", Collection: "root", Settings: model.Settings{"host": "O.example.com"}}
	if _, _, err := p.PutSource(t.Context(), row); fault.CodeOf(err) != "UnknownKind" {
		t.Errorf("a source of a proposed kind: %v", err)
	}
	p.pass(1000)
	if v := p.judged(id, VerdictApprove); v.State != AnnouncedApproved || !v.Current || v.By != "ada" || !v.Decided.Equal(p.now) {
		t.Errorf("approved: %+v", v)
	}
	src, _, err := p.PutSource(t.Context(), row)
	p.ok(err)
	if src.Authority != "orchard://o.example.com" {
		t.Errorf("authority %s", src.Authority)
	}
	_, _, err = p.PutScan(t.Context(), model.Scan{Name: "all", Source: "row", Runtime: "dmz"})
	p.ok(err)
	p.start("row", "all")
	a, err := p.Claim(t.Context(), nodeA, bus.Claim{V: 1, Slots: 1, Kinds: []string{"Orchard"}})
	p.ok(err)
	if len(a.Grants) != 1 || a.Grants[0].Kind != "Orchard" {
		t.Errorf("granted %+v", a.Grants)
	}
	p.refusesKind(id, VerdictApprove, "KindDecided")
	p.refusesKind(id, VerdictReject, "KindDecided")
	p.refusesKind(id, VerdictWithdraw, "KindInUse")
	p.refusesKind("Orchard.9.x", VerdictApprove, "NotFound")
}

func TestTheBuiltInRuntimeHasNoConnectorForAnAnnouncedKind(t *testing.T) {
	p := newProtocol(t)
	p.announces(p.Service, nodeA, orchard(1))
	p.judged(p.announced()[0].ID, VerdictApprove)
	_, _, err := p.PutSource(t.Context(), model.Source{Name: "row", Kind: "Orchard", Collection: "root", Settings: model.Settings{"host": "o.example.com"}})
	p.ok(err)
	_, _, err = p.PutScan(t.Context(), model.Scan{Name: "all", Source: "row"})
	if fault.CodeOf(err) != "RuntimeKind" || !strings.Contains(err.Error(), "no connector") {
		t.Errorf("a scan on the built-in runtime: %v", err)
	}
}

func TestWhatWasRejectedIsNotAskedAboutAgain(t *testing.T) {
	p := newProtocol(t)
	p.announces(p.Service, nodeA, orchard(1))
	id := p.announced()[0].ID
	p.judged(id, VerdictReject)
	for _, s := range []*Service{p.Service, p.replica()} { // another replica remembers nothing
		if sent, _ := p.announces(s, nodeB, orchard(1)); sent != 0 {
			t.Errorf("it was sent again %d times", sent)
		}
	}
	list := p.announced()
	if len(list) != 1 || list[0].State != AnnouncedRejected || !slices.Equal(list[0].Nodes, []string{nodeA, nodeB}) {
		t.Errorf("announced: %+v", list)
	}
	if sent, _ := p.announces(p.Service, nodeA, orchard(2)); sent != 1 || len(p.announced()) != 2 {
		t.Errorf("a newer version was not asked about: %d, %+v", sent, p.announced())
	}
	p.judged(id, VerdictApprove) // a person may think again
}

func TestANewerVersionFromANodeIsAProposalAndTheOldOneCounts(t *testing.T) {
	p := newProtocol(t)
	next := garden()
	next.Version, next.Title, next.Summary = 2, "Garden", "Beds."
	next.Settings[0].Title, next.Settings[0].Help = "Host", "Where."
	for i := range next.Types {
		next.Types[i].Title, next.Types[i].Super = "T", "DataSet"
	}
	next.Types = append(next.Types, model.TypeDef{Name: "pond", Title: "Pond", Super: "DataSet"}, model.TypeDef{Name: "graft", Title: "Graft", Super: "Process"})
	p.announces(p.Service, nodeA, next)
	if k, _ := p.Kind(t.Context(), "Garden"); k.Version != 1 {
		t.Fatalf("the kind is of version %d", k.Version)
	}
	moved := next
	moved.Version, moved.Authority = 3, "garden://{host|lower|prefix other.}"
	p.announces(p.Service, nodeB, moved)
	list := p.announced()
	if len(list) != 2 || list[0].Version != 3 || list[1].State != AnnouncedProposed {
		t.Fatalf("announced: %+v", list)
	}
	p.refusesKind(list[0].ID, VerdictApprove, "AuthorityMoves")
	p.judged(list[1].ID, VerdictApprove)
	if k, _ := p.Kind(t.Context(), "Garden"); k.Version != 2 || k.TypeNamed("pond") == nil {
		t.Errorf("the kind is %+v", k)
	}
	p.ok(p.PutKinds(t.Context(), []model.Kind{garden()})) // the same build starts again
	if k, _ := p.Kind(t.Context(), "Garden"); k.Version != 2 {
		t.Errorf("a start of the older build took version %d", k.Version)
	}
	newer := garden()
	newer.Version = 4
	p.ok(p.PutKinds(t.Context(), []model.Kind{newer}))
	p.announces(p.Service, nodeA, next, orchard(1))
	p.announces(p.Service, nodeB, moved)
	for _, v := range p.announced() {
		if v.Kind == "Garden" && (v.Current || v.State == AnnouncedProposed) {
			t.Errorf("behind a newer build %+v", v)
		}
	}
	p.refusesKind(list[1].ID, VerdictApprove, "NewerKnown")
}

func TestDescriptionsOfOneVersionThatDifferAreToldApart(t *testing.T) {
	p := newProtocol(t)
	other := orchard(1)
	other.ShowsAll = true
	p.announces(p.Service, nodeA, orchard(1))
	p.announces(p.Service, nodeB, other)
	list := p.announced()
	if len(list) != 2 || list[0].Hash == list[1].Hash || list[0].State != AnnouncedProposed || list[1].State != AnnouncedProposed {
		t.Fatalf("announced: %+v", list)
	}
	approved := slices.IndexFunc(list, func(v Announced) bool { return slices.Contains(v.Nodes, nodeA) })
	p.judged(list[approved].ID, VerdictApprove)
	if k, _ := p.Kind(t.Context(), "Orchard"); k.ShowsAll {
		t.Error("the other content was approved")
	}
	own := garden()
	own.ShowsAll = false
	if sent, _ := p.announces(p.Service, nodeB, own, other); sent != 0 {
		t.Errorf("another description of the build's own version was asked for %d times", sent)
	}
	for _, v := range p.announced() {
		if v.Kind == "Garden" {
			if v.State != AnnouncedDiffers || !slices.Equal(v.Nodes, []string{nodeB}) {
				t.Errorf("%+v", v)
			}
			p.refusesKind(v.ID, VerdictApprove, "NoDescription")
		}
	}
	p.announces(p.Service, nodeB, garden())
	for _, v := range p.announced() {
		if v.Kind == "Garden" || slices.Contains(v.Nodes, nodeB) {
			t.Errorf("the node does not announce it any more: %+v", v)
		}
	}
}

func TestAnApprovedKindIsWithdrawnWhileNoSourceIsOfIt(t *testing.T) {
	p := newProtocol(t)
	p.announces(p.Service, nodeA, orchard(1))
	id := p.announced()[0].ID
	p.refusesKind(id, VerdictWithdraw, "NotCurrent")
	p.judged(id, VerdictApprove)
	if v := p.judged(id, VerdictWithdraw); v.State != AnnouncedWithdrawn || v.Current {
		t.Errorf("%+v", v)
	}
	if _, err := p.Kind(t.Context(), "Orchard"); fault.CodeOf(err) != "UnknownKind" {
		t.Errorf("the kind is still there: %v", err)
	}
	if sent, _ := p.announces(p.replica(), nodeA, orchard(1)); sent != 0 || p.announced()[0].State != AnnouncedWithdrawn {
		t.Errorf("it came back: %d, %+v", sent, p.announced())
	}
	p.judged(id, VerdictApprove)
}

func TestAKindThatTakesFromAnotherIsNotApproved(t *testing.T) {
	for name, change := range map[string]func(k *model.Kind){
		"a type":             func(k *model.Kind) { k.Types[0].Name = "plant" },
		"a type of columns":  func(k *model.Kind) { k.Types[0].Column = "leaf" },
		"a name in capitals": func(k *model.Kind) { k.Name = "GARDEN" },
	} {
		t.Run(name, func(t *testing.T) {
			p := newProtocol(t)
			k := orchard(1)
			change(&k)
			p.announces(p.Service, nodeA, k)
			p.refusesKind(p.announced()[0].ID, VerdictApprove, "KindClash")
			if kinds, _ := p.Kinds(t.Context()); len(kinds) != 1 {
				t.Errorf("%d kinds", len(kinds))
			}
		})
	}
}

func TestAnUnfitDescriptionIsKnownAsSuchAndNotAskedForAgain(t *testing.T) {
	p := newProtocol(t)
	k := orchard(1)
	k.Icon = "<svg onload='x'/>"
	sent, answers := p.announces(p.Service, nodeA, k)
	if sent != 1 || answers[0].Code != "BadKind" {
		t.Fatalf("%d, %+v", sent, answers)
	}
	foreign := orchard(2)
	foreign.Credentials = []model.CredentialUse{{Kind: "Handshake", Title: "T"}}
	p.announces(p.Service, nodeA, k, foreign)
	for _, v := range p.announced() {
		if v.State != AnnouncedUnfit || v.Problem == "" || v.Described != nil {
			t.Errorf("%+v", v)
		}
		p.refusesKind(v.ID, VerdictApprove, "NoDescription")
	}
	mark, _, _ := bus.Describe(orchard(3))
	_, body, _ := bus.Describe(orchard(4))
	a, err := p.Described(t.Context(), nodeA, bus.Description{Mark: mark, Body: body}, noNote)
	if err != nil || a.Code != "NotAsMarked" || len(p.announced()) != 2 {
		t.Errorf("another content than was announced: %+v, %v", a, err)
	}
}

func TestAKindOfANewBuildWinsOverAnApprovedOne(t *testing.T) {
	for name, change := range map[string]func(own *model.Kind){
		"a type":            func(own *model.Kind) { own.Types[0].Name = "orchard_tree" },
		"a type of columns": func(own *model.Kind) { own.Types[0].Column = "orchard_leaf" },
		"a name":            func(own *model.Kind) { own.Name = "ORCHARD" },
	} {
		t.Run(name, func(t *testing.T) {
			p := newProtocol(t)
			p.announces(p.Service, nodeA, orchard(1))
			p.judged(p.announced()[0].ID, VerdictApprove)
			own := model.Kind{Name: "Press", Version: 1, Types: []model.TypeDef{{Name: "press_cider"}}, Authority: "press://x"}
			change(&own)
			var said bytes.Buffer
			p.log = slog.New(slog.NewTextHandler(&said, nil))
			p.ok(p.PutKinds(t.Context(), []model.Kind{garden(), own}))
			if _, err := p.Kind(t.Context(), "Orchard"); fault.CodeOf(err) != "UnknownKind" {
				t.Errorf("the approved kind is in force: %v", err)
			}
			if v := p.announced()[0]; v.State != AnnouncedWithdrawn || !strings.Contains(v.Problem, own.Name) || v.By != "" {
				t.Errorf("announced: %+v", v)
			}
			if !strings.Contains(said.String(), "out of force") || !strings.Contains(said.String(), "level=ERROR") {
				t.Errorf("the log: %s", &said)
			}
			p.refusesKind(p.announced()[0].ID, VerdictApprove, "KindClash")
		})
	}
}

func TestAnApprovedKindWithSourcesStaysInForceBesideANewBuild(t *testing.T) {
	p := newProtocol(t)
	p.announces(p.Service, nodeA, orchard(1))
	p.judged(p.announced()[0].ID, VerdictApprove)
	_, _, err := p.PutSource(t.Context(), model.Source{Name: "row", Kind: "Orchard", Collection: "root", Settings: model.Settings{"host": "o.example.com"}})
	p.ok(err)
	var said bytes.Buffer
	p.log = slog.New(slog.NewTextHandler(&said, nil))
	own := model.Kind{Name: "Press", Version: 1, Types: []model.TypeDef{{Name: "orchard_tree"}}, Authority: "press://x"}
	p.ok(p.PutKinds(t.Context(), []model.Kind{garden(), own}))
	if v := p.announced()[0]; v.State != AnnouncedApproved || !v.Current {
		t.Errorf("announced: %+v", v)
	}
	if !strings.Contains(said.String(), "source row") || !strings.Contains(said.String(), "orchard_tree") {
		t.Errorf("the log names neither the source nor the clash: %s", &said)
	}
	p.ok(p.DeleteSource(t.Context(), "row"))
	p.ok(p.PutKinds(t.Context(), []model.Kind{garden(), own})) // the next start
	if v := p.announced()[0]; v.State != AnnouncedWithdrawn {
		t.Errorf("without its source: %+v", v)
	}
}
