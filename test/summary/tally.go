package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
)

const module = "github.com/purlieu/purlieu"

// Event is one line of `go test -json`.
type Event struct {
	Action      string
	Package     string
	ImportPath  string // of build events
	Test        string
	Elapsed     float64
	Output      string
	FailedBuild string
}

// Tally counts what the events say, and prints one line for each package that ends.
type Tally struct {
	out      io.Writer
	tests    map[testName]*result
	packages map[string]*packageResult
	builds   map[string]string // output of failed builds
}

type testName struct{ pkg, test string }

type result struct {
	action string // "pass", "fail", "skip"; "" while it runs
	output []string
	parent bool // it has subtests
	rotten bool // a subtest failed
}

type packageResult struct {
	output string // what stands outside of tests
	failed bool
	counts Counts
}

// Counts are the three numbers.
type Counts struct{ Passed, Failed, Skipped int }

// String is the plain last line.
func (c Counts) String() string {
	return fmt.Sprintf("%d passed, %d failed, %d skipped", c.Passed, c.Failed, c.Skipped)
}

// NewTally prints to out.
func NewTally(out io.Writer) *Tally {
	return &Tally{out: out, tests: map[testName]*result{}, packages: map[string]*packageResult{}, builds: map[string]string{}}
}

// Quiet reports that no package said anything: go test itself did not start.
func (t *Tally) Quiet() bool { return len(t.packages) == 0 }

// Read takes events until the stream ends. A line that is no event is printed as it is.
func (t *Tally) Read(r io.Reader) error {
	lines := bufio.NewReaderSize(r, 1<<20)
	for {
		line, err := lines.ReadBytes('\n')
		if len(line) > 0 {
			var e Event
			if json.Unmarshal(line, &e) != nil {
				fmt.Fprint(t.out, string(line))
			} else {
				t.add(e)
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read the answers of go test: %w", err)
		}
	}
}

func (t *Tally) add(e Event) {
	if e.Action == "build-output" {
		t.builds[e.ImportPath] += e.Output
		return
	}
	if e.Package == "" {
		return
	}
	p := t.packages[e.Package]
	if p == nil {
		p = &packageResult{}
		t.packages[e.Package] = p
	}
	if e.Test != "" {
		t.addTest(e)
		return
	}
	switch e.Action {
	case "output":
		p.output += e.Output
	case "pass", "skip", "fail":
		t.endPackage(e, p)
	}
}

func (t *Tally) addTest(e Event) {
	name := testName{e.Package, e.Test}
	r := t.tests[name]
	if r == nil {
		r = &result{}
		t.tests[name] = r
		if i := strings.LastIndexByte(e.Test, '/'); i >= 0 {
			if parent := t.tests[testName{e.Package, e.Test[:i]}]; parent != nil {
				parent.parent = true
			}
		}
	}
	switch e.Action {
	case "output":
		r.output = append(r.output, e.Output)
	case "pass", "fail", "skip":
		r.action = e.Action
		if e.Action == "fail" {
			t.rot(e.Package, e.Test)
		} else if e.Action == "pass" {
			r.output = nil
		}
	}
}

// rot tells the parents that they failed because of a subtest.
func (t *Tally) rot(pkg, test string) {
	for i := strings.LastIndexByte(test, '/'); i >= 0; i = strings.LastIndexByte(test, '/') {
		test = test[:i]
		if parent := t.tests[testName{pkg, test}]; parent != nil {
			parent.rotten = true
		}
	}
}

func (t *Tally) endPackage(e Event, p *packageResult) {
	for _, name := range t.namesOf(e.Package) {
		r := t.tests[name]
		switch {
		case r.parent && (r.action != "fail" || r.rotten):
			// its subtests speak for it
		case r.action == "pass":
			p.counts.Passed++
		case r.action == "skip":
			p.counts.Skipped++
		default: // failed, or never ended
			p.counts.Failed++
		}
	}
	p.failed = e.Action == "fail"
	word := "ok  "
	switch {
	case p.failed:
		word = "FAIL"
		if p.counts.Failed == 0 {
			p.counts.Failed = 1 // it did not build, or died outside of a test
		}
		p.output = t.builds[e.FailedBuild] + p.output
	case p.counts == Counts{}:
		return // no tests
	}
	fmt.Fprintf(t.out, "%s  %-40s %6.1fs  %s\n", word, short(e.Package), e.Elapsed, p.counts)
}

// namesOf gives a package's tests by name.
func (t *Tally) namesOf(pkg string) []testName {
	var names []testName
	for n := range t.tests {
		if n.pkg == pkg {
			names = append(names, n)
		}
	}
	slices.SortFunc(names, func(a, b testName) int { return strings.Compare(a.test, b.test) })
	return names
}

func short(pkg string) string {
	if pkg == module {
		return "."
	}
	return strings.TrimPrefix(pkg, module+"/")
}
