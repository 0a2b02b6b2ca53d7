package e2e

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// tree is a folder of files that a node may be told to read. Its values hold the word canary.
func tree(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"orders/may.csv":      "id,customer,total\n1,canary-Ann,12.50\n2,canary-Bob,7\n",
		"orders/june.csv":     "canary-Cem,3\ncanary-Dan,4\n",
		"events/day1.jsonl":   `{"id":1,"lines":[{"sku":"canary-x"}]}` + "\n",
		"events/broken.json":  `{"canary":`,
		"notes.txt":           "canary",
		"orders/old/2025.csv": "a;b\n1;2\n3;4\n",
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// folder registers a folder as a source, and a scan of it at a level.
func (a *account) folder(name, dir, level string) *source {
	a.t.Helper()
	a.purlieu("source", "add", "FileSystem", name, "--authority", "shop-"+name, "--set", "folder="+dir)
	a.purlieu("scan", "add", name, "nightly", "--runtime", "edge", "--level", level)
	return &source{db: name}
}

func TestANodeScansAFolderThatItsOwnerAllowed(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	key := a.runtime("edge")
	n := a.enrolled(key, "one")
	n.start()
	dir := tree(t)
	s := a.folder("files", dir, "L2")

	run, gaps := a.scan(s)
	if run.Status != "Failed" || len(gaps) != 1 || gaps[0].Gap.Code != "FolderNotAllowed" || !strings.Contains(gaps[0].Gap.Remedy, "purlieu-runtime policy allow --folder ") {
		t.Fatalf("before it was allowed the run ended %s with %v", run.Status, gaps)
	}
	n.runtime("policy", "allow", "--folder", dir)

	run, gaps = a.scan(s)
	if run.Status != "Succeeded" || len(gaps) != 1 || gaps[0].Gap.Path != "events/broken.json" || gaps[0].Gap.Code != "FileTruncated" {
		t.Fatalf("the run ended %s with %v", run.Status, gaps)
	}
	if c := run.Purlieu.Counts; c.Created != 10 {
		t.Errorf("the run counts %+v", c)
	}
	columns := func(path string) (names []string) {
		_, referred := a.asset("filesystem_file", "file://shop-files/"+path)
		for _, c := range referred {
			names = append(names, c.Attributes.Name)
		}
		return names
	}
	for path, want := range map[string]int{"orders/may.csv": 3, "orders/june.csv": 2, "events/day1.jsonl": 2, "orders/old/2025.csv": 2, "notes.txt": 0} {
		if got := columns(path); len(got) != want {
			t.Errorf("%s has the columns %v", path, got)
		}
	}
	again, _ := a.scan(s)
	if c := again.Purlieu.Counts; c.Created+c.Updated+c.Deleted != 0 || c.Discovered != run.Purlieu.Counts.Discovered {
		t.Errorf("nothing changed, and the run counts %+v", c)
	}
	if err := os.RemoveAll(filepath.Join(dir, "orders/old")); err != nil {
		t.Fatal(err)
	}
	less, _ := a.scan(s)
	if c := less.Purlieu.Counts; c.Deleted != 2 {
		t.Errorf("a folder with a file was removed, and the run counts %+v", c)
	}
	for _, kept := range []string{a.data(), n.state()} {
		searchFor(t, kept, "canary")
	}
}

func TestAnotherFolderInThePlaceOfTheSourceIsNotReadAndAsksAbout(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	key := a.runtime("edge")
	n := a.enrolled(key, "one")
	n.start()
	dir := filepath.Join(tree(t), "orders")
	n.runtime("policy", "allow", "--folder", filepath.Dir(dir))
	s := a.folder("moved", dir, "L2")
	a.scanWhole(s)
	before := a.dump()

	away := dir + "-away" // as a disk that is not mounted leaves the folder below it
	if err := os.Rename(dir, away); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	run, _ := a.scan(s)
	if run.Status != "Failed" || run.Purlieu.Code != "SourceChanged" {
		t.Fatalf("%+v", run)
	}
	id, kind := a.asked()
	if kind != "identity" {
		t.Fatalf("it asks about %s", kind)
	}
	if now := a.dump(); now != before {
		t.Fatal("the map changed: ", difference(before, now))
	}
	if err := os.Remove(dir); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(away, dir); err != nil {
		t.Fatal(err)
	}
	a.scanWhole(s)
	if now := a.dump(); now != before {
		t.Fatal("with the old folder back the map changed: ", difference(before, now))
	}
	if r := a.try("proposal", "approve", id); r.code == 0 {
		t.Error("a question that is over was answered")
	}
}

func TestANodeNeverReadsItsOwnFolders(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	key := a.runtime("edge")
	n := a.enrolled(key, "one")
	n.start()
	n.runtime("policy", "allow", "--folder", filepath.Dir(n.dir))
	for name, folder := range map[string]string{"state": n.state(), "outbox": filepath.Join(n.state(), "outbox"), "secrets": filepath.Join(n.dir, "secrets")} {
		if run, gaps := a.scan(a.folder(name, folder, "L1")); run.Status != "Failed" || len(gaps) != 1 || gaps[0].Gap.Code != "FolderKept" {
			t.Errorf("%s: the run ended %s with %v", name, run.Status, gaps)
		}
	}
}

// searchFor fails for each file below a folder that holds a word.
func searchFor(t *testing.T, dir, word string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if bytes.Contains(data, []byte(word)) {
			t.Errorf("%s holds %q", path, word)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
