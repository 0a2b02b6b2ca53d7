package node

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
)

// A source's folder is what the account says: it may name anything below an allowed one, and nothing there may hold the
// supervisor up, who has no deadline of its own.
func TestASourceThatIsAPipeOrAFileIsRefusedAtOnce(t *testing.T) {
	dir, data := t.TempDir(), t.TempDir()
	if err := syscall.Mkfifo(filepath.Join(data, "pipe"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(data, "file"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := AllowFolder(dir, data); err != nil {
		t.Fatal(err)
	}
	g := &gatekeeper{rules: testRules(dir), kinds: []model.Kind{{Name: "Tree", Settings: []model.Field{{Name: "folder"}}, Folder: "{folder}"}}}
	answer := func(name string) (code string, held bool) {
		settings := model.Settings{"folder": filepath.Join(data, name)}
		_, err := g.folder(bus.Grant{Kind: "Tree", Settings: settings})
		return fault.CodeOf(err), g.holds(bus.Local{Kind: "Tree", Settings: settings})
	}
	for name, want := range map[string]string{"": "", "pipe": "FolderIsLink", "file": "FolderIsLink", "pipe/x": "FolderIsLink", "nothing": "NoFolder"} {
		done := make(chan struct{})
		go func() {
			defer close(done)
			if code, held := answer(name); code != want || held != (want == "") {
				t.Errorf("%q: %q, vouched for: %v", name, code, held)
			}
		}()
		select {
		case <-done:
		case <-time.After(10 * time.Second):
			t.Fatalf("%q: the supervisor waits", name)
		}
	}
}

// A disk that is not mounted leaves a folder behind that may tell no identity at all.
func TestAFolderIsVouchedForWhereItTellsTheIdentityThatIsKnown(t *testing.T) {
	const nameless = "/proc/sys/kernel" // keeps no times of birth
	dir := t.TempDir()
	if err := AllowFolder(dir, nameless); err != nil {
		t.Fatal(err)
	}
	g := &gatekeeper{rules: testRules(dir), kinds: []model.Kind{{Name: "Tree", Settings: []model.Field{{Name: "folder"}}, Folder: "{folder}"}}}
	for system, want := range map[string]bool{"": true, "1-2": false} {
		if g.holds(bus.Local{Kind: "Tree", Settings: model.Settings{"folder": nameless}, System: system}) != want {
			t.Errorf("where %q is known, vouched for: %v", system, !want)
		}
	}
}
