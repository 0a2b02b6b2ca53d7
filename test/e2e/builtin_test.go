package e2e

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestTheBuiltInNodeScansWhatItsOwnerAllowed(t *testing.T) {
	t.Parallel()
	vault := t.TempDir()
	if err := os.WriteFile(filepath.Join(vault, "shop-password"), []byte(theHouse.password), 0o600); err != nil {
		t.Fatal(err)
	}
	a := newAccount(t, "--no-built-in=false", "--vault", vault)
	s := shop(t)
	a.purlieu("source", "add", "PostgreSql", s.db, "--authority", s.db, "--set", "serverEndpoint=127.0.0.1",
		"--set", fmt.Sprintf("port=%d", s.server.Port), "--set", "sslMode=disable")
	a.purlieu("credential", "add", "BasicAuth", "scanner", "--user", "scanner", "--secret", "password=file:shop-password")
	a.purlieu("scan", "add", s.db, "nightly", "--credential", "scanner", "--set", "databaseName="+s.db, "--level", "L2")

	run, gaps := a.scan(s)
	if run.Status != "Failed" || len(gaps) != 1 || gaps[0].Gap.Code != "SecretNotBound" || !strings.Contains(gaps[0].Gap.Remedy, "purlieu admin allow ") {
		t.Fatalf("before it was allowed the run ended %s with %v", run.Status, gaps)
	}
	a.purlieu("admin", "allow", "--data", a.data(), "--source", s.address())
	a.purlieu("admin", "allow", "--data", a.data(), "--source", s.address(), "--secret", "file:shop-password", "--plaintext")
	if c := a.scanWhole(s).Purlieu.Counts; c.Created == 0 {
		t.Errorf("the run counts %+v", c)
	}
	if again := a.scanWhole(s).Purlieu.Counts; again.Created != 0 || again.Unchanged != again.Discovered {
		t.Errorf("the second run counts %+v", again)
	}

	ledger := filepath.Join(a.data(), "built-in", "outbox", "ledger-00000001.jsonl")
	if out := a.purlieu("admin", "egress", "--data", a.data()); !strings.Contains(out, "agrees") || !strings.Contains(out, " 0 of them without a signature") {
		t.Errorf("the record of what left: %s", out)
	}
	a.server.stop(t)
	text, err := os.ReadFile(ledger)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(ledger, bytes.Replace(text, []byte(`"assets":`), []byte(`"assets":1`), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	if r := a.try("admin", "egress", "--data", a.data()); r.code != 5 {
		t.Errorf("an edited line: %s", r)
	}
	until(t, 10*time.Second, "the child has ended with its server", func() bool {
		lines, err := filepath.Glob("/proc/[0-9]*/cmdline")
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range lines {
			if b, err := os.ReadFile(line); err == nil && bytes.Contains(b, []byte(filepath.Join(a.data(), "built-in"))) {
				return false
			}
		}
		return true
	})
}

func TestTheBuiltInNodeDoesNotReachTheServerOfItsAccountsStore(t *testing.T) {
	t.Parallel()
	vault := t.TempDir()
	if err := os.WriteFile(filepath.Join(vault, "shop-password"), []byte(theHouse.password), 0o600); err != nil {
		t.Fatal(err)
	}
	s := shop(t) // a database of the server that holds the store, too
	for _, c := range []struct {
		flag, code string
	}{{"--reach-store=false", "OwnStore"}, {"--reach-store", ""}} {
		t.Run(c.flag, func(t *testing.T) {
			a := newAccount(t, onPostgres(t), "--no-built-in=false", "--vault", vault, c.flag)
			a.purlieu("source", "add", "PostgreSql", s.db, "--authority", s.db, "--set", "serverEndpoint=127.0.0.1",
				"--set", fmt.Sprintf("port=%d", s.server.Port), "--set", "sslMode=disable")
			a.purlieu("credential", "add", "BasicAuth", "scanner", "--user", "scanner", "--secret", "password=file:shop-password")
			a.purlieu("scan", "add", s.db, "nightly", "--credential", "scanner", "--set", "databaseName="+s.db, "--level", "L2")
			a.purlieu("admin", "allow", "--data", a.data(), "--source", s.address())
			a.purlieu("admin", "allow", "--data", a.data(), "--source", s.address(), "--secret", "file:shop-password", "--plaintext")
			run, gaps := a.scan(s)
			if c.code == "" {
				if run.Status != "Succeeded" {
					t.Errorf("the run ended %s with %v", run.Status, gaps)
				}
			} else if run.Status != "Failed" || len(gaps) != 1 || gaps[0].Gap.Code != c.code || !strings.Contains(gaps[0].Gap.Remedy, "--reach-store") {
				t.Errorf("the run ended %s with %v", run.Status, gaps)
			}
		})
	}
}
