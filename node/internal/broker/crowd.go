package broker

import (
	"context"
	"sync"
)

// crowd bounds how many jobs read one place at once. A connector has one connection to its source at a time, so that a
// place is dialled as often as jobs read it. Sources that are dialled at one place share it.
type crowd struct {
	most int // 0: any number

	mu    sync.Mutex
	at    map[string]int // jobs, by place
	moved chan struct{}  // closed when one has left
}

func newCrowd(most int) *crowd {
	return &crowd{most: most, at: map[string]int{}, moved: make(chan struct{})}
}

// enter waits until there is room at all places, or ctx ends. leave must be called once.
func (c *crowd) enter(ctx context.Context, places []string) (leave func(), err error) {
	if c.most <= 0 || len(places) == 0 {
		return func() {}, nil
	}
	for {
		moved := c.join(places)
		if moved == nil {
			return func() { c.leave(places) }, nil
		}
		select {
		case <-moved:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// join counts a job at all places, or at none and says what to wait for.
func (c *crowd) join(places []string) (full <-chan struct{}) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, p := range places {
		if c.at[p] >= c.most {
			return c.moved
		}
	}
	for _, p := range places {
		c.at[p]++
	}
	return nil
}

func (c *crowd) leave(places []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, p := range places {
		if c.at[p]--; c.at[p] == 0 {
			delete(c.at, p)
		}
	}
	close(c.moved)
	c.moved = make(chan struct{})
}
