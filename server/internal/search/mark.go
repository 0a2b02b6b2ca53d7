package search

import (
	"strings"
	"unicode/utf8"
)

// Emphasis stands around what matched. It is no markup: whoever shows a marked text shows the rest of it as text.
const (
	emphasisBegins = "<em>"
	emphasisEnds   = "</em>"
)

// around is how much of a long text is shown on either side of what matched, in bytes.
const around = 80

// Marker shows where keywords match in a text.
type Marker struct{ q question }

// NewMarker makes a marker of keywords. One of keywords that ask for everything marks nothing.
func NewMarker(keywords string) Marker { return Marker{ask(keywords)} }

// Name marks the pieces of a name that match, or all of it where only its whole does; false when nothing matches.
func (m Marker) Name(name string) (string, bool) {
	if marked, ok := m.pieces(name); ok {
		return marked, true
	}
	if m.matches(whole(name)) {
		return emphasisBegins + name + emphasisEnds, true
	}
	return name, false
}

// Text marks the words of a text that match, and cuts a long one to what stands around the first of them.
func (m Marker) Text(text string) (string, bool) {
	at := -1
	m.each(text, func(from, _ int) {
		if at < 0 {
			at = from
		}
	})
	if at < 0 {
		return "", false
	}
	from, to := 0, len(text)
	if at > around {
		from = edge(text, at-around)
	}
	if at+2*around < to {
		to = edge(text, at+2*around)
	}
	marked, _ := m.pieces(text[from:to])
	if from > 0 {
		marked = "…" + marked
	}
	if to < len(text) {
		marked += "…"
	}
	return marked, true
}

// edge moves a place back to the beginning of a rune.
func edge(text string, at int) int {
	for at > 0 && !utf8.RuneStart(text[at]) {
		at--
	}
	return at
}

func (m Marker) pieces(text string) (string, bool) {
	var b strings.Builder
	done := 0
	m.each(text, func(from, to int) {
		b.WriteString(text[done:from] + emphasisBegins + text[from:to] + emphasisEnds)
		done = to
	})
	b.WriteString(text[done:])
	return b.String(), done > 0
}

// each visits the pieces that match by themselves or by one of their parts.
func (m Marker) each(text string, visit func(from, to int)) {
	if len(m.q.terms) == 0 {
		return
	}
	from := -1
	end := func(to int) {
		if from >= 0 {
			if piece := text[from:to]; m.matchesPiece(piece) {
				visit(from, to)
			}
			from = -1
		}
	}
	for i, r := range text {
		switch {
		case !solid(r):
			end(i)
		case from < 0:
			from = i
		}
	}
	end(len(text))
}

func (m Marker) matchesPiece(piece string) bool {
	if m.matches(cut(fold(piece))) {
		return true
	}
	found := false
	parts(piece, func(part string) { found = found || m.matches(cut(fold(part))) })
	return found
}

// matches tells whether a word is one of the terms, or begins with the last.
func (m Marker) matches(word string) bool {
	for i, t := range m.q.terms {
		if word == t || (m.q.prefix && i == len(m.q.terms)-1 && strings.HasPrefix(word, t)) {
			return true
		}
	}
	return false
}
