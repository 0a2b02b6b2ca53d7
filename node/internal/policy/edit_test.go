package policy

import (
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
)

// example is a secret, the source that it is for, and one on the node itself.
func example() (shop model.SecretRef, db, local Source) {
	return model.SecretRef{Vault: "file", Name: "shop-password"}, Source{"PostgreSql", "db.internal", 5432}, Source{"PostgreSql", "127.0.0.1", 5432}
}

func load(t *testing.T, path string) *Policy {
	t.Helper()
	p, err := Load(path)
	must(t, err)
	return p
}

func content(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	must(t, err)
	return string(data)
}

func TestEditAllows(t *testing.T) {
	shop, db, local := example()
	t.Run("the command of a refusal lifts it", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "node", "policy.yaml")
		if load(t, path).MayUse(shop, db.Kind, db.Host, db.Port, true) == nil {
			t.Fatal("allowed before")
		}
		must(t, AllowSecret(path, shop, db, false))
		p := load(t, path)
		must(t, p.MayUse(shop, db.Kind, db.Host, db.Port, true))
		if p.MayUse(shop, db.Kind, db.Host, db.Port, false) == nil {
			t.Error("plaintext was allowed too")
		}
		must(t, AllowSecret(path, shop, db, true))
		must(t, load(t, path).MayUse(shop, db.Kind, db.Host, db.Port, false))
		if text := content(t, path); strings.Count(text, "db.internal") != 1 {
			t.Errorf("the binding is there twice:\n%s", text)
		}
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("mode %v %v", info.Mode(), err)
		}
	})
	t.Run("allowing one source takes no other away", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "policy.yaml")
		must(t, AllowSource(path, local))
		p := load(t, path)
		must(t, p.MayDial(local.Kind, "localhost", netip.MustParseAddr("127.0.0.1"), local.Port))
		must(t, p.MayDial("MySql", "my.internal", netip.MustParseAddr("10.0.0.1"), 3306))
	})
	t.Run("a list stays a list, and comments stay", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "policy.yaml")
		before := "# of the network team\nsources:\n  # agreed in march\n  allow:\n    - host: my.internal # the shop's\nhide: [secret]\n"
		must(t, os.WriteFile(path, []byte(before), 0o640))
		must(t, AllowSource(path, db))
		must(t, AllowSecret(path, shop, db, false))
		must(t, TrustAccount(path, true))
		text := content(t, path)
		for _, c := range []string{"# of the network team", "# agreed in march", "# the shop's"} {
			if !strings.Contains(text, c) {
				t.Errorf("%q is lost:\n%s", c, text)
			}
		}
		p := load(t, path)
		must(t, p.MayDial(db.Kind, db.Host, netip.MustParseAddr("10.0.0.1"), db.Port))
		if p.MayDial("MySql", "other.internal", netip.MustParseAddr("10.0.0.1"), 3306) == nil {
			t.Error("the list was opened")
		}
		if !p.Hidden("a/secret") || !p.TrustsAccount() {
			t.Error("the rest is lost")
		}
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o640 {
			t.Errorf("mode %v %v", info.Mode(), err)
		}
		must(t, TrustAccount(path, false))
		if load(t, path).TrustsAccount() {
			t.Error("still trusted")
		}
	})
}

func TestEditKeepsTheFile(t *testing.T) {
	shop, db, local := example()
	t.Run("a second time changes nothing", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "policy.yaml")
		edit := func() string {
			must(t, AllowSource(path, db))
			must(t, AllowSecret(path, shop, db, true))
			must(t, AllowSecret(path, shop, local, false))
			return content(t, path)
		}
		if first, second := edit(), edit(); first != second {
			t.Errorf("%s\nbecame\n%s", first, second)
		}
	})
	t.Run("a file of comments alone keeps them", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "policy.yaml")
		must(t, os.WriteFile(path, []byte("# nothing yet"), 0o600))
		must(t, AllowSource(path, db))
		if text := content(t, path); !strings.HasPrefix(text, "# nothing yet\n") {
			t.Errorf("%s", text)
		}
		load(t, path)
	})
	t.Run("a wrong file is left alone", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "policy.yaml")
		must(t, os.WriteFile(path, []byte("surces: 1\n"), 0o600))
		if err := AllowSource(path, db); !fault.Is(err, fault.Invalid) {
			t.Errorf("%v", err)
		}
		if content(t, path) != "surces: 1\n" {
			t.Error("it was changed")
		}
		if err := AllowSource(filepath.Join(t.TempDir(), "p"), Source{"a b", "x", 1}); !fault.Is(err, fault.Invalid) {
			t.Errorf("%v", err)
		}
	})
	t.Run("a file that everybody may write is no policy", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "policy.yaml")
		must(t, os.WriteFile(path, nil, 0o600))
		must(t, os.Chmod(path, 0o602))
		if _, err := Load(path); !fault.Is(err, fault.Denied) {
			t.Errorf("%v", err)
		}
	})
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
