package policy

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/purlieu/purlieu/model"
)

// Hides reports whether any name is hidden.
func (p *Policy) Hides() bool { return len(p.hide) > 0 }

// Hidden reports whether the thing at path may not leave. A pattern without a slash hides every name that it matches,
// with all below it; one with slashes is a path from the source's root. '*' stands for any run of characters within a
// name, '?' for one; case does not count, nor does how a name is escaped. A column is asked for as one more name behind
// its table's path.
func (p *Policy) Hidden(path string) bool {
	if len(p.hide) == 0 {
		return false
	}
	path = strings.ToLower(plainly(path))
	for _, pattern := range p.hide {
		out := model.Scope{Exclude: []string{pattern}}
		if !out.Match(path) {
			return true
		}
		if strings.Contains(pattern, "/") {
			continue
		}
		for name := range strings.SplitSeq(path, "/") {
			if !out.Match(name) {
				return true
			}
		}
	}
	return false
}

// plainly escapes what must be, and no more: the account may write a path in any way that leads to the same thing.
func plainly(path string) string {
	if !strings.ContainsAny(path, "%#") {
		return path
	}
	return each(path, "/", func(name string) string { return model.EscapeName(model.UnescapeName(name)) })
}

// plainPattern does the same to a pattern, whose owner may write names as they are.
func plainPattern(pattern string) string {
	return each(pattern, "/", func(name string) string { return each(name, "?", plainly) })
}

// each changes the parts of a text.
func each(text, mark string, change func(string) string) string {
	parts := strings.Split(text, mark)
	for i, part := range parts {
		parts[i] = change(part)
	}
	return strings.Join(parts, mark)
}

// Tells reports whether a text may give a hidden name away: a comment, a definition, the name of an index. It errs on
// the side of silence, since a text does not say what its words stand for: a pattern's last name is looked for anywhere
// in the text, inside other words too, and case does not count. Of a name with '*' or '?' the pieces between them of
// at least three characters are looked for, in their order; a name that has none, or is shorter itself, is compared
// with the words of the text.
func (p *Policy) Tells(text string) bool {
	if len(p.traces) == 0 || text == "" {
		return false
	}
	forms := []string{strings.ToLower(text)}
	if strings.Contains(text, "%") { // a path, whose names are escaped
		forms = append(forms, strings.ToLower(model.UnescapeName(text)))
	}
	if strings.Contains(text, `""`) || strings.Contains(text, "''") { // SQL, whose quotes are doubled
		forms = append(forms, strings.NewReplacer(`""`, `"`, "''", "'").Replace(forms[0]))
	}
	for _, t := range p.traces {
		for _, form := range forms {
			if t.in(form) {
				return true
			}
		}
	}
	return false
}

// leastPiece is how many characters are looked for inside words; fewer are in every other word.
const leastPiece = 3

// trace is what a text holds that gives away a name hidden by a pattern: pieces in their order or, when there are none,
// a word that the name matches. All is lower case.
type trace struct {
	pieces []string
	name   string
}

// traceOf takes the last name of a pattern that has something to look for.
func traceOf(pattern string) trace {
	names := strings.Split(pattern, "/")
	for i := len(names) - 1; i >= 0; i-- {
		name := names[i]
		var pieces []string
		for _, piece := range strings.FieldsFunc(name, func(r rune) bool { return r == '*' || r == '?' }) {
			if piece = strings.ToLower(model.UnescapeName(piece)); utf8.RuneCountInString(piece) >= leastPiece {
				pieces = append(pieces, piece)
			}
		}
		if len(pieces) > 0 {
			return trace{pieces: pieces}
		}
		if strings.Trim(name, "*?") != "" {
			return trace{name: name}
		}
	}
	return trace{name: names[len(names)-1]}
}

// in reports whether the text, in lower case, holds the trace.
func (t trace) in(text string) bool {
	if len(t.pieces) > 0 {
		for _, piece := range t.pieces {
			i := strings.Index(text, piece)
			if i < 0 {
				return false
			}
			text = text[i+len(piece):]
		}
		return true
	}
	hide := model.Scope{Exclude: []string{t.name}}
	parts := func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }
	words := func(r rune) bool { return parts(r) && r != '_' && r != '$' && r != '-' }
	for _, split := range []func(rune) bool{parts, words, unicode.IsSpace} {
		for word := range strings.FieldsFuncSeq(text, split) {
			if !hide.Match(word) {
				return true
			}
		}
	}
	return false
}
