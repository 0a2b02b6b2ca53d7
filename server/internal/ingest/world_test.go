package ingest

import (
	"context"
	"crypto/ed25519"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/datamap"
	"github.com/purlieu/purlieu/server/internal/scan"
	"github.com/purlieu/purlieu/server/internal/store"
	"github.com/purlieu/purlieu/server/internal/store/sqlite"
)

// room is ingestion on the shipped store, scans and map, with one run whose units read the beds a and b.
type room struct {
	testing.TB
	*Service
	st    store.Store
	scans *scan.Service
	key   ed25519.PrivateKey
	now   time.Time
	fail  func() error
	run   string
	kind  model.Kind
}

// Ring implements scan.Ringer.
func (*room) Ring(string) {}

// Tell implements scan.Ringer.
func (*room) Tell(string, bus.Tell) {}

// Sign implements Signer.
func (r *room) Sign(text []byte) []byte { return ed25519.Sign(r.key, text) }

const node = "dmz--a"

func newRoom(t *testing.T, cfg Config) *room {
	t.Helper()
	r := &room{TB: t, now: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)}
	st, err := sqlite.Open(t.Context(), sqlite.Options{Path: sqlite.Memory, Now: func() time.Time { return r.now }, Fail: func(point string) error {
		if r.fail == nil || point != "commit" {
			return nil
		}
		return r.fail()
	}})
	r.ok(err)
	t.Cleanup(func() { _ = st.Close() })
	r.open(st, cfg)
	return r
}

// open begins a run on a store.
func (r *room) open(st store.Store, cfg Config) {
	r.Helper()
	r.key = ed25519.NewKeyFromSeed(make([]byte, 32))
	r.kind = model.Kind{
		Name: "Garden", Version: 1, ScanKinds: []string{"GardenCredential"}, Authority: "garden://{host|lower}", ShowsAll: true,
		Settings:     []model.Field{{Name: "host", Type: model.FieldText, Required: true}},
		Types:        []model.TypeDef{{Name: "plant", Column: "leaf", Process: "graft"}},
		RuntimeKinds: []string{"SelfHosted"}, Levels: []model.Level{model.L1, model.L2},
	}
	log := slog.New(slog.DiscardHandler)
	graph := datamap.New(st, log)
	r.st, r.scans = st, scan.New(st, r, graph, log, scan.DefaultConfig())
	r.Service = New(st, r.scans, graph, r.scans, r, log, cfg)
	ctx := r.Context()
	r.ok(r.scans.PutKinds(ctx, []model.Kind{r.kind}))
	_, _, err := r.scans.PutSource(ctx, model.Source{Name: "plot", Kind: "Garden", Collection: "root", Settings: model.Settings{"host": "plot.example.com"}})
	r.ok(err)
	_, _, err = r.scans.PutScan(ctx, model.Scan{Name: "all", Source: "plot", Runtime: "dmz", Level: model.L2})
	r.ok(err)
	_, err = r.scans.SetScope(ctx, "plot", "all", model.Scope{Exclude: []string{"*/secret"}})
	r.ok(err)
	v, err := r.scans.Start(ctx, "plot", "all", scan.StartOptions{})
	r.ok(err)
	r.run = v.ID
}

func (r *room) ok(err error) {
	r.Helper()
	if err != nil {
		r.Fatalf("unexpected: %v (%s, %v)", err, fault.CodeOf(err), errors.Unwrap(err))
	}
}

// claim claims one unit.
func (r *room) claim(by string) bus.Grant {
	r.Helper()
	a, err := r.scans.Claim(r.Context(), by, bus.Claim{V: 1, Slots: 1, Kinds: []string{"Garden"}})
	r.ok(err)
	if len(a.Grants) != 1 {
		r.Fatalf("%d grants", len(a.Grants))
	}
	return a.Grants[0]
}

// bed plans the run into the units of bed a and bed b and claims the first.
func (r *room) bed() bus.Grant {
	r.Helper()
	g := r.claim(node)
	r.batch(g, 0, bus.Facts{Children: []model.Unit{{Step: "bed", Below: "a"}, {Step: "bed", Below: "b"}}}, bus.Committed)
	r.apply()
	r.done(g, bus.Done{Batches: 1, Children: 2}, bus.Committed)
	return r.claim(node)
}

func (r *room) facts(g bus.Grant, assets ...model.Asset) bus.Facts {
	f := bus.Facts{Assets: assets}
	for _, a := range assets {
		f.Rows = append(f.Rows, bus.BaseRow{Hash: model.HashOf(a.Type, model.QualifiedName(g.Authority, a.Path)), Fingerprint: 1})
	}
	return f
}

func plant(path string) model.Asset {
	return model.Asset{Type: "plant", Path: path, Name: path, Container: "a", Facets: model.FacetExistence}
}

// seal is any ledger entry, another one for each number.
func seal(n uint32) bus.Seal { return bus.Seal{Index: uint64(n) + 1, Head: [32]byte{byte(n), 1}} }

func (r *room) batch(g bus.Grant, number uint32, f bus.Facts, want bus.ReceiptStatus) {
	r.Helper()
	raw, err := bus.Encode(f)
	r.ok(err)
	r.raw(node, g.Ref, number, bus.Pack(raw), want)
}

func (r *room) raw(by string, ref bus.AttemptRef, number uint32, body []byte, want bus.ReceiptStatus) bus.Receipt {
	r.Helper()
	got, err := r.Receive(r.Context(), by, bus.Batch{V: 1, Ref: ref, Number: number, Seal: seal(number), Body: body})
	r.ok(err)
	if got.Status != want {
		r.Fatalf("batch %d of %v: status %d (%s), want %d", number, ref, got.Status, got.Code, want)
	}
	return got
}

func (r *room) done(g bus.Grant, d bus.Done, want bus.ReceiptStatus) {
	r.Helper()
	if d.Outcome == 0 {
		d.Outcome = bus.OutcomeRead
	}
	d.Ref, d.Seal = g.Ref, seal(99)
	got, err := r.Done(r.Context(), node, d)
	r.ok(err)
	if got.Status != want {
		r.Fatalf("done of %v: status %d, want %d", d.Ref, got.Status, want)
	}
}

// apply applies all that waits, whenever it is due.
func (r *room) apply() {
	r.Helper()
	for {
		if r.inbox() == 0 {
			return
		}
		_, err := r.ApplyNext(r.Context())
		r.ok(err)
		r.now = r.now.Add(time.Second)
	}
}

func (r *room) inbox() (n int64) {
	r.Helper()
	r.ok(r.st.View(r.Context(), func(tx store.Tx) (err error) {
		n, _, err = tx.Inbox().Waiting(r.Context())
		return err
	}))
	return n
}

func (r *room) count() (n int64) {
	r.Helper()
	r.ok(r.st.View(r.Context(), func(tx store.Tx) (err error) {
		n, err = tx.Map().Count(r.Context(), "")
		return err
	}))
	return n
}

func (r *room) unit(id int64) (u store.Unit) {
	r.Helper()
	r.ok(r.st.View(r.Context(), func(tx store.Tx) (err error) {
		u, err = tx.Runs().Unit(r.Context(), id)
		return err
	}))
	return u
}

func (r *room) quarantined() (codes []string) {
	r.Helper()
	r.ok(r.st.View(r.Context(), func(tx store.Tx) error {
		rows, err := tx.Inbox().Quarantined(r.Context(), 99)
		for _, row := range rows {
			codes = append(codes, row.Quarantined)
		}
		return err
	}))
	return codes
}

func (r *room) update(do func(ctx context.Context, tx store.Tx) error) {
	r.Helper()
	r.ok(r.st.Update(r.Context(), store.People, func(tx store.Tx) error { return do(r.Context(), tx) }))
}
