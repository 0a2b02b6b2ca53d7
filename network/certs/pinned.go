package certs

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"strings"
	"time"

	"github.com/purlieu/purlieu/fault"
)

// Codes of what a pinned connection fails with. All are fault.Denied: the peer was reached, and is not trusted.
const (
	CodeBadPin         = "BadPin"         // Invalid: the pin is not one
	CodeIntercepted    = "Intercepted"    // somebody else's chain
	CodeClock          = "Clock"          // the account's chain, at a time at which it does not hold
	CodeWrongName      = "WrongName"      // the account's chain, for other names
	CodeBadCertificate = "BadCertificate" // a chain that proves nothing
)

// PinnedConfig is a client's configuration that accepts exactly a chain whose root has the pin, for serverName (a DNS
// name or an address), at the time that clock says. The caller owns it. The roots of the machine do not count.
func PinnedConfig(pin, serverName string, clock func() time.Time) (*tls.Config, error) {
	sum, err := base64.RawURLEncoding.DecodeString(pin)
	if err != nil || len(sum) != sha256.Size {
		return nil, fault.New(fault.Invalid, CodeBadPin, "the pin of the account's authority is damaged").Try("Copy the key again, whole")
	}
	return &tls.Config{
		MinVersion: tls.VersionTLS12,
		ServerName: serverName,
		// Verification is VerifyConnection's: the library's own knows roots, not pins.
		InsecureSkipVerify: true,
		VerifyConnection: func(cs tls.ConnectionState) error {
			return verify(cs.PeerCertificates, pin, serverName, clock())
		},
	}, nil
}

// RootedConfig is a client's configuration that trusts the given roots instead of a pin, with the same faults. It is
// for a node whose connections pass a proxy that inspects TLS, and that was told so.
func RootedConfig(roots *x509.CertPool, serverName string, clock func() time.Time) *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS12, ServerName: serverName,
		InsecureSkipVerify: true, // VerifyConnection does it, for its faults
		VerifyConnection: func(cs tls.ConnectionState) error {
			return check(cs.PeerCertificates, roots, serverName, clock())
		},
	}
}

// verify looks for the pinned root in what the peer sent, and checks the chain against it alone. A certificate in the
// list proves nothing by being there: the leaf must be signed through to it.
func verify(chain []*x509.Certificate, pin, name string, now time.Time) error {
	roots := x509.NewCertPool()
	found := false
	for _, cert := range chain {
		if pinOf(cert) == pin && cert.IsCA && cert.CheckSignatureFrom(cert) == nil {
			roots.AddCert(cert)
			found = true
		}
	}
	if !found {
		return intercepted(chain, name)
	}
	return check(chain, roots, name, now)
}

// check checks the chain against roots, and says what is wrong.
func check(chain []*x509.Certificate, roots *x509.CertPool, name string, now time.Time) error {
	if len(chain) == 0 {
		return fault.New(fault.Denied, CodeBadCertificate, "%s sent no certificate", name)
	}
	leaf := chain[0]
	opts := x509.VerifyOptions{Roots: roots, Intermediates: x509.NewCertPool(), CurrentTime: now}
	for _, cert := range chain[1:] {
		opts.Intermediates.AddCert(cert)
	}
	_, err := leaf.Verify(opts)
	var unknown x509.UnknownAuthorityError
	var invalid x509.CertificateInvalidError
	switch {
	case err == nil:
	case errors.As(err, &unknown):
		return intercepted(chain, name)
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return clockFault(invalid.Cert, name, now).Because(err)
	default:
		return fault.New(fault.Denied, CodeBadCertificate, "the certificate of %s proves nothing", name).Because(err)
	}
	if err := leaf.VerifyHostname(name); err != nil {
		return fault.New(fault.Denied, CodeWrongName, "the account's certificate is for %s, not for %s", namesOf(leaf), name).
			Try("Reach the account by one of these names, or add %s to the names in the account's configuration", name).Because(err)
	}
	return nil
}

func clockFault(cert *x509.Certificate, name string, now time.Time) *fault.Error {
	state, when := "has expired", cert.NotAfter
	if now.Before(cert.NotBefore) {
		state, when = "is not valid yet", cert.NotBefore
	}
	return fault.New(fault.Denied, CodeClock, "the certificate of %s %s: its limit is %s and this machine's clock says %s",
		name, state, when.UTC().Format(time.RFC3339), now.UTC().Format(time.RFC3339)).
		Try("Check the clocks of this machine and of the account")
}

// intercepted names who issued the chain instead. The text comes from a peer that is not trusted: it is cut and cleaned.
func intercepted(chain []*x509.Certificate, name string) error {
	issuer := "nobody"
	if len(chain) > 0 {
		issuer = clean(chain[len(chain)-1].Issuer.String())
	}
	return fault.New(fault.Denied, CodeIntercepted, "what answers at %s is not the account: its certificate was issued by %q", name, issuer).
		Try("If a proxy of yours inspects TLS, let it pass %s through, or give its authority with --ca; if the account was set up anew, get a new key", name)
}

func namesOf(leaf *x509.Certificate) string {
	names := append([]string{}, leaf.DNSNames...)
	for _, ip := range leaf.IPAddresses {
		names = append(names, ip.String())
	}
	if len(names) == 0 {
		return "no name"
	}
	return clean(strings.Join(names, ", "))
}

func clean(text string) string {
	text = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || (r >= 0x80 && r < 0xa0) {
			return '?'
		}
		return r
	}, strings.ToValidUTF8(text, "?"))
	if r := []rune(text); len(r) > 200 {
		return string(r[:200]) + "…"
	}
	return text
}
