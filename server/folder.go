package server

import (
	"crypto/rand"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/lock"
)

// The data folder of a replica holds the account's key file, the certificates, and either the store or the address of
// the one that it shares with other replicas. So commands that are run beside a server find its store.
func sqlitePath(data string) string  { return filepath.Join(data, "purlieu.db") }
func addressOf(data string) string   { return filepath.Join(data, "store") }
func keyPath(data string) string     { return filepath.Join(data, "account.key") }
func tlsPath(data string) string     { return filepath.Join(data, "tls") }
func replicaPath(data string) string { return filepath.Join(data, "replica") }

// storeOf is the address of the store of an account that is there; NotFound when there is none.
func storeOf(data string) (string, error) {
	text, err := os.ReadFile(addressOf(data))
	if err == nil {
		return strings.TrimSpace(string(text)), nil
	}
	if _, err = os.Stat(sqlitePath(data)); err != nil {
		return "", noAccount(data, err)
	}
	return "sqlite:" + sqlitePath(data), nil
}

// noAccount is the failure for a folder in which no account is found, with what the system says of it.
func noAccount(data string, err error) error {
	if errors.Is(err, fs.ErrPermission) {
		return fault.New(fault.Denied, "AccountUnreadable", "this user may not read the folder %s", data).Try("Run it as the user that the server runs as").Because(err)
	}
	return fault.New(fault.NotFound, "NoAccount", "there is no account in %s", data).Try("Give the server's folder with --data").Because(err)
}

// settleStore is the address of the store of an account that is there or will be made. Which store a folder belongs to
// is settled at its first start: another one would be another account.
func settleStore(data, wanted string) (string, error) {
	known, err := storeOf(data)
	switch {
	case err == nil && (wanted == "" || wanted == known):
		return known, nil
	case err == nil && strings.HasPrefix(known, "sqlite:"):
		return "", fault.New(fault.Conflict, "OtherStore", "the folder %s holds an account with its store inside", data).
			Try("Leave --store out, or give another folder with --data for an account in another store")
	case err != nil && wanted == "":
		return "sqlite:" + sqlitePath(data), nil
	case strings.HasPrefix(wanted, "sqlite:"):
		return "", fault.New(fault.Unsupported, "UnknownStore", "a store on SQLite stands in the data folder").Try("Leave --store out, and give the folder with --data")
	}
	return wanted, nil // where the database was moved to, the account's key file says whether it is the same account
}

// keepStore remembers the store's address once it was opened.
func keepStore(data, address string) error {
	if strings.HasPrefix(address, "sqlite:") {
		return nil
	}
	return replace(addressOf(data), []byte(address+"\n"))
}

// lockData takes the data folder for this process: its keys, its certificates, the addresses of its doors and the name
// of its built-in node are one replica's, wherever the store is.
func lockData(data string) (io.Closer, error) {
	l, taken, err := lock.Take(data)
	if taken {
		return nil, fault.New(fault.Conflict, "AlreadyRunning", "another server runs on the data folder %s", data).
			Try("Stop it first, or give each server a folder of its own with --data")
	}
	if err != nil {
		return nil, fault.New(fault.Denied, "DataFolder", "the data folder %s can't be locked", data).Because(err).
			Try("Give a folder that this user may write with --data")
	}
	return l, nil
}

// replicaName tells this replica's built-in node from those of others: "server" where there is only one, else with an
// ending made at the first start.
func replicaName(data string, shared bool) (string, error) {
	if !shared {
		return "server", nil
	}
	text, err := os.ReadFile(replicaPath(data))
	if errors.Is(err, fs.ErrNotExist) {
		text = []byte("server-" + strings.ToLower(rand.Text()[:8]) + "\n")
		err = replace(replicaPath(data), text)
	}
	return strings.TrimSpace(string(text)), err
}

// replace writes a small file whole or not at all, readable by its owner only.
func replace(path string, text []byte) error {
	if err := os.WriteFile(path+".new", text, 0o600); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}
