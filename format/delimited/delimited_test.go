package delimited_test

import (
	"strings"
	"testing"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/format"
	"github.com/purlieu/purlieu/format/delimited"
	"github.com/purlieu/purlieu/format/formattest"
)

const orders = "id,customer,placed,total\n1,Ann,2026-01-02,12.50\n2,\"Bob, the \"\"second\"\"\",2026-01-03,7\n3,Cem,2026-01-04,\n"

func cases() []formattest.Case {
	four := []string{"id string", "customer string", "placed string", "total string"}
	return []formattest.Case{
		{
			Name: "orders.csv", Data: []byte(orders), Type: "CSV", Names: format.Header, Columns: four,
			Cells: map[string][]string{"customer": {"Ann", `Bob, the "second"`, "Cem"}, "total": {"12.50", "7"}},
		},
		{
			Name: "orders.TSV", Data: []byte("id\tname\n1\tAnn Bee\n2\tCem\n"), Type: "TSV", Names: format.Header,
			Columns: []string{"id string", "name string"},
		},
		{
			Name: "semicolons.csv", Data: []byte("a;b\r\n1,5;2,5\r\n3,5;4,5\r\n"), Type: "SSV", Names: format.Header,
			Columns: []string{"a string", "b string"}, Cells: map[string][]string{"a": {"1,5", "3,5"}},
		},
		{
			Name: "bars.psv", Data: []byte("1|Ann\r2|Bob"), Type: "PSV", Names: format.Numbered,
			Columns: []string{"column1 string", "column2 string"}, Cells: map[string][]string{"column2": {"Ann", "Bob"}},
		},
		{
			Name: "wide.csv", Data: []byte("\xff\xfea\x00,\x00b\x00\n\x001\x00,\x002\x00\n\x00"), Type: "CSV", Names: format.Header,
			Columns: []string{"a string", "b string"}, Cells: map[string][]string{"b": {"2"}},
		},
		{
			Name: "latin.csv", Data: []byte("stra\xdfe,nummer\nWeg,1\n"), Type: "CSV", Names: format.Header,
			Columns: []string{"straße string", "nummer string"},
		},
		{Name: "marked.csv", Data: []byte("\xef\xbb\xbfa,b\n1,2\n"), Type: "CSV", Names: format.Header, Columns: []string{"a string", "b string"}},
		{
			Name: "lines in quotes.csv", Data: []byte("a,b\n\"1\n2\",3\n4,\"5\r\n6\"\n"), Type: "CSV", Names: format.Header,
			Columns: []string{"a string", "b string"}, Cells: map[string][]string{"a": {"1\n2", "4"}, "b": {"3", "5\r\n6"}},
		},
		{
			Name: "quotes within.csv", Data: []byte("size,n\n\"5\" tall,1\n6\" wide,2\n"), Type: "CSV", Names: format.Header,
			Columns: []string{"size string", "n string"}, Cells: map[string][]string{"size": {`"5" tall`, `6" wide`}},
		},
		{Name: "empty.csv", Data: nil, Type: "CSV"},
		{Name: "blank.csv", Data: []byte("\n\n \n"), Type: "CSV"},
	}
}

func TestSuite(t *testing.T) {
	formattest.Run(t, formattest.Suite{Format: delimited.New(), Cases: cases()})
}

func TestWhatIsNoDelimitedText(t *testing.T) {
	for name, c := range map[string]struct{ text, code string }{
		"one column":      {"a\nb\nc\n", "NoDelimiter"},
		"prose":           {"Once upon a time, there was a table.\nIt had no columns at all.\nIt was, as tables go, very, very lonely.\nThe end.\n", "NoDelimiter"},
		"a tenth uneven":  {strings.Repeat("1,2\n", 9) + "1,2,3\n", "RecordsUneven"},
		"zeros":           {"a,b\x00\n", "NotText"},
		"half a document": {"\x89PNG\r\n\x1a\n\x00\x00", "NotText"},
	} {
		if found, err := formattest.Read(t.Context(), delimited.New(), "x.csv", []byte(c.text), nil); fault.CodeOf(err) != c.code {
			t.Errorf("%s: %+v, %v", name, found, err)
		}
	}
	few := strings.Repeat("1,2\n", 20) + "1,2,3\n"
	if _, err := formattest.Read(t.Context(), delimited.New(), "x.csv", []byte(few), nil); err != nil {
		t.Errorf("one bad record in twenty: %v", err)
	}
}

func TestAMillionColumnsInLineOne(t *testing.T) {
	line := strings.Repeat("name,", 1_000_000)
	found, err := formattest.Read(t.Context(), delimited.New(), "x.csv", []byte(line+"\n1,2\n"), nil)
	if err != nil || len(found.Columns) != format.MaxColumns || !found.Cut || found.Names != format.Numbered {
		t.Fatalf("%d columns, cut %v, %v", len(found.Columns), found.Cut, err)
	}
	if found.Columns[9999].Name != "column10000" {
		t.Error(found.Columns[9999].Name)
	}
}

func TestANameThatTellsIsNoHeader(t *testing.T) {
	f := delimited.New()
	set := format.NewSet([]format.Format{f}, nil, func(text string) bool { return text == "customer" })
	var file format.File
	file.Open("orders.csv", int64(len(orders)), strings.NewReader(orders))
	found, err := set.Read(t.Context(), &file, nil)
	if err != nil || found.Names != format.Numbered || found.Columns[1].Name != "column2" {
		t.Errorf("%+v, %v", found, err)
	}
}

func TestColumnsOfTwoFilesAreNotOneAnothers(t *testing.T) {
	f := delimited.New()
	read := func() *format.Structure {
		found, err := formattest.Read(t.Context(), f, "orders.csv", []byte(orders), nil)
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	first := read()
	for range 100 { // many more than there is room for at once
		next := read()
		for i := range next.Columns {
			next.Columns[i].Name = "written over"
		}
		if cap(next.Columns) != len(next.Columns) {
			t.Fatal("who appends to the columns of a file writes over those of the next")
		}
	}
	if last := read(); first.Columns[0].Name != "id" || first.Columns[3].Name != "total" || last.Columns[0].Name != "id" || last.Columns[0].NotNull {
		t.Errorf("%+v, %+v", first.Columns, last.Columns)
	}
}

func BenchmarkRead(b *testing.B) {
	data := "order_id,customer,placed,total,paid,note\n" + strings.Repeat("1001,7,2026-05-02,129.90,true,some words of a note\n", 60)
	var file format.File
	f := delimited.New()
	b.ReportAllocs()
	for b.Loop() {
		file.Open("orders.csv", int64(len(data)), strings.NewReader(data))
		if _, err := f.Read(b.Context(), &file, format.Ask{}); err != nil {
			b.Fatal(err)
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, c := range cases() {
		f.Add(c.Data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, name := range []string{"x.csv", "x.tsv"} {
			found, err := formattest.Read(t.Context(), delimited.New(), name, data, nil)
			if err != nil {
				if !fault.Is(err, fault.Invalid) || fault.CodeOf(err) == format.CodeDamaged {
					t.Fatal(err)
				}
				continue
			}
			for _, wrong := range formattest.Check(delimited.New().Describe(), found) {
				t.Error(wrong)
			}
		}
	})
}
