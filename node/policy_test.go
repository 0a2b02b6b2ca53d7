package node

import (
	"log/slog"
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/purlieu/purlieu/model"
)

func TestRulesSayTheOwnersCommandAfterEachEdit(t *testing.T) {
	dir := t.TempDir()
	ref := model.SecretRef{Vault: "file", Name: "shop-password"}
	const source, say = "PostgreSql://db.internal:5432", "run on the node: purlieu admin allow --s"
	r := &rules{path: PolicyPath(dir), command: "purlieu admin allow", log: slog.New(slog.DiscardHandler)}
	use := func() error {
		t.Helper()
		p, err := r.now()
		if err != nil {
			t.Fatal(err)
		}
		if err := p.MayDial("PostgreSql", "localhost", netip.MustParseAddr("127.0.0.1"), 5432); err == nil || !strings.Contains(err.Error(), say) {
			t.Errorf("%v", err)
		}
		return p.MayUse(ref, "PostgreSql", "db.internal", 5432, true)
	}
	if err := use(); err == nil || !strings.Contains(err.Error(), say) {
		t.Errorf("without a file: %v", err)
	}
	if err := AllowSecret(dir, ref.String(), source, false); err != nil {
		t.Fatal(err)
	}
	if err := use(); err != nil {
		t.Errorf("after the command: %v", err)
	}
	if err := os.WriteFile(PolicyPath(dir), []byte("hide: [salary]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	past := time.Now().Add(-time.Hour) // file systems with coarse times
	if err := os.Chtimes(PolicyPath(dir), past, past); err != nil {
		t.Fatal(err)
	}
	if err := use(); err == nil || !strings.Contains(err.Error(), say) {
		t.Errorf("after an edit by hand: %v", err)
	}
}
