package postgres

import (
	"crypto/tls"
	"crypto/x509"
	"strconv"

	"github.com/purlieu/purlieu/fault"
)

// sslMode is how a connection is protected, in the words of libpq.
type sslMode string

const (
	verifyFull sslMode = "verify-full" // the certificate and the name in it
	verifyCA   sslMode = "verify-ca"   // the certificate; the name too where anybody can have a certificate
	require    sslMode = "require"     // encrypted, peer unchecked
	disable    sslMode = "disable"     // in clear
)

// verified reports whether the peer is known before a password is sent.
func (m sslMode) verified() bool { return m == verifyFull || m == verifyCA }

// sslNumbers are the modes by the numbers that the published scanning API takes for Azure: disable, allow, prefer,
// require, verify-ca, verify-full. The two that would fall back to clear text are taken as require.
func sslNumbers() []sslMode {
	return []sslMode{disable, require, require, require, verifyCA, verifyFull}
}

// parseSSLMode reads the setting. The empty one is verify-full.
func parseSSLMode(s string) (sslMode, error) {
	switch m := sslMode(s); m {
	case "":
		return verifyFull, nil
	case verifyFull, verifyCA, require, disable:
		return m, nil
	}
	numbers := sslNumbers()
	if n, err := strconv.Atoi(s); err == nil && n >= 0 && n < len(numbers) {
		return numbers[n], nil
	}
	return "", fault.New(fault.Invalid, "BadSetting", "sslMode is not one of verify-full, verify-ca, require, disable")
}

// tlsConfig is the client's side of TLS; nil for disable. bundle holds PEM certificates, or nothing for the system's. Those
// of the system give a certificate to anybody who has some name: then verify-ca checks the name as verify-full does.
func tlsConfig(mode sslMode, host, bundle string) (*tls.Config, error) {
	if mode == disable {
		return nil, nil
	}
	var roots *x509.CertPool
	if bundle != "" {
		roots = x509.NewCertPool()
		if !roots.AppendCertsFromPEM([]byte(bundle)) {
			return nil, fault.New(fault.Invalid, "BadSetting", "sslRootCert holds no PEM certificate")
		}
	}
	config := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: host, RootCAs: roots}
	switch {
	case mode == require:
		config.InsecureSkipVerify = true //nolint:gosec // the setting asks for encryption without a check
	case mode == verifyCA && roots != nil:
		config.InsecureSkipVerify = true //nolint:gosec // checked below, without the name
		config.VerifyConnection = func(state tls.ConnectionState) error {
			options := x509.VerifyOptions{Roots: roots, Intermediates: x509.NewCertPool()}
			for _, cert := range state.PeerCertificates[1:] {
				options.Intermediates.AddCert(cert)
			}
			_, err := state.PeerCertificates[0].Verify(options)
			return err
		}
	}
	return config, nil
}
