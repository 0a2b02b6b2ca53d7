package all_test

import (
	"path/filepath"
	"slices"
	"testing"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/server/internal/store/all"
)

func TestEngines_are_listed_once_in_order(t *testing.T) {
	var names []string
	for _, e := range all.All() {
		names = append(names, e.Name)
		if len(e.Schemes) == 0 || e.Open == nil {
			t.Errorf("%s is incomplete", e.Name)
		}
	}
	if !slices.IsSorted(names) || len(slices.Compact(slices.Clone(names))) != len(names) {
		t.Errorf("%v", names)
	}
}

func TestOpen_finds_the_engine_by_scheme(t *testing.T) {
	s, err := all.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "a.db"), all.Options{})
	if err != nil {
		t.Fatal(err)
	}
	h, err := s.Probe(t.Context())
	if err != nil || h.Engine != "sqlite" {
		t.Errorf("%+v, %v", h, err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if _, err := all.Open(t.Context(), "postgresql://nobody@127.0.0.1:1/none?connect_timeout=1", all.Options{}); fault.CodeOf(err) != "StoreAway" {
		t.Errorf("a server that is not there: %v", err)
	}
	if _, err := all.Open(t.Context(), "mysql://x", all.Options{}); !fault.Is(err, fault.Unsupported) {
		t.Errorf("got %v", err)
	}
}
