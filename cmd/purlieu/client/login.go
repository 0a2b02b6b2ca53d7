package client

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/purlieu/purlieu/fault"
)

// Login is how an account is reached. The file that holds it is as secret as the token.
type Login struct {
	URL   string `json:"url"`
	Token string `json:"token"`
	CA    string `json:"ca,omitempty"` // PEM; "" trusts what the machine trusts
	// Refresh gets the next token when this one has ended; each is good once. "" for a token that came from a file.
	Refresh string `json:"refresh,omitempty"`
}

func file(dir string) string { return filepath.Join(dir, "login.json") }

// Load reads the login kept in a folder; the zero value when there is none.
func Load(dir string) (Login, error) {
	var l Login
	b, err := os.ReadFile(file(dir))
	if errors.Is(err, os.ErrNotExist) {
		return l, nil
	}
	if err != nil {
		return l, fault.New(fault.Invalid, "BadLogin", "the login in %s can't be read by this user", file(dir)).
			Try("Set PURLIEU_CONFIG to a folder of yours").Because(err)
	}
	if err := json.Unmarshal(b, &l); err != nil {
		return l, fault.New(fault.Invalid, "BadLogin", "%s can't be read", file(dir)).Try("Sign in again (purlieu login)").Because(err)
	}
	return l, nil
}

func unkept(dir string, err error) error {
	return fault.New(fault.Invalid, "LoginNotKept", "the login can't be kept in %s", dir).Try("Set PURLIEU_CONFIG to a folder of yours").Because(err)
}

// Save keeps a login, readable by its owner only. The file is replaced whole.
func Save(dir string, l Login) error {
	b, err := json.MarshalIndent(l, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return unkept(dir, err)
	}
	f, err := os.CreateTemp(dir, ".login-*") // made with 0600
	if err != nil {
		return unkept(dir, err)
	}
	defer os.Remove(f.Name()) //nolint:errcheck // gone once renamed
	_, err = f.Write(append(b, '\n'))
	if err = errors.Join(err, f.Close()); err != nil {
		return unkept(dir, err)
	}
	return os.Rename(f.Name(), file(dir))
}

// Forget removes the login; it is no error when there is none.
func Forget(dir string) error {
	if err := os.Remove(file(dir)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("forget the login: %w", err)
	}
	return nil
}
