package server

import (
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/lock"
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

// unreachable is the address of a store where nobody listens.
const unreachable = "postgres://nobody@127.0.0.1:1/none?connect_timeout=1"

func TestADataFolderHasOneServer(t *testing.T) {
	r := start(t, nil)
	doors, err := os.ReadFile(addressPath(r.cfg.Data))
	if err != nil {
		t.Fatal(err)
	}
	second := Config{Data: r.cfg.Data, Listen: "127.0.0.1:0", Log: slog.New(slog.DiscardHandler), KeepFree: 1}
	if s, err := New(t.Context(), second); fault.CodeOf(err) != "AlreadyRunning" || !fault.Is(err, fault.Conflict) || s != nil {
		t.Errorf("a second one: %v", err)
	}
	if now, err := os.ReadFile(addressPath(r.cfg.Data)); err != nil || string(now) != string(doors) {
		t.Errorf("the addresses of the first became %q, %v", now, err)
	}
	r.stop()
	if err := <-r.ended; err != nil {
		t.Fatal(err)
	}
	s, err := New(t.Context(), second)
	if err != nil {
		t.Fatalf("once the first has ended: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

func TestTheFolderOfASharedStoreHasOneServerToo(t *testing.T) {
	cfg := Config{Data: t.TempDir(), Store: unreachable, Listen: "127.0.0.1:0", Log: slog.New(slog.DiscardHandler)}
	l, _, err := lock.Take(cfg.Data)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := New(t.Context(), cfg); fault.CodeOf(err) != "AlreadyRunning" {
		t.Errorf("beside another server: %v", err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	for range 2 { // a server that did not come about keeps nobody out
		if _, err := New(t.Context(), cfg); fault.CodeOf(err) != "StoreAway" {
			t.Errorf("alone: %v", err)
		}
	}
}

// A server's folder is not readable for everybody: then it is not said that no account is there.
func TestAFolderThatMayNotBeReadIsNotSaidToBeEmpty(t *testing.T) {
	for why, kind := range map[error]fault.Kind{&fs.PathError{Err: fs.ErrPermission}: fault.Denied, &fs.PathError{Err: fs.ErrNotExist}: fault.NotFound} {
		if err := noAccount("/srv/purlieu", why); !fault.Is(err, kind) {
			t.Errorf("%v: %v", why, err)
		}
	}
}
