package survey

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/classify"
	"github.com/purlieu/purlieu/connector"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/node/internal/pipe"
	"github.com/purlieu/purlieu/sample"
)

const today = 20_500

// deep is a job of level 3.
func deep() pipe.Job {
	j := job()
	j.Grant.Level, j.Today = model.L3, today
	return j
}

// marked is a rule for cells that begin with "x".
func marked(version int) []classify.Rule {
	return []classify.Rule{{
		ID: "marked", Class: "PURLIEU.TEST.MARKED", Title: "Marked", Says: "Begins with x.", Version: version,
		Shape: classify.Shape{Allow: classify.Letter | classify.Digit, Least: 2, Most: 20},
		Match: func(cell string) classify.Grade {
			if cell == "xpanic" {
				panic("canary " + cell)
			}
			if cell[0] == 'x' {
				return classify.Strong
			}
			return classify.No
		},
	}}
}

func engine(t testing.TB, version int) *classify.Engine {
	t.Helper()
	e, err := classify.New(marked(version))
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// source is a connector whose tables can be sampled.
type source struct {
	script
	reads int
}

// sampled emits n tables; column c0 holds marked cells, c1 others, the rest nothing. read may replace that.
func sampled(n int, change func(i int, a *model.Asset), read func(i int, table *sample.Table) error) *source {
	s := &source{}
	s.scan = func(_ context.Context, _ connector.Env, emit connector.Emit) error {
		for i := range n {
			a := table(i)
			if change != nil {
				change(i, a)
			}
			err := emit.Sampled(a, func(_ context.Context, t *sample.Table) error {
				s.reads++
				if read != nil {
					return read(i, t)
				}
				fill(t)
				return nil
			})
			if err != nil {
				return err
			}
		}
		return nil
	}
	return s
}

func fill(t *sample.Table) {
	for k := range 20 {
		t.Column("c0").Add(fmt.Sprintf("x%d", k))
		t.Column("c1").Add(fmt.Sprintf("y%d", k))
		t.Column("c2").Null()
	}
}

func runDeep(t *testing.T, job pipe.Job, base []bus.BaseBlock, c connector.Connector, e *classify.Engine) *outcome {
	t.Helper()
	out := &outcome{}
	var log strings.Builder
	deps := Deps{Log: slog.New(slog.NewTextHandler(&log, nil)), Engine: e}
	out.end = Run(context.Background(), job, NewBase(base...), c, deps, func(p *bus.Piece) error {
		f, raw := factsOf(t, p)
		if strings.Contains(string(raw), "canary") {
			t.Error("a value left")
		}
		out.Assets, out.Rows = append(out.Assets, f.Assets...), append(out.Rows, f.Rows...)
		out.Gaps, out.Seen = append(out.Gaps, f.Gaps...), append(out.Seen, f.Seen...)
		return nil
	})
	if strings.Contains(log.String(), "canary") {
		t.Errorf("a value is in the log: %s", log.String())
	}
	return out
}

func TestSampling(t *testing.T) {
	e := engine(t, 1)
	c := sampled(3, nil, nil)
	first := runDeep(t, deep(), nil, c, e)
	if c.reads != 3 || len(first.Assets) != 3 || len(first.Gaps) != 0 {
		t.Fatalf("%d reads, %d assets, %v", c.reads, len(first.Assets), first.Gaps)
	}
	a := first.Assets[0]
	want := model.Evidence{Rule: "marked", Version: 1, Tried: 20, Matches: 20, Distinct: 20}
	if a.Facets&model.FacetClassification == 0 || len(a.Columns[0].Classes) != 1 || a.Columns[0].Classes[0] != (model.Class{Name: "PURLIEU.TEST.MARKED", Evidence: want}) {
		t.Fatalf("facets %d, %+v", a.Facets, a.Columns[0])
	}
	if a.Columns[0].Unjudged || a.Columns[1].Unjudged || len(a.Columns[1].Classes) != 0 || !a.Columns[2].Unjudged || !a.Columns[3].Unjudged {
		t.Errorf("columns are judged otherwise than they were read: %+v", a.Columns[:4])
	}
	if first.Rows[0].Sampled.Day() != today {
		t.Errorf("sampled on day %d", first.Rows[0].Sampled.Day())
	}
	base := nextBase(first.Rows)

	// again runs once more, and tells reads and assets that left whole.
	again := func(t *testing.T, j pipe.Job, e *classify.Engine, change func(int, *model.Asset)) (reads, whole, seen int) {
		t.Helper()
		c := sampled(3, change, nil)
		got := runDeep(t, j, base, c, e)
		set, _ := got.bits("shop/public")
		if len(got.Gaps) != 0 || got.end.Outcome != bus.OutcomeRead {
			t.Errorf("%v, %+v", got.Gaps, got.end)
		}
		return c.reads, len(got.Assets), len(set)
	}
	for name, c := range map[string]struct {
		job                func(*pipe.Job)
		engine             *classify.Engine
		change             func(int, *model.Asset)
		reads, whole, seen int
	}{
		"an unchanged table is not read again": {nil, e, nil, 0, 0, 3},
		"a sample stands for thirty days":      {func(j *pipe.Job) { j.Today += 29 }, e, nil, 0, 0, 3},
		"and then it is taken again":           {func(j *pipe.Job) { j.Today += 30 }, e, nil, 3, 3, 0},
		"a changed table is read again":        {nil, e, func(i int, a *model.Asset) { a.Columns[0].NotNull = i != 1 }, 1, 1, 2},
		"so is one that grew":                  {nil, e, func(i int, a *model.Asset) { a.Measures[1].Value *= int64(i + 1) }, 2, 2, 1},
		"but not one that grew a little":       {nil, e, func(_ int, a *model.Asset) { a.Measures[1].Value += a.Measures[1].Value / 10 }, 0, 0, 3},
		"new rules read everything again":      {nil, engine(t, 2), nil, 3, 3, 0},
		"a full run reads everything again":    {func(j *pipe.Job) { j.Grant.Full = true }, e, nil, 3, 3, 0},
		"at level 2 nothing is read":           {func(j *pipe.Job) { j.Grant.Level = model.L2 }, e, nil, 0, 3, 0},
		"without rules nothing is read":        {nil, nil, nil, 0, 3, 0},
	} {
		t.Run(name, func(t *testing.T) {
			j := deep()
			if c.job != nil {
				c.job(&j)
			}
			reads, whole, seen := again(t, j, c.engine, c.change)
			if reads != c.reads || whole != c.whole || seen != c.seen {
				t.Errorf("%d reads, %d assets, %d seen; want %d, %d, %d", reads, whole, seen, c.reads, c.whole, c.seen)
			}
		})
	}
}

func TestASampleThatFails(t *testing.T) {
	denied := fault.New(fault.Denied, "PermissionDenied", "canary").Try("grant select on table … to the login")
	fails := func(i int, t *sample.Table) error {
		fill(t)
		if i == 1 {
			return denied
		}
		return nil
	}
	c := sampled(3, nil, fails)
	first := runDeep(t, deep(), nil, c, engine(t, 1))
	gap := model.Gap{Path: "shop/public/t00001", Facet: model.FacetClassification, Code: "PermissionDenied", Remedy: denied.Remedy}
	if len(first.Assets) != 3 || !slices.Equal(first.Gaps, []model.Gap{gap}) || first.end.Outcome != bus.OutcomeRead {
		t.Fatalf("%d assets, %+v, %+v", len(first.Assets), first.Gaps, first.end)
	}
	a := first.Assets[1]
	if a.Facets&model.FacetClassification != 0 || len(a.Columns[0].Classes) != 0 || a.Columns[0].Unjudged || first.Rows[1].Sampled != 0 {
		t.Errorf("the table counts as sampled: %+v, %v", a, first.Rows[1].Sampled)
	}
	t.Run("is tried again and costs a bit", func(t *testing.T) {
		c := sampled(3, nil, fails)
		got := runDeep(t, deep(), nextBase(first.Rows), c, engine(t, 1))
		set, _ := got.bits("shop/public")
		if c.reads != 1 || len(got.Assets) != 0 || len(set) != 3 || len(got.Gaps) != 1 {
			t.Errorf("%d reads, %d assets, %d seen, %v", c.reads, len(got.Assets), len(set), got.Gaps)
		}
	})
	t.Run("leaves once it can be had", func(t *testing.T) {
		c := sampled(3, nil, nil)
		got := runDeep(t, deep(), nextBase(first.Rows), c, engine(t, 1))
		if c.reads != 1 || len(got.Assets) != 1 || len(got.Assets[0].Columns[0].Classes) != 1 {
			t.Errorf("%d reads, %d assets", c.reads, len(got.Assets))
		}
	})
	t.Run("with a panic is a gap", func(t *testing.T) {
		got := runDeep(t, deep(), nil, sampled(2, nil, func(i int, t *sample.Table) error {
			fill(t)
			if i == 0 {
				t.Column("c0").Add("xpanic")
			}
			return nil
		}), engine(t, 1))
		if len(got.Assets) != 2 || !slices.Equal(codes(got.Gaps), []string{"ReaderPanicked"}) || got.end.Outcome != bus.OutcomeRead {
			t.Errorf("%d assets, %v, %+v", len(got.Assets), got.Gaps, got.end)
		}
	})
	t.Run("ends the run when the run is over", func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		c := sampled(2, nil, func(int, *sample.Table) error { cancel(); return denied })
		end := Run(ctx, deep(), nil, c, Deps{Engine: engine(t, 1)}, func(*bus.Piece) error { return nil })
		if end.Code != "Cancelled" || c.reads != 1 {
			t.Errorf("%+v after %d reads", end, c.reads)
		}
	})
}

// A drawer is a folder of files, one of which has values, with the base that each scan of it leaves to the next.
type drawer struct {
	t      *testing.T
	level  model.Level
	stamps []uint64 // of the files; the last can be sampled
	opened []int
	rows   map[model.Hash]bus.BaseRow
}

func (d *drawer) scan(today uint32) (opened []int, seen *outcome) {
	d.t.Helper()
	j := job()
	j.Grant.Level, j.Today, d.opened = d.level, today, nil
	var base []bus.BaseBlock
	if len(d.rows) > 0 {
		base = nextBase(slices.Collect(maps.Values(d.rows)))
	}
	got := runDeep(d.t, j, base, script{scan: d.read}, engine(d.t, 1))
	for _, row := range got.Rows {
		d.rows[row.Hash] = row
	}
	return d.opened, got
}

func (d *drawer) read(_ context.Context, env connector.Env, emit connector.Emit) error {
	for i, stamp := range d.stamps {
		a := table(i)
		a.Stamp = stamp
		if open, sample := env.Want(a.Type, a.Path, stamp); !open && !sample {
			continue
		}
		d.opened = append(d.opened, i)
		err := error(nil)
		if i < len(d.stamps)-1 {
			a.Columns = nil
			err = emit.Asset(a)
		} else {
			err = emit.Sampled(a, func(_ context.Context, t *sample.Table) error { fill(t); return nil })
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func TestAFileIsOpenedOnceForEachTimeItChanges(t *testing.T) {
	for _, level := range []model.Level{model.L2, model.L3} {
		t.Run(fmt.Sprint("at level ", level), func(t *testing.T) {
			d := &drawer{t: t, level: level, stamps: []uint64{11, 12, 13}, rows: map[model.Hash]bus.BaseRow{}}
			opens := func(when string, today uint32, want ...int) {
				t.Helper()
				opened, got := d.scan(today)
				set, _ := got.bits("shop/public")
				if !slices.Equal(opened, want) || len(got.Gaps) != 0 || len(got.Assets)+len(set) != 3 {
					t.Errorf("%s: %v were opened, not %v; %d assets, %d seen, %v", when, opened, want, len(got.Assets), len(set), got.Gaps)
				}
			}
			opens("at first", today, 0, 1, 2)
			opens("unchanged", today)
			d.stamps[0], d.stamps[2] = 21, 23 // written anew, with the same structure
			opens("changed", today, 0, 2)
			opens("unchanged since", today)
			if level < model.L3 {
				opens("later", today+bus.SampleDays)
				return
			}
			opens("when the sample is old", today+bus.SampleDays, 2)
			opens("when the sample is fresh", today+bus.SampleDays)
		})
	}
}

func TestAConnectorCannotSayClasses(t *testing.T) {
	forged := []model.Class{{Name: "MICROSOFT.PERSONAL.EMAIL"}}
	got := run(t, job(), nil, tables(1, func(_ int, a *model.Asset) {
		a.Facets |= model.FacetClassification
		a.Classes, a.Columns[0].Classes, a.Columns[0].Unjudged = forged, forged, true
	}))
	a := got.Assets[0]
	if a.Facets&model.FacetClassification != 0 || len(a.Classes)+len(a.Columns[0].Classes) != 0 || a.Columns[0].Unjudged {
		t.Errorf("%+v", a)
	}
}

func TestTextsThatTheirConnectorCleanedAreNotCleanedAgain(t *testing.T) {
	clean := []string{model.CleanText("\xff.csv"), model.CleanText("a\x00b"), model.CleanText(`a\x00b`)}
	got := run(t, job(), nil, tables(1, func(_ int, a *model.Asset) {
		a.Name, a.Comment, a.Columns[0].Name, a.Columns[1].Name = clean[0], "\xff", clean[1], clean[2]
	}))
	a := got.Assets[0]
	if left := []string{a.Name, a.Columns[0].Name, a.Columns[1].Name}; !slices.Equal(left, clean) || a.Comment != `\xFF` {
		t.Errorf("%q left as %q, %q", clean, left, a.Comment)
	}
}

func TestColumnNamesThatAreTidiedStillHaveTheirCells(t *testing.T) {
	const name = "a\x00b" // of a connector that does not clean it
	got := runDeep(t, deep(), nil, sampled(1, func(_ int, a *model.Asset) { a.Columns[0].Name = name }, func(_ int, t *sample.Table) error {
		for k := range 9 {
			t.Column(name).Add(fmt.Sprintf("x%d", k))
		}
		return nil
	}), engine(t, 1))
	if c := got.Assets[0].Columns[0]; c.Name != `a\x00b` || len(c.Classes) != 1 {
		t.Errorf("%+v", c)
	}
}

func TestClassesKeepTheBoundsOfAnAsset(t *testing.T) {
	const wide = 10_000
	got := runDeep(t, deep(), nil, sampled(1, func(_ int, a *model.Asset) {
		a.Columns = a.Columns[:0]
		for i := range wide {
			a.Columns = append(a.Columns, model.Column{Name: fmt.Sprintf("c%d", i), Ordinal: i + 1})
		}
	}, func(_ int, t *sample.Table) error {
		for i := range wide {
			for k := range 8 {
				t.Column(fmt.Sprintf("c%d", i)).Add(fmt.Sprintf("x%d", k))
			}
		}
		return nil
	}), engine(t, 1))
	raw, err := bus.Encode(bus.Facts{Assets: got.Assets, Rows: got.Rows})
	if err != nil || len(raw) > bus.MaxAsset {
		t.Fatal(len(raw), err)
	}
	var back bus.Facts
	if err := pipe.Decode(raw, &back); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(codes(got.Gaps), []string{"AssetCut"}) || !got.Assets[0].Columns[wide-1].Unjudged || len(got.Assets[0].Columns[0].Classes) != 1 {
		t.Errorf("%v", got.Gaps)
	}
}
