package storetest

import (
	"bytes"
	"strings"

	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

func findBases(w *world) {
	base := func(scan, container string, n int64) store.Base {
		return store.Base{Scan: scan, Container: container, Generation: n, Rows: bytes.Repeat([]byte{byte(n)}, 3), Grants: []byte{0, byte(n)}}
	}
	all := []string{"", "shop", "shop!", "shop-a/x", "shop/a", "shop/a/b", "shop0", "shopping", "Ω/%/x"}
	w.update(func(tx store.Tx) {
		m := tx.Map()
		for i, c := range all {
			w.ok(m.PutBase(w.ctx, base("s/1", c, int64(i))))
		}
		w.ok(m.PutBase(w.ctx, base("s/2", "shop", 99)))
		found := func(root, after string, limit int) []string {
			var out []string
			for _, b := range get(m.Bases(w.ctx, "s/1", root, after, limit))(w) {
				out = append(out, b.Container)
			}
			return out
		}
		equal(w, found("", "", 99), all)
		equal(w, found("", "shop", 2), []string{"shop!", "shop-a/x"})
		equal(w, found("shop", "", 99), []string{"shop", "shop/a", "shop/a/b"})
		equal(w, found("shop", "shop", 1), []string{"shop/a"})
		equal(w, found("shop/a", "", 99), []string{"shop/a", "shop/a/b"})
		equal(w, found("sho", "", 99), nil)
		equal(w, found("Ω/%", "", 99), []string{"Ω/%/x"})
		w.ok(m.PutBase(w.ctx, base("s/1", "shop", 7)))
		equal(w, get(m.Bases(w.ctx, "s/1", "shop", "", 1))(w), []store.Base{base("s/1", "shop", 7)})
		w.ok(m.DeleteBases(w.ctx, "s/1"))
		equal(w, found("", "", 99), nil)
		equal(w, len(get(m.Bases(w.ctx, "s/2", "", "", 9))(w)), 1)
	})
}

func formers(w *world) {
	list := w.insert("a", "b", "c")
	former := func(i int, actor, native string) store.Former {
		return store.Former{Entity: list[i].ID, Actor: actor, Source: "shop", Type: "table", NativeID: native, Scanned: []byte{byte(i)}}
	}
	long := strings.Repeat("n", 500)
	a, b, c := former(0, "scan:shop/1", "1"), former(1, "scan:shop/1", long), former(2, "scan:shop/2", "1")
	w.update(func(tx store.Tx) {
		m := tx.Map()
		w.ok(m.AddFormers(w.ctx, nil))
		w.ok(m.AddFormers(w.ctx, []store.Former{a, b, c}))
		w.ok(m.AddFormers(w.ctx, []store.Former{former(0, "scan:shop/9", "7")})) // the first one stays
		equal(w, get(m.Formers(w.ctx, "scan:shop/1", 0, 9))(w), []store.Former{a, b})
		equal(w, get(m.Formers(w.ctx, "scan:shop/1", a.Entity, 9))(w), []store.Former{b})
		equal(w, get(m.Formers(w.ctx, "scan:shop/1", 0, 1))(w), []store.Former{a})
		equal(w, get(m.FormersByNative(w.ctx, "shop", "table", "1"))(w), []store.Former{a, c})
		equal(w, get(m.FormersByNative(w.ctx, "shop", "table", long))(w), []store.Former{b})
		equal(w, len(get(m.FormersByNative(w.ctx, "shop", "view", "1"))(w)), 0)
		equal(w, get(m.FormersOf(w.ctx, []int64{b.Entity, c.Entity, 1 << 40}))(w), map[int64]store.Former{b.Entity: b, c.Entity: c})
		w.ok(m.DropFormers(w.ctx, []int64{a.Entity, 1 << 40}))
		equal(w, get(m.FormersByNative(w.ctx, "shop", "table", "1"))(w), []store.Former{c})
		list[1].Deleted, list[1].Modified = true, at(0)
		w.ok(m.Set(w.ctx, list[1:2]))
		equal(w, get(m.Purge(w.ctx, at(1), 9))(w), 1)
		equal(w, len(get(m.FormersOf(w.ctx, []int64{b.Entity}))(w)), 0) // gone with its row
	})
}

func purge(w *world) {
	list := w.insert("a", "b", "c", "d")
	w.update(func(tx store.Tx) {
		m := tx.Map()
		for i := range list {
			list[i].Deleted, list[i].Modified = i != 3, at(i)
		}
		w.ok(m.Set(w.ctx, list))
		w.ok(m.AddChanges(w.ctx, []store.Change{{Entity: list[0].ID, Version: 1, At: at(1), Actor: "ada", Verb: "deleted"}}))
		w.ok(m.PutMeasures(w.ctx, []store.MeasureRow{{Entity: list[0].ID, Day: 1, Measures: []model.Measure{{Name: "rows", Value: 1}}}}))
		w.ok(m.PutEdges(w.ctx, []int64{list[0].ID}, []store.Edge{{Process: list[0].ID, Far: list[3].Hash, FarType: "table", FarName: "d", FarID: list[3].ID}}))
		w.ok(m.PutEdges(w.ctx, []int64{list[3].ID}, []store.Edge{{Process: list[3].ID, Far: list[0].Hash, FarType: "table", FarName: "a", FarID: list[0].ID}}))

		equal(w, get(m.Purge(w.ctx, at(0), 9))(w), 0)
		equal(w, get(m.Purge(w.ctx, at(2), 1))(w), 1) // a
		equal(w, len(get(m.ByID(w.ctx, []int64{list[0].ID, list[1].ID}))(w)), 1)
		equal(w, get(m.Purge(w.ctx, at(2), 9))(w), 1) // b
		equal(w, len(get(m.ByHash(w.ctx, []model.Hash{list[2].Hash, list[3].Hash}))(w)), 2)
		equal(w, len(get(m.Measures(w.ctx, list[0].ID, 9))(w)), 0)
		told := get(m.History(w.ctx, list[0].ID, 0, 9))(w)
		if len(told) != 2 || told[0].Verb == told[1].Verb || told[0].Version != told[1].Version {
			w.Errorf("the history of what was purged is %+v", told)
		}
		equal(w, len(get(m.EdgesOfProcess(w.ctx, []int64{list[0].ID}))(w)), 0)
		equal(w, get(m.EdgesOfProcess(w.ctx, []int64{list[3].ID}))(w)[0].FarID, int64(0))

		again := []store.Entity{entity("a", 9)}
		w.ok(m.Insert(w.ctx, again)) // the name is free, the number is not
		if again[0].ID <= list[3].ID {
			w.Errorf("row %d was given again", again[0].ID)
		}
	})
}
