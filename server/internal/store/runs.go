package store

import (
	"context"
	"time"

	"github.com/purlieu/purlieu/model"
)

// Run is one execution of a scan.
type Run struct {
	ID      string // UUID
	Serial  int64  // given by the store, rising in the order of AddRun
	Source  string
	Scan    string
	Runtime string
	State   model.RunState
	Queued  time.Time
	Started time.Time // first claim; zero before
	Ended   time.Time // zero before
	Open    int64     // units that have not ended
	Body    []byte    // JSON of the scan room: grant, counts, diagnostics
}

// RunQuery selects runs, newest first.
type RunQuery struct {
	Source, Scan string           // "" any
	States       []model.RunState // none: any
	Newest       bool             // only the newest run of each scan
	Before       int64            // serial; 0 from the newest
	Limit        int
}

// Unit is a part of a run.
type Unit struct {
	ID        int64 // given by the store
	Run       string
	Parent    int64 // 0 for planning
	Runtime   string
	Source    string
	Kind      string // source kind
	State     model.UnitState
	Priority  int32 // higher first
	Attempt   uint32
	Node      string // holder, or last holder
	LeaseEnd  time.Time
	NotBefore time.Time // when it may be claimed again
	Failures  int32
	Received  model.Ranges // batch numbers of the current attempt that are committed
	Applied   uint32       // batches of the current attempt that are applied
	Spec      []byte       // CBOR of model.Unit
	Done      []byte       // CBOR of bus.Done, once it came
}

// UnitQuery selects units. With Claim they come by priority, highest first, then id; else by id.
type UnitQuery struct {
	Run         string
	Runtime     string
	Source      string
	Node        string
	States      []model.UnitState
	LeaseBefore time.Time // leases that end before: of leased units, or of stopping ones where States says so
	Claim       bool
	After       int64
	Limit       int
}

// QueueQuery selects queued units of a runtime that may be claimed.
type QueueQuery struct {
	Runtime    string
	Kinds      []string  // source kinds
	NotSources []string  // units of these sources are passed over
	NotRuns    []string  // and those of these runs
	NotBefore  time.Time // units whose NotBefore is at or before
	Each       int       // at most so many of one source
	Limit      int
}

// UnitCounts counts the units of a run by state.
type UnitCounts map[model.UnitState]int64

// Runs are the rows of runs, units and gaps.
type Runs interface {
	AddRun(ctx context.Context, run *Run) error // Conflict when the id is taken; sets Serial
	Run(ctx context.Context, id string) (Run, error)
	SetRun(ctx context.Context, run Run) error // whole row but ID and Serial; NotFound
	ListRuns(ctx context.Context, q RunQuery) ([]Run, error)

	AddUnits(ctx context.Context, units []Unit) error // sets the ids
	Unit(ctx context.Context, id int64) (Unit, error)
	SetUnit(ctx context.Context, unit Unit) error // whole row; NotFound
	ListUnits(ctx context.Context, q UnitQuery) ([]Unit, error)
	// QueuedBySource gives the first units of each source in the order of claims, and so the first of all as far as Each goes. It costs
	// steps for the sources that have queued units, however many these are: those of sources that are passed over are not met.
	QueuedBySource(ctx context.Context, q QueueQuery) ([]Unit, error)
	CountUnits(ctx context.Context, run string) (UnitCounts, error)
	// LeasedBySource counts the leased and the stopping units of sources.
	LeasedBySource(ctx context.Context, sources []string) (map[string]int64, error)

	// SetGaps replaces the gaps of a unit.
	SetGaps(ctx context.Context, run string, unit int64, gaps []model.Gap) error
	// AddGaps adds to them.
	AddGaps(ctx context.Context, run string, unit int64, gaps []model.Gap) error
	// ListGaps gives gaps of a run in the order of unit and arrival, after a cursor of 0 at first.
	ListGaps(ctx context.Context, run string, after int64, limit int) (gaps []GapRow, err error)
	// DeleteRun removes a run with all its units, gaps and parts.
	DeleteRun(ctx context.Context, id string) error
}

// GapRow is a stored gap.
type GapRow struct {
	Cursor int64
	Unit   int64
	Gap    model.Gap
}

// BatchRow is a batch in the inbox.
type BatchRow struct {
	Seq         int64 // given by the store
	Unit        int64
	Attempt     uint32
	Number      uint32
	Node        string
	Body        []byte // packed, as it came
	Received    time.Time
	Failures    int32
	NotBefore   time.Time // when it may be tried again
	Quarantined string    // the reason; "" while it waits
}

// Inbox holds batches from receipt to application.
type Inbox interface {
	Put(ctx context.Context, row *BatchRow) error // Conflict when (unit, attempt, number) is there; sets Seq
	// Next gives waiting batches with Seq after after whose NotBefore has come, oldest first, with bodies.
	Next(ctx context.Context, after int64, limit int) ([]BatchRow, error)
	Set(ctx context.Context, row BatchRow) error // Failures, NotBefore, Quarantined; NotFound
	Delete(ctx context.Context, seq int64) error // NotFound: another applier took it
	// DeleteUnit removes the waiting batches of a unit's attempts before attempt.
	DeleteUnit(ctx context.Context, unit int64, before uint32) error
	Quarantined(ctx context.Context, limit int) ([]BatchRow, error)
	Waiting(ctx context.Context) (batches, bytes int64, err error)
}
