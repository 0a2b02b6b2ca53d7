package json

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/format"
	"github.com/purlieu/purlieu/model"
)

// Format reads JSON documents and JSON lines.
type Format struct{}

// New is the format.
func New() Format { return Format{} }

// Describe is the format as data.
func (Format) Describe() format.Description {
	return format.Description{
		Name: "json", Title: "JSON", Types: []string{"JSON"}, Extensions: []string{".geojson", ".json", ".jsonl", ".ndjson"},
		Media: []string{"application/json", "application/x-ndjson"},
	}
}

// Sniff goes by the name.
func (f Format) Sniff(name string, _ []byte) format.Sure {
	if format.HasExtension(name, f.Describe().Extensions) {
		return format.Named
	}
	return format.No
}

// firstLook is how much of a file is walked before more of it is read.
const firstLook = 64 << 10

// Read walks the first rows of the file.
func (Format) Read(ctx context.Context, file *format.File, ask format.Ask) (*format.Structure, error) {
	for _, n := range []int{firstLook, format.MaxHead} {
		head, whole, err := file.Head(n)
		if err != nil {
			return nil, err
		}
		t := &tree{ask: ask, root: &node{}}
		if out, enough, err := t.read(ctx, head, whole, n == format.MaxHead); enough {
			return out, err
		}
	}
	return nil, nil // not reached: the last look is enough
}

// read finds the structure of what begins with head; enough says that more of the file would tell no more, or that there
// will be no more.
func (t *tree) read(ctx context.Context, head []byte, whole, last bool) (out *format.Structure, enough bool, err error) {
	head = bytes.TrimPrefix(head, []byte{0xef, 0xbb, 0xbf})
	out = &format.Structure{Type: "JSON", Rows: -1}
	if len(bytes.TrimSpace(head)) == 0 && whole {
		out.Rows = 0
		return out, true, nil
	}
	if bytes.IndexByte(head, 0) >= 0 {
		return nil, true, format.Malformed(format.CodeNotText, "the file holds bytes that no text has")
	}
	layout, err := t.walk(ctx, head)
	if ctx.Err() != nil {
		return nil, true, ctx.Err()
	}
	enough = whole || last || t.rows >= format.MaxRows
	if err := judge(err, whole, t.rows, t.root); err != nil {
		return nil, enough, err
	}
	out.Details = []model.Attr{{Name: format.DetailLayout, Text: layout}}
	out.Columns = t.columns()
	out.Cut = t.cut
	switch {
	case len(out.Columns) == 1 && out.Columns[0].Name == alone:
		out.Names = format.Numbered
	case len(out.Columns) > 0:
		out.Names = format.Keys
	}
	if enough && t.ask.Values != nil {
		t.filling = true
		_, _ = t.walk(ctx, head) // as the first time: what could not be read then is not read now
	}
	return out, enough, ctx.Err()
}

// judge says what an error of the walk means. A file that goes on behind its head ends in the middle, and what came
// before a mistake counts where it is a row or more.
func judge(err error, whole bool, rows int, root *node) error {
	switch {
	case err == nil, rows > 0:
		return nil
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		if !whole && root.kinds != 0 {
			return nil
		}
		return format.Malformed(format.CodeTruncated, "the JSON ends in the middle")
	default:
		var known *fault.Error
		if errors.As(err, &known) {
			return known
		}
		return format.Malformed(format.CodeDamaged, "the file is not JSON")
	}
}

// walk reads rows until there are enough, and says how the file is laid out.
func (t *tree) walk(ctx context.Context, head []byte) (layout string, err error) {
	d := json.NewDecoder(bytes.NewReader(head))
	d.UseNumber()
	t.rows, layout = 0, "document"
	tok, err := d.Token()
	if err != nil {
		return layout, err
	}
	if tok == json.Delim('[') {
		for layout = "array"; t.rows < format.MaxRows && ctx.Err() == nil && d.More(); {
			tok, err := d.Token()
			if err != nil {
				return layout, err
			}
			if err := t.value(d, tok, t.root, 1); err != nil {
				return layout, err
			}
			t.rows++
		}
		if t.rows == 0 {
			t.root.kinds |= isArray
			if tok, err = d.Token(); err != nil || tok != json.Delim(']') {
				return layout, io.ErrUnexpectedEOF
			}
		}
		return layout, nil
	}
	for ctx.Err() == nil {
		if err := t.value(d, tok, t.root, 1); err != nil {
			return layout, err
		}
		if t.rows++; t.rows >= format.MaxRows {
			break
		}
		if tok, err = d.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return layout, err
		}
		layout = "lines"
	}
	return layout, nil
}
