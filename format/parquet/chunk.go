package parquet

import (
	"context"

	"github.com/purlieu/purlieu/format"
	"github.com/purlieu/purlieu/sample"
)

// Bounds of what is read of one file for its sample.
const (
	maxRead   = 32 << 20 // bytes of all columns
	maxPlain  = 64 << 20 // bytes of all pages, unpacked
	maxHeader = 64 << 10 // bytes of a page's header, in which statistics may stand
	maxPages  = 4        // data pages of one column
	pageWant  = 512 << 10
	maxBlock  = 4 << 20 // bytes of a page that can only be unpacked whole, packed or not
)

// Encodings of values that are understood.
const (
	encodingPlain          = 0
	encodingPlainDict      = 2
	encodingRLE            = 3
	encodingRLEDict        = 8
	pageData, pageDict     = 0, 2
	pageDataV2             = 3
	codecNone, codecSnappy = 0, 1
	codecGzip, codecZstd   = 2, 6
)

// chunk is where the values of one column of a row group stand.
type chunk struct {
	codec        int64
	data, dict   int64 // offsets of the first data page, and of the dictionary; 0 for none
	size, values int64
}

// rowGroups reads the columns of the first row group that has rows, of at most most columns.
func (w *walker) rowGroups(most int) (chunks []chunk) {
	size, typ := w.list()
	if typ != thriftStruct {
		w.fail()
		return nil
	}
	for ; size > 0 && w.err == nil; size-- {
		if len(chunks) > 0 {
			w.skip(thriftStruct, 1)
			continue
		}
		var rows int64
		w.fields(func(id int64, typ byte) {
			switch {
			case id == 1 && typ == thriftList:
				chunks = w.chunks(most)
			case id == 3:
				rows = w.integer(typ)
			default:
				w.skip(typ, 1)
			}
		})
		if rows <= 0 {
			chunks = nil
		}
	}
	return chunks
}

func (w *walker) chunks(most int) (out []chunk) {
	size, typ := w.list()
	if typ != thriftStruct {
		w.fail()
		return nil
	}
	for ; size > 0 && w.err == nil; size-- {
		var c chunk
		w.fields(func(id int64, typ byte) {
			if id == 3 && typ == thriftStruct {
				c = w.meta()
				return
			}
			w.skip(typ, 1)
		})
		if len(out) < most {
			out = append(out, c)
		}
	}
	return out
}

func (w *walker) meta() (c chunk) {
	w.fields(func(id int64, typ byte) {
		switch id {
		case 4:
			c.codec = w.integer(typ)
		case 5:
			c.values = w.integer(typ)
		case 7:
			c.size = w.integer(typ)
		case 9:
			c.data = w.integer(typ)
		case 11:
			c.dict = w.integer(typ)
		default:
			w.skip(typ, 1) // statistics are among them
		}
	})
	return c
}

// page is the header of one page.
type page struct {
	kind, packed, plain int64 // sizes, packed and not
	values, encoding    int64
	levels              int64 // encoding of definition levels
	defBytes, repBytes  int64 // of version 2, where levels stand before the values, never packed
	unpacked            bool  // of version 2: the values are not packed
}

func (w *walker) page() (p page) {
	w.fields(func(id int64, typ byte) {
		switch {
		case id == 1:
			p.kind = w.integer(typ)
		case id == 2:
			p.plain = w.integer(typ)
		case id == 3:
			p.packed = w.integer(typ)
		case (id == 5 || id == 7) && typ == thriftStruct:
			w.fields(func(id int64, typ byte) {
				switch id {
				case 1:
					p.values = w.integer(typ)
				case 2:
					p.encoding = w.integer(typ)
				case 3:
					p.levels = w.integer(typ)
				default:
					w.skip(typ, 1)
				}
			})
		case id == 8 && typ == thriftStruct:
			w.pageV2(&p)
		default:
			w.skip(typ, 0)
		}
	})
	return p
}

func (w *walker) pageV2(p *page) {
	p.levels = encodingRLE
	w.fields(func(id int64, typ byte) {
		switch id {
		case 1:
			p.values = w.integer(typ)
		case 4:
			p.encoding = w.integer(typ)
		case 5:
			p.defBytes = w.integer(typ)
		case 6:
			p.repBytes = w.integer(typ)
		case 7:
			p.unpacked = typ == thriftFalse
			w.skip(typ, 1)
		default:
			w.skip(typ, 1)
		}
	})
}

// reader samples the columns of one file, within one budget.
type reader struct {
	ctx  context.Context
	file *format.File
	left int64 // bytes that may still be read
	room int64 // bytes that may still be unpacked
	unpacker
}

// fill samples the columns whose values can be read; of the others nothing is said. What a page claims is held against
// what is there: a page that lies ends its column.
func (r *reader) fill(into *sample.Table, stored []storage, chunks []chunk) error {
	defer r.close()
	for i := range min(len(stored), len(chunks)) {
		if err := r.ctx.Err(); err != nil {
			return err
		}
		s, c := &stored[i], &chunks[i]
		if s.name == "" || s.render == nil || r.left <= 0 || r.room <= 0 {
			continue
		}
		column := into.Column(s.name)
		if column == nil {
			return nil
		}
		if err := r.column(column, s, c); err != nil {
			return err
		}
	}
	return nil
}

// column samples one column. Only what the file system says is an error.
func (r *reader) column(into *sample.Column, s *storage, c *chunk) error {
	at := c.data
	if c.dict > 0 && c.dict < at {
		at = c.dict
	}
	end := c.size + at
	if at < 4 || c.size <= 0 || end > r.file.Size() || end < at {
		return nil
	}
	var dict [][]byte
	for pages := 0; pages <= maxPages && at < end; pages++ {
		p, from, err := r.header(at, end)
		if err != nil || from == 0 {
			return err
		}
		body, err := r.body(p, c.codec, from)
		if err != nil || body == nil {
			return err
		}
		switch p.kind {
		case pageDict:
			if dict = s.plain(body, min(p.values, maxDict)); len(dict) == 0 {
				return nil
			}
		case pageData, pageDataV2:
			if full := s.add(into, p, body, dict); full {
				return nil
			}
		}
		at = from + p.packed
	}
	return nil
}

// header reads the header of a page, and where its body begins; 0 where there is none that can be understood.
func (r *reader) header(at, end int64) (p page, from int64, err error) {
	for _, n := range []int64{4 << 10, maxHeader} {
		b := make([]byte, min(n, end-at))
		if r.left -= int64(len(b)); r.left < 0 {
			return p, 0, nil
		}
		if err := readAt(r.file, b, at); err != nil {
			return p, 0, err
		}
		w := &walker{b: b}
		p = w.page()
		if w.err != nil {
			if int64(len(b)) == end-at {
				return p, 0, nil
			}
			continue
		}
		from = at + int64(len(b)-len(w.b))
		if p.packed <= 0 || p.packed > end-from || p.plain < 0 || p.values < 0 || p.defBytes < 0 || p.repBytes < 0 {
			return p, 0, nil
		}
		return p, from, nil
	}
	return p, 0, nil
}

// body gives the beginning of a page, unpacked: levels and values. nil where it can't be had within bounds.
func (r *reader) body(p page, codec, at int64) ([]byte, error) {
	n := min(p.packed, pageWant)
	if codec == codecSnappy && !p.unpacked {
		if n = p.packed; n > maxBlock {
			return nil, nil
		}
	}
	if r.left -= n; r.left < 0 || r.room <= 0 {
		return nil, nil
	}
	b := make([]byte, n)
	if err := readAt(r.file, b, at); err != nil {
		return nil, err
	}
	levels := int64(0)
	if p.kind == pageDataV2 {
		if levels = p.defBytes + p.repBytes; levels > n {
			return nil, nil
		}
		if p.unpacked {
			return b, nil
		}
	}
	plain := r.unpack(codec, b[levels:])
	if r.room -= max(int64(len(plain)), 4<<10); plain == nil { // a page has its price, however small it is
		return nil, nil
	}
	if levels == 0 {
		return plain, nil
	}
	return append(b[:levels:levels], plain...), nil
}
