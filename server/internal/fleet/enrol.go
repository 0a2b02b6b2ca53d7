package fleet

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"time"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

type nodeDoc struct {
	Runtime   string         `json:"runtime"`
	Name      string         `json:"name"`
	Enrolment string         `json:"enrolment"` // guid; every token names it
	PublicKey []byte         `json:"publicKey"`
	Info      model.NodeInfo `json:"info"`
	Pending   bool           `json:"pending,omitempty"`
	Revoked   bool           `json:"revoked,omitempty"`
	Enrolled  time.Time      `json:"enrolled"`
	Key       int            `json:"key"`              // 1 or 2; 0 for the built-in one
	Seen      time.Time      `json:"seen"`             // last sign of life that was written
	Nonce     time.Time      `json:"nonce,omitzero"`   // when the last nonce that it used was made
	Started   time.Time      `json:"started,omitzero"` // first beat after silence
	Beat      bus.Beat       `json:"beat"`
	Drain     time.Time      `json:"drain,omitzero"`   // since when a person wants it to claim no more
	NewKey    time.Time      `json:"newKey,omitzero"`  // since when a person wants it to make a new key
	KeyMade   time.Time      `json:"keyMade,omitzero"` // when its key replaced another; zero: it enrolled with it
}

func refusedKey() error {
	return fault.New(fault.Denied, "KeyRefused", "the account does not take this key: it was regenerated, or its runtime was deleted").
		Try("Copy the runtime's key again and enrol with that")
}

func otherAccount() error {
	return fault.New(fault.Denied, "OtherAccount", "the key belongs to another account than the one that answers at its address").
		Try("Copy a key from a runtime of this account")
}

// Enrol takes a new node into the runtime of the key. The same node may ask again, as when the answer was lost.
// It fails with fault.Denied ("KeyRefused", "OtherAccount", "KeyExpired", "KeyExhausted"), fault.Conflict "NameTaken"
// or fault.Invalid; no error quotes the secret.
func (s *Service) Enrol(ctx context.Context, req model.EnrolRequest) (model.Enrolment, error) {
	if req.Account != s.cfg.Account {
		return model.Enrolment{}, otherAccount()
	}
	if err := checkNode(req.Name, req.PublicKey, req.Info); err != nil {
		return model.Enrolment{}, err
	}
	var node nodeDoc
	var now time.Time
	fresh := false
	err := s.store.Update(ctx, store.People, func(tx store.Tx) error {
		now, fresh = tx.Now(), false
		id, _, err := get[runtimeIDDoc](ctx, tx, docRuntimeID, req.Runtime)
		if err != nil {
			return orElse(err, refusedKey())
		}
		runtime, rdoc, err := get[runtimeDoc](ctx, tx, docRuntime, id.Name)
		if err != nil {
			return orElse(err, refusedKey())
		}
		i, err := s.matchKey(runtime, req.Secret)
		if err != nil {
			return err
		}
		if i < 0 || runtime.Kind != model.RuntimeSelfHosted {
			return refusedKey()
		}
		key := &runtime.Keys[i]
		if !key.Expires.IsZero() && !now.Before(key.Expires) {
			return fault.New(fault.Denied, "KeyExpired", "the key stopped enrolling nodes at %s", key.Expires.Format(time.RFC3339)).
				Try("Ask for the runtime's other key, or have this one regenerated")
		}
		old, ndoc, err := get[nodeDoc](ctx, tx, docNode, bus.NodeID(id.Name, req.Name))
		if err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
		if ndoc.Version != 0 && !s.lapsed(old, now) {
			if bytes.Equal(old.PublicKey, req.PublicKey) && !old.Revoked {
				node = old
				return nil
			}
			return nameTaken(id.Name, req.Name)
		}
		if key.MaxNodes > 0 && key.Enrolled >= key.MaxNodes {
			return fault.New(fault.Denied, "KeyExhausted", "the key may enrol %d nodes and has done so", key.MaxNodes).
				Try("Have its limit raised at the account, purlieu runtime limit %s --key %d --nodes %d, or ask for the runtime's other key", id.Name, i+1, key.Enrolled+1)
		}
		key.Enrolled++
		if err := put(ctx, tx, docRuntime, id.Name, rdoc.Version, runtime); err != nil {
			return err
		}
		fresh = true
		node = nodeDoc{
			Runtime: id.Name, Name: req.Name, Enrolment: newGUID(), PublicKey: req.PublicKey, Info: req.Info,
			Pending: runtime.ApproveNodes, Enrolled: now, Key: i + 1, Seen: now,
		}
		name := bus.NodeID(id.Name, req.Name)
		if err := s.cfg.OnEnrol(ctx, tx, name, req.PublicKey); err != nil {
			return err
		}
		return put(ctx, tx, docNode, name, ndoc.Version, node)
	})
	if err != nil {
		return model.Enrolment{}, err
	}
	if fresh {
		s.cut(bus.NodeID(node.Runtime, node.Name)) // what the lapsed node of this name still holds open
	}
	return s.enrolment(node, now), nil
}

// EnrolBuiltIn takes the server's own node into the built-in runtime, in place of the one before it, whose orders it inherits. It needs no key:
// only the server itself may call it.
func (s *Service) EnrolBuiltIn(ctx context.Context, name string, public ed25519.PublicKey, info model.NodeInfo) (model.Enrolment, error) {
	if err := checkNode(name, public, info); err != nil {
		return model.Enrolment{}, err
	}
	var node nodeDoc
	id := bus.NodeID(model.BuiltInRuntime, name)
	err := s.store.Update(ctx, store.People, func(tx store.Tx) error {
		old, doc, err := get[nodeDoc](ctx, tx, docNode, id)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
		now := tx.Now()
		node = nodeDoc{
			Runtime: model.BuiltInRuntime, Name: name, Enrolment: newGUID(), PublicKey: public, Info: info, Enrolled: now, Seen: now,
			Drain: old.Drain,
		}
		return put(ctx, tx, docNode, id, doc.Version, node)
	})
	if err != nil {
		return model.Enrolment{}, err
	}
	s.cut(id)
	return s.enrolment(node, node.Enrolled), nil
}

func (s *Service) enrolment(node nodeDoc, now time.Time) model.Enrolment {
	at := s.cfg.Place()
	return model.Enrolment{
		Node: bus.NodeID(node.Runtime, node.Name), Name: node.Name, Runtime: node.Runtime, Account: s.cfg.Account,
		AccountURL: at.AccountURL, IngestURL: at.IngestURL, ReceiptKey: s.cfg.ReceiptKey, Roots: at.Roots,
		Pending: node.Pending, Time: now,
	}
}

func checkNode(name string, public []byte, info model.NodeInfo) error {
	if !model.ValidNodeName(name) {
		return fault.New(fault.Invalid, "InvalidNodeName", "a node's name has 1 to 63 letters, digits and single dashes").
			Try("Enrol with --name and such a name")
	}
	if len(public) != ed25519.PublicKeySize {
		return fault.New(fault.Invalid, "InvalidPublicKey", "a node's public key has %d bytes", ed25519.PublicKeySize)
	}
	if len(info.Machine) > 255 || len(info.Version) > 64 || len(info.System) > 64 {
		return fault.New(fault.Invalid, "InvalidNodeInfo", "what the node says of itself is too long")
	}
	return nil
}

func nameTaken(runtime, name string) error {
	return fault.New(fault.Conflict, "NameTaken", "the runtime %s has a node named %s already", runtime, name).
		Try("Enrol with another --name, or have the old node removed first: purlieu node remove %s %s", runtime, name)
}

// lapsed reports whether the node was silent for so long that it must enrol anew. The built-in node never is.
func (s *Service) lapsed(node nodeDoc, now time.Time) bool {
	return node.Runtime != model.BuiltInRuntime && now.Sub(node.Seen) >= s.cfg.Lapse
}
