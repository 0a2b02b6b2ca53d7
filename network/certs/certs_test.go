package certs

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/purlieu/purlieu/fault"
)

// clock can be moved.
type clock struct{ t time.Time }

func (c *clock) now() time.Time { return c.t }

func (c *clock) move(d time.Duration) { c.t = c.t.Add(d) }

func newClock() *clock { return &clock{time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)} }

func open(t *testing.T, dir string, c *clock, names ...string) *Authority {
	t.Helper()
	a, err := Open(dir, c.now, names)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// shake does a real TLS handshake and gives the client's error.
func shake(t *testing.T, server, client *tls.Config) (tls.ConnectionState, error) {
	t.Helper()
	l, err := tls.Listen("tcp", "127.0.0.1:0", server)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	go func() {
		if c, err := l.Accept(); err == nil {
			_, _ = io.Copy(io.Discard, c)
			_ = c.Close()
		}
	}()
	raw, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = raw.Close() }()
	conn := tls.Client(raw, client)
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	err = conn.HandshakeContext(ctx)
	return conn.ConnectionState(), err
}

func pinned(t *testing.T, pin, name string, c *clock) *tls.Config {
	t.Helper()
	cfg, err := PinnedConfig(pin, name, c.now)
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

func TestAClientWithThePinIsServed(t *testing.T) {
	c := newClock()
	a := open(t, t.TempDir(), c, "Account.Example.", "192.0.2.9")
	for _, name := range []string{"localhost", "127.0.0.1", "::1", "account.example", "192.0.2.9"} {
		client := pinned(t, a.Pin(), name, c)
		client.NextProtos = []string{"h2"}
		state, err := shake(t, a.TLSConfig(), client)
		if err != nil || state.NegotiatedProtocol != "h2" {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := shake(t, a.TLSConfig(), RootedConfig(a.Roots(), name, c.now)); err != nil {
			t.Errorf("%s by roots: %v", name, err)
		}
	}
	old := pinned(t, a.Pin(), "localhost", c)
	old.MinVersion, old.MaxVersion = tls.VersionTLS10, tls.VersionTLS11
	if _, err := shake(t, a.TLSConfig(), old); err == nil {
		t.Error("TLS 1.1 is served")
	}
	std := &tls.Config{RootCAs: a.Roots(), ServerName: "localhost", Time: c.now, MinVersion: tls.VersionTLS12}
	if _, err := shake(t, a.TLSConfig(), std); err != nil {
		t.Errorf("the standard library's verification: %v", err)
	}
}

func TestTheAuthorityOutlivesARestart(t *testing.T) {
	c, dir := newClock(), filepath.Join(t.TempDir(), "certs")
	a := open(t, dir, c)
	first, err := a.certificate()
	if err != nil {
		t.Fatal(err)
	}
	again := open(t, dir, c)
	second, err := again.certificate()
	if err != nil {
		t.Fatal(err)
	}
	if a.Pin() != again.Pin() || !first.Leaf.Equal(second.Leaf) || len(a.Pin()) != 43 {
		t.Error("a restart changed the authority or the certificate")
	}
	renamed := open(t, dir, c, "new.example")
	if _, err := shake(t, renamed.TLSConfig(), pinned(t, a.Pin(), "new.example", c)); err != nil {
		t.Errorf("a new name: %v", err)
	}
	if err := os.WriteFile(filepath.Join(dir, serverFile), []byte("damaged"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := shake(t, open(t, dir, c).TLSConfig(), pinned(t, a.Pin(), "localhost", c)); err != nil {
		t.Errorf("a damaged server certificate is not made again: %v", err)
	}
	if runtime.GOOS != "windows" {
		for _, f := range []string{rootFile, serverFile} {
			if info, err := os.Stat(filepath.Join(dir, f)); err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("%s: %v, %v", f, info.Mode(), err)
			}
		}
	}
	for _, damage := range []string{"", "damaged", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"} {
		if err := os.WriteFile(filepath.Join(dir, rootFile), []byte(damage), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(dir, c.now, nil); !fault.Is(err, fault.Invalid) {
			t.Errorf("a damaged authority %q: %v", damage, err)
		}
	}
}

func TestACertificateRenewsItselfWhileServing(t *testing.T) {
	c, dir := newClock(), t.TempDir()
	a := open(t, dir, c)
	cfg := a.TLSConfig()
	serial := func() string {
		state, err := shake(t, cfg, pinned(t, a.Pin(), "localhost", c))
		if err != nil {
			t.Fatal(err)
		}
		return state.PeerCertificates[0].SerialNumber.String()
	}
	first := serial()
	c.move(59 * 24 * time.Hour)
	if serial() != first {
		t.Error("it was renewed before its time")
	}
	c.move(2 * 24 * time.Hour)
	second := serial()
	if second == first {
		t.Error("it was not renewed after two thirds of its life")
	}
	if until, err := a.Renewal(); err != nil || until.Sub(c.now()) != 90*24*time.Hour {
		t.Errorf("holds until %s, %v", until, err)
	}
	c.move(200 * 24 * time.Hour) // asleep for long: the next handshake renews
	if third := serial(); third == second {
		t.Error("an expired certificate is served")
	}
	if state, _ := shake(t, open(t, dir, c).TLSConfig(), pinned(t, a.Pin(), "localhost", c)); len(state.PeerCertificates) == 0 || state.PeerCertificates[0].SerialNumber.String() == second {
		t.Error("the renewed certificate was not kept")
	}
}

func TestARenewalThatCanNotBeWrittenServesFromMemory(t *testing.T) {
	c, dir := newClock(), filepath.Join(t.TempDir(), "certs")
	a := open(t, dir, c)
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	c.move(80 * 24 * time.Hour)
	if _, err := shake(t, a.TLSConfig(), pinned(t, a.Pin(), "localhost", c)); err != nil {
		t.Error(err)
	}
	if _, err := a.Renewal(); err == nil {
		t.Error("the failure is not told")
	}
}

// impostor is a proxy that inspects TLS: its own authority signs for any name, and it may send the true root along.
func impostor(t *testing.T, c *clock, extra ...*x509.Certificate) *tls.Config {
	t.Helper()
	caKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	ca := &x509.Certificate{
		SerialNumber: serial(), Subject: pkix.Name{CommonName: "Corp Inspection\nCA"}, NotBefore: c.now().Add(-time.Hour), NotAfter: c.now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	caDER, err := x509.CreateCertificate(rand.Reader, ca, ca, &caKey.PublicKey, caKey)
	if err != nil {
		t.Fatal(err)
	}
	leaf := &x509.Certificate{
		SerialNumber: serial(), DNSNames: []string{"localhost"}, NotBefore: ca.NotBefore, NotAfter: ca.NotAfter,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.CreateCertificate(rand.Reader, leaf, ca, &key.PublicKey, caKey)
	if err != nil {
		t.Fatal(err)
	}
	chain := [][]byte{der, caDER}
	for _, cert := range extra {
		chain = append(chain, cert.Raw)
	}
	return &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{{Certificate: chain, PrivateKey: key}}}
}

func TestWhatIsWrongWithAChainIsNamed(t *testing.T) {
	c := newClock()
	a := open(t, t.TempDir(), c)
	other := open(t, t.TempDir(), c)
	past, future := &clock{c.now().Add(-48 * time.Hour)}, &clock{c.now().Add(300 * 24 * time.Hour)}
	for _, x := range []struct {
		name   string
		server *tls.Config
		client *tls.Config
		code   string
		says   string
	}{
		{"inspection", impostor(t, c), pinned(t, a.Pin(), "localhost", c), CodeIntercepted, `Corp Inspection`},
		{"inspection with the true root", impostor(t, c, a.root), pinned(t, a.Pin(), "localhost", c), CodeIntercepted, "--ca"},
		{"inspection by roots", impostor(t, c), RootedConfig(a.Roots(), "localhost", c.now), CodeIntercepted, `Corp Inspection`},
		{"another account", other.TLSConfig(), pinned(t, a.Pin(), "localhost", c), CodeIntercepted, "Purlieu account authority"},
		{"a slow clock", a.TLSConfig(), pinned(t, a.Pin(), "localhost", past), CodeClock, "not valid yet"},
		{"a fast clock", a.TLSConfig(), pinned(t, a.Pin(), "localhost", future), CodeClock, "has expired"},
		{"another name", a.TLSConfig(), pinned(t, a.Pin(), "account.example", c), CodeWrongName, "localhost"},
		{"another address", a.TLSConfig(), pinned(t, a.Pin(), "192.0.2.1", c), CodeWrongName, "127.0.0.1"},
	} {
		_, err := shake(t, x.server, x.client)
		if fault.CodeOf(err) != x.code || !fault.Is(err, fault.Denied) || !strings.Contains(err.Error(), x.says) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %s: %v", x.name, fault.CodeOf(err), err)
		}
	}
}

func TestADamagedPinOrNameIsRefused(t *testing.T) {
	for _, pin := range []string{"", "x", strings.Repeat("A", 42), strings.Repeat("A", 44), strings.Repeat("=", 43)} {
		if _, err := PinnedConfig(pin, "localhost", time.Now); fault.CodeOf(err) != CodeBadPin {
			t.Errorf("%q: %v", pin, err)
		}
	}
	for _, name := range []string{"https://a.example", "a.example:8443", "a b", "", "..", "a..b"} {
		if _, err := Open(t.TempDir(), time.Now, []string{name}); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: %v", name, err)
		}
	}
}
