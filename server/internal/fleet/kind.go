package fleet

import (
	"context"
	"encoding/json"
	"time"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

// Proposal is a kind of source that a node announced and the account does not know: it waits for approval.
type Proposal struct {
	Kind model.Kind `json:"kind"`
	Node string     `json:"node"` // that announced it first
	At   time.Time  `json:"at"`
}

const (
	maxKinds = 128
	maxKind  = 256 << 10 // bytes of one description, as JSON
)

// Announce takes the kinds that a node can read. Those that the account knows in this version or a newer one are
// passed over; the others are kept as proposals, of two the higher version, of equals the first.
func (s *Service) Announce(ctx context.Context, node string, kinds []model.Kind) error {
	if len(kinds) > maxKinds {
		return fault.New(fault.Invalid, "TooManyKinds", "a node announces at most %d kinds", maxKinds)
	}
	for _, kind := range kinds {
		if !model.ValidNodeName(kind.Name) {
			return fault.New(fault.Invalid, "InvalidKind", "a kind's name has 1 to 63 letters, digits and single dashes")
		}
		if text, err := json.Marshal(kind); err != nil || len(text) > maxKind {
			return fault.New(fault.Invalid, "InvalidKind", "the description of the kind %s is larger than %d bytes", kind.Name, maxKind)
		}
	}
	return s.store.Update(ctx, store.Ingest, func(tx store.Tx) error {
		for _, kind := range kinds {
			if err := propose(ctx, tx, node, kind); err != nil {
				return err
			}
		}
		return nil
	})
}

func propose(ctx context.Context, tx store.Tx, node string, kind model.Kind) error {
	known, _, err := get[model.Kind](ctx, tx, docKind, kind.Name)
	if err == nil && known.Version >= kind.Version {
		return nil
	}
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	old, doc, err := get[Proposal](ctx, tx, docProposal, kind.Name)
	if err == nil && old.Kind.Version >= kind.Version {
		return nil
	}
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	return put(ctx, tx, docProposal, kind.Name, doc.Version, Proposal{Kind: kind, Node: node, At: tx.Now()})
}

// Proposals gives the kinds that wait for approval, by name.
func (s *Service) Proposals(ctx context.Context) ([]Proposal, error) {
	var out []Proposal
	err := s.store.View(ctx, func(tx store.Tx) error {
		out = nil
		docs, err := list(ctx, tx, docProposal, "")
		for _, doc := range docs {
			p, derr := decode[Proposal](doc)
			if derr != nil {
				return derr
			}
			out = append(out, p)
		}
		return err
	})
	return out, err
}
