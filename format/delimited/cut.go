package delimited

import (
	"bytes"
	"encoding/binary"
	"math/bits"
)

// cutter cuts text into records and cells. It allocates nothing but the list of cells, and follows none of them.
type cutter struct {
	text  []byte
	at    int  // where the next record begins
	whole bool // nothing comes behind the text
	comma byte
	cells []cell // those that were kept, record after record
	count int    // cells of the last record, kept or not

	quote, carriage int // where the next of each stands, as far as it was looked for: see plain
}

// cell is a place in a text: without the quotes around it, but with those that are doubled in it.
type cell struct {
	from, to int32
	doubled  bool
}

// of gives the cell's text: a part of the whole text, but for one with doubled quotes.
func (c cell) of(text []byte) []byte {
	if part := text[c.from:c.to]; !c.doubled {
		return part
	}
	return bytes.ReplaceAll(text[c.from:c.to], []byte(`""`), []byte(`"`))
}

// next cuts the next record and keeps its first cells; false at the end, or where the last record is cut off. Empty
// lines are passed over.
func (c *cutter) next(keep int) bool {
	for c.at < len(c.text) && (c.text[c.at] == '\n' || c.text[c.at] == '\r') {
		c.at++
	}
	if c.at == len(c.text) {
		return false
	}
	c.count = 0
	if c.plain(keep) {
		return true
	}
	for {
		cell, rest, end := c.cell(c.at)
		if end == cutOff {
			c.at = len(c.text)
			return false
		}
		c.at = rest
		if c.count++; c.count <= keep {
			c.cells = append(c.cells, cell)
		}
		if end == endOfRecord {
			return true
		}
	}
}

// plain takes a record that is a line without quotes, as most are: its end is found and its cells are counted many bytes
// at a time. It takes nothing, and is false, where the record may be another.
func (c *cutter) plain(keep int) bool {
	end := len(c.text)
	if i := bytes.IndexByte(c.text[c.at:], '\n'); i >= 0 {
		end = c.at + i
	} else if !c.whole {
		return false
	}
	c.quote, c.carriage = c.following(c.quote, '"'), c.following(c.carriage, '\r')
	if c.quote < end || c.carriage < end-1 {
		return false
	}
	c.line(c.text[c.at:min(end, c.carriage)], keep)
	c.at = min(end+1, len(c.text))
	return true
}

// following is where a byte stands at or behind the place that is cut; the text's end where it does not. before is what
// was found last.
func (c *cutter) following(before int, b byte) int {
	if before > c.at {
		return before
	}
	if i := bytes.IndexByte(c.text[c.at:], b); i >= 0 {
		return c.at + i
	}
	return len(c.text)
}

// line cuts a plain line.
func (c *cutter) line(line []byte, keep int) {
	if keep == 0 {
		c.count = bytes.Count(line, []byte{c.comma}) + 1
		return
	}
	cells, from, n := c.cells, 0, 1
	next := func(comma int) {
		if n <= keep {
			cells = append(cells, place(c.at+from, c.at+comma))
		}
		from = comma + 1
		n++
	}
	at, commas := 0, eight*uint64(c.comma)
	for ; at+8 <= len(line); at += 8 {
		for found := zeros(binary.LittleEndian.Uint64(line[at:]) ^ commas); found != 0; found &= found - 1 {
			next(at + bits.TrailingZeros64(found)/8)
		}
	}
	for ; at < len(line); at++ {
		if line[at] == c.comma {
			next(at)
		}
	}
	if n <= keep {
		cells = append(cells, place(c.at+from, c.at+len(line)))
	}
	c.cells, c.count = cells, n
}

// eight is one in each of eight bytes.
const eight uint64 = 0x0101010101010101

// zeros sets the highest bit of each of eight bytes that is 0, and no other.
func zeros(w uint64) uint64 {
	const low = eight * 0x7f
	return ^(w&low + low | w | low)
}

// What comes behind a cell.
type ending uint8

const (
	endOfCell ending = iota
	endOfRecord
	cutOff
)

// cell takes the cell that begins at from; rest is where the next one begins. Quotes count only at both ends of it.
func (c *cutter) cell(from int) (_ cell, rest int, end ending) {
	text, comma := c.text, c.comma
	if from < len(text) && text[from] == '"' {
		if cell, rest, end, ok := c.quoted(from); ok {
			return cell, rest, end
		}
	}
	for i := from; i < len(text); i++ {
		b := text[i]
		if b != comma && b != '\n' && b != '\r' {
			continue
		}
		switch b {
		case comma:
			return place(from, i), i + 1, endOfCell
		case '\n':
			to := i
			if to > from && text[to-1] == '\r' {
				to--
			}
			return place(from, to), i + 1, endOfRecord
		}
		if i+1 < len(text) && text[i+1] == '\n' {
			continue
		}
		if i+1 < len(text) || c.whole { // lines that end in a carriage return alone
			return place(from, i), i + 1, endOfRecord
		}
	}
	if !c.whole {
		return cell{}, 0, cutOff
	}
	return place(from, len(text)), len(text), endOfRecord
}

func place(from, to int) cell { return cell{from: int32(from), to: int32(to)} } //nolint:gosec // heads are small

// quoted takes a quoted cell; ok is false where the quotes are not at both ends, so that they are text.
func (c *cutter) quoted(from int) (_ cell, rest int, end ending, ok bool) {
	text := c.text
	doubled := false
	at := from + 1
	for {
		i := bytes.IndexByte(text[at:], '"')
		if i < 0 {
			return cell{}, 0, cutOff, !c.whole // it may end behind the head
		}
		at += i + 1
		found := place(from+1, at-1)
		found.doubled = doubled
		if at == len(text) {
			if !c.whole {
				return cell{}, 0, cutOff, true
			}
			return found, at, endOfRecord, true
		}
		switch next := text[at]; {
		case next == '"':
			doubled = true
			at++
		case next == c.comma:
			return found, at + 1, endOfCell, true
		case next == '\n' || next == '\r':
			at++
			if next == '\r' && at < len(text) && text[at] == '\n' {
				at++
			}
			return found, at, endOfRecord, true
		default:
			return cell{}, 0, endOfCell, false
		}
	}
}
