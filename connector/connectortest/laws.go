package connectortest

import (
	"encoding/xml"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/purlieu/purlieu/connector"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/wire"
)

// Describe holds the laws of descriptions for one connector whose folder is dir.
func Describe(t *testing.T, c connector.Connector, dir string) {
	t.Helper()
	kind := c.Describe()
	t.Run("its page, icon and server are there", func(t *testing.T) {
		for _, name := range []string{"README.md", "icon.svg", "server.yaml"} {
			if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Size() == 0 {
				t.Errorf("%s is missing or empty: %v", name, err)
			}
		}
		if err := wellFormed(kind.Icon); err != nil {
			t.Errorf("the icon is no XML: %v", err)
		}
	})
	t.Run("it says what it is", func(t *testing.T) {
		if kind.Name == "" || kind.Title == "" || kind.Summary == "" || kind.Version < 1 || len(kind.RuntimeKinds) == 0 || len(kind.Levels) == 0 || len(kind.ScanKinds) == 0 {
			t.Errorf("something is empty: %+v", kind)
		}
	})
	t.Run("an account that does not know it takes it", func(t *testing.T) {
		if err := kind.Check(); err != nil {
			t.Error(err)
		}
		if raw, err := wire.Encode(kind); err != nil || len(raw) > 128<<10 {
			t.Errorf("it takes %d bytes on the wire, %v; 128 KiB may leave a node", len(raw), err)
		}
	})
	t.Run("fields are named once, titled and explained", func(t *testing.T) {
		fields(t, "settings", kind.Settings)
		fields(t, "scan settings", kind.Scan)
		for _, use := range kind.Credentials {
			fields(t, use.Kind, use.Fields)
			if len(use.Grants) == 0 || use.Title == "" {
				t.Errorf("%s: no title or no least grants", use.Kind)
			}
		}
	})
	t.Run("secrets are marked and stand only in credentials", func(t *testing.T) { secrets(t, kind) })
	t.Run("types stand by themselves", func(t *testing.T) { types(t, kind) })
	t.Run("templates expand over the examples", func(t *testing.T) {
		get := func(name string) string {
			for _, f := range kind.Settings {
				if f.Name == name && f.Required {
					return f.Example
				}
			}
			return ""
		}
		for _, tpl := range append([]model.Template{kind.Authority}, kind.Dials...) {
			if got, err := tpl.Expand(get); err != nil || got == "" || strings.ContainsAny(got, "{} ") {
				t.Errorf("%q expands to %q, %v", tpl, got, err)
			}
		}
	})
	t.Run("it says when a connection is verified", func(t *testing.T) {
		get := func(name string) string { return kind.Get(nil, name) }
		if _, err := kind.Verified.Expand(get); err != nil {
			t.Errorf("%q: %v", kind.Verified, err)
		}
		if got, err := kind.Verified.Expand(func(string) string { return "no choice" }); err != nil || got != "" {
			t.Errorf("%q takes settings that are no choice for verified: %q, %v", kind.Verified, got, err)
		}
	})
	t.Run("a description is nobody else's to change", func(t *testing.T) {
		first := c.Describe()
		first.Settings[0].Name, first.Types[0].Name, first.ScanKinds[0] = "x", "x", "x"
		if next := c.Describe(); next.Settings[0].Name == "x" || next.Types[0].Name == "x" || next.ScanKinds[0] == "x" {
			t.Error("two descriptions share memory")
		}
	})
}

func wellFormed(doc string) error {
	d := xml.NewDecoder(strings.NewReader(doc))
	for {
		tok, err := d.Token()
		if tok == nil {
			if err != nil && err.Error() == "EOF" {
				return nil
			}
			return err
		}
		if e, ok := tok.(xml.StartElement); ok && e.Name.Local == "script" {
			return errors.New("it has a script")
		}
	}
}

func fields(t *testing.T, list string, all []model.Field) {
	t.Helper()
	seen := map[string]bool{}
	for _, f := range all {
		if f.Name == "" || seen[f.Name] || f.Title == "" || f.Help == "" || f.Type == "" {
			t.Errorf("%s: field %q is doubled, or has no type, title or help", list, f.Name)
		}
		seen[f.Name] = true
		if f.Required && f.Example == "" && !f.Secret {
			t.Errorf("%s: required field %q has no example", list, f.Name)
		}
		if f.Type == model.FieldChoice && (len(f.Choices) == 0 || (f.Default != "" && !slices.Contains(f.Choices, f.Default))) {
			t.Errorf("%s: choice %q has no choices, or a default that is none", list, f.Name)
		}
	}
}

func secrets(t *testing.T, kind model.Kind) {
	t.Helper()
	for _, f := range append(slices.Clone(kind.Settings), kind.Scan...) {
		if f.Secret || soundsSecret(f.Name) {
			t.Errorf("setting %q is or sounds like a secret", f.Name)
		}
	}
	for _, use := range kind.Credentials {
		for _, f := range use.Fields {
			if soundsSecret(f.Name) != f.Secret {
				t.Errorf("%s: field %q: secret is %v", use.Kind, f.Name, f.Secret)
			}
			if f.Secret && (f.Default != "" || f.Example != "") {
				t.Errorf("%s: secret %q has a default or an example", use.Kind, f.Name)
			}
		}
	}
}

func soundsSecret(name string) bool {
	name = strings.ToLower(name)
	return slices.ContainsFunc([]string{"password", "secret", "token", "accountkey", "privatekey"}, func(w string) bool { return strings.Contains(name, w) })
}

func types(t *testing.T, kind model.Kind) {
	t.Helper()
	seen := map[string]bool{}
	for _, def := range kind.Types {
		if def.Name == "" || seen[def.Name] || def.Title == "" || def.Super == "" || def.Form == "" {
			t.Errorf("type %q is doubled, or has no title, super type or form", def.Name)
		}
		seen[def.Name] = true
		fields(t, def.Name, def.Attributes)
		if def.Parent != "" && kind.TypeNamed(def.Parent) == nil {
			t.Errorf("type %q stands below %q, which is not declared", def.Name, def.Parent)
		}
		if def.Process != "" && (kind.TypeNamed(def.Process) == nil || kind.TypeNamed(def.Process).Super != "Process") {
			t.Errorf("type %q has lineage in %q, which is no declared process", def.Name, def.Process)
		}
	}
}
