// Package formattest is the suite that every format passes.
//
// A *case* is one file and what is in it. The laws hold for all formats: of the description, of the bounds, of files
// that are cut, damaged, endless or of another kind.
package formattest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/format"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/sample"
)

// Case is one file that can be read.
type Case struct {
	Name    string // of the file
	Data    []byte
	Type    string        // the file type
	Names   format.Origin // of its columns
	Columns []string      // "name type", in order
	Cells   map[string][]string
}

// Suite is one format with files of it.
type Suite struct {
	Format format.Format
	Cases  []Case
}

// Run holds the laws.
func Run(t *testing.T, s Suite) {
	t.Run("it says what it is", s.describe)
	t.Run("files are read as they are", s.cases)
	t.Run("a file that is used again shows nothing of the one before", s.again)
	t.Run("a cut file is a fault or a beginning", s.cut)
	t.Run("a damaged file is a fault or a structure", s.damaged)
	t.Run("a file without end is read within bounds", s.endless)
	t.Run("a file that the system can't read is a fault", s.unreadable)
	t.Run("bytes of another kind are no panic", s.foreign)
	t.Run("an ended context ends it", s.cancelled)
}

// Read reads bytes as a file, through a set of one format.
func Read(ctx context.Context, f format.Format, name string, data []byte, values *sample.Table) (*format.Structure, error) {
	var file format.File
	file.Open(name, int64(len(data)), bytes.NewReader(data))
	return format.NewSet([]format.Format{f}, nil, nil).Read(ctx, &file, values)
}

// Check tells what is wrong with the form of a structure.
func Check(d format.Description, found *format.Structure) []string {
	var wrong []string
	if !slices.Contains(d.Types, found.Type) {
		wrong = append(wrong, "the type "+found.Type+" is not declared")
	}
	seen := map[string]bool{}
	for i, c := range found.Columns {
		if c.Name == "" || c.Type == "" || seen[c.Name] || len(c.Name) > format.MaxName || !model.Storable(c.Name) || c.Ordinal != i+1 {
			wrong = append(wrong, "a column has no sound name, type or place, or is there twice")
		}
		seen[c.Name] = true
	}
	if len(found.Columns) > format.MaxColumns || (len(found.Columns) > 0) != (found.Names != "") {
		wrong = append(wrong, "there are too many columns, or it is not said where their names come from")
	}
	for i := 1; i < len(found.Details); i++ {
		if found.Details[i-1].Name >= found.Details[i].Name {
			wrong = append(wrong, "details are not sorted")
		}
	}
	return wrong
}

func (s Suite) describe(t *testing.T) {
	d := s.Format.Describe()
	if d.Name == "" || d.Title == "" || len(d.Types) == 0 || len(d.Extensions) == 0 || len(d.Media) == 0 {
		t.Errorf("something is empty: %+v", d)
	}
	for _, x := range d.Extensions {
		if !strings.HasPrefix(x, ".") || strings.ToLower(x) != x {
			t.Errorf("extension %q", x)
		}
		if s.Format.Sniff("file"+strings.ToUpper(x), nil) == format.No {
			t.Errorf("an empty file that ends in %q is not of the format", x)
		}
	}
	if !slices.IsSorted(d.Extensions) || !slices.IsSorted(d.Types) {
		t.Error("extensions or types are not sorted")
	}
	d.Extensions[0], d.Types[0] = "x", "x"
	if again := s.Format.Describe(); again.Extensions[0] == "x" || again.Types[0] == "x" {
		t.Error("two descriptions share memory")
	}
}

func (s Suite) cases(t *testing.T) {
	for _, c := range s.Cases {
		t.Run(c.Name, func(t *testing.T) {
			if s.Format.Sniff(c.Name, c.Data[:min(len(c.Data), 4096)]) == format.No {
				t.Fatal("the format does not know it")
			}
			values := &sample.Table{}
			found, err := Read(t.Context(), s.Format, c.Name, c.Data, values)
			if err != nil {
				t.Fatal(err)
			}
			for _, wrong := range Check(s.Format.Describe(), found) {
				t.Error(wrong)
			}
			var columns []string
			for _, column := range found.Columns {
				columns = append(columns, column.Name+" "+column.Type)
			}
			if found.Type != c.Type || found.Names != c.Names || !slices.Equal(columns, c.Columns) {
				t.Errorf("%s, names from %q:\n  %s\nwanted %s, names from %q:\n  %s", found.Type, found.Names,
					strings.Join(columns, "\n  "), c.Type, c.Names, strings.Join(c.Columns, "\n  "))
			}
			for name, want := range c.Cells {
				column := values.Named(name)
				if column == nil {
					t.Errorf("nothing was sampled of %q", name)
				} else if got := slices.Collect(column.All()); !slices.Equal(got, want) {
					t.Errorf("%q holds %q, wanted %q", name, got, want)
				}
			}
			for _, column := range values.Columns() {
				if !slices.ContainsFunc(columns, func(c string) bool { return strings.HasPrefix(c, column.Name()+" ") }) {
					t.Errorf("cells of %q, which is no column", column.Name())
				}
			}
		})
	}
}

// again reads all files one after the other as one File, each twice, as who reads many does.
func (s Suite) again(t *testing.T) {
	var file format.File
	set := format.NewSet([]format.Format{s.Format}, nil, nil)
	for _, c := range append(slices.Clone(s.Cases), s.Cases...) {
		want, err := Read(t.Context(), s.Format, c.Name, c.Data, nil)
		if err != nil {
			t.Fatal(err)
		}
		file.Open(c.Name, int64(len(c.Data)), bytes.NewReader(c.Data))
		for range 2 {
			got, err := set.Read(t.Context(), &file, nil)
			if err != nil || fmt.Sprintf("%+v", *got) != fmt.Sprintf("%+v", *want) {
				t.Errorf("%s: %+v, want %+v, %v", c.Name, got, want, err)
			}
			for i := range got.Columns { // the structure is the reader's to change
				got.Columns[i] = model.Column{Name: "scribbled", Comment: "scribbled"}
			}
		}
	}
}

// sound reads and holds what comes to the contract.
func (s Suite) sound(t *testing.T, name string, data []byte) {
	t.Helper()
	found, err := Read(t.Context(), s.Format, name, data, &sample.Table{})
	if err != nil {
		if !fault.Is(err, fault.Invalid) && !fault.Is(err, fault.Unsupported) {
			t.Errorf("%v (%v) is no fault of the file", err, fault.KindOf(err))
		}
		return
	}
	if found == nil {
		return
	}
	for _, wrong := range Check(s.Format.Describe(), found) {
		t.Error(wrong)
	}
}

func (s Suite) cut(t *testing.T) {
	for _, c := range s.Cases {
		step := max(1, len(c.Data)/300)
		for n := 0; n < len(c.Data); n += step {
			s.sound(t, c.Name, c.Data[:n])
		}
	}
}

func (s Suite) damaged(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, c := range s.Cases {
		if len(c.Data) == 0 {
			continue
		}
		for range 200 {
			data := bytes.Clone(c.Data)
			for range 1 + rng.IntN(8) {
				data[rng.IntN(len(data))] = byte(rng.Uint32())
			}
			s.sound(t, c.Name, data)
		}
	}
}

// huge is a file of ten gigabytes that repeats a piece, and counts what is read of it.
type huge struct {
	piece []byte
	read  int64
}

const hugeSize = 10 << 30

func (h *huge) ReadAt(p []byte, off int64) (int, error) {
	if off >= hugeSize {
		return 0, io.EOF
	}
	n := int(min(int64(len(p)), hugeSize-off))
	for i := range n {
		p[i] = h.piece[(off+int64(i))%int64(len(h.piece))]
	}
	h.read += int64(n)
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

func (s Suite) endless(t *testing.T) {
	pieces := map[string][]byte{
		"zeros": {0}, "one letter": []byte("a"), "commas": []byte(","), "open": []byte("["), "open objects": []byte(`{"a":`),
		"quotes": []byte(`"`), "lines": []byte("\n"), "keys": []byte(`{"a":1,"b":[1,2,{"c":"d"}]}`), "surrogates": []byte(`{"\ud800":"\udfff"} `),
	}
	for _, c := range s.Cases {
		if len(c.Data) > 0 {
			pieces[c.Name] = c.Data
		}
	}
	d := s.Format.Describe()
	for title, piece := range pieces {
		for _, x := range d.Extensions {
			h := &huge{piece: piece}
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			var file format.File
			file.Open("file"+x, hugeSize, h)
			found, err := format.NewSet([]format.Format{s.Format}, nil, nil).Read(t.Context(), &file, &sample.Table{})
			runtime.ReadMemStats(&after)
			if err == nil && found != nil {
				for _, wrong := range Check(d, found) {
					t.Errorf("%s, %s: %s", title, x, wrong)
				}
			}
			if h.read > 64<<20 {
				t.Errorf("%s, %s: %d bytes were read", title, x, h.read)
			}
			if used := after.TotalAlloc - before.TotalAlloc; used > 128<<20 {
				t.Errorf("%s, %s: %d MB were allocated", title, x, used>>20)
			}
		}
	}
}

type broken struct{}

var errBroken = errors.New("canary: a text of the system")

func (broken) ReadAt([]byte, int64) (int, error) { return 0, errBroken }

func (s Suite) unreadable(t *testing.T) {
	for _, x := range s.Format.Describe().Extensions {
		var file format.File
		file.Open("file"+x, 1000, broken{})
		found, err := format.NewSet([]format.Format{s.Format}, nil, nil).Read(t.Context(), &file, nil)
		if !fault.Is(err, fault.Unreachable) || fault.CodeOf(err) != format.CodeUnreadable || strings.Contains(err.Error(), "canary") {
			t.Errorf("%s: %v, %v", x, found, err)
		}
	}
}

func (s Suite) foreign(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for _, x := range s.Format.Describe().Extensions {
		for _, n := range []int{1, 2, 4, 8, 9, 64, 1000, 70_000} {
			data := make([]byte, n)
			for i := range data {
				data[i] = byte(rng.Uint32())
			}
			s.sound(t, "file"+x, data)
		}
		for _, text := range []string{"\x00", "\xff\xfe", "\xef\xbb\xbf", "\r", "\n", "\"", "[", "{", "PAR1PAR1", "PAR1\xff\xff\xff\xffPAR1", "\ud7ff", "null"} {
			s.sound(t, "file"+x, []byte(text))
		}
	}
}

func (s Suite) cancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, c := range s.Cases {
		if _, err := Read(ctx, s.Format, c.Name, c.Data, nil); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", c.Name, err)
		}
	}
}
