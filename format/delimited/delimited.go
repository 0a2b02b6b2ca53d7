package delimited

import (
	"bytes"
	"context"
	"slices"
	"sync"

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
type Format struct {
	tables *sync.Pool // of *records: where cells stand needs room in each file anew
}

// New is the format.
func New() Format { return Format{&sync.Pool{New: func() any { return new(records) }}} }

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
func (f Format) Read(ctx context.Context, file *format.File, ask format.Ask) (*format.Structure, error) {
	promised := usual(file.Name())
	out := file.Found()
	out.Type = typeOf(promised)
	t, err := readText(file, false)
	if err != nil {
		return nil, err
	}
	keep := headerRows // rows: more only for the sample
	if ask.Values != nil {
		keep = format.MaxRows + 1
	}
	comma := dialect(t.text, t.whole, promised)
	r := f.tables.Get().(*records)
	defer func() {
		r.forget()
		f.tables.Put(r)
	}()
	r.cut(t, comma, keep)
	if !t.whole && !r.enough() { // the first rows are longer than what was read at first
		if t, err = readText(file, true); err != nil {
			return nil, err
		}
		comma = dialect(t.text, t.whole, promised)
		r.cut(t, comma, keep)
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	switch {
	case len(bytes.TrimSpace(t.text)) == 0:
		out.Rows = 0
		return out, nil
	case comma == 0 || r.columns < 2:
		return nil, format.Malformed(codeNoDelimiter, "no delimiter cuts the file into columns")
	case r.uneven():
		return nil, format.Malformed(codeUneven, "the records of the file do not have the same number of fields")
	}
	out.Type = typeOf(comma)
	out.Details = append(out.Details,
		model.Attr{Name: format.DetailDelimiter, Text: shown(comma)}, model.Attr{Name: format.DetailEncoding, Text: t.encoding})
	out.Cut = r.columns > format.MaxColumns
	kept := min(r.columns, format.MaxColumns)
	var names []string
	found := false
	if !out.Cut {
		names, found = header(r, ask.Suspect)
	}
	if found {
		out.Names, out.Columns = format.Header, named(out.Columns, names)
	} else {
		out.Names, out.Columns = format.Numbered, format.Numbers(kept, "string")
	}
	if ask.Values != nil {
		fill(ask.Values, out.Columns, r, found)
	}
	return out, nil
}

func shown(comma byte) string {
	if comma == '\t' {
		return "tab"
	}
	return string(rune(comma))
}

// named makes columns of a header, in the room of others.
func named(room []model.Column, names []string) []model.Column {
	columns := slices.Grow(room, len(names))
	for i, name := range names {
		columns = append(columns, model.Column{Name: name, Type: "string", Ordinal: i + 1})
	}
	return columns
}

// fill gives the cells of each column to the sample.
func fill(values *sample.Table, columns []model.Column, r *records, header bool) {
	first := 0
	if header {
		first = 1
	}
	for i, c := range columns {
		column := values.Column(c.Name)
		for row := first; row < r.len(); row++ {
			if i < r.width(row) && !column.Add(string(r.cell(row, i))) {
				break
			}
		}
	}
}
