package scan

import (
	"testing"
	"time"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
)

func TestHours(t *testing.T) {
	night := model.Window{From: "22:00", To: "06:00", Zone: "Europe/Berlin"}
	weekend := model.Window{Days: []string{"Saturday", "Sunday"}, From: "00:00", To: "24:00", Zone: "W. Europe Standard Time"}
	for name, c := range map[string]struct {
		windows []model.Window
		at      string
		open    bool
		change  string // since of an open one, until of a closed one; "" is no time
	}{
		"no window":                         {nil, "2026-03-04T12:00:00Z", true, ""},
		"before it opens":                   {[]model.Window{night}, "2026-03-04T20:59:59Z", false, "2026-03-04T21:00:00Z"},
		"when it opens":                     {[]model.Window{night}, "2026-03-04T21:00:00Z", true, "2026-03-04T21:00:00Z"},
		"behind midnight":                   {[]model.Window{night}, "2026-03-05T04:59:59Z", true, "2026-03-04T21:00:00Z"},
		"when it closes":                    {[]model.Window{night}, "2026-03-05T05:00:00Z", false, "2026-03-05T21:00:00Z"},
		"an hour earlier in summer":         {[]model.Window{night}, "2026-07-01T20:00:00Z", true, "2026-07-01T20:00:00Z"},
		"the short night":                   {[]model.Window{night}, "2026-03-29T04:00:00Z", false, "2026-03-29T20:00:00Z"},
		"the long night":                    {[]model.Window{night}, "2026-10-25T04:59:00Z", true, "2026-10-24T20:00:00Z"},
		"a window that clocks skip":         {[]model.Window{{From: "02:15", To: "02:45", Zone: "Europe/Berlin"}}, "2026-03-29T00:50:00Z", false, "2026-03-30T00:15:00Z"},
		"days are where it begins":          {[]model.Window{{Days: []string{"Monday"}, From: "22:00", To: "06:00"}}, "2026-03-03T05:00:00Z", true, "2026-03-02T22:00:00Z"},
		"and not where it ends":             {[]model.Window{{Days: []string{"Monday"}, From: "22:00", To: "06:00"}}, "2026-03-02T05:00:00Z", false, "2026-03-02T22:00:00Z"},
		"a whole day to its end":            {[]model.Window{weekend}, "2026-03-08T22:59:59Z", true, "2026-03-07T23:00:00Z"},
		"and no longer":                     {[]model.Window{weekend}, "2026-03-08T23:00:00Z", false, "2026-03-13T23:00:00Z"},
		"the same time is a day long":       {[]model.Window{{From: "10:00", To: "10:00"}}, "2026-03-05T09:59:00Z", true, "2026-03-04T10:00:00Z"},
		"the earliest of several that come": {[]model.Window{weekend, night}, "2026-03-06T12:00:00Z", false, "2026-03-06T21:00:00Z"},
		"one of several is enough":          {[]model.Window{night, weekend}, "2026-03-07T12:00:00Z", true, "2026-03-06T23:00:00Z"},
	} {
		t.Run(name, func(t *testing.T) {
			if err := checkWindows(c.windows); err != nil {
				t.Fatal(err)
			}
			at, err := time.Parse(time.RFC3339, c.at)
			if err != nil {
				t.Fatal(err)
			}
			got := hoursAt(c.windows, at, zoneNamed)
			change, said := got.until, ""
			if got.open {
				change = got.since
			}
			if !change.IsZero() {
				said = change.Format(time.RFC3339)
			}
			if got.open != c.open || said != c.change {
				t.Fatalf("open %t, change %s; want %t, %s", got.open, said, c.open, c.change)
			}
		})
	}
}

func TestBadWindowsAreRefused(t *testing.T) {
	p := newProtocol(t)
	for name, c := range map[string]struct {
		w        model.Window
		code, at string
	}{
		"no time":         {model.Window{}, "BadWindow", "from"},
		"no end":          {model.Window{From: "10:00"}, "BadWindow", "to"},
		"no such hour":    {model.Window{From: "24:00", To: "01:00"}, "BadWindow", "from"},
		"beyond the day":  {model.Window{From: "10:00", To: "24:01"}, "BadWindow", "to"},
		"no such minute":  {model.Window{From: "10:60", To: "11:00"}, "BadWindow", "from"},
		"other spellings": {model.Window{From: "9:00", To: "11:00"}, "BadWindow", "from"},
		"signs":           {model.Window{From: "+1:00", To: "11:00"}, "BadWindow", "from"},
		"no such day":     {model.Window{Days: []string{"Mon"}, From: "10:00", To: "11:00"}, "BadWindow", "days"},
		"no such zone":    {model.Window{From: "10:00", To: "11:00", Zone: "Europe/Atlantis"}, "UnknownZone", "timeZone"},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := p.PutSource(t.Context(), model.Source{Name: "field", Kind: "Garden", Collection: "root", Settings: model.Settings{"host": "f.example.com"}, Windows: []model.Window{{From: "00:00", To: "24:00"}, c.w}})
			wants(t, err, fault.Invalid, c.code)
			if want := "properties.purlieuWindows[1]." + c.at; fault.PlaceOf(err) != want {
				t.Errorf("said at %q, want %q", fault.PlaceOf(err), want)
			}
		})
	}
	_, _, err := p.PutSource(t.Context(), model.Source{Name: "field", Kind: "Garden", Collection: "root", Settings: model.Settings{"host": "f.example.com"}, Windows: make([]model.Window, maxWindows+1)})
	wants(t, err, fault.Invalid, "BadWindow")
}

// windows gives the source of the tests windows, and no other change.
func (p *protocol) windows(list ...model.Window) {
	p.Helper()
	src, err := p.Source(p.Context(), "plot")
	p.ok(err)
	src.Windows = list
	_, _, err = p.PutSource(p.Context(), src)
	p.ok(err)
}

func TestNothingOfAClosedSourceIsClaimed(t *testing.T) {
	p := newProtocol(t) // it is midnight, in UTC
	p.windows(model.Window{From: "22:00", To: "06:00"})
	id := p.start("plot", "all")
	p.plan(model.Unit{Step: "x"}, model.Unit{Step: "x"})
	held := p.one(nodeA)
	p.pass(6 * time.Hour) // it closes
	if got := p.claim(nodeB, 4); len(got) != 0 {
		t.Fatalf("%d units of a closed source were granted", len(got))
	}
	v := p.state(id, model.RunInProgress)
	if want := time.Date(2026, 3, 1, 22, 0, 0, 0, time.UTC); !v.Closed.Until.Equal(want) || v.Closed.Text == "" {
		t.Fatalf("the run says of its waiting %+v", v.Closed)
	}
	p.verdict(nodeA, held.Ref, bus.VerdictGo) // what is held is read to its end
	p.done(nodeA, bus.Done{Ref: held.Ref}, bus.Committed)

	again, err := p.Start(t.Context(), "plot", "all", StartOptions{}) // by hand: it waits, as the first one does
	p.ok(err)
	if again.State != model.RunQueued {
		t.Fatalf("the second run is %s", again.State)
	}
	p.source("field")
	p.scan("field", "all")
	p.start("field", "all")
	if g := p.one(nodeB); g.Source != "field" {
		t.Fatalf("a source without windows is hidden behind a closed one: got %s", g.Source)
	}
	p.pass(16 * time.Hour) // it opens
	if v := p.run(id); v.Closed != (Closed{}) {
		t.Fatalf("in the window the run still waits: %+v", v.Closed)
	}
	if g := p.one(nodeB); g.Source != "plot" || g.Run != id {
		t.Fatalf("got %s of %s", g.Source, g.Run)
	}
}

func TestWindowsThatAreTakenAwayLetRunsGoOn(t *testing.T) {
	p := newProtocol(t)
	p.windows(model.Window{From: "12:00", To: "13:00"})
	v, err := p.Start(t.Context(), "plot", "all", StartOptions{})
	p.ok(err)
	if v.Closed.Text == "" || v.State != model.RunQueued || len(p.claim(nodeA, 1)) != 0 {
		t.Fatalf("the answer to who starts it says %+v of a %s run", v.Closed, v.State)
	}
	p.windows()
	p.one(nodeA)
}

// strict gives the source of the tests a budget, and no other change.
func (p *protocol) strict(budget model.Budget) {
	p.Helper()
	src, err := p.Source(p.Context(), "plot")
	p.ok(err)
	src.Budget = budget
	_, _, err = p.PutSource(p.Context(), src)
	p.ok(err)
}

func TestAStrictSourceIsNotReadByMoreThanItsBudgetWhereANodeIsLost(t *testing.T) {
	for _, strict := range []bool{true, false} {
		p := newProtocol(t)
		p.strict(model.Budget{Connections: 2, UnitSeconds: 60, Strict: strict})
		p.start("plot", "all")
		p.plan(model.Unit{Step: "x"}, model.Unit{Step: "x"}, model.Unit{Step: "x"}, model.Unit{Step: "x"})
		held := p.claim(nodeA, 4)
		if len(held) != 2 {
			t.Fatalf("%d units are held, want 2", len(held))
		}
		p.pass(7 * time.Second)
		p.judging(p.Service) // node A is lost, as far as the account knows
		want := 2
		if strict {
			want = 0
		}
		if got := len(p.claim(nodeB, 4)); got != want {
			t.Fatalf("strict %t: %d units more were granted while those of a lost node may still be read, want %d", strict, got, want)
		}
		if !strict {
			continue
		}
		p.verdict(nodeA, held[0].Ref, bus.VerdictGo) // it comes back: its unit is its own
		p.done(nodeA, bus.Done{Ref: held[0].Ref}, bus.Committed)
		if got := len(p.claim(nodeB, 4)); got != 1 {
			t.Fatalf("%d units were granted in the place of one that ended", got)
		}
		p.pass(time.Minute)
		p.judging(p.Service) // the deadline of what node A held has passed
		if got := len(p.claim(nodeB, 4)); got == 0 {
			t.Fatal("behind the deadline of a lost node its share is still not given")
		}
	}
}

func TestAStrictUnitThatLostTooManyNodesCountsUntilItsDeadline(t *testing.T) {
	p := newProtocol(t)
	p.cfg.MaxLost = 1
	p.strict(model.Budget{Connections: 1, UnitSeconds: 60, Strict: true})
	id := p.start("plot", "all")
	p.plan(model.Unit{Step: "x"}, model.Unit{Step: "x"})
	p.one(nodeA)
	p.pass(7 * time.Second)
	p.judging(p.Service)
	if got := p.claim(nodeB, 1); len(got) != 0 {
		t.Fatalf("%+v was granted while the lost node may still read", got)
	}
	p.pass(time.Minute)
	p.judging(p.Service)
	p.one(nodeB)
	if v := p.run(id); v.Units[model.UnitFailed] != 1 || v.Counts.Gaps != 1 {
		t.Fatalf("behind its deadline the unit is not given up: %v, %+v", v.Units, v.Counts)
	}
}
