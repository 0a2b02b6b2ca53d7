package dbase_test

import (
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"
)

// folderOf is a fresh folder that every user may enter.
func folderOf(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, at := range []string{dir, filepath.Dir(dir)} {
		must(t, os.Chmod(at, 0o755))
	}
	return dir
}

// shut makes a file unreadable for the rest of the test, for root too: its thread goes on as nobody.
func shut(t *testing.T, path string) {
	t.Helper()
	must(t, os.Chmod(path, 0))
	if os.Getuid() != 0 {
		return
	}
	runtime.LockOSThread()
	_, _, _ = syscall.RawSyscall(syscall.SYS_SETFSUID, 65534, 0, 0) // of this thread alone
	t.Cleanup(func() {
		_, _, _ = syscall.RawSyscall(syscall.SYS_SETFSUID, 0, 0, 0)
		runtime.UnlockOSThread()
	})
}
