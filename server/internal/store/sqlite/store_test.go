package sqlite_test

import (
	"path/filepath"
	"testing"

	"github.com/purlieu/purlieu/server/internal/store"
	"github.com/purlieu/purlieu/server/internal/store/sqlite"
	"github.com/purlieu/purlieu/server/internal/store/storetest"
)

func TestStore(t *testing.T) {
	for name, path := range map[string]string{"memory": sqlite.Memory, "file": ""} {
		t.Run(name, func(t *testing.T) {
			storetest.Run(t, func(t *testing.T) store.Store {
				return open(t, sqlite.Options{Path: path})
			})
		})
	}
}

// open opens a store for the length of a test: in its own folder when the options name no path.
func open(t testing.TB, opt sqlite.Options) *sqlite.Store {
	t.Helper()
	if opt.Path == "" {
		opt.Path = filepath.Join(t.TempDir(), "a %41?#ü.db")
	}
	s, err := sqlite.Open(t.Context(), opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}
