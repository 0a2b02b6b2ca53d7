package sqlite

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/purlieu/purlieu/server/internal/store"
)

// A walk gives what sorting gives, and where it stops is one of the reader's rows.
func TestWalk(t *testing.T) {
	s, ctx := openTest(t, Options{Path: Memory}), t.Context()
	began := time.Date(2031, 5, 6, 0, 0, 0, 0, time.UTC)
	var rows []store.IndexRow
	for i := range 56_000 {
		row := store.IndexRow{
			Entity: int64(i + 1), Exact: fmt.Sprint("name", i%1000), Name: "early", Type: "table", Source: "shop", Collection: "mine",
			Modified: began.Add(time.Duration(i/7) * time.Second),
		}
		if i > 55_500 {
			row.Name = "late"
		}
		if i%3 == 0 {
			row.Parent, row.Tags = "folder", []store.Tag{{Kind: store.TagClass, Value: "name"}, {Kind: store.TagLabel, Value: fmt.Sprint("label", i%700)}}
		}
		if i%10 == 0 {
			row.Collection, row.Exact = "hidden", "hidden"
		}
		rows = append(rows, row)
	}
	if err := s.Update(ctx, store.People, func(tx store.Tx) error { return tx.Index().PutRows(ctx, rows) }); err != nil {
		t.Fatal(err)
	}
	changed := store.Filter{Op: store.FilterModified, From: began.Add(7_990 * time.Second)}
	before := store.Filter{Op: store.FilterModified, To: began.Add(700 * time.Second)}
	for _, c := range []struct {
		q     store.IndexQuery
		stops bool
	}{
		{store.IndexQuery{Terms: []string{"late"}, Order: []store.IndexOrder{{Field: store.ByModified}}}, true},
		{store.IndexQuery{Terms: []string{"late"}, Order: []store.IndexOrder{{Field: store.ByModified, Down: true}}}, false},
		{store.IndexQuery{Order: []store.IndexOrder{{Field: store.ByName, Down: true}, {Field: store.ByModified}}}, false},
		{store.IndexQuery{Filter: &changed, Order: []store.IndexOrder{{Field: store.ByCreated}}}, true},
		{store.IndexQuery{Filter: &store.Filter{Kind: store.TagClass, Values: []string{"name", "none"}}, Order: []store.IndexOrder{{Field: store.ByModified, Down: true}}}, false},
		{store.IndexQuery{Filter: &store.Filter{Kind: store.TagLabel, Values: []string{"label3", "label699"}}, Order: []store.IndexOrder{{Field: store.ByName}}}, true},
		{store.IndexQuery{Filter: &store.Filter{Op: store.FilterNot, Parts: []store.Filter{{Kind: store.TagLabel, Values: []string{"label0"}}}}, Order: []store.IndexOrder{{Field: store.ByName}}}, false},
		{store.IndexQuery{Filter: &store.Filter{Kind: store.TagParent, Values: []string{"folder"}}, Order: []store.IndexOrder{{Field: store.ByName}}}, false},
		{store.IndexQuery{Terms: []string{"early"}, Filter: &before, Order: []store.IndexOrder{{Field: store.ByName}}}, false},
		{store.IndexQuery{Filter: &store.Filter{Op: store.FilterOr, Parts: []store.Filter{changed, {Kind: store.TagLabel, Values: []string{"label3"}}}}, Order: []store.IndexOrder{{Field: store.ByName}}}, true},
	} {
		c.q.Collections = []string{"mine"}
		err := s.View(ctx, func(tx store.Tx) error {
			x := tx.Index().(index)
			a, _, err := x.ask(ctx, c.q)
			if err != nil {
				return err
			}
			var k *known
			if a.listing() {
				k = &known{whole: true} // of which all is sorted
			}
			want, _, err := x.ordered(ctx, a, k, store.IndexPlace{}, 300)
			if err != nil {
				return err
			}
			var got []store.IndexPlace
			var at store.IndexPlace
			stops := 0
			for len(got) < 300 {
				some, stopped, err := x.walk(ctx, a, &known{}, store.Sorting(`found.`, a.order), at, 300-len(got))
				if err != nil {
					return err
				}
				got = append(got, some...)
				if stopped == nil {
					break
				}
				if at = *stopped; at.Exact == "hidden" || at.Entity%10 == 1 {
					t.Errorf("%+v stops at what is hidden: %+v", c.q, at)
				}
				stops++
			}
			if !slices.Equal(got, want) || len(want) == 0 || (stops > 0) != c.stops {
				t.Errorf("%+v: %d, and %d are wanted; it stopped %d times", c.q, len(got), len(want), stops)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
