package folder

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/purlieu/purlieu/connector"
	"github.com/purlieu/purlieu/fault"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func tree(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	for _, dir := range []string{"data/in", "data/state/secrets"} {
		must(t, os.MkdirAll(filepath.Join(root, dir), 0o755))
	}
	must(t, os.WriteFile(filepath.Join(root, "data/in/x.csv"), []byte("a,b\n"), 0o644))
	return root
}

func names(t *testing.T, f connector.Folder) []string {
	t.Helper()
	var all []string
	must(t, f.Names(t.Context(), func(name string, _ connector.EntryKind) error { all = append(all, name); return nil }))
	slices.Sort(all)
	return all
}

func TestFolder(t *testing.T) {
	t.Run("reads_below_its_root", func(t *testing.T) {
		f, err := Open(Root{Allowed: tree(t), Below: []string{"data", "in"}})
		must(t, err)
		defer f.Close()
		if got := names(t, f); !slices.Equal(got, []string{"x.csv"}) || len(names(t, f)) != 1 {
			t.Errorf("%v", got)
		}
		file, err := f.Open("x.csv")
		must(t, err)
		defer file.Close()
		e, err := file.Look()
		must(t, err)
		looked, err := f.Look("x.csv")
		must(t, err)
		if e.Kind != connector.EntryFile || e.Size != 4 || e != looked || !file.Same(looked) {
			t.Errorf("%+v, %+v", e, looked)
		}
	})
	t.Run("tells_that_an_open_file_changed", func(t *testing.T) {
		root := tree(t)
		f, err := Open(Root{Allowed: root, Below: []string{"data", "in"}})
		must(t, err)
		defer f.Close()
		file, err := f.Open("x.csv")
		must(t, err)
		defer file.Close()
		looked, err := file.Look()
		must(t, err)
		must(t, os.WriteFile(filepath.Join(root, "data/in/x.csv"), []byte("a,b,c\n"), 0o644))
		if file.Same(looked) {
			t.Error("it was written over")
		}
		folder, err := f.Look("")
		must(t, err)
		if file.Same(folder) {
			t.Error("it is no folder")
		}
	})
	t.Run("lists_very_many_names", func(t *testing.T) {
		root := tree(t)
		want := make([]string, 2000)
		for i := range want {
			want[i] = fmt.Sprintf("%04d%s", i, strings.Repeat("n", 5*(i%50)))
			must(t, os.WriteFile(filepath.Join(root, "data/state/secrets", want[i]), nil, 0o644))
		}
		f, err := Open(Root{Allowed: root, Below: []string{"data", "state", "secrets"}})
		must(t, err)
		defer f.Close()
		if got := names(t, f); !slices.Equal(got, want) {
			t.Errorf("%d names", len(got))
		}
	})
	t.Run("lists_what_entries_are_where_the_system_tells", func(t *testing.T) {
		root := tree(t)
		must(t, os.Symlink("in", filepath.Join(root, "data/link")))
		must(t, os.WriteFile(filepath.Join(root, "data/file"), nil, 0o644))
		f, err := Open(Root{Allowed: root, Below: []string{"data"}})
		must(t, err)
		defer f.Close()
		n := 0
		must(t, f.Names(t.Context(), func(name string, kind connector.EntryKind) error {
			e, err := f.Look(name)
			must(t, err)
			if n++; kind != 0 && kind != e.Kind {
				t.Errorf("%s: %d, %d", name, kind, e.Kind)
			}
			return nil
		}))
		if n != 4 {
			t.Error(n)
		}
	})
	t.Run("takes_one_name_at_a_time", func(t *testing.T) {
		f, err := Open(Root{Allowed: tree(t)})
		must(t, err)
		defer f.Close()
		for _, name := range []string{"..", ".", "data/in", "../x", "/etc", "", "a\x00b"} {
			if _, err := f.Enter(name); err == nil {
				t.Errorf("entered %q", name)
			}
			if _, err := f.Open(name); err == nil {
				t.Errorf("opened %q", name)
			}
			if _, err := f.Look(name); err == nil && name != "" {
				t.Errorf("looked at %q", name)
			}
		}
	})
	t.Run("follows_no_link", func(t *testing.T) {
		root := tree(t)
		must(t, os.Symlink("in", filepath.Join(root, "data/link")))
		must(t, os.Symlink("/etc", filepath.Join(root, "data/out")))
		f, err := Open(Root{Allowed: root, Below: []string{"data"}})
		must(t, err)
		defer f.Close()
		for _, name := range []string{"link", "out"} {
			if e, err := f.Look(name); err != nil || e.Kind != connector.EntryLink {
				t.Errorf("%+v, %v", e, err)
			}
			if _, err := f.Enter(name); fault.CodeOf(err) != "NotAFolder" {
				t.Errorf("%s: %v", name, err)
			}
		}
		if _, err := Open(Root{Allowed: root, Below: []string{"data", "link"}}); fault.CodeOf(err) != "NotAFolder" {
			t.Errorf("a source that lies behind a link: %v", err)
		}
	})
	t.Run("enters_no_file", func(t *testing.T) {
		root := tree(t)
		f, err := Open(Root{Allowed: root, Below: []string{"data", "in"}})
		must(t, err)
		defer f.Close()
		if _, err := f.Enter("x.csv"); fault.CodeOf(err) != "NotAFolder" || !fault.Is(err, fault.Invalid) {
			t.Error(err)
		}
		if _, err := Open(Root{Allowed: filepath.Join(root, "data/in/x.csv")}); fault.CodeOf(err) != "NotAFolder" {
			t.Error(err)
		}
	})
	t.Run("opens_no_link_that_took_the_place_of_a_file", func(t *testing.T) {
		root := tree(t)
		must(t, os.WriteFile(filepath.Join(root, "data/state/secrets/key.csv"), []byte("canary,key\n"), 0o600))
		for name, to := range map[string]string{"kept.csv": "state/secrets/key.csv", "own.csv": "in/x.csv", "out.csv": "/etc/passwd"} {
			must(t, os.Symlink(to, filepath.Join(root, "data", name)))
		}
		f, err := Open(Root{Allowed: root, Below: []string{"data"}, Kept: []string{filepath.Join(root, "data/state")}})
		must(t, err)
		defer f.Close()
		for _, name := range []string{"kept.csv", "own.csv", "out.csv"} {
			if file, err := f.Open(name); err == nil {
				t.Errorf("%s was opened", name)
				_ = file.Close()
			} else if !fault.Is(err, fault.Invalid) && !fault.Is(err, fault.Unreachable) {
				t.Error(name, err)
			}
		}
	})
	t.Run("keeps_the_node's_own_by_whatever_way", func(t *testing.T) {
		root := tree(t)
		kept := []string{filepath.Join(root, "data/state"), filepath.Join(root, "nothing")}
		must(t, os.Symlink(filepath.Join(root, "data/state"), filepath.Join(root, "alias")))
		for _, r := range []Root{
			{Allowed: filepath.Join(root, "data/state")},
			{Allowed: filepath.Join(root, "data/state/secrets")},
			{Allowed: filepath.Join(root, "alias")},
			{Allowed: root, Below: []string{"data", "state"}},
			{Allowed: root, Below: []string{"data", "state", "secrets"}},
		} {
			r.Kept = kept
			if _, err := Open(r); fault.CodeOf(err) != "FolderKept" || !fault.Is(err, fault.Denied) || !strings.Contains(err.Error(), "beside the node's state") {
				t.Errorf("%+v: %v", r, err)
			}
		}
		f, err := Open(Root{Allowed: filepath.Join(root, "data"), Kept: kept})
		must(t, err)
		defer f.Close()
		if e, err := f.Look("state"); err != nil || e.Kind != connector.EntryKept {
			t.Errorf("%+v, %v", e, err)
		}
		if e, err := f.Look("in"); err != nil || e.Kind != connector.EntryFolder {
			t.Errorf("%+v, %v", e, err)
		}
	})
	t.Run("tells_what_lies_in_a_kept_one_as_it_opens", func(t *testing.T) {
		root := tree(t)
		state := filepath.Join(root, "data/state")
		must(t, os.Symlink(state, filepath.Join(root, "alias")))
		must(t, os.Symlink(filepath.Join(root, "data"), filepath.Join(root, "all")))
		for path, want := range map[string][2]bool{
			"data/state": {true, false}, "data/state/secrets": {true, false}, "data/state/secrets/new/one": {true, false},
			"alias": {true, false}, "alias/secrets": {true, false}, "alias/new": {true, false},
			"data": {false, true}, "all": {false, true}, ".": {false, true},
			"data/in": {false, false}, "data/statement": {false, false}, "new": {false, false}, "data/state/../in": {false, false},
		} {
			path := filepath.Join(root, path)
			for _, kept := range []string{state, filepath.Join(root, "alias")} {
				if in, holds := Nested(path, kept); in != want[0] || holds != want[1] {
					t.Errorf("%s of %s: lies in it %v, holds it %v", path, kept, in, holds)
				}
			}
			f, err := Open(Root{Allowed: path, Kept: []string{state}})
			if err == nil {
				_ = f.Close()
			}
			if opened := fault.CodeOf(err) != "FolderKept"; opened == want[0] && !fault.Is(err, fault.NotFound) {
				t.Errorf("%s: %v", path, err)
			}
		}
		if in, holds := Nested(state, filepath.Join(root, "nothing")); in || holds {
			t.Error("what is not there keeps nothing")
		}
	})
	t.Run("tells_no_names_in_its_faults", func(t *testing.T) {
		f, err := Open(Root{Allowed: tree(t)})
		must(t, err)
		defer f.Close()
		_, err = f.Open("canary.csv")
		if !fault.Is(err, fault.NotFound) || strings.Contains(err.Error(), "canary") {
			t.Error(err)
		}
		if _, err := Open(Root{Allowed: "/canary/nowhere"}); !fault.Is(err, fault.NotFound) || strings.Contains(err.Error(), "canary") {
			t.Error(err)
		}
	})
	t.Run("stops_listing_when_told", func(t *testing.T) {
		f, err := Open(Root{Allowed: tree(t), Below: []string{"data"}})
		must(t, err)
		defer f.Close()
		if err := f.Names(t.Context(), func(string, connector.EntryKind) error { return io.ErrShortWrite }); !errors.Is(err, io.ErrShortWrite) {
			t.Error(err)
		}
	})
}
