package delimited

import "bytes"

// cutter cuts text into records and cells. It allocates nothing but the list of cells, which is used again.
type cutter struct {
	text  []byte
	whole bool // nothing comes behind the text
	comma byte
	cells [][]byte
	most  int // cells that are kept of one record
	count int // cells of the last record, kept or not
}

// next cuts the next record; false at the end, or where the last record is cut off. Empty lines are passed over. Cells
// are parts of the text, but for those with doubled quotes.
func (c *cutter) next() bool {
	for len(c.text) > 0 && (c.text[0] == '\n' || c.text[0] == '\r') {
		c.text = c.text[1:]
	}
	if len(c.text) == 0 {
		return false
	}
	c.cells, c.count = c.cells[:0], 0
	for {
		cell, rest, end := c.cell(c.text)
		if end == cutOff {
			c.text = nil
			return false
		}
		c.text = rest
		if c.count++; c.count <= c.most {
			c.cells = append(c.cells, cell)
		}
		if end == endOfRecord {
			return true
		}
	}
}

// What comes behind a cell.
type ending uint8

const (
	endOfCell ending = iota
	endOfRecord
	cutOff
)

// cell takes one cell off the text. Quotes count only at both ends of it.
func (c *cutter) cell(text []byte) (cell, rest []byte, end ending) {
	if len(text) > 0 && text[0] == '"' {
		if cell, rest, end, ok := c.quoted(text); ok {
			return cell, rest, end
		}
	}
	for i, b := range text {
		switch b {
		case c.comma:
			return text[:i], text[i+1:], endOfCell
		case '\n':
			return bytes.TrimSuffix(text[:i], []byte{'\r'}), text[i+1:], endOfRecord
		case '\r':
			if i+1 < len(text) && text[i+1] == '\n' {
				continue
			}
			if i+1 < len(text) || c.whole { // lines that end in a carriage return alone
				return text[:i], text[i+1:], endOfRecord
			}
		}
	}
	if !c.whole {
		return nil, nil, cutOff
	}
	return text, nil, endOfRecord
}

// quoted takes a quoted cell; ok is false where the quotes are not at both ends, so that they are text.
func (c *cutter) quoted(text []byte) (cell, rest []byte, end ending, ok bool) {
	doubled := false
	at := 1
	for {
		i := bytes.IndexByte(text[at:], '"')
		if i < 0 {
			return nil, nil, cutOff, !c.whole // it may end behind the head
		}
		at += i + 1
		if at == len(text) {
			if !c.whole {
				return nil, nil, cutOff, true
			}
			return unquote(text[1:at-1], doubled), nil, endOfRecord, true
		}
		switch next := text[at]; {
		case next == '"':
			doubled = true
			at++
		case next == c.comma:
			return unquote(text[1:at-1], doubled), text[at+1:], endOfCell, true
		case next == '\n' || next == '\r':
			rest := text[at+1:]
			if next == '\r' && len(rest) > 0 && rest[0] == '\n' {
				rest = rest[1:]
			}
			return unquote(text[1:at-1], doubled), rest, endOfRecord, true
		default:
			return nil, nil, endOfCell, false
		}
	}
}

func unquote(cell []byte, doubled bool) []byte {
	if !doubled {
		return cell
	}
	return bytes.ReplaceAll(cell, []byte(`""`), []byte(`"`))
}
