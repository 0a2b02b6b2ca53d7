// Package format is the contract of file formats: how one file's structure is read, and a sample of its values.
//
// A *file* is bytes under a budget: its *head* is the first bytes, up to MaxHead, and formats that keep their structure
// at the end read that through ReadAt; no format ever reads a file whole. A *structure* is the columns that were found,
// and where their *names* come from: a file without a schema of its own has names that stand among its values, so that
// a name may be a value. A *set* chooses the format of a file and holds what all of them need: bounds, unpacking, and
// a stop to panics of libraries.
//
// Files are foreign bytes: what can't be read is a fault.Invalid with a closed code, never text of the file or of a
// library. Each format is one folder and one entry in format/all; formattest is the suite that all of them pass.
package format

import (
	"context"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/sample"
)

// Bounds of what is read of one file, and of what is kept of it.
const (
	MaxHead    = 1 << 20 // bytes from its start
	MaxRows    = sample.MaxRows
	MaxColumns = sample.MaxColumns // further ones are left out, and Structure.Cut says so
	MaxName    = 1 << 10           // bytes of one column's name
	MaxDepth   = 64                // of nested values
	MaxKeys    = 200               // of one object; with more, keys are data and fold to Folded
)

// Folded stands in a column's name for keys that are data.
const Folded = "{key}"

// Format reads files of one format. It holds no state: one value serves any number of calls at once.
type Format interface {
	// Describe is constant, and cheap.
	Describe() Description
	// Sniff says how sure it is, from a file's name and its first bytes, that the file is of this format. It reads
	// nothing and takes time bounded by the head.
	Sniff(name string, head []byte) Sure
	// Read finds the structure of a file, and fills ask.Values where they are asked for. It reads within the bounds,
	// keeps nothing of the file, and ends soon after ctx. The structure may be the one that the file has for it
	// (File.Found): it is good until the file is read again or opened anew.
	Read(ctx context.Context, file *File, ask Ask) (*Structure, error)
}

// Description is a format as data.
type Description struct {
	Name       string   // one word: "delimited"
	Title      string   // "Delimited text"
	Types      []string // file types as rule sets name them: "CSV", "TSV"
	Extensions []string // of file names, with their dot, in lower case
	Media      []string // media types
}

// Sure is how sure a format is of a file.
type Sure uint8

// The degrees.
const (
	No     Sure = iota // it can't be
	Named              // the name says so, the bytes don't say otherwise
	Marked             // the bytes say so
)

// Ask is what is wanted of a file.
type Ask struct {
	// Values takes sampled cells, by the name of their column; nil: structure only.
	Values *sample.Table
	// Tells reports whether a text that would become a name looks like a value, such as a phone number. A header row
	// with such a text is no header, an object with such a key folds. nil tells nothing.
	Tells func(text string) bool
}

// Suspect reports whether a text must not become a name: it is longer than a name may be, or tells.
func (a Ask) Suspect(text string) bool { return len(text) > MaxName || a.Tells != nil && a.Tells(text) }

// Origin says where the names of columns come from.
type Origin string

// The origins. All but Schema and Numbered are texts that stand among the values.
const (
	Schema   Origin = "schema"  // the file declares them
	Header   Origin = "header"  // a first row that is unlike the rows below it
	Keys     Origin = "keys"    // keys of objects
	Numbered Origin = "numbers" // made up: column1, column2
)

// Structure is what was found in one file.
type Structure struct {
	Type    string         // one of the description's: "CSV"; of a packed file the packing's: "GZ"
	Columns []model.Column // names are unique, clean (model.CleanText) and not empty; none for an empty file
	Names   Origin         // "" without columns
	Cut     bool           // there were more columns than MaxColumns
	Rows    int64          // as the file says; -1 where it does not
	Details []model.Attr   // sorted by name; names are those below
}

// Names of details.
const (
	DetailDelimiter = "delimiter" // "," ";" "|" or "tab"
	DetailEncoding  = "encoding"  // "UTF-8", "UTF-16LE", …
	DetailLayout    = "layout"    // "lines", "array", "document"
)

// Malformed is the fault of a file that can't be read. The code says why; it is a gap of the asset's structure.
func Malformed(code, format string, args ...any) *fault.Error {
	return fault.New(fault.Invalid, code, format, args...)
}
