//go:build unix

package enrol

import (
	"os"
	"syscall"
	"testing"
)

func TestTheNodeCanReadWhatRootAsksOfIt(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("skipped: only root gives files to others")
	}
	const node = 4711
	dir := t.TempDir()
	if _, err := ensureKey(dir); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(statePath(dir), []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(keyPath(dir), node, node); err != nil {
		t.Fatal(err)
	}
	if _, err := AskRotation(dir); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(askedPath(dir))
	if err != nil {
		t.Fatal(err)
	}
	if owner := info.Sys().(*syscall.Stat_t); owner.Uid != node || owner.Gid != node || info.Mode().Perm() != 0o600 {
		t.Errorf("%s belongs to %d:%d, %v", askedPath(dir), owner.Uid, owner.Gid, info.Mode())
	}
	if list, err := os.ReadDir(dir); err != nil || len(list) != 3 {
		t.Errorf("%v, %v", list, err)
	}
}
