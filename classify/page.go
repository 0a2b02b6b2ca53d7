package classify

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/purlieu/purlieu/model"
)

// Defs describes the classifications that rules give, sorted by name, each once.
func Defs(rules []Rule) []model.ClassDef {
	out := make([]model.ClassDef, 0, len(rules))
	for _, r := range rules {
		out = append(out, model.ClassDef{Name: r.Class, Title: r.Title, Summary: r.Says})
	}
	slices.SortStableFunc(out, func(a, b model.ClassDef) int { return strings.Compare(a.Name, b.Name) })
	return slices.CompactFunc(out, func(a, b model.ClassDef) bool { return a.Name == b.Name })
}

// Page is the documentation of rules, in Markdown.
func Page(rules []Rule) string {
	var b strings.Builder
	b.WriteString("# Classifications\n\n")
	b.WriteString("<!-- Generated from the rules: go test ./classify/all -update -->\n\n")
	fmt.Fprintf(&b, "What a scan at level L3 recognises in sampled values. A column gets a classification when at least %d %% of its values\n", DefaultShare)
	fmt.Fprintf(&b, "that are not empty match, and at least %d different values do. Where there is a checksum, only values that pass it\n", DefaultDistinct)
	b.WriteString("count. Hints are words of column names that speak for it; where the text says so, values without any mark of their own\n")
	b.WriteString("count only with such a name.\n\n")
	b.WriteString("| classification | rule | what is looked for | checksum | hints | not with |\n|---|---|---|---|---|---|\n")
	sorted := slices.SortedFunc(slices.Values(rules), func(a, b Rule) int {
		return cmp.Or(strings.Compare(a.Class, b.Class), strings.Compare(a.ID, b.ID))
	})
	for _, r := range sorted {
		check := ""
		if r.Check != nil {
			check = "yes"
		}
		fmt.Fprintf(&b, "| %s<br>`%s` | `%s` %d | %s | %s | %s | %s |\n",
			r.Title, r.Class, r.ID, r.Version, r.Says, check, strings.Join(r.Hints, ", "), strings.Join(r.Against, ", "))
	}
	return b.String()
}
