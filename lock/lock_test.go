package lock_test

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/purlieu/purlieu/lock"
)

// folderOf names the folder that a second process of this test takes.
const folderOf = "PURLIEU_LOCK_TEST"

func TestMain(m *testing.M) {
	if folder := os.Getenv(folderOf); folder != "" {
		if _, _, err := lock.Take(folder); err != nil {
			os.Exit(1)
		}
		_, _ = os.Stdout.WriteString("mine\n")
		_, _ = io.Copy(io.Discard, os.Stdin) // until it is killed
	}
	os.Exit(m.Run())
}

func TestAFolderIsTakenUntilItsLockIsClosed(t *testing.T) {
	dir := t.TempDir()
	one, _, err := lock.Take(dir)
	if err != nil {
		t.Fatal(err)
	}
	if l, taken, err := lock.Take(dir); l != nil || !taken || err == nil {
		t.Errorf("a second lock: %v, taken %t, %v", l, taken, err)
	}
	if lock.Free(dir) {
		t.Error("a folder that is taken is free")
	}
	if err := one.Close(); err != nil {
		t.Fatal(err)
	}
	if !lock.Free(dir) || lock.Free(t.TempDir()) {
		t.Error("one that was let go is not free, or one that nobody had is")
	}
	again, _, err := lock.Take(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := again.Close(); err != nil {
		t.Error(err)
	}
}

func TestAFolderThatIsNotThereIsNotTaken(t *testing.T) {
	if l, taken, err := lock.Take(filepath.Join(t.TempDir(), "none")); l != nil || taken || err == nil {
		t.Errorf("%v, taken %t, %v", l, taken, err)
	}
}

func TestAProcessThatIsKilledLeavesItsFolderFree(t *testing.T) {
	dir := t.TempDir()
	holder := exec.Command(os.Args[0]) //nolint:gosec // this test itself
	holder.Env = append(os.Environ(), folderOf+"="+dir)
	in, err := holder.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	out, err := holder.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := holder.Start(); err != nil {
		t.Fatal(err)
	}
	said, err := bufio.NewReader(out).ReadString('\n')
	if err == nil && said == "mine\n" {
		if _, taken, err := lock.Take(dir); !taken {
			t.Errorf("beside a process that holds it: taken %t, %v", taken, err)
		}
	}
	if err := holder.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = holder.Wait() // killed
	if said != "mine\n" {
		t.Fatalf("the other process said %q, %v", said, err)
	}
	l, _, err := lock.Take(dir)
	if err != nil {
		t.Fatal(err)
	}
	_ = l.Close()
}
