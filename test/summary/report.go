package main

import (
	"fmt"
	"slices"
	"strings"
)

// Required is a suite that may not be skipped.
type Required struct {
	Room string
	But  string // a skip whose reason holds this word is allowed; "" none
}

// ParseRequired reads lines of "room word"; "#" begins a comment, the word "-" allows nothing.
func ParseRequired(text string) ([]Required, error) {
	var out []Required
	for i, line := range strings.Split(text, "\n") {
		line, _, _ = strings.Cut(line, "#")
		fields := strings.Fields(line)
		switch len(fields) {
		case 0:
		case 2:
			out = append(out, Required{fields[0], strings.Trim(fields[1], "-")})
		default:
			return nil, fmt.Errorf("line %d of the required suites: want a room and a word, got %q", i+1, line)
		}
	}
	return out, nil
}

// Report prints failures, skips with their reasons, and the plain last line. It is true when nothing failed and no
// required suite was skipped.
func (t *Tally) Report(required []Required) bool {
	var total Counts
	good := true
	var packages []string
	for p := range t.packages {
		packages = append(packages, p)
	}
	slices.Sort(packages)
	for _, pkg := range packages {
		p := t.packages[pkg]
		total.Passed += p.counts.Passed
		total.Failed += p.counts.Failed
		total.Skipped += p.counts.Skipped
		if p.failed {
			good = false
			t.printFailure(pkg, p)
		}
	}
	t.printSkips(packages)
	for _, line := range t.missing(required) {
		good = false
		fmt.Fprintln(t.out, "REQUIRED "+line)
	}
	fmt.Fprintln(t.out, total)
	return good && total.Failed == 0
}

func (t *Tally) printFailure(pkg string, p *packageResult) {
	fmt.Fprintf(t.out, "\n--- FAIL %s\n%s", short(pkg), p.output)
	for _, name := range t.namesOf(pkg) {
		if r := t.tests[name]; r.action != "pass" && r.action != "skip" {
			fmt.Fprint(t.out, strings.Join(r.output, ""))
		}
	}
}

func (t *Tally) printSkips(packages []string) {
	headed := false
	for _, pkg := range packages {
		for _, name := range t.namesOf(pkg) {
			r := t.tests[name]
			if r.action != "skip" || r.parent {
				continue
			}
			if !headed {
				fmt.Fprintln(t.out, "\nSkipped:")
				headed = true
			}
			fmt.Fprintf(t.out, "  %s %s: %s\n", short(pkg), name.test, r.reason())
		}
	}
	if headed {
		fmt.Fprintln(t.out)
	}
}

// reason is what a test said when it skipped.
func (r *result) reason() string {
	var said []string
	for _, o := range r.output {
		o = strings.TrimSpace(o)
		if o == "" || strings.HasPrefix(o, "===") || strings.HasPrefix(o, "--- SKIP") {
			continue
		}
		if _, text, found := strings.Cut(o, ".go:"); found { // "x_test.go:12: reason"
			if _, after, found := strings.Cut(text, ": "); found {
				o = after
			}
		}
		said = append(said, o)
	}
	if len(said) == 0 {
		return "no reason given"
	}
	return strings.Join(said, " ")
}

// missing lists what the required suites did not do.
func (t *Tally) missing(required []Required) []string {
	var out []string
	for _, want := range required {
		pkg := module + "/" + want.Room
		p := t.packages[pkg]
		if p == nil {
			continue
		}
		if p.counts.Passed == 0 {
			out = append(out, want.Room+": no test passed")
		}
		for _, name := range t.namesOf(pkg) {
			r := t.tests[name]
			if r.action != "skip" || r.parent {
				continue
			}
			if reason := r.reason(); want.But == "" || !strings.Contains(reason, want.But) {
				out = append(out, want.Room+": "+name.test+" was skipped: "+reason)
			}
		}
	}
	return out
}
