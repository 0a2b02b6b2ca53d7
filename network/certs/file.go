package certs

import (
	"crypto/ecdsa"
	"crypto/x509"
	"encoding/pem"
	"os"
	"path/filepath"

	"github.com/purlieu/purlieu/fault"
)

// write replaces a file with a certificate and its key: whole or not at all, mode 0600, on the disk when it returns.
func write(path string, cert *x509.Certificate, key *ecdsa.PrivateKey) error {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return failed("encode a key", err)
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Raw})
	text = append(text, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})...)
	f, err := os.CreateTemp(filepath.Dir(path), ".new-*") // mode 0600
	if err != nil {
		return failed("write "+filepath.Base(path), err)
	}
	_, err = f.Write(text)
	if err == nil {
		err = f.Sync()
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name())
		return failed("write "+filepath.Base(path), err)
	}
	return syncDir(filepath.Dir(path))
}

// syncDir makes the rename last. Some systems can't sync a folder: then there is nothing to be done.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return failed("open the folder of the certificates", err)
	}
	_ = d.Sync()
	return d.Close()
}

// read reads what write wrote. A file that others may read is mended first; the error is os.ErrNotExist when there is
// none, and fault.Invalid when it holds something else.
func read(path string) (*x509.Certificate, *ecdsa.PrivateKey, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, nil, err
	}
	if err := os.Chmod(path, 0o600); err != nil {
		return nil, nil, failed("close "+filepath.Base(path)+" to other users", err)
	}
	return parse(filepath.Base(path), text)
}

// parse reads the text of a file called name.
func parse(name string, text []byte) (*x509.Certificate, *ecdsa.PrivateKey, error) {
	bad := fault.New(fault.Invalid, "BadCertificateFile", "%s does not hold a certificate and its key", name).
		Try("Restore it from a backup, or remove it to have a new one made")
	block, rest := pem.Decode(text)
	if block == nil {
		return nil, nil, bad
	}
	cert, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return nil, nil, bad.Because(err)
	}
	if block, _ = pem.Decode(rest); block == nil {
		return nil, nil, bad
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, nil, bad.Because(err)
	}
	key, ok := parsed.(*ecdsa.PrivateKey)
	if !ok || !key.PublicKey.Equal(cert.PublicKey) {
		return nil, nil, bad
	}
	return cert, key, nil
}
