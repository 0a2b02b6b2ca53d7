//go:build linux

package filesystem_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/purlieu/purlieu/connector"
	"github.com/purlieu/purlieu/connector/connectortest"
	"github.com/purlieu/purlieu/connector/filesystem"
	"github.com/purlieu/purlieu/connector/folder"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
)

func TestLinksAreToldAndNotFollowed(t *testing.T) {
	root, outside := folderOf(t), folderOf(t)
	put(t, filepath.Join(outside, "secret.csv"), "a,b\n1,2\n")
	put(t, filepath.Join(root, "top/x.csv"), "a,b\n1,2\n")
	for name, to := range map[string]string{
		"top/loop": ".", "top/up": "..", "top/root": root, "top/self": "self", "top/out": outside,
		"top/file.csv": filepath.Join(outside, "secret.csv"), "top/gone": "nowhere", "link": "top",
	} {
		must(t, os.Symlink(to, filepath.Join(root, name)))
	}
	h := read(t, world(root))
	if len(h.Assets) != 3 {
		t.Errorf("%d assets", len(h.Assets))
	}
	if want := []string{": LinkNotFollowed", "top: LinkNotFollowed"}; !slices.Equal(gaps(h), want) || h.Gaps[1].Count != 7 {
		t.Errorf("%+v", h.Gaps)
	}
	if !whole(h, "") || !whole(h, "top") {
		t.Error("a link is no hole in a list")
	}
	t.Run("one_that_takes_a_file's_place_between_look_and_open", func(t *testing.T) {
		env := world(root)
		path := filepath.Join(root, "top/x.csv")
		hook(env, func(string) {
			_ = os.Remove(path)
			must(t, os.Symlink(filepath.Join(outside, "secret.csv"), path))
		}, nil)
		h := read(t, env)
		if a := h.Named("top/x.csv"); a != nil && len(a.Columns) > 0 {
			t.Errorf("what the link leads to was read: %+v", a)
		}
	})
}

func TestSpecialFilesAreNeverOpened(t *testing.T) {
	root := folderOf(t)
	must(t, os.Mkdir(filepath.Join(root, "top"), 0o755))
	must(t, syscall.Mkfifo(filepath.Join(root, "top/pipe.csv"), 0o644))
	h := read(t, world(root)) // it would wait for ever
	if !slices.Equal(gaps(h), []string{"top: SpecialFile"}) || len(h.Assets) != 2 {
		t.Errorf("%v", gaps(h))
	}
	t.Run("one_that_takes_a_file's_place_between_look_and_open", func(t *testing.T) {
		path := filepath.Join(root, "top/x.csv")
		put(t, path, "a,b\n1,2\n")
		env := world(root)
		hook(env, func(name string) {
			_ = os.Remove(path)
			must(t, syscall.Mkfifo(path, 0o644))
		}, nil)
		read(t, env)
	})
}

func TestFoldersThatCantBeReadAreGaps(t *testing.T) {
	root := folderOf(t)
	plant(t, root, seed())
	put(t, filepath.Join(root, "shop/deep/er/x.csv"), "a,b\n1,2\n")
	shut(t, filepath.Join(root, "shop/deep"), filepath.Join(root, "people/list.json"))
	h := read(t, world(root))
	if !slices.Contains(gaps(h), "shop/deep: PermissionDenied") || !slices.Contains(gaps(h), "people/list.json: PermissionDenied") {
		t.Errorf("%v", gaps(h))
	}
	if whole(h, "shop") || !whole(h, "people") || !whole(h, "") {
		t.Error("what was not listed proves something, or what was listed does not")
	}
	if a := h.Named("people/list.json"); a == nil || a.Facets != model.FacetExistence {
		t.Errorf("%+v", a)
	}
	if h.Named("shop/deep") == nil || h.Named("shop/orders.csv") == nil {
		t.Error("what stands beside it is missing")
	}
}

// sick is a folder of which one entry can't be looked at: a mount whose server is gone.
type sick struct{ connector.Folder }

func (s sick) Look(name string) (connector.Entry, error) {
	if name == "bad" {
		return connector.Entry{}, fault.New(fault.Unreachable, "FileUnreadable", "stale")
	}
	return s.Folder.Look(name)
}

func TestAnEntryThatCantBeLookedAtKeepsNothingElseFromBeingRead(t *testing.T) {
	root := folderOf(t)
	put(t, filepath.Join(root, "top/x.csv"), "a,b\n1,2\n")
	put(t, filepath.Join(root, "bad/x.csv"), "a,b\n1,2\n")
	env := world(root)
	env.Reach = func(path string) (connector.Folder, error) {
		f, err := folder.Open(folder.Root{Allowed: path})
		return sick{f}, err
	}
	h := read(t, env)
	if h.Named("top/x.csv") == nil || !slices.Equal(gaps(h), []string{"bad: FileUnreadable"}) || whole(h, "") || !whole(h, "top") {
		t.Errorf("%v, %+v", gaps(h), h.Lists)
	}
	var names []string
	err := filesystem.New().Browse(t.Context(), env, "", func(r model.Ref) error { names = append(names, r.Path); return nil })
	if err != nil || !slices.Equal(names, []string{"top"}) {
		t.Errorf("%q, %v", names, err)
	}
}

// flaky is a folder of which one entry can't be looked at until the run is planned.
type flaky struct {
	connector.Folder
	failure error
	planned *bool
}

func (f flaky) Look(name string) (connector.Entry, error) {
	if name == "bad" && !*f.planned {
		return connector.Entry{}, f.failure
	}
	return f.Folder.Look(name)
}

func TestATopFolderThatCouldNotBeLookedAtWhenTheRunWasPlannedIsRead(t *testing.T) {
	stale := fault.New(fault.Unreachable, "FileUnreadable", "stale")
	for name, c := range map[string]struct {
		file    string
		failure error
		units   int
		whole   bool // of what is below bad
	}{
		"it is a folder again":            {"bad/x.csv", stale, 2, true},
		"it is a file":                    {"bad", stale, 2, false},
		"it was not there when it failed": {"bad/x.csv", fault.New(fault.NotFound, "FileGone", "gone"), 1, false},
	} {
		t.Run(name, func(t *testing.T) {
			root, planned := folderOf(t), false
			put(t, filepath.Join(root, c.file), "a,b\n1,2\n")
			env := world(root)
			env.Reach = func(path string) (connector.Folder, error) {
				f, err := folder.Open(folder.Root{Allowed: path})
				return flaky{f, c.failure, &planned}, err
			}
			units, err := connectortest.Units(t.Context(), filesystem.New(), env)
			must(t, err)
			planned = true
			h := &connectortest.Haul{}
			for _, u := range units {
				must(t, filesystem.New().Scan(t.Context(), env, u, h))
			}
			if len(units) != c.units || len(h.Gaps) > 0 || !whole(h, "") || whole(h, "bad") != c.whole || h.Named("bad") == nil {
				t.Errorf("%d units, %v, %+v", len(units), gaps(h), h.Lists)
			}
			if c.whole && h.Named(c.file) == nil {
				t.Error("what is below it was not read")
			}
		})
	}
}

// A folder that is gone when its unit begins may lie on a disk that was unmounted since the unit was made.
func TestAUnitWhoseFolderIsGoneProvesNothing(t *testing.T) {
	root := folderOf(t)
	put(t, filepath.Join(root, "top/deep/x.csv"), "a,b\n1,2\n")
	c, env := filesystem.New(), world(root)
	units, err := connectortest.Units(t.Context(), c, env)
	must(t, err)
	must(t, os.RemoveAll(filepath.Join(root, "top")))
	for _, u := range units {
		h := &connectortest.Haul{}
		must(t, c.Scan(t.Context(), env, u, h))
		if u.Below == "top" && (whole(h, "top") || !slices.Equal(gaps(h), []string{"top: FileGone"})) {
			t.Errorf("%+v, %v", h.Lists, gaps(h))
		}
	}
	if units, err = connectortest.Units(t.Context(), c, env); err != nil || len(units) != 1 {
		t.Errorf("the next run has %d units, %v", len(units), err)
	}
}

func TestNamesThatAreNotText(t *testing.T) {
	root := folderOf(t)
	names := []string{"\xff\xfe.csv", "a\x01b.csv", "new\nline.csv", "%41.csv", "a#b?.csv", strings.Repeat("n", 251) + ".csv", "Case.csv", "case.csv", "back\\x41.csv", "-rf.csv", " .csv"}
	for _, name := range names {
		put(t, filepath.Join(root, "top", name), "a,b\n1,2\n")
		put(t, filepath.Join(root, "top", strings.TrimSuffix(name, ".csv")+".d", "x.csv"), "a,b\n1,2\n")
	}
	h := read(t, world(root))
	if len(h.Gaps) > 0 || len(h.Assets) != 2+3*len(names) {
		t.Errorf("%d assets, %v", len(h.Assets), gaps(h))
	}
	for _, name := range names {
		if a := h.Named("top/" + model.EscapeName(name)); a == nil || len(a.Columns) != 2 || a.Name == "" {
			t.Errorf("%q: %+v", name, a)
		}
	}
}

// lookingFirst is a world of which something was known before: files are looked at before they are opened.
func lookingFirst(root string) *connectortest.Env {
	env := world(root)
	env.Stamps = map[string]uint64{}
	return env
}

func TestFilesThatChangeWhileTheyAreRead(t *testing.T) {
	for order, world := range map[string]func(string) *connectortest.Env{"opened first": world, "looked at first": lookingFirst} {
		t.Run(order, func(t *testing.T) { filesThatChange(t, world) })
	}
}

func filesThatChange(t *testing.T, world func(root string) *connectortest.Env) {
	root := folderOf(t)
	put(t, filepath.Join(root, "top/x.csv"), "a,b\n1,2\n")
	write := func(text string) {
		f, err := os.OpenFile(filepath.Join(root, "top/x.csv"), os.O_WRONLY|os.O_APPEND, 0)
		must(t, err)
		_, err = io.WriteString(f, text)
		must(t, errors.Join(err, f.Close()))
	}
	t.Run("once", func(t *testing.T) {
		env, n := world(root), 0
		hook(env, nil, func(string) {
			if n++; n == 1 {
				write("3,4\n")
			}
		})
		h := read(t, env)
		if a := h.Named("top/x.csv"); len(h.Gaps) > 0 || len(a.Columns) != 2 || a.Measures[0].Value != 12 {
			t.Errorf("%+v, %v", a, gaps(h))
		}
	})
	t.Run("all_the_time", func(t *testing.T) {
		env := world(root)
		hook(env, nil, func(string) { write("5,6\n") })
		h := read(t, env)
		if a := h.Named("top/x.csv"); a == nil || a.Facets != model.FacetExistence || a.Stamp != 0 || !slices.Equal(gaps(h), []string{"top/x.csv: FileChanged"}) {
			t.Errorf("%+v, %v", a, gaps(h))
		}
	})
	t.Run("once_before_it_is_opened", func(t *testing.T) {
		env, n := world(root), 0
		hook(env, func(string) {
			if n++; n == 1 {
				write("7,8\n")
			}
		}, nil)
		h := read(t, env)
		now, err := os.Stat(filepath.Join(root, "top/x.csv"))
		must(t, err)
		times := 2
		if env.Afresh() {
			times = 1 // what is opened is looked at then
		}
		if a := h.Named("top/x.csv"); len(h.Gaps) > 0 || len(a.Columns) != 2 || a.Measures[0].Value != now.Size() || n != times {
			t.Errorf("%+v, %v, opened %d times", a, gaps(h), n)
		}
	})
	t.Run("gone", func(t *testing.T) {
		env := world(root)
		hook(env, func(string) { must(t, os.Remove(filepath.Join(root, "top/x.csv"))) }, nil)
		if h := read(t, env); h.Named("top/x.csv") != nil || len(h.Gaps) > 0 || !whole(h, "top") {
			t.Errorf("%v", gaps(h))
		}
	})
}

func TestDeepNestingEndsWithAGap(t *testing.T) {
	root := folderOf(t)
	path := filepath.Join(root, "top")
	must(t, os.Mkdir(path, 0o755))
	at, err := os.OpenRoot(path)
	must(t, err)
	for range 300 { // far beyond what one path may have
		must(t, at.Mkdir(strings.Repeat("d", 250), 0o755))
		next, err := at.OpenRoot(strings.Repeat("d", 250))
		must(t, err)
		must(t, at.Close())
		at = next
	}
	must(t, at.Close())
	t.Cleanup(func() { must(t, os.RemoveAll(path)) })
	h := read(t, world(root))
	if len(h.Gaps) != 1 || h.Gaps[0].Code != "TooDeep" || whole(h, "top") {
		t.Errorf("%d assets, %v", len(h.Assets), gaps(h))
	}
}

func TestUnitsOfOthersAreRefused(t *testing.T) {
	root := folderOf(t)
	plant(t, root, seed())
	for title, u := range map[string]model.Unit{
		"no folder":      {Step: "tree"},
		"outside":        {Step: "tree", Below: "shop", Args: map[string]string{"path": "people"}},
		"absolute":       {Step: "tree", Below: "", Args: map[string]string{"path": "/etc"}},
		"no such share":  {Step: "tree", Below: "shop", Args: map[string]string{"share": "2", "shares": "2"}},
		"no number":      {Step: "tree", Below: "shop", Args: map[string]string{"share": "x", "shares": "2"}},
		"all the shares": {Step: "tree", Below: "shop", Args: map[string]string{"share": "1", "shares": "99999"}},
	} {
		if err := filesystem.New().Scan(t.Context(), world(root), u, &connectortest.Haul{}); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", title, err)
		}
	}
	for title, path := range map[string]string{"up": "shop/..", "up, escaped": "shop/..%2F..", "dot": "shop/."} {
		h := &connectortest.Haul{}
		u := model.Unit{Step: "tree", Below: "shop", Args: map[string]string{"path": path}}
		if err := filesystem.New().Scan(t.Context(), world(root), u, h); err == nil && len(h.Assets) > 0 {
			t.Errorf("%s: %d assets", title, len(h.Assets))
		}
	}
}
