// Package storetest is the suite that every engine of the store passes: each sub-test holds one promise of the
// contract's comments. A change of the contract comes with a test here.
package storetest

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

// Run runs the suite. open gives an empty store of its own at each call and closes it when its test ends; closing
// twice must be harmless.
func Run(t *testing.T, open func(t *testing.T) store.Store) {
	for _, group := range []struct {
		name  string
		tests []test
	}{
		{"tx", txTests}, {"docs", docTests}, {"runs", runTests}, {"inbox", inboxTests}, {"map", mapTests}, {"index", indexTests}, {"orders", orderTests},
	} {
		t.Run(group.name, func(t *testing.T) {
			for _, c := range group.tests {
				t.Run(c.name, func(t *testing.T) { c.run(&world{T: t, Store: open(t), ctx: t.Context()}) })
			}
		})
	}
}

// Replicas runs the tests of what replicas that share a store promise each other. open gives two openings of one
// empty store at each call and closes them when its test ends.
func Replicas(t *testing.T, open func(t *testing.T) [2]store.Store) {
	for _, c := range replicaTests {
		t.Run(c.name, func(t *testing.T) {
			both := open(t)
			c.run(&world{T: t, Store: both[0], ctx: t.Context()}, both[:])
		})
	}
}

type test struct {
	name string
	run  func(w *world)
}

// world is one test with its store.
type world struct {
	*testing.T
	store.Store
	ctx context.Context
}

// update runs fn in a transaction that must commit.
func (w *world) update(fn func(tx store.Tx)) {
	w.Helper()
	w.ok(w.Update(w.ctx, store.People, func(tx store.Tx) error { fn(tx); return nil }))
}

// view runs fn over a snapshot.
func (w *world) view(fn func(tx store.Tx)) {
	w.Helper()
	w.ok(w.View(w.ctx, func(tx store.Tx) error { fn(tx); return nil }))
}

func (w *world) ok(err error) {
	w.Helper()
	if err != nil {
		w.Fatalf("unexpected: %v (%s, %v)", err, fault.CodeOf(err), cause(err))
	}
}

func cause(err error) error {
	if u, ok := err.(interface{ Unwrap() error }); ok {
		return u.Unwrap()
	}
	return nil
}

func (w *world) fails(err error, kind fault.Kind) {
	w.Helper()
	if !fault.Is(err, kind) {
		w.Fatalf("got %v (%v), want %v", err, cause(err), kind)
	}
}

func equal[T any](w *world, got, want T) {
	w.Helper()
	if !reflect.DeepEqual(got, want) {
		w.Fatalf("got\n%+v, want\n%+v", got, want)
	}
}

// get is the value of a call that must not fail.
func get[T any](v T, err error) func(w *world) T {
	return func(w *world) T {
		w.Helper()
		w.ok(err)
		return v
	}
}

// at is a time of the suite: some microseconds after the hour n.
func at(n int) time.Time {
	return time.Date(2031, 5, 6, 0, 0, 0, 123_456_000, time.UTC).Add(time.Duration(n) * time.Hour)
}

// nasty are names that engines have been seen to confuse: case twins, accents in two forms, trailing blanks, quotes,
// patterns, control characters, characters beyond the basic plane, long ones. They come in byte order.
func nasty() []string {
	long := make([]byte, 5000)
	for i := range long {
		long[i] = 'x'
	}
	out := []string{
		"\x01\x1f", " a", "\"quoted\"", "%", "'; drop table doc; --", "A", "Stra\u00dfe", "_", "a", "a ", "a\tb", "ab", "e\u0301",
		string(long), "\\", "é", "ß", "ı", "名前", "\ufffd", "\U0001f389",
	}
	slices.Sort(out)
	return out
}

// entity is a row with everything set, different for each name.
func entity(name string, version int64) store.Entity {
	qn := "pg://host/" + name
	return store.Entity{
		Hash: model.HashOf("table", qn), Type: "table", QualifiedName: qn, Name: name, Parent: model.HashOf("schema", "pg://host"),
		Source: "shop", Collection: "root", NativeID: "oid:" + name, Version: version, Created: at(1), Modified: at(2), CreatedBy: "scan:shop/daily",
		ModifiedBy: "ada", CreatedIn: version, Fingerprint: 1<<63 + 5, NextColumn: 1<<24 - 1, Scanned: []byte{0, 1, 255}, Authored: []byte(`{"a":"é"}`),
	}
}

// insert adds entities of the names in one transaction.
func (w *world) insert(names ...string) []store.Entity {
	w.Helper()
	list := make([]store.Entity, len(names))
	w.update(func(tx store.Tx) {
		v := get(tx.Map().NextVersion(w.ctx))(w)
		for i, n := range names {
			list[i] = entity(n, v)
		}
		w.ok(tx.Map().Insert(w.ctx, list))
	})
	return list
}

func names(list []store.Entity) []string {
	out := make([]string, len(list))
	for i, e := range list {
		out[i] = e.Name
	}
	return out
}

func numbered(n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprintf("t%05d", i)
	}
	return out
}
