package classify

import "strings"

// wordsOf cuts a column's name into lower-case words: at marks and blanks, where a capital follows a small letter, and
// before the last capital of a run that small letters follow. Digits stay with the letters before them.
func wordsOf(name string) []string {
	var words []string
	start := 0
	end := func(at int) {
		if at > start {
			words = append(words, strings.ToLower(name[start:at]))
		}
		start = at
	}
	for i := 0; i < len(name); i++ {
		switch c := name[i]; {
		case !wordByte(c):
			end(i)
			start = i + 1
		case i > start && upper(c) && (!upper(name[i-1]) || i+1 < len(name) && lower(name[i+1])):
			end(i)
		}
	}
	end(len(name))
	return words
}

func upper(c byte) bool { return c >= 'A' && c <= 'Z' }
func lower(c byte) bool { return c >= 'a' && c <= 'z' }

// wordByte takes bytes beyond ASCII for letters.
func wordByte(c byte) bool { return upper(c) || lower(c) || c >= '0' && c <= '9' || c >= 0x80 }

// name is a column's name, ready to be asked for hints.
type name struct {
	words []string
	solid string // all words in one
}

func nameOf(column string) name {
	w := wordsOf(column)
	return name{w, strings.Join(w, "")}
}

// longHint is how many letters a hint needs to count in a name that runs its words together, such as "creditcardno":
// a shorter one is found in too many words ("pan" in "company").
const longHint = 6

// has reports whether the name holds the hint: its words one after the other, the last perhaps in plural.
func (n name) has(h hint) bool {
	for i := 0; i+len(h.words) <= len(n.words); i++ {
		if same(n.words[i:i+len(h.words)], h.words) {
			return true
		}
	}
	return len(h.solid) >= longHint && strings.Contains(n.solid, h.solid)
}

func same(words, hint []string) bool {
	last := len(hint) - 1
	for i := range last {
		if words[i] != hint[i] {
			return false
		}
	}
	w, ok := strings.CutPrefix(words[last], hint[last])
	return ok && (w == "" || w == "s" || strings.Trim(w, "0123456789") == "")
}

func (n name) any(hints []hint) bool {
	for _, h := range hints {
		if n.has(h) {
			return true
		}
	}
	return false
}

// hint is one hint of a rule, cut into words.
type hint struct {
	words []string
	solid string
}

func hintsOf(texts []string) []hint {
	out := make([]hint, 0, len(texts))
	for _, t := range texts {
		if w := wordsOf(t); len(w) > 0 {
			out = append(out, hint{w, strings.Join(w, "")})
		}
	}
	return out
}
