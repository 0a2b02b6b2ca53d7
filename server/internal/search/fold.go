package search

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// longest is the length in bytes at which a word is cut, in the index and in questions alike.
const longest = 128

// fold gives text in lower case without diacritics. It keeps separators.
func fold(s string) string {
	if plain(s) {
		return strings.ToLower(s)
	}
	s = norm.NFKD.String(cases.Fold().String(s))
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range s {
		switch {
		case r >= 0x300 && r <= 0x36f: // accents; the marks of other scripts are letters to their readers
		case r == 'ı':
			b.WriteByte('i')
		case r == 'ø':
			b.WriteByte('o')
		case r == 'ł':
			b.WriteByte('l')
		case r == 'đ':
			b.WriteByte('d')
		default:
			b.WriteRune(r)
		}
	}
	return norm.NFC.String(b.String())
}

func plain(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// solid reports whether a rune is part of a word.
func solid(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) || unicode.IsNumber(r)
}

// whole gives the folded letters and digits of a name: the form in which two names are the same to a person. A name
// without any is kept as it is, but for its blanks.
func whole(name string) string {
	w := strings.Map(func(r rune) rune {
		if solid(r) {
			return r
		}
		return -1
	}, fold(name))
	if w == "" {
		w = strings.Join(strings.FieldsFunc(fold(name), blank), "")
	}
	return cut(w)
}

func blank(r rune) bool { return r <= ' ' || r == 0x7f || unicode.IsSpace(r) }

// cut shortens a word to longest at a rune's edge.
func cut(w string) string {
	if len(w) <= longest {
		return w
	}
	n := longest
	for !utf8.RuneStart(w[n]) {
		n--
	}
	return w[:n]
}

// words collects the words of one field, each once.
type words struct {
	list []string
	seen map[string]struct{}
	most int
}

// newWords collects at most this many.
func newWords(most int) *words { return &words{seen: make(map[string]struct{}), most: most} }

func (w *words) add(word string) {
	if word == "" || len(w.list) >= w.most {
		return
	}
	if _, ok := w.seen[word]; ok {
		return
	}
	w.seen[word] = struct{}{}
	w.list = append(w.list, word)
}

// name adds the whole of a name, then its pieces, each with its parts.
func (w *words) name(name string) {
	w.add(whole(name))
	for piece := range strings.FieldsFuncSeq(name, func(r rune) bool { return !solid(r) }) {
		w.add(cut(fold(piece)))
		parts(piece, func(part string) { w.add(cut(fold(part))) })
	}
}

// text adds the pieces of a text.
func (w *words) text(text string) {
	for piece := range strings.FieldsFuncSeq(text, func(r rune) bool { return !solid(r) }) {
		if len(w.list) >= w.most {
			return
		}
		w.add(cut(fold(piece)))
	}
}

func (w *words) String() string { return strings.Join(w.list, " ") }

// parts cuts a piece where a capital follows a small letter, before the last capital of a run that small letters
// follow, and between letters and digits: "HTTPServer2" gives HTTP, Server, 2. A piece without such places gives none.
func parts(piece string, yield func(part string)) {
	var before, last rune // the two runes that precede i
	start, lastAt := 0, 0
	for i, r := range piece {
		at := -1
		switch {
		case i == 0 || unicode.IsMark(r):
		case unicode.IsDigit(r) != unicode.IsDigit(last):
			at = i
		case unicode.IsUpper(r) && unicode.IsLower(last):
			at = i
		case unicode.IsLower(r) && unicode.IsUpper(last) && unicode.IsUpper(before) && lastAt > start:
			at = lastAt
		}
		if at > start {
			yield(piece[start:at])
			start = at
		}
		if !unicode.IsMark(r) {
			before, last, lastAt = last, r, i
		}
	}
	if start > 0 {
		yield(piece[start:])
	}
}
