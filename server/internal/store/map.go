package store

import (
	"context"
	"time"

	"github.com/purlieu/purlieu/model"
)

// Entity is one row of the map. Columns live inside their table.
type Entity struct {
	ID            int64      // row number, given by the store and never used again
	Hash          model.Hash // of (type, qualified name), unique
	Type          string
	QualifiedName string
	Name          string
	Parent        model.Hash // of the entity one name up; zero at a source's root
	Source        string     // "" when no scan made it
	Collection    string
	NativeID      string
	Deleted       bool
	Version       int64 // of its last change
	Created       time.Time
	Modified      time.Time
	CreatedBy     string
	ModifiedBy    string
	CreatedIn     int64  // version in which it was created, told by the row alone; 0: by an entry of its history, as in older maps
	Fingerprint   uint64 // of the scanned layer
	NextColumn    uint32 // the number the next new column gets
	Scanned       []byte // CBOR of model.Asset without measures, as the newest runs saw it; nil when none did
	Authored      []byte // JSON of what people wrote over it; nil when nobody did
}

// Edge is one end of a Process: data flows from an input into the process, and from the process into an output.
type Edge struct {
	Process int64
	Input   bool
	Far     model.Hash // the data asset
	FarType string
	FarName string // its qualified name
	FarID   int64  // its row; 0 while it is pending
	Columns []byte // JSON [{from,to}], nil when only the tables are known
}

// Change is one entry of an entity's history.
type Change struct {
	Entity  int64
	Version int64
	At      time.Time
	Actor   string // person, or "scan:<source>/<scan>"
	Verb    string // "created", "updated", "deleted", "revived" by a scan, "renamed", "restored" by a person
	Diff    []byte // JSON: what differs
}

// MeasureRow is the measures of an entity on one day.
type MeasureRow struct {
	Entity   int64
	Day      int32 // days since 1970, UTC
	Measures []model.Measure
}

// MeasureKey says which measures a MeasureRow holds.
type MeasureKey struct {
	Day    int32
	Entity int64
}

// Former is what stood in an entity's row before a scan met something with another native id under its name. It is kept
// until a run settles which row keeps what people wrote.
type Former struct {
	Entity   int64
	Actor    string // the scan that met the other thing
	Source   string
	Type     string
	NativeID string
	Scanned  []byte // as of store.Entity
}

// Part is what one attempt of a unit saw of one container, kept until its run is final.
type Part struct {
	Run        string
	Unit       int64
	Attempt    uint32
	Container  string
	Generation int64  // of the base that Seen refers to
	Rows       []byte // packed bus.BaseRow of new and changed assets
	Seen       []byte // bitmap over the base's positions; nil when none
	Moved      []byte // CBOR []bus.MovedMeasure: rows whose measures differ from the base's
}

// Base is what the last finished run of a scan saw in one container. Its rows are kept beside it, in blocks. A base is
// drafted, filled with blocks in as many transactions as it takes, and then put in the place of the one before: until then
// only those see it who write it.
type Base struct {
	ID         int64  // given by the store, to each draft another one
	Scan       string // "source/scan"
	Container  string
	Generation int64
	Count      int64  // of rows, when it is in its place
	Changed    int64  // how often one of its blocks was changed
	Grants     []byte // of the scan room: under which grants the rows were seen; nil where that counts for nothing
}

// Block is some rows of a base, one behind the other. Rows begin with their hash, and are sorted by it through all blocks.
type Block struct {
	Base  int64
	First int64  // position of its first row in the base
	Rows  []byte // packed bus.BaseRow, at least one
}

// Map is the rows of the data map.
type Map interface {
	// NextVersion reserves the transaction's version: the same number at each call within one transaction.
	NextVersion(ctx context.Context) (int64, error)
	// Version is the newest committed version.
	Version(ctx context.Context) (int64, error)

	// ByHash gives the entities with these hashes, deleted ones too, by hash.
	ByHash(ctx context.Context, hashes []model.Hash) (map[model.Hash]Entity, error)
	// ByID gives the entities with these row numbers.
	ByID(ctx context.Context, ids []int64) (map[int64]Entity, error)
	// ByNative gives live entities of a source by type and native id.
	ByNative(ctx context.Context, source, typeName, nativeID string) ([]Entity, error)
	// Insert adds entities and sets their IDs; Conflict when a hash is taken.
	Insert(ctx context.Context, entities []Entity) error
	// Set writes whole rows by ID; NotFound.
	Set(ctx context.Context, entities []Entity) error
	// Children gives live entities whose parent is the hash, by name then id, after (name, id).
	Children(ctx context.Context, parent model.Hash, afterName string, afterID int64, limit int) ([]Entity, error)
	// ChangedAfter gives entities, deleted ones too, whose version is above after, by version then id; a version is
	// never cut in two unless it alone exceeds the limit: pass afterID to go on within one.
	ChangedAfter(ctx context.Context, after int64, afterID int64, limit int) ([]Entity, error)
	// Count counts live entities of a source; "" counts all.
	Count(ctx context.Context, source string) (int64, error)
	// Purge removes up to limit entities that are deleted and were last changed before a time, oldest first, with their
	// measures, edges and formers, and says how many. Their history stays, a creation that stood in the row too; followers
	// are not told: they saw the deletion.
	Purge(ctx context.Context, before time.Time, limit int) (int, error)

	AddChanges(ctx context.Context, changes []Change) error
	// History gives an entity's changes, newest first, below version before (0: from the newest). Behind them comes the
	// creation of an entity that has CreatedIn.
	History(ctx context.Context, entity int64, before int64, limit int) ([]Change, error)

	// OldChanges looks at changes in the order in which they were added, after a cursor of 0 at first and at most limit of
	// them, and gives the numbers of those that scans made before a time. It ends at the first that was made later: next is
	// 0. DropChanges removes changes by their numbers.
	OldChanges(ctx context.Context, before time.Time, after int64, limit int) (old []int64, next int64, err error)
	DropChanges(ctx context.Context, changes []int64) error

	PutMeasures(ctx context.Context, rows []MeasureRow) error
	// Measures gives an entity's measures, newest day first.
	Measures(ctx context.Context, entity int64, limit int) ([]MeasureRow, error)
	// OldMeasures looks at measures of days before a day, by day and entity, behind one of them (nil: from the first) and
	// at most limit of them, and gives each that is not its entity's newest. Next is the last that it looked at, nil when
	// there are no more. DropMeasures removes measures.
	OldMeasures(ctx context.Context, before int32, after *MeasureKey, limit int) (old []MeasureKey, next *MeasureKey, err error)
	DropMeasures(ctx context.Context, measures []MeasureKey) error

	// PutEdges replaces the edges of processes; each edge names its process, which is one of them.
	PutEdges(ctx context.Context, processes []int64, edges []Edge) error
	// EdgesOfProcess gives the edges of processes; EdgesOfAsset those whose far end has one of the hashes.
	EdgesOfProcess(ctx context.Context, processes []int64) ([]Edge, error)
	EdgesOfAsset(ctx context.Context, far []model.Hash, limit int) ([]Edge, error)
	// BindEdges sets the row of pending edges whose far end has one of the hashes; id 0 makes them pending again.
	BindEdges(ctx context.Context, far map[model.Hash]int64) error

	// AddFormers keeps what stood in rows; where one is kept for a row already, that stays.
	AddFormers(ctx context.Context, formers []Former) error
	// Formers gives those that an actor's scans left, by entity, after an entity; FormersOf those of entities;
	// FormersByNative those of things that had a native id.
	Formers(ctx context.Context, actor string, after int64, limit int) ([]Former, error)
	FormersOf(ctx context.Context, entities []int64) (map[int64]Former, error)
	FormersByNative(ctx context.Context, source, typeName, nativeID string) ([]Former, error)
	DropFormers(ctx context.Context, entities []int64) error

	AddParts(ctx context.Context, parts []Part) error
	// Parts gives the parts of a run in one container, by unit; Containers lists those that a run has parts of.
	Parts(ctx context.Context, run, container string) ([]Part, error)
	Containers(ctx context.Context, run, after string, limit int) ([]string, error)
	DeleteParts(ctx context.Context, run string) error

	// DraftBase begins a base and sets its ID. AddBlocks adds blocks behind those that a draft has: NotFound when there is no
	// such draft any more. PlaceBase puts a draft of so many rows in its place: the base of the scan in this container, and
	// other drafts of it, are gone then. DropDrafts removes what was not put in its place of a scan's bases.
	DraftBase(ctx context.Context, base *Base) error
	AddBlocks(ctx context.Context, blocks []Block) error
	PlaceBase(ctx context.Context, id, count int64) error
	DropDrafts(ctx context.Context, scan string) error
	// Bases gives the bases of containers at or below root, by container, after a container.
	Bases(ctx context.Context, scan, root, after string, limit int) ([]Base, error)
	// Blocks gives the blocks of a base from the one on that holds a position, in order.
	Blocks(ctx context.Context, base, position int64, limit int) ([]Block, error)
	// BlockOf gives the block of a base in which the row of a hash stands if it has one; false where its first row is behind.
	BlockOf(ctx context.Context, base int64, hash model.Hash) (Block, bool, error)
	// SetBlock changes rows of a block, in number and hashes as they were; NotFound.
	SetBlock(ctx context.Context, block Block) error
	DeleteBases(ctx context.Context, scan string) error
}
