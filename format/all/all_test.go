package all

import (
	"bytes"
	"compress/gzip"
	"io"
	"strings"
	"testing"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/format"
	"github.com/purlieu/purlieu/sample"
)

func TestEveryFileTypeAndExtensionHasOneFormat(t *testing.T) {
	last, types, extensions := "", map[string]string{}, map[string]string{}
	for _, f := range All() {
		d := f.Describe()
		if d.Name <= last {
			t.Errorf("%q after %q: names are unique and in alphabetical order", d.Name, last)
		}
		last = d.Name
		for _, x := range d.Types {
			if types[x] != "" {
				t.Errorf("type %s is of %s and of %s", x, types[x], d.Name)
			}
			types[x] = d.Name
		}
		for _, x := range d.Extensions {
			if extensions[x] != "" {
				t.Errorf("%s is of %s and of %s", x, extensions[x], d.Name)
			}
			extensions[x] = d.Name
		}
	}
	for _, p := range Packings() {
		if types[p.Name()] != "" || extensions[p.Extension()] != "" {
			t.Errorf("%s is a format too", p.Name())
		}
	}
}

func pack(data string) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = io.WriteString(w, data)
	_ = w.Close()
	return b.Bytes()
}

func read(t *testing.T, name string, data []byte, values *sample.Table) (*format.Structure, error) {
	t.Helper()
	var file format.File
	file.Open(name, int64(len(data)), bytes.NewReader(data))
	return format.NewSet(All(), Packings(), nil).Read(t.Context(), &file, values)
}

func TestPackedFilesAreReadAsWhatTheyHold(t *testing.T) {
	text := "id,name\n1,Ann\n2,Bob\n"
	var values sample.Table
	found, err := read(t, "people.csv.GZ", pack(text), &values)
	if err != nil || found.Type != "GZ" || len(found.Columns) != 2 || values.Named("name").Len() != 2 {
		t.Fatal(found, err)
	}
	t.Run("cut", func(t *testing.T) {
		long := pack(strings.Repeat("1,2,3,4,5,6,7,8\n", 10_000))
		if found, err := read(t, "x.csv.gz", long[:len(long)-20], nil); err != nil || len(found.Columns) != 8 {
			t.Error("the beginning of a packed file that ends too early:", found, err)
		}
		if _, err := read(t, "x.csv.gz", long[:8], nil); fault.CodeOf(err) != format.CodeDamaged {
			t.Error("half a head:", err)
		}
	})
	t.Run("bomb", func(t *testing.T) {
		bomb := pack(strings.Repeat("1,2\n", 64<<20/4))
		var file format.File
		file.Open("bomb.csv.gz", int64(len(bomb)), bytes.NewReader(bomb))
		used := testing.AllocsPerRun(1, func() {
			if found, err := format.NewSet(All(), Packings(), nil).Read(t.Context(), &file, nil); err != nil || len(found.Columns) != 2 {
				t.Error(found, err)
			}
		})
		if used > 10_000 {
			t.Errorf("%v allocations", used)
		}
	})
	t.Run("twice", func(t *testing.T) {
		if found, err := read(t, "x.csv.gz.gz", pack(string(pack(text))), nil); err == nil && found != nil {
			t.Error("a packing within a packing:", found)
		}
	})
	t.Run("unknown_inside", func(t *testing.T) {
		if found, err := read(t, "x.tar.gz", pack("tar"), nil); err != nil || found != nil {
			t.Error(found, err)
		}
	})
}

func TestFilesOfNoKnownFormatAreLeftAlone(t *testing.T) {
	for name, data := range map[string]string{"x.jpg": "\xff\xd8\xff", "x": "a,b\n1,2\n", "x.txt": "a,b\n1,2\n", "": "", "csv": "a,b\n1,2\n", ".csv": "a,b\n1,2\n"} {
		if found, err := read(t, name, []byte(data), nil); err != nil || found != nil {
			t.Errorf("%q: %+v, %v", name, found, err)
		}
	}
}

func FuzzUnpack(f *testing.F) {
	f.Add(pack("a,b\n1,2\n"))
	f.Add([]byte("a,b\n1,2\n"))
	f.Add([]byte(`{"a":[1,2]}`))
	f.Add([]byte("PAR1\x15\x04\x15\x00PAR1"))
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, c := range []struct {
			name string
			data []byte
		}{{"x.csv.gz", data}, {"x.csv.gz", pack(string(data))}, {"x.json.gz", pack(string(data))}, {"x.parquet.gz", pack(string(data))}, {"x", data}} {
			if _, err := read(t, c.name, c.data, nil); err != nil && !fault.Is(err, fault.Invalid) && fault.CodeOf(err) != format.CodePacked {
				t.Fatal(c.name, err)
			}
		}
	})
}
