package postgres

import "strings"

// Dialect is PostgreSQL's SQL: a lineage.Dialect.
type Dialect struct{}

// New gives the dialect.
func New() Dialect { return Dialect{} }

// Name is "postgresql".
func (Dialect) Name() string { return "postgresql" }

// Redact takes the values out of a definition or an expression.
func (Dialect) Redact(text string) (string, error) { return Redact(text) }

// RedactType takes the values out of the name of a type.
func (Dialect) RedactType(text string) (string, error) {
	if plainType(text) {
		return text, nil
	}
	return redact(text, func(string) bool { return true })
}

// plainType reports whether a text is made of words, numbers and brackets alone.
func plainType(text string) bool {
	for i := 0; i < len(text); i++ {
		c := text[i]
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && strings.IndexByte("_ (),.[]", c) < 0 {
			return false
		}
	}
	return true
}

// Redact is the value filter: sql with "?" for every literal and number, and without comments. Names, key words,
// operators, parameters ($1) and the words true, false and null stay. Numbers stay in the modifiers of the built-in
// types, such as varchar(120) and numeric(12,2), where the text leaves no doubt that they are modifiers.
// Redact of its own output changes nothing. Text that can't be cut into tokens fails with fault.Unsupported,
// code "TextNotUnderstood", and a message that quotes none of it: leave the text out.
func Redact(sql string) (string, error) {
	return redact(sql, nil)
}

// redact is Redact; numbers that keep lets through stay too.
func redact(sql string, keep func(number string) bool) (string, error) {
	var out strings.Builder
	out.Grow(len(sql))
	l := lexer{text: sql}
	var m modifier
	gap := false
	for {
		t, ok, err := l.next()
		if err != nil {
			return "", err
		}
		if !ok {
			return out.String(), nil
		}
		if t.class == comment {
			gap = true
			continue
		}
		if gap && t.class != space && out.Len() > 0 {
			out.WriteByte(' ')
		}
		gap = false
		switch {
		case t.class == literal, t.class == number && !m.keeps(t.text) && (keep == nil || !keep(t.text)):
			if strings.HasSuffix(out.String(), "?") {
				out.WriteByte(' ')
			}
			out.WriteByte('?')
		default:
			out.WriteString(t.text)
		}
		m.see(t)
	}
}

// modifier follows the tokens and knows when a number is a type's modifier: right after the name of a built-in type
// that no function can have without quotes, and its opening parenthesis, or the comma behind another modifier.
type modifier struct {
	typed  bool // the last token ended the name of such a type
	due    bool // a modifier comes next
	had    bool // the last token was one
	dotted bool // a dot stands before
	before string
}

func (m *modifier) see(t token) {
	switch {
	case t.class == space, t.class == comment:
		return
	case t.class == word:
		w := strings.ToLower(t.text)
		m.typed = !m.dotted && (takesModifier(w) || (w == "varying" && takesModifier(m.before)))
		m.due, m.had, m.before = false, false, w
	default:
		had := t.class == number && m.keeps(t.text)
		m.due = t.text == "(" && m.typed || t.text == "," && m.had
		m.had, m.typed, m.before = had, false, ""
	}
	m.dotted = t.text == "."
}

func (m *modifier) keeps(n string) bool {
	return m.due && len(n) <= 5 && run(n, isDigit) == len(n)
}

// takesModifier names the types that are key words: no function is called so without quotes.
func takesModifier(w string) bool {
	switch w {
	case "bit", "char", "character", "dec", "decimal", "float", "interval", "nchar", "numeric", "time", "timestamp", "varchar":
		return true
	}
	return false
}
