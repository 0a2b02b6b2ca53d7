package bus

import (
	"strings"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
)

// Version is the version of the protocol that this build writes. Readers take messages of the last 12 months.
const Version = 1

// Sizes that both sides hold to.
const (
	MaxPacked   = 1 << 20  // a batch as it travels
	MaxUnpacked = 16 << 20 // a batch when unpacked
	MaxAsset    = 2 << 20  // one asset; more is cut, with a gap
)

// Subject is what a message is about. The node's identifier follows it in the transport's address.
type Subject string

// The subjects. Nodes send the first group and receive the second.
const (
	SubjectClaim Subject = "claim"
	SubjectRenew Subject = "renew"
	SubjectBeat  Subject = "beat"
	SubjectKind  Subject = "kind"
	SubjectBatch Subject = "batch"
	SubjectDone  Subject = "done"
	SubjectBase  Subject = "base"

	SubjectAsk  Subject = "ask"
	SubjectTell Subject = "tell"
	SubjectRing Subject = "ring"
)

// Ingestion reports whether the subject goes through the ingestion door; the others go through the account door.
func (s Subject) Ingestion() bool {
	return s == SubjectBatch || s == SubjectDone || s == SubjectBase
}

// NodeID names a node in addresses: the runtime's name, two dashes, the node's name. Neither holds two dashes in a
// row, a dot, a blank or a wildcard, so the identifier is unambiguous and one subject token.
func NodeID(runtime, node string) string { return runtime + "--" + node }

// RuntimeOf is the name of the runtime of a node.
func RuntimeOf(nodeID string) string {
	runtime, _, _ := strings.Cut(nodeID, "--")
	return runtime
}

// AttemptRef names one try at a unit by one node.
type AttemptRef struct {
	Unit    int64  `cbor:"1,keyasint" json:"unit"`
	Attempt uint32 `cbor:"2,keyasint" json:"attempt"`
}

// Claim asks for work; one of no slots asks for orders alone. It holds ids and numbers only.
type Claim struct {
	V     int      `cbor:"1,keyasint"`
	Slots int      `cbor:"2,keyasint"` // attempts the node could start now
	Kinds []string `cbor:"3,keyasint"` // source kinds it can read
	// FreeMB is the memory that new work could have, in MiB: what the machine has left, without what the attempts at work
	// may still take (nodes of older builds count that in). 0 tells nothing, less than 0 that there is none.
	FreeMB int `cbor:"4,keyasint,omitempty"`
	// Locals are the node-local sources whose identity was checked on this node: those of an earlier answer that it vouches
	// for.
	Locals []string `cbor:"5,keyasint,omitempty"`
	// Serial makes a claim that the bus doubled recognisable: the answer repeats it.
	Serial uint64 `cbor:"6,keyasint"`
	// UnitMB is the most memory that one attempt may take on this node, the limit of its worker; 0 is not told.
	UnitMB int `cbor:"7,keyasint,omitempty"`
}

// ClaimAnswer grants attempts.
type ClaimAnswer struct {
	V      int     `cbor:"1,keyasint"`
	Serial uint64  `cbor:"2,keyasint"`
	Grants []Grant `cbor:"3,keyasint,omitempty"`
	WaitMS int     `cbor:"4,keyasint,omitempty"` // the account is short of disk: do not ask before
	// Locals are node-local sources that have work and that the claim did not name: a node on which one is what it should
	// be names it in its next claim.
	Locals []Local `cbor:"5,keyasint,omitempty"`
	Orders Orders  `cbor:"6,keyasint,omitzero"`
}

// Orders are what people have told a node, as the account's store has it now: each answer to a claim or a renewal repeats
// them whole, so that one that was missed is heard with the next.
type Orders struct {
	// Drain: finish what you hold and claim no more. A node that is drained claims no slots, and so hears when it may go on.
	Drain bool `cbor:"1,keyasint,omitempty"`
	// NewKey: make a key in place of the one that proves who you are, and have the account take it (model.KeyRequest).
	NewKey bool `cbor:"2,keyasint,omitempty"`
}

// Local asks whether a node-local source is on the node what it should be: there, allowed, and of the identity System,
// where one is known.
type Local struct {
	Source   string         `cbor:"1,keyasint"`
	Kind     string         `cbor:"2,keyasint"`
	Settings model.Settings `cbor:"3,keyasint"`
	System   string         `cbor:"4,keyasint,omitempty"`
}

// MaxLocals bounds the locals of one claim and of one answer.
const MaxLocals = 64

// Grant is one attempt with all that is needed to work on it.
type Grant struct {
	Ref       AttemptRef          `cbor:"1,keyasint"`
	Run       string              `cbor:"2,keyasint"`
	Kind      string              `cbor:"3,keyasint"` // source kind
	Source    string              `cbor:"4,keyasint"` // name of the source
	Scan      string              `cbor:"5,keyasint"`
	Authority string              `cbor:"6,keyasint"`
	Settings  model.Settings      `cbor:"7,keyasint"`
	Unit      model.Unit          `cbor:"8,keyasint"`
	Scope     model.Scope         `cbor:"9,keyasint"`
	Level     model.Level         `cbor:"10,keyasint"`
	Full      bool                `cbor:"11,keyasint,omitempty"` // ignore bases
	Budget    model.Budget        `cbor:"12,keyasint"`
	Login     model.CredentialRef `cbor:"13,keyasint"`
	LeaseMS   int                 `cbor:"14,keyasint"`
	// System is the identity that the source must have (model.Identity.System): another one is a failure with the code
	// CodeSourceChanged, before anything is read. "" takes any.
	System string `cbor:"15,keyasint,omitempty"`
}

// CodeSourceChanged is the code of an attempt that reached another source than the grant names.
const CodeSourceChanged = "SourceChanged"

// Renew keeps the leases of the attempts that a node holds.
type Renew struct {
	V        int          `cbor:"1,keyasint"`
	Attempts []AttemptRef `cbor:"2,keyasint,omitempty"`
}

// Verdict says what becomes of a held attempt.
type Verdict uint8

// The verdicts.
const (
	VerdictGo         Verdict = iota + 1 // go on
	VerdictCancelled                     // a person ended the run: stop
	VerdictSuperseded                    // another node has the unit now: stop
	VerdictEnded                         // the unit is closed: forget it
)

// RenewAnswer has one verdict for each attempt of the renewal, in its order.
type RenewAnswer struct {
	V        int       `cbor:"1,keyasint"`
	Verdicts []Verdict `cbor:"2,keyasint,omitempty"`
	Orders   Orders    `cbor:"3,keyasint,omitzero"`
}

// Seal ties a message to the node's egress ledger: the entry that was written before the message left, and the head
// of the hash chain behind it.
type Seal struct {
	Index uint64   `cbor:"1,keyasint"`
	Head  [32]byte `cbor:"2,keyasint"`
}

// Batch is a sealed, numbered message of facts. Body is zstd-packed CBOR of Facts, at most MaxPacked bytes; readers
// that only store or relay it don't look inside.
type Batch struct {
	V      int        `cbor:"1,keyasint"`
	Ref    AttemptRef `cbor:"2,keyasint"`
	Number uint32     `cbor:"3,keyasint"` // from 0, without holes within an attempt
	Seal   Seal       `cbor:"4,keyasint"`
	Body   []byte     `cbor:"5,keyasint"`
}

// Facts is what a batch says. In one attempt an asset is in one batch.
type Facts struct {
	Assets   []model.Asset `cbor:"1,keyasint,omitempty"` // new and changed assets, whole
	Rows     []BaseRow     `cbor:"2,keyasint,omitempty"` // for each asset, in order: its row for the next base
	Gaps     []model.Gap   `cbor:"3,keyasint,omitempty"`
	Children []model.Unit  `cbor:"4,keyasint,omitempty"`
	Seen     []Seen        `cbor:"5,keyasint,omitempty"`
}

// Seen says which rows of a container's base the attempt saw unchanged.
type Seen struct {
	Container  string         `cbor:"1,keyasint"`
	Generation int64          `cbor:"2,keyasint"` // of the base that positions refer to
	Bits       []byte         `cbor:"3,keyasint"` // little-endian bitmap over positions
	Moved      []MovedMeasure `cbor:"4,keyasint,omitempty"`
}

// MovedMeasure carries the measures of an asset that is otherwise unchanged.
type MovedMeasure struct {
	Position uint32          `cbor:"1,keyasint"`
	Hash     model.Hash      `cbor:"2,keyasint"`
	Measures []model.Measure `cbor:"3,keyasint"`
}

// ReceiptStatus says what became of a message.
type ReceiptStatus uint8

// The statuses.
const (
	Committed ReceiptStatus = iota + 1 // it is in the store; forget your copy
	Dropped                            // cancelled or superseded: receipted and dropped; forget your copy
	Wait                               // not taken: try again after WaitMS
	Gone                               // the unit is forgotten; keep it in the ledger as discarded
	Refused                            // it broke a rule, said in Code; never send it again
)

// Receipt answers Batch and Done. Signature is the account's Ed25519 signature over SignedReceipt.
type Receipt struct {
	V         int           `cbor:"1,keyasint"`
	Status    ReceiptStatus `cbor:"2,keyasint"`
	WaitMS    int           `cbor:"3,keyasint,omitempty"`
	Code      string        `cbor:"4,keyasint,omitempty"`
	Text      string        `cbor:"5,keyasint,omitempty"`
	Seal      Seal          `cbor:"6,keyasint"` // repeated from the message
	Signature []byte        `cbor:"7,keyasint,omitempty"`
}

// Outcome says how an attempt ended.
type Outcome uint8

// The outcomes.
const (
	OutcomeRead   Outcome = iota + 1 // read to its end; gaps say what was missing
	OutcomeFailed                    // could not be read; the gaps say why
)

// Done ends an attempt. Children and gaps travel in batches; Done holds counts.
type Done struct {
	V        int            `cbor:"1,keyasint"`
	Ref      AttemptRef     `cbor:"2,keyasint"`
	Seal     Seal           `cbor:"3,keyasint"`
	Outcome  Outcome        `cbor:"4,keyasint"`
	Code     string         `cbor:"5,keyasint,omitempty"` // of a failure
	Retry    bool           `cbor:"6,keyasint,omitempty"` // the failure may pass: another attempt is worth it
	Batches  uint32         `cbor:"7,keyasint"`
	Assets   uint64         `cbor:"8,keyasint"` // seen, changed or not
	Gaps     uint32         `cbor:"9,keyasint"`
	Children uint32         `cbor:"10,keyasint"`
	Listed   []model.Listed `cbor:"11,keyasint,omitempty"`
	Remedy   string         `cbor:"12,keyasint,omitempty"`
	// Identity is which source was reached, and as whom, where the connector can tell; of a failure too.
	Identity model.Identity `cbor:"13,keyasint,omitzero"`
}

// BaseAsk asks for the next piece of the bases of all containers at or below the unit's root.
type BaseAsk struct {
	V     int        `cbor:"1,keyasint"`
	Ref   AttemptRef `cbor:"2,keyasint"`
	After string     `cbor:"3,keyasint,omitempty"` // cursor of the last answer
}

// BaseAnswer is a piece of at most 1 MiB. More is false on the last.
type BaseAnswer struct {
	V      int           `cbor:"1,keyasint"`
	Blocks []BaseBlock   `cbor:"2,keyasint,omitempty"`
	After  string        `cbor:"3,keyasint,omitempty"`
	More   bool          `cbor:"4,keyasint,omitempty"`
	Status ReceiptStatus `cbor:"5,keyasint"` // Committed, Wait, Dropped or Gone
	WaitMS int           `cbor:"6,keyasint,omitempty"`
}

// BaseBlock is a run of rows of one container's base. Positions count from First.
type BaseBlock struct {
	Container  string `cbor:"1,keyasint"`
	Generation int64  `cbor:"2,keyasint"`
	First      uint32 `cbor:"3,keyasint"`
	Rows       []byte `cbor:"4,keyasint"` // packed BaseRow, BaseRowSize bytes each
}

// Beat says that a node lives and how it does.
type Beat struct {
	V        int    `cbor:"1,keyasint"`
	Version  string `cbor:"2,keyasint"` // of the build
	Attempts int    `cbor:"3,keyasint"`
	Slots    int    `cbor:"4,keyasint"`
	FreeMB   int    `cbor:"5,keyasint"`
	CPU      int    `cbor:"6,keyasint"` // per cent
	Spooled  int    `cbor:"7,keyasint"` // messages without a receipt
	Machine  string `cbor:"8,keyasint"` // host name
	// Kinds are the source kinds that it can read; nodes of older builds don't say.
	Kinds []string `cbor:"9,keyasint,omitempty"`
	// Drained: it was told to drain, has heard it, and starts nothing more.
	Drained bool `cbor:"10,keyasint,omitempty"`
	// Marks are the descriptions of those kinds that the node has, one for each.
	Marks []Mark `cbor:"11,keyasint,omitempty"`
}

// TellKind is what a tell is about.
type TellKind string

// The kinds. None says what is to be done: that is in the answer that the node asks for, so that a tell that is lost,
// doubled or late changes nothing. A node passes over kinds that it does not know.
const (
	TellStop   TellKind = "stop"   // the attempts listed: renew now, the answer says why
	TellOrders TellKind = "orders" // your orders have changed: claim or renew now, the answer has them
)

// Tell has a node ask at once for what the account has for it.
type Tell struct {
	V        int          `cbor:"1,keyasint"`
	Kind     TellKind     `cbor:"2,keyasint"`
	Attempts []AttemptRef `cbor:"3,keyasint,omitempty"`
}

// Ask is a question to a node: to test a connection or to browse a source. It reaches only sources that the local
// policy allows, and its answer passes filter and ledger.
type Ask struct {
	V        int                 `cbor:"1,keyasint"`
	Browse   bool                `cbor:"2,keyasint,omitempty"` // else test the connection
	Kind     string              `cbor:"3,keyasint"`
	Settings model.Settings      `cbor:"4,keyasint"`
	Login    model.CredentialRef `cbor:"5,keyasint"`
	Path     string              `cbor:"6,keyasint,omitempty"`
}

// Answer is what a node answers to Ask.
type Answer struct {
	V     int         `cbor:"1,keyasint"`
	Steps []Step      `cbor:"2,keyasint,omitempty"`
	Names []model.Ref `cbor:"3,keyasint,omitempty"`
	// Code is why there is no whole answer, "" when there is one. Text and Remedy are the node's own closed words.
	Code   string     `cbor:"4,keyasint,omitempty"`
	Text   string     `cbor:"5,keyasint,omitempty"`
	More   bool       `cbor:"6,keyasint,omitempty"` // the list was cut
	Kind   fault.Kind `cbor:"7,keyasint,omitempty"` // of the failure that Code names
	Remedy string     `cbor:"8,keyasint,omitempty"`
	// Seal names the entry of the egress ledger that was written before the answer left; zero for a refusal in fixed
	// words, which has none.
	Seal Seal `cbor:"9,keyasint,omitzero"`
}

// Bounds of an answer.
const (
	MaxSteps     = 16
	MaxNames     = 5000
	MaxNameBytes = 256 << 10 // of all paths together
)

// Step is one step of a connection test.
type Step struct {
	Name   string `cbor:"1,keyasint" json:"name"`
	OK     bool   `cbor:"2,keyasint" json:"ok"`
	Detail string `cbor:"3,keyasint,omitempty" json:"detail,omitempty"`
	Remedy string `cbor:"4,keyasint,omitempty" json:"remedy,omitempty"`
}
