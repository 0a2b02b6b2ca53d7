package scan

import (
	"context"
	"slices"

	"github.com/purlieu/purlieu/failpoint"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

// Deleter is what finalising needs of the map.
type Deleter interface {
	// Delete marks entities as deleted, with everything that hangs on them. Hashes that are not there are passed over.
	Delete(ctx context.Context, tx store.Tx, actor string, hashes []model.Hash) (deleted int64, err error)
	// Move gives things that were met under other names their rows: each one's stands now under the name of the next
	// row, in a round the last one's under the first. formers say what stood in rows before, read what the run read.
	Move(ctx context.Context, tx store.Tx, actor string, read model.Facet, rows []store.Entity, formers map[int64]store.Former, round bool) error
	// Restore brings deleted entities back, with what hung on them; those that live, or were changed in another version
	// than the given one (0: any), are passed over.
	Restore(ctx context.Context, tx store.Tx, actor string, kind *model.Kind, hashes []model.Hash, version int64) (restored int64, err error)
}

// finalise ends a run whose units have all ended. First it weighs what it would delete and decides, in one transaction,
// what is left to a person; then it goes container by container, and in each page by page, in transactions that are short:
// a replica that dies between two leaves nothing half done, and another goes on. Containers come in path order, so that
// what lies below a deleted container is known to be gone.
func (s *Service) finalise(ctx context.Context, id string) error {
	proof, err := s.proofOf(ctx, id)
	if err != nil {
		return err
	}
	switch proof.body.Asks {
	case asksDone:
		return s.carryOut(ctx, id)
	case asksGrowth:
		return nil
	}
	if proof.planned {
		if err := s.rename(ctx, proof); err != nil {
			return err
		}
		failpoint.Hit("scan.decide.before")
		if err := s.decide(ctx, proof); err != nil {
			return err
		}
		err := s.eachContainer(ctx, proof, func(key string) error {
			failpoint.Hit("scan.container.before")
			return s.finaliseContainer(ctx, proof, key)
		})
		if err != nil {
			return err
		}
	}
	var runtime string
	failpoint.Hit("scan.final.before")
	err = s.store.Update(ctx, store.Ingest, func(tx store.Tx) error {
		run, err := tx.Runs().Run(ctx, id)
		if err != nil || run.State.Ended() || run.Open > 0 {
			return err
		}
		b, err := readBody(run)
		if err != nil || b.Asks != asksNobody {
			return err
		}
		runtime = run.Runtime
		if len(b.Holds) > 0 {
			return s.ask(ctx, tx, run, b)
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

// decide weighs what the run would delete, and keeps what the brake holds as a proposal. It is done once: whoever comes
// behind another goes by what that one decided, since what it found itself leaves out the containers that are final.
func (s *Service) decide(ctx context.Context, p *proof) error {
	if p.body.Decided {
		return nil
	}
	w, err := s.weigh(ctx, p)
	if err != nil {
		return err
	}
	holds := w.holds()
	kept, err := s.keepHeld(ctx, p, w, holds)
	if err != nil {
		return err
	}
	return s.store.Update(ctx, store.Ingest, func(tx store.Tx) error {
		run, err := tx.Runs().Run(ctx, p.run.ID)
		if err != nil || run.State.Ended() {
			return err
		}
		b, err := readBody(run)
		if err != nil {
			return err
		}
		if b.Decided {
			p.body.Decided, p.body.Holds = true, b.Holds
			return nil
		}
		if err := onlyHeld(ctx, tx, p.run.ID, kept); err != nil {
			return err
		}
		if err := s.expireProposal(ctx, tx, p.scan, p.run.Serial); err != nil {
			return err
		}
		b.Decided, b.Holds = true, holds
		p.body.Decided, p.body.Holds = true, holds
		if err := writeBody(&run, b); err != nil {
			return err
		}
		return tx.Runs().SetRun(ctx, run)
	})
}

// eachContainer visits the key of each container that the run has parts of or the scan has a base of, in path order.
func (s *Service) eachContainer(ctx context.Context, p *proof, visit func(key string) error) error {
	for after := ""; ; {
		key, err := s.nextContainer(ctx, p, after)
		if err != nil || key == "" {
			return err
		}
		if err := visit(key); err != nil {
			return err
		}
		after = key
	}
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

// otherBases are the bases that the source's other scans have of the container.
func (s *Service) otherBases(ctx context.Context, tx store.Tx, p *proof, key string) ([]store.Base, error) {
	return basesOf(ctx, tx, p.run.Source, key, p.scan)
}

// basesOf are the bases that a source's scans have of a container, but for one scan.
func basesOf(ctx context.Context, tx store.Tx, source, key, but string) ([]store.Base, error) {
	var out []store.Base
	const page = 500
	for after := ""; ; {
		scans, err := tx.Docs().List(ctx, DocScan, source+"/", after, page)
		if err != nil {
			return nil, err
		}
		for _, d := range scans {
			after = d.Key
			if d.Key == but {
				continue
			}
			b, err := headOf(ctx, tx, d.Key, key)
			if err != nil {
				return nil, err
			}
			if b.Count > 0 {
				out = append(out, b)
			}
		}
		if len(scans) < page {
			return out, nil
		}
	}
}
