package parquet

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"strconv"
	"strings"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/format"
	"github.com/purlieu/purlieu/model"
)

// Bounds of a footer, in bytes.
const (
	tailSize  = 16 << 10 // read at first: most footers are smaller
	maxFooter = 16 << 20
	maxLeaves = 2 * format.MaxColumns // whose place is known
)

// Format reads footers of Parquet files.
type Format struct{}

// New is the format.
func New() Format { return Format{} }

// Describe is the format as data.
func (Format) Describe() format.Description {
	return format.Description{
		Name: "parquet", Title: "Parquet", Types: []string{"PARQUET"}, Extensions: []string{".parquet"},
		Media: []string{"application/vnd.apache.parquet"},
	}
}

// Sniff goes by the first bytes; files with the right name and others are damaged.
func (f Format) Sniff(name string, head []byte) format.Sure {
	switch {
	case len(head) >= 4 && (string(head[:4]) == "PAR1" || string(head[:4]) == "PARE"):
		return format.Marked
	case format.HasExtension(name, f.Describe().Extensions):
		return format.Named
	}
	return format.No
}

// Read reads the footer; for a sample also the first pages of each column of the first row group that has rows.
func (Format) Read(ctx context.Context, file *format.File, ask format.Ask) (*format.Structure, error) {
	if !file.Anywhere() {
		return nil, fault.New(fault.Unsupported, format.CodePacked, "the structure is at the end of the file, which is packed")
	}
	if file.Size() == 0 {
		return &format.Structure{Type: "PARQUET", Rows: 0}, nil
	}
	footer, err := footerOf(file)
	if err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	out := &format.Structure{Type: "PARQUET", Rows: -1}
	w := &walker{b: footer}
	l := leaves{}
	if ask.Values != nil {
		l.places = maxLeaves
	}
	var chunks []chunk
	w.fields(func(id int64, typ byte) {
		switch {
		case id == 2 && typ == thriftList:
			w.schema(&l)
		case id == 3:
			out.Rows = max(w.integer(typ), -1)
		case ask.Values == nil && l.read && out.Rows >= 0:
			w.enough()
		case id == 4 && typ == thriftList && ask.Values != nil:
			chunks = w.rowGroups(maxLeaves)
		default:
			w.skip(typ, 0)
		}
	})
	if w.err != nil && !errors.Is(w.err, errEnough) || l.broken {
		return nil, format.Malformed(format.CodeDamaged, "the footer can't be understood").Because(w.err)
	}
	if out.Columns, out.Cut = l.columns, l.cut; len(l.columns) > 0 {
		out.Names = format.Schema
	}
	if ask.Values != nil {
		r := &reader{ctx: ctx, file: file, left: maxRead, room: maxPlain}
		if err := r.fill(ask.Values, l.stored, chunks); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// footerOf reads the footer from the end of the file.
func footerOf(file *format.File) ([]byte, error) {
	size := file.Size()
	if size < 12 {
		return nil, format.Malformed(format.CodeTruncated, "the file is too short")
	}
	tail, err := tailOf(file, min(size, tailSize))
	if err != nil {
		return nil, err
	}
	end := tail[len(tail)-8:]
	switch string(end[4:]) {
	case "PAR1":
	case "PARE":
		return nil, fault.New(fault.Unsupported, format.CodeEncrypted, "the file's footer is encrypted")
	default:
		return nil, format.Malformed(format.CodeTruncated, "the file does not end as a Parquet file does")
	}
	n := int64(binary.LittleEndian.Uint32(end))
	switch {
	case n == 0 || n > size-12:
		return nil, format.Malformed(format.CodeDamaged, "the footer is said to be larger than the file")
	case n > maxFooter:
		return nil, format.Malformed(format.CodeTooBig, "the footer is larger than %d bytes", maxFooter)
	case n <= int64(len(tail))-8:
		return tail[int64(len(tail))-8-n : len(tail)-8], nil
	}
	footer := make([]byte, n)
	return footer, readAt(file, footer, size-8-n)
}

// tailOf is the last bytes of the file: those of a small one are in its head, and not copied.
func tailOf(file *format.File, n int64) ([]byte, error) {
	if head, whole, err := file.Head(0); err == nil && whole && int64(len(head)) == file.Size() {
		return head[file.Size()-n:], nil
	}
	tail := make([]byte, n)
	return tail, readAt(file, tail, file.Size()-n)
}

func readAt(file *format.File, p []byte, off int64) error {
	n, err := file.ReadAt(p, off)
	switch {
	case n == len(p):
		return nil
	case err == nil, errors.Is(err, io.EOF):
		return format.Malformed(format.CodeTruncated, "the file became shorter while it was read")
	}
	return fault.New(fault.Unreachable, format.CodeUnreadable, "the file can't be read").Because(err)
}

// leaves are the columns of a schema.
type leaves struct {
	columns []model.Column
	places  int             // leaves whose place is wanted: none where nothing is sampled
	stored  []storage       // of so many of the first leaves, in their order
	seen    map[string]bool // their names, where there are many
	read    bool
	cut     bool
	broken  bool
}

// level is a group whose children come next.
type level struct {
	path    string
	left    int64
	notNull bool
	list    bool // its child is the repeated one of a list, which has no name of its own
	inner   bool // its only child is the element of a list, which has none either
	def     int  // how many of it and those above need not be there
	rep     int  // how many are repeated
}

// schema walks the list of elements, without recursion: depth is bounded as the nesting of values is.
func (w *walker) schema(l *leaves) {
	size, typ := w.list()
	if typ != thriftStruct {
		w.fail()
		return
	}
	*l = leaves{places: l.places, read: true, columns: make([]model.Column, 0, min(size, 64))}
	open := make([]level, 0, 8)
	for i := range size {
		e := w.element()
		if w.err != nil {
			return
		}
		if i == 0 {
			open = append(open, level{left: e.children, notNull: true})
			continue
		}
		for len(open) > 0 && open[len(open)-1].left <= 0 {
			open = open[:len(open)-1]
		}
		if len(open) == 0 || len(open) > format.MaxDepth {
			l.broken = true
			return
		}
		up := &open[len(open)-1]
		up.left--
		at := up.child(&e)
		if e.physical >= 0 && e.children == 0 {
			l.leaf(at, &e)
			continue
		}
		if e.children < 0 {
			l.broken = true
			return
		}
		open = append(open, at)
	}
	for _, at := range open {
		l.broken = l.broken || at.left > 0
	}
}

// child is where an element stands.
func (up *level) child(e *element) level {
	at := level{path: up.path, left: e.children, notNull: up.notNull && e.repeat == required, def: up.def, rep: up.rep}
	if e.repeat != required {
		at.def++
	}
	if e.repeat == repeated {
		at.rep++
	}
	if len(up.path) > format.MaxName {
		return at // too long to be a column: it is not made longer for each of the children
	}
	switch {
	case up.list && e.repeat == repeated:
		at.path += "[]"
		at.inner = e.children == 1
	case up.inner:
	default:
		if at.path != "" {
			at.path += "."
		}
		at.path += segment(e.name)
		if e.repeat == repeated {
			at.path += "[]"
		}
	}
	at.list = e.isList() && e.children == 1
	return at
}

func (l *leaves) leaf(at level, e *element) {
	if len(l.columns) >= format.MaxColumns || len(at.path) > format.MaxName {
		l.cut = true
		if len(l.stored) < l.places {
			l.stored = append(l.stored, storage{})
		}
		return
	}
	if l.twice(at.path) {
		l.broken = true
		return
	}
	if len(l.stored) < l.places {
		l.stored = append(l.stored, storageOf(at.path, e, at.def, at.rep))
	}
	l.columns = append(l.columns, model.Column{Name: at.path, Type: e.typeName(), Ordinal: len(l.columns) + 1, NotNull: at.notNull})
}

// few is how many names are looked through without a map.
const few = 24

// twice reports whether a column of the name is there already; else it is from now on.
func (l *leaves) twice(name string) bool {
	if l.seen == nil {
		many := len(l.columns) >= few
		if many {
			l.seen = make(map[string]bool, 2*few)
		}
		for i := range l.columns {
			if l.columns[i].Name == name {
				return true
			}
			if many {
				l.seen[l.columns[i].Name] = true
			}
		}
		if !many {
			return false
		}
	}
	before := len(l.seen)
	l.seen[name] = true
	return len(l.seen) == before
}

// segment is a name in a path. One that could be taken for more than a name stands in quotes.
func segment(name []byte) string {
	text := model.CleanText(string(name))
	if text == "" || strings.ContainsAny(text, ".[]{}\"") {
		return strconv.Quote(text)
	}
	return text
}
