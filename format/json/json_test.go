package json_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/format"
	"github.com/purlieu/purlieu/format/formattest"
	"github.com/purlieu/purlieu/format/json"
)

func manyKeys(n int) string {
	var b strings.Builder
	b.WriteString(`{"visits":{`)
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `"customer-%d":{"at":%d}`, i, i)
	}
	b.WriteString(`}}`)
	return b.String()
}

func cases() []formattest.Case {
	return []formattest.Case{
		{
			Name: "events.jsonl", Data: []byte("{\"id\":1,\"who\":{\"name\":\"Ann\",\"tags\":[\"a\",\"b\"]}}\n{\"id\":2.5,\"who\":null,\"ok\":true}\n"),
			Type: "JSON", Names: format.Keys,
			Columns: []string{"id number", "who.name string", "who.tags[] string", "ok boolean"},
			Cells:   map[string][]string{"id": {"1", "2.5"}, "who.tags[]": {"a", "b"}, "ok": {"true"}},
		},
		{
			Name: "array.json", Data: []byte(`[{"a":"x","lines":[{"sku":1,"n":2},{"sku":"y"}]},{"a":{"b":1}}]`), Type: "JSON", Names: format.Keys,
			Columns: []string{"a string|object", "a.b integer", "lines[].sku integer|string", "lines[].n integer"},
		},
		{
			Name: "keys.json", Data: []byte(`{"a.b":1,"[]":2,"":3,"$":4,"q\"":5,"\u0000":6,"\ud800":7,"\\x00":8}`), Type: "JSON", Names: format.Keys,
			Columns: []string{`"a.b" integer`, `"[]" integer`, `"" integer`, `"$" integer`, `"q\"" integer`, `\x00 integer`, "\ufffd integer", `\\x00 integer`},
		},
		{
			Name: "many.json", Data: []byte(manyKeys(format.MaxKeys + 1)), Type: "JSON", Names: format.Keys,
			Columns: []string{"visits.{key}.at integer"},
		},
		{Name: "scalars.ndjson", Data: []byte("1\n2\n"), Type: "JSON", Names: format.Numbered, Columns: []string{"$ integer"}},
		{Name: "hollow.json", Data: []byte(`{"a":{},"b":[],"c":null}`), Type: "JSON", Names: format.Keys, Columns: []string{"a object", "b array", "c null"}},
		{Name: "empty.json", Data: nil, Type: "JSON"},
		{Name: "none.json", Data: []byte("[]"), Type: "JSON"},
	}
}

func TestSuite(t *testing.T) {
	formattest.Run(t, formattest.Suite{Format: json.New(), Cases: cases()})
}

func TestKeysThatAreData(t *testing.T) {
	t.Run("two_hundred_keys_stay", func(t *testing.T) {
		found, err := formattest.Read(t.Context(), json.New(), "x.json", []byte(manyKeys(format.MaxKeys)), nil)
		if err != nil || len(found.Columns) != format.MaxKeys {
			t.Fatal(found, err)
		}
	})
	t.Run("more_over_several_rows_fold", func(t *testing.T) {
		var b strings.Builder
		for i := range (format.MaxKeys + 1) / 2 {
			fmt.Fprintf(&b, "{\"k%d\":{\"n\":1},\"j%d\":{\"n\":\"x\"}}\n", i, i)
		}
		columns := func(text string) (all []string) {
			found, err := formattest.Read(t.Context(), json.New(), "x.json", []byte(text), nil)
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range found.Columns {
				all = append(all, c.Name+" "+c.Type)
			}
			return all
		}
		if got := columns(b.String()); len(got) != format.MaxKeys {
			t.Errorf("%d columns of as many keys as may be there", len(got))
		}
		b.WriteString(`{"one more":{"n":1}}`)
		if got := columns(b.String()); !slices.Equal(got, []string{"{key}.n integer|string"}) {
			t.Errorf("%.200q", got)
		}
	})
	t.Run("a_key_that_tells_folds_its_object", func(t *testing.T) {
		set := format.NewSet([]format.Format{json.New()}, nil, func(text string) bool { return strings.Contains(text, "@") })
		text := `{"mails":{"a":{"n":1},"ann@example.org":{"n":2,"m":3}},"id":1}`
		var file format.File
		file.Open("x.json", int64(len(text)), strings.NewReader(text))
		found, err := set.Read(t.Context(), &file, nil)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, c := range found.Columns {
			names = append(names, c.Name)
		}
		if got := strings.Join(names, " "); got != "mails.{key}.n mails.{key}.m id" {
			t.Error(got)
		}
	})
	t.Run("a_long_key_folds_its_object", func(t *testing.T) {
		text := `{"` + strings.Repeat("k", 4<<10) + `":1}`
		found, err := formattest.Read(t.Context(), json.New(), "x.json", []byte(text), nil)
		if err != nil || len(found.Columns) != 1 || found.Columns[0].Name != format.Folded {
			t.Fatal(found, err)
		}
	})
}

func TestDocumentsThatAreTooMuch(t *testing.T) {
	t.Run("one_line_far_beyond_the_head", func(t *testing.T) {
		text := `{"id":1,"rows":[` + strings.Repeat(`{"a":"0123456789","b":2},`, 400_000) + `{}]}`
		found, err := formattest.Read(t.Context(), json.New(), "x.json", []byte(text), nil)
		if err != nil || len(found.Columns) != 3 {
			t.Fatal(found, err)
		}
	})
	t.Run("one_text_far_beyond_the_head", func(t *testing.T) {
		text := `{"id":1,"text":"` + strings.Repeat("x", 4<<20) + `"}`
		found, err := formattest.Read(t.Context(), json.New(), "x.json", []byte(text), nil)
		if err != nil || len(found.Columns) != 1 {
			t.Fatal(found, err)
		}
	})
	t.Run("deep_nesting", func(t *testing.T) {
		for _, pair := range [][2]string{{"[", "]"}, {`{"a":`, "}"}} {
			text := strings.Repeat(pair[0], 5000) + "1" + strings.Repeat(pair[1], 5000)
			found, err := formattest.Read(t.Context(), json.New(), "x.json", []byte(text), nil)
			if err != nil || !found.Cut {
				t.Fatal(found, err)
			}
		}
	})
}

func TestWhatIsNoJSON(t *testing.T) {
	for text, code := range map[string]string{
		"hello": format.CodeDamaged, `{"a":`: format.CodeTruncated, "{\"a\":1\x00}": format.CodeNotText, "[1,": "",
		"{\"a\":1}\nbroken": "", "{a:1}": format.CodeDamaged,
	} {
		if found, err := formattest.Read(t.Context(), json.New(), "x.json", []byte(text), nil); fault.CodeOf(err) != code {
			t.Errorf("%q: %+v, %v", text, found, err)
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, c := range cases() {
		f.Add(c.Data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		found, err := formattest.Read(t.Context(), json.New(), "x.json", data, nil)
		if err != nil {
			if !fault.Is(err, fault.Invalid) {
				t.Fatal(err)
			}
			return
		}
		for _, wrong := range formattest.Check(json.New().Describe(), found) {
			t.Error(wrong)
		}
	})
}
