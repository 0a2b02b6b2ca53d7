// Package postgres cuts PostgreSQL's SQL into tokens and takes the values out of it.
//
// The lexical rules are those of the PostgreSQL manual, section 4.1, for sessions with standard_conforming_strings on.
// A *token* is a piece of the text with a class; the tokens of a text, joined, are the text.
package postgres

import (
	"strings"
	"unicode/utf8"

	"github.com/purlieu/purlieu/fault"
)

// class says what a token is.
type class uint8

const (
	space    class = iota + 1
	comment        // -- to the end of the line, or /* … */, which nests
	word           // a name or key word without quotes
	quoted         // "name", U&"name"
	literal        // '…', E'…', U&'…', B'…', X'…', N'…', $tag$…$tag$
	number         // with whatever letters are glued to it
	param          // $1
	operator       // a run of operator characters
	punct          // one of ( ) [ ] , ; : . and ..
)

type token struct {
	class class
	text  string
}

// lexer walks over a text. next gives its tokens in order; false at the end.
type lexer struct {
	text string
	pos  int
}

func (l *lexer) next() (token, bool, error) {
	if l.pos >= len(l.text) {
		return token{}, false, nil
	}
	c, n, err := measure(l.text[l.pos:])
	if err != nil {
		return token{}, false, err
	}
	t := token{c, l.text[l.pos : l.pos+n]}
	l.pos += n
	return t, true, nil
}

// measure finds the class and length of the first token of s, which is not empty.
func measure(s string) (class, int, error) {
	c := s[0]
	switch {
	case isSpace(c):
		return space, run(s, isSpace), nil
	case strings.HasPrefix(s, "--"):
		return comment, lineEnd(s), nil
	case strings.HasPrefix(s, "/*"):
		n, err := block(s)
		return comment, n, err
	case c == '\'':
		n, err := str(s, 0, false)
		return literal, n, err
	case c == '"':
		n, err := name(s, 0)
		return quoted, n, err
	case c == '$':
		return dollar(s)
	case strings.HasPrefix(s, ".."):
		return punct, 2, nil // of a range of numbers
	case isDigit(c), c == '.' && len(s) > 1 && isDigit(s[1]):
		return number, num(s), nil
	case isStart(c):
		return wordOrPrefix(s)
	case strings.IndexByte("()[],;:.", c) >= 0:
		return punct, 1, nil
	case isOperator(c):
		return operator, operatorEnd(s), nil
	}
	return 0, 0, fault.New(fault.Unsupported, "TextNotUnderstood", "a character that SQL does not have")
}

// wordOrPrefix is a word, or a literal or quoted name with a prefix: E'…', U&"…".
func wordOrPrefix(s string) (class, int, error) {
	if len(s) > 1 && s[1] == '\'' && strings.IndexByte("eEbBxXnN", s[0]) >= 0 {
		n, err := str(s, 1, s[0]|0x20 == 'e')
		return literal, n, err
	}
	if len(s) > 2 && s[0]|0x20 == 'u' && s[1] == '&' {
		switch s[2] {
		case '\'':
			n, err := str(s, 2, false)
			return literal, n, err
		case '"':
			n, err := name(s, 2)
			return quoted, n, err
		}
	}
	n := run(s, isPart)
	if !utf8.ValidString(s[:n]) {
		return 0, 0, fault.New(fault.Unsupported, "TextNotUnderstood", "text that is not UTF-8")
	}
	return word, n, nil
}

// str measures a string whose opening quote is at from. A string goes on after blanks with a line break in them, under
// the rules that it began with: with escapes a backslash takes the next character with it.
func str(s string, from int, escapes bool) (int, error) {
	for i := from + 1; i < len(s); i++ {
		switch {
		case escapes && s[i] == '\\':
			i++
		case s[i] == '\'' && i+1 < len(s) && s[i+1] == '\'':
			i++
		case s[i] == '\'':
			next, ok := continued(s, i+1)
			if !ok {
				return i + 1, nil
			}
			i = next
		}
	}
	return 0, fault.New(fault.Unsupported, "TextNotUnderstood", "a string that is never closed")
}

// continued reports whether a string goes on after its closing quote, and where its next opening quote is.
func continued(s string, i int) (int, bool) {
	lines := false
	for i < len(s) {
		switch {
		case isSpace(s[i]):
			lines = lines || s[i] == '\n' || s[i] == '\r'
			i++
		case strings.HasPrefix(s[i:], "--"):
			i += lineEnd(s[i:])
		default:
			return i, lines && s[i] == '\''
		}
	}
	return i, false
}

// name measures a quoted name whose opening quote is at from.
func name(s string, from int) (int, error) {
	for i := from + 1; i < len(s); i++ {
		if s[i] != '"' {
			continue
		}
		if i+1 < len(s) && s[i+1] == '"' {
			i++
			continue
		}
		if !utf8.ValidString(s[:i]) {
			break
		}
		return i + 1, nil
	}
	return 0, fault.New(fault.Unsupported, "TextNotUnderstood", "a quoted name that is never closed or not UTF-8")
}

// maxParam is how many digits a parameter's number has at most: the protocol counts parameters in 16 bits.
const maxParam = 5

// dollar measures what begins with '$': a parameter or a string in dollar quotes.
func dollar(s string) (class, int, error) {
	if n := 1 + run(s[1:], isDigit); n > 1 {
		if n > 1+maxParam {
			return number, n, nil // no statement has so many parameters: it says something else
		}
		return param, n, nil
	}
	tag := 1
	if tag < len(s) && isStart(s[tag]) {
		tag += run(s[tag:], func(c byte) bool { return isPart(c) && c != '$' })
	}
	if tag < len(s) && s[tag] == '$' {
		mark := s[:tag+1]
		if end := strings.Index(s[len(mark):], mark); end >= 0 {
			return literal, end + 2*len(mark), nil
		}
	}
	return 0, 0, fault.New(fault.Unsupported, "TextNotUnderstood", "a dollar quote that is never closed")
}

// num measures a number with everything glued to it: 1_000, 0xFF, 1.5e-3, and letters that don't belong there.
func num(s string) int {
	i := 0
	for i < len(s) {
		c := s[i]
		switch {
		case isPart(c) && c != '$':
			i++
		case c == '.' && !strings.HasPrefix(s[i:], ".."):
			i++
		case (c == '+' || c == '-') && i > 1 && s[i-1]|0x20 == 'e' && i+1 < len(s) && isDigit(s[i+1]) && !strings.ContainsAny(s[:i-1], "xX"):
			i++
		default:
			return i
		}
	}
	return i
}

// block measures a block comment; they nest.
func block(s string) (int, error) {
	depth := 0
	for i := 0; i+1 < len(s); i++ {
		switch s[i : i+2] {
		case "/*":
			depth++
			i++
		case "*/":
			depth--
			i++
			if depth == 0 {
				return i + 1, nil
			}
		}
	}
	return 0, fault.New(fault.Unsupported, "TextNotUnderstood", "a comment that is never closed")
}

// operatorEnd measures a run of operator characters, which ends where a comment begins.
func operatorEnd(s string) int {
	for i := range len(s) {
		if !isOperator(s[i]) || (i > 0 && (strings.HasPrefix(s[i:], "--") || strings.HasPrefix(s[i:], "/*"))) {
			return i
		}
	}
	return len(s)
}

func lineEnd(s string) int {
	if i := strings.IndexAny(s, "\r\n"); i >= 0 {
		return i
	}
	return len(s)
}

func run(s string, in func(byte) bool) int {
	for i := range len(s) {
		if !in(s[i]) {
			return i
		}
	}
	return len(s)
}

func isSpace(c byte) bool    { return c == ' ' || (c >= '\t' && c <= '\r') }
func isDigit(c byte) bool    { return c >= '0' && c <= '9' }
func isStart(c byte) bool    { return c == '_' || c >= 0x80 || (c|0x20 >= 'a' && c|0x20 <= 'z') }
func isPart(c byte) bool     { return isStart(c) || isDigit(c) || c == '$' }
func isOperator(c byte) bool { return strings.IndexByte("+-*/<>=~!@#%^&|`?", c) >= 0 }
