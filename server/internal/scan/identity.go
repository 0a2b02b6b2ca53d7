package scan

import (
	"context"
	"strings"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

// identityDoc is what a source said of itself when it was first planned, or what a person accepted since.
type identityDoc struct {
	System string `json:"system"`
}

// identityOf is the recorded identity of a source, "" when there is none yet.
func identityOf(ctx context.Context, tx store.Tx, source string) (system string, version int64, err error) {
	var d identityDoc
	doc, err := load(ctx, tx, docIdentity, source, &d)
	if fault.Is(err, fault.NotFound) {
		return "", 0, nil
	}
	return d.System, doc.Version, err
}

// Identity is what the source itself said that it is (model.Identity.System), "" while it is not known.
func (s *Service) Identity(ctx context.Context, source string) (system string, err error) {
	err = s.store.View(ctx, func(tx store.Tx) error {
		system, _, err = identityOf(ctx, tx, source)
		return err
	})
	return system, err
}

// met judges which source a unit reached, when its last batch is applied. Planning records the identity of a source
// that has none; another one than the recorded stops the run there, before anything was read, and asks. So does the
// first one of a source that was scanned before: a mount that told none may be away, and what lies below it tells one.
// A later unit that reached another source than planning did is a failure of its own: what it saw proves nothing.
func (s *Service) met(ctx context.Context, tx store.Tx, u store.Unit, done *bus.Done) (gap model.Gap, err error) {
	run, err := tx.Runs().Run(ctx, u.Run)
	if err != nil {
		return gap, err
	}
	b, err := readBody(run)
	if err != nil {
		return gap, err
	}
	expected, late := b.Grant.System, false
	if u.Parent == 0 {
		version := int64(0)
		if expected, version, err = identityOf(ctx, tx, run.Source); err != nil {
			return gap, err
		}
		if expected == "" && done.Identity.System != "" && done.Outcome == bus.OutcomeRead {
			if late, err = scanned(ctx, tx, run.Source); err != nil {
				return gap, err
			}
			if !late {
				expected = done.Identity.System
				if _, err := save(ctx, tx, docIdentity, run.Source, version, identityDoc{expected}); err != nil {
					return gap, err
				}
			}
		}
	}
	other := late || done.Identity.Other(model.Identity{System: expected})
	if other {
		gap = model.Gap{Code: bus.CodeSourceChanged, Remedy: "Another source answers at this address than the one that was scanned before"}
	}
	if late {
		gap.Remedy = "The source says which it is for the first time, and was scanned before"
	}
	if u.Parent != 0 {
		return gap, nil
	}
	if other {
		gap.Remedy += ": answer the run's proposal"
		b.Changed = true
		if err := askIdentity(ctx, tx, run, b, expected, done.Identity.System); err != nil {
			return gap, err
		}
	} else {
		if done.Identity.System != "" {
			if err := expireIdentity(ctx, tx, run.Source); err != nil { // the one that was known is back
				return gap, err
			}
		}
		if err := noteSource(ctx, tx, run.Source, nil); err != nil {
			return gap, err
		}
	}
	if !other && b.Grant.System == expected {
		return gap, nil
	}
	b.Grant.System = expected
	if err := writeBody(&run, b); err != nil {
		return gap, err
	}
	return gap, tx.Runs().SetRun(ctx, run)
}

// askIdentity asks whether the source has moved. Of several such questions about a source the last is open.
func askIdentity(ctx context.Context, tx store.Tx, run store.Run, b body, before, now string) error {
	if err := expireIdentity(ctx, tx, run.Source); err != nil {
		return err
	}
	p := Proposal{
		ID: proposalID(run.Serial), Kind: ProposeIdentity, State: ProposalOpen, Source: run.Source, Scan: run.Scan, Run: run.ID,
		Collection: b.Collection, Created: tx.Now(), Before: before, Now: now,
	}
	if err := saveProposal(ctx, tx, 0, p); err != nil {
		return err
	}
	_, err := save(ctx, tx, docAsking, run.Source, 0, p.ID)
	return err
}

// expireIdentity ends an open question about a source's identity.
func expireIdentity(ctx context.Context, tx store.Tx, source string) error {
	var id string
	_, err := load(ctx, tx, docAsking, source, &id)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	p, version, err := proposalOf(ctx, tx, id)
	if err != nil {
		return err
	}
	p.State, p.Decided = ProposalExpired, tx.Now()
	if err := saveProposal(ctx, tx, version, p); err != nil {
		return err
	}
	return tx.Docs().Delete(ctx, docAsking, source, 0)
}

// decideIdentity takes the new identity, or keeps the old one. With a new one nothing that was seen before counts: the
// next runs read everything, and what they miss they miss.
func decideIdentity(ctx context.Context, tx store.Tx, version int64, p Proposal, approve bool, by string) error {
	p.State, p.Decided, p.By = ProposalRejected, tx.Now(), by
	if err := tx.Docs().Delete(ctx, docAsking, p.Source, 0); err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	if !approve {
		return saveProposal(ctx, tx, version, p)
	}
	p.State = ProposalApproved
	if err := saveProposal(ctx, tx, version, p); err != nil {
		return err
	}
	system, at, err := identityOf(ctx, tx, p.Source)
	if err != nil {
		return err
	}
	if system != p.Before {
		return fault.New(fault.Conflict, "ProposalDecided", "the identity of the source %q was decided since", p.Source)
	}
	src, err := sourceOf(ctx, tx, p.Source)
	if err != nil {
		return err
	}
	before, _, err := traitsOf(ctx, tx, src)
	if err != nil {
		return err
	}
	if _, err := save(ctx, tx, docIdentity, p.Source, at, identityDoc{p.Now}); err != nil {
		return err
	}
	if err := noteSource(ctx, tx, p.Source, before); err != nil {
		return err
	}
	return voidSource(ctx, tx, p.Source)
}

// scanned reports whether a scan of the source holds anything.
func scanned(ctx context.Context, tx store.Tx, source string) (bool, error) {
	for after := ""; ; {
		scans, next, err := page(ctx, tx, DocScan, source+"/", after, PageLimit)
		if err != nil {
			return false, err
		}
		for _, d := range scans {
			if bases, err := tx.Map().Bases(ctx, d.Key, "", "", 1); err != nil || len(bases) > 0 {
				return len(bases) > 0, err
			}
		}
		if after = next; next == "" {
			return false, nil
		}
	}
}

// voidSource marks every row of every base of a source, and forgets how many its scans held and what they left to settle.
func voidSource(ctx context.Context, tx store.Tx, source string) error {
	for after := ""; ; {
		scans, next, err := page(ctx, tx, DocScan, source+"/", after, PageLimit)
		if err != nil {
			return err
		}
		for _, d := range scans {
			if err := forgetFormers(ctx, tx, "scan:"+d.Key); err != nil {
				return err
			}
			if err := forgetSize(ctx, tx, source, strings.TrimPrefix(d.Key, source+"/")); err != nil {
				return err
			}
			for key := ""; ; {
				bases, err := tx.Map().Bases(ctx, d.Key, "", key, 1)
				if err != nil {
					return err
				}
				if len(bases) == 0 {
					break
				}
				key = bases[0].Container
				if err := voidBase(ctx, tx, bases[0]); err != nil {
					return err
				}
			}
		}
		if after = next; next == "" {
			return nil
		}
	}
}

// voidBase puts a base of void rows in the place of one.
func voidBase(ctx context.Context, tx store.Tx, base store.Base) error {
	next := base
	next.Grants = nil // what the other login, there, was shown proves nothing here
	if err := tx.Map().DraftBase(ctx, &next); err != nil {
		return err
	}
	for at := 0; at < int(base.Count); at += pieceBlocks * blockRows {
		rows, err := rowsFrom(ctx, tx, base, at, pieceBlocks*blockRows)
		if err != nil {
			return err
		}
		for i := range len(rows) / bus.BaseRowSize {
			bus.AppendBaseRow(rows[:i*bus.BaseRowSize], voidRow(bus.BaseRowAt(rows, i).Hash))
		}
		if err := tx.Map().AddBlocks(ctx, inBlocks(next.ID, at, rows)); err != nil {
			return err
		}
	}
	return tx.Map().PlaceBase(ctx, next.ID, base.Count)
}
