package format

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/sample"
)

// Packing is a way to pack one file, such as gzip: a wrapper around formats, not one of them.
type Packing interface {
	// Name is the file type as rule sets name it ("GZ"), Extension what packed files' names end in (".gz").
	Name() string
	Extension() string
	// Marked reports whether the first bytes are those of a packed file.
	Marked(head []byte) bool
	// Unpack begins to unpack, from the file's start, into out; what is unpacked is read as far as it is asked for.
	Unpack(name string, packed, out *File) error
}

// Set is the formats that a reader of files has. It does not change; many goroutines may use it.
type Set struct {
	formats  []Format
	packings []Packing
	tells    func(string) bool
}

// NewSet joins formats and packings. tells is Ask.Tells of every file; it may be nil.
func NewSet(formats []Format, packings []Packing, tells func(text string) bool) *Set {
	return &Set{formats: formats, packings: packings, tells: tells}
}

// Formats describes the members.
func (s *Set) Formats() []Description {
	all := make([]Description, len(s.formats))
	for i, f := range s.formats {
		all[i] = f.Describe()
	}
	return all
}

// sniffed is how much of a file is looked at to choose its format.
const sniffed = 4 << 10

// Read finds the structure of a file, and fills values where it is not nil. A file of no known format gives nil and no
// error: there is nothing to read in it. The structure is good until the file is read again or opened anew. What can't be read is a fault with a closed code; the panic of a library is
// CodeDamaged.
func (s *Set) Read(ctx context.Context, file *File, values *sample.Table) (found *Structure, err error) {
	defer func() {
		if recover() != nil { // its text may quote the file
			found, err = nil, Malformed(CodeDamaged, "the file's format could not be understood")
		}
	}()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	chosen, file, packed, err := s.choose(file)
	if err != nil || chosen == nil {
		return nil, err
	}
	found, err = chosen.Read(ctx, file, Ask{Values: values, Tells: s.tells})
	if err != nil {
		return nil, closed(ctx, err)
	}
	if packed != "" {
		found.Type = packed
	}
	return found, nil
}

// choose unpacks, and finds the member that is most sure. packed is the packing's file type.
func (s *Set) choose(file *File) (chosen Format, _ *File, packed string, err error) {
	head, _, err := file.Head(sniffed)
	if err != nil {
		return nil, nil, "", err
	}
	name := file.Name()
	for _, p := range s.packings {
		if !p.Marked(head) {
			continue
		}
		inner := new(File)
		name = trimExtension(name, p.Extension())
		if err := p.Unpack(name, file, inner); err != nil {
			return nil, nil, "", err
		}
		file, packed = inner, p.Name()
		if head, _, err = file.Head(sniffed); err != nil {
			return nil, nil, "", err
		}
		break // a packing within a packing is not looked into
	}
	best := No
	for _, f := range s.formats {
		if sure := f.Sniff(name, head); sure > best {
			best, chosen = sure, f
		}
	}
	return chosen, file, packed, nil
}

// HasExtension reports whether a name ends in one of the extensions, in any case.
func HasExtension(name string, extensions []string) bool {
	return slices.ContainsFunc(extensions, func(x string) bool { return len(trimExtension(name, x)) < len(name) })
}

// trimExtension takes an extension off a name that ends in it, in any case, and is not only it.
func trimExtension(name, extension string) string {
	if cut := len(name) - len(extension); cut > 0 && strings.EqualFold(name[cut:], extension) {
		return name[:cut]
	}
	return name
}

// closed makes any error one of ours.
func closed(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	var known *fault.Error
	if errors.As(err, &known) {
		return known
	}
	return Malformed(CodeDamaged, "the file's format could not be understood").Because(err)
}

// NumberedName is the name of a column that has none, counted from 1.
func NumberedName(n int) string { return "column" + strconv.Itoa(n) }

// Numbers are so many columns without names of their own, all of one type.
func Numbers(n int, typeName string) []model.Column {
	columns := make([]model.Column, n)
	for i := range columns {
		columns[i] = model.Column{Name: NumberedName(i + 1), Type: typeName, Ordinal: i + 1}
	}
	return columns
}
