package search_test

import (
	"strings"
	"testing"

	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/search"
)

func TestHitsComeInTheOrderThatIsAskedFor(t *testing.T) {
	w := open(t)
	w.write("root Beta", "root alpha", "hr alpha_2", "root gamma.CSV", "root delta")
	w.follow(10)
	names := func(r search.Request) string {
		var out []string
		for {
			got := w.query(r)
			for _, e := range got.Hits {
				out = append(out, e.Name)
			}
			if r.After = got.Next; r.After == "" {
				return strings.Join(out, " ")
			}
		}
	}
	for _, limit := range []int{1, 2, 50} {
		for _, c := range []struct {
			r    search.Request
			want string
		}{
			{search.Request{}, "alpha alpha_2 Beta delta gamma.CSV"},
			{search.Request{Order: []search.Order{{Field: search.ByName, Down: true}}}, "gamma.CSV delta Beta alpha_2 alpha"},
			{search.Request{Order: []search.Order{{Field: search.ByCreated, Down: true}}}, "delta gamma.CSV alpha_2 alpha Beta"},
			{search.Request{Keywords: "alph", Order: []search.Order{{Field: search.ByName, Down: true}}}, "alpha_2 alpha"},
		} {
			c.r.Limit = limit
			if got := names(c.r); got != c.want {
				t.Errorf("%+v: %s, want %s", c.r, got, c.want)
			}
		}
		byTime := w.query(search.Request{Order: []search.Order{{Field: search.ByModified}}}).Hits
		for i, e := range byTime {
			if i > 0 && e.Modified.Before(byTime[i-1].Modified) {
				t.Errorf("%s comes behind %s", e.Name, byTime[i-1].Name)
			}
		}
	}
	for want, f := range map[string]search.Filter{
		"gamma.CSV":     search.Is("extension", "csv"),
		"alpha_2":       search.Named("alpha_2"),
		"":              search.Named("ALPHA"),
		"alpha alpha_2": search.Or(search.Named("alpha_2"), search.Named("alpha")),
	} {
		if got := names(search.Request{Filter: &f}); got != want {
			t.Errorf("%+v: %s, want %s", f, got, want)
		}
	}
	root := search.Below(model.Hash{1})
	if got := names(search.Request{Filter: &root}); got != "" {
		t.Errorf("below nothing is %s", got)
	}
}
