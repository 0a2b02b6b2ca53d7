package survey

import (
	"context"
	"fmt"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/connector"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/node/internal/pipe"
)

func TestRun(t *testing.T) {
	const n = 1200
	first := run(t, job(), nil, tables(n, nil))
	if len(first.Assets) != n || len(first.Rows) != n || first.end.Outcome != bus.OutcomeRead || first.end.Assets != n {
		t.Fatalf("first: %d assets, %d rows, %+v", len(first.Assets), len(first.Rows), first.end)
	}
	for i, a := range first.Assets {
		if first.Rows[i].Hash != model.HashOf("table", "script://host/"+a.Path) {
			t.Fatal("rows are not in the order of assets")
		}
	}
	var listed []model.Listed
	if err := bus.Decode(first.end.Listed, &listed); err != nil || len(listed) != 1 || !listed[0].Whole {
		t.Fatal(listed, err)
	}
	base := nextBase(first.Rows)

	t.Run("sends_only_bits_when_nothing_changed", func(t *testing.T) {
		got := run(t, job(), base, tables(n, nil))
		set, moved := got.bits("shop/public")
		if len(got.Assets) != 0 || len(set) != n || len(moved) != 0 || got.pieces != 1 || got.end.Assets != n {
			t.Fatalf("%d assets, %d bits, %d moved in %d pieces", len(got.Assets), len(set), len(moved), got.pieces)
		}
		if got.Seen[0].Generation != 3 {
			t.Fatal("generation", got.Seen[0].Generation)
		}
	})

	t.Run("sends_a_changed_asset_whole_and_leaves_its_bit_clear", func(t *testing.T) {
		got := run(t, job(), base, tables(n, func(i int, a *model.Asset) {
			if i == 77 {
				a.Columns[3].Type = "text"
			}
		}))
		set, _ := got.bits("shop/public")
		if len(got.Assets) != 1 || got.Assets[0].Name != "t00077" || len(set) != n-1 {
			t.Fatalf("%d assets, %d bits", len(got.Assets), len(set))
		}
	})

	t.Run("moved_measures_travel_by_position", func(t *testing.T) {
		got := run(t, job(), base, tables(n, func(i int, a *model.Asset) {
			if i%2 == 0 {
				a.Measures[0].Value++
			}
		}))
		set, moved := got.bits("shop/public")
		if len(got.Assets) != 0 || len(set) != n || len(moved) != n/2 {
			t.Fatalf("%d assets, %d bits, %d moved", len(got.Assets), len(set), len(moved))
		}
		b := NewBase(base...)
		b.ready()
		for _, m := range moved {
			if _, at, ok := b.listings["shop/public"].find(m.Hash); !ok || at != m.Position {
				t.Fatal("a measure at the wrong position")
			}
		}
	})

	t.Run("what_vanished_has_no_bit", func(t *testing.T) {
		got := run(t, job(), base, tables(n-5, nil))
		if set, _ := got.bits("shop/public"); len(set) != n-5 {
			t.Fatal(len(set))
		}
	})

	t.Run("a_full_run_ignores_bases", func(t *testing.T) {
		j := job()
		j.Grant.Full = true
		got := run(t, j, base, tables(n, nil))
		if len(got.Assets) != n || len(got.Seen) != 0 {
			t.Fatal(len(got.Assets), len(got.Seen))
		}
	})

	t.Run("another_level_or_version_sends_all_again", func(t *testing.T) {
		j := job()
		j.Grant.Level = model.L1
		if got := run(t, j, base, tables(n, nil)); len(got.Assets) != n {
			t.Fatal("level", len(got.Assets))
		}
		c := tables(n, nil)
		c.version = 2
		if got := run(t, job(), base, c); len(got.Assets) != n {
			t.Fatal("version", len(got.Assets))
		}
	})

	t.Run("an_asset_that_is_reported_twice_leaves_once", func(t *testing.T) {
		twice := func(i int, a *model.Asset) { a.Path, a.Name = table(i/2).Path, table(i/2).Name }
		if got := run(t, job(), nil, tables(100, twice)); len(got.Assets) != 50 || got.end.Assets != 50 {
			t.Fatal(len(got.Assets), got.end.Assets)
		}
		changed := func(i int, a *model.Asset) { twice(i, a); a.Comment = "other" }
		if got := run(t, job(), base, tables(100, changed)); len(got.Assets) != 50 {
			t.Fatal(len(got.Assets))
		}
	})

	t.Run("a_base_out_of_order_is_left_aside", func(t *testing.T) {
		rows := slices.Clone(first.Rows)
		sort.Slice(rows, func(i, j int) bool { return string(rows[i].Hash[:]) > string(rows[j].Hash[:]) })
		bad := bus.BaseBlock{Container: "shop/public", Generation: 3}
		for _, r := range rows {
			bad.Rows = bus.AppendBaseRow(bad.Rows, r)
		}
		if got := run(t, job(), []bus.BaseBlock{bad}, tables(n, nil)); len(got.Assets) != n || len(got.Seen) != 0 {
			t.Fatal(len(got.Assets), len(got.Seen))
		}
	})
}

func TestRunKeepsBack(t *testing.T) {
	for code, spoil := range map[string]func(a *model.Asset){
		"UndeclaredType":    func(a *model.Asset) { a.Type = "secret_table" },
		"OutsideUnit":       func(a *model.Asset) { a.Path, a.Container = "other/public/t", "other/public" },
		"OutsideScope":      func(a *model.Asset) { a.Path = "shop/public/x_hidden" },
		"BadPath":           func(a *model.Asset) { a.Path = "shop/public/a\x00b" },
		"ContainerNotAbove": func(a *model.Asset) { a.Container = "shop/private" },
	} {
		t.Run(code, func(t *testing.T) {
			j := job()
			j.Grant.Scope.Exclude = []string{"shop/public/x*"}
			got := run(t, j, nil, tables(3, func(i int, a *model.Asset) {
				if i == 1 {
					spoil(a)
				}
			}))
			if len(got.Assets) != 2 || !slices.Equal(codes(got.Gaps), []string{code}) || got.end.Outcome != bus.OutcomeRead {
				t.Fatal(len(got.Assets), got.Gaps, got.end)
			}
		})
	}
}

func TestRunTidies(t *testing.T) {
	long := strings.Repeat("ä", pipe.MaxText)
	got := run(t, job(), nil, tables(1, func(_ int, a *model.Asset) {
		a.Comment, a.Columns[0].Comment = "a\x00b\xff", long
		a.Columns[0].Number = 9
	}))
	a := got.Assets[0]
	if a.Comment != `a\x00b\xFF` || len(a.Columns[0].Comment) > pipe.MaxText || !strings.HasPrefix(long, a.Columns[0].Comment) {
		t.Fatalf("%q, %d bytes", a.Comment, len(a.Columns[0].Comment))
	}
	if a.Columns[0].Number != 0 || !slices.Equal(codes(got.Gaps), []string{"TextCut"}) {
		t.Fatal(a.Columns[0].Number, got.Gaps)
	}

	huge := run(t, job(), nil, tables(2, func(i int, a *model.Asset) {
		if i == 0 {
			for range 200 {
				a.Columns = append(a.Columns, model.Column{Name: "c", Comment: long})
			}
		}
	}))
	if len(huge.Assets) != 2 || !slices.Contains(codes(huge.Gaps), "AssetCut") {
		t.Fatal(len(huge.Assets), huge.Gaps)
	}
	if body, _ := bus.Encode(huge.Assets[0]); len(body) > bus.MaxAsset || len(huge.Assets[0].Columns) < 10 {
		t.Fatal(len(body), len(huge.Assets[0].Columns))
	}

	many := run(t, job(), nil, tables(1, func(_ int, a *model.Asset) { a.Columns = make([]model.Column, 1<<17) }))
	if len(many.Assets) != 1 || len(many.Assets[0].Columns) > maxElements {
		t.Fatal(len(many.Assets))
	}
}

func TestPlan(t *testing.T) {
	j := job()
	j.Grant.Unit = model.Unit{}
	got := run(t, j, nil, script{plan: func(env connector.Env, emit func(model.Unit) error) error {
		for i := range 3000 {
			if err := emit(model.Unit{Title: env.Setting("database"), Below: "shop", Step: "tables", Args: map[string]string{"page": fmt.Sprint(i)}}); err != nil {
				return err
			}
		}
		return emit(model.Unit{Title: "for ever"})
	}})
	if len(got.Children) != 3000 || got.Children[0].Title != "shop" || !slices.Equal(codes(got.Gaps), []string{"UnitWithoutStep"}) {
		t.Fatal(len(got.Children), got.Gaps)
	}
}

func TestWant(t *testing.T) {
	stamped := func(i int, a *model.Asset) { a.Stamp = uint64(i + 1) }
	base := nextBase(run(t, job(), nil, tables(10, stamped)).Rows)
	asking := script{scan: func(_ context.Context, env connector.Env, emit connector.Emit) error {
		if env.Afresh() {
			return fault.New(fault.Internal, "Wrong", "there is a base")
		}
		for i := range 10 {
			stamp := uint64(i + 1)
			if i == 4 {
				stamp = 99
			}
			if open, sample := env.Want("table", table(i).Path, stamp); open != (i == 4) || sample {
				return fault.New(fault.Internal, "Wrong", "table %d", i)
			}
		}
		return nil
	}}
	got := run(t, job(), base, asking)
	if set, _ := got.bits("shop/public"); got.end.Outcome != bus.OutcomeRead || len(set) != 9 || got.end.Assets != 9 {
		t.Fatal(got.end, len(set))
	}
	// The same stamps at a deeper level must be opened.
	j := job()
	j.Grant.Level = model.L3
	deeper := script{scan: func(_ context.Context, env connector.Env, _ connector.Emit) error {
		if open, sample := env.Want("table", table(1).Path, 2); !open || !sample {
			return fault.New(fault.Internal, "Wrong", "not opened")
		}
		return nil
	}}
	if got := runDeep(t, j, base, deeper, engine(t, 1)); got.end.Outcome != bus.OutcomeRead {
		t.Fatal(got.end)
	}
}

// What is afresh is wanted whole: Want is not asked then.
func TestAfresh(t *testing.T) {
	base := nextBase(run(t, job(), nil, tables(10, nil)).Rows)
	full := job()
	full.Grant.Full = true
	for title, c := range map[string]struct {
		job  pipe.Job
		base []bus.BaseBlock
		want bool
	}{
		"without a base": {job(), nil, true},
		"with one":       {job(), base, false},
		"read in full":   {full, base, true},
	} {
		asking := script{scan: func(_ context.Context, env connector.Env, _ connector.Emit) error {
			if open, _ := env.Want("table", table(1).Path, 7); env.Afresh() != c.want || !open {
				return fault.New(fault.Internal, "Wrong", "%v", env.Afresh())
			}
			return nil
		}}
		if got := run(t, c.job, c.base, asking); got.end.Outcome != bus.OutcomeRead {
			t.Error(title, got.end)
		}
	}
}
