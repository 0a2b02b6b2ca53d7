package atlas

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/search"
)

// show writes a filter down.
func show(f *search.Filter) string {
	if f == nil {
		return "everything"
	}
	var parts []string
	for _, p := range f.Parts {
		parts = append(parts, show(&p))
	}
	switch {
	case f.Kind != "":
		return string(f.Kind) + ":" + strings.Join(f.Values, ",")
	default:
		return []string{"is", "and", "or", "not"}[f.Op] + "(" + strings.Join(parts, " ") + ")"
	}
}

func TestPublishedFiltersAreReadAsTheyAreMeant(t *testing.T) {
	kinds := types{
		"pg_table": {model.TypeDef{Name: "pg_table", Column: "column"}, "PostgreSQL"},
		"pg_view":  {model.TypeDef{Name: "pg_view", Column: "column", Super: "pg_table"}, "PostgreSQL"},
		"my_table": {model.TypeDef{Name: "my_table", Column: "column"}, "MySQL"},
	}
	deep := func(n int) string {
		return strings.Repeat(`{"not":`, n) + `{"entityType":"a"}` + strings.Repeat("}", n)
	}
	wide := `{"or":[` + strings.Repeat(`{"entityType":"a"},`, mostFilterParts) + `{"entityType":"a"}]}`
	for _, c := range []struct{ filter, want string }{
		{`null`, "everything"},
		{`{}`, "and()"},
		{`{"entityType":"pg_view","includeSubTypes":false}`, "t:pg_view"},
		{`{"entityType":"pg_table","includeSubTypes":true}`, "t:pg_view,pg_table"},
		{`{"assetType":"PostgreSQL"}`, "t:pg_table,pg_view"},
		{`{"assetType":"Oracle"}`, "t:"},
		{`{"or":[{"assetType":"Oracle"},{"assetType":"MySQL"}]}`, "or(t: t:my_table)"},
		{`{"and":[{"objectType":"Tables"},{"entityType":"my_table"},{"purlieuSource":"shop"}]}`, "and(t:my_table,pg_table,pg_view t:my_table s:shop)"},
		{`{"or":[{"entityType":"pg_view"},{"collectionId":"a"}]}`, "or(t:pg_view c:a)"},
		{`{"and":[{"classification":"A","includeSubClassifications":true},{"classification":"B"}]}`, "and(k:A k:B)"},
		{`{"not":{"or":[{"label":"old"},{"term":"t"},{"contactId":"me"}]}}`, "not(or(l:old g:t o:me))"},
		{`{"or":[]}`, "and()"},
		{deep(10), strings.Repeat("not(", 10) + "t:a" + strings.Repeat(")", 10)},
		{deep(16), "Invalid"},
		{wide, "Invalid"},
		{`{"attributeName":"name","operator":"eq","attributeValue":"x"}`, "Unsupported"},
		{`{"fileExtension":"txt"}`, "Unsupported"},
		{`{"entityType":"a","label":"b"}`, "Unsupported"},
		{`{"entityType":7}`, "Invalid"},
		{`{"entityType":""}`, "Invalid"},
		{`{"entityType":"a","includeSubTypes":"yes"}`, "Invalid"},
		{`{"and":{"entityType":"a"}}`, "Invalid"},
		{`{"not":[]}`, "Invalid"},
		{`{"not":null}`, "Invalid"},
		{`[]`, "Invalid"},
	} {
		f, err := parseFilter(json.RawMessage(c.filter), kinds)
		got := ""
		if err != nil {
			got = fault.KindOf(err).String()
		} else {
			got = show(f)
		}
		if got != c.want {
			t.Errorf("%.200s: %s, want %s", c.filter, got, c.want)
		}
	}
}

func FuzzFilters_are_read_or_refused(f *testing.F) {
	f.Add(`{"and":[{"entityType":"a"},{"not":{"label":"b"}}]}`)
	f.Add(`{"or":[{"not":{"not":{}}},{"and":[]}],"includeSubTypes":true}`)
	f.Add(`[{"a":1}]`)
	kinds := types{"pg_table": {model.TypeDef{Name: "pg_table", Column: "column"}, "PostgreSQL"}}
	f.Fuzz(func(t *testing.T, raw string) {
		filter, err := parseFilter(json.RawMessage(raw), kinds)
		if err != nil {
			if !fault.Is(err, fault.Invalid) && !fault.Is(err, fault.Unsupported) {
				t.Fatalf("%q: %v", raw, err)
			}
			return
		}
		if parts := strings.Count(show(filter), "("); parts > mostFilterParts {
			t.Fatalf("%q has %d parts", raw, parts)
		}
	})
}
