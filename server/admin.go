package server

import (
	"context"
	"crypto/ed25519"
	"errors"
	"log/slog"
	"strings"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/network/certs"
	"github.com/purlieu/purlieu/server/internal/access"
	"github.com/purlieu/purlieu/server/internal/fleet"
	"github.com/purlieu/purlieu/server/internal/ingest"
	"github.com/purlieu/purlieu/server/internal/store/all"
)

// OpenAccount opens the store of an account that is there; NotFound when there is none. A server may be running on it.
func OpenAccount(ctx context.Context, data string, log *slog.Logger) (Store, error) {
	address, err := storeOf(data)
	if err != nil {
		return nil, err
	}
	return all.Open(ctx, address, all.Options{Log: log})
}

// AdminLink makes a one-time sign-in link for an administrator of the account in a data folder, at an address of the
// server that runs on it: without TLS on this machine where it has such a door. It is a secret. NotFound without an
// account, Conflict when no server has opened its doors there yet.
func AdminLink(ctx context.Context, data string, log *slog.Logger) (link string, at Addresses, err error) {
	st, err := OpenAccount(ctx, data, log)
	if err != nil {
		return "", at, err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	at, err = readAddresses(data)
	if err != nil || at.TLS == "" {
		return "", at, fault.New(fault.Conflict, "NoAddress", "no server has opened its doors on %s yet", data).
			Try("Start it with `purlieu server`").Because(err)
	}
	cfg := access.DefaultConfig()
	cfg.KeyFile, cfg.Live = keyPath(data), fleet.Live
	acc, err := access.Open(ctx, st, cfg)
	if err != nil {
		return "", at, err
	}
	token, err := acc.AdminLink(ctx)
	if err != nil {
		return "", at, err
	}
	base := at.Plain
	if base == "" {
		base = at.TLS
	}
	return signInAt(base, token), at, nil
}

// Receipts are what the account has of the egress ledger of a node: the highest entry (Index 0 for none) and its head, and
// the key that its receipts are signed with.
type Receipts struct {
	Key   ed25519.PublicKey
	Index uint64
	Head  []byte
}

// BuiltInReceipts are those of the built-in node of the server with this data folder; NotFound without an account.
func BuiltInReceipts(ctx context.Context, data string, log *slog.Logger) (r Receipts, err error) {
	address, err := storeOf(data)
	if err != nil {
		return r, err
	}
	name, err := replicaName(data, !strings.HasPrefix(address, "sqlite:"))
	if err != nil {
		return r, err
	}
	st, err := OpenAccount(ctx, data, log)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	cfg := access.DefaultConfig()
	cfg.KeyFile, cfg.Live = keyPath(data), fleet.Live
	acc, err := access.Open(ctx, st, cfg)
	if err != nil {
		return r, err
	}
	head, _, err := ingest.Highest(ctx, st, bus.NodeID(model.BuiltInRuntime, name))
	return Receipts{Key: acc.ReceiptSigner().Public(), Index: head.Index, Head: head.Head}, err
}

// RootPEM is the certificate authority of the account in a data folder; NotFound without an account.
func RootPEM(data string) ([]byte, error) {
	if _, err := storeOf(data); err != nil {
		return nil, err
	}
	return certs.RootPEM(tlsPath(data))
}

func signInAt(base, token string) string { return base + "/signin#" + token }
