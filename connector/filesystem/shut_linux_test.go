package filesystem_test

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"syscall"
	"testing"

	"github.com/purlieu/purlieu/connector/connectortest"
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
	replaced := func(env *connectortest.Env) *connectortest.Haul {
		_ = os.Remove(file)
		put(t, file, "a,b\n1,2\n")
		hook(env, func(string) {
			_ = os.Remove(file)
			must(t, syscall.Mkfifo(file, 0o600))
		}, nil)
		return read(t, env)
	}
	h := replaced(lookingFirst(root))
	if a := h.Named("top/x.csv"); a == nil || a.Facets != model.FacetExistence || a.Stamp != 0 || !slices.Equal(gaps(h), []string{"top/x.csv: FileChanged"}) {
		t.Errorf("looked at first: %+v, %v", a, gaps(h))
	}
	if h = replaced(world(root)); h.Named("top/x.csv") != nil || !slices.Equal(gaps(h), []string{"top: SpecialFile"}) {
		t.Errorf("opened first: %v", gaps(h))
	}
}

func TestALinkThatTakesThePlaceOfAFileIsNotFollowed(t *testing.T) {
	root, outside := folderOf(t), folderOf(t)
	file := filepath.Join(root, "top/x.csv")
	put(t, filepath.Join(outside, "secret.csv"), "canary,b\n1,2\n")
	for order, env := range map[string]*connectortest.Env{"looked at": lookingFirst(root), "opened": world(root)} {
		_ = os.Remove(file)
		put(t, file, "a,b\n1,2\n")
		hook(env, func(string) {
			_ = os.Remove(file)
			must(t, os.Symlink(filepath.Join(outside, "secret.csv"), file))
		}, nil)
		h := read(t, env)
		if a := h.Named("top/x.csv"); a != nil && len(a.Columns) > 0 || len(h.Gaps) != 1 {
			t.Errorf("%s first: %+v, %v", order, a, gaps(h))
		}
	}
}

// A gap says what the map lacks: it is there at each scan until it is mended, and then what was behind it is read.
func TestAFileThatCouldNotBeReadIsReadOnceItCan(t *testing.T) {
	root := folderOf(t)
	denied, broken := filepath.Join(root, "top/denied.csv"), filepath.Join(root, "top/broken.json")
	put(t, denied, "id,total\n1,2\n")
	put(t, broken, `{"a":`)
	stamps := map[string]uint64{}
	again := func(t *testing.T) *connectortest.Haul {
		t.Helper()
		env := world(root)
		env.Stamps = stamps
		h := read(t, env)
		for _, a := range h.Assets {
			delete(stamps, a.Path)
			if a.Stamp != 0 {
				stamps[a.Path] = a.Stamp
			}
		}
		return h
	}
	t.Run("while it can't be read", func(t *testing.T) {
		shut(t, denied)
		for range 2 {
			if h := again(t); !slices.Equal(gaps(h), []string{"top/broken.json: FileTruncated", "top/denied.csv: PermissionDenied"}) {
				t.Error(gaps(h))
			}
		}
	})
	h := again(t)
	if a := h.Named("top/denied.csv"); a == nil || len(a.Columns) != 2 || !slices.Equal(gaps(h), []string{"top/broken.json: FileTruncated"}) {
		t.Errorf("%+v, %v", a, gaps(h))
	}
	if h := again(t); h.Named("top/denied.csv") != nil {
		t.Error("it was read once more")
	}
}
