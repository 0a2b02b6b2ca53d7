package main

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// found are the names of the rows of what was found.
func (s *shell) found(args ...string) string {
	s.t.Helper()
	s.run(0, append([]string{"search"}, args...)...)
	names := []string{}
	for i, line := range strings.Split(s.out, "\n") {
		if line == "" || strings.Contains(line, " found") || strings.HasPrefix(line, "Nothing") {
			break
		}
		if i > 0 {
			names = append(names, strings.Fields(line)[0])
		}
	}
	return strings.Join(names, " ")
}

// At an account as it is shipped, whose search knows all tags and orders.
func TestASearchIsNarrowedAndPutInOrder(t *testing.T) {
	s := signedIn(t)
	account, err := (&app{getenv: func(name string) string { return s.env[name] }}).client()
	if err != nil {
		t.Fatal(err)
	}
	s.run(0, "user", "add", "kim")
	for i, name := range []string{"beets", "apples", "carrots"} {
		made := object{"guid": fmt.Sprint(-1 - i), "typeName": "DataSet", "attributes": object{"qualifiedName": "garden://" + name, "name": name}, "labels": []string{"bed " + fmt.Sprint(i%2)}}
		if err := account.Do(t.Context(), "POST", "/datamap/api/atlas/v2/entity", object{"entity": made}, nil); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Millisecond) // times are told apart in milliseconds
	}
	s.run(0, "asset", "edit", "garden://beets", "--owner", "kim", "--expert", "Old Lee")
	for begin := time.Now(); s.found("--contact", "kim") != "beets"; time.Sleep(20 * time.Millisecond) {
		if time.Since(begin) > time.Minute {
			t.Fatal(s.out)
		}
	}
	for _, c := range [][2]string{
		{"--label=bed 0 --order=name", "beets carrots"},
		{"--label=bed 1", "apples"},
		{"--label=bed 1 --label=bed 0 --reverse --order=name", "carrots beets apples"},
		{"--contact=Old Lee", "beets"},
		{"--contact=kim --label=bed 1", ""},
		{"--contact=nobody", ""},
		{"--term=none", ""},
		{"--order=name", "apples beets carrots"},
		{"--order=created", "carrots apples beets"},
		{"--order=changed", "beets carrots apples"},
		{"--order=changed --reverse", "apples carrots beets"},
		{"carr --order=name", "carrots"},
	} {
		args, want := c[0], c[1]
		words := strings.Split(strings.ReplaceAll(args, " --", "\x00--"), "\x00")
		if got := s.found(words...); got != want {
			t.Errorf("%s finds %q, want %q\n%s", args, got, want, s.out)
		}
	}
	s.found("--order", "changed")
	s.shows("CHANGED", time.Now().UTC().Format("2006"))
	s.run(1, "search", "--reverse")
	s.shows("--order with --reverse")
	s.run(2, "search", "--order", "size")
	s.run(0, "search", "--facets")
	s.shows("contact     kim", "contact     Old Lee", "label       bed 0")
	for flag, want := range map[string]string{"--label": "bed 0", "--contact": "kim", "--type": "DataSet", "--order": "changed", "--collection": "root"} {
		s.run(0, "complete", "--", "search", flag, "")
		if !strings.Contains("\n"+s.out, "\n"+want+"\n") {
			t.Errorf("%s is not completed with %q: %q", flag, want, s.out)
		}
	}
	s.run(0, "complete", "--", "search", "--contact", "Ol")
	if s.out != "Old Lee\n" {
		t.Errorf("%q", s.out)
	}
}
