package access

import (
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"testing"
	"time"
)

func TestCodes(t *testing.T) {
	m := newMemory(t)
	s := open(t, m, testConfig(t))
	link, _ := s.FirstLink(t.Context())
	verifier := strings.Repeat("v", 43)
	sum := sha256.Sum256([]byte(verifier))
	req := CodeRequest{Client: "portal", Redirect: "https://map.example/signed-in", Challenge: base64.RawURLEncoding.EncodeToString(sum[:])}
	first, err := s.CodeForLink(t.Context(), link, "ada", passphrase, "", req)
	if err != nil {
		t.Fatal(err)
	}
	code := func() string {
		t.Helper()
		code, err := s.CodeForPassword(t.Context(), "ada", passphrase, "", req)
		if err != nil {
			t.Fatal(err)
		}
		return code
	}
	t.Run("the first link's code signs its person in", func(t *testing.T) {
		in, err := s.TradeCode(t.Context(), first, verifier, req.Client, req.Redirect)
		if err != nil || who(t, s, in.Access.Text).Name != "ada" {
			t.Fatal(in, err)
		}
		if _, err := s.Refresh(t.Context(), in.Refresh); err != nil {
			t.Fatal(err)
		}
	})
	t.Run("a wrong password gives none", func(t *testing.T) {
		_, err := s.CodeForPassword(t.Context(), "ada", "x"+passphrase, "", req)
		want(t, err, "WrongPassword")
	})
	t.Run("it is bound to verifier, client and address", func(t *testing.T) {
		c := code()
		for _, bad := range [][3]string{
			{strings.Repeat("w", 43), req.Client, req.Redirect},
			{"", req.Client, req.Redirect},
			{verifier, "other", req.Redirect},
			{verifier, req.Client, "https://evil.example/signed-in"},
		} {
			_, err := s.TradeCode(t.Context(), c, bad[0], bad[1], bad[2])
			want(t, err, "InvalidCode")
		}
		if _, err := s.TradeCode(t.Context(), c, verifier, req.Client, req.Redirect); err != nil {
			t.Fatal("a failed try used it up:", err)
		}
	})
	t.Run("a second use ends the session of the first", func(t *testing.T) {
		c := code()
		in, err := s.TradeCode(t.Context(), c, verifier, req.Client, req.Redirect)
		if err != nil {
			t.Fatal(err)
		}
		for range 2 { // a third use finds no session left to end
			_, err = s.TradeCode(t.Context(), c, verifier, req.Client, req.Redirect)
			want(t, err, "InvalidCode")
		}
		_, err = s.Refresh(t.Context(), in.Refresh)
		want(t, err, "InvalidRefreshToken")
	})
	t.Run("it lives a minute, and is swept", func(t *testing.T) {
		c := code()
		m.Pass(time.Minute)
		_, err := s.TradeCode(t.Context(), c, verifier, req.Client, req.Redirect)
		want(t, err, "InvalidCode")
		m.Pass(time.Second)
		if err := s.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
	t.Run("it is worth nothing once the password has changed", func(t *testing.T) {
		c := code()
		again, _ := s.AdminLink(t.Context())
		if _, err := s.Redeem(t.Context(), again, "ada", "another "+passphrase, ""); err != nil {
			t.Fatal(err)
		}
		_, err := s.TradeCode(t.Context(), c, verifier, req.Client, req.Redirect)
		want(t, err, "WrongPassword")
	})
}
