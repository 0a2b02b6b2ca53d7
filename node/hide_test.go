package node

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/node/internal/broker"
	"github.com/purlieu/purlieu/node/internal/policy"
)

func hiding(t *testing.T, patterns string) *policy.Policy {
	t.Helper()
	p, err := policy.Parse("policy", []byte("hide: ["+patterns+"]"))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestWhatIsHiddenLeavesNoTraceInFacts(t *testing.T) {
	people := model.Asset{
		Type: "table", Path: "shop/public/people", Comment: "see the salary list", Text: "select name from x",
		Columns: []model.Column{{Name: "id"}, {Name: "salary_eur"}, {Name: "band", Generated: "width_bucket(salary_eur, 4)", Default: "1"}},
		Keys: []model.Key{
			{Name: "pk", Kind: model.PrimaryKey, Columns: []string{"id"}},
			{Name: "pay", Kind: model.UniqueKey, Columns: []string{"id", "salary_eur"}},
			{Name: "fk", Kind: model.ForeignKey, Columns: []string{"id"}, RefPath: "shop/vault/t", RefColumns: []string{"id"}},
		},
		Indexes: []model.Index{{Name: "people_salary", Columns: []string{"(expression)"}}, {Name: "ix", Columns: []string{"id"}}},
		Attrs:   []model.Attr{{Name: "kind", Text: "heap"}, {Name: "partitions", List: []string{"p1", "salary"}}},
		Lineage: &model.Lineage{
			Inputs:  []model.Ref{{Type: "table", Path: "shop/vault/t"}, {Type: "table", Path: "shop/public/o"}},
			Columns: []model.ColumnEdge{{Input: 0, From: "a", To: "id"}, {Input: 1, From: "id", To: "id"}, {Input: 1, From: "salary", To: "band"}},
		},
	}
	f := bus.Facts{
		Assets: []model.Asset{{Type: "table", Path: "shop/vault/t"}, people, {Type: "table", Path: "shop/public/Salary"}},
		Rows:   []bus.BaseRow{{Stamp: 1}, {Stamp: 2}, {Stamp: 3}},
		Gaps:   []model.Gap{{Path: "shop/vault/x", Code: "PermissionDenied", Object: "x"}, {Code: "Odd", Object: "salary_x"}},
		Children: []model.Unit{
			{Below: "shop/vault", Step: "tables"}, {Below: "shop/public", Step: "tables"},
		},
		Seen: []bus.Seen{{Container: "shop/vault"}, {Container: "shop/public"}},
	}
	(&veil{judge: hiding(t, `"*salary*", shop/vault`), root: "shop"}).facts(&f)

	if len(f.Assets) != 1 || len(f.Rows) != 1 || f.Rows[0].Stamp != 2 {
		t.Fatalf("assets and rows: %+v %+v", f.Assets, f.Rows)
	}
	want := model.Asset{
		Type: "table", Path: "shop/public/people",
		Columns: []model.Column{{Name: "id"}, {Name: "band", Default: "1"}},
		Keys:    []model.Key{{Name: "pk", Kind: model.PrimaryKey, Columns: []string{"id"}}},
		Indexes: []model.Index{{Name: "ix", Columns: []string{"id"}}},
		Attrs:   []model.Attr{{Name: "kind", Text: "heap"}},
		Lineage: &model.Lineage{
			Inputs: []model.Ref{{Type: "table", Path: "shop/public/o"}}, Columns: []model.ColumnEdge{{Input: 0, From: "id", To: "id"}},
		},
	}
	if !reflect.DeepEqual(f.Assets[0], want) {
		t.Errorf("the asset is\n%+v, want\n%+v", f.Assets[0], want)
	}
	if len(f.Children) != 1 || len(f.Seen) != 1 {
		t.Errorf("children %+v, seen %+v", f.Children, f.Seen)
	}
	wantGaps := []model.Gap{
		{Path: "shop", Code: "PermissionDenied"},
		{Code: "Odd"},
		{Code: gapHidden, Remedy: hiddenRemedy, Count: 1},               // the object of a gap
		{Path: "shop", Code: gapHidden, Remedy: hiddenRemedy, Count: 2}, // a table and a unit
		{Path: "shop/public", Code: gapHidden, Remedy: hiddenRemedy, Count: 1},
		// a column, three texts, two keys, an index, a list, an input
		{Path: "shop/public/people", Code: gapHidden, Remedy: hiddenRemedy, Count: 9},
	}
	if !reflect.DeepEqual(f.Gaps, wantGaps) {
		t.Errorf("the gaps are\n%+v, want\n%+v", f.Gaps, wantGaps)
	}
}

func TestAGapAboutHiddenThingsStaysInTheUnit(t *testing.T) {
	f := bus.Facts{Assets: []model.Asset{{Path: "shop/vault/t"}}, Rows: make([]bus.BaseRow, 1)}
	(&veil{judge: hiding(t, "shop/vault"), root: "shop/vault"}).facts(&f)
	if len(f.Gaps) != 1 || f.Gaps[0].Path != "" {
		t.Errorf("the gaps are %+v", f.Gaps)
	}
}

func TestARemedyForSomethingHiddenDoesNotNameIt(t *testing.T) {
	const remedy = `grant select on table "hr"."pay" to "reader";`
	f := bus.Facts{Gaps: []model.Gap{{Path: "shop/hr/pay", Code: "PermissionDenied", Remedy: remedy}, {Path: "yard/hr/pay", Code: "PermissionDenied", Remedy: remedy}, {Code: "PermissionDenied", Remedy: remedy, Count: 9}}}
	(&veil{judge: hiding(t, "shop")}).facts(&f)
	if f.Gaps[0].Remedy != "" || f.Gaps[0].Path != "" || f.Gaps[1].Remedy != remedy || f.Gaps[2].Remedy != "" {
		t.Errorf("the gaps are %+v", f.Gaps)
	}
}

// hearing is a sink that remembers the end.
type hearing struct{ end broker.Result }

func (h *hearing) Facts(bus.Facts, func()) {}
func (h *hearing) End(r broker.Result)     { h.end = r }

func TestTheEndOfAnAttemptNamesNoHiddenContainer(t *testing.T) {
	dir := t.TempDir()
	edit(t, dir, "hide: [shop/vault]")
	h := &hearing{}
	listed := []model.Listed{{Container: "shop/vault", Whole: true}, {Container: "shop/public", Whole: true}, {Whole: true}}
	veiled{h, testRules(dir)}.End(broker.Result{Listed: listed, Assets: 7})
	if h.end.Assets != 7 || !slices.Equal(h.end.Listed, listed[1:]) {
		t.Errorf("the end is %+v", h.end)
	}
	veiled{h, testRules(dir)}.End(broker.Result{Remedy: `grant usage on schema "Vault" to the login`})
	if h.end.Remedy != "" {
		t.Errorf("the remedy is %q", h.end.Remedy)
	}
	edit(t, dir, "hide: nonsense")
	veiled{h, testRules(dir)}.End(broker.Result{Listed: listed})
	if len(h.end.Listed) != 0 {
		t.Errorf("without a policy that can be used the end is %+v", h.end)
	}
}

// leaking is an attempt's facts that name two hidden things wherever a source can.
func leaking() bus.Facts {
	return bus.Facts{
		Assets: []model.Asset{
			{Type: "table", Path: "shop/public/salaries", Name: "salaries", Container: "shop/public"},
			{Type: "column", Path: "shop/public/odd", Name: "odd", Container: "shop/public/salaries"},
			{
				Type: "table", Path: "shop/public/audit", Name: "audit", Container: "shop/public", Comment: "mirrors salaries nightly",
				Owner: "salaries_admin", NativeID: "public.salaries_audit",
				Attrs: []model.Attr{{Name: "inherits", Text: "public.salaries"}, {Name: "kind", Text: "heap"}, {Name: "rules", List: []string{"on_SALARIES"}}},
				Columns: []model.Column{
					{Name: "id", Comment: "of shop.public.salaries", Default: "nextval('salaries_id_seq'::regclass)", Type: "salaries_kind"},
					{Name: "card", Generated: `"credit card" || ''`, NativeID: "salaries.card"},
					{Name: "credit card"},
				},
				Keys: []model.Key{
					{Name: "audit_salaries_fk", Kind: model.ForeignKey, Columns: []string{"id"}, RefPath: "shop/public/x"},
					{Name: "k", Kind: model.ForeignKey, Columns: []string{"id"}, RefPath: "shop/public/salaries", RefColumns: []string{"id"}},
					{Name: "unlisted", Kind: model.UniqueKey, Columns: []string{"Credit Card"}},
				},
				Indexes: []model.Index{{Name: "audit_salaries_idx", Columns: []string{"id"}}},
			},
			{
				Type: "view", Path: "shop/public/cards", Name: "cards", Container: "shop/public", Text: `select "credit card" from customer`,
				Lineage: &model.Lineage{
					Inputs: []model.Ref{{Type: "table", Path: "shop/public/customer"}, {Type: "table", Path: "shop/public/salaries"}},
					Columns: []model.ColumnEdge{
						{Input: 0, From: "credit card", To: "card"}, {Input: 0, From: "card", To: "credit card"}, {Input: 1, From: "id", To: "id"},
					},
				},
			},
		},
		Rows: make([]bus.BaseRow, 4),
		Gaps: []model.Gap{
			{Code: "PermissionDenied", Object: "salaries"},
			{Path: "shop/public/salaries", Code: "PermissionDenied", Object: "shop/public/salaries"},
			{Path: "shop/public/salaries_view", Code: "PermissionDenied", Remedy: "grant select on salaries_view to the login"},
		},
		Children: []model.Unit{
			{Title: "salaries", Below: "shop/public/salaries", Step: "page"},
			{Title: "public.salaries and more", Below: "shop/public", Step: "page", Args: map[string]string{"from": "0"}},
			{Title: "rest", Below: "shop/public", Step: "page", Args: map[string]string{"first": "Salaries"}},
		},
		Seen: []bus.Seen{{Container: "shop/public/salaries"}},
	}
}

func TestAHiddenNameIsNowhereOnTheWire(t *testing.T) {
	onTheWire := func(f bus.Facts) string {
		raw, err := bus.Encode(f)
		if err != nil {
			t.Fatal(err)
		}
		return strings.ToLower(string(raw))
	}
	names := []string{"salaries", "credit card"}
	f := leaking()
	for _, name := range names {
		if n := strings.Count(onTheWire(f), name); n < 4 {
			t.Fatalf("%q is in the facts %d times only", name, n)
		}
	}
	dir := t.TempDir()
	edit(t, dir, `hide: [shop/public/salaries, "credit card"]`)
	if err := testRules(dir).check(&f, bus.Grant{Unit: model.Unit{Below: "shop"}}); err != nil {
		t.Fatal(err)
	}
	wire := onTheWire(f)
	for _, name := range names {
		if i := strings.Index(wire, name); i >= 0 {
			t.Errorf("%q leaves: %q", name, wire[max(0, i-30):min(len(wire), i+30)])
		}
	}
	if len(f.Assets) != 2 || len(f.Rows) != 2 || len(f.Children) != 1 || len(f.Assets[0].Columns) != 2 || len(f.Assets[0].Attrs) != 1 {
		t.Errorf("too much was taken away: %+v", f)
	}
	counts := map[string]int{}
	for _, g := range f.Gaps {
		if g.Code == gapHidden {
			counts[g.Path] = g.Count
		}
	}
	want := map[string]int{"": 1, "shop": 1, "shop/public": 5, "shop/public/audit": 15, "shop/public/cards": 2}
	if !reflect.DeepEqual(counts, want) {
		t.Errorf("counted %v, want %v", counts, want)
	}
}

func TestWhatNamesNothingHiddenLeavesWhole(t *testing.T) {
	f, whole := leaking(), leaking()
	(&veil{judge: hiding(t, `shop/vault/wages, "debit card", "zz*"`), root: "shop"}).facts(&f)
	if !reflect.DeepEqual(f, whole) {
		t.Errorf("the facts are\n%+v", f)
	}
}
