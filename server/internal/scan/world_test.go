package scan

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"log/slog"
	"testing"
	"time"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/datamap"
	"github.com/purlieu/purlieu/server/internal/store"
	"github.com/purlieu/purlieu/server/internal/store/sqlite"
)

// protocol is the room on the shipped store and map, with a clock of its own and one source that shows everything.
type protocol struct {
	testing.TB
	*Service
	st     *sqlite.Store
	graph  *datamap.Service
	now    time.Time
	kind   model.Kind   // of what is applied
	commit func() error // fails commits; nil lets them pass
	rung   []string
	told   []told

	changed int64 // assets that what is applied next counts as changed
}

// Ring implements Ringer.
func (p *protocol) Ring(runtime string) { p.rung = append(p.rung, runtime) }

// Tell implements Ringer.
func (p *protocol) Tell(node string, order bus.Tell) { p.told = append(p.told, told{node, order}) }

// told is an order to a node.
type told struct {
	node  string
	order bus.Tell
}

const (
	nodeA = "dmz--a"
	nodeB = "dmz--b"
)

func garden() model.Kind {
	return model.Kind{
		Name: "Garden", Version: 1, ScanKinds: []string{"GardenCredential"}, Authority: "garden://{host|lower}", ShowsAll: true,
		Settings: []model.Field{{Name: "host", Type: model.FieldText, Required: true}},
		Types: []model.TypeDef{
			{Name: "bed", Parent: "garden"}, {Name: "plant", Parent: "bed", Column: "leaf", Process: "graft"}, {Name: "garden"},
		},
		RuntimeKinds: []string{"SelfHosted"}, Levels: []model.Level{model.L1, model.L2},
	}
}

func newProtocol(t testing.TB) *protocol {
	t.Helper()
	p := &protocol{TB: t, now: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), kind: garden()}
	st, err := sqlite.Open(t.Context(), sqlite.Options{Path: sqlite.Memory, Now: func() time.Time { return p.now }, Fail: func(point string) error {
		if p.commit == nil || point != "commit" {
			return nil
		}
		return p.commit()
	}})
	p.ok(err)
	t.Cleanup(func() { _ = st.Close() })
	p.st = st
	log := slog.New(slog.DiscardHandler)
	p.graph = datamap.New(st, log)
	p.Service = New(st, p, p.graph, log, DefaultConfig())
	p.ok(p.PutKinds(t.Context(), []model.Kind{garden()}))
	p.source("plot")
	p.scan("plot", "all")
	return p
}

// replica is another process on the same store.
func (p *protocol) replica() *Service {
	return New(p.st, p, p.graph, slog.New(slog.DiscardHandler), DefaultConfig())
}

func (p *protocol) source(name string) {
	p.Helper()
	_, _, err := p.PutSource(p.Context(), model.Source{Name: name, Kind: "Garden", Collection: "root", Settings: model.Settings{"host": name + ".example.com"}})
	p.ok(err)
}

func (p *protocol) scan(source, name string) {
	p.Helper()
	_, _, err := p.PutScan(p.Context(), model.Scan{Name: name, Source: source, Runtime: "dmz", Level: model.L2})
	p.ok(err)
}

func (p *protocol) ok(err error) {
	p.Helper()
	if err != nil {
		p.Fatalf("unexpected: %v (%s, %v)", err, fault.CodeOf(err), errors.Unwrap(err))
	}
}

func (p *protocol) pass(d time.Duration) { p.now = p.now.Add(d) }

func (p *protocol) start(source, scan string) string {
	p.Helper()
	v, err := p.Start(p.Context(), source, scan, StartOptions{})
	p.ok(err)
	return v.ID
}

// claim claims as many units as there are.
func (p *protocol) claim(node string, slots int) []bus.Grant {
	p.Helper()
	a, err := p.Claim(p.Context(), node, bus.Claim{V: 1, Slots: slots, Kinds: []string{"Garden"}, Serial: 7})
	p.ok(err)
	if a.Serial != 7 {
		p.Fatalf("the answer repeats serial %d", a.Serial)
	}
	return a.Grants
}

// one claims one unit and fails when there is none.
func (p *protocol) one(node string) bus.Grant {
	p.Helper()
	g := p.claim(node, 1)
	if len(g) != 1 {
		p.Fatalf("%d units were granted, want 1", len(g))
	}
	return g[0]
}

// batch is what one batch says, applied as ingestion does.
type batch struct {
	assets   []model.Asset
	children []model.Unit
	gaps     []model.Gap
	parts    []store.Part // Run, Unit and Attempt are filled in
}

// send admits a batch and applies it.
func (p *protocol) send(node string, g bus.Grant, number uint32, b batch) {
	p.Helper()
	p.admit(node, g.Ref, number, bus.Committed)
	p.apply(g, b)
}

func (p *protocol) admit(node string, ref bus.AttemptRef, number uint32, want bus.ReceiptStatus) {
	p.Helper()
	p.update(func(ctx context.Context, tx store.Tx) error {
		status, _, err := p.Admit(ctx, tx, node, ref, number)
		if err == nil && status != want {
			p.Fatalf("batch %d of %v: status %d, want %d", number, ref, status, want)
		}
		return err
	})
}

func (p *protocol) update(do func(ctx context.Context, tx store.Tx) error) {
	p.Helper()
	p.ok(p.st.Update(p.Context(), store.Ingest, func(tx store.Tx) error { return do(p.Context(), tx) }))
}

func (p *protocol) apply(g bus.Grant, b batch) {
	p.Helper()
	p.update(func(ctx context.Context, tx store.Tx) error {
		u, current, err := p.Current(ctx, tx, g.Ref)
		if err != nil || !current {
			return err
		}
		hashes := make([]model.Hash, len(b.assets))
		prints := make([]uint64, len(b.assets))
		parts := map[string]*store.Part{}
		for i := range b.assets {
			a := &b.assets[i]
			hashes[i], prints[i] = hashOf(g, a), fingerprintOf(a)
			part := parts[a.Container]
			if part == nil {
				b.parts = append(b.parts, store.Part{Container: ContainerKey(a.Container)})
				part = &b.parts[len(b.parts)-1]
			}
			part.Rows = bus.AppendBaseRow(part.Rows, bus.BaseRow{Hash: hashes[i], Fingerprint: prints[i]})
		}
		for i := range b.parts {
			b.parts[i].Run, b.parts[i].Unit, b.parts[i].Attempt = u.Run, u.ID, u.Attempt
		}
		kind := p.kind
		did, err := p.graph.Apply(ctx, tx, datamap.Facts{
			Source: g.Source, Collection: "root", Authority: g.Authority, Kind: &kind, Actor: "scan:" + g.Source + "/" + g.Scan,
			Assets: b.assets, Hashes: hashes, Fingerprints: prints,
		})
		if err != nil {
			return err
		}
		if err := tx.Map().AddParts(ctx, b.parts); err != nil {
			return err
		}
		_, err = p.Applied(ctx, tx, u, RunCounts{Created: did.Created, Changed: p.changed, Batches: 1}, b.children, b.gaps)
		return err
	})
}

// fingerprintOf covers what these tests change of an asset.
func fingerprintOf(a *model.Asset) uint64 {
	h := fnv.New64a()
	fmt.Fprint(h, a.Path, a.NativeID, a.Columns)
	return h.Sum64()
}

func hashOf(g bus.Grant, a *model.Asset) model.Hash {
	return model.HashOf(a.Type, model.QualifiedName(g.Authority, a.Path))
}

func (p *protocol) done(node string, d bus.Done, want bus.ReceiptStatus) {
	p.Helper()
	if d.Outcome == 0 {
		d.Outcome = bus.OutcomeRead
	}
	got, err := p.Done(p.Context(), node, d, func(store.Tx) error { return nil })
	p.ok(err)
	if got != want {
		p.Fatalf("done of %v: status %d, want %d", d.Ref, got, want)
	}
}

// plan plans a run into units and closes planning.
func (p *protocol) plan(units ...model.Unit) {
	p.Helper()
	p.planAs(model.Identity{}, units...)
}

// planAs is plan, of a source that says what it is.
func (p *protocol) planAs(id model.Identity, units ...model.Unit) {
	p.Helper()
	g := p.one(nodeA)
	if g.Unit.Step != "" {
		p.Fatalf("the first unit is %q, not planning", g.Unit.Step)
	}
	p.send(nodeA, g, 0, batch{children: units})
	p.done(nodeA, bus.Done{Ref: g.Ref, Batches: 1, Children: uint32(len(units)), Identity: id}, bus.Committed)
}

func (p *protocol) renew(s *Service, node string, refs ...bus.AttemptRef) []bus.Verdict {
	p.Helper()
	a, err := s.Renew(p.Context(), node, bus.Renew{V: 1, Attempts: refs})
	p.ok(err)
	return a.Verdicts
}

func (p *protocol) verdict(node string, ref bus.AttemptRef, want bus.Verdict) {
	p.Helper()
	if got := p.renew(p.Service, node, ref); got[0] != want {
		p.Fatalf("renewal of %v by %s: verdict %d, want %d", ref, node, got[0], want)
	}
}

// sweep sweeps until nothing is left to do.
func (p *protocol) sweep(s *Service) {
	p.Helper()
	for {
		more, err := s.Sweep(p.Context())
		p.ok(err)
		if !more {
			return
		}
	}
}

// judging sweeps for as long as a replica must have answered before it may judge.
func (p *protocol) judging(s *Service) {
	p.Helper()
	for range 6 {
		p.sweep(s)
		p.pass(time.Second)
	}
	p.sweep(s)
}

func (p *protocol) run(id string) RunView {
	p.Helper()
	v, err := p.Service.Run(p.Context(), id)
	p.ok(err)
	return v
}

func (p *protocol) state(id string, want model.RunState) RunView {
	p.Helper()
	v := p.run(id)
	if v.State != want {
		p.Fatalf("the run is %s, want %s (%s %s)", v.State, want, v.Code, v.Text)
	}
	return v
}

// rows counts the rows of the map, dead and alive.
func (p *protocol) rows() (n int) {
	p.Helper()
	p.update(func(ctx context.Context, tx store.Tx) error {
		rows, err := tx.Map().ChangedAfter(ctx, 0, 0, 10_000)
		n = len(rows)
		return err
	})
	return n
}
