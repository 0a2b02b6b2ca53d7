package enrol

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/network/certs"
)

// State is what a node knows of its account. It holds the node key, which is neither printed nor marshalled.
type State struct {
	Node         string `json:"node"` // bus.NodeID
	Name         string `json:"name"`
	Runtime      string `json:"runtime"`
	Account      string `json:"account"` // guid
	AccountURL   string `json:"accountUrl"`
	IngestURL    string `json:"ingestUrl"`
	ReceiptKey   []byte `json:"receiptKey"`           // Ed25519: what receipts are verified with
	Roots        string `json:"roots"`                // PEM: the account's authorities
	ExtraRoots   string `json:"extraRoots,omitempty"` // PEM: of --ca
	TrustAccount bool   `json:"trustAccount,omitempty"`
	Pending      bool   `json:"pending,omitempty"` // a person had yet to approve the node when it enrolled

	private ed25519.PrivateKey
	next    ed25519.PrivateKey // of a rotation that the account has not answered; nil else
}

// String names the node; the key stays hidden, however the state is printed.
func (s State) String() string { return "node " + s.Node + " of " + s.AccountURL }

// GoString is String.
func (s State) GoString() string { return s.String() }

// LogValue is String.
func (s State) LogValue() slog.Value { return slog.StringValue(s.String()) }

func statePath(dir string) string { return filepath.Join(dir, "node.json") }
func keyPath(dir string) string   { return filepath.Join(dir, "node.key") }
func nextPath(dir string) string  { return filepath.Join(dir, "next.key") }

// Load reads the state of an enrolled machine. fault.NotFound "NotEnrolled" when there is none.
func Load(dir string) (State, error) {
	var s State
	text, err := os.ReadFile(statePath(dir))
	if errors.Is(err, fs.ErrNotExist) {
		return s, fault.New(fault.NotFound, "NotEnrolled", "this machine is not enrolled: there is no %s", statePath(dir)).
			Try("Run purlieu-runtime enrol with a key of a runtime")
	}
	if err != nil {
		return s, Unread(statePath(dir), err)
	}
	if err := json.Unmarshal(text, &s); err != nil {
		return s, stateFault("%s is not what was written there", statePath(dir)).Because(err)
	}
	s.private, err = readKey(keyPath(dir))
	if errors.Is(err, fs.ErrNotExist) {
		return s, stateFault("the node key %s is gone", keyPath(dir)).Try("Enrol this machine again")
	}
	if err != nil {
		return s, err
	}
	if s.next, err = readKey(nextPath(dir)); errors.Is(err, fs.ErrNotExist) {
		return s, nil
	}
	return s, err
}

// TLS is the configuration for connections to one host of the account: its own roots, and those of --ca.
func (s State) TLS(serverName string, now func() time.Time) (*tls.Config, error) {
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM([]byte(s.Roots + "\n" + s.ExtraRoots)) {
		return nil, stateFault("the state names no authority of the account").Try("Enrol this machine again")
	}
	return certs.RootedConfig(pool, serverName, now), nil
}

// Client is an HTTP client to the account, over connections of dial; nil dials directly.
func (s State) Client(dial Dial, now func() time.Time) *http.Client {
	conf := func(serverName string) (*tls.Config, error) { return s.TLS(serverName, now) }
	return &http.Client{Transport: transport(conf, dial), Timeout: enrolTimeout, CheckRedirect: stay}
}

func (s State) save(dir string) error {
	text, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return stateFault("the state can't be written").Because(err)
	}
	if err := replaceFile(statePath(dir), append(text, '\n')); err != nil {
		return stateFault("%s can't be written", statePath(dir)).Because(err)
	}
	return nil
}

func publicOf(private ed25519.PrivateKey) ed25519.PublicKey {
	return private.Public().(ed25519.PublicKey)
}

// ensureKey reads the node key, or makes one that only its owner can read.
func ensureKey(dir string) (ed25519.PrivateKey, error) {
	private, err := readKey(keyPath(dir))
	if !errors.Is(err, fs.ErrNotExist) {
		return private, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, stateFault("the state directory %s can't be made", dir).Because(err)
	}
	return makeKey(keyPath(dir))
}

// makeKey makes a node key and writes it.
func makeKey(path string) (ed25519.PrivateKey, error) {
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, stateFault("a node key can't be made").Because(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return nil, stateFault("a node key can't be made").Because(err)
	}
	if err := replaceFile(path, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})); err != nil {
		return nil, stateFault("%s can't be written", path).Because(err)
	}
	return private, nil
}

// readKey fails with fs.ErrNotExist in its chain when there is none.
func readKey(path string) (ed25519.PrivateKey, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if err != nil {
		return nil, Unread(path, err)
	}
	broken := stateFault("the node key %s is broken", path).Try("Remove it and enrol this machine again")
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, broken
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	private, ok := parsed.(ed25519.PrivateKey)
	if err != nil || !ok {
		return nil, broken
	}
	return private, nil
}

// Unread is the failure for a file or folder of the state directory that can't be read: Denied where this user may not.
func Unread(path string, err error) error {
	if errors.Is(err, fs.ErrPermission) {
		return fault.New(fault.Denied, "StateDir", "this user may not read %s", path).Try("Run it as the user that the node runs as").Because(err)
	}
	return stateFault("%s can't be read", path).Because(err)
}

func stateFault(format string, args ...any) *fault.Error {
	return fault.New(fault.Internal, "StateDir", format, args...)
}

// replaceFile writes a file of mode 0600 whole or not at all.
func replaceFile(path string, text []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".new-*") // CreateTemp gives mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(text)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// Of is the state of a node that was enrolled without a file, by whoever holds the key.
func Of(e model.Enrolment, key ed25519.PrivateKey) State {
	return State{
		Node: e.Node, Name: e.Name, Runtime: e.Runtime, Account: e.Account, AccountURL: e.AccountURL, IngestURL: e.IngestURL,
		ReceiptKey: e.ReceiptKey, Roots: e.Roots, private: key,
	}
}
