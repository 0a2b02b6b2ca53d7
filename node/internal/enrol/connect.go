package enrol

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"syscall"
	"time"

	"github.com/purlieu/purlieu/fault"
)

// transport is HTTP/1.1 over connections of dial, with TLS failures that name their cause.
func transport(conf *tls.Config, dial Dial) *http.Transport {
	if dial == nil {
		dial = func(ctx context.Context, address string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "tcp", address)
		}
	}
	return &http.Transport{
		DialTLSContext: func(ctx context.Context, _, address string) (net.Conn, error) {
			conn, err := dial(ctx, address)
			if err != nil {
				return nil, explainDial(err, address)
			}
			return handshake(ctx, conn, conf, address)
		},
		ResponseHeaderTimeout: enrolTimeout,
		IdleConnTimeout:       time.Minute,
	}
}

// handshake runs TLS and remembers who issued what was shown, since a refusal must name it.
func handshake(ctx context.Context, conn net.Conn, conf *tls.Config, address string) (net.Conn, error) {
	c := conf.Clone()
	if c.ServerName == "" {
		c.ServerName, _, _ = net.SplitHostPort(address) // the address was split before it was dialled
	}
	var shown []*x509.Certificate
	inner := c.VerifyPeerCertificate
	c.VerifyPeerCertificate = func(raw [][]byte, chains [][]*x509.Certificate) error {
		for _, der := range raw {
			if cert, err := x509.ParseCertificate(der); err == nil {
				shown = append(shown, cert)
			}
		}
		if inner == nil {
			return nil
		}
		return inner(raw, chains)
	}
	secure := tls.Client(conn, c)
	if err := secure.HandshakeContext(ctx); err != nil {
		_ = conn.Close()
		return nil, explainTLS(err, shown, address)
	}
	return secure, nil
}

// explainTLS names the one cause of a failed handshake.
func explainTLS(err error, shown []*x509.Certificate, address string) error {
	var verification *tls.CertificateVerificationError
	if errors.As(err, &verification) && len(shown) == 0 {
		shown = verification.UnverifiedCertificates
	}
	var header tls.RecordHeaderError
	var invalid x509.CertificateInvalidError
	switch {
	case errors.As(err, &header):
		return fault.New(fault.Unreachable, "NotTLS", "what listens at %s does not speak TLS", address).
			Try("Check the port in the key's ServiceEndpoint").Because(err)
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired && invalid.Cert != nil:
		return fault.New(fault.Invalid, "Clock", "the certificate of %s is good from %s to %s, and this machine's clock says it is not that time", address,
			invalid.Cert.NotBefore.UTC().Format(time.RFC3339), invalid.Cert.NotAfter.UTC().Format(time.RFC3339)).
			Try("Set this machine's clock; if it is right, the account's certificate was not renewed").Because(err)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return fault.New(fault.Unreachable, "HandshakeCut", "the connection to %s was cut while TLS began", address).
			Try("A firewall between may not let TLS through: ask for an outgoing rule to %s", address).Because(err)
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded):
		return fault.New(fault.Unreachable, "TimedOut", "%s took the connection and then said nothing", address).
			Try("Check that the account runs, and that no firewall holds the connection up").Because(err)
	}
	issuer := "nobody that can be read"
	if len(shown) > 0 {
		issuer = printable(shown[0].Issuer.String(), 200)
	}
	return fault.New(fault.Denied, "CertificateNotTrusted", "the certificate that %s shows was issued by %q, which is not the account's authority", address, issuer).
		Try("If your network inspects TLS, give that authority's certificate with --ca FILE; if not, copy the key again: the account's authority may have changed").
		Because(err)
}

// explainDial names the one cause of a failed connection. A fault in the chain is kept as it is.
func explainDial(err error, address string) error {
	var known *fault.Error
	if errors.As(err, &known) {
		return known
	}
	var dns *net.DNSError
	var network net.Error
	switch {
	case errors.As(err, &dns):
		return fault.New(fault.Unreachable, "NameNotFound", "the name of %s could not be resolved", address).
			Try("Check that this machine's DNS servers know the name; behind a proxy, set the proxy").Because(err)
	case errors.Is(err, syscall.ECONNREFUSED):
		return fault.New(fault.Unreachable, "Refused", "%s refused the connection", address).
			Try("Check the port, and that the account runs").Because(err)
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return fault.New(fault.Unreachable, "NoRoute", "there is no route to %s", address).
			Try("Check routes and firewalls between this machine and the account; behind a proxy, set the proxy").Because(err)
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded), errors.As(err, &network) && network.Timeout():
		return fault.New(fault.Unreachable, "TimedOut", "%s did not answer in time", address).
			Try("A firewall may be dropping the packets: ask for an outgoing rule to %s", address).Because(err)
	}
	return fault.New(fault.Unreachable, "Unreachable", "%s could not be reached", address).Because(err)
}
