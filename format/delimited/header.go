package delimited

import (
	"bytes"
	"iter"

	"github.com/purlieu/purlieu/format"
)

// headerRows are the records that decide about a header, with it.
const headerRows = 33

// isHeader decides whether the first of some records is a header: only if it is unlike the records below it.
//
// Each of its cells must be a *label*: short words that begin with a letter; one may be blank where all below it are,
// and so may the first, as an index has it. No cell may be there twice, in its column below, or be suspect. Then a
// column speaks *for* it where what stands below is of another kind (numbers, dates, flags, addresses) and speaks
// *softly* for it where the words below are written in another way or come again and again. One voice for it is
// enough; of soft ones there must be two, and of half the columns. In doubt the answer is no.
func isHeader(r *records, suspect func(string) bool) bool {
	if r.len() < 2 || r.width(0) == 0 {
		return false
	}
	width := r.width(0)
	seen := make(map[string]bool, width)
	for i := range width {
		cell := bytes.TrimSpace(r.cell(0, i))
		if len(cell) == 0 {
			if i > 0 && !r.blankBelow(i) {
				return false
			}
			cell = []byte(format.NumberedName(i + 1))
		}
		name := string(cell)
		if !isLabel(cell) || seen[name] || suspect != nil && suspect(name) {
			return false
		}
		seen[name] = true
	}
	aloud, softly := 0, 0
	for i := range width {
		switch r.voice(i) {
		case against:
			return false
		case soft:
			softly++
		case loud:
			aloud++
		}
	}
	return aloud > 0 || softly >= 2 && softly*2 >= width
}

// below gives the cells of a column that stand below the first record and decide about it, trimmed, those that say
// nothing left out.
func (r *records) below(column int) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		for row := 1; row < min(r.len(), headerRows); row++ {
			if column >= r.width(row) {
				continue
			}
			if cell := bytes.TrimSpace(r.cell(row, column)); !isBlank(cell) && !yield(cell) {
				return
			}
		}
	}
}

func (r *records) blankBelow(column int) bool {
	for range r.below(column) {
		return false
	}
	return true
}

// opinion is what a column says about the first record.
type opinion uint8

const (
	silent opinion = iota
	against
	soft
	loud
)

// voice is what one column says.
func (r *records) voice(column int) opinion {
	name := bytes.TrimSpace(r.cell(0, column))
	if len(name) == 0 {
		return silent
	}
	other, typed, filled := 0, 0, 0
	label := lookAt(name)
	style := label.style()
	for cell := range r.below(column) {
		filled++
		if len(cell) == len(name) && bytes.EqualFold(cell, name) {
			return against
		}
		switch l := lookAt(cell); {
		case l.typed():
			typed++
		case l.style() != style:
			other++
		}
	}
	switch {
	case filled == 0:
		return silent
	case typed*10 >= filled*9:
		return loud
	case filled >= 2 && (typed+other)*10 >= filled*9, filled >= 4 && r.repeats(column, filled):
		return soft
	}
	return silent
}

// repeats reports whether the cells of a column that are not blank come again and again: at most half are distinct.
func (r *records) repeats(column, filled int) bool {
	distinct := make(map[string]struct{}, filled)
	for cell := range r.below(column) {
		distinct[string(cell)] = struct{}{}
	}
	return len(distinct)*2 <= filled
}
