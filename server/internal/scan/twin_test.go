package scan

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

// lands is the room with a kind whose sources are dialled, and the sources given, each at a host.
func lands(t *testing.T, hosts map[string]string) *protocol {
	t.Helper()
	p := newProtocol(t)
	kind := garden()
	kind.Version, kind.Dials = 2, []model.Template{"{host}:80"}
	p.ok(p.PutKinds(t.Context(), []model.Kind{kind}))
	for name, host := range hosts {
		p.stands(name, host)
		p.scan(name, "all")
	}
	return p
}

// stands registers a source under its own name as its authority, or moves it.
func (p *protocol) stands(name, host string) {
	p.Helper()
	_, _, err := p.PutSource(p.Context(), model.Source{
		Name: name, Kind: "Garden", Collection: "home-of-" + name, Settings: model.Settings{"host": host, SettingAuthority: name},
	})
	p.ok(err)
}

// says plans a run of a source that says what it is.
func (p *protocol) says(source, system string) {
	p.Helper()
	p.start(source, "all")
	p.planAs(model.Identity{System: system})
	p.sweep(p.Service)
}

func all(string) bool { return true }

func (p *protocol) twins(source, want string) {
	p.Helper()
	list, err := p.Twins(p.Context(), source, all)
	p.ok(err)
	got := ""
	for _, t := range list {
		if t.Collection != "home-of-"+t.Source {
			p.Errorf("%s is said to be in %s", t.Source, t.Collection)
		}
		got += fmt.Sprintf("%s by %s;", t.Source, t.By)
	}
	if got != want {
		p.Errorf("the twins of %s are %q, want %q", source, got, want)
	}
}

func TestASourceAtTheAddressOfAnotherIsItsTwinAtOnce(t *testing.T) {
	p := lands(t, map[string]string{"north": "Land.Example", "south": "land.example", "west": "west.example"})
	p.twins("north", "south by address;")
	p.twins("south", "north by address;")
	p.twins("west", "")

	p.stands("south", "south.example")
	p.twins("north", "")
	p.stands("west", "LAND.example")
	p.twins("north", "west by address;")
	p.ok(p.DeleteScan(t.Context(), "west", "all"))
	p.ok(p.DeleteSource(t.Context(), "west"))
	p.twins("north", "")
	_, err := p.Twins(t.Context(), "west", all)
	wants(t, err, fault.NotFound, "NotFound")
}

func TestWhatSourcesSayThatTheyAreTellsTwins(t *testing.T) {
	p := lands(t, map[string]string{"north": "a.example", "south": "b.example", "west": "a.example"})
	p.says("north", "oak")
	p.twins("north", "west by address;") // what west is, nobody knows yet
	p.says("south", "oak")
	p.twins("north", "south by identity;west by address;")
	p.twins("south", "north by identity;")
	p.says("west", "elm") // one address, in two networks
	p.twins("north", "south by identity;")
	p.twins("west", "")

	v := p.meets("south", "elm") // the source has moved, and a person says so
	_, err := p.Decide(t.Context(), v.Proposal, true, "person:kim")
	p.ok(err)
	p.twins("north", "")
	p.twins("south", "west by identity;")
}

// meets is a run that meets another system, which it asks about.
func (p *protocol) meets(source, system string) RunView {
	p.Helper()
	run := p.start(source, "all")
	g := p.one(nodeA)
	p.send(nodeA, g, 0, batch{})
	p.done(nodeA, bus.Done{Ref: g.Ref, Batches: 1, Identity: model.Identity{System: system}}, bus.Committed)
	p.sweep(p.Service)
	return p.run(run)
}

func TestASourceFromBeforeTwinsWereNotedIsNotedWhenItIsPlanned(t *testing.T) {
	p := lands(t, map[string]string{"north": "a.example", "south": "b.example", "west": "A.example"})
	p.says("north", "oak")
	p.says("south", "oak")
	p.update(func(ctx context.Context, tx store.Tx) error {
		docs, err := tx.Docs().List(ctx, docTrait, "", "", PageLimit)
		if len(docs) != 5 {
			t.Errorf("%d traits are noted, want 5", len(docs))
		}
		for _, d := range docs {
			p.ok(tx.Docs().Delete(ctx, docTrait, d.Key, 0))
		}
		return err
	})
	p.twins("west", "")
	p.says("north", "oak")
	p.twins("west", "north by address;")
	p.twins("south", "north by identity;")
	p.twins("north", "")
	p.says("west", "") // a source that tells nothing of itself is dialled all the same
	p.twins("north", "west by address;")
}

func TestTwinsThatMayNotBeToldHideNoOthers(t *testing.T) {
	hosts := map[string]string{"zenith": "land.example"}
	for i := range 2*maxTwins + 1 {
		hosts[fmt.Sprintf("land-%d", i)] = "land.example"
	}
	p := lands(t, hosts)
	list, err := p.Twins(t.Context(), "land-0", func(collection string) bool { return collection == "home-of-zenith" })
	p.ok(err)
	if len(list) != 1 || list[0].Source != "zenith" {
		t.Errorf("told: %v", list)
	}
	if list, err = p.Twins(t.Context(), "land-0", all); err != nil || len(list) != maxTwins {
		t.Errorf("%d are told, %v", len(list), err)
	}
}

func TestTheKeyOfATraitIsShortHoweverLongAnAddress(t *testing.T) {
	long := strings.Repeat("a", 3000)
	p := lands(t, map[string]string{"north": long, "south": strings.ToUpper(long), "west": long + "b"})
	p.twins("north", "south by address;")
	p.twins("west", "")
	for _, value := range []string{"", "a", strings.Repeat("a", 1<<16), "land.example:80 north", strings.Repeat("ab", 32)} {
		of := trait{TwinByAddress, "postgresql", value}
		if key := of.key(strings.Repeat("s", 63)); len(key) > 256 || strings.Count(key, " ") != 3 {
			t.Errorf("a trait of %d bytes has the key %q", len(value), key)
		}
	}
	p.stands("south", "south.example")
	p.twins("north", "")
}
