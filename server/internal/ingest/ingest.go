// Package ingest takes batches from the bus into the inbox, and from the inbox into the map.
//
// Receiving and applying are apart: a *receipt* says that a batch is durable, an *applier* brings it into the map in
// one transaction with everything that follows from it, and discovery never waits for that. From a node only facts
// are accepted of attempts that it holds, of types that the kind declares, at or below the unit's root; a batch that
// breaks a rule, or fails five times, is *quarantined*: its unit fails, the others go on.
// Receive and ApplyNext are steps: no goroutine is started, and the only clock is the store's.
package ingest

import (
	"context"
	"log/slog"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/datamap"
	"github.com/purlieu/purlieu/server/internal/scan"
	"github.com/purlieu/purlieu/server/internal/store"
)

// Config is what the room can be told.
type Config struct {
	MaxWaiting  int64 // packed bytes in the inbox above which nodes are told to wait; 64 MiB
	MaxFailures int32 // tries at a batch; 5
	// Short says that the store has room for people only: batches wait at their nodes.
	Short func() bool
}

// DefaultConfig is what design §5 promises.
func DefaultConfig() Config {
	return Config{MaxWaiting: 64 << 20, MaxFailures: 5, Short: func() bool { return false }}
}

// Kinds finds the description of a source kind.
type Kinds interface {
	Kind(ctx context.Context, name string) (model.Kind, error)
}

// Signer signs receipts with the account's key.
type Signer interface {
	Sign(text []byte) []byte
}

// Service is the room. Receive may be called from many goroutines; ApplyNext from one per replica.
type Service struct {
	store store.Store
	scans *scan.Service
	graph *datamap.Service
	kinds Kinds
	sign  Signer
	log   *slog.Logger
	cfg   Config
}

// New makes the room.
func New(st store.Store, scans *scan.Service, graph *datamap.Service, kinds Kinds, sign Signer, log *slog.Logger, cfg Config) *Service {
	return &Service{store: st, scans: scans, graph: graph, kinds: kinds, sign: sign, log: log, cfg: cfg}
}

const waitMS = 500

// Receive puts a batch into the inbox as it is, once, and signs the receipt. An error means no answer: the node sends
// again.
func (s *Service) Receive(ctx context.Context, node string, b bus.Batch) (bus.Receipt, error) {
	if len(b.Body) > bus.MaxPacked {
		return s.receipt(node, b.Ref, b.Number, b.Seal, bus.Receipt{
			Status: bus.Refused, Code: "BatchTooLarge", Text: "a batch is at most 1 MiB packed",
		}), nil
	}
	if s.cfg.Short() {
		return s.answer(node, b.Ref, b.Number, b.Seal, bus.Wait, bus.Receipt{}, nil)
	}
	var status bus.ReceiptStatus
	err := s.store.Update(ctx, store.Ingest, func(tx store.Tx) error {
		if _, bytes, err := tx.Inbox().Waiting(ctx); err != nil {
			return err
		} else if bytes > s.cfg.MaxWaiting {
			status = bus.Wait
			return nil
		}
		st, fresh, err := s.scans.Admit(ctx, tx, node, b.Ref, b.Number)
		status = st
		if err != nil {
			return err
		}
		head := Head{Index: b.Seal.Index, Head: b.Seal.Head[:], Unit: b.Ref.Unit, Attempt: b.Ref.Attempt, Number: b.Number}
		if err := noteHead(ctx, tx, node, head); err != nil || !fresh {
			return err
		}
		return tx.Inbox().Put(ctx, &store.BatchRow{
			Unit: b.Ref.Unit, Attempt: b.Ref.Attempt, Number: b.Number, Node: node, Body: b.Body, Received: tx.Now(), NotBefore: tx.Now(),
		})
	})
	refused := bus.Receipt{Code: "NotYourAttempt", Text: "this attempt was not granted to this node, or no attempt has so many batches"}
	return s.answer(node, b.Ref, b.Number, b.Seal, status, refused, err)
}

// Done ends an attempt and signs the receipt, which stands behind the last batch: its number is their count.
func (s *Service) Done(ctx context.Context, node string, d bus.Done) (bus.Receipt, error) {
	status, err := s.scans.Done(ctx, node, d, func(tx store.Tx) error {
		return noteHead(ctx, tx, node, Head{Index: d.Seal.Index, Head: d.Seal.Head[:], Unit: d.Ref.Unit, Attempt: d.Ref.Attempt, Number: d.Batches})
	})
	refused := bus.Receipt{Code: "BadDone", Text: "the end of the attempt does not fit what came before it"}
	return s.answer(node, d.Ref, d.Batches, d.Seal, status, refused, err)
}

// answer is the receipt for what became of a message: a store that is short of room asks to wait, and refused says why
// a refusal is one. Any other error is no answer.
func (s *Service) answer(
	node string, ref bus.AttemptRef, number uint32, seal bus.Seal, status bus.ReceiptStatus, refused bus.Receipt, err error,
) (bus.Receipt, error) {
	if fault.Is(err, fault.Throttled) {
		status, err = bus.Wait, nil
	}
	if err != nil {
		return bus.Receipt{}, err
	}
	var r bus.Receipt
	switch status {
	case bus.Wait:
		r.WaitMS = waitMS
	case bus.Refused:
		r = refused
	}
	r.Status = status
	return s.receipt(node, ref, number, seal, r), nil
}

func (s *Service) receipt(node string, ref bus.AttemptRef, number uint32, seal bus.Seal, r bus.Receipt) bus.Receipt {
	r.V, r.Seal = bus.Version, seal
	if r.Status != bus.Wait {
		r.Signature = s.sign.Sign(bus.SignedReceipt(node, ref, number, seal))
	}
	return r
}
