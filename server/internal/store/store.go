// Package store is the contract of all persistence of an account, in rows. Rules live above it, so that they exist
// once; engines are plain SQL and pass one suite (storetest).
//
// A *lane* says whose write it is: people come before ingestion, followers of the map may run beside both. Write
// transactions have the effect of running one after the other, on however many replicas: a rule may read, decide and write. A *document* is one configuration object; *runs*,
// *units* and the *inbox* are the work protocol's rows; the *map* holds entities, edges, measures, history and bases;
// the *index* is what search reads, written right behind the map. *Versions* number the map's changes and become
// visible in commit order: a reader that saw version v will never find a new row at or below v.
//
// Text is compared byte for byte; callers pass valid UTF-8 without NUL (model.CleanText). What else is asked for is not
// there, or Invalid. Times are stored in
// microseconds of UTC. Lists are ordered as said at each method, and never unbounded: each takes a limit.
// Errors are *fault.Error: NotFound, Conflict, Invalid; Throttled when the store is busy or its disk is full;
// Internal for all else.
package store

import (
	"context"
	"time"
)

// Store is one account's persistence. It is safe for concurrent use.
type Store interface {
	// Update runs fn in one read-write transaction and commits when fn returns nil. fn may be run again when the
	// engine asks for it: it must have no effect but through tx. The tx must not be used after fn returns.
	Update(ctx context.Context, lane Lane, fn func(tx Tx) error) error
	// View runs fn over one consistent snapshot; writes in it fail.
	View(ctx context.Context, fn func(tx Tx) error) error
	// Probe checks that the store can be written, cheaply, and tells its free room.
	Probe(ctx context.Context) (Health, error)
	// Close waits for running transactions. Use after Close fails with fault.Unreachable.
	Close() error
}

// Lane says whose write it is.
type Lane uint8

// The lanes.
const (
	People Lane = iota // a person or script waits for it: goes first
	Ingest             // scans: yields to people between transactions
	// Follow is for followers of the map's versions: it touches Index and nothing else, and may run beside the others. What it
	// commits may be lost with the machine, its cursor too, and is then made again.
	Follow
)

// Health is what Probe finds.
type Health struct {
	Engine    string // "postgres", "sqlite"
	FreeBytes int64  // room for growth; -1 unknown
	DiskBytes int64  // size of the disk that has it; -1 unknown
	SizeBytes int64
}

// Tx is one transaction. Not safe for concurrent use.
type Tx interface {
	// Now is the store's clock at the transaction's begin: leases are judged by it, on every replica alike.
	Now() time.Time
	Docs() Docs
	Runs() Runs
	Inbox() Inbox
	Map() Map
	Index() Index
}

// Doc is one configuration object: a source, a scan, a runtime, a node, a user.
type Doc struct {
	Kind     string // the collection it is in: "source", "scan"
	Key      string // unique in its kind
	Body     []byte // JSON
	Version  int64  // counts the writes of this object, from 1
	Created  time.Time
	Modified time.Time
}

// Docs are configuration objects.
type Docs interface {
	// Get fails with NotFound.
	Get(ctx context.Context, kind, key string) (Doc, error)
	// List gives documents of a kind whose key begins with prefix and comes after after, by key.
	List(ctx context.Context, kind, prefix, after string, limit int) ([]Doc, error)
	// Put writes doc. Version 0 means that it must not exist, else it must be the stored version: Conflict.
	// It sets Version, Created and Modified in doc.
	Put(ctx context.Context, doc *Doc) error
	// Delete removes a document. Version 0 means any, else Conflict when it is not the stored one; NotFound when it
	// is not there.
	Delete(ctx context.Context, kind, key string, version int64) error
}
