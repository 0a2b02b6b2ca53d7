package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The README has people register sources of their own in the demo.
func TestASecondDemoKeepsWhatAPersonRegisteredInTheFirst(t *testing.T) {
	t.Parallel()
	if _, err := theHouse.postgres(); err != nil {
		t.Skip("skipped: ", err) // CI allows no such skip here
	}
	p, err := theHouse.usual()
	if err != nil {
		t.Fatal(err)
	}
	mark := filepath.Join(t.TempDir(), "demo")
	env := append(plainEnv(), "PURLIEU_DEMO_BIN="+filepath.Dir(p.server), "PURLIEU_DEMO_MARK="+mark, "FORCE=")
	run := func(program string, args ...string) (string, error) {
		cmd := exec.Command(program, args...)
		cmd.Env = env
		said, err := cmd.CombinedOutput()
		return string(said), err
	}
	t.Cleanup(func() {
		if said, err := run("../../demo/stop"); err != nil {
			t.Errorf("demo/stop: %v\n%s", err, said)
		}
	})
	if said, err := run("../../demo/run"); err != nil {
		t.Fatalf("demo/run: %v\n%s", err, said)
	}
	text, err := os.ReadFile(mark)
	if err != nil {
		t.Fatal(err)
	}
	env = append(env, "PURLIEU_CONFIG="+filepath.Join(strings.TrimSpace(string(text)), "client"))
	if said, err := run(p.server, "source", "add", "FileSystem", "mine", "--set", "folder=/srv/mine", "--authority", "mine"); err != nil {
		t.Fatal(err, said)
	}
	said, err := run("../../demo/run")
	if err == nil || !strings.Contains(said, "you registered sources (mine)") || !strings.Contains(said, "make demo-stop") || !strings.Contains(said, "FORCE=1") {
		t.Errorf("%v\n%s", err, said)
	}
	if said, err := run(p.server, "source", "show", "mine"); err != nil {
		t.Errorf("the source is gone: %v\n%s", err, said)
	}
}
