package delimited

import (
	"bytes"
	"slices"
	"strings"

	"github.com/purlieu/purlieu/format"
)

// records are the first records of a text. Cells are parts of the text, good for as long as it is.
type records struct {
	text    []byte
	cells   []cell
	rows    []span // the first of those that have as many cells as most
	columns int    // how many cells most records have
	seen    int    // records, even or not
	even    int    // those that have as many cells as most

	labels []string // room for the names of a header
}

// span is where the cells of one row stand.
type span struct{ from, to int32 }

// cut takes the first records of a text, one more than is sampled: the first may be a header. It keeps the first of
// them. A record that alone is longer than the text counts with what there is of it.
func (r *records) cut(t text, comma byte, keep int) {
	*r = records{text: t.text, cells: r.cells[:0], rows: r.rows[:0], labels: r.labels}
	if comma == 0 {
		return
	}
	c := cutter{text: t.text, whole: t.whole, comma: comma, cells: r.cells}
	var counts [format.MaxRows + 1]int
	if c.next(0) { // to know how much room is needed
		rows := min(keep, 1+len(t.text)/max(c.at, 1))
		c.cells = slices.Grow(c.cells, rows*min(c.count, format.MaxColumns))
		r.rows = slices.Grow(r.rows, rows)
	}
	c.at, c.quote, c.carriage = 0, 0, 0
	for r.seen < len(counts) {
		from, most := len(c.cells), 0
		if r.seen < keep {
			most = format.MaxColumns
		}
		if !c.next(most) {
			break
		}
		if r.seen < keep {
			r.rows = append(r.rows, span{int32(from), int32(len(c.cells))}) //nolint:gosec // heads are small
		}
		counts[r.seen] = c.count
		r.seen++
	}
	r.cells = c.cells
	if r.seen == 0 {
		r.columns = bytes.Count(t.text, []byte{comma}) + 1
		return
	}
	r.settle(counts[:r.seen])
}

// keptCells is how many cells' room is kept for the next file.
const keptCells = 1 << 14

// forget lets go of the text, and of room that few files need.
func (r *records) forget() {
	clear(r.labels)
	*r = records{cells: r.cells, rows: r.rows, labels: r.labels[:0]}
	if cap(r.cells) > keptCells {
		r.cells, r.labels = nil, nil
	}
}

// settle finds the number of columns and leaves out the rows that have another.
func (r *records) settle(counts []int) {
	r.columns = commonest(counts)
	for _, n := range counts {
		if n == r.columns {
			r.even++
		}
	}
	rows := r.rows[:0]
	for i, row := range r.rows {
		if counts[i] == r.columns {
			rows = append(rows, row)
		} else if i == 0 {
			rows = append(rows, span{}) // a first record of another length is no header, and no data
		}
	}
	r.rows = rows
}

func (r *records) len() int { return len(r.rows) }

func (r *records) width(row int) int { return int(r.rows[row].to - r.rows[row].from) }

// names are the cells of the first record, trimmed. They outlive the text, as a copy of their own; the list is the records'.
func (r *records) names() []string {
	names := slices.Grow(r.labels[:0], r.width(0))[:r.width(0)]
	r.labels = names
	if len(names) == 0 {
		return names
	}
	cells := r.cells[r.rows[0].from:r.rows[0].to]
	from := cells[0].from
	line := string(r.text[from:cells[len(cells)-1].to]) // one copy for all that are in it
	for i, c := range cells {
		if names[i] = strings.TrimSpace(line[c.from-from : c.to-from]); c.doubled {
			names[i] = string(bytes.TrimSpace(c.of(r.text)))
		}
	}
	return names
}

// cell gives one cell as it is meant.
func (r *records) cell(row, column int) []byte {
	return r.cells[int(r.rows[row].from)+column].of(r.text)
}

// enough reports whether there are as many records as are ever looked at.
func (r *records) enough() bool { return r.seen > format.MaxRows }

// uneven reports whether a tenth of the records has another number of cells than the others.
func (r *records) uneven() bool {
	return (r.seen-r.even)*10 >= r.seen && r.seen > r.even
}

// commonest is the number that occurs most; of several the greatest.
func commonest(counts []int) int {
	even := 0 // the usual case: all are the same
	for even < len(counts) && counts[even] == counts[0] {
		even++
	}
	if even == len(counts) {
		return counts[0]
	}
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
