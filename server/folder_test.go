package server

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/purlieu/purlieu/fault"
)

func TestAFolderBelongsToOneStore(t *testing.T) {
	const elsewhere = "postgres://purlieu@db/purlieu"
	for _, c := range []struct {
		name, wanted, want, code string
		make                     func(dir string) error
	}{
		{"a new folder has its store inside", "", "sqlite:", "", nil},
		{"a new folder of a shared store", elsewhere, elsewhere, "", nil},
		{"a store inside is found again", "", "sqlite:", "", func(dir string) error { return os.WriteFile(sqlitePath(dir), nil, 0o600) }},
		{"a store inside is not left alone", elsewhere, "", "OtherStore", func(dir string) error { return os.WriteFile(sqlitePath(dir), nil, 0o600) }},
		{"a shared store is remembered", "", elsewhere, "", func(dir string) error { return keepStore(dir, elsewhere) }},
		{"a shared store may have moved", elsewhere + "2", elsewhere + "2", "", func(dir string) error { return keepStore(dir, elsewhere) }},
		{"a file elsewhere is no store of an account", "sqlite:/tmp/x", "", "UnknownStore", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			if c.make != nil {
				if err := c.make(dir); err != nil {
					t.Fatal(err)
				}
			}
			got, err := settleStore(dir, c.wanted)
			if fault.CodeOf(err) != c.code || !strings.HasPrefix(got, c.want) || c.want == "" && got != "" {
				t.Errorf("%q, %v", got, err)
			}
		})
	}
}

func TestReplicasOfASharedStoreHaveNamesOfTheirOwn(t *testing.T) {
	one, two := t.TempDir(), t.TempDir()
	names := map[string]bool{}
	for _, dir := range []string{one, two, one, two} {
		name, err := replicaName(dir, true)
		if err != nil || !strings.HasPrefix(name, "server-") {
			t.Errorf("%q, %v", name, err)
		}
		names[name] = true
	}
	if len(names) != 2 {
		t.Errorf("%v", names)
	}
	if name, err := replicaName(filepath.Join(one, "none"), false); name != "server" || err != nil {
		t.Errorf("alone: %q, %v", name, err)
	}
}
