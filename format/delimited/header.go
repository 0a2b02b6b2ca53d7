package delimited

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/purlieu/purlieu/format"
)

// headerRows are the records that decide about a header, with it.
const headerRows = 33

// IsHeader decides whether the first of some records is a header: only if it is unlike the records below it.
//
// Each of its cells must be a *label*: short words that begin with a letter; one may be blank where all below it are,
// and so may the first, as an index has it. No cell may be there twice, in its column below, or be suspect. Then a
// column speaks *for* it where what stands below is of another kind (numbers, dates, flags, addresses) and speaks
// *softly* for it where the words below are written in another way or come again and again. One voice for it is
// enough; of soft ones there must be two, and of half the columns. In doubt the answer is no.
func IsHeader(rows [][]string, suspect func(string) bool) bool {
	if len(rows) < 2 || len(rows[0]) == 0 {
		return false
	}
	first, below := rows[0], rows[1:min(len(rows), headerRows)]
	seen := make(map[string]bool, len(first))
	for i, cell := range first {
		name := strings.TrimSpace(cell)
		if name == "" {
			if i > 0 && !allBlank(below, i) {
				return false
			}
			name = format.NumberedName(i + 1)
		}
		if !isLabel(name) || seen[name] || suspect != nil && suspect(name) {
			return false
		}
		seen[name] = true
	}
	aloud, softly := 0, 0
	for i, cell := range first {
		switch voice(strings.TrimSpace(cell), below, i) {
		case against:
			return false
		case soft:
			softly++
		case loud:
			aloud++
		}
	}
	return aloud > 0 || softly >= 2 && softly*2 >= len(first)
}

// opinion is what a column says about the first record.
type opinion uint8

const (
	silent opinion = iota
	against
	soft
	loud
)

func voice(name string, below [][]string, column int) opinion {
	if name == "" {
		return silent
	}
	other, typed, filled := 0, 0, 0
	repeated := false
	style := styleOf(name)
	last := make(map[string]bool, len(below))
	for _, row := range below {
		if column >= len(row) {
			continue
		}
		cell := strings.TrimSpace(row[column])
		if isBlank(cell) {
			continue
		}
		filled++
		switch {
		case strings.EqualFold(cell, name):
			return against
		case isTyped(cell):
			typed++
		case styleOf(cell) != style:
			other++
		}
		repeated = repeated || last[cell]
		last[cell] = true
	}
	switch {
	case filled == 0:
		return silent
	case typed*10 >= filled*9:
		return loud
	case filled >= 2 && (typed+other)*10 >= filled*9, filled >= 4 && repeated && len(last)*2 <= filled:
		return soft
	}
	return silent
}

func allBlank(rows [][]string, column int) bool {
	for _, row := range rows {
		if column < len(row) && !isBlank(strings.TrimSpace(row[column])) {
			return false
		}
	}
	return true
}

// isBlank reports whether a cell says that there is no value.
func isBlank(cell string) bool {
	switch strings.ToLower(cell) {
	case "", "-", "?", ".", "n/a", "na", "nan", "nil", "none", "null", "unknown", `\n`:
		return true
	}
	return false
}

// maxLabel is the length of a label, in bytes.
const maxLabel = 64

// isLabel reports whether a cell could be the name of a column: words that begin with a letter, and are no value of a
// kind that values have.
func isLabel(cell string) bool {
	if len(cell) > maxLabel || isBlank(cell) || isTyped(cell) || !utf8.ValidString(cell) {
		return false
	}
	r, _ := utf8.DecodeRuneInString(cell)
	if !unicode.IsLetter(r) && r != '_' && r != '#' && r != '$' {
		return false
	}
	digits := 0
	for _, r := range cell {
		switch {
		case unicode.IsDigit(r):
			digits++
		case unicode.IsLetter(r), unicode.IsMark(r), strings.ContainsRune(" _-./()[]#%$&:°'", r):
		default:
			return false
		}
	}
	return digits <= 4 && len(strings.Fields(cell)) <= 6
}

// isTyped reports whether a cell is a value of a kind that names are not: a number, a date or time, a flag, an
// address, an identifier with more digits than a name has.
func isTyped(cell string) bool {
	switch strings.ToLower(cell) {
	case "true", "false", "yes", "no":
		return true
	}
	if strings.ContainsAny(cell, "@") || strings.Contains(cell, "://") {
		return true
	}
	digits, letters := 0, 0
	for _, r := range cell {
		switch {
		case unicode.IsDigit(r):
			digits++
		case unicode.IsLetter(r):
			letters++
		}
	}
	return digits > 0 && digits >= letters || digits > 4
}

// style is how a text is written.
type style uint8

const (
	styleOther style = iota
	styleLower       // in lower case, one word
	styleUpper       // in upper case, one word
	styleTitle       // one word that begins with a capital letter
	styleWords       // words with blanks between
)

func styleOf(text string) style {
	if strings.ContainsAny(text, " ,;") {
		return styleWords
	}
	lower, upper := false, false
	for _, r := range text {
		lower, upper = lower || unicode.IsLower(r), upper || unicode.IsUpper(r)
	}
	first, _ := utf8.DecodeRuneInString(text)
	switch {
	case lower && !upper:
		return styleLower
	case upper && !lower:
		return styleUpper
	case unicode.IsUpper(first):
		return styleTitle
	}
	return styleOther
}
