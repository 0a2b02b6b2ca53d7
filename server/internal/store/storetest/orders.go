package storetest

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

var orderTests = []test{
	{"orders and conditions agree with a simple reading of every row, page by page", func(w *world) {
		rng := rand.New(rand.NewPCG(7, 11))
		rows := randomRows(rng, 400)
		w.putRows(rows)
		for range 150 {
			q := randomQuestion(rng)
			want := plainly(rows, q)
			w.view(func(tx store.Tx) {
				r := get(tx.Index().Query(w.ctx, q))(w)
				if int(r.Count) != len(want) {
					w.Errorf("%+v: %d matches, not %d", q, r.Count, len(want))
				}
				q.Limit = 1 + rng.IntN(40)
				q.Uncounted = rng.IntN(2) == 0
				w.pages(tx, q, want)
			})
		}
	}},
	{"an order goes through more matches than are sorted, each once", func(w *world) {
		rng := rand.New(rand.NewPCG(5, 3))
		rows := make([]store.IndexRow, 10_500)
		for i := range rows {
			name := "many"
			if i%21 == 0 {
				name = "other"
			}
			rows[i] = indexRow(int64(i+1), name)
			rows[i].Exact = fmt.Sprintf("%s%d", name, rng.IntN(3000))
			rows[i].Modified = at(rng.IntN(5000))
			if i < 300 {
				rows[i].Collection = "hidden"
			}
		}
		rows = append(rows, indexRow(20_000, "many"), indexRow(20_001, "many"), indexRow(20_002, "many"))
		for i := range 1000 { // the last of them all by time, and none of the reader's
			hidden := indexRow(int64(30_000+i), "many")
			hidden.Collection, hidden.Modified = "hidden", at(9000)
			rows = append(rows, hidden)
		}
		w.putRows(rows)
		for _, q := range []store.IndexQuery{
			{Order: []store.IndexOrder{{Field: store.ByModified, Down: true}}},
			{Order: []store.IndexOrder{{Field: store.ByName, Down: true}, {Field: store.ByModified}}},
			{Order: []store.IndexOrder{{Field: store.ByCreated, Down: true}}},
			{Terms: []string{"many"}, Order: []store.IndexOrder{{Field: store.ByModified}, {Field: store.ByName, Down: true}}},
			{Filter: &store.Filter{Op: store.FilterModified, From: at(0)}, Order: []store.IndexOrder{{Field: store.ByName}}},
		} {
			q.Collections, q.Limit = []string{"root"}, 1000
			want := plainly(rows, q)
			w.view(func(tx store.Tx) {
				w.pages(tx, q, want)
				for _, q.Offset = range []int{9_500, 10_000} { // a page goes on beyond the matches that are counted
					r := get(tx.Index().Query(w.ctx, q))(w)
					part := want[min(q.Offset, len(want)):min(q.Offset+q.Limit, len(want))]
					if !slices.Equal(r.Entities, part) || r.More != (len(part) == q.Limit) {
						w.Errorf("%+v: %d matches, more %v; %d are wanted", q, len(r.Entities), r.More, len(part))
					}
				}
			})
		}
	}},
	{"more matches than are counted come best first, each once", func(w *world) {
		rows := make([]store.IndexRow, 10_600)
		var exact, named, others []int64
		for i := range rows {
			row := indexRow(int64(i+1), fmt.Sprint("other", i))
			row.Columns, row.Modified = "id manifold many", at(i)
			switch {
			case i%7 == 0:
				row.Collection = "hidden"
			case i == 5, i == 9000:
				row.Name, row.Exact = "many", "many"
				exact = append(exact, row.Entity)
			case i%1000 == 17, i > 10_400:
				row.Name = "things many " + row.Exact
				named = append(named, row.Entity)
			case i == 302: // a name of nothing but marks
				row.Exact = ""
				others = append(others, row.Entity)
			default:
				others = append(others, row.Entity)
			}
			rows[i] = row
		}
		all := slices.Concat(exact, named, others)
		w.putRows(rows)
		before := store.Filter{Op: store.FilterModified, To: at(10_500)}
		for _, q := range []store.IndexQuery{
			{Terms: []string{"many"}, Exact: "many"},
			{Terms: []string{"man"}, Exact: "man", Prefix: true},
			{Terms: []string{"many"}, Exact: "many", Uncounted: true},
			{Terms: []string{"many"}, Exact: "many", Filter: &before},
			{Terms: []string{"many"}, Exact: "many", NameOnly: true},
			{Terms: []string{"many"}},
		} {
			for _, q.Collections = range [][]string{{"root"}, {"root", "hidden"}} {
				q.Limit = 1000
				want := slices.Clone(all)
				if q.Exact != "many" { // no name is that
					want = slices.Concat(exact, named)
					slices.Sort(want)
					want = append(want, others...)
				}
				if q.NameOnly {
					want = want[:len(exact)+len(named)]
				}
				if len(q.Collections) == 2 && !q.NameOnly {
					rest := slices.Clone(others)
					for i := 0; i < len(rows); i += 7 {
						rest = append(rest, rows[i].Entity)
					}
					slices.Sort(rest)
					want = append(want[:len(exact)+len(named)], rest...)
				}
				if q.Filter != nil {
					want = slices.DeleteFunc(want, func(id int64) bool { return id > 10_500 })
				}
				w.view(func(tx store.Tx) {
					w.pages(tx, q, want)
					q.Offset = 9_000
					r := get(tx.Index().Query(w.ctx, q))(w)
					if part := want[min(q.Offset, len(want)):min(q.Offset+q.Limit, len(want))]; !slices.Equal(r.Entities, part) {
						w.Errorf("%+v: %d matches behind an offset, and %d are wanted", q, len(r.Entities), len(part))
					}
				})
				q.Offset = 0
			}
		}
	}},
	{"where a page ends tells nothing of what is hidden, also when it looked at too many rows", func(w *world) {
		if testing.Short() {
			w.Skip("62,000 rows")
		}
		var rows []store.IndexRow
		for i := range 62_000 {
			row := indexRow(int64(i+1), "late")
			row.Modified = at(i)
			if i < 51_000 {
				row.Name = "early"
			}
			if i%500 == 0 {
				row.Collection, row.Exact = "hidden", fmt.Sprintf("hidden%d", i)
			}
			rows = append(rows, row)
		}
		w.putRows(rows)
		q := store.IndexQuery{Terms: []string{"late"}, Collections: []string{"root"}, Order: []store.IndexOrder{{Field: store.ByModified}}, Limit: 1000}
		w.view(func(tx store.Tx) {
			r := get(tx.Index().Query(w.ctx, q))(w)
			if !r.More || r.Last.Exact != "late" {
				w.Fatalf("%d matches, more %v, at %+v", len(r.Entities), r.More, r.Last)
			}
			w.pages(tx, q, plainly(rows, q))
			q.Offset = 3 // what of it was not passed over goes on with the place
			r = get(tx.Index().Query(w.ctx, q))(w)
			q.After, q.Offset = &r.Last, 0
			w.pages(tx, q, plainly(rows, q)[3+len(r.Entities):])
		})
	}},
	{"a size is that of the newest day, and unknown where none was measured", func(w *world) {
		list := w.insert("zero", "small", "large", "never", "not lately")
		var rows []store.IndexRow
		for i, e := range list {
			row := indexRow(e.ID, "file")
			row.Exact = e.Name
			rows = append(rows, row)
			bytes := []int64{0, 10, 1 << 50, -1, 10}[i]
			w.update(func(tx store.Tx) {
				day := func(n int32, m ...model.Measure) {
					w.ok(tx.Map().PutMeasures(w.ctx, []store.MeasureRow{{Entity: e.ID, Day: n, Measures: m}}))
				}
				if bytes >= 0 {
					day(1, model.Measure{Name: "bytes", Value: 5})
					day(2, model.Measure{Name: "bytes", Value: 7})
					day(2, model.Measure{Name: "rows", Value: 3}, model.Measure{Name: "bytes", Value: bytes})
				}
				if e.Name == "not lately" {
					day(3, model.Measure{Name: "rows", Value: 3})
				}
			})
		}
		w.putRows(rows)
		w.view(func(tx store.Tx) {
			ask := func(f store.Filter) (found []string) {
				for _, id := range get(tx.Index().Query(w.ctx, store.IndexQuery{Collections: []string{"root"}, Filter: &f, Limit: 9}))(w).Entities {
					found = append(found, list[slices.IndexFunc(list, func(e store.Entity) bool { return e.ID == id })].Name)
				}
				return found
			}
			zero := store.Filter{Op: store.FilterSize}
			equal(w, ask(zero), []string{"zero"})
			equal(w, ask(store.Filter{Op: store.FilterSize, Least: 1, Most: 1<<63 - 1}), []string{"large", "small"})
			equal(w, ask(store.Filter{Op: store.FilterNot, Parts: []store.Filter{zero}}), []string{"large", "never", "not lately", "small"})
		})
	}},
	{"a name is asked for as it is written", func(w *world) {
		list := w.insert("Order", "order", "or-der")
		var rows []store.IndexRow
		for _, e := range list {
			row := indexRow(e.ID, "order")
			rows = append(rows, row)
		}
		w.putRows(rows)
		w.view(func(tx store.Tx) {
			ask := func(f store.Filter) []int64 {
				return get(tx.Index().Query(w.ctx, store.IndexQuery{Collections: []string{"root"}, Filter: &f, Limit: 9}))(w).Entities
			}
			named := store.Filter{Op: store.FilterNamed, Exact: "order", Values: []string{"order"}}
			equal(w, ask(named), []int64{list[1].ID})
			equal(w, ask(store.Filter{Op: store.FilterNot, Parts: []store.Filter{named}}), []int64{list[0].ID, list[2].ID})
			named.Values = []string{"or-der", "Order", "ORDER"}
			equal(w, ask(named), []int64{list[0].ID, list[2].ID})
			named.Exact = "orders"
			equal(w, len(ask(named)), 0)
		})
	}},
}

func (w *world) putRows(rows []store.IndexRow) {
	w.update(func(tx store.Tx) { w.ok(tx.Index().PutRows(w.ctx, rows)) })
}

// pages reads all pages of a question and holds them against what is wanted.
func (w *world) pages(tx store.Tx, q store.IndexQuery, want []int64) {
	w.Helper()
	var got []int64
	for range 1 + 2*len(want) {
		r := get(tx.Index().Query(w.ctx, q))(w)
		got = append(got, r.Entities...)
		if !r.More {
			break
		}
		q.After = &r.Last
	}
	if !slices.Equal(got, want) {
		at := 0
		for at < len(got) && at < len(want) && got[at] == want[at] {
			at++
		}
		w.Errorf("%+v: %d matches in pages, and %d are wanted; they differ at number %d", q, len(got), len(want), at)
	}
}

func randomRows(rng *rand.Rand, n int) []store.IndexRow {
	pick := func(words ...string) string { return words[rng.IntN(len(words))] }
	rows := make([]store.IndexRow, n)
	for i := range rows {
		name := pick("order", "Übung", "customer", "a'b", "x", "zeta")
		rows[i] = store.IndexRow{
			Entity: int64(3*i + 1), Exact: name, Name: name, Columns: pick("id", "email", "id email"), Type: pick("table", "view"),
			Source: pick("shop", "crm"), Collection: pick("root", "sales", "hr"), Parent: pick("", "aa", "bb"),
			Created: at(rng.IntN(50)), Modified: at(50 + rng.IntN(20)),
		}
		if rng.IntN(3) == 0 {
			rows[i].Tags = []store.Tag{{Kind: store.TagClass, Value: pick("money", "email")}, {Kind: store.TagExtension, Value: pick("csv", "json")}}
		}
	}
	return rows
}

func randomQuestion(rng *rand.Rand) store.IndexQuery {
	q := store.IndexQuery{Limit: 1000, Collections: [][]string{{"root", "sales", "hr"}, {"root"}, {"hr", "sales"}}[rng.IntN(3)]}
	if rng.IntN(2) == 0 {
		q.Terms = []string{[]string{"order", "email", "a'b"}[rng.IntN(3)]}
	}
	if rng.IntN(4) > 0 {
		f := randomFilter(rng, 3)
		q.Filter = &f
	}
	for range 1 + rng.IntN(3) {
		q.Order = append(q.Order, store.IndexOrder{Field: store.IndexField(rng.IntN(3)), Down: rng.IntN(2) == 0}) //nolint:gosec // 0 to 2
	}
	return q
}

func randomFilter(rng *rand.Rand, depth int) store.Filter {
	if depth > 0 && rng.IntN(2) == 0 {
		f := store.Filter{Op: []store.FilterOp{store.FilterAnd, store.FilterOr, store.FilterNot}[rng.IntN(3)]}
		for range 1 + rng.IntN(3) {
			f.Parts = append(f.Parts, randomFilter(rng, depth-1))
		}
		if f.Op == store.FilterNot {
			f.Parts = f.Parts[:1]
		}
		return f
	}
	var times [2]time.Time
	for i := range times {
		if rng.IntN(3) > 0 {
			times[i] = at(rng.IntN(75))
		}
	}
	switch rng.IntN(8) {
	case 0:
		return store.Filter{Op: store.FilterCreated, From: times[0], To: times[1]}
	case 1, 2:
		return store.Filter{Op: store.FilterModified, From: times[0], To: times[1]}
	case 3:
		return store.Filter{Op: store.FilterRows, Rows: []int64{1, 4, 7, 8, 100, 400}}
	case 4:
		return store.Filter{Kind: store.TagParent, Values: []string{"aa"}}
	case 5:
		return store.Filter{Kind: store.TagExtension, Values: []string{"csv"}}
	case 6:
		return store.Filter{Kind: store.TagType, Values: []string{"view", "none"}}
	}
	return store.Filter{Kind: store.TagCollection, Values: []string{"sales", "hr"}}
}

// plainly answers a question of at most one term by looking at every row.
func plainly(rows []store.IndexRow, q store.IndexQuery) (out []int64) {
	rows = slices.Clone(rows)
	rows = slices.DeleteFunc(rows, func(r store.IndexRow) bool {
		words := strings.Fields(r.Name + " " + r.Columns)
		return !slices.Contains(q.Collections, r.Collection) || len(q.Terms) > 0 && !slices.Contains(words, q.Terms[0]) ||
			q.Filter != nil && !holds(*q.Filter, r)
	})
	slices.SortFunc(rows, func(a, b store.IndexRow) int {
		n, down := 0, false
		for _, o := range append(slices.Clone(q.Order), store.IndexOrder{Field: store.ByCreated, Down: q.Order[len(q.Order)-1].Down}) {
			if n != 0 {
				break
			}
			switch o.Field {
			case store.ByName:
				n = strings.Compare(a.Exact, b.Exact)
			case store.ByModified:
				n = a.Modified.Compare(b.Modified)
			case store.ByCreated:
				n = cmp.Compare(a.Entity, b.Entity)
			}
			down = o.Down
		}
		if down {
			return -n
		}
		return n
	})
	for _, r := range rows {
		out = append(out, r.Entity)
	}
	return out
}

func holds(f store.Filter, r store.IndexRow) bool {
	some := slices.ContainsFunc(f.Parts, func(p store.Filter) bool { return holds(p, r) })
	within := func(t time.Time) bool {
		return (f.From.IsZero() || !t.Before(f.From)) && (f.To.IsZero() || t.Before(f.To))
	}
	switch f.Op {
	case store.FilterAnd:
		return !slices.ContainsFunc(f.Parts, func(p store.Filter) bool { return !holds(p, r) })
	case store.FilterOr:
		return some
	case store.FilterNot:
		return !some
	case store.FilterCreated:
		return within(r.Created)
	case store.FilterModified:
		return within(r.Modified)
	case store.FilterRows:
		return slices.Contains(f.Rows, r.Entity)
	}
	tags := append([]store.Tag{
		{Kind: store.TagType, Value: r.Type},
		{Kind: store.TagSource, Value: r.Source},
		{Kind: store.TagCollection, Value: r.Collection},
		{Kind: store.TagParent, Value: r.Parent},
	}, r.Tags...)
	return slices.ContainsFunc(tags, func(t store.Tag) bool { return t.Kind == f.Kind && slices.Contains(f.Values, t.Value) })
}
