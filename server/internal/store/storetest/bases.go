package storetest

import (
	"bytes"
	"strings"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

// rowsOf are packed rows of these hashes, of a size of the engine's own choice: it looks at nothing but the hash.
func rowsOf(hashes ...byte) (rows []byte) {
	for _, h := range hashes {
		rows = append(append(rows, bytes.Repeat([]byte{h}, len(model.Hash{}))...), h, 0, 0xff)
	}
	return rows
}

// place drafts a base with blocks and puts it in its place.
func (w *world) place(m store.Map, b store.Base, blocks ...store.Block) store.Base {
	w.Helper()
	w.ok(m.DraftBase(w.ctx, &b))
	for i := range blocks {
		blocks[i].Base = b.ID
	}
	w.ok(m.AddBlocks(w.ctx, blocks))
	w.ok(m.PlaceBase(w.ctx, b.ID, b.Count))
	return b
}

func findBases(w *world) {
	all := []string{"", "shop", "shop!", "shop-a/x", "shop/a", "shop/a/b", "shop0", "shopping", "Ω/%/x"}
	w.update(func(tx store.Tx) {
		m := tx.Map()
		place := func(scan, container string, n int64) store.Base {
			b := store.Base{Scan: scan, Container: container, Generation: n, Count: n, Grants: []byte{0, byte(n)}}
			return w.place(m, b, store.Block{Rows: rowsOf(byte(n))})
		}
		for i, c := range all {
			place("s/1", c, int64(i))
		}
		place("s/2", "shop", 99)
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
		again := place("s/1", "shop", 7)
		equal(w, get(m.Bases(w.ctx, "s/1", "shop", "", 1))(w), []store.Base{again})
		w.ok(m.DeleteBases(w.ctx, "s/1"))
		equal(w, found("", "", 99), nil)
		equal(w, len(get(m.Blocks(w.ctx, again.ID, 0, 9))(w)), 0)
		equal(w, len(get(m.Bases(w.ctx, "s/2", "", "", 9))(w)), 1)
	})
}

func draftBases(w *world) {
	base := func(m store.Map) []store.Base { return get(m.Bases(w.ctx, "s/1", "", "", 9))(w) }
	draft := func(generation int64) store.Base {
		b := store.Base{Scan: "s/1", Container: "/a", Generation: generation}
		w.update(func(tx store.Tx) { w.ok(tx.Map().DraftBase(w.ctx, &b)) })
		return b
	}
	add := func(m store.Map, b store.Base, first int64, hashes ...byte) error {
		return m.AddBlocks(w.ctx, []store.Block{{Base: b.ID, First: first, Rows: rowsOf(hashes...)}})
	}
	old := store.Base{Scan: "s/1", Container: "/a", Generation: 1, Count: 1}
	w.update(func(tx store.Tx) {
		old = w.place(tx.Map(), old, store.Block{Rows: rowsOf(9)})
		w.place(tx.Map(), store.Base{Scan: "s/1", Container: "/b"})
	})
	one, two := draft(2), draft(2)
	if one.ID == two.ID || one.ID == old.ID {
		w.Fatalf("drafts %d and %d beside %d", one.ID, two.ID, old.ID)
	}
	w.update(func(tx store.Tx) {
		w.ok(add(tx.Map(), one, 0, 1, 2))
		w.ok(add(tx.Map(), two, 0, 3, 4))
	})
	w.update(func(tx store.Tx) {
		w.ok(add(tx.Map(), two, 2, 5))
		equal(w, base(tx.Map())[0], old) // what is drafted is not there yet
	})
	w.update(func(tx store.Tx) {
		m := tx.Map()
		w.ok(m.PlaceBase(w.ctx, two.ID, 3))
		two.Count = 3
		equal(w, base(m)[0], two)
		equal(w, len(base(m)), 2)
		for _, gone := range []store.Base{old, one} {
			equal(w, len(get(m.Blocks(w.ctx, gone.ID, 0, 9))(w)), 0)
		}
	})
	for name, late := range map[string]func(m store.Map) error{
		"a block":       func(m store.Map) error { return add(m, one, 2, 7) },
		"a place":       func(m store.Map) error { return m.PlaceBase(w.ctx, one.ID, 2) },
		"behind it all": func(m store.Map) error { return add(m, two, 3, 7) },
	} {
		err := w.Update(w.ctx, store.Ingest, func(tx store.Tx) error { return late(tx.Map()) })
		if !fault.Is(err, fault.NotFound) {
			w.Errorf("%s of a draft that is none any more: %v", name, err)
		}
	}
	left := draft(3)
	w.update(func(tx store.Tx) { w.ok(add(tx.Map(), left, 0, 8)) })
	w.update(func(tx store.Tx) {
		w.ok(tx.Map().DropDrafts(w.ctx, "s/1"))
		equal(w, len(get(tx.Map().Blocks(w.ctx, left.ID, 0, 9))(w)), 0)
		equal(w, base(tx.Map())[0], two)
	})
	if next := draft(4); next.ID <= left.ID {
		w.Errorf("the number %d was given again", next.ID)
	}
}

func findBlocks(w *world) {
	var base, other store.Base
	w.update(func(tx store.Tx) {
		base = w.place(tx.Map(), store.Base{Scan: "s/1", Container: "/a", Count: 6},
			store.Block{Rows: rowsOf(2, 4)}, store.Block{First: 2, Rows: rowsOf(6, 8, 10)}, store.Block{First: 5, Rows: rowsOf(12)})
		other = w.place(tx.Map(), store.Base{Scan: "s/1", Container: "/b", Count: 1}, store.Block{Rows: rowsOf(1)})
	})
	blocks := []store.Block{
		{Base: base.ID, Rows: rowsOf(2, 4)}, {Base: base.ID, First: 2, Rows: rowsOf(6, 8, 10)}, {Base: base.ID, First: 5, Rows: rowsOf(12)},
	}
	w.view(func(tx store.Tx) {
		m := tx.Map()
		equal(w, get(m.Blocks(w.ctx, base.ID, 0, 9))(w), blocks)
		equal(w, get(m.Blocks(w.ctx, base.ID, 1, 1))(w), blocks[:1])
		equal(w, get(m.Blocks(w.ctx, base.ID, 2, 9))(w), blocks[1:])
		equal(w, get(m.Blocks(w.ctx, base.ID, 4, 1))(w), blocks[1:2])
		equal(w, get(m.Blocks(w.ctx, base.ID, 99, 9))(w), blocks[2:])
		equal(w, len(get(m.Blocks(w.ctx, base.ID+99, 0, 9))(w)), 0)
		for hash, want := range map[byte]int{2: 0, 3: 0, 5: 0, 6: 1, 7: 1, 11: 1, 12: 2, 200: 2} {
			b, ok, err := m.BlockOf(w.ctx, base.ID, model.Hash(rowsOf(hash)))
			w.ok(err)
			if !ok {
				w.Fatalf("no block has what begins with %d", hash)
			}
			equal(w, b, blocks[want])
		}
		if b, ok, err := m.BlockOf(w.ctx, base.ID, model.Hash(rowsOf(1))); ok || err != nil {
			w.Errorf("%v, %v", b, err)
		}
	})
	changed := store.Block{Base: base.ID, First: 2, Rows: rowsOf(6, 8, 10)}
	changed.Rows[len(model.Hash{})] = 77
	w.update(func(tx store.Tx) { w.ok(tx.Map().SetBlock(w.ctx, changed)) })
	w.update(func(tx store.Tx) {
		m := tx.Map()
		equal(w, get(m.Blocks(w.ctx, base.ID, 0, 9))(w), []store.Block{blocks[0], changed, blocks[2]})
		heads := get(m.Bases(w.ctx, "s/1", "", "", 9))(w)
		equal(w, []int64{heads[0].Changed, heads[1].Changed}, []int64{1, 0})
		equal(w, get(m.Blocks(w.ctx, other.ID, 0, 9))(w), []store.Block{{Base: other.ID, Rows: rowsOf(1)}})
	})
	for name, b := range map[string]store.Block{
		"at another position": {Base: base.ID, First: 3, Rows: rowsOf(6, 8, 10)}, "that begins with another": {Base: base.ID, First: 2, Rows: rowsOf(7, 8, 10)},
		"of fewer rows": {Base: base.ID, First: 2, Rows: rowsOf(6, 8)}, "of another base": {Base: other.ID, First: 2, Rows: rowsOf(6, 8, 10)},
	} {
		err := w.Update(w.ctx, store.Ingest, func(tx store.Tx) error { return tx.Map().SetBlock(w.ctx, b) })
		if !fault.Is(err, fault.NotFound) {
			w.Errorf("a block %s: %v", name, err)
		}
	}
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
