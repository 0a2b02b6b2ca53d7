package scan

import (
	"testing"
	"time"
)

func TestTheNewestRunThatVouchesForAnAssetIsTold(t *testing.T) {
	p := newProtocol(t)
	p.scan("plot", "other")
	beds := map[string]int{"a": 9, "b": 9}
	first := p.saw(look{beds: beds})
	guid := p.at("a/p001").GUID
	seen := func(what, run string, whole bool) {
		t.Helper()
		got, ok, err := p.Seen(t.Context(), guid)
		p.ok(err)
		if !ok || got.Run != run || got.Whole != whole || !got.At.Equal(p.run(run).Ended) || got.Scan != p.run(run).Scan {
			t.Errorf("%s: %+v (%v), want %s, whole: %v", what, got, ok, run, whole)
		}
	}
	seen("the run that found it", first.ID, true)

	same := p.saw(look{beds: beds})
	seen("a run that found it unchanged", same.ID, true)
	p.walk(look{beds: beds})
	seen("a run that has not ended", same.ID, true)
	p.sweep(p.Service)

	part := p.saw(look{beds: beds, failed: map[string]bool{"a": true}})
	if part.Counts.NotSeen == 0 {
		t.Fatal("all was seen")
	}
	seen("a run that could not read it", part.ID, false)

	other := p.saw(look{scan: "other", beds: map[string]int{"a": 9}})
	seen("a run of another scan", other.ID, true)
	last := p.saw(look{beds: beds})
	seen("the first scan again", last.ID, true)

	p.pass(time.Hour)
	p.saw(look{scan: "other", beds: map[string]int{"b": 9}})
	seen("a run that does not read where it is", last.ID, true)
}

func TestNoRunVouchesForWhatNoneHasSeen(t *testing.T) {
	p := newProtocol(t)
	p.walk(look{beds: map[string]int{"a": 2}})
	if _, ok, err := p.Seen(t.Context(), p.at("a/p001").GUID); ok || err != nil {
		t.Errorf("its first run has not ended: %v %v", ok, err)
	}
	p.sweep(p.Service)
	guid := p.at("a/p001").GUID
	p.ok(p.DeleteScan(t.Context(), "plot", "all"))
	if _, ok, err := p.Seen(t.Context(), guid); ok || err != nil {
		t.Errorf("its scan is gone: %v %v", ok, err)
	}
}
