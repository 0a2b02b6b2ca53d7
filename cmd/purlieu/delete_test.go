package main

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

// The map of this account can't be written: whoever is asked and says yes learns that, and nobody else gets so far.
func TestAnAssetIsDeletedOnlyWhenAPersonIsSure(t *testing.T) {
	s := newShell(t)
	const refused, kept = 1, 5 // by the account; by the client
	for _, c := range []struct {
		stdin string
		args  []string
		code  int
		says  string
	}{
		{"", []string{"orders"}, kept, "nothing was done"},
		{"no\n", []string{"orders"}, kept, "Delete postgresql_table postgresql://shop/shop/public/orders? Type yes:"},
		{"y\n", []string{"orders"}, kept, "Answer yes, or give --yes"},
		{"yes\n", []string{"orders"}, refused, "can't be written"},
		{"yes\n", []string{"orders", "big_orders"}, refused, "postgresql_view postgresql://shop/shop/public/big_orders\nDelete these 2 assets? Type yes:"},
		{"", []string{"orders", "postgresql://shop/shop/public/orders"}, kept, "Delete postgresql_table postgresql://shop/shop/public/orders?"},
		{"", []string{"orders", "big_orders", "--yes"}, refused, "can't be written"},
		{"yes\n", []string{"orders", "nothing"}, 4, `no asset is called "nothing"`},
	} {
		s.stdin = c.stdin
		s.run(c.code, append([]string{"asset", "delete"}, c.args...)...)
		s.shows(c.says)
	}
}

// Two types may share a qualified name: then only a guid says which asset is meant, and what is deleted is said as the map calls it.
func TestOfTwoAssetsOfOneQualifiedNameAGuidSaysWhich(t *testing.T) {
	s := signedIn(t)
	account, err := (&app{getenv: func(name string) string { return s.env[name] }}).client()
	if err != nil {
		t.Fatal(err)
	}
	const name = "report://year/orders"
	made, types := []object{}, []string{"DataSet", "Process"}
	for i, typeName := range types {
		made = append(made, object{"guid": fmt.Sprint(-1 - i), "typeName": typeName, "attributes": object{"qualifiedName": name, "name": "orders"}})
	}
	var done object
	if err := account.Do(t.Context(), "POST", "/datamap/api/atlas/v2/entity/bulk", object{"entities": made}, &done); err != nil {
		t.Fatal(err)
	}
	set, other := done.text("guidAssignments", "-1"), done.text("guidAssignments", "-2")
	for begin := time.Now(); !strings.Contains(s.run(0, "search", "orders"), "2 found"); time.Sleep(20 * time.Millisecond) {
		if time.Since(begin) > time.Minute {
			t.Fatal(s.out)
		}
	}
	for _, args := range [][]string{{"delete", name, "--yes"}, {"delete", "orders", "--yes"}, {"show", name}} {
		s.run(5, append([]string{"asset"}, args...)...)
		s.shows("assets of several types", "Give the guid of one:", types[0]+" "+set, types[1]+" "+other)
	}
	s.stdin = "yes\n"
	s.run(0, "asset", "delete", set, strings.ToUpper(set))
	s.shows("Delete DataSet "+name+"? Type yes:", "DataSet "+name+" is deleted", "purlieu asset restore "+set)
	s.never("Process")
	s.run(0, "asset", "show", other)
	s.shows("ACTIVE")
	s.run(4, "asset", "restore", "orders")
	s.shows("no deleted asset has the qualified name", "purlieu asset delete", "purlieu run changes")
	s.run(4, "asset", "restore", "report://year/nothing")
	s.shows("no deleted asset has the qualified name")
	s.run(0, "asset", "restore", name)
	s.shows("is back", "purlieu asset show "+set)
	s.run(0, "asset", "show", set)
	s.shows("ACTIVE")
	s.run(5, "asset", "restore", name)
	s.shows("is there, and not deleted", "purlieu asset show "+set)
	s.run(0, "asset", "delete", "--yes", set, other, "-o", "json")
	s.shows(`"DELETE"`, set, other) // as much as the words say
	s.run(5, "asset", "show", name)
	s.shows("assets of several types")
	s.run(5, "asset", "restore", name)
	s.shows("deleted assets of several types", types[0]+" "+set, types[1]+" "+other)
	s.run(0, "asset", "restore", set)
	s.shows("is back")
	s.run(0, "asset", "delete", "--yes", name) // of the two, the one that is there
	s.shows("DataSet " + name + " is deleted")
	s.run(0, "asset", "restore", other)
	s.run(0, "asset", "delete", "--yes", name)
	s.shows("Process " + name + " is deleted")
}

// Named by its qualified name an asset is found however many types there are, as soon as it is written, and when it is deleted.
func TestAnAssetIsFoundByItsQualifiedNameWithOneQuestion(t *testing.T) {
	s := signedIn(t)
	account, err := (&app{getenv: func(name string) string { return s.env[name] }}).client()
	if err != nil {
		t.Fatal(err)
	}
	const name = "sales orders" // of no form
	made := object{"guid": "-1", "typeName": "DataSet", "attributes": object{"qualifiedName": name, "name": "orders"}}
	if err := account.Do(t.Context(), "POST", "/datamap/api/atlas/v2/entity", object{"entity": made}, nil); err != nil {
		t.Fatal(err)
	}
	a := &app{ctx: t.Context(), getenv: func(name string) string { return s.env[name] }}
	s.run(0, "asset", "edit", name, "--description", "what was bought")
	s.run(0, "asset", "delete", name, "--yes")
	s.run(0, "asset", "show", name)
	s.shows("DELETED", "what was bought")
	s.run(5, "asset", "delete", name, "--yes")
	s.shows("is deleted", "purlieu asset restore")
	s.run(0, "asset", "history", name)
	s.shows("deleted")
	alive, deleted, err := a.called(account, name)
	if err != nil || len(alive) != 0 || len(deleted) != 1 || deleted[0].text("entityType") != "DataSet" {
		t.Fatalf("%v %v %v", alive, deleted, err)
	}
	s.run(0, "asset", "restore", name)
	s.shows("is back")
	s.run(0, "asset", "show", name)
	s.shows("ACTIVE")
}

// What is there and has a name hides what is deleted and had it as its qualified name.
func TestWhatIsDeletedIsMeantOnlyWhereNothingElseHasTheName(t *testing.T) {
	s := signedIn(t)
	a := &app{ctx: t.Context(), getenv: func(name string) string { return s.env[name] }}
	account, err := a.client()
	if err != nil {
		t.Fatal(err)
	}
	for _, made := range []object{{"qualifiedName": "orders", "name": "old"}, {"qualifiedName": "report://orders", "name": "orders"}} {
		if err := account.Do(t.Context(), "POST", "/datamap/api/atlas/v2/entity", object{"entity": object{"guid": "-1", "typeName": "DataSet", "attributes": made}}, nil); err != nil {
			t.Fatal(err)
		}
	}
	s.run(0, "asset", "delete", "orders", "--yes")
	s.shows("DataSet orders is deleted")
	for { // the index follows what is written
		hit, err := a.hit(account, "orders")
		if gone := (deletedError{}); errors.As(err, &gone) {
			time.Sleep(20 * time.Millisecond)
			continue
		}
		if err != nil || hit.text("qualifiedName") != "report://orders" {
			t.Fatal(hit, err)
		}
		break
	}
	s.run(0, "asset", "show", "orders")
	s.shows("report://orders", "ACTIVE")
}
