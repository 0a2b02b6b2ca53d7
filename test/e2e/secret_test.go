package e2e

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestASecretStandsNowhere scans with a password that is like no other text, also with a wrong one, and then looks for
// it in every byte that server, node and client wrote or answered.
func TestASecretStandsNowhere(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	s := shop(t)
	key := a.runtime("edge")
	n := a.node(key, "one", s)
	a.register(s)
	a.scanWhole(s)

	wrong := "canary-wrong-" + theHouse.password
	n.write("secrets/shop-password", wrong)
	said := []string{a.try("scan", "run", s.db, "nightly", "--watch").String()}
	n.write("secrets/shop-password", theHouse.password)
	a.scanWhole(s)

	for _, path := range []string{
		"/scan/credentials", "/scan/datasources", "/scan/datasources/shop/scans", "/scan/datasources/shop/scans/nightly/runs",
		"/scan/integrationRuntimes/edge/status", "/metrics", "/healthz", "/manage/v1/kinds",
	} {
		status, answer := a.ask(a.token(), "GET", path, nil)
		if status != 200 {
			t.Errorf("GET %s: %d", path, status)
		}
		said = append(said, string(answer))
	}
	said = append(said, n.runtime("status"), n.runtime("egress", "show"), n.runtime("policy", "show"), a.purlieu("credential", "show", "scanner"), a.dump())
	n.process.stop(t)
	a.server.stop(t)

	if vault, err := os.ReadFile(filepath.Join(n.dir, "secrets", "shop-password")); err != nil || !bytes.Contains(vault, []byte(theHouse.password)) {
		t.Fatalf("the password is not even in the vault: %v", err)
	}
	secrets := map[string]string{"password of the source": theHouse.password, "wrong password": wrong, "password of a person": password}
	files := 0
	err := filepath.WalkDir(a.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || strings.HasPrefix(path, filepath.Join(n.dir, "secrets")) {
			return err // the vault is where it belongs
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		files++
		look(t, secrets, path, text)
		if !strings.Contains(path, "client") { // the key enrols nodes: it is stored sealed, and nodes forget it
			look(t, map[string]string{"key of the runtime": key}, path, text)
		}
		return nil
	})
	if err != nil || files < 10 {
		t.Fatalf("%d files were searched: %v", files, err)
	}
	for i, text := range said {
		look(t, secrets, fmt.Sprintf("answer %d", i), []byte(text))
	}
}

// look fails where a secret stands in a text, in one of the forms in which it could.
func look(t *testing.T, secrets map[string]string, where string, text []byte) {
	t.Helper()
	for name, secret := range secrets {
		for form, found := range map[string]string{
			"as it is": secret, "in base64": base64.StdEncoding.EncodeToString([]byte(secret))[:len(secret)/3*4],
			"in hex": hex.EncodeToString([]byte(secret)), "as part of an address": url.QueryEscape(secret),
		} {
			if bytes.Contains(text, []byte(found)) {
				t.Errorf("the %s stands %s in %s", name, form, where)
			}
		}
	}
}
