//go:build linux

package filesystem_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/purlieu/purlieu/connector/connectortest"
	"github.com/purlieu/purlieu/connector/filesystem"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/wire"
)

// seed is a tree with a little of everything. Canaries stand where values stand.
func seed() map[string]string {
	return map[string]string{
		"notes.txt":                   "canary, a text that no format reads",
		"shop/orders.csv":             "id,customer,placed,total\n1,canary Ann,2026-01-02,12.50\n2,canary Bob,2026-01-03,7\n",
		"shop/old/orders.csv":         "1;canary Ann;2025-01-02\n2;canary Bob;2025-01-03\n",
		"shop/events.jsonl":           `{"id":1,"who":{"name":"canary"},"lines":[{"sku":"canary"}]}` + "\n",
		"shop/empty.csv":              "",
		"shop/Ünder#score%/a?b d.tsv": "name\tage\ncanary\t1\n",
		"people/list.json":            `[{"name":"canary","age":3}]`,
		"people/broken.json":          `{"canary":`,
		"people/\xff\xfe.csv":         "a,b\n1,2\n",
	}
}

// plant writes a tree, all of one age.
func plant(t testing.TB, root string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		put(t, filepath.Join(root, name), text)
	}
}

func put(t testing.TB, path, text string) {
	t.Helper()
	must(t, os.MkdirAll(filepath.Dir(path), 0o755))
	must(t, os.WriteFile(path, []byte(text), 0o644))
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	must(t, os.Chtimes(path, at, at))
}

// folderOf is a fresh folder that every user may enter.
func folderOf(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	for _, at := range []string{dir, filepath.Dir(dir)} {
		must(t, os.Chmod(at, 0o755))
	}
	return dir
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func world(root string) *connectortest.Env {
	c := filesystem.New()
	return &connectortest.Env{Kind: c.Describe(), Settings: model.Settings{"folder": root}}
}

func read(t testing.TB, env *connectortest.Env) *connectortest.Haul {
	t.Helper()
	h, err := connectortest.Read(t.Context(), filesystem.New(), env)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestSuite(t *testing.T) {
	root := folderOf(t)
	plant(t, root, seed())
	poor := folderOf(t)
	plant(t, poor, seed())
	connectortest.Run(t, connectortest.Suite{
		Connector: filesystem.New(), Env: world(root), Wrong: world(filepath.Join(root, "nothing")),
		Scope:   model.Scope{Include: []string{"shop/*.csv", "shop/Ü*/a%3F*"}},
		Sampled: "shop/orders.csv", Inside: "shop/Ünder%23score%25/a%3Fb d.tsv", Outside: "people/list.json",
		Poor: world(poor),
		Drop: func(t *testing.T) string {
			must(t, os.RemoveAll(filepath.Join(poor, "shop/old")))
			return "shop/old/orders.csv"
		},
		Revoke: func(t *testing.T) { shut(t, filepath.Join(poor, "people")) },
	})
	t.Run("what leaves is as the golden file says", func(t *testing.T) {
		h := read(t, world(root))
		connectortest.Golden(t, h, "testdata/golden.json")
		left, err := wire.Encode([]any{h.Assets, h.Gaps, h.Lists})
		if err != nil || bytes.Contains(left, []byte("canary")) {
			t.Errorf("a value of the seed leaves, %v", err)
		}
	})
}

func TestAnUnchangedFileIsNotOpened(t *testing.T) {
	root := folderOf(t)
	files := seed()
	delete(files, "people/broken.json") // what can't be read is tried again
	plant(t, root, files)
	env := world(root)
	env.Stamps = map[string]uint64{}
	for _, a := range read(t, world(root)).Assets {
		if a.Stamp != 0 {
			env.Stamps[a.Path] = a.Stamp
		}
	}
	opened := countOpens(env)
	if h := read(t, env); h.Named("shop/orders.csv") != nil || *opened != 0 {
		t.Errorf("%d files were opened", *opened)
	}
	put(t, filepath.Join(root, "shop/orders.csv"), "id,name,n\n1,Ann,2\n")
	*opened = 0
	h := read(t, env)
	if a := h.Named("shop/orders.csv"); a == nil || len(a.Columns) != 3 || *opened != 1 {
		t.Errorf("%+v, %d files were opened", a, *opened)
	}
}

// Who copies a file over another and keeps its time leaves a file of the same size, time and inode.
func TestAFileThatIsWrittenOverWithAnOldTimeIsReadAgain(t *testing.T) {
	root := folderOf(t)
	path := filepath.Join(root, "top/x.csv")
	put(t, path, "id,name\n1,Ann\n")
	before := read(t, world(root)).Named("top/x.csv")
	time.Sleep(20 * time.Millisecond) // the system counts time in ticks
	put(t, path, "id,mail\n1,Bob\n")
	after := read(t, world(root)).Named("top/x.csv")
	if before.Measures[0] != after.Measures[0] || before.Measures[1] != after.Measures[1] || before.NativeID != after.NativeID {
		t.Fatalf("%+v, %+v", before, after)
	}
	if before.Stamp == after.Stamp {
		t.Error("the file looks unchanged")
	}
}

func TestNativeIDsOutliveARename(t *testing.T) {
	root := folderOf(t)
	plant(t, root, seed())
	before := read(t, world(root)).Named("shop/orders.csv").NativeID
	must(t, os.Rename(filepath.Join(root, "shop/orders.csv"), filepath.Join(root, "people/kept.csv")))
	after := read(t, world(root)).Named("people/kept.csv").NativeID
	if before == "" {
		t.Skip("skipped: this file system keeps no time of birth")
	}
	if before != after {
		t.Errorf("%q became %q", before, after)
	}
	put(t, filepath.Join(root, "shop/orders.csv"), "a,b\n1,2\n")
	if again := read(t, world(root)).Named("shop/orders.csv").NativeID; again == before {
		t.Error("a new file has the native id of another")
	}
}

func TestValuesAreSampledWhereTheyAreAskedFor(t *testing.T) {
	root := folderOf(t)
	plant(t, root, seed())
	env := world(root)
	env.Depth = model.L3
	units, err := connectortest.Units(t.Context(), filesystem.New(), env)
	must(t, err)
	h := &connectortest.Haul{Sampling: true}
	for _, u := range units {
		must(t, filesystem.New().Scan(t.Context(), env, u, h))
	}
	got := slices.Collect(h.Samples["shop/orders.csv"].Named("customer").All())
	if !slices.Equal(got, []string{"canary Ann", "canary Bob"}) {
		t.Errorf("%q", got)
	}
	if h.Samples["shop/old/orders.csv"].Named("column2").Len() != 2 || h.Samples["notes.txt"] != nil {
		t.Error("a file without a header was not sampled, or one without columns was")
	}
}

// A large tree is split while it is read, and no part of it is lost or told twice.
func TestLargeTreesAreSplit(t *testing.T) {
	const files = 900
	for title, layout := range map[string]func(i int) string{
		"many files in one folder": func(i int) string { return "top/x" + number(i) },
		"many folders in one": func(i int) string {
			return "top/" + []string{"#", "$", "%", "a"}[i/5%4] + number(i/5) + "/x" + number(i)
		},
		"folders in folders": func(i int) string { return "top/" + number(i/200) + "/" + number(i/20) + "/x" + number(i) },
		"files beside folders, in a range of names": func(i int) string {
			if i%9 == 0 {
				return "top/" + scattered(i)
			}
			return "top/" + scattered(files+i/10) + "/x" + number(i)
		},
		"files and folders, folded": func(i int) string { return "top/" + strings.Repeat("d/", i%3) + "x" + number(i) },
	} {
		t.Run(title, func(t *testing.T) {
			root := folderOf(t)
			folders := map[string]bool{}
			for i := range files {
				path := filepath.Join(root, layout(i))
				if dir := filepath.Dir(path); !folders[dir] {
					must(t, os.MkdirAll(dir, 0o755))
					for at := dir; at != root; at = filepath.Dir(at) {
						folders[at] = true
					}
				}
				f, err := os.Create(path)
				must(t, err)
				must(t, f.Close())
			}
			env := world(root)
			env.Depth = model.L1
			c := filesystem.NewSplitting(200, 100)
			units, err := connectortest.Units(t.Context(), c, env)
			must(t, err)
			seen, most, count := map[string]bool{}, 0, 0
			for len(units) > 0 {
				h := &connectortest.Haul{}
				must(t, c.Scan(t.Context(), env, units[0], h))
				for _, a := range h.Assets {
					if seen[a.Path] {
						t.Fatalf("%s is told twice", a.Path)
					}
					seen[a.Path] = true
				}
				if len(h.Lists) != 1 || !h.Lists[0].Whole || h.Lists[0].Container != units[0].Below {
					t.Errorf("%+v", h.Lists)
				}
				if len(h.Gaps) > 0 {
					t.Errorf("%+v: %v", units[0], gaps(h))
				}
				most, count = max(most, len(h.Assets)), count+1
				units = append(units[1:], h.Children...)
			}
			if want := files + len(folders) + 1; len(seen) != want {
				t.Errorf("%d assets of %d", len(seen), want)
			}
			if count < 3 || count > 40 || most > 320 {
				t.Errorf("%d units, of up to %d assets", count, most)
			}
		})
	}
}

// scattered is a name like no other: the hashes of names that begin alike lie close together.
func scattered(i int) string {
	sum := sha256.Sum256([]byte(number(i)))
	return hex.EncodeToString(sum[:6])
}

func number(i int) string {
	const digits = "0123456789"
	var b [6]byte
	for at := len(b) - 1; at >= 0; at-- {
		b[at] = digits[i%10]
		i /= 10
	}
	return string(b[:])
}
