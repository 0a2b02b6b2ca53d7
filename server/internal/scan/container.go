package scan

import (
	"bytes"
	"context"
	"slices"

	"github.com/purlieu/purlieu/failpoint"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

// verdict is what a run saw of one container, and what the absence of the rest proves.
type verdict struct {
	base    store.Base
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
			return s.closeContainer(ctx, p, key, v)
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

// closeContainer writes the next base of a container and counts. A base that is not the one that was judged is judged
// anew: a person brought something back meanwhile.
func (s *Service) closeContainer(ctx context.Context, p *proof, key string, found *verdict) error {
	return s.store.Update(ctx, store.Ingest, func(tx store.Tx) error {
		v := found
		run, err := tx.Runs().Run(ctx, p.run.ID)
		if err != nil || run.State.Ended() {
			return err
		}
		base, err := baseOf(ctx, tx, p.scan, key)
		if err != nil || base.Generation >= run.Serial {
			return err // done before, by a replica that then died
		}
		if !bytes.Equal(base.Rows, v.base.Rows) || !bytes.Equal(base.Grants, v.base.Grants) {
			if v, err = s.verdict(ctx, tx, p, key); err != nil || v == nil {
				return err
			}
		}
		b, err := readBody(run)
		if err != nil {
			return err
		}
		gone := v.lost.gone
		b.Counts.NotSeen += int64(len(v.missing) - len(gone))
		if p.body.Grant.Level >= model.L3 {
			b.Counts.Classified += v.seen.classified(v.base)
		}
		if err := writeBody(&run, b); err != nil {
			return err
		}
		if err := tx.Runs().SetRun(ctx, run); err != nil {
			return err
		}
		next := store.Base{Scan: p.scan, Container: key, Generation: run.Serial, Rows: v.seen.next(v.base, gone)}
		if !p.showsAll {
			next.Grants = v.seen.nextDigests(v.base, gone).pack()
		}
		return tx.Map().PutBase(ctx, next)
	})
}
