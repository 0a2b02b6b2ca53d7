package search

import (
	"strings"
	"unicode"

	"github.com/purlieu/purlieu/fault"
)

// The bounds of a question.
const (
	mostTerms    = 32
	mostKeywords = 1000 // bytes
)

// question is what a person typed, folded.
type question struct {
	terms  []string
	prefix bool
	exact  string
	more   bool // than mostTerms
}

// apart tells the marks at which keywords fall into pieces.
func apart(r rune) bool { return blank(r) || strings.ContainsRune(`./\:,;"'()[]{}`, r) }

// ask folds keywords. Terms stand apart by blanks and by the marks that separate names in a path; quotes group
// nothing, since every term must match anyway, but a last term that ends in a quote is a whole word, where it else may
// be the beginning of one. "*" and no keywords ask for everything.
func ask(keywords string) question {
	var q question
	keywords = strings.TrimSpace(keywords)
	q.prefix = !strings.HasSuffix(keywords, `"`)
	for piece := range strings.FieldsFuncSeq(keywords, apart) {
		if piece == "*" {
			continue
		}
		w := whole(strings.TrimSuffix(piece, "*"))
		switch {
		case w == "":
		case len(q.terms) == mostTerms:
			q.more = true
		default:
			q.terms = append(q.terms, w)
		}
	}
	if len(q.terms) == 0 {
		return question{}
	}
	q.exact = whole(strings.Trim(keywords, `*"`))
	return q
}

// sensible refuses keywords that no answer could be right for, rather than answer another question.
func sensible(keywords string) (question, error) {
	bad := func(code, text string, args ...any) (question, error) {
		return question{}, fault.New(fault.Invalid, code, text, args...).Try("Search by a few words of a name, a column or a description; * asks for everything")
	}
	if len(keywords) > mostKeywords {
		return bad("KeywordsTooLong", "the keywords have %d bytes, and at most %d are looked for", len(keywords), mostKeywords)
	}
	if strings.ContainsFunc(keywords, func(r rune) bool { return unicode.IsControl(r) && !unicode.IsSpace(r) || r == unicode.ReplacementChar }) {
		return bad("KeywordsNotText", "the keywords hold control characters, or are not UTF-8")
	}
	q := ask(keywords)
	switch {
	case q.more:
		return bad("TooManyKeywords", "at most %d words are looked for at once", mostTerms)
	case len(q.terms) == 0 && strings.Trim(keywords, "* \t\r\n") != "":
		return bad("NoKeywords", "the keywords hold nothing but marks")
	}
	return q, nil
}
