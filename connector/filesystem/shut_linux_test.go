package filesystem_test

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"syscall"
	"testing"

	"github.com/purlieu/purlieu/model"
)

// shut makes folders and files unreadable for the rest of the test, for root too: its thread goes on as nobody.
func shut(t *testing.T, paths ...string) {
	t.Helper()
	for _, path := range paths {
		must(t, os.Chmod(path, 0))
	}
	if os.Getuid() != 0 {
		t.Cleanup(func() { open(t, paths) })
		return
	}
	runtime.LockOSThread()
	_, _, _ = syscall.RawSyscall(syscall.SYS_SETFSUID, 65534, 0, 0) // of this thread alone
	t.Cleanup(func() {
		_, _, _ = syscall.RawSyscall(syscall.SYS_SETFSUID, 0, 0, 0)
		runtime.UnlockOSThread()
		open(t, paths)
	})
}

func open(t *testing.T, paths []string) {
	for _, path := range paths {
		if err := os.Chmod(path, 0o755); err != nil {
			t.Log(err)
		}
	}
}

func TestAPipeThatTakesThePlaceOfAFileIsNotWaitedFor(t *testing.T) {
	root := folderOf(t)
	file := filepath.Join(root, "top/x.csv")
	put(t, file, "a,b\n1,2\n")
	env := world(root)
	hook(env, func(string) {
		_ = os.Remove(file)
		must(t, syscall.Mkfifo(file, 0o600))
	}, nil)
	h := read(t, env)
	if a := h.Named("top/x.csv"); a == nil || a.Facets != model.FacetExistence || a.Stamp != 0 || !slices.Equal(gaps(h), []string{"top/x.csv: FileChanged"}) {
		t.Errorf("%+v, %v", a, gaps(h))
	}
}
