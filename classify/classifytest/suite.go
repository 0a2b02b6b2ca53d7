// Package classifytest is the suite that every family of rules passes.
//
// Each rule has files in its family's testdata: `<rule>.yes`, values that count, `<rule>.no`, values that don't, and
// perhaps `<rule>.weak`, values that count only where the column's name speaks for the rule. A *corpus* is a column
// made by a seed, of something that no rule but those named for it may take for its own.
package classifytest

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/purlieu/purlieu/classify"
	"github.com/purlieu/purlieu/sample"
)

// fewest is how many lines each file has at least.
const fewest = 12

// longest is the length up to which a connector must hand over a cell uncut; longer cells fit no rule.
const longest = 2048

// Run holds the laws of rules for one family whose folder is dir.
func Run(t *testing.T, rules []classify.Rule, dir string) {
	t.Helper()
	if _, err := classify.New(rules); err != nil {
		t.Fatal(err)
	}
	for i := range rules {
		r := &rules[i]
		t.Run(r.ID, func(t *testing.T) {
			yes, no := lines(t, dir, r.ID+".yes", true), lines(t, dir, r.ID+".no", true)
			weak := lines(t, dir, r.ID+".weak", false)
			t.Run("its name is published or our own", func(t *testing.T) { named(t, r) })
			t.Run("it counts what it should and nothing else", func(t *testing.T) { counts(t, r, yes, no, weak) })
			t.Run("its checksum refuses what it must", func(t *testing.T) { refuses(t, r, yes) })
			t.Run("it leaves other content alone", func(t *testing.T) { leaves(t, r) })
			t.Run("a column of it gets its class", func(t *testing.T) { classifies(t, r, yes) })
			t.Run("it allocates nothing", func(t *testing.T) { allocates(t, r, slices.Concat(yes, no, weak)) })
			t.Run("it takes any bytes", func(t *testing.T) { survives(r, slices.Concat(yes, no, weak)) })
		})
	}
}

// lines reads a file of test data.
func lines(t *testing.T, dir, name string, must bool) []string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(dir, "testdata", name)) //nolint:gosec // a file of the repository
	if err != nil {
		if must {
			t.Fatal(err)
		}
		return nil
	}
	out := strings.Split(strings.TrimRight(string(raw), "\n"), "\n")
	if must && len(out) < fewest {
		t.Errorf("%s has %d lines, fewer than %d", name, len(out), fewest)
	}
	sorted := slices.Sorted(slices.Values(out))
	if len(slices.Compact(sorted)) != len(out) {
		t.Errorf("%s says something twice", name)
	}
	return out
}

func named(t *testing.T, r *classify.Rule) {
	if !strings.HasPrefix(r.Class, "MICROSOFT.") && !strings.HasPrefix(r.Class, "PURLIEU.") {
		t.Errorf("%s is neither a published name nor one of ours", r.Class)
	}
	if r.Class != strings.ToUpper(r.Class) || strings.Count(r.Class, ".") < 2 {
		t.Errorf("%s is not of the form MICROSOFT.FAMILY.NAME", r.Class)
	}
	if r.Shape.Most > longest {
		t.Errorf("it takes cells of %d bytes, more than %d", r.Shape.Most, longest)
	}
	if len(r.Hints) == 0 && r.Check == nil {
		t.Error("it has neither hints nor a checksum")
	}
}

func counts(t *testing.T, r *classify.Rule, yes, no, weak []string) {
	for _, cell := range yes {
		if !count(r, cell, false) {
			t.Errorf("%q does not count", cell)
		}
		if !count(r, "  "+cell+"\t", false) {
			t.Errorf("%q between blanks does not count", cell)
		}
	}
	for _, cell := range no {
		if count(r, cell, true) {
			t.Errorf("%q counts", cell)
		}
	}
	for _, cell := range weak {
		if count(r, cell, false) || !count(r, cell, true) {
			t.Errorf("%q counts without a hint, or does not with one", cell)
		}
	}
	for _, cell := range []string{"", " ", "\x00", "\xff\xfe", "null", "NULL", "n/a", "-", "0"} {
		if count(r, cell, true) {
			t.Errorf("%q counts", cell)
		}
	}
}

func count(r *classify.Rule, cell string, hinted bool) bool {
	matches, checked := r.Grade(cell, hinted)
	return matches && checked
}

// refuses changes each digit of values that count into each other digit: a checksum finds every such change.
func refuses(t *testing.T, r *classify.Rule, yes []string) {
	if r.Check == nil {
		t.Skip("skipped: the content has no checksum")
	}
	for _, cell := range yes {
		for i := range len(cell) {
			for d := byte('0'); d <= '9'; d++ {
				if cell[i] < '0' || cell[i] > '9' || cell[i] == d {
					continue
				}
				if changed := cell[:i] + string(d) + cell[i+1:]; count(r, changed, true) {
					t.Errorf("%q counts, one digit from %q", changed, cell)
				}
			}
		}
	}
}

// mostStray is the share of a foreign corpus, in per cent, that may look like the rule's content by chance.
const mostStray = 12

func leaves(t *testing.T, r *classify.Rule) {
	for _, c := range corpora() {
		if slices.Contains(c.of, r.ID) {
			continue
		}
		stray := 0
		for _, cell := range c.cells {
			if count(r, cell, false) {
				stray++
			}
		}
		if stray*100 > mostStray*len(c.cells) {
			t.Errorf("%d of %d values of %q count", stray, len(c.cells), c.name)
		}
	}
}

// classifies fills a column with the values that count, twice over: they are enough and different enough.
func classifies(t *testing.T, r *classify.Rule, yes []string) {
	e, err := classify.New([]classify.Rule{*r})
	if err != nil {
		t.Fatal(err)
	}
	var table sample.Table
	column := table.Column("c1")
	for range 2 {
		for _, cell := range yes {
			column.Add(cell)
		}
	}
	got, judged := e.Column(column)
	if !judged || len(got) != 1 || got[0].Name != r.Class {
		t.Fatalf("the column has %+v", got)
	}
	v := got[0].Evidence
	if v.Rule != r.ID || v.Version != r.Version || v.Tried != 2*len(yes) || v.Matches != v.Tried || v.Distinct != len(yes) || v.Hint ||
		v.Checked != (r.Check != nil) || v.Checked && v.Checks != v.Tried {
		t.Errorf("the evidence is %+v", v)
	}
}

func allocates(t *testing.T, r *classify.Rule, cells []string) {
	if n := testing.AllocsPerRun(10, func() {
		for _, cell := range cells {
			count(r, cell, true)
		}
	}); n > 0 {
		t.Errorf("%d cells cost %v allocations", len(cells), n)
	}
}

// survives cuts and doubles values, and puts odd bytes into them: whatever the answer, a rule gives one.
func survives(r *classify.Rule, cells []string) {
	for _, cell := range cells {
		for i := range len(cell) + 1 {
			for _, odd := range []string{"", "\x00", "\xff", "é", "@", ":", ".", "+", "(", "[", "-", " "} {
				count(r, cell[:i]+odd, true)
				count(r, odd+cell[i:], true)
				count(r, cell[:i]+odd+cell[i:], true)
				count(r, fmt.Sprint(odd, odd, cell[:i]), true)
			}
		}
	}
}
