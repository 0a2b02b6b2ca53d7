// Command summary runs `go test` and says in the end what passed, failed and was skipped, and why: a skipped suite
// looks green otherwise.
//
//	go run ./test/summary [-race 'bus node'] [-first 'test/e2e'] [-required FILE] -- <flags and packages of go test>
//
// A *test* is one that has no subtests, or one whose subtests all passed while it failed itself. A package that
// doesn't build, panics or runs out of time counts as one failed test. With -race the packages at or below the named
// rooms run under the race detector, in a run of their own; -ROOM takes one below them out. -first names packages that
// begin before the others: those that take longest, so that none is left to run alone in the end. -required names suites that may not be skipped.
// The last line is always "N passed, N failed, N skipped"; the exit code is 1 when something failed or a required
// suite was skipped.
package main

import (
	"bytes"
	"cmp"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
)

func main() {
	race := flag.String("race", "", "rooms to test under the race detector")
	first := flag.String("first", "", "packages to begin with: those that take longest")
	required := flag.String("required", "", "file with the suites that may not be skipped")
	flag.Parse()
	ok, err := run(os.Stdout, *race, *first, *required, flag.Args())
	if err != nil {
		fmt.Fprintln(os.Stderr, "summary:", err)
		os.Exit(2)
	}
	if !ok {
		os.Exit(1)
	}
}

func run(out io.Writer, race, first, required string, args []string) (bool, error) {
	var rules []Required
	if required != "" {
		text, err := os.ReadFile(required)
		if err != nil {
			return false, err
		}
		if rules, err = ParseRequired(string(text)); err != nil {
			return false, err
		}
	}
	flags, patterns := split(args)
	packages, err := list(patterns)
	if err != nil {
		return false, err
	}
	if len(packages) == 0 {
		return false, fmt.Errorf("no package is named by %s: nothing would be tested", strings.Join(patterns, " "))
	}
	t := NewTally(out)
	plain, raced := part(ahead(packages, strings.Fields(first)), strings.Fields(race))
	for _, r := range []struct {
		flags    []string
		packages []string
	}{{flags, plain}, {append([]string{"-race"}, flags...), raced}} {
		if len(r.packages) == 0 {
			continue
		}
		if err := test(t, r.flags, r.packages); err != nil {
			return false, err
		}
	}
	return t.Report(rules), nil
}

// split tells the flags of go test from the packages: the first argument that names a package ends the flags.
func split(args []string) (flags, packages []string) {
	for i, a := range args {
		if strings.HasPrefix(a, "./") || a == "." || strings.HasPrefix(a, module) {
			return args[:i], args[i:]
		}
	}
	return args, []string{"./..."}
}

func list(patterns []string) ([]string, error) {
	cmd := exec.Command("go", append([]string{"list", "-e"}, patterns...)...)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("list packages: %w", err)
	}
	return strings.Fields(string(out)), nil
}

// part divides packages into those outside and those at or below the rooms; a room with "-" before it is outside.
func part(packages, rooms []string) (outside, below []string) {
	var in, out []string
	for _, r := range rooms {
		if name, without := strings.CutPrefix(r, "-"); without {
			out = append(out, name)
		} else {
			in = append(in, r)
		}
	}
	for _, p := range packages {
		if inside(p, in) && !inside(p, out) {
			below = append(below, p)
		} else {
			outside = append(outside, p)
		}
	}
	return outside, below
}

// ahead puts the packages that are named before the others, in the order in which they are named: go test begins with
// what stands first.
func ahead(packages, first []string) []string {
	rank := func(pkg string) int {
		if i := slices.Index(first, short(pkg)); i >= 0 {
			return i
		}
		return len(first)
	}
	ordered := slices.Clone(packages)
	slices.SortStableFunc(ordered, func(a, b string) int { return cmp.Compare(rank(a), rank(b)) })
	return ordered
}

func inside(pkg string, rooms []string) bool {
	for _, r := range rooms {
		if name := short(pkg); name == r || strings.HasPrefix(name, r+"/") {
			return true
		}
	}
	return false
}

// test runs go test over the packages. Failing tests are no error: they are in the tally.
func test(t *Tally, flags, packages []string) error {
	cmd := exec.Command("go", append(append([]string{"test", "-json"}, flags...), packages...)...)
	var stderr bytes.Buffer
	cmd.Stderr = io.MultiWriter(os.Stderr, &stderr)
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start go test: %w", err)
	}
	if err := t.Read(out); err != nil {
		return err
	}
	if err := cmd.Wait(); err != nil && t.Quiet() {
		return fmt.Errorf("go test: %w: %s", err, stderr.String())
	}
	return nil
}
