package fleet

import (
	"context"
	"slices"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/server/internal/store"
)

func noNode(node string) error {
	return fault.New(fault.NotFound, "NodeNotFound", "there is no node %.160s", node)
}

func (s *Service) changeNode(ctx context.Context, node string, change func(store.Tx, *nodeDoc) error) error {
	return s.store.Update(ctx, store.People, func(tx store.Tx) error {
		body, doc, err := get[nodeDoc](ctx, tx, docNode, node)
		if err != nil {
			return orElse(err, noNode(node))
		}
		if err := change(tx, &body); err != nil {
			return err
		}
		return put(ctx, tx, docNode, node, doc.Version, body)
	})
}

// Remove takes a node out of its runtime: its tokens end at once and its name is free.
func (s *Service) Remove(ctx context.Context, node string) error {
	err := s.store.Update(ctx, store.People, func(tx store.Tx) error {
		if err := tx.Docs().Delete(ctx, docNode, node, 0); err != nil {
			return orElse(err, noNode(node))
		}
		return s.cfg.OnRemove(ctx, tx, node)
	})
	if err == nil {
		s.cut(node)
	}
	return err
}

// Revoke ends a node's tokens at once and keeps its name taken, until it is removed.
func (s *Service) Revoke(ctx context.Context, node string) error {
	err := s.changeNode(ctx, node, func(_ store.Tx, body *nodeDoc) error {
		body.Revoked = true
		return nil
	})
	if err == nil {
		s.cut(node)
	}
	return err
}

// Approve lets in a node whose runtime asks for approval.
func (s *Service) Approve(ctx context.Context, node string) error {
	return s.changeNode(ctx, node, func(_ store.Tx, body *nodeDoc) error {
		body.Pending = false
		return nil
	})
}

// cut forgets the node's beats and has its connections closed.
func (s *Service) cut(node string) {
	s.mu.Lock()
	delete(s.beats, node)
	s.mu.Unlock()
	s.disconnect(node)
}

// disconnect has the node's connections here closed.
func (s *Service) disconnect(node string) {
	s.mu.Lock()
	delete(s.met, node)
	s.mu.Unlock()
	s.cfg.OnRevoke(node)
}

// Met says that a node opens a connection here with a token of an enrolment, which may have ended since it was looked at.
func (s *Service) Met(node, enrolment string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !slices.Contains(s.met[node], enrolment) {
		s.met[node] = append(s.met[node], enrolment)
	}
}

// stale reports whether the node may still hold a connection of another enrolment than the one it has, and forgets that:
// the caller cuts it.
func (s *Service) stale(node, enrolment string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	met := s.met[node]
	if len(met) == 0 || len(met) == 1 && met[0] == enrolment {
		return false
	}
	delete(s.met, node)
	return true
}

// Gone tells which of the nodes may no longer act, or not by all the connections that they have. Each replica asks it for its
// connected nodes every few seconds and cuts those, so that a revocation or a new key on one replica reaches all.
func (s *Service) Gone(ctx context.Context, nodes []string) ([]string, error) {
	var gone []string
	err := s.store.View(ctx, func(tx store.Tx) error {
		gone = nil
		for _, node := range nodes {
			body, _, err := get[nodeDoc](ctx, tx, docNode, node)
			if err != nil && !fault.Is(err, fault.NotFound) {
				return err
			}
			if err != nil || body.Revoked || body.Pending || s.stale(node, body.Enrolment) {
				gone = append(gone, node)
			}
		}
		return nil
	})
	return gone, err
}
