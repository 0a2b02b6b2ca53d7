package access

import (
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/server/internal/store"
)

const passphrase = "canary horse battery staple"

func testConfig(t *testing.T) Config {
	cfg := DefaultConfig()
	cfg.KeyFile = filepath.Join(t.TempDir(), "key")
	cfg.Password = PasswordCost{Passes: 1, MemoryKiB: 64, Threads: 1}
	cfg.Live = func(context.Context, store.Tx, string, string) error { return nil }
	return cfg
}

func open(t *testing.T, m *memory, cfg Config) *Service {
	t.Helper()
	s, err := Open(t.Context(), m, cfg)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// first signs the first person in.
func first(t *testing.T, s *Service, name string) SignedIn {
	t.Helper()
	link, err := s.FirstLink(t.Context())
	if err != nil || link == "" {
		t.Fatalf("first link: %q, %v", link, err)
	}
	in, err := s.Redeem(t.Context(), link, name, passphrase, "192.0.2.1")
	if err != nil {
		t.Fatal(err)
	}
	return in
}

func want(t *testing.T, err error, code string) {
	t.Helper()
	if fault.CodeOf(err) != code {
		t.Fatalf("want %q, got %q: %v", code, fault.CodeOf(err), err)
	}
}

func who(t *testing.T, s *Service, token string) Principal {
	t.Helper()
	p, err := s.Authenticate(t.Context(), token)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestOpen(t *testing.T) {
	m, cfg := newMemory(t), testConfig(t)
	a := open(t, m, cfg)
	in := first(t, a, "Ada")

	t.Run("a second replica takes the tokens and receipts of the first", func(t *testing.T) {
		b := open(t, m, cfg)
		if a.Account() != b.Account() || !a.ReceiptSigner().Public().Equal(b.ReceiptSigner().Public()) {
			t.Fatal("the replicas are different accounts")
		}
		if p := who(t, b, in.Access.Text); p.Name != "Ada" {
			t.Fatalf("got %+v", p)
		}
		if !ed25519.Verify(b.ReceiptSigner().Public(), []byte("x"), a.ReceiptSigner().Sign([]byte("x"))) {
			t.Fatal("the receipt does not verify")
		}
	})
	t.Run("refuses to start without the key file, or with another", func(t *testing.T) {
		other := testConfig(t)
		_, err := Open(t.Context(), m, other)
		want(t, err, "KeyFileMissing")
		if _, err := os.Stat(other.KeyFile); !errors.Is(err, os.ErrNotExist) {
			t.Fatal("it made another key file")
		}
		open(t, newMemory(t), other) // makes one, for another account
		_, err = Open(t.Context(), m, other)
		want(t, err, "Unsealable")
	})
	t.Run("refuses a key file that others can read", func(t *testing.T) {
		if err := os.Chmod(cfg.KeyFile, 0o644); err != nil {
			t.Fatal(err)
		}
		_, err := Open(t.Context(), m, cfg)
		want(t, err, "KeyFileOpen")
	})
	t.Run("the store holds no secret in clear", func(t *testing.T) {
		_, secret, _ := strings.Cut(in.Refresh, ".")
		text := m.text(t)
		if !strings.Contains(text, `"previous"`) && !strings.Contains(text, `"hash"`) {
			t.Fatal("the search looks in the wrong place")
		}
		seed := base64.StdEncoding.EncodeToString(a.receipts.Seed())
		for _, canary := range []string{passphrase, secret, in.Access.Text, seed} {
			if strings.Contains(text, canary) {
				t.Errorf("found %q", canary)
			}
		}
	})
}

func TestTokens(t *testing.T) {
	m, cfg := newMemory(t), testConfig(t)
	revoked := false
	cfg.Live = func(_ context.Context, _ store.Tx, node, enrolment string) error {
		if revoked || node != "pool--n1" || enrolment != "e1" {
			return fault.New(fault.Denied, "NodeRevoked", "revoked")
		}
		return nil
	}
	s := open(t, m, cfg)
	in := first(t, s, "ada")

	t.Run("expire after an hour", func(t *testing.T) {
		m.Pass(59 * time.Minute)
		who(t, s, in.Access.Text)
		m.Pass(time.Minute)
		_, err := s.Authenticate(t.Context(), in.Access.Text)
		want(t, err, "Unauthenticated")
	})
	t.Run("of another account, cut, changed or unsigned are refused", func(t *testing.T) {
		in, _ := s.SignIn(t.Context(), "ada", passphrase, "")
		good := in.Access.Text
		other := first(t, open(t, newMemory(t), testConfig(t)), "ada").Access.Text
		parts := strings.Split(good, ".")
		none := "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0." + parts[1] + "."
		for _, bad := range []string{"", other, good[:len(good)-2], parts[0] + "." + parts[1] + "x." + parts[2], none, strings.Repeat("a", 5000)} {
			_, err := s.Authenticate(t.Context(), bad)
			want(t, err, "Unauthenticated")
			if bad != "" && strings.Contains(err.Error(), bad) {
				t.Error("the error quotes the token")
			}
		}
	})
	t.Run("of a node live 10 minutes and end with its revocation", func(t *testing.T) {
		token, life, err := s.IssueNode(t.Context(), "pool--n1", "e1")
		if err != nil || life != 10*time.Minute {
			t.Fatal(life, err)
		}
		if p := who(t, s, token); p.Node != "pool--n1" {
			t.Fatalf("got %+v", p)
		}
		want(t, s.Allow(t.Context(), who(t, s, token), ReadData, RootCollection), "Denied")
		revoked = true
		_, err = s.Authenticate(t.Context(), token)
		want(t, err, "Unauthenticated")
		revoked = false
		m.Pass(10 * time.Minute)
		_, err = s.Authenticate(t.Context(), token)
		want(t, err, "Unauthenticated")
		old, _, _ := s.IssueNode(t.Context(), "pool--n1", "e0")
		_, err = s.Authenticate(t.Context(), old)
		want(t, err, "Unauthenticated")
	})
	t.Run("a nonce is no token, and serves its subject and use only", func(t *testing.T) {
		nonce, _ := s.IssueNonce(t.Context(), "x", "pool--n1", time.Minute)
		_, err := s.Authenticate(t.Context(), nonce)
		want(t, err, "Unauthenticated")
		check := func(use, subject string) error {
			return m.View(t.Context(), func(tx store.Tx) error {
				_, err := s.CheckNonce(t.Context(), tx, use, subject, nonce)
				return err
			})
		}
		if err := check("x", "pool--n1"); err != nil {
			t.Fatal(err)
		}
		want(t, check("y", "pool--n1"), "Unauthenticated")
		want(t, check("x", "pool--n2"), "Unauthenticated")
	})
	t.Run("keys rotate with overlap, and a replica learns the new key", func(t *testing.T) {
		b := open(t, m, cfg)
		in, _ := s.SignIn(t.Context(), "ada", passphrase, "")
		m.Pass(cfg.KeyLife - 90*time.Minute) // 70 minutes have passed above
		before, _ := s.SignIn(t.Context(), "ada", passphrase, "")
		m.Pass(30 * time.Minute)
		after, _ := s.SignIn(t.Context(), "ada", passphrase, "")
		who(t, b, before.Access.Text)
		who(t, b, after.Access.Text)
		head := func(s string) string { return s[:strings.IndexByte(s, '.')] }
		if head(before.Access.Text) == head(after.Access.Text) {
			t.Fatal("the key did not change")
		}
		_, err := b.Authenticate(t.Context(), in.Access.Text)
		want(t, err, "Unauthenticated")
		count := func() int { return strings.Count(m.text(t), "accountkey ") }
		n := count()
		m.Pass(cfg.TokenLife + 3*keysFresh)
		if err := s.Sweep(t.Context()); err != nil || count() >= n {
			t.Fatalf("%d keys of %d left, %v", count(), n, err)
		}
	})
}
