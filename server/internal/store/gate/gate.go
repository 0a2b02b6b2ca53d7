// Package gate orders the writers of one replica: who waits for a transaction, and who is next.
//
// A *gate* lets one writer in at a time: first those in the lane of people, then the others, each in the order of arrival.
// Engines share it, so that the lanes of the contract mean the same in each.
package gate

import (
	"context"
	"slices"
	"sync"

	"github.com/purlieu/purlieu/server/internal/store"
)

// Gate is one gate. Its zero value is open. Safe for concurrent use.
type Gate struct {
	mu     sync.Mutex
	taken  bool
	queues [2][]chan struct{}
}

// Lock waits until the caller is in; on a non-nil error it is not.
func (g *Gate) Lock(ctx context.Context, lane store.Lane) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	q := 1
	if lane == store.People {
		q = 0
	}
	g.mu.Lock()
	if !g.taken {
		g.taken = true
		g.mu.Unlock()
		return nil
	}
	turn := make(chan struct{})
	g.queues[q] = append(g.queues[q], turn)
	g.mu.Unlock()
	select {
	case <-turn:
		return nil
	case <-ctx.Done():
	}
	g.mu.Lock()
	i := slices.Index(g.queues[q], turn)
	if i >= 0 {
		g.queues[q] = slices.Delete(g.queues[q], i, i+1)
	}
	g.mu.Unlock()
	if i < 0 { // the turn came while we were leaving
		g.Unlock()
	}
	return ctx.Err()
}

// Unlock lets the next one in.
func (g *Gate) Unlock() {
	g.mu.Lock()
	defer g.mu.Unlock()
	for q := range g.queues {
		if len(g.queues[q]) > 0 {
			turn := g.queues[q][0]
			g.queues[q] = slices.Delete(g.queues[q], 0, 1)
			close(turn)
			return
		}
	}
	g.taken = false
}
