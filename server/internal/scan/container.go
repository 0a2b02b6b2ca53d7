package scan

import (
	"context"
	"slices"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/failpoint"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

// verdict is what a run saw of one container, and what the absence of the rest proves.
type verdict struct {
	base    wholeBase
	seen    *sight
	missing []model.Hash
	lost    lost
	version int64 // of the map that it was found in
}

// finaliseContainer deletes what is proven gone, page by page, and then writes the next base. What was deleted is found
// gone by whoever looks again, so that it can stop anywhere.
func (s *Service) finaliseContainer(ctx context.Context, p *proof, key string) error {
	for {
		var v *verdict
		err := s.store.View(ctx, func(tx store.Tx) (err error) {
			v, err = s.verdict(ctx, tx, p, key)
			return err
		})
		if err != nil || v == nil {
			return err
		}
		if len(v.lost.proven) == 0 {
			done, err := s.closeContainer(ctx, p, key, v)
			if done || err != nil && !fault.Is(err, fault.NotFound) { // another is ahead, and our draft is gone
				return err
			}
			continue
		}
		for page := range slices.Chunk(v.lost.proven, s.cfg.DeletePage) {
			failpoint.Hit("scan.page.before")
			whole, err := s.removePage(ctx, p, key, page, v.version)
			if err != nil {
				return err
			}
			if !whole { // what comes behind may be gone only with what is not
				break
			}
		}
	}
}

// verdict judges a container; nil where that is no longer to be done: another has, or the run has ended.
func (s *Service) verdict(ctx context.Context, tx store.Tx, p *proof, key string) (*verdict, error) {
	run, err := tx.Runs().Run(ctx, p.run.ID)
	if err != nil || run.State.Ended() {
		return nil, err
	}
	v := &verdict{}
	if v.base, err = baseOf(ctx, tx, p.scan, key); err != nil || v.base.Generation >= run.Serial {
		return nil, err
	}
	if v.version, err = tx.Map().Version(ctx); err != nil {
		return nil, err
	}
	if v.seen, err = gather(ctx, tx, p, key, v.base); err != nil {
		return nil, err
	}
	v.missing = v.seen.missing(v.base)
	if v.lost, err = s.judge(ctx, tx, p, v.base, v.seen, v.missing, nil); err != nil {
		return nil, err
	}
	if held(p.body.Holds, key[1:]) {
		v.lost.proven = nil
	}
	return v, nil
}

// closeContainer writes the next base of a container and counts, and says whether it did: a base that is not the one that
// was judged is judged anew, since a person brought something back meanwhile. What doesn't fit into one transaction is
// drafted in others before.
func (s *Service) closeContainer(ctx context.Context, p *proof, key string, v *verdict) (done bool, err error) {
	next := store.Base{Scan: p.scan, Container: key, Generation: p.run.Serial}
	if !p.showsAll {
		next.Grants = v.seen.nextDigests(v.base, v.lost.gone).pack()
	}
	rows := v.seen.next(v.base, v.lost.gone)
	blocks := inBlocks(0, 0, rows)
	for ; len(blocks) > pieceBlocks; blocks = blocks[pieceBlocks:] {
		begun := next
		err := s.store.Update(ctx, store.Ingest, func(tx store.Tx) error {
			next = begun
			return draft(ctx, tx, &next, blocks[:pieceBlocks])
		})
		if err != nil {
			return false, err
		}
	}
	begun := next
	err = s.store.Update(ctx, store.Ingest, func(tx store.Tx) error {
		done, next = true, begun
		run, err := tx.Runs().Run(ctx, p.run.ID)
		if err != nil || run.State.Ended() {
			return err
		}
		base, err := headOf(ctx, tx, p.scan, key)
		if err != nil || base.Generation >= run.Serial {
			return err // done before, by a replica that then died
		}
		if done = base.ID == v.base.ID && base.Changed == v.base.Changed; !done {
			return nil
		}
		if err := countContainer(ctx, tx, p, run, v); err != nil {
			return err
		}
		if err := draft(ctx, tx, &next, blocks); err != nil {
			return err
		}
		return tx.Map().PlaceBase(ctx, next.ID, int64(len(rows)/bus.BaseRowSize))
	})
	return done && err == nil, err
}

// draft adds blocks to a base that is being drafted; without an ID it begins here.
func draft(ctx context.Context, tx store.Tx, base *store.Base, blocks []store.Block) error {
	if base.ID == 0 {
		if err := tx.Map().DraftBase(ctx, base); err != nil {
			return err
		}
	}
	for i := range blocks {
		blocks[i].Base = base.ID
	}
	return tx.Map().AddBlocks(ctx, blocks)
}

// countContainer counts what a run knows of a container when it is closed.
func countContainer(ctx context.Context, tx store.Tx, p *proof, run store.Run, v *verdict) error {
	b, err := readBody(run)
	if err != nil {
		return err
	}
	b.Counts.NotSeen += int64(len(v.missing) - len(v.lost.gone))
	if p.body.Grant.Level >= model.L3 {
		b.Counts.Classified += v.seen.classified(v.base)
	}
	if err := writeBody(&run, b); err != nil {
		return err
	}
	return tx.Runs().SetRun(ctx, run)
}
