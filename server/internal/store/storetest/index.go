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
	{"pages that go on behind the last place are the whole, each match once", func(w *world) {
		w.loadTruth(false)
		for line := range strings.Lines(truth) {
			text, ok := strings.CutPrefix(line, "query ")
			if !ok {
				continue
			}
			left, _, _ := strings.Cut(strings.TrimSpace(text), "=")
			q, paged := parseQuery(w, left)
			if paged {
				continue
			}
			w.view(func(tx store.Tx) {
				want := get(tx.Index().Query(w.ctx, q))(w).Entities
				var got []int64
				for q.Limit, q.After = 1, nil; len(got) <= len(want); {
					r := get(tx.Index().Query(w.ctx, q))(w)
					if len(r.Entities) == 0 {
						break
					}
					got, q.After = append(got, r.Entities...), &r.Last
				}
				if fmt.Sprint(got) != fmt.Sprint(want) {
					w.Errorf("%s: pages of one give %v, not %v", strings.TrimSpace(line), got, want)
				}
			})
		}
	}},
	{"facets count every match, most frequent first", func(w *world) {
		w.loadTruth(false)
		w.view(func(tx store.Tx) {
			q := store.IndexQuery{Terms: []string{"customer"}, Collections: []string{"sales", "hr"}, Limit: 1, Facets: []store.TagKind{store.TagType, store.TagSource, store.TagCollection, store.TagClass, store.TagLabel}}
			r := get(tx.Index().Query(w.ctx, q))(w)
			equal(w, r.Count, 4)
			equal(w, fmt.Sprint(r.Facets), "map[c:[{sales 3} {hr 1}] k:[{email 2} {money 1} {name 1}] l:[{gold 1}] s:[{shop 3} {crm 1}] t:[{table 3} {view 1}]]")
			q.Terms, q.Facets = nil, []store.TagKind{store.TagSource}
			equal(w, fmt.Sprint(get(tx.Index().Query(w.ctx, q))(w).Facets), "map[s:[{shop 3} {crm 2}]]")
			q.Uncounted = true
			r = get(tx.Index().Query(w.ctx, q))(w)
			equal(w, fmt.Sprint(r.Count, len(r.Facets), len(r.Entities)), "0 0 1")
			q.Facets, q.Uncounted = nil, false
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
	{"exact names come first, however many others have the same name", func(w *world) {
		theirs, views := make([]store.IndexRow, 10_001), make([]store.IndexRow, 10_001)
		for i := range theirs {
			theirs[i] = indexRow(int64(i+1), "data.csv")
			theirs[i].Collection = "hidden"
			views[i] = indexRow(int64(i+20_001), "data.csv")
			views[i].Type = "view"
		}
		mine := []store.IndexRow{indexRow(40_001, "data.csv"), indexRow(40_002, "data.csv"), indexRow(40_003, "data.csv"), indexRow(40_004, "data.csv old")}
		mine[3].Exact = "old"
		q := store.IndexQuery{Terms: []string{"data.csv"}, Exact: "data.csv", Collections: []string{"root"}, Limit: 2}
		want := []int64{40_001, 40_002, 40_003, 40_004}
		same := func(tx store.Tx) {
			q.After = nil
			r := get(tx.Index().Query(w.ctx, q))(w)
			equal(w, r.Count, 4)
			equal(w, r.Entities, want[:2])
			q.After = &r.Last
			equal(w, get(tx.Index().Query(w.ctx, q))(w).Entities, want[2:])
		}
		w.update(func(tx store.Tx) {
			w.ok(tx.Index().PutRows(w.ctx, append(theirs, mine...)))
			same(tx)
			w.ok(tx.Index().PutRows(w.ctx, views))
			q.Filter = &store.Filter{Kind: store.TagType, Values: []string{"table"}}
			same(tx)
			q.Collections = []string{"root", "hidden"} // every one there is
			q.Filter = &store.Filter{Op: store.FilterAnd, Parts: []store.Filter{*q.Filter, {Op: store.FilterRows, Rows: want}}}
			same(tx)
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
			Collection: f[8], Tags: tags(f[9]),
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

// tags are the tags of a row: classes, and those of other kinds with their letter.
func tags(text string) (out []store.Tag) {
	for word := range strings.FieldsSeq(text) {
		kind, value, ok := strings.Cut(word, ":")
		if !ok {
			kind, value = string(store.TagClass), word
		}
		out = append(out, store.Tag{Kind: store.TagKind(kind), Value: value})
	}
	return out
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
	var all []store.Filter
	for rest := strings.Fields(filters); len(rest) > 0; {
		kind, values, _ := strings.Cut(rest[0], ":")
		switch kind {
		case "c":
			q.Collections = strings.Split(values, ",")
		case "exact":
			q.Exact = values
		case "names":
			q.NameOnly = true
		case "offset", "limit":
			n, err := strconv.Atoi(values)
			w.ok(err)
			if paged = true; kind == "offset" {
				q.Offset = n
			} else {
				q.Limit = n
			}
		default:
			var f store.Filter
			f, rest = parseFilter(w, rest)
			all = append(all, f)
			continue
		}
		rest = rest[1:]
	}
	switch len(all) {
	case 0:
	case 1:
		q.Filter = &all[0]
	default:
		q.Filter = &store.Filter{Op: store.FilterAnd, Parts: all}
	}
	return q, paged
}

// parseFilter reads one condition: "t:table,view", "cc:hr" for a collection, or "and( … )", "or( … )", "not( … )".
func parseFilter(w *world, words []string) (f store.Filter, rest []string) {
	ops := map[string]store.FilterOp{"and(": store.FilterAnd, "or(": store.FilterOr, "not(": store.FilterNot}
	op, nested := ops[words[0]]
	if !nested {
		kind, values, ok := strings.Cut(words[0], ":")
		if !ok {
			w.Fatalf("unknown filter %s", words[0])
		}
		if kind == "cc" {
			kind = "c"
		}
		return store.Filter{Kind: store.TagKind(kind), Values: strings.Split(values, ",")}, words[1:]
	}
	f.Op = op
	for rest = words[1:]; rest[0] != ")"; {
		var part store.Filter
		part, rest = parseFilter(w, rest)
		f.Parts = append(f.Parts, part)
	}
	return f, rest[1:]
}
