// Package scan holds sources, scans, runs and units: who may claim what, and when a run is final.
//
// A *run* is one execution of a *scan*; its first *unit* (planning, unit 0) is written with it in one transaction, its
// other units are children. A *claim* gives a unit to a node for one *attempt* under a *lease* on the store's clock.
// A unit *closes* in the transaction in which all batches of its last attempt are applied, and its children are
// inserted there; whoever closes the last unit finalises the run. Nothing here starts a goroutine or reads a clock but
// the store's: every function is a step, driven by a message, a person or Sweep.
//
// Configuration lives in documents (store.Docs): "source" by name holds model.Source, "scan" by "source/scan" holds
// model.Scan, "credential" by name holds model.CredentialRef, "kind" by name holds model.Kind, "authority" by
// authority holds the name of the source that has it, "identity" by source what the source itself says that it is,
// "trait" by such a thing or an address and by source which sources have it in common: they may be *twins*, one system
// that is registered twice.
//
// "windows" counts, in its version, the changes of windows of all sources, for claims.
//
// Nodes *announce* descriptions of kinds that this build does not bring: "announced" by kind, version and hash, with the
// description beside it ("described"). None is a kind until a person approves it; then it is written over "kind".
//
// What a run would delete it deletes only with *proof*. Where that is much at once the *brake* holds it, and the run asks
// a person by a *proposal*: the document "proposal" by number, with its assets in pages ("held"); "asking" by scan,
// or by source for its identity, names the one that is open. A run that *grows* asks too, before it brings the rest. What a run deleted is kept in pages too ("removed"), for as long as it can be undone.
package scan

import (
	"context"
	"log/slog"
	"time"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

// Kinds of documents that this room owns.
const (
	DocSource     = "source"
	DocScan       = "scan"
	DocCredential = "credential"
	DocKind       = "kind"
	DocAuthority  = "authority"

	docAnnounced = "announced"
	docDescribed = "described"

	docIdentity = "identity"
	docTrait    = "trait"
	docProposal = "proposal"
	docAsking   = "asking"
	docHeld     = "held"
	docRemoved  = "removed"
)

// Config is what the room can be told.
type Config struct {
	Lease       time.Duration // how long a claim holds without renewal; 6 s
	MaxAttempts int           // failed tries at a unit before it is given up; 5
	MaxLost     uint32        // attempts of any end before a unit is given up: it may kill its nodes; 25
	UnitSeconds int           // deadline of one attempt; 3600
	SourceUnits int           // units of one source that may be held at once, unless its budget says otherwise; 4
	Vouching    time.Duration // how long planning of a node-local source waits for a node that vouches for it; 10 s
	AskAbove    int64         // assets that a run may bring in any case before it asks; 1000
	DeletePage  int           // assets that one transaction of finalising deletes, while people wait; 500
	Build       string        // version of the account's build: what another one found unfit it asks for again
	Short       func() bool   // says that the store has room for people only: nothing is claimed
	// Orders tells, within a transaction, what people have told a node: one that is to drain is given nothing.
	Orders func(ctx context.Context, tx store.Tx, node string) (bus.Orders, error)
}

// DefaultConfig is what design §5 promises.
func DefaultConfig() Config {
	return Config{
		Lease: 6 * time.Second, MaxAttempts: 5, MaxLost: 25, UnitSeconds: 3600, SourceUnits: 4, Vouching: 10 * time.Second,
		AskAbove: 1000, DeletePage: 500, Short: func() bool { return false },
		Orders: func(context.Context, store.Tx, string) (bus.Orders, error) { return bus.Orders{}, nil },
	}
}

// Ringer is what the room needs of the bus: a doorbell, and a word to a node. Either may be lost.
type Ringer interface {
	Ring(runtime string)
	Tell(node string, order bus.Tell)
}

// Service is the room. Safe for concurrent use.
type Service struct {
	store   store.Store
	ring    Ringer
	deleter Deleter
	log     *slog.Logger
	cfg     Config
	// answering says since when this replica has answered renewals without a pause; it ends no lease before that is
	// one lease long.
	answering answering
	// openings are what this replica knows of the windows of sources.
	openings openings
	// announcers says which nodes have announced nothing new since.
	announcers announcers
	// own are the descriptions that this build brings, by kind; set by PutKinds, before anything else is asked.
	own      map[string]model.Kind
	ownMarks map[bus.Mark]bool
}

// New makes the room. It does nothing until it is called.
func New(st store.Store, ring Ringer, deleter Deleter, log *slog.Logger, cfg Config) *Service {
	return &Service{store: st, ring: ring, deleter: deleter, log: log, cfg: cfg}
}

// StartOptions say how a run is started.
type StartOptions struct {
	RunID string // a UUID; "" makes one
	Full  bool   // ignore bases
	Type  string // "Manual" or "Scheduled"
}

// RunView is a run as people and the API see it.
type RunView struct {
	ID, Source, Scan, Runtime, Kind string
	Collection                      string // the scan's when the run was started: who may read the scan there may read the run
	State                           model.RunState
	Type                            string // "Manual", "Scheduled"
	Full                            bool
	Level                           model.Level
	Queued, Started, Ended          time.Time // zero: not yet
	DiscoveryEnded                  time.Time // when the last unit's done came; zero before
	IngestionStarted                time.Time
	Units                           store.UnitCounts
	Counts                          RunCounts
	Code, Text                      string // why it failed; "" when it did not
	// From and Until bound the versions of the map that hold what the run changed; Until is 0 while it runs.
	From, Until int64
	Proposal    string // id of what it asks a person; "" when it asks nothing
	Asks        ProposalKind
	Closed      Closed
	Kept        Kept
	Behind      string // id of the scan's run that has to end before this one begins, where one has. Service.Run alone tells it
}

// Kept are shares of the budget of a run's source that nodes keep for runs that were cancelled, where no unit of the run is
// read, some could be, and nothing of the budget is left. Service.Run alone tells them.
type Kept struct {
	Shares int
	Until  time.Time // they are free then at the latest
}

// RunCounts count what a run did so far.
type RunCounts struct {
	Discovered int64 `json:"discovered"` // assets seen, changed or not, in units whose done came
	Changed    int64 `json:"changed"`    // assets sent whole and applied
	Created    int64 `json:"created"`
	Updated    int64 `json:"updated"`
	Unchanged  int64 `json:"unchanged"`
	Deleted    int64 `json:"deleted"`
	NotSeen    int64 `json:"notSeen"` // in the base, not seen, and not proven gone
	Edges      int64 `json:"edges"`
	Gaps       int64 `json:"gaps"`
	Batches    int64 `json:"batches"`
	Bytes      int64 `json:"bytes"` // packed, as received
	Classified int64 `json:"classified"`
	Quarantine int64 `json:"quarantine"` // batches set aside
}

// Version of the messages this room writes.
const version = bus.Version
