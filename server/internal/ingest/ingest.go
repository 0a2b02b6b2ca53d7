// Package ingest takes batches from the bus into the inbox, and from the inbox into the map.
//
// Receiving and applying are apart: a *receipt* says that a batch is durable, an *applier* brings it into the map in
// one transaction with everything that follows from it, and discovery never waits for that. From a node only facts
// are accepted of attempts that it holds, of types that the kind declares, at or below the unit's root; a batch that
// breaks a rule, or fails five times, is *quarantined*: its unit fails, the others go on.
// Receive and ApplyNext are steps: no goroutine is started, and the only clock is the store's.
package ingest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/failpoint"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/datamap"
	"github.com/purlieu/purlieu/server/internal/scan"
	"github.com/purlieu/purlieu/server/internal/store"
	"github.com/purlieu/purlieu/wire"
)

// Config is what the room can be told.
type Config struct {
	MaxWaiting  int64 // packed bytes in the inbox above which nodes are told to wait; 64 MiB
	MaxFailures int32 // tries at a batch; 5
	// Short says that the store has room for people only: batches wait at their nodes.
	Short func() bool
}

// DefaultConfig is what design §5 promises.
func DefaultConfig() Config {
	return Config{MaxWaiting: 64 << 20, MaxFailures: 5, Short: func() bool { return false }}
}

// Kinds finds the description of a source kind.
type Kinds interface {
	Kind(ctx context.Context, name string) (model.Kind, error)
}

// Signer signs receipts with the account's key.
type Signer interface {
	Sign(text []byte) []byte
}

// Service is the room. Receive may be called from many goroutines; ApplyNext from one per replica.
type Service struct {
	store store.Store
	scans *scan.Service
	graph *datamap.Service
	kinds Kinds
	sign  Signer
	log   *slog.Logger
	cfg   Config
}

// New makes the room.
func New(st store.Store, scans *scan.Service, graph *datamap.Service, kinds Kinds, sign Signer, log *slog.Logger, cfg Config) *Service {
	return &Service{store: st, scans: scans, graph: graph, kinds: kinds, sign: sign, log: log, cfg: cfg}
}

const waitMS = 500

// maxMaps bounds the things in a batch, of any kind: an empty one is a byte on the wire and hundreds in memory.
const maxMaps = 1 << 18

// Receive puts a batch into the inbox as it is, once, and signs the receipt. An error means no answer: the node sends
// again.
func (s *Service) Receive(ctx context.Context, node string, b bus.Batch) (bus.Receipt, error) {
	if len(b.Body) > bus.MaxPacked {
		return s.receipt(node, b.Ref, b.Number, b.Seal, bus.Receipt{
			Status: bus.Refused, Code: "BatchTooLarge", Text: "a batch is at most 1 MiB packed",
		}), nil
	}
	if s.cfg.Short() {
		return s.answer(node, b.Ref, b.Number, b.Seal, bus.Wait, bus.Receipt{}, nil)
	}
	var status bus.ReceiptStatus
	err := s.store.Update(ctx, store.Ingest, func(tx store.Tx) error {
		if _, bytes, err := tx.Inbox().Waiting(ctx); err != nil {
			return err
		} else if bytes > s.cfg.MaxWaiting {
			status = bus.Wait
			return nil
		}
		st, fresh, err := s.scans.Admit(ctx, tx, node, b.Ref, b.Number)
		status = st
		if err != nil {
			return err
		}
		head := Head{Index: b.Seal.Index, Head: b.Seal.Head[:], Unit: b.Ref.Unit, Attempt: b.Ref.Attempt, Number: b.Number}
		if err := noteHead(ctx, tx, node, head); err != nil || !fresh {
			return err
		}
		return tx.Inbox().Put(ctx, &store.BatchRow{
			Unit: b.Ref.Unit, Attempt: b.Ref.Attempt, Number: b.Number, Node: node, Body: b.Body, Received: tx.Now(), NotBefore: tx.Now(),
		})
	})
	refused := bus.Receipt{Code: "NotYourAttempt", Text: "this attempt was not granted to this node, or no attempt has so many batches"}
	return s.answer(node, b.Ref, b.Number, b.Seal, status, refused, err)
}

// Done ends an attempt and signs the receipt, which stands behind the last batch: its number is their count.
func (s *Service) Done(ctx context.Context, node string, d bus.Done) (bus.Receipt, error) {
	status, err := s.scans.Done(ctx, node, d, func(tx store.Tx) error {
		return noteHead(ctx, tx, node, Head{Index: d.Seal.Index, Head: d.Seal.Head[:], Unit: d.Ref.Unit, Attempt: d.Ref.Attempt, Number: d.Batches})
	})
	refused := bus.Receipt{Code: "BadDone", Text: "the end of the attempt does not fit what came before it"}
	return s.answer(node, d.Ref, d.Batches, d.Seal, status, refused, err)
}

// answer is the receipt for what became of a message: a store that is short of room asks to wait, and refused says why
// a refusal is one. Any other error is no answer.
func (s *Service) answer(
	node string, ref bus.AttemptRef, number uint32, seal bus.Seal, status bus.ReceiptStatus, refused bus.Receipt, err error,
) (bus.Receipt, error) {
	if fault.Is(err, fault.Throttled) {
		status, err = bus.Wait, nil
	}
	if err != nil {
		return bus.Receipt{}, err
	}
	var r bus.Receipt
	switch status {
	case bus.Wait:
		r.WaitMS = waitMS
	case bus.Refused:
		r = refused
	}
	r.Status = status
	return s.receipt(node, ref, number, seal, r), nil
}

func (s *Service) receipt(node string, ref bus.AttemptRef, number uint32, seal bus.Seal, r bus.Receipt) bus.Receipt {
	r.V, r.Seal = bus.Version, seal
	if r.Status != bus.Wait {
		r.Signature = s.sign.Sign(bus.SignedReceipt(node, ref, number, seal))
	}
	return r
}

// ApplyNext applies the oldest waiting batches. more says that it did something: call it again at once.
func (s *Service) ApplyNext(ctx context.Context) (more bool, err error) {
	var rows []store.BatchRow
	err = s.store.View(ctx, func(tx store.Tx) error {
		rows, err = tx.Inbox().Next(ctx, 0, 4)
		return err
	})
	if err != nil {
		return false, err
	}
	for _, row := range rows {
		if err := s.apply(ctx, row); err != nil {
			return false, err
		}
	}
	return len(rows) > 0, nil
}

// apply applies one batch, or sets it aside.
func (s *Service) apply(ctx context.Context, row store.BatchRow) error {
	var ring string // the runtime whose nodes have new work
	var facts bus.Facts
	var size int
	err := caught(func() (err error) {
		facts, size, err = unpack(row.Body)
		return err
	})
	if err == nil {
		failpoint.Hit("ingest.apply.before")
		err = s.store.Update(ctx, store.Ingest, func(tx store.Tx) error {
			ring = ""
			return caught(func() error { return s.applyIn(ctx, tx, row, facts, size, &ring) })
		})
		failpoint.Hit("ingest.apply.after")
	}
	if err == nil && ring != "" {
		s.scans.Ring(ring)
	}
	if err == nil || ctx.Err() != nil {
		return ctx.Err()
	}
	switch fault.KindOf(err) {
	case fault.Throttled, fault.Unreachable:
		return err // the store is not well: the batch keeps its place
	case fault.Invalid, fault.Denied:
		row.Failures = s.cfg.MaxFailures // it will never be right
	default:
		row.Failures++
	}
	s.log.Warn("batch not applied", "unit", row.Unit, "attempt", row.Attempt, "batch", row.Number, "failures", row.Failures,
		"err", err, "cause", errors.Unwrap(err))
	return s.setAside(ctx, row, err)
}

// caught makes a panic over a batch a failure of that batch: it is from outside, and waits in the inbox when the
// server starts again.
func caught(do func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fault.New(fault.Internal, "Panic", "the batch made the server panic").Because(fmt.Errorf("%v\n%s", p, debug.Stack()))
		}
	}()
	return do()
}

// unpack gives the facts of a batch and the bytes that they take unpacked.
func unpack(body []byte) (bus.Facts, int, error) {
	var facts bus.Facts
	raw, err := bus.Unpack(body)
	if err != nil {
		return facts, 0, err
	}
	if n := wire.Maps(raw); n > maxMaps {
		return facts, 0, fault.New(fault.Invalid, "BatchTooWide", "a batch may hold at most %d things, this one has %d", maxMaps, n)
	}
	return facts, len(raw), bus.Decode(raw, &facts)
}

func (s *Service) setAside(ctx context.Context, row store.BatchRow, why error) error {
	return s.store.Update(ctx, store.Ingest, func(tx store.Tx) error {
		u, current, err := s.scans.Current(ctx, tx, bus.AttemptRef{Unit: row.Unit, Attempt: row.Attempt})
		if err != nil {
			return err
		}
		if !current {
			return ignoreMissing(tx.Inbox().Delete(ctx, row.Seq))
		}
		set := row
		set.NotBefore = tx.Now().Add(time.Second << row.Failures)
		if row.Failures >= s.cfg.MaxFailures {
			set.Quarantined = fault.CodeOf(why)
		}
		if err := tx.Inbox().Set(ctx, set); err != nil {
			return ignoreMissing(err)
		}
		if set.Quarantined == "" {
			return nil
		}
		return s.scans.Quarantined(ctx, tx, u, set.Quarantined)
	})
}

func ignoreMissing(err error) error {
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	return err
}

// applyIn brings a batch into the map, in one transaction with what follows from it.
func (s *Service) applyIn(ctx context.Context, tx store.Tx, row store.BatchRow, facts bus.Facts, size int, ring *string) error {
	if err := tx.Inbox().Delete(ctx, row.Seq); err != nil {
		return ignoreMissing(err) // another applier was first
	}
	u, current, err := s.scans.Current(ctx, tx, bus.AttemptRef{Unit: row.Unit, Attempt: row.Attempt})
	if err != nil || !current {
		return err
	}
	about, err := s.scans.ContextOf(ctx, tx, u)
	if err != nil {
		return err
	}
	kind, err := s.kinds.Kind(ctx, about.Grant.Kind)
	if err != nil {
		return err
	}
	if err := judge(&facts, size, about, &kind); err != nil {
		return err
	}
	did, err := s.graph.Apply(ctx, tx, datamap.Facts{
		Source: about.Grant.Source, Collection: about.Collection, Authority: about.Grant.Authority, Kind: &kind,
		Actor: "scan:" + about.Grant.Source + "/" + about.Grant.Scan, Assets: facts.Assets,
		Hashes: hashesOf(facts.Rows), Fingerprints: fingerprintsOf(facts.Rows), Moved: movedOf(facts.Seen),
		Root: about.Spec.Below,
	})
	if err != nil {
		return err
	}
	parts, err := partsOf(u, facts)
	if err != nil {
		return err
	}
	if err := tx.Map().AddParts(ctx, parts); err != nil {
		return err
	}
	counts := scan.RunCounts{
		Changed: int64(len(facts.Assets)), Created: did.Created, Updated: did.Updated, Unchanged: did.Unchanged, Edges: did.Edges,
		Batches: 1, Bytes: int64(len(row.Body)), Classified: classified(facts.Assets),
	}
	closed, err := s.scans.Applied(ctx, tx, u, counts, facts.Children, facts.Gaps)
	if closed {
		*ring = u.Runtime // its children wait to be claimed
	}
	return err
}

func hashesOf(rows []bus.BaseRow) []model.Hash {
	out := make([]model.Hash, len(rows))
	for i := range rows {
		out[i] = rows[i].Hash
	}
	return out
}

func fingerprintsOf(rows []bus.BaseRow) []uint64 {
	out := make([]uint64, len(rows))
	for i := range rows {
		out[i] = rows[i].Fingerprint
	}
	return out
}

func movedOf(seen []bus.Seen) (moved []datamap.Moved) {
	for _, s := range seen {
		for _, m := range s.Moved {
			moved = append(moved, datamap.Moved{Hash: m.Hash, Measures: m.Measures})
		}
	}
	return moved
}

// partsOf is what a batch saw, container by container. Pieces of one container are joined.
func partsOf(u store.Unit, facts bus.Facts) ([]store.Part, error) {
	byContainer := map[string]int{}
	var parts []store.Part
	part := func(container string) *store.Part {
		key := scan.ContainerKey(container)
		i, ok := byContainer[key]
		if !ok {
			i = len(parts)
			byContainer[key] = i
			parts = append(parts, store.Part{Run: u.Run, Unit: u.ID, Attempt: u.Attempt, Container: key})
		}
		return &parts[i]
	}
	moved := map[string][]bus.MovedMeasure{}
	for _, seen := range facts.Seen {
		p := part(seen.Container)
		p.Generation = seen.Generation
		if len(seen.Bits) > len(p.Seen) {
			p.Seen = append(p.Seen, make([]byte, len(seen.Bits)-len(p.Seen))...)
		}
		for i, b := range seen.Bits {
			p.Seen[i] |= b
		}
		moved[p.Container] = append(moved[p.Container], seen.Moved...)
	}
	for i := range facts.Assets {
		p := part(facts.Assets[i].Container)
		p.Rows = bus.AppendBaseRow(p.Rows, facts.Rows[i])
	}
	for i := range parts {
		if m := moved[parts[i].Container]; len(m) > 0 {
			raw, err := wire.Encode(m)
			if err != nil {
				return nil, err
			}
			parts[i].Moved = raw
		}
	}
	return parts, nil
}

// classified counts assets that have a class, themselves or in a column.
func classified(assets []model.Asset) (n int64) {
	for i := range assets {
		if assets[i].Classified() {
			n++
		}
	}
	return n
}
