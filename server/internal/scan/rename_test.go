package scan

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/datamap"
	"github.com/purlieu/purlieu/server/internal/store"
)

func (p *protocol) at(path string) datamap.View {
	p.Helper()
	v, err := p.graph.ByName(p.Context(), "plant", "garden://plot.example.com/"+path)
	p.ok(err)
	return v
}

func TestARenamedAssetKeepsGuidHistoryAndWhatPeopleWrote(t *testing.T) {
	plot := model.Identity{System: "plot"}
	bed := func(plants ...string) map[string][]string { return map[string][]string{"a": plants, "b": {"other=9"}} }
	two := map[string]int{"a": 0, "b": 0}
	before := look{beds: two, named: bed("rose=1 petal thorn", "lily=2"), identity: plot}
	for _, c := range []struct {
		name    string
		after   look
		renamed string // where rose is then; "" where it is not followed
		living  string
	}{
		{"a new name", look{beds: two, named: bed("briar=1 petal thorn", "lily=2"), identity: plot}, "a/briar", "a/briar a/lily b/other"},
		{"another bed", look{beds: two, named: map[string][]string{"a": {"lily=2"}, "b": {"other=9", "rose=1 petal thorn"}}, identity: plot}, "b/rose", "a/lily b/other b/rose"},
		{"another bed that was not listed to its end, from one that was not", look{
			beds: two, named: map[string][]string{"a": {"lily=2"}, "b": {"other=9", "rose=1 petal thorn"}}, identity: plot, cut: map[string]bool{"a": true, "b": true},
		}, "b/rose", "a/lily b/other b/rose"},
		{"another thing", look{beds: two, named: bed("briar=3 petal thorn", "lily=2"), identity: plot}, "", "a/briar a/lily b/other"},
		{"a source that does not say what it is", look{beds: two, named: bed("briar=1 petal thorn", "lily=2")}, "a/briar", "a/briar a/lily b/other"},
		{"two new names", look{beds: two, named: bed("briar=1 petal", "thistle=1 petal", "lily=2"), identity: plot}, "", "a/briar a/lily a/thistle b/other"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := newProtocol(t)
			p.saw(before)
			rose := p.at("a/rose")
			text := "mine"
			_, err := p.graph.Edit(t.Context(), "person:kim", []datamap.Edit{{GUID: rose.GUID, Description: &text}, {GUID: rose.ColumnGUID(2), Description: &text}})
			p.ok(err)
			v := p.saw(c.after)
			living := slices.DeleteFunc(strings.Fields(p.living()), func(s string) bool { return !strings.Contains(s, "/") })
			if strings.Join(living, " ") != c.living {
				t.Fatalf("living: %v", living)
			}
			if c.renamed == "" {
				if v.Counts.Deleted != 1 {
					t.Fatalf("deleted %d", v.Counts.Deleted)
				}
				return
			}
			got := p.at(c.renamed)
			if got.GUID != rose.GUID || got.Authored.Description == nil || got.Authored.Columns[2].Description == nil ||
				got.Asset.Columns[1].Name != "thorn" || got.Asset.Columns[1].Number != 2 || v.Counts.Deleted != 0 {
				t.Fatalf("%s %+v %+v, deleted %d", got.GUID, got.Authored, got.Asset.Columns, v.Counts.Deleted)
			}
			changes, err := p.graph.History(t.Context(), rose.GUID, 0, 9)
			p.ok(err)
			if changes[0].Verb != "renamed" || !strings.Contains(string(changes[0].Diff), "a/rose") {
				t.Fatalf("history: %+v", changes[0])
			}
			p.saw(c.after) // and again
			if again := p.at(c.renamed); again.GUID != rose.GUID || again.Row.Deleted {
				t.Fatal("the next run changed it")
			}
			back := before
			p.saw(back)
			if again := p.at("a/rose"); again.GUID != rose.GUID {
				t.Fatal("it did not come back under its old name")
			}
		})
	}
}

func TestNothingIsRenamedAcrossServers(t *testing.T) {
	p := newProtocol(t)
	one := map[string]int{"a": 0}
	p.saw(look{beds: one, named: map[string][]string{"a": {"rose=1"}}, identity: model.Identity{System: "old"}})
	rose := p.at("a/rose")
	p.start("plot", "all")
	p.planAs(model.Identity{System: "new"})
	p.sweep(p.Service)
	for _, ask := range p.proposals(ProposalOpen) {
		_, err := p.Decide(t.Context(), ask.ID, true, "person:kim")
		p.ok(err)
	}
	p.saw(look{beds: one, named: map[string][]string{"a": {"lily=1"}}, identity: model.Identity{System: "new"}})
	if p.at("a/lily").GUID == rose.GUID || !p.at("a/rose").Row.Deleted {
		t.Fatal("what had the same number on the old server was taken for it")
	}
}

func TestRenamesTripNoBrake(t *testing.T) {
	p := newProtocol(t)
	garden := func(prefix string) look {
		var plants []string
		for i := range 80 {
			plants = append(plants, fmt.Sprintf("%s%02d=%d", prefix, i, i+1))
		}
		return look{beds: map[string]int{"a": 0}, named: map[string][]string{"a": plants}, identity: model.Identity{System: "plot"}}
	}
	p.saw(garden("x"))
	guid := p.at("a/x07").GUID
	v := p.saw(garden("y"))
	if v.State != model.RunSucceeded || v.Counts.Deleted+v.Counts.NotSeen != 0 || p.at("a/y07").GUID != guid || p.held("plot/all") != 81 {
		t.Fatalf("%s %+v, the base holds %d", v.State, v.Counts, p.held("plot/all"))
	}
	p.update(func(ctx context.Context, tx store.Tx) error {
		n, err := tx.Map().Count(ctx, "plot")
		if n != 81 {
			t.Errorf("%d live", n)
		}
		return err
	})
}
