// Package console is what the owner of a node's machine sees of it: its *status*, one file in the state directory that
// the node rewrites every second; and the *desk*, at which the account's questions (test a connection, browse) are
// judged by the owner's policy.
//
// A file needs no port, and works the same under every service manager and in containers. Whoever may read the state
// directory may read it; it holds no secret and no value, but the last warning of the log may name what it is about.
package console

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/purlieu/purlieu/fault"
)

// Fresh is how old a status may be while its node still counts as running.
const Fresh = 10 * time.Second

// States of a node.
const (
	Running  = "running"
	Stopping = "stopping"
	Stopped  = "stopped"
)

// Status is how a node does.
type Status struct {
	V       int       `json:"v"`
	State   string    `json:"state"`
	PID     int       `json:"pid"`
	Version string    `json:"version"`
	Started time.Time `json:"started"`
	Written time.Time `json:"written"`

	Node    string `json:"node"` // bus.NodeID
	Runtime string `json:"runtime"`
	Account string `json:"account"` // where it is reached

	Connected   bool   `json:"connected"`
	Trouble     string `json:"trouble,omitempty"` // why it is not
	TroubleCode string `json:"troubleCode,omitempty"`

	Slots    int `json:"slots"`
	Attempts int `json:"attempts"` // being read now
	Held     int `json:"held"`     // renewed: being read, or waiting for receipts
	Unsent   int `json:"unsent"`   // messages without a receipt
	// Drained: a person of the account had it claim no more.
	Drained bool `json:"drained,omitempty"`
	// NewKey: a person of the account asked for a new node key, which is not made yet.
	NewKey bool `json:"newKey,omitempty"`

	Ledger Ledger `json:"ledger"`
	Disk   string `json:"disk,omitempty"` // why the outbox can't write

	Witness Witness `json:"witness,omitzero"`

	Policy       string `json:"policy"` // file
	PolicyError  string `json:"policyError,omitempty"`
	TrustAccount bool   `json:"trustAccount,omitempty"`

	Kept []string `json:"kept,omitempty"` // folders that no source is read from: its state, its secrets

	Last *Warning `json:"lastWarning,omitempty"`
}

// Ledger is the end of the egress ledger.
type Ledger struct {
	Index uint64 `json:"index"` // of the last entry; 0 when there is none
	Head  string `json:"head"`  // hex
}

// Witness is how those stand, together, who take down how far the ledger is.
type Witness struct {
	Count   int    `json:"count"`             // that the owner names
	Index   uint64 `json:"index"`             // of the entry up to which all were told, since the node started
	Trouble string `json:"trouble,omitempty"` // why one can't be told
	// Withheld: one that the owner requires can't be told, so nothing leaves.
	Withheld bool `json:"withheld,omitempty"`
}

// Alive reports whether the node that wrote the status still runs, as far as the file tells.
func (s *Status) Alive(now time.Time) bool {
	return s.State != Stopped && now.Sub(s.Written) < Fresh
}

// Healthy reports whether the node does its work: it runs, is connected, can write, has a policy, and its witnesses are told.
func (s *Status) Healthy(now time.Time) bool {
	return s.Alive(now) && s.Connected && s.Disk == "" && s.PolicyError == "" && s.Witness.Trouble == ""
}

func path(dir string) string { return filepath.Join(dir, "status.json") }

// Write replaces the status whole. It is not synced: after a power loss nobody runs.
func Write(dir string, s Status) error {
	text, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return err
	}
	next := path(dir) + ".new"
	if err := os.WriteFile(next, append(text, '\n'), 0o600); err != nil {
		return err
	}
	return os.Rename(next, path(dir))
}

// Read is the last status that a node wrote; fault.NotFound when none ever ran with the directory.
func Read(dir string) (Status, error) {
	var s Status
	text, err := os.ReadFile(path(dir))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return s, fault.New(fault.NotFound, "NeverRan", "no node has run with the state directory %s", dir).
			Try("Start it with: purlieu-runtime run, or give another --state")
	case err != nil:
		return s, fault.New(fault.Denied, "StatusUnreadable", "the status in %s can't be read", dir).Try("Run it as the user that the node runs as").Because(err)
	}
	if err := json.Unmarshal(text, &s); err != nil {
		return s, fault.New(fault.Internal, "StatusBroken", "the status in %s is not what a node writes", dir).Because(err)
	}
	return s, nil
}
