package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
)

func TestASettingOfSeveralLinesComesFromAFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(path, []byte("one\ntwo\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	fields := []model.Field{{Name: "ca", Type: model.FieldBlock}, {Name: "host", Type: model.FieldText}}
	for _, c := range []struct{ name, given, want string }{
		{"ca", "@" + path, "one\ntwo\n"},
		{"ca", "one\ntwo", "one\ntwo"},
		{"host", "@" + path, "@" + path}, // one line stays as it is
	} {
		got := object{}
		if err := typed(fields, map[string]string{c.name: c.given}, got); err != nil || got.text(c.name) != c.want {
			t.Errorf("%s=%s: %q, %v", c.name, c.given, got.text(c.name), err)
		}
	}
	if err := typed(fields, map[string]string{"ca": "@" + path + ".not"}, object{}); !fault.Is(err, fault.Invalid) || fault.CodeOf(err) != "BadSetting" {
		t.Errorf("a file that is not there: %v", err)
	}
}
