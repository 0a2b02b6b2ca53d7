package datamap

import (
	"fmt"
	"slices"
	"testing"

	"github.com/purlieu/purlieu/fault"
)

func (r *room) changes(q ChangeQuery, limit int) (out []string) {
	r.Helper()
	q.Actor = "scan:shop/all"
	for after := ""; ; {
		list, next, err := r.Changes(r.Context(), q, after, limit)
		r.ok(err)
		for _, c := range list {
			out = append(out, c.Change.Verb+" "+c.View.Row.Name)
		}
		if after = next; after == "" {
			return out
		}
	}
}

func TestWhatARunChangedIsListed(t *testing.T) {
	r := newRoom(t)
	begin := r.version()
	r.lay(1, table("a", "x"), table("b", "x"), table("c", "x"))
	first := r.version()
	r.lay(2, table("a", "x", "y"))
	r.drop("b")
	second := r.version()
	r.lay(3, table("a", "x", "z"))
	for _, c := range []struct {
		what string
		q    ChangeQuery
		want []string
	}{
		{"the first run, though all but one changed since", ChangeQuery{From: begin, Until: first}, []string{"created a", "created b", "created c"}},
		{"the second", ChangeQuery{From: first, Until: second}, []string{"deleted b", "updated a"}},
		{"the second, what it deleted", ChangeQuery{From: first, Until: second, Verb: "deleted"}, []string{"deleted b"}},
		{"one that is not over", ChangeQuery{From: second}, []string{"updated a"}},
		{"one that did nothing", ChangeQuery{From: r.version()}, nil},
	} {
		for _, limit := range []int{1, 2, 100} {
			got := r.changes(c.q, limit)
			slices.Sort(got)
			if fmt.Sprint(got) != fmt.Sprint(c.want) {
				t.Errorf("%s, %d at a time: %v, want %v", c.what, limit, got, c.want)
			}
		}
	}
	if _, _, err := r.Changes(t.Context(), ChangeQuery{}, "x", 1); !fault.Is(err, fault.Invalid) {
		t.Error("a cursor of another list:", err)
	}
	list, _, err := r.Changes(t.Context(), ChangeQuery{Actor: "scan:shop/other"}, "", 9)
	if err != nil || len(list) != 0 {
		t.Error("another scan's:", list, err)
	}
}
