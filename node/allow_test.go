package node

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/purlieu/purlieu/node/internal/console"
)

func TestAFolderThatTheNodeKeepsForItselfIsWarnedOf(t *testing.T) {
	root := t.TempDir()
	state, secrets, data := filepath.Join(root, "state"), filepath.Join(root, "etc/secrets"), filepath.Join(root, "data")
	for _, dir := range []string{state, filepath.Join(secrets, "old"), data} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	w := Ward{State: state, Name: "this node", Own: state, OwnIs: "the node's own state"}
	warns := func(folder string, want ...string) {
		t.Helper()
		done, err := w.Allow(Allowance{Folder: folder})
		if err != nil || !slices.Equal(done.Warnings, want) {
			t.Errorf("%s: warned of %q, want %q, %v", folder, done.Warnings, want, err)
		}
	}
	const never, left = ", which is never read: keep the data in a folder beside it.", " lies in it, and is left out."
	warns(secrets) // of one that never ran nothing else is known
	warns(state, "it lies in the node's own state "+state+never)
	if err := console.Write(state, console.Status{State: console.Running, Kept: []string{state, secrets}}); err != nil {
		t.Fatal(err)
	}
	warns(data)
	warns(state, "it lies in the node's own state "+state+never)
	warns(secrets, "it lies in the node's own folder "+secrets+never)
	warns(filepath.Join(secrets, "old"), "it lies in the node's own folder "+secrets+never)
	warns(root, "the node's own state "+state+left, "the node's own folder "+secrets+left)
	w.Own, w.OwnIs = root, "the server's data"
	warns(secrets, "it lies in the server's data "+root+never) // told once, by the outermost
}
