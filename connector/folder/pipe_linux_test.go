package folder

import (
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/purlieu/purlieu/fault"
)

// A pipe without another end can't be opened for reading without waiting for one.
func TestAPipeIsNeverWaitedFor(t *testing.T) {
	root := tree(t)
	pipe := filepath.Join(root, "data/pipe")
	must(t, syscall.Mkfifo(pipe, 0o644))
	f, err := Open(Root{Allowed: root, Below: []string{"data"}})
	must(t, err)
	defer f.Close()
	for way, enter := range map[string]func() error{
		"entered":             func() error { _, err := f.Enter("pipe"); return err },
		"on the way":          func() error { _, err := Open(Root{Allowed: root, Below: []string{"data", "pipe"}}); return err },
		"allowed by a person": func() error { _, err := Open(Root{Allowed: pipe}); return err },
	} {
		done := make(chan error, 1)
		go func() { done <- enter() }()
		select {
		case err := <-done:
			if fault.CodeOf(err) != "NotAFolder" {
				t.Errorf("%s: %v", way, err)
			}
		case <-time.After(10 * time.Second):
			t.Fatalf("a pipe, %s, is waited for", way)
		}
	}
}
