package ingest

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/json"
	"time"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/server/internal/store"
)

// docHead holds, by node, the highest head of its egress ledger that the account has receipted, or had an answer with. The chain of hashes
// makes one head speak for every entry before it. It outlives the node: see BeginLedger.
const docHead = "egresshead"

// Head is what the account has of one entry of a node's egress ledger: a message that it receipted, or an answer, which is
// of no unit.
type Head struct {
	Index    uint64    `json:"index"`
	Head     []byte    `json:"head"`
	Unit     int64     `json:"unit"`
	Attempt  uint32    `json:"attempt"`
	Number   uint32    `json:"number"`
	Received time.Time `json:"received"`
}

// headDoc is a head and the node key that its ledger was begun under; none for the built-in node, which has another at
// each start and one ledger.
type headDoc struct {
	Head
	Key []byte `json:"key,omitempty"`
}

// BeginLedger is called within the transaction that enrols a node. A node key lies beside its ledger: a node of the
// same name with another key has a ledger of its own, which begins anew. With the same key the ledger goes on, also
// after the node was removed: a cut of it is found as before.
func BeginLedger(ctx context.Context, tx store.Tx, node string, key ed25519.PublicKey) error {
	doc, kept, err := headOf(ctx, tx, node)
	if err != nil || doc.Version > 0 && bytes.Equal(kept.Key, key) {
		return err
	}
	return putHead(ctx, tx, doc, headDoc{Key: key})
}

// KeepLedger is called within the transaction that gives a node another key: its ledger goes on.
func KeepLedger(ctx context.Context, tx store.Tx, node string, key ed25519.PublicKey) error {
	doc, kept, err := headOf(ctx, tx, node)
	if err != nil {
		return err
	}
	kept.Key = key
	return putHead(ctx, tx, doc, kept)
}

// NoteAnswer is called within a transaction when a node's answer has come, with its entry.
func NoteAnswer(ctx context.Context, tx store.Tx, node string, seal bus.Seal) error {
	return noteHead(ctx, tx, node, Head{Index: seal.Index, Head: seal.Head[:]})
}

// Noting gives NoteAnswer for a description that a node has sent.
func Noting(ctx context.Context, node string, seal bus.Seal) func(tx store.Tx) error {
	return func(tx store.Tx) error { return NoteAnswer(ctx, tx, node, seal) }
}

// noteHead keeps a head when it is higher than the one that is kept.
func noteHead(ctx context.Context, tx store.Tx, node string, h Head) error {
	doc, kept, err := headOf(ctx, tx, node)
	if err != nil || kept.Index >= h.Index {
		return err
	}
	h.Received = tx.Now()
	return putHead(ctx, tx, doc, headDoc{Head: h, Key: kept.Key})
}

// headOf is the document of a node, or a new one.
func headOf(ctx context.Context, tx store.Tx, node string) (doc store.Doc, body headDoc, err error) {
	doc, err = tx.Docs().Get(ctx, docHead, node)
	if fault.Is(err, fault.NotFound) {
		return store.Doc{Kind: docHead, Key: node}, body, nil
	}
	if err == nil {
		err = json.Unmarshal(doc.Body, &body)
	}
	return doc, body, err
}

func putHead(ctx context.Context, tx store.Tx, doc store.Doc, body headDoc) (err error) {
	if doc.Body, err = json.Marshal(body); err != nil {
		return err
	}
	return tx.Docs().Put(ctx, &doc)
}

// Highest gives the highest head of a node's ledger that the account has receipted; known is false when there is none.
func (s *Service) Highest(ctx context.Context, node string) (head Head, known bool, err error) {
	return Highest(ctx, s.store, node)
}

// Highest is Service.Highest, for who has only the store.
func Highest(ctx context.Context, st store.Store, node string) (head Head, known bool, err error) {
	err = st.View(ctx, func(tx store.Tx) error {
		_, body, err := headOf(ctx, tx, node)
		head = body.Head
		return err
	})
	return head, head.Index > 0, err
}
