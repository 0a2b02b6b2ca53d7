package sqlite

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/purlieu/purlieu/server/internal/store"
)

// A beginning of any length finds what begins so, whether it is listed, put together from words, or too much for that.
func TestBeginning(t *testing.T) {
	s, ctx := openTest(t, Options{Path: Memory}), t.Context()
	rng := rand.New(rand.NewPCG(3, 1))
	letters := []rune("aaaabé中")
	word := func() string {
		w := make([]rune, 1+rng.IntN(14))
		for i := range w {
			w[i] = letters[rng.IntN(len(letters))]
		}
		return string(w)
	}
	rows := make([]store.IndexRow, 2000)
	for i := range rows {
		rows[i] = store.IndexRow{Entity: int64(i + 1), Name: word(), Columns: word() + " common", Type: "table", Source: "shop", Collection: "mine"}
		if i%3 == 0 {
			rows[i].Columns += fmt.Sprintf(" manywordsofonekind%d", i)
		}
	}
	if err := s.Update(ctx, store.People, func(tx store.Tx) error { return tx.Index().PutRows(ctx, rows) }); err != nil {
		t.Fatal(err)
	}
	gone := []int64{1, 5, 900}
	if err := s.Update(ctx, store.People, func(tx store.Tx) error { return tx.Index().DropRows(ctx, gone) }); err != nil {
		t.Fatal(err)
	}
	begins := []string{"common", "commo", "com", "commonplace", "manywordsofonekind", "manywordsofonekind1", "manywordso", "nothing"}
	for range 300 {
		w := []rune(word())
		begins = append(begins, string(w[:1+rng.IntN(len(w))]))
	}
	put, all := 0, 0 // together, and read whole
	for _, begin := range begins {
		var want []int64
		for _, r := range rows {
			has := func(w string) bool { return strings.HasPrefix(w, begin) }
			if slices.ContainsFunc(strings.Fields(r.Name+" "+r.Columns), has) && !slices.Contains(gone, r.Entity) {
				want = append(want, r.Entity)
			}
		}
		for _, order := range [][]store.IndexOrder{nil, {{Field: store.ByCreated}}} {
			q := store.IndexQuery{Terms: []string{begin}, Prefix: true, Collections: []string{"mine"}, Limit: 3000, Order: order}
			err := s.View(ctx, func(tx store.Tx) error {
				x := tx.Index().(index)
				a, _, err := x.ask(ctx, q)
				if err != nil {
					return err
				}
				if a.heavy {
					all++
				} else if strings.Count(a.all, `"`) > 4 {
					put++
				}
				r, err := x.Query(ctx, q)
				if slices.Sort(r.Entities); !slices.Equal(r.Entities, want) || int(r.Count) != len(want) {
					t.Errorf("%q in order %v: %d of %d, %d are wanted (%s)", begin, order, len(r.Entities), r.Count, len(want), a.all)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	if put < 20 || all < 4 {
		t.Errorf("%d beginnings were put together, %d read whole", put, all)
	}
}
