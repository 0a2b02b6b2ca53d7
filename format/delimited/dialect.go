package delimited

import (
	"bytes"

	"github.com/purlieu/purlieu/format"
)

// delimiters are those that files may have, in the order in which they win a tie.
var delimiters = [...]byte{',', ';', '|', '\t'}

// Bounds of what is looked at to find the dialect.
const (
	triedRecords = 32
	triedBytes   = 64 << 10
)

// usual is the delimiter that a file's name promises, 0 for none.
func usual(name string) byte {
	switch {
	case format.HasExtension(name, []string{".csv"}):
		return ','
	case format.HasExtension(name, []string{".tsv", ".tab"}):
		return '\t'
	case format.HasExtension(name, []string{".psv"}):
		return '|'
	case format.HasExtension(name, []string{".ssv"}):
		return ';'
	}
	return 0
}

// typeOf is the file type of a delimiter.
func typeOf(comma byte) string {
	switch comma {
	case ';':
		return "SSV"
	case '|':
		return "PSV"
	case '\t':
		return "TSV"
	}
	return "CSV"
}

// dialect finds the delimiter: of those that cut the first records into two cells or more, the one that cuts most of
// them into the same number; then the promised one, then the one with more cells. One that is alone in the text is it,
// however it cuts. 0 where there is none.
func dialect(text []byte, whole bool, promised byte) byte {
	if len(text) > triedBytes {
		text, whole = text[:triedBytes], false
	}
	there := make([]byte, 0, len(delimiters))
	for _, comma := range delimiters {
		if bytes.IndexByte(text, comma) >= 0 {
			there = append(there, comma)
		}
	}
	if len(there) == 1 {
		return there[0]
	}
	var best byte
	bestShare, bestCells := 0, 0
	for _, comma := range there {
		share, cells := evenness(text, whole, comma)
		better := share > bestShare || share == bestShare && (comma == promised || best != promised && cells > bestCells)
		if cells > 1 && better {
			best, bestShare, bestCells = comma, share, cells
		}
	}
	return best
}

// evenness is the share, in per cent, of the first records that have the commonest number of cells, and that number.
func evenness(text []byte, whole bool, comma byte) (share, cells int) {
	c := cutter{text: text, whole: whole, comma: comma}
	var counts [triedRecords]int
	n := 0
	for n < triedRecords && c.next(0) {
		counts[n] = c.count
		n++
	}
	if n == 0 { // one record that is longer than what is tried
		return 100, bytes.Count(text, []byte{comma}) + 1
	}
	cells = commonest(counts[:n])
	most := 0
	for _, c := range counts[:n] {
		if c == cells {
			most++
		}
	}
	return most * 100 / n, cells
}
