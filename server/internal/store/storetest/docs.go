package storetest

import (
	"bytes"
	"strings"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/server/internal/store"
)

var docTests = []test{
	{"put counts versions and keeps the birthday", func(w *world) {
		doc := store.Doc{Kind: "source", Key: "shop", Body: []byte(`{"n":1}`)}
		w.update(func(tx store.Tx) {
			w.ok(tx.Docs().Put(w.ctx, &doc))
			if doc.Version != 1 || !doc.Created.Equal(tx.Now().Truncate(1000)) || !doc.Modified.Equal(doc.Created) {
				w.Fatalf("%+v at %v", doc, tx.Now())
			}
			equal(w, get(tx.Docs().Get(w.ctx, "source", "shop"))(w), doc)
		})
		born := doc.Created
		doc.Body = []byte(`{"n":2}`)
		w.update(func(tx store.Tx) {
			w.ok(tx.Docs().Put(w.ctx, &doc))
			equal(w, get(tx.Docs().Get(w.ctx, "source", "shop"))(w), doc)
		})
		if doc.Version != 2 || !doc.Created.Equal(born) || doc.Modified.Before(born) {
			w.Fatalf("%+v", doc)
		}
	}},
	{"put and delete meet the wrong version with a conflict", func(w *world) {
		w.update(func(tx store.Tx) {
			doc := store.Doc{Kind: "source", Key: "shop", Body: []byte(`1`)}
			w.ok(tx.Docs().Put(w.ctx, &doc))
			w.fails(tx.Docs().Put(w.ctx, &store.Doc{Kind: "source", Key: "shop"}), fault.Conflict)
			w.fails(tx.Docs().Put(w.ctx, &store.Doc{Kind: "source", Key: "shop", Version: 2}), fault.Conflict)
			w.fails(tx.Docs().Put(w.ctx, &store.Doc{Kind: "source", Key: "none", Version: 1}), fault.Conflict)
			w.fails(tx.Docs().Delete(w.ctx, "source", "shop", 2), fault.Conflict)
			w.fails(tx.Docs().Delete(w.ctx, "source", "none", 0), fault.NotFound)
			w.fails(tx.Docs().Delete(w.ctx, "source", "none", 3), fault.NotFound)
			w.ok(tx.Docs().Delete(w.ctx, "source", "shop", 1))
			_, err := tx.Docs().Get(w.ctx, "source", "shop")
			w.fails(err, fault.NotFound)
			w.ok(tx.Docs().Put(w.ctx, &store.Doc{Kind: "source", Key: "shop"}))
			w.ok(tx.Docs().Delete(w.ctx, "source", "shop", 0))
		})
	}},
	{"a conflict leaves the transaction usable", func(w *world) {
		w.update(func(tx store.Tx) {
			w.ok(tx.Docs().Put(w.ctx, &store.Doc{Kind: "k", Key: "a"}))
			w.fails(tx.Docs().Put(w.ctx, &store.Doc{Kind: "k", Key: "a"}), fault.Conflict)
			w.ok(tx.Docs().Put(w.ctx, &store.Doc{Kind: "k", Key: "b"}))
		})
		w.view(func(tx store.Tx) { equal(w, len(get(tx.Docs().List(w.ctx, "k", "", "", 9))(w)), 2) })
	}},
	{"text that can't be kept is not there, or invalid, and never a failure of the store", func(w *world) {
		for _, bad := range []string{"a\x00b", "a\xffb"} {
			for what, ask := range map[string]func(tx store.Tx) error{
				"a document": func(tx store.Tx) error { _, err := tx.Docs().Get(w.ctx, "source", bad); return err },
				"a list":     func(tx store.Tx) error { _, err := tx.Docs().List(w.ctx, "source", bad, "", 9); return err },
				"a cursor":   func(tx store.Tx) error { _, err := tx.Docs().List(w.ctx, "source", "", bad, 9); return err },
				"a run":      func(tx store.Tx) error { _, err := tx.Runs().Run(w.ctx, bad); return err },
				"a search": func(tx store.Tx) error {
					filter := store.Filter{Kind: store.TagType, Values: []string{bad}}
					_, err := tx.Index().Query(w.ctx, store.IndexQuery{Collections: []string{"root", bad}, Filter: &filter, Limit: 9})
					return err
				},
			} {
				err := w.Store.View(w.ctx, ask)
				if err != nil && !fault.Is(err, fault.Invalid) && !fault.Is(err, fault.NotFound) {
					w.Errorf("%s by %q: %s, %v", what, bad, fault.CodeOf(err), err)
				}
			}
		}
	}},
	{"lists are in byte order, by prefix, in pages", func(w *world) {
		w.update(func(tx store.Tx) {
			for _, key := range nasty() {
				w.ok(tx.Docs().Put(w.ctx, &store.Doc{Kind: "k", Key: key, Body: []byte(key)}))
			}
			w.ok(tx.Docs().Put(w.ctx, &store.Doc{Kind: "kk", Key: "other"}))
		})
		keys := func(tx store.Tx, prefix string, limit int) (out []string) {
			after := ""
			for {
				page := get(tx.Docs().List(w.ctx, "k", prefix, after, limit))(w)
				for _, d := range page {
					equal(w, string(d.Body), d.Key)
					out = append(out, d.Key)
				}
				if len(page) < limit {
					return out
				}
				after = page[len(page)-1].Key
			}
		}
		w.view(func(tx store.Tx) {
			equal(w, keys(tx, "", 3), nasty())
			for _, prefix := range []string{"a", "%", "_", "x", "e", "\u00df"} {
				var want []string
				for _, key := range nasty() {
					if strings.HasPrefix(key, prefix) {
						want = append(want, key)
					}
				}
				equal(w, keys(tx, prefix, 2), want)
			}
		})
	}},
	{"a body may be empty or large", func(w *world) {
		big := bytes.Repeat([]byte{0, 1, 2, 255}, 1<<18)
		w.update(func(tx store.Tx) {
			w.ok(tx.Docs().Put(w.ctx, &store.Doc{Kind: "k", Key: "big", Body: big}))
			w.ok(tx.Docs().Put(w.ctx, &store.Doc{Kind: "k", Key: "none"}))
		})
		w.view(func(tx store.Tx) {
			if !bytes.Equal(get(tx.Docs().Get(w.ctx, "k", "big"))(w).Body, big) {
				w.Fatal("the large body came back changed")
			}
			equal(w, len(get(tx.Docs().Get(w.ctx, "k", "none"))(w).Body), 0)
		})
	}},
}
