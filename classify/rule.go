package classify

import (
	"regexp"
	"slices"
	"strings"

	"github.com/purlieu/purlieu/fault"
)

// Thresholds of a rule that names none.
const (
	DefaultShare    = 60 // per cent of the cells that are not empty
	DefaultDistinct = 8  // different values among the counting ones
)

// Grade is how well a cell fits a rule.
type Grade uint8

// The grades.
const (
	No     Grade = iota
	Weak         // counts only where the column's name speaks for the rule
	Strong       // counts
)

// Rule recognises one kind of content. Its functions are called with cells that have its shape, without blanks at
// either end; they keep nothing, allocate nothing and may be called from any goroutine.
type Rule struct {
	ID      string // of the rule: lower case, digits and dashes: "us-phone"
	Class   string // of the classification: "MICROSOFT.PERSONAL.EMAIL"; what is not published stands outside MICROSOFT
	Title   string // of the classification, for people: "E-mail address"
	Says    string // what is looked for, one sentence
	Version int    // raised with every change of what it recognises
	Shape   Shape
	Match   func(cell string) Grade
	Check   func(cell string) bool // of cells that match; nil when the content has no checksum
	Hints   []string               // words of column names that speak for it: "card number"
	Against []string               // words of column names with which it is not tried
	// Share and Distinct are the thresholds; 0 is the default.
	Share    int
	Distinct int
}

func (r *Rule) share() int {
	if r.Share == 0 {
		return DefaultShare
	}
	return r.Share
}

func (r *Rule) distinct() int {
	if r.Distinct == 0 {
		return DefaultDistinct
	}
	return r.Distinct
}

// Grade is what the rule says of one cell, in a column whose name speaks for it where hinted is set: whether it
// matches, whether its checksum is right (true where the rule has none). It is slower than an Engine.
func (r *Rule) Grade(cell string, hinted bool) (matches, checked bool) {
	if cell = trim(cell); cell == "" {
		return false, false
	}
	return r.grade(cell, shapeOf(cell), hinted)
}

// grade is Grade of a cell without blanks at either end, whose shape is known.
func (r *Rule) grade(cell string, s shape, hinted bool) (matches, checked bool) {
	if !r.Shape.fits(s) {
		return false, false
	}
	if g := r.Match(cell); g == No || (g == Weak && !hinted) {
		return false, false
	}
	return true, r.Check == nil || r.Check(cell)
}

// Pattern makes a match of a regular expression that must fit the whole cell. It is for rules that come as data; what
// it matches is strong.
func Pattern(expr string) (func(cell string) Grade, error) {
	re, err := regexp.Compile(`\A(?:` + expr + `)\z`)
	if err != nil {
		return nil, fault.New(fault.Invalid, "BadPattern", "a pattern is not a regular expression: %v", err)
	}
	return func(cell string) Grade {
		if re.MatchString(cell) {
			return Strong
		}
		return No
	}, nil
}

// Lawful tells what is wrong with the form of a rule; nil when nothing is.
func (r *Rule) Lawful() error {
	bad := func(format string, args ...any) error {
		return fault.New(fault.Invalid, "BadRule", "the rule "+r.ID+" "+format, args...)
	}
	switch {
	case !plain(r.ID, "-") || strings.ToLower(r.ID) != r.ID:
		return bad("has an identifier that is not of small letters, digits and dashes")
	case !plain(r.Class, "._") || len(r.Class) > 200 || !strings.Contains(r.Class, "."):
		return bad("gives a classification whose name is not of letters, digits, dots and underscores")
	case r.Title == "" || r.Says == "" || r.Version < 1:
		return bad("has no title, no sentence or no version")
	case r.Match == nil:
		return bad("matches nothing")
	case r.Share < 0 || r.Share > 100 || r.Distinct < 0:
		return bad("has a share or a number of distinct values that can't be")
	case r.Shape.Most < max(r.Shape.Least, 1) || r.Shape.Need&^r.Shape.Allow != 0:
		return bad("has a shape that no cell can have")
	case slices.ContainsFunc(slices.Concat(r.Hints, r.Against), func(h string) bool { return len(wordsOf(h)) == 0 }):
		return bad("has a hint without a word")
	}
	return nil
}

// plain reports whether s begins with a letter and holds only ASCII letters, digits and the further bytes.
func plain(s, further string) bool {
	for i := 0; i < len(s); i++ {
		c := s[i]
		letter := c|0x20 >= 'a' && c|0x20 <= 'z'
		if !letter && (i == 0 || (c < '0' || c > '9') && strings.IndexByte(further, c) < 0) {
			return false
		}
	}
	return s != ""
}
