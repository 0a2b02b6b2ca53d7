package all

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/purlieu/purlieu/classify"
	"github.com/purlieu/purlieu/sample"
)

// FuzzEngine holds the engine, with its gates and early ends, against its rules one by one over every cell.
func FuzzEngine(f *testing.F) {
	rules := All()
	engine, err := classify.New(rules)
	if err != nil {
		f.Fatal(err)
	}
	seeds, err := filepath.Glob("../*/testdata/*.yes")
	if err != nil || len(seeds) < len(rules) {
		f.Fatal(len(seeds), "files of cells", err)
	}
	for _, name := range seeds {
		text, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text))
	}
	f.Fuzz(func(t *testing.T, text string) {
		var table sample.Table
		column := table.Column("column1")
		for cell := range strings.SplitSeq(text, "\n") {
			if !column.Add(cell) {
				break
			}
		}
		classes, judged := engine.Column(column)
		var got []string
		for _, c := range classes {
			got = append(got, c.Name)
		}
		want := oneByOne(rules, column)
		if !judged {
			if len(want) > 0 || len(got) > 0 {
				t.Fatalf("not judged, and it is %v, %v", got, want)
			}
			return
		}
		if !slices.Equal(got, want) {
			t.Fatalf("the engine says %v, the rules one by one %v, of %q", got, want, text)
		}
		if len(got) > 0 && !slices.ContainsFunc(strings.Split(text, "\n"), engine.Tells) {
			t.Fatalf("no cell of a column of %v tells", got)
		}
	})
}

// oneByOne is what classes a column has, found the slow way.
func oneByOne(rules []classify.Rule, column *sample.Column) (classes []string) {
	for _, r := range rules {
		share, distinct := r.Share, r.Distinct
		if share == 0 {
			share = classify.DefaultShare
		}
		if distinct == 0 {
			distinct = classify.DefaultDistinct
		}
		tried, counting, values := 0, 0, map[string]bool{}
		for cell := range column.All() {
			cell = strings.Trim(cell, " \t\n\v\f\r")
			if cell == "" {
				continue
			}
			tried++
			if matches, checked := r.Grade(cell, false); matches && checked {
				counting++
				values[cell] = true
			}
		}
		if counting*100 >= share*tried && len(values) >= distinct {
			classes = append(classes, r.Class)
		}
	}
	slices.Sort(classes)
	return slices.Compact(classes)
}
