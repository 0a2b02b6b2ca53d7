package broker

import (
	"os"
	"strings"
	"testing"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/filter"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/node/internal/pipe"
)

func testJudge() *judge {
	kind := actor{}.Describe()
	sieve, err := filter.New(&kind, nil, nil)
	if err != nil {
		panic(err)
	}
	j := newJudge(&kind, grant("tables", 1), sieve)
	j.lent([]bus.BaseBlock{{Container: "shop/public", Generation: 2, Rows: make([]byte, 8*bus.BaseRowSize)}})
	j.lent([]bus.BaseBlock{{Container: "shop/public", Generation: 2, First: 8, Rows: make([]byte, 3*bus.BaseRowSize)}})
	return j
}

func TestJudgeKnowsTheBase(t *testing.T) {
	for name, c := range map[string]struct {
		seen bus.Seen
		ok   bool
	}{
		"all":                   {bus.Seen{Container: "shop/public", Generation: 2, Bits: []byte{0xff, 7}}, true},
		"moved":                 {bus.Seen{Container: "shop/public", Generation: 2, Moved: []bus.MovedMeasure{{Position: 10}}}, true},
		"too_long":              {bus.Seen{Container: "shop/public", Generation: 2, Bits: []byte{0xff, 7, 0}}, false},
		"moved_beyond":          {bus.Seen{Container: "shop/public", Generation: 2, Moved: []bus.MovedMeasure{{Position: 11}}}, false},
		"an_older_generation":   {bus.Seen{Container: "shop/public", Generation: 1, Bits: []byte{1}}, false},
		"of_another_container":  {bus.Seen{Container: "shop", Generation: 2, Bits: []byte{1}}, false},
		"a_measure_with_a_null": {bus.Seen{Container: "shop/public", Generation: 2, Moved: []bus.MovedMeasure{{Position: 1, Measures: []model.Measure{{Name: "\x00"}}}}}, false},
	} {
		t.Run(name, func(t *testing.T) {
			if err := testJudge().facts(&bus.Facts{Seen: []bus.Seen{c.seen}}); (err == nil) != c.ok {
				t.Fatal(err)
			}
		})
	}
}

func TestJudgeRefusesEnds(t *testing.T) {
	listed, _ := bus.Encode([]model.Listed{{Container: "bank", Whole: true}})
	for name, end := range map[string]pipe.End{
		"no_outcome":           {},
		"read_with_a_code":     {Outcome: bus.OutcomeRead, Code: "X"},
		"failed_without":       {Outcome: bus.OutcomeFailed},
		"an_open_code":         {Outcome: bus.OutcomeFailed, Code: "row 4711"},
		"a_container_outside":  {Outcome: bus.OutcomeRead, Listed: listed},
		"a_list_of_other_sort": {Outcome: bus.OutcomeRead, Listed: []byte{0x80 + 1, 0x01}},
	} {
		t.Run(name, func(t *testing.T) {
			payload, err := bus.Encode(end)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := testJudge().end(payload); !fault.Is(err, fault.Invalid) {
				t.Fatal(err)
			}
		})
	}
}

func FuzzJudge(f *testing.F) {
	for _, lie := range lies() {
		b, err := bus.Encode(lie)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		var facts bus.Facts
		if pipe.Decode(in, &facts) != nil {
			return
		}
		if testJudge().facts(&facts) != nil {
			return
		}
		for _, a := range facts.Assets {
			if !model.Below(a.Path, "shop") || model.Below(a.Path, "shop/hidden") || a.Type != "table" {
				t.Fatalf("%+v passed", a)
			}
		}
	})
}

func TestTextsThatCanBeStoredAnywhere(t *testing.T) {
	for text, want := range map[string]bool{
		"": true, "plain": true, "tab\t": true, "Straße": true, "\U0001f600": true, strings.Repeat("x", pipe.MaxText): true,
		"\x00": false, "a\x00b": false, "ß\x00": false, "\xff": false, "a\xc3": false, strings.Repeat("x", pipe.MaxText+1): false,
	} {
		if sound(text) != want {
			t.Errorf("%.20q: %v", text, !want)
		}
	}
}

func BenchmarkJudge(b *testing.B) {
	var facts bus.Facts
	for i := range 500 {
		a := table(i)
		facts.Assets = append(facts.Assets, *a)
		facts.Rows = append(facts.Rows, bus.BaseRow{Hash: model.HashOf(a.Type, model.QualifiedName("actor://host/", a.Path))})
	}
	payload, err := bus.Encode(facts)
	if err != nil {
		b.Fatal(err)
	}
	judge := testJudge()
	b.ReportAllocs()
	for b.Loop() {
		var back bus.Facts
		if err := pipe.Decode(payload, &back); err != nil {
			b.Fatal(err)
		}
		if err := judge.facts(&back); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/500, "ns/asset")
}

// BenchmarkWorker is the whole path of new assets: connector, survey, pipe, decoding, judge, sink.
func BenchmarkWorker(b *testing.B) {
	s := raise(b, "honest", nil)
	s.play(grant("tables", 1)) // the process is warm
	b.ResetTimer()
	a := newAudience()
	a.forget = true
	s.Start(grant("tables", b.N), nil, a)
	if end := a.wait(b); end.Assets != uint64(b.N) {
		b.Fatal(end)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "assets/s")
	eventually(b, "the worker is back", func() bool { return len(s.slots) == 0 })
	b.ReportMetric(float64(rss(b, s.pids()[0]))/(1<<20), "worker-MB")
	b.ReportMetric(float64(rss(b, os.Getpid()))/(1<<20), "supervisor-MB")
}
