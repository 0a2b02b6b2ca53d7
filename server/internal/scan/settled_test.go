package scan

import (
	"context"
	"testing"
	"time"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/server/internal/store"
)

// writes is a store that counts its write transactions.
type writes struct {
	store.Store
	n int
}

func (s *writes) Update(ctx context.Context, lane store.Lane, fn func(store.Tx) error) error {
	s.n++
	return s.Store.Update(ctx, lane, fn)
}

func TestANodeThatNeverSendsADescriptionIsAskedEverMoreRarely(t *testing.T) {
	p := newProtocol(t)
	s := &writes{Store: p.st}
	p.store = s
	mark, body, err := bus.Describe(orchard(1))
	p.ok(err)
	beat := func() []bus.Mark {
		t.Helper()
		want, err := p.Announce(t.Context(), nodeA, []bus.Mark{mark})
		p.ok(err)
		p.pass(5 * time.Second)
		return want
	}
	for range 2 {
		if len(beat()) != 1 {
			t.Fatal("what may have been lost is not asked for again by the next beat")
		}
	}
	for range 720 { // an hour
		beat()
	}
	if s.n > 25 {
		t.Errorf("in an hour it cost %d write transactions", s.n)
	}
	for i := 0; ; i++ {
		if len(beat()) == 1 {
			break
		}
		if i == 61 {
			t.Fatal("for five minutes it was not asked again")
		}
	}
	_, err = p.Described(t.Context(), nodeA, bus.Description{V: 1, Mark: mark, Body: body}, noNote)
	p.ok(err)
	s.n = 0
	for range 50 {
		if len(beat()) != 0 {
			t.Fatal("what came is asked for again")
		}
	}
	if s.n != 1 {
		t.Errorf("behind what came 50 beats cost %d write transactions", s.n)
	}
	other, body, err := bus.Describe(orchard(2))
	p.ok(err)
	want, err := p.Announce(t.Context(), nodeA, []bus.Mark{mark, other})
	p.ok(err)
	if len(want) != 1 {
		t.Fatal("a node with another description is not asked for it")
	}
	_, err = p.Described(t.Context(), nodeA, bus.Description{V: 1, Mark: other, Body: body}, noNote)
	p.ok(err)
}
