package delimited

import (
	"bytes"
	"iter"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/purlieu/purlieu/format"
)

// headerRows are the records that decide about a header, with it.
const headerRows = 33

// header decides whether the first of some records is a header, only if it is unlike the records below it, and gives
// its names.
//
// Each of its cells must be a *label*: short words that begin with a letter; one may be blank where all below it are,
// and so may the first, as an index has it. No cell may be there twice, in its column below, or be suspect. Then the
// columns speak. One speaks *for* it where what stands below is of another kind (numbers, dates, flags, addresses) and
// *softly* for it where the words below are written in another way; it speaks *against* it where they are written as
// the label is.
// Where none is against it one voice is enough; of soft ones there must be two, and of half the columns. Else most
// columns must be for it, since a first row of data has such a column too where a word stands for a value that is
// missing ("open" over dates); or one that is for it, softly or not, must have the name of what it holds, as no word
// for a missing value has. In doubt the answer is no.
func header(r *records, suspect func(string) bool) (names []string, ok bool) {
	if r.len() < 2 || r.width(0) == 0 {
		return nil, false
	}
	names = r.names()
	for i, name := range names {
		switch {
		case name != "" && !isLabel(bytes.TrimSpace(r.cell(0, i))), name == "" && i > 0 && !r.blankBelow(i):
			return nil, false
		case name == "":
			names[i] = format.NumberedName(i + 1)
		}
	}
	if !distinct(names) || suspect != nil && slices.ContainsFunc(names, suspect) {
		return nil, false
	}
	for i := range names {
		if r.comesBelow(i) {
			return nil, false
		}
	}
	var voices [against + 1]int
	for i := range names {
		v := r.voice(i)
		if (v == loud || v == soft) && tells(names[i]) {
			return names, true
		}
		voices[v]++
	}
	if voices[against] > 0 {
		return names, voices[loud]*2 > len(names)
	}
	return names, voices[loud] > 0 || voices[soft] >= 2 && voices[soft]*2 >= len(names)
}

// tells reports whether a label, in any case, is the name of what a column holds. Only names that nobody writes instead of a value are
// here: not "email", which may stand where others gave a number.
func tells(label string) bool {
	label = strings.ToLower(label)
	return strings.HasSuffix(label, "_id") || strings.HasSuffix(label, "_name") || isOne([]byte(label), "age", "amount", "date", "day",
		"guid", "height", "id", "latitude", "length", "longitude", "month", "name", "number", "price", "qty", "quantity", "time", "timestamp",
		"total", "uuid", "weight", "width", "year")
}

// distinct reports whether no name is there twice.
func distinct(names []string) bool {
	const few = 24
	if len(names) <= few {
		for i := range names {
			if slices.Contains(names[:i], names[i]) {
				return false
			}
		}
		return true
	}
	seen := make(map[string]struct{}, len(names))
	for _, name := range names {
		seen[name] = struct{}{}
	}
	return len(seen) == len(names)
}

// comesBelow reports whether the first cell of a column comes again in it, in any case.
func (r *records) comesBelow(column int) bool {
	name := bytes.TrimSpace(r.cell(0, column))
	if len(name) == 0 {
		return false
	}
	for _, row := range r.rows[1:min(r.len(), headerRows)] {
		at := int(row.from) + column
		if at >= int(row.to) {
			continue
		}
		place := r.cells[at]
		if int(place.to-place.from) < len(name) || differs(r.text[place.from], name[0]) {
			continue
		}
		if cell := bytes.TrimSpace(place.of(r.text)); len(cell) == len(name) && bytes.EqualFold(cell, name) {
			return true
		}
	}
	return false
}

// differs reports whether the first bytes of two texts tell that they are not the same, in any case and whatever blanks come first.
func differs(a, b byte) bool {
	return ' ' < a && a < utf8.RuneSelf && b < utf8.RuneSelf && (a^b)&^0x20 != 0
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
	soft
	loud
	against
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
		switch l := lookAt(cell); {
		case l.typed():
			typed++
		case l.style() != style:
			other++
		}
	}
	unlike := (typed+other)*10 >= filled*9
	switch {
	case filled == 0:
		return silent
	case typed*10 >= filled*9:
		return loud
	case !unlike:
		return against
	case filled >= 2:
		return soft
	}
	return silent
}
