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

func hiding(t *testing.T, patterns string) func(string) bool {
	t.Helper()
	p, err := policy.Parse("policy", []byte("hide: ["+patterns+"]"))
	if err != nil {
		t.Fatal(err)
	}
	return p.Hidden
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
	(&veil{hidden: hiding(t, `"*salary*", shop/vault`), root: "shop"}).facts(&f)

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
		{Path: "shop", Code: gapHidden, Remedy: hiddenRemedy, Count: 1},
		{Path: "shop/public", Code: gapHidden, Remedy: hiddenRemedy, Count: 1},
		{Path: "shop/public/people", Code: gapHidden, Remedy: hiddenRemedy, Count: 1},
	}
	if !reflect.DeepEqual(f.Gaps, wantGaps) {
		t.Errorf("the gaps are\n%+v, want\n%+v", f.Gaps, wantGaps)
	}
}

func TestAGapAboutHiddenThingsStaysInTheUnit(t *testing.T) {
	f := bus.Facts{Assets: []model.Asset{{Path: "shop/vault/t"}}, Rows: make([]bus.BaseRow, 1)}
	(&veil{hidden: hiding(t, "shop/vault"), root: "shop/vault"}).facts(&f)
	if len(f.Gaps) != 1 || f.Gaps[0].Path != "" {
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
	edit(t, dir, "hide: nonsense")
	veiled{h, testRules(dir)}.End(broker.Result{Listed: listed})
	if len(h.end.Listed) != 0 {
		t.Errorf("without a policy that can be used the end is %+v", h.end)
	}
}

func TestWordsOfATextAreJudgedOneByOne(t *testing.T) {
	v := &veil{hidden: hiding(t, "secret*, a-b")}
	for text, want := range map[string]bool{
		"": false, "nothing here": false, "x.secret_1 = 2": true, `"Secret"`: true, "not_a_secret": false, "(a-b)": true, strings.Repeat("é ", 100): false,
	} {
		if got := v.tells(text); got != want {
			t.Errorf("%.20q: %v", text, got)
		}
	}
}
