package parquet_test

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	library "github.com/parquet-go/parquet-go"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/format"
	"github.com/purlieu/purlieu/format/formattest"
	"github.com/purlieu/purlieu/format/parquet"
)

type item struct {
	SKU string  `parquet:"sku"`
	N   *uint16 `parquet:"n"`
}

type order struct {
	ID     int64             `parquet:"id"`
	Name   string            `parquet:"name,optional"`
	Placed time.Time         `parquet:"placed,timestamp(microsecond)"`
	Day    int32             `parquet:"day,date"`
	Total  int64             `parquet:"total,decimal(2:18)"`
	Key    [16]byte          `parquet:"key,uuid"`
	Raw    []byte            `parquet:"raw"`
	Lines  []item            `parquet:"lines,list"`
	Tags   []string          `parquet:"tags"`
	More   map[string]string `parquet:"more"`
	Dotted bool              `parquet:"a.b"`
}

func write(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	w := library.NewGenericWriter[order](&b)
	if _, err := w.Write([]order{{ID: 1, Name: "canary", Lines: []item{{SKU: "x"}}}, {ID: 2}}); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func cases(t testing.TB) []formattest.Case {
	return []formattest.Case{
		{
			Name: "orders.parquet", Data: write(t), Type: "PARQUET", Names: format.Schema,
			Columns: []string{
				"id int64", "name string", "placed timestamp(us,utc)", "day date", "total decimal(18,2)", "key uuid", "raw binary",
				"lines[].sku string", "lines[].n uint16", "tags[] string", "more.key_value[].key string", "more.key_value[].value string", `"a.b" boolean`,
			},
		},
		{Name: "without an ending", Data: write(t), Type: "PARQUET", Names: format.Schema, Columns: []string{
			"id int64", "name string", "placed timestamp(us,utc)", "day date", "total decimal(18,2)", "key uuid", "raw binary",
			"lines[].sku string", "lines[].n uint16", "tags[] string", "more.key_value[].key string", "more.key_value[].value string", `"a.b" boolean`,
		}},
		{Name: "empty.parquet", Data: nil, Type: "PARQUET"},
	}
}

func read(t testing.TB, name string, data []byte) (*format.Structure, error) {
	return formattest.Read(t.Context(), parquet.New(), name, data, nil)
}

func TestSuite(t *testing.T) {
	formattest.Run(t, formattest.Suite{Format: parquet.New(), Cases: cases(t)})
	if found, err := read(t, "x.parquet", write(t)); err != nil || found.Rows != 2 || !found.Columns[0].NotNull || found.Columns[1].NotNull {
		t.Errorf("%+v, %v", found, err)
	}
}

func TestFootersThatLie(t *testing.T) {
	good := write(t)
	end := len(good) - 8
	with := func(change func(b []byte) []byte) []byte { return change(bytes.Clone(good)) }
	nested := bytes.Repeat([]byte{0x1c}, 1<<20) // a struct in a struct, a million times
	lists := bytes.Repeat([]byte{0x19, 0xf9, 0xff, 0xff, 0xff, 0xff, 0x07}, 1000)
	for title, c := range map[string]struct {
		data []byte
		code string
	}{
		"cut":                  {good[:end], format.CodeTruncated},
		"too short":            {[]byte("PAR1PAR1"), format.CodeTruncated},
		"longer than it is":    {with(func(b []byte) []byte { binary.LittleEndian.PutUint32(b[end:], 1<<31); return b }), format.CodeDamaged},
		"of no length":         {with(func(b []byte) []byte { binary.LittleEndian.PutUint32(b[end:], 0); return b }), format.CodeDamaged},
		"encrypted":            {with(func(b []byte) []byte { return append(b[:end+4], "PARE"...) }), format.CodeEncrypted},
		"nested":               {footer(nested), format.CodeDamaged},
		"lists of billions":    {footer(lists), format.CodeDamaged},
		"a schema of billions": {footer([]byte{0x15, 2, 0x19, 0xfc, 0xff, 0xff, 0xff, 0xff, 0x07}), format.CodeDamaged},
	} {
		if found, err := read(t, "x.parquet", c.data); fault.CodeOf(err) != c.code {
			t.Errorf("%s: %+v, %v (%s)", title, found, err, fault.CodeOf(err))
		}
	}
}

func footer(b []byte) []byte {
	out := append([]byte("PAR1"), b...)
	out = binary.LittleEndian.AppendUint32(out, uint32(len(b)))
	return append(out, "PAR1"...)
}

func TestAFooterBeyondTheBoundIsNotRead(t *testing.T) {
	data := footer(make([]byte, 17<<20))
	if _, err := read(t, "x.parquet", data); fault.CodeOf(err) != format.CodeTooBig {
		t.Error(err)
	}
}

// A name of a quarter of a megabyte with ten thousand columns below it is two gigabytes of paths.
func TestALongNameIsNotRepeatedForEachColumnBelowIt(t *testing.T) {
	const leaves, long = 10_000, 256 << 10
	zigzag := func(n int) []byte { return binary.AppendUvarint(nil, uint64(n)*2) }
	element := func(parts ...[]byte) []byte { return append(bytes.Join(parts, nil), 0) }
	name := func(head byte, text string) []byte {
		return append(binary.AppendUvarint([]byte{head}, uint64(len(text))), text...)
	}
	children := func(n int) []byte { return append([]byte{0x15}, zigzag(n)...) }
	b := binary.AppendUvarint([]byte{0x29, 0xfc}, leaves+2) // the schema: a list of structs
	b = append(b, element(name(0x48, "root"), children(1))...)
	b = append(b, element(name(0x48, strings.Repeat("n", long)), children(leaves))...)
	for range leaves {
		b = append(b, element([]byte{0x15, 2}, name(0x38, "x"))...)
	}
	data := footer(append(b, 0))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	found, err := read(t, "x.parquet", data)
	runtime.ReadMemStats(&after)
	if err != nil || len(found.Columns) != 0 || !found.Cut {
		t.Errorf("%+v, %v", found, err)
	}
	if spent := after.TotalAlloc - before.TotalAlloc; spent > 32<<20 {
		t.Errorf("%d bytes were allocated for a footer of %d", spent, len(data))
	}
}

// The public samples have the columns and rows that independent readers gave.
func TestPublicSamples(t *testing.T) {
	shared := os.Getenv("PURLIEU_SHARED")
	if shared == "" {
		shared = "../../../shared"
	}
	dir := filepath.Join(shared, "testdata/parquet")
	if _, err := os.Stat(dir); err != nil {
		t.Skip("skipped: the shared test data is not present")
	}
	for name, want := range map[string][2]int{
		"alltypes_plain.parquet": {8, 11}, "alltypes_plain.snappy.parquet": {2, 11}, "binary.parquet": {12, 1},
		"byte_stream_split.zstd.parquet": {300, 2}, "int64_decimal.parquet": {24, 1}, "int96_from_spark.parquet": {6, 1},
		"list_columns.parquet": {3, 2}, "lz4_raw_compressed.parquet": {4, 3}, "nested_lists.snappy.parquet": {3, 2},
		"nested_structs.rust.parquet": {1, 0},
	} {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Error(err)
			continue
		}
		found, err := read(t, name, data)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		lib, err := library.OpenFile(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			t.Fatal(err)
		}
		columns := len(lib.Schema().Columns())
		if want[1] > 0 && columns != want[1] {
			t.Logf("%s: the library counts %d leaves, the table %d columns", name, columns, want[1])
		}
		if found.Rows != int64(want[0]) || len(found.Columns) != columns {
			t.Errorf("%s: %d rows, %d columns: %+v; wanted %v, %d", name, found.Rows, len(found.Columns), found.Columns, want, columns)
		}
	}
	for name, code := range map[string]string{
		"encrypt_columns_and_footer.parquet.encrypted": format.CodeEncrypted, "PARQUET-1481.parquet": format.CodeDamaged,
	} {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if found, err := read(t, name, data); fault.CodeOf(err) != code {
			t.Errorf("%s: %+v, %v", name, found, err)
		}
	}
}

func TestNoValueOfTheFileIsInItsStructure(t *testing.T) {
	found, err := read(t, "x.parquet", write(t))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, c := range found.Columns {
		names = append(names, c.Name, c.Type)
	}
	for _, d := range found.Details {
		names = append(names, d.Text)
	}
	if slices.ContainsFunc(names, func(s string) bool { return strings.Contains(s, "canary") }) {
		t.Error(names)
	}
}

func FuzzRead(f *testing.F) {
	data := write(f)
	n := int(binary.LittleEndian.Uint32(data[len(data)-8:]))
	f.Add(data[len(data)-8-n : len(data)-8])
	f.Fuzz(func(t *testing.T, b []byte) {
		found, err := read(t, "x.parquet", footer(b))
		if err != nil {
			if !fault.Is(err, fault.Invalid) {
				t.Fatal(err)
			}
			return
		}
		for _, wrong := range formattest.Check(parquet.New().Describe(), found) {
			t.Error(wrong)
		}
	})
}

func BenchmarkRead(b *testing.B) {
	data := write(b)
	b.Run("ours", func(b *testing.B) {
		for b.Loop() {
			if _, err := read(b, "x.parquet", data); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("the library", func(b *testing.B) {
		for b.Loop() {
			f, err := library.OpenFile(bytes.NewReader(data), int64(len(data)), library.SkipPageIndex(true), library.SkipBloomFilters(true))
			if err != nil || len(f.Schema().Columns()) == 0 {
				b.Fatal(err)
			}
		}
	})
}
