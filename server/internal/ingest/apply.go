package ingest

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
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

// Batches that wait are applied together: a commit costs as much for one as for some.
const (
	together     = 4       // batches in one transaction
	togetherSize = 1 << 20 // bytes of them unpacked, which keeps the transaction short of 100 ms; a larger batch goes alone
)

// maxMaps bounds the things in a batch, of any kind: an empty one is a byte on the wire and hundreds in memory.
const maxMaps = 1 << 18

// opened is a batch of the inbox and what is in it.
type opened struct {
	row   store.BatchRow
	facts bus.Facts
	size  int // bytes, unpacked
}

// ApplyNext applies the oldest waiting batches. more says that it did something: call it again at once.
func (s *Service) ApplyNext(ctx context.Context) (more bool, err error) {
	var rows []store.BatchRow
	err = s.store.View(ctx, func(tx store.Tx) error {
		rows, err = tx.Inbox().Next(ctx, 0, together)
		return err
	})
	if err != nil {
		return false, err
	}
	var group []opened
	size := 0
	for _, row := range rows {
		b, err := open(row)
		if len(group) > 0 && (err != nil || size+b.size > togetherSize) {
			if err := s.applyGroup(ctx, group); err != nil {
				return false, err
			}
			group, size = nil, 0
		}
		if err != nil {
			if err := s.failed(ctx, row, err); err != nil {
				return false, err
			}
			continue
		}
		group, size = append(group, b), size+b.size
	}
	return len(rows) > 0, s.applyGroup(ctx, group)
}

// open unpacks a batch.
func open(row store.BatchRow) (b opened, err error) {
	b.row = row
	err = caught(func() (err error) {
		b.facts, b.size, err = unpack(row.Body)
		return err
	})
	return b, err
}

// applyGroup applies batches in one transaction; where that fails each has one of its own, so that none fails for
// another.
func (s *Service) applyGroup(ctx context.Context, group []opened) error {
	if len(group) == 0 {
		return nil
	}
	err := s.apply(ctx, group)
	switch {
	case err == nil:
		return nil
	case len(group) == 1:
		return s.failed(ctx, group[0].row, err)
	}
	for i := range group {
		if err := s.applyGroup(ctx, group[i:i+1]); err != nil {
			return err
		}
	}
	return nil
}

// apply applies batches, all or none.
func (s *Service) apply(ctx context.Context, group []opened) error {
	var rings []string // the runtimes whose nodes have new work
	failpoint.Hit("ingest.apply.before")
	err := s.store.Update(ctx, store.Ingest, func(tx store.Tx) error {
		rings = nil
		for i := range group {
			if err := caught(func() error { return s.applyIn(ctx, tx, &group[i], &rings) }); err != nil {
				return err
			}
		}
		return nil
	})
	failpoint.Hit("ingest.apply.after")
	if err != nil {
		return err
	}
	for _, runtime := range rings {
		s.scans.Ring(runtime)
	}
	return ctx.Err()
}

// failed counts a failure of one batch, or sets it aside. An error means that the batch is not to blame.
func (s *Service) failed(ctx context.Context, row store.BatchRow, err error) error {
	if ctx.Err() != nil {
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
func (s *Service) applyIn(ctx context.Context, tx store.Tx, b *opened, rings *[]string) error {
	row, facts := b.row, b.facts
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
	if err := judge(&facts, b.size, about, &kind); err != nil {
		return err
	}
	if asks, err := s.scans.Grows(ctx, tx, u, about, len(facts.Assets)); err != nil || asks {
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
		Batches: 1, Bytes: int64(len(row.Body)), Classified: classified(&facts),
	}
	closed, err := s.scans.Applied(ctx, tx, u, counts, facts.Children, facts.Gaps)
	if closed && !slices.Contains(*rings, u.Runtime) {
		*rings = append(*rings, u.Runtime) // its children wait to be claimed
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

// classified counts assets that have a class, themselves or in a column, or had one when they were sampled last.
func classified(facts *bus.Facts) (n int64) {
	for i := range facts.Assets {
		if facts.Assets[i].Classified() || facts.Rows[i].Sampled.Classified() {
			n++
		}
	}
	return n
}
