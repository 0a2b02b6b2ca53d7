package ingest

import (
	"context"
	"encoding/json"
	"time"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/server/internal/store"
)

// docHead holds, by node, the highest head of its egress ledger that the account has receipted. The chain of hashes
// makes one head speak for every entry before it.
const docHead = "egresshead"

// Head is what the account has receipted of one entry of a node's egress ledger.
type Head struct {
	Index    uint64    `json:"index"`
	Head     []byte    `json:"head"`
	Unit     int64     `json:"unit"`
	Attempt  uint32    `json:"attempt"`
	Number   uint32    `json:"number"`
	Received time.Time `json:"received"`
}

// noteHead keeps a head when it is higher than the one that is kept.
func noteHead(ctx context.Context, tx store.Tx, node string, h Head) error {
	doc, err := tx.Docs().Get(ctx, docHead, node)
	if fault.Is(err, fault.NotFound) {
		doc = store.Doc{Kind: docHead, Key: node}
	} else if err != nil {
		return err
	}
	if doc.Version > 0 {
		var kept Head
		if err := json.Unmarshal(doc.Body, &kept); err != nil {
			return err
		}
		if kept.Index >= h.Index {
			return nil
		}
	}
	h.Received = tx.Now()
	if doc.Body, err = json.Marshal(h); err != nil {
		return err
	}
	return tx.Docs().Put(ctx, &doc)
}

// Heads gives the highest head of a node that the account has receipted, when its index is above after.
func (s *Service) Heads(ctx context.Context, node string, after uint64, _ int) ([]Head, error) {
	var out []Head
	err := s.store.View(ctx, func(tx store.Tx) error {
		out = nil
		doc, err := tx.Docs().Get(ctx, docHead, node)
		if fault.Is(err, fault.NotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		var h Head
		if err := json.Unmarshal(doc.Body, &h); err != nil {
			return err
		}
		if h.Index > after {
			out = append(out, h)
		}
		return nil
	})
	return out, err
}
