package access

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"github.com/purlieu/purlieu/fault"
)

// Sealer encrypts what the store keeps but whoever reads the store must not learn: AES-256-GCM under the account's
// key file. Safe for concurrent use.
type Sealer struct{ aead cipher.AEAD }

const sealKeySize = 32

// Seal encrypts plain. The label says what it is; Open must be given the same.
func (s *Sealer) Seal(plain []byte, label string) []byte {
	nonce := make([]byte, s.aead.NonceSize(), s.aead.NonceSize()+len(plain)+s.aead.Overhead())
	rand.Read(nonce)
	return s.aead.Seal(nonce, nonce, plain, []byte(label))
}

// Open reverses Seal. It fails with fault.Internal when the text was sealed under another key or label.
func (s *Sealer) Open(sealed []byte, label string) ([]byte, error) {
	n := s.aead.NonceSize()
	if len(sealed) < n {
		return nil, fault.New(fault.Internal, "Unsealable", "a sealed %s is cut", label)
	}
	plain, err := s.aead.Open(nil, sealed[:n], sealed[n:], []byte(label))
	if err != nil {
		return nil, fault.New(fault.Internal, "Unsealable", "a sealed %s does not open with this key file", label).
			Try("Start the account with the key file that belongs to its store").Because(err)
	}
	return plain, nil
}

// openSealer reads the key file. With create it makes one when there is none, readable by its owner only.
func openSealer(path string, create bool) (*Sealer, error) {
	key, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && create:
		if key, err = makeKeyFile(path); err != nil {
			return nil, err
		}
	case errors.Is(err, fs.ErrNotExist):
		return nil, fault.New(fault.NotFound, "KeyFileMissing", "the store belongs to an account, but its key file %s is not there", path).
			Try("Put the account's key file there: from the backup, or from the data folder of another replica")
	case err != nil:
		return nil, fault.New(fault.Internal, "KeyFileUnreadable", "the key file %s can't be read", path).Because(err)
	}
	if info, err := os.Stat(path); err == nil && runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		return nil, fault.New(fault.Denied, "KeyFileOpen", "the key file %s can be read by others", path).Try("Run chmod 600 on it")
	}
	if len(key) != sealKeySize {
		return nil, fault.New(fault.Invalid, "KeyFileBroken", "the key file %s has %d bytes instead of %d", path, len(key), sealKeySize).
			Try("Put the key file back from the backup")
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fault.New(fault.Internal, "KeyFileBroken", "the key file can't be used").Because(err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, fault.New(fault.Internal, "KeyFileBroken", "the key file can't be used").Because(err)
	}
	return &Sealer{aead}, nil
}

// makeKeyFile writes a new key beside path and links it into place, so that of two that start at once both use one.
func makeKeyFile(path string) ([]byte, error) {
	failed := func(err error) error {
		return fault.New(fault.Internal, "KeyFileUnwritable", "the key file %s can't be made", path).Because(err)
	}
	key := make([]byte, sealKeySize)
	rand.Read(key)
	f, err := os.CreateTemp(filepath.Dir(path), ".key-*") // CreateTemp gives mode 0600
	if err != nil {
		return nil, failed(err)
	}
	defer os.Remove(f.Name())
	_, err = f.Write(key)
	err = errors.Join(err, f.Sync(), f.Close())
	if err != nil {
		return nil, failed(err)
	}
	if err := os.Link(f.Name(), path); err != nil {
		if errors.Is(err, fs.ErrExist) {
			return os.ReadFile(path)
		}
		return nil, failed(err)
	}
	if dir, err := os.Open(filepath.Dir(path)); err == nil {
		_ = dir.Sync() // not every file system can; the key is written either way
		_ = dir.Close()
	}
	return key, nil
}
