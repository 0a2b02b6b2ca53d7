package node

import (
	"context"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/node/internal/console"
	"github.com/purlieu/purlieu/vault"
	"github.com/purlieu/purlieu/vault/file"
)

func testRules(dir string) *rules {
	return &rules{path: PolicyPath(dir), log: slog.New(slog.DiscardHandler)}
}

// edit writes a policy as an editor does: a new file in the old one's place.
func edit(t *testing.T, dir, text string) {
	t.Helper()
	if err := os.WriteFile(PolicyPath(dir)+"~", []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(PolicyPath(dir)+"~", PolicyPath(dir)); err != nil {
		t.Fatal(err)
	}
}

func testKinds() []model.Kind {
	return []model.Kind{
		{
			Name: "Db", Settings: []model.Field{{Name: "host"}, {Name: "tls", Default: "full"}},
			Dials: []model.Template{"{host|lower}:5432"}, Verified: "{tls|among full}",
		},
		{Name: "Nowhere"},
	}
}

func TestASecretGoesOnlyWhereThePolicySays(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "pw"), []byte("sesame\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	edit(t, dir, `bindings:
  - secret: file:pw
    sources: [{source: "Db://db.internal:5432"}, {source: "Db://plain.internal:5432", plaintext: true}]`)
	g := &gatekeeper{rules: testRules(dir), kinds: testKinds(), vaults: []vault.Vault{file.New(file.Config{Folder: dir})}}
	for _, c := range []struct {
		name, kind, host, tls, vault, code string
	}{
		{"bound, verified", "Db", "DB.internal", "", "file", ""},
		{"bound, not verified", "Db", "db.internal", "off", "file", "SecretNeedsTLS"},
		{"bound, in an unknown mode", "Db", "db.internal", "full ", "file", "SecretNeedsTLS"},
		{"bound in plain text", "Db", "plain.internal", "off", "file", ""},
		{"another host", "Db", "evil.example", "", "file", "SecretNotBound"},
		{"a host with a port of its own", "Db", "db.internal:1", "", "file", "SecretNotBound"},
		{"no host", "Db", "", "", "file", "BadSetting"},
		{"a kind that dials nowhere", "Nowhere", "db.internal", "", "file", "NoReceiver"},
		{"a kind that the node does not read", "Other", "db.internal", "", "file", "UnknownKind"},
		{"a vault that the node does not have", "Db", "db.internal", "", "exec", "NoSuchVault"},
	} {
		t.Run(c.name, func(t *testing.T) {
			grant := bus.Grant{Kind: c.kind, Settings: model.Settings{"host": c.host, "tls": c.tls}}
			grant.Login.Secrets = map[string]model.SecretRef{"password": {Vault: c.vault, Name: "pw"}}
			got, err := g.secrets(context.Background(), grant)
			if fault.CodeOf(err) != c.code {
				t.Fatalf("the error is %v, want %q", err, c.code)
			}
			if has := string(got["password"]) == "sesame"; has != (c.code == "") {
				t.Errorf("the secret was given: %v", has)
			}
		})
	}
}

func TestAnEditOfThePolicyCountsFromTheNextDecisionOn(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	addr := netip.MustParseAddrPort(l.Addr().String())
	dir := t.TempDir()
	g := &gatekeeper{rules: testRules(dir), kinds: testKinds()}
	dial := func() string {
		conn, err := g.dial(context.Background(), "Db", "127.0.0.1", int(addr.Port()))
		if err == nil {
			_ = conn.Close()
		}
		return fault.CodeOf(err)
	}
	if got := dial(); got != "AddressRefused" {
		t.Errorf("without a policy: %q", got)
	}
	if err := AllowSource(dir, "Db://127.0.0.1:"+strconv.Itoa(int(addr.Port()))); err != nil {
		t.Fatal(err)
	}
	if got := dial(); got != "" {
		t.Errorf("after it was allowed: %q", got)
	}
	g.refuse = func(string, netip.Addr, int) error { return fault.New(fault.Denied, "OwnListener", "no") }
	if got := dial(); got != "OwnListener" {
		t.Errorf("what the process refuses, whatever the policy says: %q", got)
	}
	g.refuse = nil
	edit(t, dir, "sources: [what]")
	if got := dial(); got != "BadPolicy" {
		t.Errorf("with a file that is no policy: %q", got)
	}
	if err := g.rules.check(&bus.Facts{}, bus.Grant{}); fault.CodeOf(err) != "BadPolicy" {
		t.Errorf("facts pass without a policy: %v", err)
	}
	if err := os.Remove(PolicyPath(dir)); err != nil {
		t.Fatal(err)
	}
	if got := dial(); got != "PolicyGone" {
		t.Errorf("after it was removed: %q", got)
	}
}

func TestANodeThatWasKilledHasStopped(t *testing.T) {
	dir := t.TempDir()
	lock, err := lockState(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := console.Write(dir, Status{State: console.Running, Written: time.Now()}); err != nil {
		t.Fatal(err)
	}
	if s, err := ReadStatus(dir); err != nil || !s.Alive(time.Now()) {
		t.Errorf("while it runs: %+v, %v", s, err)
	}
	if err := lock.Close(); err != nil { // as the system does for a process that was killed
		t.Fatal(err)
	}
	if s, err := ReadStatus(dir); err != nil || s.Alive(time.Now()) {
		t.Errorf("once it was killed: %+v, %v", s, err)
	}
	if lock, err = lockState(dir); err != nil {
		t.Errorf("the look keeps a node from starting: %v", err)
	}
	_ = lock.Close()
}

func TestASecretOfAVaultThatTheNodeDoesNotHaveIsNotBound(t *testing.T) {
	dir := t.TempDir()
	g := &gatekeeper{rules: testRules(dir), kinds: testKinds(), vaults: []vault.Vault{file.New(file.Config{Folder: dir})}}
	login := model.CredentialRef{Secrets: map[string]model.SecretRef{"password": {Vault: "azurekeyvault", Name: "foo"}}}
	_, err := g.secrets(context.Background(), bus.Grant{Kind: "Db", Settings: model.Settings{"host": "db.internal"}, Login: login})
	if fault.CodeOf(err) != "NoSuchVault" || !strings.Contains(err.Error(), "file") || strings.Contains(err.Error(), "policy allow") {
		t.Errorf("%v", err)
	}
}

func TestOneProcessHasAStateDirectory(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new")
	first, err := lockState(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := lockState(dir); fault.CodeOf(err) != "AlreadyRunning" {
		t.Errorf("a second: %v", err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	second, err := lockState(dir)
	if err != nil {
		t.Fatalf("after the first ended: %v", err)
	}
	_ = second.Close()
}
