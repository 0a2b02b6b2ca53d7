package portal

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/purlieu/purlieu/web"
)

// report is what vitest writes.
type report struct {
	TestResults []struct {
		Name             string
		Message          string
		AssertionResults []struct {
			FullName        string
			Status          string
			FailureMessages []string
		}
	}
}

func TestInTheBrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a demo and a browser")
	}
	if name := Missing(); name != "" {
		t.Skipf("%s is not installed", name)
	}
	if web.Files() == nil {
		t.Skip("this build is without the portal: make portal")
	}
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	w := startWorld(t, root)
	for _, round := range rounds(t, filepath.Join(root, "web", "browser")) {
		play(t, w, round)
	}
}

// play runs files of tests and reports each of their tests as one.
func play(t *testing.T, w *World, args []string) {
	t.Helper()
	out := filepath.Join(t.TempDir(), "report.json")
	cmd, err := w.Browse(t.Context(), "vitest.browser.ts", append([]string{"--reporter=default", "--reporter=json", "--outputFile=" + out}, args...)...)
	if err != nil {
		t.Fatal(err)
	}
	cmd.Env = append(cmd.Env, "NO_COLOR=1")
	log, runErr := cmd.CombinedOutput()
	text, err := os.ReadFile(out)
	if err != nil {
		t.Fatalf("the browser's tests did not run: %v\n%s", runErr, log)
	}
	var got report
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	tests := 0
	for _, file := range got.TestResults {
		if file.Message != "" {
			t.Errorf("%s: %s", file.Name, file.Message)
		}
		for _, one := range file.AssertionResults {
			tests++
			t.Run(filepath.Base(file.Name)+" "+one.FullName, func(t *testing.T) {
				if one.Status != "passed" {
					t.Errorf("%s\n%s", one.Status, strings.Join(one.FailureMessages, "\n"))
				}
			})
		}
	}
	if runErr != nil { // its own words say more: of a test that took too long the report has no message
		t.Logf("%s", log)
	}
	if tests == 0 || (runErr != nil && !t.Failed()) {
		t.Fatalf("%d tests ran: %v\n%s", tests, runErr, log)
	}
}

// rounds are the files in the order in which they run: those that look only, beside each other, then those that change
// the world, one by one. Where -run asks for some (-run "InTheBrowser/(pages|forms)" is those with "pages" or "forms" in their names) they are alone.
func rounds(t *testing.T, folder string) [][]string {
	t.Helper()
	if _, file, found := strings.Cut(flag.Lookup("test.run").Value.String(), "/"); found {
		return [][]string{strings.Split(strings.Trim(file, "()"), "|")}
	}
	looking := []string{"pages.test.ts", "states.test.ts", "opened.test.ts", "asset.test.ts", "parts.test.ts"}
	all, err := filepath.Glob(filepath.Join(folder, "*.test.ts"))
	if err != nil {
		t.Fatal(err)
	}
	var changing []string
	for _, path := range all {
		if file := filepath.Base(path); !slices.Contains(looking, file) {
			changing = append(changing, file)
		}
	}
	return [][]string{append([]string{"--fileParallelism", "--maxWorkers=2"}, looking...), changing}
}

func startWorld(t *testing.T, root string) *World {
	t.Helper()
	dir, err := os.MkdirTemp("", "purlieu-portal")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil { //nolint:gosec // PostgreSQL runs as another user where we are root
		t.Fatal(err)
	}
	programs := filepath.Join(dir, "bin")
	if err := Programs(t.Context(), root, programs); err != nil {
		t.Fatal(err)
	}
	w, err := Start(t.Context(), root, programs, dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.Stop(); err != nil {
			t.Error(err)
		}
	})
	return w
}
