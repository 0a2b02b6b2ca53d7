package scan

import (
	"context"
	"slices"
	"strings"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/failpoint"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

// Deleter is what finalising needs of the map.
type Deleter interface {
	// Delete marks entities as deleted, with everything that hangs on them. Hashes that are not there are passed over.
	Delete(ctx context.Context, tx store.Tx, actor string, hashes []model.Hash) (deleted int64, err error)
}

// Brake on deletions: more than a fifth and more than brakeCount of a container, or all of one that had more than
// brakeEmpty, are not carried out: they stay as not seen.
const (
	brakeCount = 50
	brakeShare = 5
	brakeEmpty = 10
)

// finalise ends a run whose units have all ended: container by container, each in a transaction of its own, so that a
// replica that dies between two leaves nothing half done and another goes on. Containers come in path order, so that
// what lies below a deleted container is known to be gone.
func (s *Service) finalise(ctx context.Context, id string) error {
	proof, err := s.proofOf(ctx, id)
	if err != nil {
		return err
	}
	if proof.planned {
		for after := ""; ; {
			key, err := s.nextContainer(ctx, proof, after)
			if err != nil {
				return err
			}
			if key == "" {
				break
			}
			failpoint.Hit("scan.container.before")
			if err := s.finaliseContainer(ctx, proof, key); err != nil {
				return err
			}
			after = key
		}
	}
	var runtime string
	failpoint.Hit("scan.final.before")
	err = s.store.Update(ctx, store.Ingest, func(tx store.Tx) error {
		run, err := tx.Runs().Run(ctx, id)
		if err != nil || run.State.Ended() || run.Open > 0 {
			return err
		}
		runtime = run.Runtime
		b, err := readBody(run)
		if err != nil {
			return err
		}
		state := model.RunSucceeded
		if b.PlanFailed {
			state = model.RunFailed
		}
		return s.end(ctx, tx, run, b, state)
	})
	failpoint.Hit("scan.final.after")
	if err == nil && runtime != "" {
		s.ring.Ring(runtime)
	}
	return err
}

// nextContainer is the key of the first container after one, among those that the run has parts of and those that
// have a base; "" at the end.
func (s *Service) nextContainer(ctx context.Context, p *proof, after string) (key string, err error) {
	err = s.store.View(ctx, func(tx store.Tx) error {
		keys, err := tx.Map().Containers(ctx, p.run.ID, after, 1)
		if err != nil {
			return err
		}
		bases, err := tx.Map().Bases(ctx, p.scan, "", after, 1)
		if err != nil {
			return err
		}
		for _, b := range bases {
			keys = append(keys, b.Container)
		}
		key = ""
		if len(keys) > 0 {
			key = slices.Min(keys)
		}
		return nil
	})
	return key, err
}

// ContainerKey is how a container is called in the store: its path behind a '/', so that the root is not "".
func ContainerKey(container string) string { return "/" + container }

func (s *Service) finaliseContainer(ctx context.Context, p *proof, key string) error {
	return s.store.Update(ctx, store.Ingest, func(tx store.Tx) error {
		run, err := tx.Runs().Run(ctx, p.run.ID)
		if err != nil || run.State.Ended() {
			return err
		}
		base, err := baseOf(ctx, tx, p.scan, key)
		if err != nil || base.Generation >= run.Serial {
			return err // done before, by a replica that then died
		}
		seen, err := gather(ctx, tx, p, key, base)
		if err != nil {
			return err
		}
		missing := seen.missing(base)
		var gone []model.Hash
		if len(missing) > 0 {
			if gone, err = s.deletable(ctx, tx, p, base, missing); err != nil {
				return err
			}
		}
		b, err := readBody(run)
		if err != nil {
			return err
		}
		deleted := int64(0)
		if len(gone) > 0 {
			if deleted, err = s.deleter.Delete(ctx, tx, p.actor(), gone); err != nil {
				return err
			}
		}
		b.Counts.Deleted += deleted
		b.Counts.NotSeen += int64(len(missing) - len(gone))
		if err := writeBody(&run, b); err != nil {
			return err
		}
		if err := tx.Runs().SetRun(ctx, run); err != nil {
			return err
		}
		next := store.Base{Scan: p.scan, Container: key, Generation: run.Serial, Rows: seen.next(base, gone)}
		return tx.Map().PutBase(ctx, next)
	})
}

// baseOf is the base of one container of a scan, empty when there is none.
func baseOf(ctx context.Context, tx store.Tx, scan, key string) (store.Base, error) {
	bases, err := tx.Map().Bases(ctx, scan, key, "", 1)
	if err != nil || len(bases) == 0 || bases[0].Container != key {
		return store.Base{Scan: scan, Container: key}, err
	}
	return bases[0], nil
}

// deletable are the missing assets that are proven gone, when the brake allows it.
func (s *Service) deletable(ctx context.Context, tx store.Tx, p *proof, base store.Base, missing []model.Hash) ([]model.Hash, error) {
	if !p.showsAll {
		return nil, nil // a login with fewer grants sees less: that proves nothing
	}
	if !p.proves(base.Container[1:]) {
		var err error
		if missing, err = s.goneAbove(ctx, tx, p, missing); err != nil || len(missing) == 0 {
			return nil, err
		}
	} else if total := len(base.Rows) / bus.BaseRowSize; (len(missing) > brakeCount && len(missing) > total/brakeShare) ||
		(len(missing) == total && total > brakeEmpty) {
		return nil, nil
	}
	rows, err := tx.Map().ByHash(ctx, missing)
	if err != nil {
		return nil, err
	}
	others, err := s.otherBases(ctx, tx, p, base.Container)
	if err != nil {
		return nil, err
	}
	var gone []model.Hash
	for _, h := range missing {
		row, ok := rows[h]
		if !ok {
			gone = append(gone, h)
			continue
		}
		path := strings.TrimPrefix(strings.TrimPrefix(row.QualifiedName, p.body.Grant.Authority), "/")
		if p.body.Grant.Scope.Match(path) && !slices.ContainsFunc(others, func(b store.Base) bool { return hasRow(b.Rows, h) }) {
			gone = append(gone, h)
		}
	}
	return gone, nil
}

// goneAbove are those of the missing assets whose parent was deleted in this run: they are gone with it.
func (s *Service) goneAbove(ctx context.Context, tx store.Tx, p *proof, missing []model.Hash) ([]model.Hash, error) {
	rows, err := tx.Map().ByHash(ctx, missing)
	if err != nil {
		return nil, err
	}
	var parents []model.Hash
	for _, row := range rows {
		parents = append(parents, row.Parent)
	}
	slices.SortFunc(parents, compareHashes)
	above, err := tx.Map().ByHash(ctx, slices.Compact(parents))
	if err != nil {
		return nil, err
	}
	var gone []model.Hash
	for _, h := range missing {
		parent, ok := above[rows[h].Parent]
		if ok && parent.Deleted && parent.ModifiedBy == p.actor() && !parent.Modified.Before(p.run.Queued) {
			gone = append(gone, h)
		}
	}
	return gone, nil
}

// otherBases are what the source's other scans hold of the container.
func (s *Service) otherBases(ctx context.Context, tx store.Tx, p *proof, key string) ([]store.Base, error) {
	var out []store.Base
	const page = 500
	for after := ""; ; {
		scans, err := tx.Docs().List(ctx, DocScan, p.run.Source+"/", after, page)
		if err != nil {
			return nil, err
		}
		for _, d := range scans {
			after = d.Key
			if d.Key == p.scan {
				continue
			}
			b, err := baseOf(ctx, tx, d.Key, key)
			if err != nil {
				return nil, err
			}
			if len(b.Rows) > 0 {
				out = append(out, b)
			}
		}
		if len(scans) < page {
			return out, nil
		}
	}
}
