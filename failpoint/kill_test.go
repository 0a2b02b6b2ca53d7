package failpoint_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/purlieu/purlieu/failpoint"
)

// victim passes failpoints in a process of its own.
func victim() {
	for range 3 {
		failpoint.Hit("other")
		failpoint.HitAbout("here", "now")
	}
	os.Stdout.WriteString("alive")
}

// run starts the victim and gives what it said, how it ended and what it passed.
func run(t *testing.T, point string) (said string, killed bool, passed string) {
	t.Helper()
	log := filepath.Join(t.TempDir(), "log")
	cmd := exec.Command(os.Args[0])
	cmd.Env = []string{"FAILPOINT_TEST_VICTIM=1", failpoint.EnvPoint + "=" + point, failpoint.EnvLog + "=" + log}
	out, err := cmd.Output()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	if exit != nil {
		status, ok := exit.Sys().(syscall.WaitStatus)
		killed = ok && status.Signal() == syscall.SIGKILL
	}
	text, err := os.ReadFile(log)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	return string(out), killed, string(text)
}

func TestAUsualBuildPassesAllFailpoints(t *testing.T) {
	if failpoint.Enabled {
		t.Skip("skipped: this build has failpoints")
	}
	if said, killed, passed := run(t, "here/now:1"); said != "alive" || killed || passed != "" {
		t.Errorf("said %q, killed %v, wrote %q", said, killed, passed)
	}
}

func TestABuildWithFailpointsIsKilledThere(t *testing.T) {
	if !failpoint.Enabled {
		build := exec.Command("go", "test", "-tags", "failpoints", "-count=1", "-run", "^"+t.Name()+"$", ".")
		if out, err := build.CombinedOutput(); err != nil {
			t.Fatalf("with the tag: %v\n%s", err, out)
		}
		return
	}
	said, killed, passed := run(t, "here/now:2")
	if said != "" || !killed || passed != "other\nhere/now\nother\nhere/now\n" {
		t.Errorf("said %q, killed %v, passed %q", said, killed, passed)
	}
	if said, killed, _ := run(t, "here/now:4"); said != "alive" || killed {
		t.Errorf("a failpoint that is passed three times killed at the fourth: said %q, killed %v", said, killed)
	}
}
