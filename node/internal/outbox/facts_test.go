package outbox

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/node/internal/disk/disktest"
)

// noise is text that does not compress to much less.
func noise(seed uint64, n int) string {
	r, out := rng(seed), make([]byte, n)
	for i := range out {
		out[i] = byte(' ' + r.IntN(90))
	}
	return string(out)
}

// joined packs facts, checks every bound on the way, and gives what all batches say together.
func joined(t *testing.T, f bus.Facts) (all bus.Facts, batches int) {
	t.Helper()
	err := new(packer).pack(f, func(body []byte, part bus.Facts) {
		batches++
		raw, err := bus.Unpack(body)
		if err != nil || len(body) > bus.MaxPacked || len(raw) > bus.MaxUnpacked {
			t.Fatalf("batch %d: %d bytes packed, %d unpacked, %v", batches, len(body), len(raw), err)
		}
		var got bus.Facts
		if err := bus.Decode(raw, &got); err != nil {
			t.Fatal(err)
		}
		if len(got.Assets) != len(part.Assets) || len(got.Rows) != 0 && len(got.Rows) != len(got.Assets) {
			t.Fatalf("%d assets and %d rows", len(got.Assets), len(got.Rows))
		}
		for i := range got.Assets {
			if raw, err := bus.Encode(got.Assets[i]); err != nil || len(raw) > bus.MaxAsset {
				t.Fatalf("an asset of %d bytes left, %v", len(raw), err)
			}
		}
		all.Assets, all.Rows, all.Gaps = append(all.Assets, got.Assets...), append(all.Rows, got.Rows...), append(all.Gaps, got.Gaps...)
		all.Children, all.Seen = append(all.Children, got.Children...), append(all.Seen, got.Seen...)
	})
	if err != nil {
		t.Fatal(err)
	}
	return all, batches
}

func TestFactsAreSplit(t *testing.T) {
	t.Run("where they are too big packed", func(t *testing.T) {
		f := facts("x", 300)
		for i := range f.Assets {
			f.Assets[i].Comment = noise(uint64(i), 20_000)
		}
		f.Gaps = []model.Gap{{Path: "shop", Code: "PermissionDenied"}}
		all, n := joined(t, f)
		if n < 5 || n > 16 || len(all.Assets) != 300 || len(all.Gaps) != 1 {
			t.Fatalf("%d batches, %d assets", n, len(all.Assets))
		}
		for i := range all.Assets {
			if all.Assets[i].Name != f.Assets[i].Name || all.Rows[i] != f.Rows[i] {
				t.Fatalf("asset %d is not where it was", i)
			}
		}
	})
	t.Run("where they are too big unpacked", func(t *testing.T) {
		f := facts("x", 40)
		for i := range f.Assets {
			f.Assets[i].Comment = strings.Repeat("long ", 200_000)
		}
		if all, n := joined(t, f); n < 3 || len(all.Assets) != 40 {
			t.Errorf("%d batches, %d assets", n, len(all.Assets))
		}
	})
	t.Run("where they hold no asset", func(t *testing.T) {
		var f bus.Facts
		for i := range 3001 {
			f.Gaps = append(f.Gaps, model.Gap{Path: fmt.Sprint(i), Code: "X", Remedy: noise(uint64(i), 900)})
		}
		f.Children = []model.Unit{{Title: noise(1, 700_000)}}
		f.Seen = []bus.Seen{{Container: "a", Bits: []byte(noise(2, 700_000))}, {Container: "b", Generation: 4, Bits: []byte(noise(3, 700_000))}}
		for i := range 60_000 {
			f.Seen[1].Moved = append(f.Seen[1].Moved, bus.MovedMeasure{
				Position: uint32(i), Hash: model.HashOf("t", fmt.Sprint(i)), Measures: []model.Measure{{Name: "rows", Value: int64(i) << 33}},
			})
		}
		all, _ := joined(t, f)
		moved, bits := 0, 0
		for _, s := range all.Seen {
			moved, bits = moved+len(s.Moved), bits+len(s.Bits)
			if s.Container == "b" && s.Generation != 4 {
				t.Error("a part has lost its generation")
			}
		}
		if len(all.Gaps) != 3001 || len(all.Children) != 1 || moved != 60_000 || bits != 1_400_000 {
			t.Errorf("%d gaps, %d children, %d moved, %d bits", len(all.Gaps), len(all.Children), moved, bits)
		}
	})
}

func TestAssetTooBigIsCut(t *testing.T) {
	wide := func() bus.Facts {
		f := facts("x", 3)
		a := &f.Assets[1]
		a.Columns = nil
		for i := range 1600 {
			a.Columns = append(a.Columns, model.Column{Name: fmt.Sprint("c", i), Type: "text", Ordinal: i + 1, Comment: noise(uint64(i), 2000)})
		}
		a.Keys = []model.Key{{Name: "first", Kind: model.PrimaryKey, Columns: []string{"c0"}}, {Name: "last", Kind: model.UniqueKey, Columns: []string{"c0", "c1599"}}}
		a.Lineage = &model.Lineage{Inputs: []model.Ref{{Type: "t", Path: "p"}}, Columns: []model.ColumnEdge{{From: "a", To: "c1"}, {From: "a", To: "c1598"}}}
		return f
	}
	t.Run("by its last columns, with a gap", func(t *testing.T) {
		f := wide()
		all, _ := joined(t, f)
		a := all.Assets[1]
		if n := len(a.Columns); n < 500 || n > 700 || a.Columns[n-1].Name != fmt.Sprint("c", n-1) {
			t.Errorf("%d columns are left", n)
		}
		if len(a.Keys) != 1 || len(a.Lineage.Columns) != 1 || len(a.Lineage.Inputs) != 1 {
			t.Errorf("keys %v, lineage %v", a.Keys, a.Lineage)
		}
		if len(all.Gaps) != 1 || all.Gaps[0].Code != GapAssetCut || all.Gaps[0].Path != a.Path || all.Gaps[0].Count != 1600-len(a.Columns) {
			t.Errorf("gaps %+v", all.Gaps)
		}
		if len(f.Assets[1].Columns) != 1600 || len(f.Gaps) != 0 || len(f.Assets[1].Keys) != 2 {
			t.Error("the caller's facts were changed")
		}
	})
	t.Run("by its last columns where it compresses", func(t *testing.T) {
		f := wide()
		for i := range f.Assets[1].Columns {
			f.Assets[1].Columns[i].Comment = strings.Repeat("long", 500)
		}
		all, _ := joined(t, f)
		if n := len(all.Assets[1].Columns); n < 950 || n > 1048 {
			t.Errorf("%d columns are left", n)
		}
	})
	t.Run("by its text, keeping every column", func(t *testing.T) {
		f := facts("x", 1)
		f.Assets[0].Text = noise(1, 3<<20)
		all, _ := joined(t, f)
		if len(all.Assets[0].Columns) != 2 || all.Assets[0].Text != "" || len(all.Gaps) != 1 || all.Gaps[0].Count != 0 {
			t.Errorf("%d columns, gaps %+v", len(all.Assets[0].Columns), all.Gaps)
		}
	})
	t.Run("and refused when its names alone are too long, whole facts or nothing", func(t *testing.T) {
		a, d := newAccount(t), disktest.New(rng(1))
		b := openBox(t, d, a)
		f := facts("x", 2)
		f.Assets[1].Path = noise(1, 3<<20)
		if err := b.Facts(ref(1), f); !fault.Is(err, fault.Invalid) {
			t.Errorf("%v", err)
		}
		must(t, b.Facts(ref(1), facts("y", 1)))
		run(b, a, start)
		if len(a.store[ref(1)]) != 1 {
			t.Errorf("%d batches", len(a.store[ref(1)]))
		}
	})
	t.Run("what was packed stays when more is packed in the same room", func(t *testing.T) {
		var p packer
		var bodies [][]byte
		for _, name := range []string{"a", "b", "c"} {
			must(t, p.pack(facts(name, 300), func(body []byte, _ bus.Facts) { bodies = append(bodies, body) }))
		}
		for i, name := range []string{"a", "b", "c"} {
			raw, err := bus.Unpack(bodies[i])
			must(t, err)
			want, err := bus.Encode(facts(name, 300))
			must(t, err)
			if !bytes.Equal(raw, want) {
				t.Errorf("the body of %s is another", name)
			}
		}
	})
	t.Run("rows without their assets are refused", func(t *testing.T) {
		f := facts("x", 2)
		f.Rows = f.Rows[:1]
		if err := new(packer).pack(f, func([]byte, bus.Facts) {}); !fault.Is(err, fault.Invalid) {
			t.Errorf("%v", err)
		}
	})
}

// BenchmarkSeal seals facts of 2,000 tables with 12 columns each, up to the disk.
func BenchmarkSeal(b *testing.B) {
	f := facts("bench", 2000)
	for i := range f.Assets {
		a := &f.Assets[i]
		a.Columns = nil
		for c := range 12 {
			a.Columns = append(a.Columns, model.Column{Name: fmt.Sprintf("column_%d_%d", i%7, c), Type: "character varying(64)", Ordinal: c + 1})
		}
	}
	d := disktest.New(rng(1))
	box := openBox(b, d, newAccount(b))
	b.ReportAllocs()
	for n := 0; b.Loop(); n++ {
		r := ref(int64(n))
		must(b, box.Facts(r, f))
		box.Step(start)
		box.Discard(r, "measured")
		box.Step(start)
	}
}
