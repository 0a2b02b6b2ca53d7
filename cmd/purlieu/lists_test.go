package main

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/purlieu/purlieu/model"
)

// asked counts the requests of one command.
func (s *shell) asked(args ...string) (paths []string) {
	s.t.Helper()
	s.flaky(func(_ http.ResponseWriter, r *http.Request) bool {
		paths = append(paths, r.URL.RequestURI())
		return false
	})
	s.run(0, args...)
	return paths
}

// row is the line of a table that begins with a word.
func (s *shell) row(word string) string {
	s.t.Helper()
	for line := range strings.Lines(s.out) {
		if strings.HasPrefix(line, word+" ") {
			return strings.TrimSpace(line)
		}
	}
	s.t.Fatalf("no line begins with %q:\n%s", word, s.out)
	return ""
}

func TestSourcesAreListedWithTheirLastRunAndNoRequestForEach(t *testing.T) {
	s := newShell(t)
	s.configure()
	s.run(0, "scan", "add", "shop", "nightly", "--credential", "scanner")
	s.run(0, "source", "add", "PostgreSql", "sold", "--set", "serverEndpoint=sold.example.com")
	s.run(0, "scan", "run", "shop", "weekly", "--watch")
	s.account.Gaps = []model.Gap{{Path: "shop/hr", Code: "PermissionDenied"}}
	s.run(20, "scan", "run", "shop", "nightly", "--watch")
	if paths := s.asked("source", "list"); len(paths) != 2 {
		t.Errorf("two sources are listed with %d requests: %v", len(paths), paths)
	}
	if row := s.row("shop"); !strings.Contains(row, "Succeeded with gaps") {
		t.Errorf("the newest run of all scans is not there: %s", row)
	}
	if row := s.row("sold"); !strings.HasSuffix(row, "root") {
		t.Errorf("a source that was never read has a run: %s", row)
	}
	s.account.Gaps, s.account.Asks = nil, "41"
	s.run(23, "scan", "run", "shop", "weekly", "--watch")
	s.run(0, "source", "list")
	s.shows("asks a question")
	if paths := s.asked("source", "list", "-o", "json"); len(paths) != 1 || strings.Contains(s.out, "asks") {
		t.Errorf("what scripts read is another one: %v\n%s", paths, s.out)
	}
}

func TestScansAreListedWithTheirNextTime(t *testing.T) {
	s := newShell(t)
	s.configure()
	s.run(0, "scan", "add", "shop", "nightly", "--credential", "scanner")
	s.run(0, "scan", "add", "shop", "paused", "--credential", "scanner")
	s.run(0, "trigger", "set", "shop", "nightly", "--at", "03:00", "--start", "2126-01-01T00:00:00Z")
	s.run(0, "trigger", "set", "shop", "paused", "--at", "03:00")
	s.run(0, "trigger", "disable", "shop", "paused")
	if paths := s.asked("scan", "list", "shop"); len(paths) != 1 {
		t.Errorf("three scans are listed with %d requests: %v", len(paths), paths)
	}
	for scan, next := range map[string]string{"nightly": "2126-01-01T03:00:00", "weekly": "when started", "paused": "paused"} {
		if row := s.row(scan); !strings.Contains(row[len(scan):], next) {
			t.Errorf("%q is missing: %s", next, row)
		}
	}
}

// At an account as it is shipped: the one of the other tests has no room for nodes.
func TestRuntimesAreListedWithTheStateOfTheirNodes(t *testing.T) {
	s := signedIn(t)
	s.run(0, "runtime", "add", "edge", "--description", "the cellar")
	s.run(0, "runtime", "list")
	if row := strings.Fields(s.row("edge")); strings.Join(row[1:], " ") != "SelfHosted NeedRegistration 0/0 the cellar" {
		t.Errorf("%q", row)
	}
	s.run(0, "runtime", "list", "-o", "json")
	s.shows(`"properties"`, `"the cellar"`)
}

func TestGapsAreListedWithWhatTheyAreOfAndHowMany(t *testing.T) {
	s := newShell(t)
	s.configure()
	s.account.Gaps = []model.Gap{{Path: "shop/hr", Code: "PermissionDenied", Object: "salaries", State: "42501", Count: 17, Remedy: "GRANT it"}, {Path: "shop/x", Code: "NoAnswer"}}
	s.run(20, "scan", "run", "shop", "weekly", "--watch")
	want := map[string]string{"shop/hr": "PermissionDenied salaries 17 42501 GRANT it", "shop/x": "NoAnswer 1"}
	hold := func() {
		t.Helper()
		for at, what := range want {
			if row := strings.Fields(s.row(at)); strings.Join(row[1:], " ") != what {
				t.Errorf("%q", row)
			}
		}
	}
	hold()
	s.run(0, "run", "gaps", s.newest())
	hold()
}

func TestChangesOfARunSayWhatDiffered(t *testing.T) {
	s := newShell(t)
	s.configure()
	long := strings.Repeat("x", 500)
	s.flaky(func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.HasSuffix(r.URL.Path, "/changes") {
			return false
		}
		fmt.Fprintf(w, `{"value": [
			{"asset": {"type": "postgresql_table", "qualifiedName": "postgresql://shop/a"}, "change": {"verb": "created", "differences": []}},
			{"asset": {"type": "postgresql_table", "qualifiedName": "postgresql://shop/b"}, "change": {"verb": "updated", "differences": [
				{"what": "comment", "old": "bought\u001b[2J", "new": "sold"}, {"what": "column", "name": "id", "old": "", "new": %q}, {"what": "c"}, {"what": "d"}, {"what": "e"}, {"what": "f"}]}}]}`, long)
		return true
	})
	s.run(0, "run", "changes", "1")
	if row := s.row("created"); !strings.HasSuffix(row, "postgresql://shop/a") {
		t.Errorf("%q", row)
	}
	row := s.row("updated")
	for _, words := range []string{"comment: bought", "→ sold;", "column id: xxx", "xx…", "; d; and 2 more (purlieu asset history)"} {
		if !strings.Contains(row, words) {
			t.Errorf("%q is missing: %s", words, row)
		}
	}
	if strings.Contains(row, long) || strings.Contains(row, "\x1b") {
		t.Errorf("a value is shown whole, or as it is: %q", row)
	}
}
