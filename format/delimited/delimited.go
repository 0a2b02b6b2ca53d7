package delimited

import (
	"bytes"
	"context"
	"slices"
	"strings"

	"github.com/purlieu/purlieu/format"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/sample"
)

// Codes of files that are no delimited text.
const (
	codeNoDelimiter = "NoDelimiter"
	codeUneven      = "RecordsUneven"
)

// Format reads delimited text.
type Format struct{}

// New is the format.
func New() Format { return Format{} }

var extensions = []string{".csv", ".psv", ".ssv", ".tab", ".tsv"}

// Describe is the format as data.
func (Format) Describe() format.Description {
	return format.Description{
		Name: "delimited", Title: "Delimited text", Types: []string{"CSV", "PSV", "SSV", "TSV"}, Extensions: slices.Clone(extensions),
		Media: []string{"text/csv", "text/tab-separated-values"},
	}
}

// Sniff goes by the name: any text could be taken for delimited.
func (Format) Sniff(name string, _ []byte) format.Sure {
	if usual(name) != 0 {
		return format.Named
	}
	return format.No
}

// Read cuts the first records of the file. Every column is a "string".
func (Format) Read(ctx context.Context, file *format.File, ask format.Ask) (*format.Structure, error) {
	promised := usual(file.Name())
	out := &format.Structure{Type: typeOf(promised), Rows: -1}
	t, err := readText(file, false)
	if err != nil {
		return nil, err
	}
	keep := headerRows // rows: more only for the sample
	if ask.Values != nil {
		keep = format.MaxRows + 1
	}
	comma := dialect(t.text, t.whole, promised)
	r := newRecords(t, comma, keep)
	if !t.whole && !r.enough() { // the first rows are longer than what was read at first
		if t, err = readText(file, true); err != nil {
			return nil, err
		}
		comma = dialect(t.text, t.whole, promised)
		r = newRecords(t, comma, keep)
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	switch {
	case len(bytes.TrimSpace(t.text)) == 0:
		out.Rows = 0
		return out, nil
	case comma == 0:
		return nil, format.Malformed(codeNoDelimiter, "no delimiter cuts the file into columns")
	case r.columns < 2 || r.uneven():
		return nil, format.Malformed(codeUneven, "the records of the file do not have the same number of fields")
	}
	out.Type = typeOf(comma)
	out.Details = []model.Attr{{Name: format.DetailDelimiter, Text: shown(comma)}, {Name: format.DetailEncoding, Text: t.encoding}}
	out.Cut = r.columns > format.MaxColumns
	kept := min(r.columns, format.MaxColumns)
	header := !out.Cut && IsHeader(r.rows, ask.Suspect)
	if header {
		out.Names, out.Columns = format.Header, named(r.rows[0])
	} else {
		out.Names, out.Columns = format.Numbered, format.Numbers(kept, "string")
	}
	if ask.Values != nil {
		fill(ask.Values, out.Columns, r.rows, header)
	}
	return out, nil
}

func shown(comma byte) string {
	if comma == '\t' {
		return "tab"
	}
	return string(rune(comma))
}

func named(header []string) []model.Column {
	columns := make([]model.Column, len(header))
	for i, cell := range header {
		name := strings.TrimSpace(cell)
		if name == "" {
			name = format.NumberedName(i + 1)
		}
		columns[i] = model.Column{Name: name, Type: "string", Ordinal: i + 1}
	}
	return columns
}

// fill gives the cells of each column to the sample.
func fill(values *sample.Table, columns []model.Column, rows [][]string, header bool) {
	if header {
		rows = rows[1:]
	}
	for i, c := range columns {
		column := values.Column(c.Name)
		for _, row := range rows {
			if i < len(row) && !column.Add(row[i]) {
				break
			}
		}
	}
}

// records are the first records of a text.
type records struct {
	rows    [][]string // the first of those that have as many cells as most
	columns int        // how many cells most records have
	seen    int        // records, even or not
	even    int        // those that have as many cells as most
	whole   bool       // the text has no more of them
}

// newRecords cuts the first records of a text, one more than is sampled: the first may be a header. It keeps the first
// of them. A record that alone is longer than the text counts with what there is of it.
func newRecords(t text, comma byte, keep int) *records {
	r := &records{whole: t.whole}
	if comma == 0 {
		return r
	}
	c := cutter{text: t.text, whole: t.whole, comma: comma, most: format.MaxColumns}
	counts := make([]int, 0, format.MaxRows+1)
	rows := make([][]string, 0, keep)
	for len(counts) <= format.MaxRows && c.next() {
		if len(rows) < keep {
			rows = append(rows, copied(c.cells))
		}
		counts = append(counts, c.count)
	}
	if len(counts) == 0 {
		r.columns = bytes.Count(t.text, []byte{comma}) + 1
		return r
	}
	r.seen, r.columns = len(counts), commonest(counts)
	for _, n := range counts {
		if n == r.columns {
			r.even++
		}
	}
	for i, row := range rows {
		if counts[i] == r.columns {
			r.rows = append(r.rows, row)
		} else if i == 0 {
			r.rows = append(r.rows, nil) // a first record of another length is no header, and no data
		}
	}
	return r
}

// enough reports whether there are as many records as are ever looked at.
func (r *records) enough() bool { return r.seen > format.MaxRows }

// uneven reports whether a tenth of the records has another number of cells than the others.
func (r *records) uneven() bool {
	return (r.seen-r.even)*10 >= r.seen && r.seen > r.even
}

// commonest is the number that occurs most; of several the greatest.
func commonest(counts []int) int {
	times := make(map[int]int, 4)
	best := 0
	for _, n := range counts {
		times[n]++
		if times[n] > times[best] || times[n] == times[best] && n > best {
			best = n
		}
	}
	return best
}

// copied copies cells out of the text: one piece of memory for all of them.
func copied(cells [][]byte) []string {
	size := 0
	for _, c := range cells {
		size += len(c)
	}
	all := make([]byte, 0, size)
	for _, c := range cells {
		all = append(all, c...)
	}
	joined := string(all)
	row := make([]string, len(cells))
	at := 0
	for i, c := range cells {
		row[i] = joined[at : at+len(c)]
		at += len(c)
	}
	return row
}
