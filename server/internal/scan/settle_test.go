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

// write lets a person write a plant's name over it, and each column's over that.
func (p *protocol) write(paths ...string) (guids map[string]string) {
	p.Helper()
	guids = map[string]string{}
	for _, path := range paths {
		v := p.at(path)
		guids[path] = v.GUID
		edits := []datamap.Edit{{GUID: v.GUID, Description: &path}}
		for _, c := range v.Asset.Columns {
			text := path + " " + c.Name
			edits = append(edits, datamap.Edit{GUID: v.ColumnGUID(c.Number), Description: &text})
		}
		_, err := p.graph.Edit(p.Context(), "person:kim", edits)
		p.ok(err)
	}
	return guids
}

// told is what people wrote over a plant and its columns.
func (p *protocol) wrote(path string) string {
	p.Helper()
	v := p.at(path)
	var out []string
	add := func(part datamap.Part) {
		if part.Description != nil {
			out = append(out, *part.Description)
		}
	}
	add(v.Authored.Part)
	for _, c := range v.Asset.Columns {
		add(v.Authored.Columns[c.Number])
	}
	return strings.Join(out, ", ")
}

func TestWhatPeopleWroteFollowsThingsThatTookNamesOfEachOther(t *testing.T) {
	two := map[string]int{"a": 0, "b": 0}
	plot := model.Identity{System: "plot"}
	sees := func(a, b string) look {
		split := func(s string) []string { return strings.FieldsFunc(s, func(r rune) bool { return r == ',' }) }
		return look{beds: two, named: map[string][]string{"a": split(a), "b": split(b)}, identity: plot}
	}
	const roses, lilies, ivy = "a/rose, a/rose petal, a/rose thorn", "a/lily, a/lily petal, a/lily bulb", "b/ivy, b/ivy leaf"
	before := sees("rose=1 petal thorn,lily=2 petal bulb", "ivy=3 leaf")
	type words map[string]string // what people wrote, by where it is then
	for _, c := range []struct {
		name   string
		looks  []look // after the first
		want   words
		guids  map[string]string // whose guid a path has then
		living string
	}{
		{
			"two swap names",
			[]look{sees("lily=1 petal thorn,rose=2 petal bulb", "ivy=3 leaf")},
			words{"a/lily": roses, "a/rose": lilies, "b/ivy": ivy},
			map[string]string{"a/lily": "a/rose", "a/rose": "a/lily"},
			"a/lily a/rose b/ivy",
		},
		{
			"three go round, over two beds",
			[]look{sees("rose=3 leaf,lily=1 petal thorn", "ivy=2 petal bulb")},
			words{"a/lily": roses, "b/ivy": lilies, "a/rose": ivy},
			map[string]string{"a/lily": "a/rose", "b/ivy": "a/lily", "a/rose": "b/ivy"},
			"a/lily a/rose b/ivy",
		},
		{
			"a new thing takes the old name",
			[]look{sees("rose=9 petal,briar=1 petal thorn,lily=2 petal bulb", "ivy=3 leaf")},
			words{"a/briar": roses, "a/lily": lilies, "a/rose": ""},
			map[string]string{"a/briar": "a/rose"},
			"a/briar a/lily a/rose b/ivy",
		},
		{
			"another one takes the old name",
			[]look{sees("rose=2 petal bulb,briar=1 petal thorn", "ivy=3 leaf")},
			words{"a/briar": roses, "a/rose": lilies},
			map[string]string{"a/briar": "a/rose", "a/rose": "a/lily"},
			"a/briar a/rose b/ivy",
		},
		{
			"a chain of three, behind which a new thing comes",
			[]look{sees("rose=2 petal bulb,briar=1 petal thorn,lily=3 leaf", "ivy=7 leaf")},
			words{"a/briar": roses, "a/rose": lilies, "a/lily": ivy, "b/ivy": ""},
			map[string]string{"a/briar": "a/rose", "a/rose": "a/lily", "a/lily": "b/ivy"},
			"a/briar a/lily a/rose b/ivy",
		},
		{
			"one that was dropped leaves its name to another",
			[]look{sees("rose=2 petal bulb", "ivy=3 leaf")},
			words{"a/rose": lilies},
			map[string]string{"a/rose": "a/lily"},
			"a/rose b/ivy",
		},
		{
			"one that was dropped and made again keeps all",
			[]look{sees("rose=8 petal thorn,lily=2 petal bulb", "ivy=3 leaf")},
			words{"a/rose": roses, "a/lily": lilies},
			map[string]string{"a/rose": "a/rose"},
			"a/lily a/rose b/ivy",
		},
		{
			"two of which one run saw one and the next one both",
			[]look{
				{beds: two, named: map[string][]string{"a": {"rose=3 leaf", "lily=2 petal bulb"}}, failed: map[string]bool{"b": true}, identity: plot},
				sees("rose=3 leaf,lily=2 petal bulb", "ivy=1 petal thorn"),
			},
			words{"b/ivy": roses, "a/rose": ivy},
			map[string]string{"b/ivy": "a/rose", "a/rose": "b/ivy"},
			"a/lily a/rose b/ivy",
		},
		{
			"there and back",
			[]look{sees("lily=1 petal thorn,rose=2 petal bulb", "ivy=3 leaf"), before},
			words{"a/rose": roses, "a/lily": lilies},
			map[string]string{"a/rose": "a/rose", "a/lily": "a/lily"},
			"a/lily a/rose b/ivy",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := newProtocol(t)
			p.saw(before)
			guids := p.write("a/rose", "a/lily", "b/ivy")
			for _, l := range c.looks {
				if v := p.saw(l); v.Counts.Deleted > 0 {
					t.Errorf("%d deleted", v.Counts.Deleted)
				}
			}
			check := func(when string) {
				for path, want := range c.want {
					if got := p.wrote(path); got != want {
						t.Errorf("%s: over %s stands %q, want %q", when, path, got, want)
					}
				}
				for path, was := range c.guids {
					if p.at(path).GUID != guids[was] {
						t.Errorf("%s: %s has not the guid of %s", when, path, was)
					}
				}
				living := slices.DeleteFunc(strings.Fields(p.living()), func(s string) bool { return !strings.Contains(s, "/") })
				if got := strings.Join(living, " "); got != c.living {
					t.Errorf("%s: living are %s", when, got)
				}
			}
			check("then")
			p.saw(c.looks[len(c.looks)-1])
			check("after another run that saw the same")
		})
	}
}

func TestSwapsThatACancelledRunSawAreSettledByTheNextOne(t *testing.T) {
	p := newProtocol(t)
	one, plot := map[string]int{"a": 0}, model.Identity{System: "plot"}
	p.saw(look{beds: one, named: map[string][]string{"a": {"rose=1", "lily=2"}}, identity: plot})
	p.write("a/rose", "a/lily")
	swapped := look{beds: one, named: map[string][]string{"a": {"lily=1", "rose=2"}}, identity: plot}
	p.ok(p.Cancel(t.Context(), "plot", "all", p.walk(swapped)))
	p.sweep(p.Service)
	p.saw(swapped)
	if p.wrote("a/lily") != "a/rose" || p.wrote("a/rose") != "a/lily" {
		t.Fatalf("over lily stands %q, over rose %q", p.wrote("a/lily"), p.wrote("a/rose"))
	}
}

func TestNothingSwapsAcrossServers(t *testing.T) {
	p := newProtocol(t)
	one := map[string]int{"a": 0}
	p.saw(look{beds: one, named: map[string][]string{"a": {"rose=1", "lily=2"}}, identity: model.Identity{System: "old"}})
	p.write("a/rose", "a/lily")
	p.start("plot", "all")
	p.planAs(model.Identity{System: "new"})
	p.sweep(p.Service)
	for _, ask := range p.proposals(ProposalOpen) {
		_, err := p.Decide(t.Context(), ask.ID, true, "person:kim")
		p.ok(err)
	}
	for range 2 {
		p.saw(look{beds: one, named: map[string][]string{"a": {"rose=2", "lily=1"}}, identity: model.Identity{System: "new"}})
		if p.wrote("a/rose") != "a/rose" || p.wrote("a/lily") != "a/lily" {
			t.Fatalf("numbers of another server moved what people wrote: over rose stands %q", p.wrote("a/rose"))
		}
	}
}

// counted is a store that counts how often things are looked for by their native ids.
type counted struct {
	store.Store
	looked *int
}

type countedTx struct {
	store.Tx
	looked *int
}

type countedMap struct {
	store.Map
	looked *int
}

func (c counted) Update(ctx context.Context, lane store.Lane, fn func(tx store.Tx) error) error {
	return c.Store.Update(ctx, lane, func(tx store.Tx) error { return fn(countedTx{tx, c.looked}) })
}

func (c countedTx) Map() store.Map { return countedMap{c.Tx.Map(), c.looked} }

func (c countedMap) FormersByNative(ctx context.Context, source, typeName, nativeID string) ([]store.Former, error) {
	*c.looked++
	return c.Map.FormersByNative(ctx, source, typeName, nativeID)
}

func TestAChainThatWaitsForAnotherRunIsWalkedOnce(t *testing.T) {
	p := newProtocol(t)
	const n = 40
	two, plot := map[string]int{"a": 0, "b": 0}, model.Identity{System: "plot"}
	row := func(first int) (plants []string) {
		for i := range n {
			plants = append(plants, fmt.Sprintf("plant%02d=%d", i, first+i))
		}
		return plants
	}
	p.saw(look{beds: two, named: map[string][]string{"a": row(1), "b": {"ivy=99"}}, identity: plot})
	p.write("a/plant07")
	looked := 0
	p.store = counted{p.st, &looked}
	// Each is found under the name before it, and the first one may be in the bed that was not read.
	moved := row(2)
	p.saw(look{beds: two, named: map[string][]string{"a": moved}, failed: map[string]bool{"b": true}, identity: plot})
	if looked == 0 || looked > 5*n {
		t.Errorf("looked for native ids %d times, for %d plants", looked, n)
	}
	if got := p.wrote("a/plant07"); got != "a/plant07" {
		t.Errorf("what was written moved before it was known where to: %q", got)
	}
	p.saw(look{beds: two, named: map[string][]string{"a": moved, "b": {"ivy=1", "oak=99"}}, identity: plot})
	if got := p.wrote("a/plant06"); got != "a/plant07" {
		t.Errorf("over plant06 stands %q", got)
	}
}
