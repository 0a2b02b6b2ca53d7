package atlas

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/search"
)

func TestFiltersComeToBounds(t *testing.T) {
	kinds := types{
		"pg_table": {model.TypeDef{Name: "pg_table", Column: "column"}, "PostgreSQL"},
		"pg_view":  {model.TypeDef{Name: "pg_view", Column: "column"}, "PostgreSQL"},
		"my_table": {model.TypeDef{Name: "my_table", Column: "column"}, "MySQL"},
	}
	for _, c := range []struct{ filter, want string }{
		{`null`, "[] [] [] [a b] true"},
		{`{}`, "[] [] [] [a b] true"},
		{`{"entityType":"pg_view","includeSubTypes":false}`, "[pg_view] [] [] [a b] true"},
		{`{"assetType":"PostgreSQL"}`, "[pg_table pg_view] [] [] [a b] true"},
		{`{"assetType":"Oracle"}`, "nothing"},
		{`{"or":[{"assetType":"Oracle"},{"assetType":"MySQL"}]}`, "[my_table] [] [] [a b] true"},
		{`{"or":[{"assetType":"MySQL"},{"assetType":"Oracle"}]}`, "[my_table] [] [] [a b] true"},
		{`{"or":[{"assetType":"Oracle"},{"assetType":"Db2"}]}`, "nothing"},
		{`{"and":[{"objectType":"Tables"},{"entityType":"my_table"},{"purlieuSource":"shop"}]}`, "[my_table] [shop] [] [a b] true"},
		{`{"and":[{"entityType":"pg_view"},{"entityType":"my_table"}]}`, "nothing"},
		{`{"collectionId":"b"}`, "[] [] [] [b] true"},
		{`{"collectionId":"hidden"}`, "[] [] [] [] false"},
		{`{"or":[{"collectionId":"hidden"},{"collectionId":"a"}]}`, "[] [] [] [a] true"},
		{`{"or":[{"entityType":"pg_view"},{"collectionId":"a"}]}`, "Unsupported"},
		{`{"or":[{"and":[{"entityType":"x"},{"purlieuSource":"s"}]},{"and":[{"entityType":"y"},{"purlieuSource":"t"}]}]}`, "Unsupported"},
		{`{"and":[{"classification":"A"},{"classification":"B"}]}`, "Unsupported"},
		{`{"not":{"entityType":"pg_view"}}`, "Unsupported"},
		{`{"attributeName":"name","operator":"eq","attributeValue":"x"}`, "Unsupported"},
		{`{"entityType":7}`, "Invalid"},
		{`[]`, "Invalid"},
	} {
		b, err := parseFilter(json.RawMessage(c.filter), kinds)
		got := "nothing"
		switch {
		case err != nil:
			got = fault.KindOf(err).String()
		case !b.empty:
			q := search.Request{Collections: []string{"a", "b"}}
			some := b.narrow(&q)
			got = fmt.Sprint(q.Types, q.Sources, q.Classes, q.Collections, some)
		}
		if got != c.want {
			t.Errorf("%s: %s, want %s", c.filter, got, c.want)
		}
	}
}
