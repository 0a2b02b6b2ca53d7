package delimited

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"
)

// look is what one cell looks like, seen in one pass.
type look struct {
	cell            []byte
	first           rune
	digits, letters int
	lower, upper    bool
	apart           bool // it holds what stands between words
	at, colon       bool
	odd             bool // it holds a character that names don't have
}

func lookAt(cell []byte) look {
	l := look{cell: cell}
	for i := 0; i < len(cell); {
		r, n := rune(cell[i]), 1
		switch {
		case 'a' <= r && r <= 'z':
			l.letters, l.lower = l.letters+1, true
		case 'A' <= r && r <= 'Z':
			l.letters, l.upper = l.letters+1, true
		case '0' <= r && r <= '9':
			l.digits++
		case r < utf8.RuneSelf:
			l.sign(r)
		default:
			r, n = utf8.DecodeRune(cell[i:])
			l.wide(r)
		}
		if i == 0 {
			l.first = r
		}
		i += n
	}
	return l
}

// sign is a character of ASCII that is neither letter nor digit.
func (l *look) sign(r rune) {
	switch r {
	case ' ':
		l.apart = true
	case ',', ';':
		l.apart, l.odd = true, true
	case ':':
		l.colon = true
	case '@':
		l.at, l.odd = true, true
	case '_', '-', '.', '/', '(', ')', '[', ']', '#', '%', '$', '&', '\'':
	default:
		l.odd = true
	}
}

// wide is a character beyond ASCII.
func (l *look) wide(r rune) {
	l.lower, l.upper = l.lower || unicode.IsLower(r), l.upper || unicode.IsUpper(r)
	switch {
	case unicode.IsDigit(r):
		l.digits++
	case unicode.IsLetter(r):
		l.letters++
	case !unicode.IsMark(r) && r != '°':
		l.odd = true
	}
}

// typed reports whether a cell is a value of a kind that names are not: a number, a date or time, a flag, an address,
// an identifier with more digits than a name has.
func (l *look) typed() bool {
	return l.at || l.digits > 0 && l.digits >= l.letters || l.digits > 4 ||
		l.digits == 0 && isOne(l.cell, "true", "false", "yes", "no") || l.colon && bytes.Contains(l.cell, []byte("://"))
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

func (l *look) style() style {
	switch {
	case l.apart:
		return styleWords
	case l.lower && !l.upper:
		return styleLower
	case l.upper && !l.lower:
		return styleUpper
	case unicode.IsUpper(l.first):
		return styleTitle
	}
	return styleOther
}

// maxLabel is the length of a label, in bytes.
const maxLabel = 64

// isLabel reports whether a cell could be the name of a column: words that begin with a letter, and are no value of a
// kind that values have.
func isLabel(cell []byte) bool {
	if len(cell) > maxLabel || isBlank(cell) || !utf8.Valid(cell) {
		return false
	}
	l := lookAt(cell)
	return !l.odd && !l.typed() && (unicode.IsLetter(l.first) || strings.ContainsRune("_#$", l.first)) &&
		l.digits <= 4 && (!l.apart || words(cell) <= 6)
}

// words counts the words of a cell that no character but the blank parts.
func words(cell []byte) (n int) {
	before := byte(' ')
	for _, b := range cell {
		if b != ' ' && before == ' ' {
			n++
		}
		before = b
	}
	return n
}

// isBlank reports whether a cell says that there is no value.
func isBlank(cell []byte) bool {
	if len(cell) == 0 {
		return true
	}
	switch cell[0] {
	case '-', '?', '.', 'n', 'N', 'u', 'U', '\\':
		return isOne(cell, "-", "?", ".", "n/a", "na", "nan", "nil", "none", "null", "unknown", `\n`)
	}
	return false
}

// isOne reports whether a cell is one of some words, in any case.
func isOne(cell []byte, words ...string) bool {
	for _, w := range words {
		if len(w) == len(cell) && strings.EqualFold(w, string(cell)) {
			return true
		}
	}
	return false
}
