package storetest

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

var mapTests = []test{
	{"entities keep every field, by hash, by row and by native id", func(w *world) {
		list := w.insert(nasty()...)
		w.view(func(tx store.Tx) {
			for _, e := range list {
				equal(w, get(tx.Map().ByHash(w.ctx, []model.Hash{e.Hash}))(w), map[model.Hash]store.Entity{e.Hash: e})
				equal(w, get(tx.Map().ByID(w.ctx, []int64{e.ID, 1 << 40}))(w), map[int64]store.Entity{e.ID: e})
				equal(w, get(tx.Map().ByNative(w.ctx, "shop", "table", e.NativeID))(w), []store.Entity{e})
			}
			equal(w, len(get(tx.Map().ByNative(w.ctx, "shop", "view", list[0].NativeID))(w)), 0)
			equal(w, len(get(tx.Map().ByHash(w.ctx, nil))(w)), 0)
			equal(w, len(get(tx.Map().ByID(w.ctx, nil))(w)), 0)
		})
	}},
	{"layers that are absent stay nil", func(w *world) {
		e := store.Entity{Hash: model.HashOf("t", "q"), Type: "t", QualifiedName: "q"}
		w.update(func(tx store.Tx) {
			list := []store.Entity{e}
			w.ok(tx.Map().Insert(w.ctx, list))
			equal(w, get(tx.Map().ByID(w.ctx, []int64{list[0].ID}))(w)[list[0].ID], list[0])
		})
	}},
	{"a hash that is taken is a conflict, a row that is not there is not found", func(w *world) {
		list := w.insert("a", "b")
		w.update(func(tx store.Tx) {
			w.fails(tx.Map().Insert(w.ctx, []store.Entity{entity("a", 1)}), fault.Conflict)
			w.fails(tx.Map().Set(w.ctx, []store.Entity{{ID: 1 << 40}}), fault.NotFound)
			list[1].Hash = list[0].Hash
			w.fails(tx.Map().Set(w.ctx, list[1:]), fault.Conflict)
		})
	}},
	{"set writes the whole row", func(w *world) {
		e := w.insert("a")[0]
		was := e.Hash
		w.update(func(tx store.Tx) {
			e.Hash, e.QualifiedName, e.Name, e.Deleted, e.Scanned, e.Authored = model.HashOf("table", "new"), "new", "New", true, nil, []byte{}
			e.Parent, e.Source, e.NativeID, e.Fingerprint, e.Modified = model.Hash{}, "", "", 7, at(9)
			e.Version = get(tx.Map().NextVersion(w.ctx))(w)
			w.ok(tx.Map().Set(w.ctx, []store.Entity{e}))
			got := get(tx.Map().ByHash(w.ctx, []model.Hash{e.Hash, was}))(w)
			if len(got) != 1 || len(got[e.Hash].Authored) != 0 {
				w.Fatalf("%+v", got)
			}
			set := got[e.Hash]
			set.Authored = e.Authored
			equal(w, set, e)
		})
	}},
	{"ten thousand hashes are found at once, twins and strangers among them", func(w *world) {
		list := w.insert(numbered(10_000)...)
		hashes := make([]model.Hash, 0, 20_000)
		for i := len(list) - 1; i >= 0; i-- {
			hashes = append(hashes, list[i].Hash, model.HashOf("no", list[i].Name), list[i].Hash)
		}
		w.view(func(tx store.Tx) {
			got := get(tx.Map().ByHash(w.ctx, hashes))(w)
			equal(w, len(got), len(list))
			for _, e := range list {
				if got[e.Hash].ID != e.ID || got[e.Hash].Name != e.Name {
					w.Fatalf("%s is row %d, got %+v", e.Name, e.ID, got[e.Hash])
				}
			}
		})
	}},
	{"a layer of a megabyte comes back as it was", func(w *world) {
		e := entity("big", 1)
		e.Scanned = bytes.Repeat([]byte{0, 1, 254, 255}, 1<<18)
		w.update(func(tx store.Tx) {
			list := []store.Entity{e}
			w.ok(tx.Map().Insert(w.ctx, list))
			if got := get(tx.Map().ByHash(w.ctx, []model.Hash{e.Hash}))(w); !bytes.Equal(got[e.Hash].Scanned, e.Scanned) {
				w.Fatal("changed")
			}
		})
	}},
	{"children are live, in byte order of names, in pages", listChildren},
	{"changes are followed by version, never cut in two", followChanges},
	{"live entities are counted by source", func(w *world) {
		list := w.insert("a", "b", "c")
		w.update(func(tx store.Tx) {
			list[0].Deleted, list[1].Source = true, "Shop"
			w.ok(tx.Map().Set(w.ctx, list[:2]))
			for source, want := range map[string]int64{"": 2, "shop": 1, "Shop": 1, "none": 0} {
				equal(w, get(tx.Map().Count(w.ctx, source))(w), want)
			}
			equal(w, len(get(tx.Map().ByNative(w.ctx, "shop", "table", list[0].NativeID))(w)), 0)
		})
	}},
	{"formers are kept once for each row, and found by scan, row and native id", formers},
	{"what was deleted long ago is purged, oldest first, and its history stays", purge},
	{"history is newest first, in pages by version", func(w *world) {
		w.update(func(tx store.Tx) {
			var list []store.Change
			for v := range 6 {
				list = append(list, store.Change{Entity: 1, Version: int64(v + 1), At: at(v), Actor: "scan:shop/daily", Verb: "updated", Diff: []byte(`{"é":1}`)},
					store.Change{Entity: 2, Version: int64(v + 1), At: at(v), Actor: "ada", Verb: "created"})
			}
			w.ok(tx.Map().AddChanges(w.ctx, list))
			page := get(tx.Map().History(w.ctx, 1, 0, 2))(w)
			equal(w, page, []store.Change{list[10], list[8]})
			equal(w, get(tx.Map().History(w.ctx, 1, page[1].Version, 2))(w), []store.Change{list[6], list[4]})
			equal(w, get(tx.Map().History(w.ctx, 2, 2, 9))(w), []store.Change{list[1]})
			equal(w, len(get(tx.Map().History(w.ctx, 3, 0, 9))(w)), 0)
		})
	}},
	{"history ends with the creation that stands in a row", func(w *world) {
		one := w.insert("a")[0]
		created := store.Change{Entity: one.ID, Version: one.CreatedIn, At: one.Created, Actor: one.CreatedBy, Verb: "created"}
		second := store.Change{Entity: one.ID, Version: one.CreatedIn, At: at(3), Actor: "ada", Verb: "updated"}
		third := store.Change{Entity: one.ID, Version: one.CreatedIn + 1, At: at(4), Actor: "ada", Verb: "deleted", Diff: []byte("{}")}
		w.update(func(tx store.Tx) {
			equal(w, get(tx.Map().History(w.ctx, one.ID, 0, 9))(w), []store.Change{created})
			w.ok(tx.Map().AddChanges(w.ctx, []store.Change{second, third}))
			equal(w, get(tx.Map().History(w.ctx, one.ID, 0, 9))(w), []store.Change{third, second, created})
			equal(w, get(tx.Map().History(w.ctx, one.ID, 0, 2))(w), []store.Change{third}) // a version is not cut in two
			equal(w, get(tx.Map().History(w.ctx, one.ID, third.Version, 2))(w), []store.Change{second, created})
			equal(w, len(get(tx.Map().History(w.ctx, one.ID, one.CreatedIn, 9))(w)), 0)
			one.Version, one.CreatedIn = third.Version, 0 // as in a map from before rows said it
			w.ok(tx.Map().Set(w.ctx, []store.Entity{one}))
			equal(w, get(tx.Map().History(w.ctx, one.ID, 0, 9))(w), []store.Change{third, second})
		})
	}},
	{"measures are one row a day, newest first", func(w *world) {
		w.update(func(tx store.Tx) {
			m := func(entity int64, day int32, list ...model.Measure) store.MeasureRow {
				return store.MeasureRow{Entity: entity, Day: day, Measures: list}
			}
			w.ok(tx.Map().PutMeasures(w.ctx, []store.MeasureRow{
				m(1, 100, model.Measure{Name: "rows", Value: 5}), m(1, -3, model.Measure{Name: "größe", Value: -1 << 63}), m(2, 100, model.Measure{Name: "rows", Value: 9}),
			}))
			w.ok(tx.Map().PutMeasures(w.ctx, []store.MeasureRow{m(1, 100, model.Measure{Name: "rows", Value: 6}, model.Measure{Name: "bytes", Value: 1<<63 - 1}), m(1, 101)}))
			equal(w, get(tx.Map().Measures(w.ctx, 1, 9))(w), []store.MeasureRow{
				m(1, 101), m(1, 100, model.Measure{Name: "rows", Value: 6}, model.Measure{Name: "bytes", Value: 1<<63 - 1}), m(1, -3, model.Measure{Name: "größe", Value: -1 << 63}),
			})
			equal(w, len(get(tx.Map().Measures(w.ctx, 1, 2))(w)), 2)
		})
	}},
	{"the past that scans made is forgotten, what people did is kept", func(w *world) {
		var list []store.Change
		for v := range 12 {
			actor := "scan:shop/daily"
			if v%4 == 1 {
				actor = []string{"ada", "scanner", "scan"}[v/4]
			}
			list = append(list, store.Change{Entity: 1, Version: int64(v + 1), At: at(v), Actor: actor, Verb: "updated"})
		}
		w.update(func(tx store.Tx) { w.ok(tx.Map().AddChanges(w.ctx, list)) })
		steps := 0
		for next := int64(0); steps == 0 || next != 0; steps++ {
			w.update(func(tx store.Tx) {
				old, behind, err := tx.Map().OldChanges(w.ctx, at(8), next, 3)
				w.ok(err)
				next = behind
				w.ok(tx.Map().DropChanges(w.ctx, old))
			})
		}
		if steps < 3 {
			w.Errorf("%d steps of 3 for 8 changes", steps)
		}
		w.view(func(tx store.Tx) {
			equal(w, get(tx.Map().History(w.ctx, 1, 0, 99))(w), []store.Change{list[11], list[10], list[9], list[8], list[5], list[1]})
		})
	}},
	{"measures are forgotten by day, a few at a time, but the newest of each entity", func(w *world) {
		var rows []store.MeasureRow
		put := func(entity int64, days ...int32) {
			for _, day := range days {
				rows = append(rows, store.MeasureRow{Entity: entity, Day: day, Measures: []model.Measure{{Name: "rows", Value: int64(day)}}})
			}
		}
		put(1, -4, 100, 101, 102, 103, 104)
		put(2, 100, 101, 102) // nothing moved since
		put(3, -5)
		put(4, 103)
		w.update(func(tx store.Tx) { w.ok(tx.Map().PutMeasures(w.ctx, rows)) })
		for range 2 { // the second time there is nothing to remove
			steps := 0
			for next := (*store.MeasureKey)(nil); steps == 0 || next != nil; steps++ {
				w.update(func(tx store.Tx) {
					old, behind, err := tx.Map().OldMeasures(w.ctx, 103, next, 2)
					w.ok(err)
					next = behind
					w.ok(tx.Map().DropMeasures(w.ctx, old))
				})
				if steps > 9 {
					w.Fatal("it comes to no end")
				}
			}
			w.view(func(tx store.Tx) {
				for entity, want := range map[int64][]store.MeasureRow{1: {rows[5], rows[4]}, 2: {rows[8]}, 3: {rows[9]}, 4: {rows[10]}} {
					equal(w, get(tx.Map().Measures(w.ctx, entity, 99))(w), want)
				}
			})
		}
	}},
	{"edges are replaced by process and bound to their far end", bindEdges},
	{"parts are kept until their run is final", keepParts},
	{"bases are found at or below a root", findBases},
	{"a base that is written in pieces is there when its last one is", draftBases},
	{"blocks of a base are found by position and hash, and changed alone", findBlocks},
}

func listChildren(w *world) {
	list := w.insert(nasty()...)
	twin := entity("a", 1)
	twin.Type, twin.Hash = "view", model.HashOf("view", twin.QualifiedName)
	w.update(func(tx store.Tx) {
		twins := []store.Entity{twin}
		w.ok(tx.Map().Insert(w.ctx, twins))
		gone := list[3]
		gone.Deleted = true
		w.ok(tx.Map().Set(w.ctx, []store.Entity{gone}))
	})
	want := slices.Insert(slices.Delete(nasty(), 3, 4), slices.Index(nasty(), "a"), "a")
	if slices.Index(nasty(), "a") <= 3 {
		w.Fatal("the names of the suite changed")
	}
	slices.Sort(want)
	w.view(func(tx store.Tx) {
		var got []store.Entity
		var name string
		var id int64
		for {
			page := get(tx.Map().Children(w.ctx, list[0].Parent, name, id, 4))(w)
			got = append(got, page...)
			if len(page) < 4 {
				break
			}
			name, id = page[3].Name, page[3].ID
		}
		equal(w, names(got), want)
		equal(w, len(get(tx.Map().Children(w.ctx, model.Hash{}, "", 0, 9))(w)), 0)
	})
}

func followChanges(w *world) {
	first := w.insert("a", "b", "c")
	second := w.insert("d", "e")
	third := w.insert("f")
	v := []int64{first[0].Version, second[0].Version, third[0].Version}
	w.view(func(tx store.Tx) {
		page := func(after, id int64, limit int) string {
			return fmt.Sprint(names(get(tx.Map().ChangedAfter(w.ctx, after, id, limit))(w)))
		}
		equal(w, page(0, 0, 9), "[a b c d e f]")
		equal(w, page(0, 0, 6), "[a b c d e f]")
		equal(w, page(0, 0, 4), "[a b c]")
		equal(w, page(v[0], 0, 2), "[d e]")
		equal(w, page(v[0], first[2].ID, 2), "[d e]")
		equal(w, page(0, 0, 2), "[a b]")
		equal(w, page(v[0], first[1].ID, 2), "[c]")
		equal(w, page(v[0], first[1].ID, 3), "[c d e]")
		equal(w, page(v[1], 0, 3), "[f]")
		equal(w, page(v[2], 0, 3), "[]")
		equal(w, get(tx.Map().Version(w.ctx))(w), v[2])
	})
	w.update(func(tx store.Tx) { // a change moves a row to the end, deleted or not
		first[0].Version, first[0].Deleted = get(tx.Map().NextVersion(w.ctx))(w), true
		w.ok(tx.Map().Set(w.ctx, first[:1]))
		equal(w, fmt.Sprint(names(get(tx.Map().ChangedAfter(w.ctx, 0, 0, 9))(w))), "[b c d e f a]")
	})
}

func bindEdges(w *world) {
	far := []model.Hash{model.HashOf("table", "a"), model.HashOf("table", "b")}
	edge := func(process int64, input bool, i int, id int64) store.Edge {
		return store.Edge{Process: process, Input: input, Far: far[i], FarType: "table", FarName: "pg://é/" + far[i].String(), FarID: id, Columns: []byte(`[{"from":"x","to":"y"}]`)}
	}
	w.update(func(tx store.Tx) {
		m := tx.Map()
		one := []store.Edge{edge(1, true, 0, 0), edge(1, true, 1, 12), edge(1, false, 0, 0)}
		two := []store.Edge{edge(2, true, 0, 0)}
		two[0].Columns = nil
		w.ok(m.PutEdges(w.ctx, []int64{1, 2, 4}, append(slices.Clone(two), one...)))
		equal(w, get(m.EdgesOfProcess(w.ctx, []int64{2, 1, 3}))(w), append(slices.Clone(two), one...))
		equal(w, get(m.EdgesOfAsset(w.ctx, far[:1], 9))(w), []store.Edge{one[0], one[2], two[0]})
		equal(w, len(get(m.EdgesOfAsset(w.ctx, far, 3))(w)), 3)
		w.ok(m.BindEdges(w.ctx, map[model.Hash]int64{far[0]: 77}))
		for _, e := range get(m.EdgesOfAsset(w.ctx, far[:1], 9))(w) {
			equal(w, e.FarID, 77)
		}
		equal(w, get(m.EdgesOfAsset(w.ctx, far[1:], 9))(w)[0].FarID, 12)
		w.ok(m.BindEdges(w.ctx, map[model.Hash]int64{far[0]: 0}))
		equal(w, get(m.EdgesOfProcess(w.ctx, []int64{2}))(w), two)
		w.ok(m.PutEdges(w.ctx, []int64{1}, one[1:2]))
		equal(w, get(m.EdgesOfProcess(w.ctx, []int64{2}))(w), two)
		equal(w, get(m.EdgesOfProcess(w.ctx, []int64{1}))(w), one[1:2])
		w.ok(m.PutEdges(w.ctx, []int64{1}, nil))
		w.ok(m.PutEdges(w.ctx, nil, nil))
		equal(w, len(get(m.EdgesOfProcess(w.ctx, []int64{1}))(w)), 0)
	})
}

func keepParts(w *world) {
	part := func(run string, unit int64, container string) store.Part {
		return store.Part{Run: run, Unit: unit, Attempt: 3, Container: container, Generation: 4, Rows: []byte{1}, Seen: []byte{0}, Moved: []byte{2}}
	}
	bare := store.Part{Run: "r", Unit: 1, Container: "b"}
	w.update(func(tx store.Tx) {
		m := tx.Map()
		w.ok(m.AddParts(w.ctx, []store.Part{part("r", 2, "b"), part("r", 1, "B"), bare, part("r", 1, ""), part("s", 1, "c")}))
		w.ok(m.AddParts(w.ctx, []store.Part{part("r", 1, "b")}))
		equal(w, get(m.Parts(w.ctx, "r", "b"))(w), []store.Part{bare, part("r", 1, "b"), part("r", 2, "b")})
		equal(w, get(m.Containers(w.ctx, "r", "", 9))(w), []string{"", "B", "b"})
		equal(w, get(m.Containers(w.ctx, "r", "B", 9))(w), []string{"b"})
		equal(w, len(get(m.Containers(w.ctx, "r", "", 2))(w)), 2)
		w.ok(m.DeleteParts(w.ctx, "r"))
		equal(w, len(get(m.Containers(w.ctx, "r", "", 9))(w)), 0)
		equal(w, get(m.Containers(w.ctx, "s", "", 9))(w), []string{"c"})
	})
}
