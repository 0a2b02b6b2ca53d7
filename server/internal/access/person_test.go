package access

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/purlieu/purlieu/fault"
)

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
	t.Run("tells whether it can be used, uses nothing up, and is no way to guess", func(t *testing.T) {
		link, _ := s.AdminLink(t.Context())
		for range 2 {
			if err := s.CheckLink(t.Context(), link, "192.0.2.9"); err != nil {
				t.Fatal(err)
			}
		}
		codes := map[string]int{}
		for i := range 40 {
			check := func() error { return s.CheckLink(t.Context(), "guess", "192.0.2.9") }
			if i%2 == 0 {
				check = func() error { _, err := s.Redeem(t.Context(), "guess", "eve", passphrase, "192.0.2.9"); return err }
			}
			codes[fault.CodeOf(check())]++
		}
		if codes["InvalidLink"] != 30 || codes["TooManyAttempts"] != 10 {
			t.Fatalf("got %v", codes)
		}
		m.Pass(15 * time.Minute)
		want(t, s.CheckLink(t.Context(), link, "192.0.2.8"), "InvalidLink")
	})
	t.Run("there is none once somebody has a password", func(t *testing.T) {
		if link, err := s.FirstLink(t.Context()); err != nil || link != "" {
			t.Fatalf("got %q, %v", link, err)
		}
	})
	t.Run("another lives 15 minutes and sets a forgotten password", func(t *testing.T) {
		late, _ := s.AdminLink(t.Context())
		m.Pass(15 * time.Minute)
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
		m.Pass(11 * time.Minute)
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
		m.Pass(31 * time.Second)
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
		m.Pass(30 * 24 * time.Hour)
		_, err := s.Refresh(t.Context(), in.Refresh)
		want(t, err, "InvalidRefreshToken")
		if err := s.Sweep(t.Context()); err != nil || strings.Contains(m.text(t), "session ") {
			t.Fatalf("sessions are left, %v", err)
		}
	})
}
