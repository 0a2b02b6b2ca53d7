package access

import (
	"context"
	"crypto/ed25519"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
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
		for _, canary := range []string{passphrase, secret, in.Access.Text, string(a.receipts.Seed())} {
			if strings.Contains(m.text(t), canary) {
				t.Errorf("found %q", canary)
			}
		}
	})
}

func TestFirstLink(t *testing.T) {
	m := newMemory(t)
	s := open(t, m, testConfig(t))
	link, _ := s.FirstLink(t.Context())

	t.Run("a weak password or bad name leaves it usable", func(t *testing.T) {
		_, err := s.Redeem(t.Context(), link, "ada", "short", "")
		want(t, err, "WeakPassword")
		_, err = s.Redeem(t.Context(), link, "not a name", passphrase, "")
		want(t, err, "InvalidUserName")
	})
	t.Run("works once, and gives all roles on the root", func(t *testing.T) {
		in, err := s.Redeem(t.Context(), link, "ada", passphrase, "")
		if err != nil {
			t.Fatal(err)
		}
		p := who(t, s, in.Access.Text)
		for _, a := range []Action{WriteSource, WriteScan, WriteData, WriteCollection, WriteNetwork, WriteRuntime, ReadRuntime} {
			if err := s.Allow(t.Context(), p, a, RootCollection); err != nil {
				t.Error(err)
			}
		}
		_, err = s.Redeem(t.Context(), link, "eve", passphrase, "")
		want(t, err, "InvalidLink")
	})
	t.Run("there is none once somebody has a password", func(t *testing.T) {
		if link, err := s.FirstLink(t.Context()); err != nil || link != "" {
			t.Fatalf("got %q, %v", link, err)
		}
	})
	t.Run("another lives 15 minutes and sets a forgotten password", func(t *testing.T) {
		late, _ := s.AdminLink(t.Context())
		m.pass(15 * time.Minute)
		_, err := s.Redeem(t.Context(), late, "ada", passphrase, "")
		want(t, err, "InvalidLink")
		again, _ := s.AdminLink(t.Context())
		if _, err := s.Redeem(t.Context(), again, "ADA", "another "+passphrase, ""); err != nil {
			t.Fatal(err)
		}
		_, err = s.SignIn(t.Context(), "ada", passphrase, "")
		want(t, err, "WrongPassword")
	})
	t.Run("many who redeem at once: one wins", func(t *testing.T) {
		link, _ := s.AdminLink(t.Context())
		var wg sync.WaitGroup
		won := make(chan string, 8)
		for _, name := range []string{"u1", "u2", "u3", "u4", "u5", "u6"} {
			wg.Go(func() {
				if _, err := s.Redeem(context.Background(), link, name, passphrase, ""); err == nil {
					won <- name
				}
			})
		}
		wg.Wait()
		if len(won) != 1 {
			t.Fatalf("%d won", len(won))
		}
	})
	t.Run("a user's own link gives no roles and serves no other name", func(t *testing.T) {
		u, err := s.AddUser(t.Context(), "bob")
		if err != nil {
			t.Fatal(err)
		}
		link, err := s.SignInLink(t.Context(), u.ID)
		if err != nil {
			t.Fatal(err)
		}
		_, err = s.Redeem(t.Context(), link, "ada", passphrase, "")
		want(t, err, "OtherUser")
		in, err := s.Redeem(t.Context(), link, "bob", passphrase, "")
		if err != nil {
			t.Fatal(err)
		}
		want(t, s.Allow(t.Context(), who(t, s, in.Access.Text), ReadData, RootCollection), "Denied")
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
		m.pass(59 * time.Minute)
		who(t, s, in.Access.Text)
		m.pass(time.Minute)
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
		m.pass(10 * time.Minute)
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
		m.pass(cfg.KeyLife - 90*time.Minute) // 70 minutes have passed above
		before, _ := s.SignIn(t.Context(), "ada", passphrase, "")
		m.pass(30 * time.Minute)
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
		m.pass(cfg.TokenLife + 3*keysFresh)
		if err := s.Sweep(t.Context()); err != nil || count() >= n {
			t.Fatalf("%d keys of %d left, %v", count(), n, err)
		}
	})
}

func TestSignIn(t *testing.T) {
	m := newMemory(t)
	s := open(t, m, testConfig(t))
	in := first(t, s, "ada")

	t.Run("says the same for a wrong password and an unknown user", func(t *testing.T) {
		_, wrong := s.SignIn(t.Context(), "ada", "x"+passphrase, "192.0.2.9")
		_, unknown := s.SignIn(t.Context(), "nobody", passphrase, "192.0.2.9")
		want(t, wrong, "WrongPassword")
		if wrong.Error() != unknown.Error() || strings.Contains(wrong.Error(), "canary") {
			t.Fatalf("%v / %v", wrong, unknown)
		}
	})
	t.Run("throttles one address without locking the user out elsewhere", func(t *testing.T) {
		for range 10 {
			_, err := s.SignIn(t.Context(), "ada", "wrong password", "192.0.2.2")
			want(t, err, "WrongPassword")
		}
		_, err := s.SignIn(t.Context(), "ada", passphrase, "192.0.2.2")
		want(t, err, "TooManyAttempts")
		if _, err := s.SignIn(t.Context(), "ada", passphrase, "192.0.2.3"); err != nil {
			t.Fatal(err)
		}
		m.pass(11 * time.Minute)
		if _, err := s.SignIn(t.Context(), "ada", passphrase, "192.0.2.2"); err != nil {
			t.Fatal(err)
		}
	})
	t.Run("throttles an address that tries many names", func(t *testing.T) {
		codes := map[string]int{}
		for i := range 40 {
			_, err := s.SignIn(t.Context(), "u"+strings.Repeat("x", i), "wrong password", "2001:db8::"+string(rune('1'+i%9)))
			codes[fault.CodeOf(err)]++
		}
		if codes["WrongPassword"] != 30 || codes["TooManyAttempts"] != 10 {
			t.Fatalf("got %v", codes)
		}
	})
	t.Run("a disabled user's tokens and sessions end at once", func(t *testing.T) {
		u, _ := s.AddUser(t.Context(), "bob")
		link, _ := s.SignInLink(t.Context(), "bob")
		bob, err := s.Redeem(t.Context(), link, "bob", passphrase, "")
		if err != nil {
			t.Fatal(err)
		}
		if err := s.DisableUser(t.Context(), u.ID, true); err != nil {
			t.Fatal(err)
		}
		_, err = s.Authenticate(t.Context(), bob.Access.Text)
		want(t, err, "Unauthenticated")
		_, err = s.Refresh(t.Context(), bob.Refresh)
		want(t, err, "InvalidRefreshToken")
		_, err = s.SignIn(t.Context(), "bob", passphrase, "")
		want(t, err, "WrongPassword")
	})
	t.Run("the last administrator can be neither disabled, deleted nor demoted", func(t *testing.T) {
		want(t, s.DisableUser(t.Context(), in.User.ID, true), "LastAdministrator")
		want(t, s.DeleteUser(t.Context(), in.User.ID), "LastAdministrator")
		want(t, s.Unassign(t.Context(), RootCollection, CollectionAdministrator, in.User.ID), "LastAdministrator")
	})
}

func TestRefresh(t *testing.T) {
	m := newMemory(t)
	s := open(t, m, testConfig(t))
	in := first(t, s, "ada")
	second, err := s.Refresh(t.Context(), in.Refresh)
	if err != nil || second.Refresh == "" || second.Refresh == in.Refresh {
		t.Fatal(err)
	}
	t.Run("two commands at once may share a token", func(t *testing.T) {
		again, err := s.Refresh(t.Context(), in.Refresh)
		if err != nil || again.Refresh != "" || again.Access.Text == "" {
			t.Fatalf("%q, %v", again.Refresh, err)
		}
	})
	t.Run("a copied token ends the session", func(t *testing.T) {
		m.pass(31 * time.Second)
		_, err := s.Refresh(t.Context(), in.Refresh)
		want(t, err, "InvalidRefreshToken")
		_, err = s.Refresh(t.Context(), second.Refresh)
		want(t, err, "InvalidRefreshToken")
	})
	t.Run("sign-out ends the session, and only with its token", func(t *testing.T) {
		in, _ := s.SignIn(t.Context(), "ada", passphrase, "")
		id, _, _ := strings.Cut(in.Refresh, ".")
		want(t, s.SignOut(t.Context(), id+".guess"), "InvalidRefreshToken")
		if err := s.SignOut(t.Context(), in.Refresh); err != nil {
			t.Fatal(err)
		}
		_, err := s.Refresh(t.Context(), in.Refresh)
		want(t, err, "InvalidRefreshToken")
	})
	t.Run("an unused session ends after 30 days", func(t *testing.T) {
		in, _ := s.SignIn(t.Context(), "ada", passphrase, "")
		m.pass(30 * 24 * time.Hour)
		_, err := s.Refresh(t.Context(), in.Refresh)
		want(t, err, "InvalidRefreshToken")
		if err := s.Sweep(t.Context()); err != nil || strings.Contains(m.text(t), "session ") {
			t.Fatalf("sessions are left, %v", err)
		}
	})
}

func TestApps(t *testing.T) {
	m := newMemory(t)
	s := open(t, m, testConfig(t))
	first(t, s, "ada")
	app, secret, err := s.AddApp(t.Context(), "nightly")
	if err != nil || strings.Contains(m.text(t), secret) {
		t.Fatal("the secret is in the store", err)
	}
	token, err := s.ClientCredentials(t.Context(), app.Client, secret, "")
	if err != nil {
		t.Fatal(err)
	}
	p := who(t, s, token.Text)
	if p.ID != app.ID || p.Name != "nightly" {
		t.Fatalf("got %+v", p)
	}
	if err := s.Assign(t.Context(), RootCollection, DataReader, app.ID); err != nil {
		t.Fatal(err)
	}
	t.Run("a wrong secret and an unknown client look alike", func(t *testing.T) {
		_, a := s.ClientCredentials(t.Context(), app.Client, "canary", "")
		_, b := s.ClientCredentials(t.Context(), newGUID(), secret, "")
		_, c := s.ClientCredentials(t.Context(), app.Client, "", "")
		want(t, a, "InvalidClient")
		if a.Error() != b.Error() || a.Error() != c.Error() {
			t.Fatal(a, b, c)
		}
	})
	t.Run("a new secret ends old tokens", func(t *testing.T) {
		next, err := s.RenewSecret(t.Context(), app.ID)
		if err != nil {
			t.Fatal(err)
		}
		_, err = s.Authenticate(t.Context(), token.Text)
		want(t, err, "Unauthenticated")
		_, err = s.ClientCredentials(t.Context(), app.Client, secret, "")
		want(t, err, "InvalidClient")
		if token, err = s.ClientCredentials(t.Context(), app.Client, next, ""); err != nil {
			t.Fatal(err)
		}
	})
	t.Run("a removed one is refused at once and leaves no roles", func(t *testing.T) {
		if err := s.DeleteApp(t.Context(), app.ID); err != nil {
			t.Fatal(err)
		}
		_, err := s.Authenticate(t.Context(), token.Text)
		want(t, err, "Unauthenticated")
		if roles, _ := s.RolesOf(t.Context(), app.ID); len(roles) != 0 {
			t.Fatalf("got %v", roles)
		}
	})
}

func TestRoles(t *testing.T) {
	m := newMemory(t)
	s := open(t, m, testConfig(t))
	first(t, s, "ada")
	ctx := t.Context()
	for _, c := range []Collection{{Name: "sales", Parent: RootCollection}, {Name: "eu", Parent: "sales"}, {Name: "eu1", Parent: "sales"}, {Name: "hr1", Parent: RootCollection}} {
		_, err := s.PutCollection(ctx, c)
		if len(c.Name) < 3 {
			want(t, err, "InvalidCollectionName")
		} else if err != nil {
			t.Fatal(err)
		}
	}
	bob, err := s.AddUser(ctx, "bob")
	if err != nil {
		t.Fatal(err)
	}
	p := Principal{ID: bob.ID, Name: "bob"}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	t.Run("nobody may anything before a role is given", func(t *testing.T) {
		for _, a := range []Action{ReadData, ReadCollection, ReadRuntime, WriteNetwork} {
			want(t, s.Allow(ctx, p, a, "sales"), "Denied")
		}
		want(t, s.Allow(ctx, Principal{}, ReadData, "sales"), "Denied")
	})
	must(s.Assign(ctx, "sales", DataSourceAdministrator, bob.ID))
	t.Run("a role is inherited downwards and nowhere else", func(t *testing.T) {
		must(s.Allow(ctx, p, WriteScan, "sales"))
		must(s.Allow(ctx, p, WriteScan, "eu1"))
		want(t, s.Allow(ctx, p, WriteScan, "hr1"), "Denied")
		want(t, s.Allow(ctx, p, WriteScan, RootCollection), "Denied")
		want(t, s.Allow(ctx, p, ReadData, "eu1"), "Denied")
		got, err := s.CollectionsFor(ctx, p, WriteScan)
		if err != nil || strings.Join(got, " ") != "eu1 sales" {
			t.Fatal(got, err)
		}
	})
	t.Run("the refusal names the role", func(t *testing.T) {
		err := s.Allow(ctx, p, WriteData, "sales")
		if !strings.Contains(err.Error(), "data-curator") {
			t.Fatal(err)
		}
	})
	t.Run("a collection that does not exist looks as one that is forbidden", func(t *testing.T) {
		want(t, s.Allow(ctx, p, ReadData, "secret"), "Denied")
	})
	t.Run("runtimes are governed on the root, and seen by who sets up sources", func(t *testing.T) {
		must(s.Allow(ctx, p, ReadRuntime, RootCollection))
		want(t, s.Allow(ctx, p, WriteRuntime, "sales"), "Denied")
		if got, err := s.CollectionsFor(ctx, p, WriteRuntime); err != nil || got != nil {
			t.Fatal(got, err)
		}
		must(s.Assign(ctx, RootCollection, DataSourceAdministrator, bob.ID))
		must(s.Allow(ctx, p, WriteRuntime, "sales"))
		must(s.Unassign(ctx, RootCollection, DataSourceAdministrator, bob.ID))
	})
	t.Run("roles that make no sense are refused", func(t *testing.T) {
		want(t, s.Assign(ctx, "sales", NetworkAdministrator, bob.ID), "RootRole")
		want(t, s.Assign(ctx, "sales", "owner", bob.ID), "UnknownRole")
		want(t, s.Assign(ctx, "sales", DataReader, "user:nobody"), "PrincipalNotFound")
		want(t, s.Assign(ctx, "none", DataReader, bob.ID), "CollectionNotFound")
	})
	t.Run("a collection can't stand below itself, and moves with its roles", func(t *testing.T) {
		_, err := s.PutCollection(ctx, Collection{Name: "sales", Parent: "eu1"})
		want(t, err, "InvalidParent")
		_, err = s.PutCollection(ctx, Collection{Name: "eu1", Parent: "hr1"})
		must(err)
		want(t, s.Allow(ctx, p, WriteScan, "eu1"), "Denied")
	})
	t.Run("only an empty collection is deleted, and its roles with it", func(t *testing.T) {
		want(t, s.DeleteCollection(ctx, "hr1", nil), "CollectionNotEmpty")
		want(t, s.DeleteCollection(ctx, RootCollection, nil), "RootCollection")
		used := fault.New(fault.Conflict, "InUse", "used")
		want(t, s.DeleteCollection(ctx, "sales", func(context.Context, store.Tx) error { return used }), "InUse")
		must(s.DeleteCollection(ctx, "sales", nil))
		_, err := s.PutCollection(ctx, Collection{Name: "sales", Parent: RootCollection})
		must(err)
		want(t, s.Allow(ctx, p, WriteScan, "sales"), "Denied")
	})
}
