package datamap

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

func TestARenamedAssetKeepsItsCreation(t *testing.T) {
	r := newRoom(t)
	r.lay(1, table("t", "a"))
	r.lay(2, table("t", "a", "b"))
	was := r.get("t").Row
	r.lay(3, table("u", "a", "b"))
	now := r.get("u").Row
	r.update(func(ctx context.Context, tx store.Tx) error {
		return r.Move(ctx, tx, "scan:shop/all", model.FacetExistence|model.FacetStructure|model.FacetLineage,
			[]store.Entity{was, now}, nil, false)
	})
	changes, err := r.History(t.Context(), r.get("u").GUID, 0, 9)
	r.ok(err)
	var got []string
	for _, c := range changes {
		got = append(got, fmt.Sprint(c.Version, " ", c.Verb))
	}
	if want := fmt.Sprintf("%d renamed|%d updated|%d created", r.version(), was.Version, was.CreatedIn); strings.Join(got, "|") != want {
		t.Errorf("got %v, want %s", got, want)
	}
}

func TestHistoryTellsWhatDiffers(t *testing.T) {
	r := newRoom(t)
	r.lay(1, table("t", "a", "b"))
	next := table("t", "b", "c")
	next.Comment = "new"
	r.lay(2, next)
	changes, err := r.History(t.Context(), r.get("t").GUID, 0, 9)
	r.ok(err)
	var diff []Difference
	r.ok(json.Unmarshal(changes[0].Diff, &diff))
	var got []string
	for _, d := range diff {
		got = append(got, fmt.Sprintf("%s %s %v %v", d.What, d.Name, d.Old != nil, d.New != nil))
	}
	if want := "comment  true true|column b true true|column c false true|column a true false"; strings.Join(got, "|") != want {
		t.Fatalf("got %s", strings.Join(got, "|"))
	}
}
