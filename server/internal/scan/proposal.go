package scan

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

// ProposalKind says what a proposal asks.
type ProposalKind string

// The kinds of proposal.
const (
	ProposeDeletions ProposalKind = "deletions" // the brake holds what a run would delete
	ProposeIdentity  ProposalKind = "identity"  // another source answers at the source's address
	ProposeGrowth    ProposalKind = "growth"    // a run brings far more than its scan held
)

// ProposalState is where a proposal stands.
type ProposalState string

// The states of a proposal.
const (
	ProposalOpen     ProposalState = "open"
	ProposalApproved ProposalState = "approved"
	ProposalRejected ProposalState = "rejected"
	ProposalExpired  ProposalState = "expired" // a newer run decided
)

// Proposal is a question of a run that a person answers.
type Proposal struct {
	ID         string        `json:"id"`
	Kind       ProposalKind  `json:"kind"`
	State      ProposalState `json:"state"`
	Source     string        `json:"source"`
	Scan       string        `json:"scan"`
	Run        string        `json:"run"`
	Collection string        `json:"collection"` // the scan's when the run was started
	Created    time.Time     `json:"created"`
	Decided    time.Time     `json:"decided,omitzero"`
	By         string        `json:"by,omitempty"` // who decided
	// Assets are how many would be deleted; of growth how many the run had brought, and the next batch with them.
	Assets int64  `json:"assets,omitempty"`
	Holds  []Hold `json:"holds,omitempty"` // of deletions: where the brake took hold
	Last   int64  `json:"last,omitempty"`  // of growth: how many the scan held before
	// Of an identity: the one that the source had, and the one that answers now.
	Before string `json:"before,omitempty"`
	Now    string `json:"now,omitempty"`
}

func proposalID(serial int64) string { return strconv.FormatInt(serial, 10) }

// growthID is that of the other question that a run may ask, before the one about deletions.
func growthID(serial int64) string { return proposalID(serial) + grownSuffix }

const grownSuffix = "-growth"

// proposalKey sorts by the age of runs.
func proposalKey(id string) (string, error) {
	number, grown := strings.CutSuffix(id, grownSuffix)
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil || n <= 0 || proposalID(n) != number {
		return "", NotFound("proposal", id)
	}
	if grown {
		return fmt.Sprintf("%019d", n) + grownSuffix, nil
	}
	return fmt.Sprintf("%019d", n), nil
}

func proposalOf(ctx context.Context, tx store.Tx, id string) (p Proposal, version int64, err error) {
	key, err := proposalKey(id)
	if err != nil {
		return p, 0, err
	}
	doc, err := load(ctx, tx, docProposal, key, &p)
	return p, doc.Version, missing(err, "proposal", id)
}

func saveProposal(ctx context.Context, tx store.Tx, version int64, p Proposal) error {
	key, err := proposalKey(p.ID)
	if err != nil {
		return err
	}
	_, err = save(ctx, tx, docProposal, key, version, p)
	return err
}

// keepHeld writes the assets that the brake holds, page by page, and gives the pages with their versions. Another may do
// the same at the same time, until one of them decides: what is held then stays as it is.
func (s *Service) keepHeld(ctx context.Context, p *proof, w *weighing, holds []Hold) (kept map[string]int64, err error) {
	kept = map[string]int64{}
	for container, hashes := range w.found {
		if !held(holds, container[1:]) {
			continue
		}
		n := 0
		for list := range slices.Chunk(hashes, pageHashes) {
			key := pageKey(p.run.ID, container, n)
			err := s.store.Update(ctx, store.Ingest, func(tx store.Tx) error {
				run, err := tx.Runs().Run(ctx, p.run.ID)
				if err != nil || run.State.Ended() {
					return err
				}
				if b, err := readBody(run); err != nil || b.Decided {
					return err
				}
				old, err := tx.Docs().Get(ctx, docHeld, key)
				if err != nil && !fault.Is(err, fault.NotFound) {
					return err
				}
				doc, err := save(ctx, tx, docHeld, key, old.Version, p.page(container, 0, list))
				kept[key] = doc.Version
				return err
			})
			if err != nil {
				return nil, err
			}
			n++
		}
	}
	return kept, nil
}

// onlyHeld removes the pages of a run but those that are kept. It is a Conflict where one of them is not as it was
// written: another has written it since, and whoever looks again finds out.
func onlyHeld(ctx context.Context, tx store.Tx, run string, kept map[string]int64) error {
	const page = 20
	found := 0
	for after := ""; ; {
		docs, err := tx.Docs().List(ctx, docHeld, run+"/", after, page)
		if err != nil {
			return err
		}
		for _, doc := range docs {
			after = doc.Key
			version, ours := kept[doc.Key]
			switch {
			case !ours:
				if err := tx.Docs().Delete(ctx, docHeld, doc.Key, 0); err != nil {
					return err
				}
			case version == doc.Version:
				found++
			}
		}
		if len(docs) < page {
			break
		}
	}
	if found != len(kept) {
		return fault.New(fault.Conflict, "DecidedTwice", "two decide at once what the run %s may delete", run)
	}
	return nil
}

// ask writes a run's proposal. The run stays in progress until a person, or a newer run, has decided; the scan may run
// again meanwhile, so that nobody's silence stops discovery.
func (s *Service) ask(ctx context.Context, tx store.Tx, run store.Run, b body) error {
	p := Proposal{
		ID: proposalID(run.Serial), Kind: ProposeDeletions, State: ProposalOpen, Source: run.Source, Scan: run.Scan, Run: run.ID,
		Collection: b.Collection, Created: tx.Now(), Holds: b.Holds,
	}
	for after := ""; ; {
		docs, err := tx.Docs().List(ctx, docHeld, run.ID+"/", after, PageLimit)
		if err != nil {
			return err
		}
		for _, doc := range docs {
			after = doc.Key
			d, err := readPage(doc)
			if err != nil {
				return err
			}
			p.Assets += int64(len(d.list()))
		}
		if len(docs) < PageLimit {
			break
		}
	}
	if err := saveProposal(ctx, tx, 0, p); err != nil {
		return err
	}
	if _, err := save(ctx, tx, docAsking, run.Source+"/"+run.Scan, 0, p.ID); err != nil {
		return err
	}
	b.Asks = asksOpen
	if err := writeBody(&run, b); err != nil {
		return err
	}
	if err := tx.Runs().SetRun(ctx, run); err != nil {
		return err
	}
	if err := tx.Map().DeleteParts(ctx, run.ID); err != nil {
		return err
	}
	if err := tx.Map().DropDrafts(ctx, scanKey(run.Source, run.Scan)); err != nil {
		return err
	}
	return s.openNext(ctx, tx, run)
}

func readPage(doc store.Doc) (d pageDoc, err error) {
	if err := json.Unmarshal(doc.Body, &d); err != nil {
		return d, fmt.Errorf("read the stored page %q: %w", doc.Key, err)
	}
	return d, nil
}

// expireProposal ends what an older run of the scan asks: a newer one has looked again.
func (s *Service) expireProposal(ctx context.Context, tx store.Tx, scan string, serial int64) error {
	var id string
	_, err := load(ctx, tx, docAsking, scan, &id)
	if fault.Is(err, fault.NotFound) || id == proposalID(serial) {
		return nil
	}
	if err != nil {
		return err
	}
	return s.drop(ctx, tx, id, ProposalExpired, "")
}

// drop ends a proposal of deletions without deleting anything, and its run with it.
func (s *Service) drop(ctx context.Context, tx store.Tx, id string, state ProposalState, by string) error {
	p, version, err := proposalOf(ctx, tx, id)
	if err != nil {
		return err
	}
	p.State, p.Decided, p.By = state, tx.Now(), by
	if err := saveProposal(ctx, tx, version, p); err != nil {
		return err
	}
	if err := tx.Docs().Delete(ctx, docAsking, p.Source+"/"+p.Scan, 0); err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	if err := dropPages(ctx, tx, docHeld, p.Run); err != nil {
		return err
	}
	run, err := tx.Runs().Run(ctx, p.Run)
	if fault.Is(err, fault.NotFound) || err == nil && run.State.Ended() {
		return nil
	}
	if err != nil {
		return err
	}
	b, err := readBody(run)
	if err != nil {
		return err
	}
	b.Asks = asksNobody
	return s.end(ctx, tx, run, b, model.RunSucceeded)
}

// Proposal is one proposal by its id.
func (s *Service) Proposal(ctx context.Context, id string) (p Proposal, err error) {
	err = s.store.View(ctx, func(tx store.Tx) error {
		p, _, err = proposalOf(ctx, tx, id)
		return err
	})
	return p, err
}

// ListProposals gives proposals by age, oldest first, after an id ("" at first), and the cursor of the next page ("" at
// the end). state "" is any.
func (s *Service) ListProposals(ctx context.Context, state ProposalState, after string, limit int) (list []Proposal, next string, err error) {
	if after != "" {
		if after, err = proposalKey(after); err != nil {
			return nil, "", err
		}
	}
	if limit <= 0 || limit > PageLimit {
		limit = PageLimit
	}
	err = s.store.View(ctx, func(tx store.Tx) error {
		list, next = nil, ""
		for from := after; ; {
			docs, err := tx.Docs().List(ctx, docProposal, "", from, PageLimit)
			if err != nil {
				return err
			}
			for _, doc := range docs {
				from = doc.Key
				var p Proposal
				if err := json.Unmarshal(doc.Body, &p); err != nil {
					return fmt.Errorf("read the stored proposal %q: %w", doc.Key, err)
				}
				if state != "" && p.State != state {
					continue
				}
				if len(list) == limit {
					next = list[limit-1].ID
					return nil
				}
				list = append(list, p)
			}
			if len(docs) < PageLimit {
				return nil
			}
		}
	})
	return list, next, err
}

// ProposedAsset is one asset that a proposal would delete.
type ProposedAsset struct {
	GUID          string `json:"guid"`
	Type          string `json:"type"`
	QualifiedName string `json:"qualifiedName"`
	Collection    string `json:"collection"`
}

// ProposedAssets lists what a proposal would delete, page by page of the store's own size, after a cursor ("" at first).
func (s *Service) ProposedAssets(ctx context.Context, id, after string) (list []ProposedAsset, next string, err error) {
	err = s.store.View(ctx, func(tx store.Tx) error {
		list, next = nil, ""
		p, _, err := proposalOf(ctx, tx, id)
		if err != nil {
			return err
		}
		offset, behind, err := parseAssetCursor(after)
		if err != nil {
			return err
		}
		docs, err := tx.Docs().List(ctx, docHeld, p.Run+"/", behind, 2)
		if err != nil || len(docs) == 0 {
			return err
		}
		d, err := readPage(docs[0])
		if err != nil {
			return err
		}
		hashes := d.list()
		hashes = hashes[min(offset, len(hashes)):]
		const most = 500
		switch {
		case len(hashes) > most:
			hashes, next = hashes[:most], strconv.Itoa(offset+most)+" "+behind
		case len(docs) > 1:
			next = "0 " + docs[0].Key
		}
		rows, err := tx.Map().ByHash(ctx, hashes)
		if err != nil {
			return err
		}
		for _, h := range hashes {
			if row, ok := rows[h]; ok && !row.Deleted {
				list = append(list, ProposedAsset{model.GUID(uint64(row.ID), 0), row.Type, row.QualifiedName, row.Collection})
			}
		}
		return nil
	})
	return list, next, err
}

// parseAssetCursor reads "<assets of the page> <key of the page before>".
func parseAssetCursor(s string) (offset int, behind string, err error) {
	if s == "" {
		return 0, "", nil
	}
	n, behind, ok := strings.Cut(s, " ")
	offset, err = strconv.Atoi(n)
	if !ok || err != nil || offset < 0 || offset > mostHashes {
		return 0, "", fault.New(fault.Invalid, "InvalidCursor", "%q is not a cursor of this list", clip(s))
	}
	return offset, behind, nil
}
