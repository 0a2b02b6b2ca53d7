package scan

import (
	"context"
	"encoding/json"
	"time"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

// Keep is how long an ended run, its units and the numbers of its batches stay known. A batch that comes later is
// answered Gone.
const Keep = 30 * 24 * time.Hour

// Forget deletes what its time is over for, in transactions of a few rows: runs that ended longer than Keep ago, and longer
// than KeepDeleted ago deleted assets, what was kept to undo their deletion, and proposals that were decided. Of runs and
// assets it deletes so many in one call; more says that there are more.
func (s *Service) Forget(ctx context.Context) (more bool, err error) {
	if err := s.forgetPages(ctx); err != nil {
		return false, err
	}
	if err := s.forgetProposals(ctx); err != nil {
		return false, err
	}
	runs, err := s.forgetRuns(ctx)
	if err != nil {
		return false, err
	}
	assets, err := s.purge(ctx)
	return runs || assets, err
}

// purge removes deleted assets for good, so few at a time that nobody waits for it.
func (s *Service) purge(ctx context.Context) (more bool, err error) {
	const most = 200
	n := 0
	err = s.store.Update(ctx, store.Ingest, func(tx store.Tx) error {
		n, err = tx.Map().Purge(ctx, tx.Now().Add(-KeepDeleted), most)
		return err
	})
	return n == most, err
}

// forgetPages removes what was kept to undo deletions.
func (s *Service) forgetPages(ctx context.Context) error {
	return s.forgetDocs(ctx, docRemoved, func(tx store.Tx, doc store.Doc) (bool, error) {
		return tx.Now().Sub(doc.Created) > KeepDeleted, nil
	})
}

func (s *Service) forgetProposals(ctx context.Context) error {
	return s.forgetDocs(ctx, docProposal, func(tx store.Tx, doc store.Doc) (bool, error) {
		var p Proposal
		if err := json.Unmarshal(doc.Body, &p); err != nil {
			return false, err
		}
		return p.State != ProposalOpen && tx.Now().Sub(p.Decided) > KeepDeleted, nil
	})
}

// forgetDocs removes documents of a kind whose time is over, in transactions of a few; where there are none it writes nothing.
func (s *Service) forgetDocs(ctx context.Context, kind string, over func(store.Tx, store.Doc) (bool, error)) error {
	const page = 20
	for after, last := "", false; !last; {
		var old []store.Doc
		err := s.store.View(ctx, func(tx store.Tx) error {
			old = nil
			docs, err := tx.Docs().List(ctx, kind, "", after, page)
			if err != nil {
				return err
			}
			for _, doc := range docs {
				gone, err := over(tx, doc)
				if err != nil {
					return err
				}
				if gone {
					old = append(old, doc)
				}
			}
			if last = len(docs) < page; !last {
				after = docs[page-1].Key
			}
			return nil
		})
		if err != nil {
			return err
		}
		if len(old) == 0 {
			continue
		}
		if err := s.store.Update(ctx, store.Ingest, func(tx store.Tx) error { return dropDocs(ctx, tx, old) }); err != nil {
			return err
		}
	}
	return nil
}

// dropDocs removes documents that are still as they were read.
func dropDocs(ctx context.Context, tx store.Tx, docs []store.Doc) error {
	for _, doc := range docs {
		err := tx.Docs().Delete(ctx, doc.Kind, doc.Key, doc.Version)
		if err != nil && !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Conflict) {
			return err
		}
	}
	return nil
}

func (s *Service) forgetRuns(ctx context.Context) (more bool, err error) {
	const most = 50
	var old []string
	err = s.store.View(ctx, func(tx store.Tx) error {
		old = nil
		ended := []model.RunState{model.RunSucceeded, model.RunFailed, model.RunCanceled}
		for before := int64(0); ; {
			runs, err := tx.Runs().ListRuns(ctx, store.RunQuery{States: ended, Before: before, Limit: 500})
			if err != nil || len(runs) == 0 {
				return err
			}
			for _, run := range runs {
				before = run.Serial
				if tx.Now().Sub(run.Ended) > Keep {
					old = append(old, run.ID)
				}
			}
		}
	})
	if err != nil {
		return false, err
	}
	for _, id := range old[:min(most, len(old))] {
		if err := s.store.Update(ctx, store.Ingest, func(tx store.Tx) error { return tx.Runs().DeleteRun(ctx, id) }); err != nil {
			return false, err
		}
	}
	return len(old) > most, nil
}
