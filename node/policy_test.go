package node

import (
	"log/slog"
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
)

func TestRulesSayTheOwnersCommandAfterEachEdit(t *testing.T) {
	dir := t.TempDir()
	ref := model.SecretRef{Vault: "file", Name: "shop-password"}
	const source, say = "PostgreSql://db.internal:5432", "run on the server: purlieu admin allow --s"
	r := &rules{path: PolicyPath(dir), owner: Owner{Command: "purlieu admin allow", Machine: "server"}, log: slog.New(slog.DiscardHandler)}
	use := func() error {
		t.Helper()
		p, err := r.now()
		if err != nil {
			t.Fatal(err)
		}
		if err := p.MayDial("PostgreSql", "localhost", netip.MustParseAddr("127.0.0.1"), 5432); err == nil || !strings.Contains(err.Error(), say) {
			t.Errorf("%v", err)
		}
		return p.MayUse(ref, "PostgreSql", "db.internal", 5432, true)
	}
	if err := use(); err == nil || !strings.Contains(err.Error(), say) {
		t.Errorf("without a file: %v", err)
	}
	if err := AllowSecret(dir, ref.String(), source, false); err != nil {
		t.Fatal(err)
	}
	if err := use(); err != nil {
		t.Errorf("after the command: %v", err)
	}
	if err := os.WriteFile(PolicyPath(dir), []byte("hide: [salary]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	past := time.Now().Add(-time.Hour) // file systems with coarse times
	if err := os.Chtimes(PolicyPath(dir), past, past); err != nil {
		t.Fatal(err)
	}
	if err := use(); err == nil || !strings.Contains(err.Error(), say) {
		t.Errorf("after an edit by hand: %v", err)
	}
}

func TestASourceOfNoKindOfTheBuildIsNotAllowed(t *testing.T) {
	kinds := []model.Kind{{Name: "FileSystem"}, {Name: "PostgreSql"}}
	for source, want := range map[string]string{
		"PostgreSql://db.internal:5432": "",
		"Postgres://db.internal:5432":   "Perhaps PostgreSql://db.internal:5432 is meant",
		"postgresql://[fd12::1]:5432":   "Perhaps PostgreSql://[fd12::1]:5432 is meant",
		"Oracle://db.internal:1521":     "It reads FileSystem, PostgreSql",
		"PostgreSql://db.internal":      "host or port is missing",
	} {
		if err := CheckSource(source, kinds); (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", source, err, want)
		}
	}
}

func TestAPolicyThatWasThereAndIsGoneAllowsNothing(t *testing.T) {
	dir := t.TempDir()
	r := &rules{path: PolicyPath(dir), log: slog.New(slog.DiscardHandler)}
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(PolicyPath(dir), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want := func(when, code string) {
		t.Helper()
		for range 2 {
			if p, err := r.now(); fault.CodeOf(err) != code || (p == nil) != (code != "") {
				t.Errorf("%s: %v, %v", when, p, err)
			}
		}
	}
	want("no file yet", "")
	write("sources:\n  allow: []\nhide: [salary]\n")
	want("a file", "")
	away := PolicyPath(dir) + "~"
	if err := os.Rename(PolicyPath(dir), away); err != nil {
		t.Fatal(err)
	}
	want("moved away by an editor", "PolicyGone")
	write("")
	want("cut to nothing before it is written", "PolicyEmpty")
	write("\n")
	want("a blank line", "PolicyEmpty")
	if err := os.Rename(away, PolicyPath(dir)); err != nil {
		t.Fatal(err)
	}
	want("there again", "")
	if p, _ := r.now(); !p.Hidden("salary") {
		t.Error("what it hides is not hidden")
	}
}

func TestAPolicyThatCouldNotBeReadOnceIsReadAgain(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(PolicyPath(dir), 0o700); err != nil { // the system can't read that
		t.Fatal(err)
	}
	var lines strings.Builder
	r := &rules{path: PolicyPath(dir), log: slog.New(slog.NewTextHandler(&lines, nil))}
	for range 3 {
		if p, err := r.now(); err == nil || p != nil {
			t.Fatal(p, err)
		}
	}
	if n := strings.Count(lines.String(), "\n"); n != 1 {
		t.Errorf("it is said %d times: %s", n, lines.String())
	}
}
