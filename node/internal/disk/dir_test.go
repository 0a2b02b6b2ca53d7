package disk

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

func TestDir(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a", "b")
	d, err := Dir(path)
	must(t, err)
	for range 2 { // opening again goes on at the end
		f, err := d.Append("log")
		must(t, err)
		_, err = f.Write([]byte("0123456789"))
		must(t, errors.Join(err, f.Sync(), f.Close()))
	}
	must(t, d.Sync())
	if runtime.GOOS != "windows" {
		for name, want := range map[string]fs.FileMode{path: 0o700, filepath.Join(path, "log"): 0o600} {
			if info, err := os.Stat(name); err != nil || info.Mode().Perm() != want {
				t.Errorf("%s: %v %v", name, info.Mode(), err)
			}
		}
	}
	must(t, d.Truncate("log", 15))
	if all, err := io.ReadAll(Reader(d, "log", 8)); err != nil || string(all) != "8901234" {
		t.Errorf("%q %v", all, err)
	}
	p := make([]byte, 4)
	if n, err := d.ReadAt("log", p, 13); n != 2 || !errors.Is(err, io.EOF) {
		t.Errorf("read over the end: %d %v", n, err)
	}
	if _, err := d.ReadAt("none", p, 0); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a file that is not there: %v", err)
	}
	must(t, os.Mkdir(filepath.Join(path, "folder"), 0o700))
	if list, err := d.List(); err != nil || len(list) != 1 || list[0] != (Info{"log", 15}) {
		t.Errorf("%v %v", list, err)
	}
	must(t, d.Remove("log"))
	if list, err := d.List(); err != nil || len(list) != 0 {
		t.Errorf("%v %v", list, err)
	}
	if _, err := Dir(filepath.Join(path, strings.Repeat("x", 300))); err == nil {
		t.Error("a folder that can't be made")
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
