package parquet_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	library "github.com/parquet-go/parquet-go"

	"github.com/purlieu/purlieu/format/formattest"
	"github.com/purlieu/purlieu/format/parquet"
	"github.com/purlieu/purlieu/sample"
)

type person struct {
	ID     int64    `parquet:"id"`
	Age    int32    `parquet:"age,optional"`
	Mail   string   `parquet:"mail,optional"`
	City   string   `parquet:"city,dict"`
	Key    [16]byte `parquet:"key,uuid"`
	Share  float64  `parquet:"share"`
	Phones []string `parquet:"phones,list"`
	Day    int32    `parquet:"day,date"`
	Delta  int64    `parquet:"delta,delta"`
	Large  uint32   `parquet:"large"`
}

// people are n rows; every third has no mail, and the first hundred neither.
func people(n int) (out []person) {
	for i := range n {
		p := person{
			ID: int64(i) - 5, Age: int32(i%90) + 1, City: []string{"Oslo", "Rome"}[i%2], Share: float64(i) / 4, Day: int32(i), Delta: int64(i), Large: 4_000_000_000,
			Phones: []string{fmt.Sprintf("+47 900 %05d", i), "none"}[:i%3],
		}
		p.Key[15] = byte(i)
		if i > 100 && i%3 != 0 {
			p.Mail = fmt.Sprintf("p%d@example.com", i)
		}
		out = append(out, p)
	}
	return out
}

func written(t testing.TB, rows []person, options ...library.WriterOption) []byte {
	t.Helper()
	var b bytes.Buffer
	options = append(options, library.DefaultEncodingFor(library.ByteArray, &library.Plain)) // the library's own is another one
	w := library.NewGenericWriter[person](&b, options...)
	if _, err := w.Write(rows); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func sampled(t testing.TB, name string, data []byte) *sample.Table {
	t.Helper()
	var values sample.Table
	if _, err := formattest.Read(t.Context(), parquet.New(), name, data, &values); err != nil {
		t.Fatal(err)
	}
	return &values
}

func cells(t testing.TB, values *sample.Table, column string) []string {
	t.Helper()
	c := values.Named(column)
	if c == nil {
		return nil
	}
	return slices.Collect(c.All())
}

func TestValuesOfEveryPackingAndPageVersionAreSampled(t *testing.T) {
	rows := people(1000)
	var mails, phones, cities, ids []string
	for _, p := range rows {
		ids, cities, phones = append(ids, fmt.Sprint(p.ID)), append(cities, p.City), append(phones, p.Phones...)
		if p.Mail != "" {
			mails = append(mails, p.Mail)
		}
	}
	first := func(list []string) []string { return list[:min(len(list), sample.MaxRows)] }
	for name, packing := range map[string]library.WriterOption{
		"plain": library.Compression(&library.Uncompressed), "snappy": library.Compression(&library.Snappy),
		"gzip": library.Compression(&library.Gzip), "zstd": library.Compression(&library.Zstd),
	} {
		for _, version := range []int{1, 2} {
			t.Run(fmt.Sprintf("%s, pages of version %d", name, version), func(t *testing.T) {
				values := sampled(t, "people.parquet", written(t, rows, packing, library.DataPageVersion(version)))
				for column, want := range map[string][]string{
					"id": first(ids), "mail": first(mails), "city": first(cities), "phones[]": first(phones), "day": nil, "delta": nil,
				} {
					if got := cells(t, values, column); !slices.Equal(got, want) {
						t.Errorf("%s: %d cells, wanted %d: %q", column, len(got), len(want), got[:min(3, len(got))])
					}
				}
				if got := cells(t, values, "key"); len(got) != sample.MaxRows || got[7] != "00000000-0000-0000-0000-000000000007" {
					t.Errorf("key: %q", got[:min(9, len(got))])
				}
				if got := cells(t, values, "large"); len(got) == 0 || got[0] != "4000000000" {
					t.Errorf("large: %q", got[:min(1, len(got))])
				}
				if got := cells(t, values, "share"); len(got) != sample.MaxRows || got[3] != "0.75" {
					t.Errorf("share: %q", got[:min(9, len(got))])
				}
			})
		}
	}
}

func TestManySmallPagesAndRowGroupsAreReadInPart(t *testing.T) {
	data := written(t, people(20_000), library.PageBufferSize(600), library.MaxRowsPerRowGroup(5000))
	values := sampled(t, "people.parquet", data)
	if got := cells(t, values, "id"); len(got) < 64 {
		t.Errorf("%d cells", len(got))
	}
}

// A page that lies gives no values, or wrong ones, and is neither a panic nor more memory than the budget.
func TestPagesThatLie(t *testing.T) {
	const most = 8 << 20 // allocated to read one file of 300 rows
	var before, after runtime.MemStats
	good := written(t, people(300), library.Compression(&library.Snappy))
	for at := 4; at < len(good)-200; at += 7 {
		for _, b := range []byte{0, 0x7f, 0xff} {
			bad := bytes.Clone(good)
			bad[at], bad[at+1] = b, b
			var values sample.Table
			runtime.ReadMemStats(&before)
			_, _ = formattest.Read(t.Context(), parquet.New(), "bad.parquet", bad, &values)
			runtime.ReadMemStats(&after)
			if spent := after.TotalAlloc - before.TotalAlloc; spent > most {
				t.Fatalf("%d bytes allocated, with %#x at %d", spent, b, at)
			}
			for _, c := range values.Columns() {
				if c.Len() > sample.MaxRows {
					t.Fatalf("%d cells of one column", c.Len())
				}
			}
		}
	}
}

// The public samples give the values that the library reads, where it reads any.
func TestPublicSamplesGiveTheirValues(t *testing.T) {
	shared := os.Getenv("PURLIEU_SHARED")
	if shared == "" {
		shared = "../../../shared"
	}
	dir := filepath.Join(shared, "testdata/parquet")
	if _, err := os.Stat(dir); err != nil {
		t.Skip("skipped: the shared test data is not present")
	}
	for name, want := range map[string]map[string]string{
		"alltypes_plain.parquet":        {"id": "4 5 6 7 2 3 0 1", "string_col": "0 1 0 1 0 1 0 1", "bigint_col": "0 10 0 10 0 10 0 10"},
		"alltypes_plain.snappy.parquet": {"id": "6 7", "string_col": "0 1"},
		"nested_structs.rust.parquet":   {},
	} {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		values := sampled(t, name, data)
		for column, cell := range want {
			if got := strings.Join(cells(t, values, column), " "); got != cell {
				t.Errorf("%s: %s holds %q, wanted %q", name, column, got, cell)
			}
		}
	}
}

func FuzzValues(f *testing.F) {
	f.Add(written(f, people(20), library.Compression(&library.Snappy)))
	f.Add(written(f, people(20), library.Compression(&library.Zstd), library.DataPageVersion(2)))
	f.Fuzz(func(t *testing.T, data []byte) {
		var values sample.Table
		_, _ = formattest.Read(t.Context(), parquet.New(), "x.parquet", data, &values)
	})
}
