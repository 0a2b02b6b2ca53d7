package server

import (
	"context"
	"io"
	"log/slog"
	"time"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/datamap"
	"github.com/purlieu/purlieu/server/internal/desk"
	"github.com/purlieu/purlieu/server/internal/ingest"
	"github.com/purlieu/purlieu/server/internal/scan"
	"github.com/purlieu/purlieu/server/internal/store"
	"github.com/purlieu/purlieu/server/internal/store/sqlite"
)

// Store is one account's persistence; replicas of an account share it.
type Store = store.Store

// Tx is a transaction of a store.
type Tx = store.Tx

// StoreOptions say where a store of the simulated world is, what time it has, and how it fails.
type StoreOptions = sqlite.Options

// MemoryStore is the path of a store that lives as long as it is open.
const MemoryStore = sqlite.Memory

// OpenStore opens a store of the simulated world.
func OpenStore(ctx context.Context, o StoreOptions) (Store, error) { return sqlite.Open(ctx, o) }

// Core is the part of a replica that runs the work protocol: steps and answers, no socket and no goroutine.
type Core struct {
	Scans  *scan.Service
	Graph  *datamap.Service
	Ingest *ingest.Service
	Desk   *desk.Desk
}

// CoreConfig is what a core stands on.
type CoreConfig struct {
	Store Store
	Ring  scan.Ringer
	Fleet desk.Fleet
	Sign  ingest.Signer // of receipts
	Log   *slog.Logger
	Lease time.Duration // 0 is 6 s
	Build string        // version of the build: see scan.Config
	Short func() bool   // whether the store is short of room, so that nodes must wait; nil: never
	// Orders tells what people have told a node: see scan.Config; nil: nothing.
	Orders func(ctx context.Context, tx Tx, node string) (bus.Orders, error)
	// AskAbove are the assets that a run may bring in any case before it asks; 0 is 1000.
	AskAbove int64
}

// NewCore joins the rooms of the work protocol.
func NewCore(c CoreConfig) *Core {
	cfg := scan.DefaultConfig()
	if c.Lease > 0 {
		cfg.Lease = c.Lease
	}
	if c.AskAbove > 0 {
		cfg.AskAbove = c.AskAbove
	}
	cfg.Build = c.Build
	taking := ingest.DefaultConfig()
	if c.Short != nil {
		cfg.Short, taking.Short = c.Short, c.Short
	}
	if c.Orders != nil {
		cfg.Orders = c.Orders
	}
	graph := datamap.New(c.Store, c.Log)
	scans := scan.New(c.Store, c.Ring, graph, c.Log, cfg)
	in := ingest.New(c.Store, scans, graph, scans, c.Sign, c.Log, taking)
	return &Core{Scans: scans, Graph: graph, Ingest: in, Desk: desk.New(scans, in, c.Fleet)}
}

// Handle answers one request of a node.
func (c *Core) Handle(ctx context.Context, node string, subject bus.Subject, payload []byte) ([]byte, error) {
	return c.Desk.Handle(ctx, node, subject, payload)
}

// Dump writes the whole map in a form that is the same for the same map, whatever order it was written in.
func Dump(ctx context.Context, st Store, w io.Writer) error { return datamap.Dump(ctx, st, w) }

// Start starts a run of a scan and gives its id.
func (c *Core) Start(ctx context.Context, source, scanName string, full bool) (string, error) {
	v, err := c.Scans.Start(ctx, source, scanName, scan.StartOptions{Full: full})
	return v.ID, err
}

// Describe writes a description over an asset in a person's name.
func (c *Core) Describe(ctx context.Context, typeName, qualifiedName, actor, text string) error {
	v, err := c.Graph.ByName(ctx, typeName, qualifiedName)
	if err != nil {
		return err
	}
	_, err = c.Graph.Edit(ctx, actor, []datamap.Edit{{GUID: v.GUID, Description: &text}})
	return err
}

// Step does one step of the replica's own work: it applies what waits in the inbox. More says that it did something.
func (c *Core) Step(ctx context.Context) (more bool, err error) { return c.Ingest.ApplyNext(ctx) }

// Sweep ends leases that ran out and finalises runs. Call it every half second, or every tenth of a lease.
func (c *Core) Sweep(ctx context.Context) (more bool, err error) { return c.Scans.Sweep(ctx) }

// Head is the highest entry of a node's egress ledger that the account has receipted.
type Head = ingest.Head

// Left is what of the work protocol a store still holds: nothing, once all runs have ended and all batches are applied.
type Left struct{ OpenUnits, Batches, Quarantined, Parts int }

// LeftOf counts what is left, up to a thousand of each. It is for tests.
func LeftOf(ctx context.Context, st Store) (left Left, err error) {
	const most = 1000
	err = st.View(ctx, func(tx store.Tx) error {
		open := []model.UnitState{model.UnitQueued, model.UnitLeased, model.UnitDone, model.UnitStopping}
		units, err := tx.Runs().ListUnits(ctx, store.UnitQuery{States: open, Limit: most})
		if err != nil {
			return err
		}
		batches, _, err := tx.Inbox().Waiting(ctx)
		if err != nil {
			return err
		}
		quarantined, err := tx.Inbox().Quarantined(ctx, most)
		if err != nil {
			return err
		}
		left = Left{OpenUnits: len(units), Batches: int(batches), Quarantined: len(quarantined)}
		runs, err := tx.Runs().ListRuns(ctx, store.RunQuery{Limit: most})
		if err != nil {
			return err
		}
		for _, run := range runs {
			parts, err := tx.Map().Containers(ctx, run.ID, "", most)
			if err != nil {
				return err
			}
			left.Parts += len(parts)
		}
		return nil
	})
	return left, err
}
