package search_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/purlieu/purlieu/server/internal/search"
	"github.com/purlieu/purlieu/server/internal/store"
)

// asset is a line of a world, with what became of it later.
type asset struct {
	collection, line string
	moved            string // the collection that it moved to behind its first indexing; "" stayed
	deleted          bool
}

func (a asset) home() string {
	if a.moved != "" {
		return a.moved
	}
	return a.collection
}

var vocabulary = []string{"order", "orders", "customer", "Customer", "cust", "email", "id", "Straße", "x1", "audit_log"}

func randomAssets(rng *rand.Rand, collections []string) []asset {
	pick := func(list []string) string { return list[rng.IntN(len(list))] }
	all := make([]asset, 60)
	for i := range all {
		name := pick(vocabulary)
		if rng.IntN(2) == 0 {
			name += "_" + pick(vocabulary)
		}
		classes := ""
		if rng.IntN(3) == 0 {
			classes = pick([]string{"money", "email", "money,email"})
		}
		all[i] = asset{collection: pick(collections), line: fmt.Sprintf("s%d/%s %s|%s|%s", i, name, pick(vocabulary), pick(vocabulary), classes)}
		switch rng.IntN(8) {
		case 0:
			all[i].moved = pick(collections)
		case 1:
			all[i].deleted = true
		}
	}
	return all
}

// populate makes a world of those assets that want holds for, indexed, then moved and deleted, and indexed again.
func populate(t *testing.T, all []asset, want func(asset) bool) *world {
	w := open(t)
	var lines []string
	var kept []asset
	for _, a := range all {
		if want(a) {
			kept = append(kept, a)
			lines = append(lines, a.collection+" "+a.line)
		}
	}
	list := w.write(lines...)
	w.follow(20)
	for i, a := range kept {
		if a.moved != "" || a.deleted {
			w.set(func(e *store.Entity) { e.Collection, e.Deleted = a.home(), a.deleted }, list[i])
		}
	}
	w.follow(20)
	return w
}

// answer is all that a reader gets for some words, as one text.
func (w *world) answer(words string, filter *search.Filter, order []search.Order, collections []string) string {
	w.Helper()
	var out strings.Builder
	r := search.Request{Keywords: words, Filter: filter, Order: order, Collections: collections, Limit: 7, Facets: []string{"type", "source", "collection", "class"}}
	for page := 0; ; page++ {
		got := w.query(r)
		if page == 0 {
			fmt.Fprint(&out, got.Count, got.Approximate, got.Facets, " ")
		}
		for _, e := range got.Hits {
			fmt.Fprint(&out, e.Collection, "/", e.Name, " ")
		}
		if r.After = got.Next; r.After == "" {
			break
		}
	}
	completions, err := w.service.Words(w.Context(), r)
	if err != nil {
		w.Fatal(err)
	}
	r.NameOnly, r.Uncounted = true, true
	for _, e := range w.query(r).Hits {
		text, _ := search.NewMarker(words).Name(e.Name)
		completions = append(completions, text)
	}
	fmt.Fprint(&out, completions)
	return out.String()
}

// TestWhatAReaderMayNotSeeChangesNothing holds the whole of every answer against a world in which the hidden assets do not
// exist: if one of them shows anywhere, the two differ.
func TestWhatAReaderMayNotSeeChangesNothing(t *testing.T) {
	collections := []string{"root", "sales", "hr", "secret"}
	email := search.Is("class", "email")
	not := search.Not(search.Or(email, search.Is("collection", "sales")))
	old := search.Or(search.Modified(time.Time{}, made.Add(30*time.Hour)), email)
	orders := [][]search.Order{nil, {{Field: search.ByModified, Down: true}}, {{Field: search.ByName}, {Field: search.ByModified}}}
	for seed := range uint64(6) {
		rng := rand.New(rand.NewPCG(seed, 3))
		all := randomAssets(rng, collections)
		whole := populate(t, all, func(asset) bool { return true })
		for range 4 {
			var mine []string
			for _, c := range collections {
				if rng.IntN(2) == 0 {
					mine = append(mine, c)
				}
			}
			sees := func(a asset) bool { return strings.Contains(" "+strings.Join(mine, " ")+" ", " "+a.home()+" ") }
			if len(mine) == 0 || len(mine) == len(collections) {
				continue
			}
			part := populate(t, all, sees)
			for _, words := range append(vocabulary, "", "cust ord", "e", `"cust"`, "money", "root") {
				for n, filter := range []*search.Filter{nil, &email, &not, &old} {
					order := orders[(n+len(words))%len(orders)]
					got, want := whole.answer(words, filter, order, mine), part.answer(words, filter, order, mine)
					if got != want {
						t.Errorf("seed %d: who sees %v asks for %q\n  gets     %s\n  and should get %s", seed, mine, words, got, want)
						return
					}
				}
			}
		}
	}
}
