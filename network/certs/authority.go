package certs

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/purlieu/purlieu/fault"
)

// Lives of the certificates. They begin a little early: clocks differ.
const (
	rootLife   = 10 * 365 * 24 * time.Hour
	serverLife = 90 * 24 * time.Hour
	early      = time.Hour
)

// Names of the files below the authority's folder. The root's certificate and key are one file, so that a crash can't
// part them.
const (
	rootFile   = "authority.pem"
	serverFile = "server.pem"
)

// Authority issues and renews the account's certificates. Safe for concurrent use.
type Authority struct {
	dir   string
	now   func() time.Time
	names []string
	root  *x509.Certificate
	key   *ecdsa.PrivateKey

	mu      sync.Mutex
	server  *tls.Certificate
	renewed error // why the last renewal failed
}

// Open reads the authority below dir, or makes it there: a folder with mode 0700 and files with mode 0600. clock says
// what time it is. The server's certificate is for localhost, 127.0.0.1, ::1, this machine's host name, and names
// (DNS names and addresses, without ports).
func Open(dir string, clock func() time.Time, names []string) (*Authority, error) {
	all, err := allNames(names)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, failed("make the folder of the certificate authority", err)
	}
	a := &Authority{dir: dir, now: clock, names: all}
	switch a.root, a.key, err = read(filepath.Join(dir, rootFile)); {
	case errors.Is(err, os.ErrNotExist):
		err = a.found()
	case err == nil && !a.root.IsCA:
		err = fault.New(fault.Invalid, "BadAuthority", "%s does not hold a certificate authority", rootFile).
			Try("Restore it from a backup; without it, nodes no longer know the account")
	}
	if err != nil {
		return nil, err
	}
	// A server's certificate that is missing, damaged or for other names is made again.
	if cert, key, err := read(filepath.Join(dir, serverFile)); err == nil && a.usable(cert) {
		a.server = a.pair(cert, key)
	}
	_, err = a.certificate()
	return a, err
}

// RootPEM is the certificate of the authority in a folder; nothing is made or renewed. NotFound when there is none.
func RootPEM(dir string) ([]byte, error) {
	root, _, err := read(filepath.Join(dir, rootFile))
	if errors.Is(err, os.ErrNotExist) {
		return nil, fault.New(fault.NotFound, "NoAuthority", "there is no certificate authority in %s", dir).
			Try("Start the account's server once, which makes it")
	}
	if err != nil {
		return nil, err
	}
	return (&Authority{root: root}).RootPEM(), nil
}

// Authorities is the authority in a folder with its key, a secret, for another replica to adopt; nil when there is none.
func Authorities(dir string) ([]byte, error) {
	text, err := os.ReadFile(filepath.Join(dir, rootFile))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, failed("read "+rootFile, err)
	}
	return text, nil
}

// Adopt makes the authority that another replica has the one in a folder.
func Adopt(dir string, authority []byte) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return failed("make the folder of the certificate authority", err)
	}
	cert, key, err := parse(rootFile, authority)
	if err != nil {
		return err
	}
	return write(filepath.Join(dir, rootFile), cert, key)
}

// Pin is the base64url (no padding) SHA-256 of the authority's SubjectPublicKeyInfo: 43 characters.
func (a *Authority) Pin() string { return pinOf(a.root) }

// Roots is a pool of the authority alone.
func (a *Authority) Roots() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.root)
	return pool
}

// RootPEM is the authority's certificate, for people who trust it by hand.
func (a *Authority) RootPEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.root.Raw})
}

// Renewal says until when the server's certificate holds, and why it could not be renewed or written, if so.
func (a *Authority) Renewal() (until time.Time, failure error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.server.Leaf.NotAfter, a.renewed
}

// TLSConfig serves the certificate, which renews itself; TLS 1.2 and up, HTTP/2 and HTTP/1.1. The caller owns it.
func (a *Authority) TLSConfig() *tls.Config {
	return &tls.Config{
		MinVersion:     tls.VersionTLS12,
		NextProtos:     []string{"h2", "http/1.1"},
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return a.certificate() },
	}
}

// certificate is the server's, renewed if its time has come. One that can't be written, on a full disk, serves from
// memory until the next start.
func (a *Authority) certificate() (*tls.Certificate, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	now := a.now()
	if a.server != nil && now.Before(a.server.Leaf.NotBefore.Add(early+serverLife*2/3)) && !now.Before(a.server.Leaf.NotBefore) {
		return a.server, nil
	}
	fresh, err := a.issue(now)
	a.renewed = err
	if fresh != nil {
		a.server = fresh
	}
	if a.server == nil {
		return nil, err
	}
	return a.server, nil
}

// usable reports whether a certificate found on the disk is ours and for the names of today.
func (a *Authority) usable(cert *x509.Certificate) bool {
	if cert.CheckSignatureFrom(a.root) != nil || !a.now().Before(cert.NotAfter) {
		return false
	}
	have := slices.Clone(cert.DNSNames)
	for _, ip := range cert.IPAddresses {
		have = append(have, ip.String())
	}
	slices.Sort(have)
	return slices.Equal(have, a.names)
}

// found makes the authority.
func (a *Authority) found() error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return failed("make the authority's key", err)
	}
	now := a.now()
	template := &x509.Certificate{
		SerialNumber: serial(), Subject: pkix.Name{Organization: []string{"Purlieu"}, CommonName: "Purlieu account authority"},
		NotBefore: now.Add(-early), NotAfter: now.Add(rootLife),
		IsCA: true, BasicConstraintsValid: true, MaxPathLenZero: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
	}
	root, err := a.sign(template, template, key, key, rootFile)
	if err != nil {
		return err
	}
	a.root, a.key = root, key
	return nil
}

// issue makes a server certificate and keeps it; when only the keeping failed it gives both.
func (a *Authority) issue(now time.Time) (*tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, failed("make the server's key", err)
	}
	template := &x509.Certificate{
		SerialNumber: serial(), Subject: pkix.Name{Organization: []string{"Purlieu"}, CommonName: "Purlieu account"},
		NotBefore: now.Add(-early), NotAfter: now.Add(serverLife), BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	if template.NotAfter.After(a.root.NotAfter) {
		template.NotAfter = a.root.NotAfter
	}
	for _, name := range a.names {
		if ip := net.ParseIP(name); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else {
			template.DNSNames = append(template.DNSNames, name)
		}
	}
	cert, err := a.sign(template, a.root, key, a.key, serverFile)
	if cert == nil {
		return nil, err
	}
	return a.pair(cert, key), err
}

func (a *Authority) pair(cert *x509.Certificate, key *ecdsa.PrivateKey) *tls.Certificate {
	return &tls.Certificate{Certificate: [][]byte{cert.Raw, a.root.Raw}, PrivateKey: key, Leaf: cert}
}

// sign makes a certificate for key and writes both to a file; when only the writing failed it gives both.
func (a *Authority) sign(template, parent *x509.Certificate, key, signer *ecdsa.PrivateKey, file string) (*x509.Certificate, error) {
	der, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, signer)
	if err != nil {
		return nil, failed("sign a certificate", err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, failed("sign a certificate", err)
	}
	return cert, write(filepath.Join(a.dir, file), cert, key)
}

// allNames are the names that the server answers to, sorted, each once.
func allNames(more []string) ([]string, error) {
	names := []string{"localhost", "127.0.0.1", "::1"}
	if host, err := os.Hostname(); err == nil && isDNSName(strings.ToLower(host)) {
		names = append(names, strings.ToLower(host))
	}
	for _, name := range more {
		name = strings.ToLower(strings.TrimSuffix(name, "."))
		if ip := net.ParseIP(name); ip != nil {
			name = ip.String()
		} else if !isDNSName(strings.TrimPrefix(name, "*.")) {
			return nil, fault.New(fault.Invalid, "BadName", "%q is neither a DNS name nor an address", name).Try("Write it without scheme and port")
		}
		names = append(names, name)
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}

func isDNSName(s string) bool {
	return s != "" && len(s) <= 253 && !strings.HasPrefix(s, ".") && !strings.Contains(s, "..") && !strings.ContainsFunc(s, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' && r != '.' && r != '_'
	})
}

func pinOf(cert *x509.Certificate) string {
	sum := sha256.Sum256(cert.RawSubjectPublicKeyInfo)
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// serial is a random positive number of 127 bits.
func serial() *big.Int {
	b := make([]byte, 16)
	_, _ = rand.Read(b) // never fails, says its documentation
	b[0] = b[0]&0x7f | 0x40
	return new(big.Int).SetBytes(b)
}

func failed(what string, err error) error {
	return fault.New(fault.Internal, "Certificates", "could not %s", what).Because(fmt.Errorf("%s: %w", what, err))
}
