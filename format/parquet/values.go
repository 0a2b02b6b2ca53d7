package parquet

import (
	"encoding/binary"
	"encoding/hex"
	"math"
	"math/bits"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/purlieu/purlieu/sample"
)

// Bounds of what is looked at of one page.
const (
	maxDict   = 1 << 16 // entries of a dictionary
	maxLevels = 1 << 14 // definition levels: of a column with fewer values among so many there are few
)

// storage is how the values of a leaf are kept.
type storage struct {
	name     string // of the column; "" where it is none
	physical int64
	length   int64
	def, rep int // the highest levels
	render   func(raw []byte) (string, bool)
}

// storageOf is how a leaf is kept; its values are not sampled where the text that others would write can't be given.
func storageOf(name string, e *element, def, rep int) storage {
	s := storage{name: name, physical: e.physical, length: e.length, def: def, rep: rep}
	typ := e.typeName()
	unsigned := strings.HasPrefix(typ, "uint")
	number := strings.HasPrefix(typ, "int") || unsigned
	switch {
	case e.physical == 1 && number && typ != "interval":
		s.render = func(b []byte) (string, bool) {
			n := binary.LittleEndian.Uint32(b)
			if unsigned {
				return strconv.FormatUint(uint64(n), 10), true
			}
			return strconv.FormatInt(int64(int32(n)), 10), true
		}
	case e.physical == 2 && number:
		s.render = func(b []byte) (string, bool) {
			n := binary.LittleEndian.Uint64(b)
			if unsigned {
				return strconv.FormatUint(n, 10), true
			}
			return strconv.FormatInt(int64(n), 10), true
		}
	case e.physical == 4 && typ == "float":
		s.render = func(b []byte) (string, bool) {
			return strconv.FormatFloat(float64(math.Float32frombits(binary.LittleEndian.Uint32(b))), 'f', -1, 32), true
		}
	case e.physical == 5 && typ == "double":
		s.render = func(b []byte) (string, bool) {
			return strconv.FormatFloat(math.Float64frombits(binary.LittleEndian.Uint64(b)), 'f', -1, 64), true
		}
	case e.physical == 6 && (typ == "string" || typ == "enum" || typ == "json" || typ == "binary"):
		s.render = func(b []byte) (string, bool) {
			cut := b[:min(len(b), sample.MaxCell+utf8.UTFMax)]
			return string(cut), utf8.Valid(b)
		}
	case e.physical == 7 && typ == "uuid" && e.length == 16:
		s.render = func(b []byte) (string, bool) {
			h := hex.EncodeToString(b)
			return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:], true
		}
	}
	return s
}

// next takes one value in the plain encoding from the front.
func (s *storage) next(b []byte) (value, rest []byte, ok bool) {
	n := 0
	switch s.physical {
	case 1, 4:
		n = 4
	case 2, 5:
		n = 8
	case 6:
		if len(b) < 4 {
			return nil, nil, false
		}
		size := binary.LittleEndian.Uint32(b)
		if b = b[4:]; uint64(size) > uint64(len(b)) {
			return nil, nil, false
		}
		n = int(size)
	case 7:
		n = int(s.length)
	}
	if n > len(b) || n == 0 && s.physical != 6 {
		return nil, nil, false
	}
	return b[:n], b[n:], true
}

// plain gives values in the plain encoding, as many as are there.
func (s *storage) plain(b []byte, most int64) (out [][]byte) {
	for int64(len(out)) < most {
		value, rest, ok := s.next(b)
		if !ok {
			break
		}
		out, b = append(out, value), rest
	}
	return out
}

// add puts the values of a data page into a column, and says whether that takes no more.
func (s *storage) add(into *sample.Column, p page, body []byte, dict [][]byte) (full bool) {
	present, body, ok := s.levels(p, body)
	if !ok {
		return true
	}
	put := func(value []byte) bool {
		text, ok := s.render(value)
		return !ok || into.Add(text)
	}
	switch p.encoding {
	case encodingPlain:
		for _, value := range s.plain(body, min(present, sample.MaxRows)) {
			if !put(value) {
				return true
			}
		}
	case encodingPlainDict, encodingRLEDict:
		if len(body) == 0 || body[0] > 32 {
			return true
		}
		hybrid(body[1:], int(body[0]), min(present, sample.MaxRows), func(index uint32, times int64) bool {
			for ; times > 0 && !full && uint64(index) < uint64(len(dict)); times-- {
				full = !put(dict[index])
			}
			return !full
		})
	default:
		return true // of an encoding that is not read, no page will do
	}
	return full || into.Len()+into.Empty() >= sample.MaxRows
}

// levels passes over the levels in front of a page's values, and counts the values that are there.
func (s *storage) levels(p page, b []byte) (present int64, rest []byte, ok bool) {
	if p.kind == pageDataV2 {
		if p.repBytes+p.defBytes > int64(len(b)) {
			return 0, nil, false
		}
		def, rest := b[p.repBytes:p.repBytes+p.defBytes], b[p.repBytes+p.defBytes:]
		return s.present(def, p.values), rest, true
	}
	if (s.def > 0 || s.rep > 0) && p.levels != encodingRLE {
		return 0, nil, false
	}
	part := func() (level []byte, ok bool) {
		if len(b) < 4 {
			return nil, false
		}
		n := binary.LittleEndian.Uint32(b)
		if b = b[4:]; uint64(n) > uint64(len(b)) {
			return nil, false
		}
		level, b = b[:n], b[n:]
		return level, true
	}
	if s.rep > 0 {
		if _, ok := part(); !ok {
			return 0, nil, false
		}
	}
	var def []byte
	if s.def > 0 {
		if def, ok = part(); !ok {
			return 0, nil, false
		}
	}
	return s.present(def, p.values), b, true
}

// present counts the values of which the definition level says that they are there.
func (s *storage) present(def []byte, values int64) (n int64) {
	if s.def == 0 {
		return values
	}
	hybrid(def, bits.Len(uint(s.def)), min(values, maxLevels), func(level uint32, times int64) bool {
		if level == uint32(s.def) {
			n += times
		}
		return n < sample.MaxRows
	})
	return n
}

// hybrid walks numbers in runs and groups of eight, as the format packs levels and indices: at most most of them, until
// each says no. A run comes as one call, with how long it is.
func hybrid(b []byte, width int, most int64, each func(v uint32, times int64) bool) {
	for most > 0 && len(b) > 0 {
		head, n := binary.Uvarint(b)
		if n <= 0 {
			return
		}
		b = b[n:]
		if head&1 == 0 {
			var v uint32
			size := (width + 7) / 8
			if size > len(b) {
				return
			}
			for i := range size {
				v |= uint32(b[i]) << (8 * i)
			}
			b = b[size:]
			times := int64(min(head>>1, uint64(most)))
			if times == 0 || !each(v, times) {
				return
			}
			most -= times
			continue
		}
		groups := head >> 1
		for bit := uint64(0); most > 0 && bit < groups*8; bit++ {
			at := bit * uint64(width)
			if groups > 1<<24 || (at+uint64(width)+7)/8 > uint64(len(b)) {
				return
			}
			if !each(bitsAt(b, at, width), 1) {
				return
			}
			most--
		}
		if groups*uint64(width) > uint64(len(b)) {
			return
		}
		b = b[groups*uint64(width):]
	}
}

// bitsAt reads width bits, of at most 32, from a bit on, the lowest first.
func bitsAt(b []byte, at uint64, width int) uint32 {
	var v uint64
	first := at / 8
	for i := uint64(0); i < 5 && first+i < uint64(len(b)); i++ {
		v |= uint64(b[first+i]) << (8 * i)
	}
	return uint32(v >> (at % 8) & (1<<width - 1))
}
