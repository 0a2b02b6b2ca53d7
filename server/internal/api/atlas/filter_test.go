package atlas

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/search"
	"github.com/purlieu/purlieu/server/internal/store"
)

// asked is when the filters of the tests are.
var asked = time.UnixMilli(1_700_000_000_000)

// show writes a filter down; times as they lie from when it is asked.
func show(f *search.Filter) string {
	if f == nil {
		return "everything"
	}
	var parts []string
	for _, p := range f.Parts {
		parts = append(parts, show(&p))
	}
	at := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return t.Sub(asked).String()
	}
	switch {
	case f.Op == store.FilterCreated, f.Op == store.FilterModified:
		return map[store.FilterOp]string{store.FilterCreated: "made", store.FilterModified: "changed"}[f.Op] + "[" + at(f.From) + "," + at(f.To) + ")"
	case f.Op == store.FilterNamed:
		return "named:" + f.Exact + ":" + strings.Join(f.Values, ",")
	case f.Op == store.FilterSize:
		return fmt.Sprint("sized[", f.Least, ",", f.Most, "]")
	case f.Op == store.FilterRows:
		return fmt.Sprint("rows", f.Rows)
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
		"a_folder": {model.TypeDef{Name: "a_folder"}, "Files"},
		"a_file":   {model.TypeDef{Name: "a_file", Column: "column", File: true}, "Files"},
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
		{`{"attributeName":"name","operator":"eq","attributeValue":"Ä-b"}`, "named:ab:Ä-b"},
		{`{"attributeName":"name","operator":"NE","attributeValue":"x"}`, "not(named:x:x)"},
		{`{"attributeName":"entityType","operator":"eq","attributeValue":"pg_view"}`, "t:pg_view"},
		{`{"attributeName":"createTime","operator":"ge","attributeValue":1700000000000}`, "made[0s,)"},
		{`{"attributeName":"modifiedTime","operator":"timerange","attributeValue":"LAST_24H|MORE_THAN_365D"}`, "or(changed[-24h0m0s,) changed[,-8760h0m0s))"},
		{`{"createTime":{"operator":"lt","timeThreshold":1700000000000}}`, "made[,0s)"},
		{`{"createTime":{"operator":"le","timeThreshold":1700000000000}}`, "made[,1ms)"},
		{`{"updateTime":{"operator":"gt","timeThreshold":1700000000000}}`, "changed[1ms,)"},
		{`{"updateTime":{"operator":"eq","timeThreshold":1700000000000}}`, "changed[0s,1ms)"},
		{`{"updateTime":{"operator":"ne","timeThreshold":1700000000000}}`, "not(changed[0s,1ms))"},
		{`{"updateTime":"LAST_7D"}`, "or(changed[-168h0m0s,))"},
		{`{"and":[{"fileExtension":".TXT"}]}`, "and(and(t:a_file x:txt))"},
		{`{"objectType":"Files"}`, "t:a_file"},
		{`{"objectType":"Folders"}`, "t:a_folder"},
		{`{"contactType":"Owner"}`, "r:Owner"},
		{`{"id":"` + model.GUID(7, 0) + `"}`, "rows[7]"},
		{`{"id":"` + model.GUID(7, 1) + `"}`, "or()"},
		{`{"id":"bfecbcc3-1838-45fe-96d6-112de8a170f9"}`, "or()"},
		{`{"id":"x"}`, "Invalid"},
		{`{"attributeName":"size","operator":"eq","attributeValue":0}`, "sized[0,0]"},
		{`{"attributeName":"fileSize","operator":"lt","attributeValue":10}`, "sized[0,9]"},
		{`{"attributeName":"size","operator":"le","attributeValue":10}`, "sized[0,10]"},
		{`{"attributeName":"size","operator":"gt","attributeValue":10}`, "sized[11,9223372036854775807]"},
		{`{"attributeName":"size","operator":"ge","attributeValue":10}`, "sized[10,9223372036854775807]"},
		{`{"attributeName":"size","operator":"ne","attributeValue":10}`, "or(sized[0,9] sized[11,9223372036854775807])"},
		{`{"attributeName":"size","operator":"eq","attributeValue":-1}`, "Invalid"},
		{`{"attributeName":"size","operator":"gt","attributeValue":9223372036854775807}`, "Invalid"},
		{`{"attributeName":"size","operator":"eq","attributeValue":"big"}`, "Invalid"},
		{`{"attributeName":"size","operator":"in","attributeValue":7}`, "Unsupported"},
		{`{"attributeName":"owner","operator":"eq","attributeValue":"x"}`, "Unsupported"},
		{`{"attributeName":"qualifiedName","operator":"eq","attributeValue":"pg://a/b"}`, "rows[41]"},
		{`{"attributeName":"qualifiedName","operator":"ne","attributeValue":"pg://a/b"}`, "not(rows[41])"},
		{`{"attributeName":"qualifiedName","operator":"eq","attributeValue":"pg://a/nothing"}`, "or()"},
		{`{"attributeName":"qualifiedName","operator":"startswith","attributeValue":"pg://a"}`, "Unsupported"},
		{`{"attributeName":"qualifiedName","operator":"eq","attributeValue":7}`, "Invalid"},
		{`{"or":[` + strings.TrimSuffix(strings.Repeat(`{"attributeName":"qualifiedName","operator":"eq","attributeValue":"x"},`, 60), ",") + `]}`, "Invalid"},
		{`{"attributeName":"name","operator":"contains","attributeValue":"x"}`, "Unsupported"},
		{`{"attributeName":"name","operator":"eq","attributeValue":7}`, "Invalid"},
		{`{"attributeName":"name","operator":"eq"}`, "Invalid"},
		{`{"attributeName":"name","attributeValue":"x"}`, "Invalid"},
		{`{"attributeName":"name","operator":"eq","entityType":"x"}`, "Unsupported"},
		{`{"attributeName":"createTime","operator":"lt","attributeValue":"yesterday"}`, "Invalid"},
		{`{"createTime":{"operator":"lt","timeThreshold":-1}}`, "Invalid"},
		{`{"createTime":{"operator":"lt","timeThreshold":1e300}}`, "Invalid"},
		{`{"createTime":{"operator":"about","timeThreshold":1}}`, "Unsupported"},
		{`{"createTime":{"timeThreshold":1}}`, "Unsupported"},
		{`{"createTime":"LAST_WEEK"}`, "Invalid"},
		{`{"createTime":[]}`, "Invalid"},
		{`{"entityType":"a","label":"b"}`, "Unsupported"},
		{`{"entityType":7}`, "Invalid"},
		{`{"entityType":""}`, "Invalid"},
		{`{"entityType":"a","includeSubTypes":"yes"}`, "Invalid"},
		{`{"and":{"entityType":"a"}}`, "Invalid"},
		{`{"not":[]}`, "Invalid"},
		{`{"not":null}`, "Invalid"},
		{`[]`, "Invalid"},
	} {
		f, err := reading(kinds).whole(json.RawMessage(c.filter))
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

// reading reads filters over a map in which one table is called pg://a/b.
func reading(t types) *filtering {
	return &filtering{types: t, now: asked, called: func(types []string, qualifiedName string) ([]int64, error) {
		if qualifiedName == "pg://a/b" && slices.Contains(types, "pg_table") && slices.Contains(types, "DataSet") {
			return []int64{41}, nil
		}
		return nil, nil
	}}
}

func FuzzFilters_are_read_or_refused(f *testing.F) {
	f.Add(`{"and":[{"entityType":"a"},{"not":{"label":"b"}}]}`)
	f.Add(`{"or":[{"not":{"not":{}}},{"and":[]}],"includeSubTypes":true}`)
	f.Add(`[{"a":1}]`)
	f.Add(`{"or":[{"updateTime":"LAST_24H|LAST_7D"},{"createTime":{"operator":"lt","timeThreshold":1}},{"id":"a"},{"fileExtension":"x"}]}`)
	f.Add(`{"attributeName":"name","operator":"eq","attributeValue":"b"}`)
	kinds := types{"pg_table": {model.TypeDef{Name: "pg_table", Column: "column"}, "PostgreSQL"}}
	f.Fuzz(func(t *testing.T, raw string) {
		filter, err := reading(kinds).whole(json.RawMessage(raw))
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
