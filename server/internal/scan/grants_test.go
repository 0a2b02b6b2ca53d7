package scan

import (
	"testing"

	"github.com/purlieu/purlieu/model"
)

// shy makes the garden one that shows each login only what it may see.
func (p *protocol) shy() {
	p.Helper()
	kind := garden()
	kind.Version, kind.ShowsAll = 2, false
	p.ok(p.PutKinds(p.Context(), []model.Kind{kind}))
}

func TestWhereLoginsAreShownDifferentThingsOnlyTheSameGrantsProve(t *testing.T) {
	as := func(grants uint64) model.Identity { return model.Identity{System: "plot", Grants: grants} }
	five, four := map[string]int{"a": 5}, map[string]int{"a": 4}
	for _, c := range []struct {
		name    string
		runs    []look
		deleted int64 // by the last run
	}{
		{"the same grants", []look{{beds: five, identity: as(1)}, {beds: four, identity: as(1)}}, 1},
		{"other grants", []look{{beds: five, identity: as(1)}, {beds: four, identity: as(2)}}, 0},
		{"unknown grants", []look{{beds: five}, {beds: four}}, 0},
		{"grants that became known", []look{{beds: five, identity: as(0)}, {beds: four, identity: as(1)}}, 0},
		{"grants that are back", []look{{beds: five, identity: as(1)}, {beds: four, identity: as(2)}, {beds: four, identity: as(1)}}, 1},
		{"grants that stay other", []look{{beds: five, identity: as(1)}, {beds: four, identity: as(2)}, {beds: four, identity: as(2)}}, 0},
		{"seen again under the other grants", []look{
			{beds: five, identity: as(1)}, {beds: five, identity: as(2)}, {beds: four, identity: as(2)},
		}, 1},
		{"a unit that read under others", []look{
			{beds: five, identity: as(1)}, {beds: four, identity: as(1), other: map[string]model.Identity{"a": as(2)}},
		}, 0},
		{"a run in between that did not look there", []look{
			{beds: five, identity: as(1)}, {beds: five, identity: as(1), failed: map[string]bool{"a": true}}, {beds: four, identity: as(1)},
		}, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := newProtocol(t)
			p.shy()
			var v RunView
			for _, l := range c.runs {
				v = p.saw(l)
			}
			if v.Counts.Deleted != c.deleted {
				t.Fatalf("deleted %d, want %d", v.Counts.Deleted, c.deleted)
			}
		})
	}
}

func TestDigestsArePackedAndRead(t *testing.T) {
	d := digests{now: 7, older: map[model.Hash]uint64{{1}: 9, {2}: 0}}
	got := readDigests(d.pack())
	if got.now != 7 || got.of(model.Hash{1}) != 9 || got.of(model.Hash{2}) != 0 || got.of(model.Hash{3}) != 7 {
		t.Fatalf("got %+v", got)
	}
	if (digests{}).pack() != nil || readDigests(nil).of(model.Hash{1}) != 0 || readDigests([]byte{1, 2}).now != 0 {
		t.Fatal("nothing known is not 0")
	}
}
