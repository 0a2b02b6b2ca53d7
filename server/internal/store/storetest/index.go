package storetest

import (
	_ "embed"
	"fmt"
	"strconv"
	"strings"

	"github.com/purlieu/purlieu/server/internal/store"
)

//go:embed index.txt
var truth string

var indexTests = []test{
	{"queries agree with the truth table", func(w *world) { askTruth(w, false) }},
	{"queries agree with the truth table after every row was written twice", func(w *world) { askTruth(w, true) }},
	{"a row that is dropped or rewritten is not found by its old words", func(w *world) {
		w.update(func(tx store.Tx) {
			x := tx.Index()
			rows := []store.IndexRow{indexRow(1, "old"), indexRow(2, "old"), indexRow(3, "old")}
			w.ok(x.PutRows(w.ctx, rows))
			w.ok(x.DropRows(w.ctx, []int64{1, 99}))
			w.ok(x.PutRows(w.ctx, []store.IndexRow{indexRow(2, "new")}))
			equal(w, w.find(tx, "old").Entities, []int64{3})
			equal(w, w.find(tx, "new").Entities, []int64{2})
			w.ok(x.DropRows(w.ctx, []int64{1, 2, 3}))
			equal(w, w.find(tx, "old").Count, 0)
			equal(w, w.find(tx, "").Count, 0)
			w.ok(x.PutRows(w.ctx, rows[:1]))
			equal(w, w.find(tx, "old").Entities, []int64{1})
		})
	}},
	{"facets count every match, most frequent first", func(w *world) {
		w.loadTruth(false)
		w.view(func(tx store.Tx) {
			q := store.IndexQuery{Terms: []string{"customer"}, Collections: []string{"sales", "hr"}, Limit: 1, Facets: []string{"type", "source", "collection", "class"}}
			r := get(tx.Index().Query(w.ctx, q))(w)
			equal(w, r.Count, 4)
			equal(w, fmt.Sprint(r.Facets), "map[class:[{email 2} {money 1} {name 1}] collection:[{sales 3} {hr 1}] source:[{shop 3} {crm 1}] type:[{table 3} {view 1}]]")
			q.Terms, q.Facets = nil, []string{"source"}
			equal(w, fmt.Sprint(get(tx.Index().Query(w.ctx, q))(w).Facets), "map[source:[{shop 3} {crm 2}]]")
			q.Facets = nil
			equal(w, len(get(tx.Index().Query(w.ctx, q))(w).Facets), 0)
		})
	}},
	{"counts are exact up to ten thousand and approximate beyond", func(w *world) {
		rows := make([]store.IndexRow, 10_000)
		for i := range rows {
			rows[i] = indexRow(int64(i+1), "many")
		}
		w.update(func(tx store.Tx) { w.ok(tx.Index().PutRows(w.ctx, rows)) })
		for _, word := range []string{"many", ""} {
			w.view(func(tx store.Tx) {
				r := w.find(tx, word)
				if r.Count != 10_000 || r.Approximate {
					w.Fatalf("%q: %d, approximate %v", word, r.Count, r.Approximate)
				}
			})
		}
		w.update(func(tx store.Tx) {
			w.ok(tx.Index().PutRows(w.ctx, []store.IndexRow{indexRow(10_001, "many")}))
			for _, word := range []string{"many", ""} {
				if r := w.find(tx, word); r.Count < 10_000 || !r.Approximate {
					w.Fatalf("%q: %d, approximate %v", word, r.Count, r.Approximate)
				}
			}
		})
	}},
	{"followers keep their place, and the index is complete up to its own", func(w *world) {
		w.update(func(tx store.Tx) {
			x := tx.Index()
			place := func(follower string) string {
				v, e, err := x.Cursor(w.ctx, follower)
				w.ok(err)
				return fmt.Sprint(v, " ", e)
			}
			equal(w, place("feed"), "0 0")
			w.ok(x.SetCursor(w.ctx, "feed", 1<<40, 7))
			equal(w, place("feed"), "1099511627776 7")
			equal(w, w.find(tx, "").Complete, 0)
			w.ok(x.SetCursor(w.ctx, store.IndexFollower, 8, 0))
			equal(w, w.find(tx, "").Complete, 8)
			w.ok(x.SetCursor(w.ctx, store.IndexFollower, 9, 3))
			equal(w, w.find(tx, "").Complete, 8)
			equal(w, place("feed"), "1099511627776 7")
		})
	}},
}

func indexRow(id int64, name string) store.IndexRow {
	return store.IndexRow{Entity: id, Name: name, Exact: name, Type: "table", Source: "shop", Collection: "root"}
}

func (w *world) find(tx store.Tx, words string) store.IndexResult {
	w.Helper()
	return get(tx.Index().Query(w.ctx, store.IndexQuery{Terms: strings.Fields(words), Collections: []string{"root"}, Limit: 5}))(w)
}

// loadTruth writes the rows of the truth table; twice: first under other words.
func (w *world) loadTruth(twice bool) {
	var rows []store.IndexRow
	for line := range strings.Lines(truth) {
		rest, ok := strings.CutPrefix(line, "row ")
		if !ok {
			continue
		}
		f := strings.Split(rest, "|")
		for i := range f {
			f[i] = strings.TrimSpace(f[i])
		}
		id, err := strconv.ParseInt(f[0], 10, 64)
		w.ok(err)
		rows = append(rows, store.IndexRow{
			Entity: id, Exact: f[1], Name: f[2], Path: f[3], Columns: f[4], Text: f[5], Type: f[6], Source: f[7],
			Collection: f[8], Classes: strings.Fields(f[9]),
		})
	}
	w.update(func(tx store.Tx) {
		if twice {
			for i := range rows {
				w.ok(tx.Index().PutRows(w.ctx, []store.IndexRow{{Entity: rows[i].Entity, Name: "nothing", Exact: "customer", Type: "view", Source: "crm", Collection: "hr"}}))
			}
		}
		w.ok(tx.Index().PutRows(w.ctx, rows))
	})
}

func askTruth(w *world, twice bool) {
	w.loadTruth(twice)
	asked := 0
	for line := range strings.Lines(truth) {
		rest, ok := strings.CutPrefix(line, "query ")
		if !ok {
			continue
		}
		asked++
		left, right, _ := strings.Cut(strings.TrimSpace(rest), "=")
		q, paged := parseQuery(w, left)
		want := strings.Fields(right)
		w.view(func(tx store.Tx) {
			r, err := tx.Index().Query(w.ctx, q)
			if err != nil {
				w.Fatalf("%s: %v (%v)", line, err, cause(err))
			}
			got := make([]string, len(r.Entities))
			for i, id := range r.Entities {
				got[i] = strconv.FormatInt(id, 10)
			}
			if strings.Join(got, " ") != strings.Join(want, " ") || !paged && r.Count != int64(len(want)) {
				w.Errorf("%sgot %v, count %d", line, got, r.Count)
			}
		})
	}
	if asked < 50 {
		w.Fatalf("only %d queries in the truth table", asked)
	}
}

func parseQuery(w *world, text string) (q store.IndexQuery, paged bool) {
	q = store.IndexQuery{Collections: []string{"sales", "hr", "none"}, Limit: 100}
	terms, filters, _ := strings.Cut(text, "|")
	q.Terms = strings.Fields(terms)
	if n := len(q.Terms); n > 0 && q.Terms[n-1] == "*" {
		q.Terms, q.Prefix = q.Terms[:n-1], true
	}
	q.Exact = strings.Join(q.Terms, " ")
	for _, f := range strings.Fields(filters) {
		kind, values, _ := strings.Cut(f, ":")
		list := strings.Split(values, ",")
		switch kind {
		case "c":
			q.Collections = list
		case "t":
			q.Types = list
		case "s":
			q.Sources = list
		case "k":
			q.Classes = list
		case "offset", "limit":
			n, err := strconv.Atoi(values)
			w.ok(err)
			if paged = true; kind == "offset" {
				q.Offset = n
			} else {
				q.Limit = n
			}
		default:
			w.Fatalf("unknown filter %s", f)
		}
	}
	return q, paged
}
