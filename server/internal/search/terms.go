package search

import "strings"

// mostTerms is how many terms of a question are looked at.
const mostTerms = 16

// question is what a person typed, folded.
type question struct {
	terms  []string
	prefix bool
	exact  string
}

// ask folds keywords. Terms stand apart by blanks and by the marks that separate names in a path; quotes group
// nothing, since every term must match anyway, but a last term that ends in a quote is a whole word, where it else may
// be the beginning of one. "*" and no keywords ask for everything.
func ask(keywords string) question {
	var q question
	keywords = strings.TrimSpace(keywords)
	q.prefix = !strings.HasSuffix(keywords, `"`)
	for piece := range strings.FieldsFuncSeq(keywords, func(r rune) bool { return blank(r) || strings.ContainsRune(`./\:,;"'()[]{}`, r) }) {
		if piece == "*" {
			continue
		}
		if w := whole(strings.TrimSuffix(piece, "*")); w != "" && len(q.terms) < mostTerms {
			q.terms = append(q.terms, w)
		}
	}
	if len(q.terms) == 0 {
		return question{}
	}
	q.exact = whole(strings.Trim(keywords, `*"`))
	return q
}
