package search_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/search"
	"github.com/purlieu/purlieu/server/internal/store"
	"github.com/purlieu/purlieu/server/internal/store/sqlite"
)

// layers describes entities whose scanned layer is "columns|text|classes", comma-separated.
type layers struct{}

func (layers) Describe(e store.Entity) (columns []string, text string, tags []store.Tag, err error) {
	if string(e.Scanned) == "broken" {
		return nil, "", nil, errors.New("broken")
	}
	f := strings.Split(string(e.Scanned)+"||", "|")
	split := func(s string) []string {
		return strings.FieldsFunc(s, func(r rune) bool { return r == ',' })
	}
	for _, class := range split(f[2]) {
		tags = append(tags, store.Tag{Kind: store.TagClass, Value: class})
	}
	return split(f[0]), f[1], tags, nil
}

type world struct {
	*testing.T
	store   store.Store
	service *search.Service
}

func open(t *testing.T) *world {
	s, err := sqlite.Open(t.Context(), sqlite.Options{Path: sqlite.Memory})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return &world{T: t, store: s, service: search.New(s, layers{}, nil)}
}

// made is when entities are made; when each was changed last follows from its name.
var made = time.Date(2031, 5, 6, 0, 0, 0, 0, time.UTC)

func changed(qualifiedName string) time.Time {
	hash := model.HashOf("", qualifiedName)
	return made.Add(time.Duration(hash[0]%100) * time.Hour)
}

// write inserts entities in one version: "collection path scanned".
func (w *world) write(lines ...string) []store.Entity {
	w.Helper()
	var list []store.Entity
	err := w.store.Update(w.Context(), store.People, func(tx store.Tx) error {
		v, err := tx.Map().NextVersion(w.Context())
		if err != nil {
			return err
		}
		list = nil
		for _, line := range lines {
			f := strings.SplitN(line+"  ", " ", 3)
			qn := "pg://db1:5432/" + f[1]
			list = append(list, store.Entity{
				Hash: model.HashOf("table", qn), Type: "table", QualifiedName: qn, Name: f[1][strings.LastIndexByte(f[1], '/')+1:],
				Source: "shop", Collection: f[0], Version: v, Created: made, Modified: changed(qn), Scanned: []byte(strings.TrimSpace(f[2]) + "|"),
			})
		}
		return tx.Map().Insert(w.Context(), list)
	})
	if err != nil {
		w.Fatal(err)
	}
	return list
}

func (w *world) set(change func(e *store.Entity), list ...store.Entity) {
	w.Helper()
	err := w.store.Update(w.Context(), store.People, func(tx store.Tx) error {
		v, err := tx.Map().NextVersion(w.Context())
		for i := range list {
			list[i].Version = v
			change(&list[i])
		}
		return errors.Join(err, tx.Map().Set(w.Context(), list))
	})
	if err != nil {
		w.Fatal(err)
	}
}

// follow steps until nothing waits and gives the number of steps.
func (w *world) follow(limit int) int {
	w.Helper()
	for n := 1; ; n++ {
		more, err := w.service.Step(w.Context(), limit)
		if err != nil {
			w.Fatal(err)
		}
		if !more {
			return n
		}
		if n > 1000 {
			w.Fatal("never done")
		}
	}
}

func (w *world) query(r search.Request) search.Result {
	w.Helper()
	if r.Collections == nil {
		r.Collections = []string{"root", "hr"}
	}
	res, err := w.service.Query(w.Context(), r)
	if err != nil {
		w.Fatal(err)
	}
	return res
}

func (w *world) expect(keywords, want string) {
	w.Helper()
	var got []string
	for _, h := range w.query(search.Request{Keywords: keywords}).Hits {
		got = append(got, h.Name)
	}
	if s := strings.Join(got, " "); s != want {
		w.Errorf("%q finds %q, want %q", keywords, s, want)
	}
}

func TestSearch_finds_names_however_they_are_typed(t *testing.T) {
	w := open(t)
	w.write(
		"root shop/public/customer_000123 id,Email_Address|people who buy|email",
		"root shop/public/FullName",
		"hr hr/dbo/full_name",
		"hr hr/dbo/fullname",
		"hr hr/dbo/Gehaltsübersicht Straße",
	)
	w.follow(100)
	w.expect("customer_000123", "customer_000123")
	w.expect("customer", "customer_000123")
	w.expect("cust", "customer_000123")
	w.expect("000123", "customer_000123")
	w.expect("Customer 0001", "customer_000123")
	w.expect("fullname", "FullName full_name fullname")
	w.expect("FullName", "FullName full_name fullname")
	w.expect("full_name", "FullName full_name fullname")
	w.expect("full name", "FullName full_name fullname")
	w.expect("public.fulln", "FullName")
	w.expect("gehaltsuber", "Gehaltsübersicht")
	w.expect("STRASSE", "Gehaltsübersicht")
	w.expect("email", "customer_000123")
	w.expect("email_address", "customer_000123")
	w.expect("people", "customer_000123")
	w.expect(`"cust"`, "")
	w.expect(`" ( * ) " AND OR NOT {`, "")
	w.expect("*", "customer_000123 FullName full_name fullname Gehaltsübersicht")
	w.expect("", "customer_000123 FullName full_name fullname Gehaltsübersicht")
}

func TestStep_follows_what_changes_and_what_is_deleted(t *testing.T) {
	w := open(t)
	list := w.write("root a/one", "root a/two", "root a/three")
	w.follow(100)
	w.expect("one", "one")
	w.set(func(e *store.Entity) { e.Name = "uno" }, list[0])
	w.set(func(e *store.Entity) { e.Deleted = true }, list[1])
	w.expect("two", "") // checked against the row before the index knows
	w.follow(100)
	w.expect("one", "")
	w.expect("uno", "uno")
	w.expect("two", "")
	w.expect("", "three uno")
	w.set(func(e *store.Entity) { e.Deleted = false }, list[1])
	w.follow(100)
	w.expect("two", "two")
	w.set(func(e *store.Entity) { e.Scanned = []byte("broken") }, list[2])
	w.follow(100)
	w.expect("three", "three")
}

func TestStep_goes_through_versions_of_any_size(t *testing.T) {
	w := open(t)
	for v, n := range []int{3, 1, 10, 4, 4, 1} {
		var lines []string
		for i := range n {
			lines = append(lines, fmt.Sprintf("root v%d/t%d_%d", v, v, i))
		}
		w.write(lines...)
	}
	if n := w.follow(4); n < 6 {
		t.Errorf("only %d steps", n)
	}
	r := w.query(search.Request{Limit: 100})
	if r.Count != 23 || len(r.Hits) != 23 || r.Complete != 6 || r.Newest != 6 {
		t.Errorf("%d hits of %d, complete %d of %d", len(r.Hits), r.Count, r.Complete, r.Newest)
	}
	if n := w.follow(4); n != 1 {
		t.Errorf("%d steps with nothing to do", n)
	}
}

func TestStep_is_complete_over_versions_without_entities(t *testing.T) {
	w := open(t)
	err := w.store.Update(t.Context(), store.Ingest, func(tx store.Tx) error {
		_, err := tx.Map().NextVersion(t.Context())
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	w.follow(10)
	if r := w.query(search.Request{}); r.Complete != 1 || r.Newest != 1 {
		t.Errorf("%+v", r)
	}
}

func TestQuery_shows_only_the_readers_collections(t *testing.T) {
	w := open(t)
	list := w.write("root a/orders |x|money", "hr b/orders |x|money", "secret c/orders |x|money")
	w.follow(10)
	r := w.query(search.Request{Keywords: "orders", Collections: []string{"hr"}, Facets: []string{"collection", "class", "type", "source"}})
	if len(r.Hits) != 1 || r.Count != 1 || fmt.Sprint(r.Facets) != "map[class:[{money 1}] collection:[{hr 1}] source:[{shop 1}] type:[{table 1}]]" {
		t.Errorf("%+v", r)
	}
	if r := w.query(search.Request{Keywords: "orders", Collections: []string{}}); len(r.Hits) != 0 || r.Count != 0 {
		t.Errorf("who may see nothing sees %+v", r)
	}
	w.set(func(e *store.Entity) { e.Collection = "secret" }, list[1])
	if r := w.query(search.Request{Keywords: "orders", Collections: []string{"hr"}}); len(r.Hits) != 0 {
		t.Errorf("moved away, still shown: %+v", r.Hits)
	}
}

func TestQuery_waits_for_a_version(t *testing.T) {
	w := open(t)
	w.write("root a/one")
	go func() {
		time.Sleep(30 * time.Millisecond)
		if _, err := w.service.Step(context.Background(), 10); err != nil {
			t.Error(err)
		}
	}()
	if r := w.query(search.Request{Keywords: "one", AtLeast: 1}); r.Complete != 1 || len(r.Hits) != 1 {
		t.Errorf("%+v", r)
	}
	w.write("root a/two")
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
	defer cancel()
	r, err := w.service.Query(ctx, search.Request{Keywords: "one", Collections: []string{"root"}, AtLeast: 2})
	if err != nil || r.Complete != 1 || r.Newest != 2 || len(r.Hits) != 1 {
		t.Errorf("%+v, %v", r, err)
	}
	ctx, leave := context.WithCancel(t.Context())
	leave()
	if _, err := w.service.Query(ctx, search.Request{Collections: []string{"root"}, AtLeast: 2}); !errors.Is(err, context.Canceled) {
		t.Errorf("who left gets %v", err)
	}
}

func TestQuery_refuses_what_it_cant_answer(t *testing.T) {
	w := open(t)
	for _, r := range []search.Request{
		{Limit: -1},
		{Limit: 1001},
		{Offset: -1},
		{Offset: 10_001},
		{Facets: []string{"owner"}},
		{After: "x"},
		{After: "9 9 x"},
		{After: "1 -1 "},
		{After: "1 1 " + strings.Repeat("x", 129)},
		{After: "1 1 a\x00"},
		{Keywords: strings.Repeat("word ", 2000)},
		{Keywords: strings.Repeat("x", 10_000)},
		{Keywords: strings.Repeat("a ", 33)},
		{Keywords: "a\x00b"},
		{Keywords: "\x1b[31m"},
		{Keywords: "a\xffb"},
		{Keywords: "..."},
		{Keywords: "()"},
		{Keywords: `"`},
	} {
		r.Collections = []string{"root"}
		_, err := w.service.Query(t.Context(), r)
		var f *fault.Error
		if !fault.Is(err, fault.Invalid) || !errors.As(err, &f) || len(f.Text) > 200 {
			t.Errorf("%.80v: %v", r, err)
		}
	}
	for _, words := range []string{"", "*", " * ", "_", "-", "a\tb\n", strings.Repeat("a ", 32)} {
		if _, err := w.service.Query(t.Context(), search.Request{Keywords: words, Collections: []string{"root"}}); err != nil {
			t.Errorf("%q: %v", words, err)
		}
	}
}

func TestWords_complete_what_is_typed_from_what_may_be_seen(t *testing.T) {
	w := open(t)
	w.write("root a/customer", "root a/customer_email", "root a/customers", "root a/CustomOrders", "hr b/custody", "root a/order_customs |x")
	w.follow(10)
	ask := func(typed string, collections ...string) string {
		t.Helper()
		words, err := w.service.Words(t.Context(), search.Request{Keywords: typed, Collections: collections, Limit: 4})
		if err != nil {
			t.Fatal(err)
		}
		return strings.Join(words, " ")
	}
	for _, c := range []struct{ typed, collection, want string }{
		{"cust", "root", "customer custom customs customers"},
		{"cust", "hr", "custody"},
		{"cust", "none", ""},
		{"order cust", "root", "customs"},
		{"custome", "root", "customer customers customeremail"},
		{"x", "root", ""},
	} {
		if got := ask(c.typed, c.collection); got != c.want {
			t.Errorf("%q in %s: %q, want %q", c.typed, c.collection, got, c.want)
		}
	}
}

func TestQuery_goes_on_behind_a_page_while_the_map_changes(t *testing.T) {
	w := open(t)
	var lines []string
	for i := range 25 {
		lines = append(lines, fmt.Sprintf("root a/order_%02d", i))
	}
	list := w.write(lines...)
	w.follow(100)
	for _, words := range []string{"order", ""} {
		seen := map[string]int{}
		r := w.query(search.Request{Keywords: words, Limit: 10})
		for pages := 1; ; pages++ {
			for _, e := range r.Hits {
				seen[e.Name]++
			}
			if pages == 1 {
				w.set(func(e *store.Entity) { e.Deleted = !e.Deleted }, list[3]) // on a page that was shown
				w.follow(100)
			}
			if r.Next == "" {
				break
			}
			r = w.query(search.Request{Keywords: words, Limit: 10, After: r.Next})
		}
		for i := range 25 {
			if n := seen[fmt.Sprintf("order_%02d", i)]; n != 1 && i != 3 {
				t.Errorf("%q: order_%02d was shown %d times", words, i, n)
			}
		}
	}
}

func TestStep_leaves_out_processes(t *testing.T) {
	w := open(t)
	list := w.write("root s/orders |", "root s/lineage |")
	w.set(func(e *store.Entity) { e.Scanned = nil }, list[1])
	w.follow(100)
	w.expect("*", "orders")
}
