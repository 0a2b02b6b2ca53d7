package storetest

import (
	"bytes"
	"fmt"
	"time"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/server/internal/store"
)

func (w *world) put(tx store.Tx, unit int64, attempt, number uint32, notBefore time.Time) store.BatchRow {
	w.Helper()
	b := store.BatchRow{Unit: unit, Attempt: attempt, Number: number, Node: "n1", Body: []byte{1, 2, 3}, Received: at(1), NotBefore: notBefore}
	w.ok(tx.Inbox().Put(w.ctx, &b))
	return b
}

func numbers(list []store.BatchRow) string {
	out := ""
	for _, b := range list {
		out += fmt.Sprintf("%d.%d.%d ", b.Unit, b.Attempt, b.Number)
	}
	return out
}

var inboxTests = []test{
	{"a batch comes back as it was, once", func(w *world) {
		body := bytes.Repeat([]byte{0, 255, 7}, 350_000)
		b := store.BatchRow{Unit: 1, Attempt: 2, Number: 1<<32 - 1, Node: "n1", Body: body, Received: at(1)}
		w.update(func(tx store.Tx) {
			w.ok(tx.Inbox().Put(w.ctx, &b))
			again := b
			w.fails(tx.Inbox().Put(w.ctx, &again), fault.Conflict)
			other := store.BatchRow{Unit: 1, Attempt: 3, Number: b.Number, Node: "n1", Received: at(1)}
			w.ok(tx.Inbox().Put(w.ctx, &other))
			if other.Seq <= b.Seq {
				w.Fatalf("seq %d after %d", other.Seq, b.Seq)
			}
		})
		w.view(func(tx store.Tx) { equal(w, get(tx.Inbox().Next(w.ctx, 0, 1))(w), []store.BatchRow{b}) })
	}},
	{"next gives what waits and whose time has come, oldest first", func(w *world) {
		w.update(func(tx store.Tx) {
			w.put(tx, 2, 1, 0, time.Time{})
			late := w.put(tx, 1, 1, 0, tx.Now().Add(time.Hour))
			third := w.put(tx, 1, 1, 1, tx.Now())
			bad := w.put(tx, 1, 1, 2, time.Time{})
			equal(w, numbers(get(tx.Inbox().Next(w.ctx, 0, 9))(w)), "2.1.0 1.1.1 1.1.2 ")
			equal(w, numbers(get(tx.Inbox().Next(w.ctx, third.Seq, 9))(w)), "1.1.2 ")
			bad.Failures, bad.Quarantined = 5, "does not decode"
			w.ok(tx.Inbox().Set(w.ctx, bad))
			equal(w, numbers(get(tx.Inbox().Next(w.ctx, 0, 9))(w)), "2.1.0 1.1.1 ")
			equal(w, get(tx.Inbox().Quarantined(w.ctx, 9))(w), []store.BatchRow{bad})
			batches, size, err := tx.Inbox().Waiting(w.ctx)
			w.ok(err)
			equal(w, [2]int64{batches, size}, [2]int64{3, 9})
			late.NotBefore, late.Failures = tx.Now(), 2
			w.ok(tx.Inbox().Set(w.ctx, late))
			equal(w, numbers(get(tx.Inbox().Next(w.ctx, 0, 2))(w)), "2.1.0 1.1.0 ")
			w.fails(tx.Inbox().Set(w.ctx, store.BatchRow{Seq: 1 << 40}), fault.NotFound)
		})
	}},
	{"deleting takes one batch, or the older attempts of one unit", func(w *world) {
		w.update(func(tx store.Tx) {
			w.put(tx, 1, 1, 0, time.Time{})
			w.put(tx, 1, 2, 0, time.Time{})
			w.put(tx, 1, 3, 0, time.Time{})
			w.put(tx, 2, 1, 0, time.Time{})
			w.ok(tx.Inbox().DeleteUnit(w.ctx, 1, 3))
			left := get(tx.Inbox().Next(w.ctx, 0, 9))(w)
			equal(w, numbers(left), "1.3.0 2.1.0 ")
			w.ok(tx.Inbox().Delete(w.ctx, left[0].Seq))
			w.fails(tx.Inbox().Delete(w.ctx, left[0].Seq), fault.NotFound)
			equal(w, numbers(get(tx.Inbox().Next(w.ctx, 0, 9))(w)), "2.1.0 ")
		})
	}},
}
