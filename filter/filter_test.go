package filter

import (
	"fmt"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/lineage"
	"github.com/purlieu/purlieu/model"
)

// quoting is a dialect of words, 'literals' and spaces.
type quoting struct{}

func (quoting) Name() string { return "quoting" }

func (quoting) Redact(text string) (string, error) {
	parts := strings.Split(text, "'")
	if len(parts)%2 == 0 {
		return "", fault.New(fault.Unsupported, "TextNotUnderstood", "a string that is never closed")
	}
	for i := 1; i < len(parts); i += 2 {
		parts[i] = "?"
	}
	return strings.Join(parts, ""), nil
}

func (q quoting) RedactType(text string) (string, error) { return q.Redact(text) }

func kind() *model.Kind {
	return &model.Kind{
		Name: "Shelf", Dialect: "quoting",
		Types: []model.TypeDef{{Name: "table", Attributes: []model.Field{
			{Name: "cut", SQL: true}, {Name: "bounds", Release: model.ReleasePartitionBounds}, {Name: "plain"},
		}}},
	}
}

func of(t *testing.T, terms ...model.Release) *Filter {
	t.Helper()
	f, err := New(kind(), []lineage.Dialect{quoting{}}, terms)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// full is an asset with a canary in every place that can hold a value.
func full() *model.Asset {
	return &model.Asset{
		Type: "table", Path: "a/b", Name: "b", Comment: "people's words", Text: "select 'canary' from t",
		Attrs: []model.Attr{
			{Name: "bounds", List: []string{"from canary"}},
			{Name: "cut", Text: "by 'canary'", List: []string{"x 'canary'", "y"}},
			{Name: "plain", Text: "words"},
			{Name: "undeclared", Text: "canary"},
		},
		Columns: []model.Column{
			{Name: "one", Type: "enum('canary')", Default: "'canary'", Generated: "upper('canary')", Identity: "always", Comment: "words", Labels: []string{"canary"}},
			{Name: "two", Type: "text", Default: "f()", Identity: "canary"},
			{Name: "three", Default: "'canary"},
		},
		Indexes: []model.Index{{Name: "i", Columns: []string{"one", "lower('canary')", Expression}}},
	}
}

func TestValuesAreTakenOutOfEveryPlace(t *testing.T) {
	a := full()
	gaps, changed := of(t).Asset(a)
	if !changed || strings.Contains(fmt.Sprintf("%+v %+v", *a, gaps), "canary") {
		t.Errorf("a value leaves: %+v, gaps %+v", a, gaps)
	}
	want := full()
	want.Text = "select ? from t"
	want.Attrs = []model.Attr{{Name: "cut", Text: "by ?", List: []string{"x ?", "y"}}, {Name: "plain", Text: "words"}}
	want.Columns = []model.Column{
		{Name: "one", Type: "enum(?)", Default: "?", Generated: "upper(?)", Identity: "always", Comment: "words"},
		{Name: "two", Type: "text", Default: "f()"},
		{Name: "three"},
	}
	want.Indexes[0].Columns = []string{"one", Expression, Expression}
	if !reflect.DeepEqual(a, want) {
		t.Errorf("got  %+v\nwant %+v", a, want)
	}
	codes := map[string]string{}
	for _, g := range gaps {
		if g.Path != "a/b" || g.Facet != model.FacetStructure {
			t.Errorf("gap %+v", g)
		}
		codes[g.Code] += g.Object
	}
	if len(gaps) != 2 || codes["TextNotUnderstood"] != "three" || codes["UndeclaredAttribute"] != "" {
		t.Errorf("gaps %+v", gaps)
	}
	if gaps, changed := of(t).Asset(a); changed || len(gaps) > 0 {
		t.Errorf("the second time something is found: %+v, %v", a, gaps)
	}
}

func TestTheOwnersTermsCount(t *testing.T) {
	a := full()
	f := of(t, model.ReleaseEnumLabels, model.ReleasePartitionBounds, model.ReleaseComments)
	f.Asset(a)
	if a.Attrs[0].Name != "bounds" || len(a.Columns[0].Labels) != 1 || a.Comment != "" || a.Columns[0].Comment != "" {
		t.Errorf("%+v", a)
	}
	if a.Text != "select ? from t" || a.Columns[0].Default != "?" {
		t.Errorf("a release is not one for literals: %+v", a)
	}
}

func TestWithoutADialectNoSQLLeaves(t *testing.T) {
	k := kind()
	k.Dialect = ""
	f, err := New(k, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	a := &model.Asset{Type: "table", Text: "select 1", Columns: []model.Column{{Name: "a", Type: "list<int64>", Default: "1"}}}
	gaps, changed := f.Asset(a)
	if !changed || a.Text != "" || a.Columns[0].Default != "" || a.Columns[0].Type != "list<int64>" || len(gaps) != 2 {
		t.Errorf("%+v, %+v", a, gaps)
	}
	k.Dialect = "unheard"
	if _, err := New(k, []lineage.Dialect{quoting{}}, nil); fault.CodeOf(err) != "UnknownDialect" {
		t.Errorf("a dialect that this build does not have: %v", err)
	}
}

func TestWhatIsRememberedKeepsNoMessage(t *testing.T) {
	f := of(t)
	held := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := held()
	for i := range 64 {
		message := fmt.Sprintf("f(%d)", i) + strings.Repeat(" ", 1<<20)
		a := &model.Asset{Type: "table", Columns: []model.Column{{Name: "c", Type: "text", Default: message[:strings.IndexByte(message, ' ')]}}}
		f.Asset(a)
	}
	if grown := int64(held()) - int64(before); grown > 8<<20 { //nolint:gosec // sizes of a heap
		t.Errorf("%d MiB are kept of 64 messages", grown>>20)
	}
	if len(f.known) != 64 {
		t.Errorf("%d texts are remembered", len(f.known))
	}
}

func TestALongDefinitionIsCutBetweenTokens(t *testing.T) {
	for name, text := range map[string]string{
		"words":        strings.Repeat("select something ", 3000),
		"wide letters": strings.Repeat("größe über ", 4000),
	} {
		t.Run(name, func(t *testing.T) {
			f, a := of(t), &model.Asset{Type: "table", Text: text + "'canary'"}
			gaps, _ := f.Asset(a)
			if len(a.Text) > MaxText || len(a.Text) < MaxText/2 || len(gaps) != 1 || gaps[0].Code != "TextCut" {
				t.Fatalf("%d bytes, %+v", len(a.Text), gaps)
			}
			if _, changed := f.Asset(a); changed {
				t.Error("what was cut is not clean by itself")
			}
		})
	}
	f, a := of(t), &model.Asset{Type: "table", Text: strings.Repeat("x", 2*MaxText)}
	if f.Asset(a); len(a.Text) > MaxText {
		t.Errorf("one endless word: %d bytes", len(a.Text))
	}
}

func BenchmarkAsset(b *testing.B) {
	f, err := New(kind(), []lineage.Dialect{quoting{}}, nil)
	if err != nil {
		b.Fatal(err)
	}
	a := &model.Asset{Type: "table", Path: "a/b"}
	for i := range 20 {
		a.Columns = append(a.Columns, model.Column{Name: fmt.Sprint(i), Type: "character varying(20)", Default: "now()"})
	}
	b.ReportAllocs()
	for b.Loop() {
		f.Asset(a)
	}
}
