package broker

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
)

// guarded gives each opening another secret, and lets a test say when a turn has passed.
type guarded struct {
	opened atomic.Int32
	denied atomic.Bool
	held   [8][]byte   // by opening
	turns  chan func() // of jobs whose secrets have begun to age
}

func (g *guarded) change(c *Config) {
	c.Kinds[0].Dials = []model.Template{"one.example:1"}
	c.Secrets = func(context.Context, bus.Grant) (map[string][]byte, error) {
		n := g.opened.Add(1)
		if g.denied.Load() {
			return nil, fault.New(fault.Denied, "SecretNotBound", "no").Try("Bind it")
		}
		g.held[n] = fmt.Appendf(nil, "secret %d", n)
		return map[string][]byte{"password": g.held[n]}, nil
	}
}

// over takes the passing of turns in the hand of the test.
func (g *guarded) over(s *stage) {
	g.turns = make(chan func(), 8)
	s.after = func(_ time.Duration, f func()) *time.Timer {
		g.turns <- f
		return time.AfterFunc(time.Hour, f)
	}
}

// wiped lets a turn pass, behind which an opening's secret must be gone.
func (g *guarded) wiped(t *testing.T, opening int) {
	t.Helper()
	(<-g.turns)()
	if secret := g.held[opening]; len(secret) == 0 || !bytes.Equal(secret, make([]byte, len(secret))) {
		t.Fatalf("%q is held while it is waited", secret)
	}
}

// told is the secret that the act "who" was given.
func told(t *testing.T, a *audience) string {
	t.Helper()
	if end := a.wait(t); end.Outcome != bus.OutcomeRead {
		t.Fatal(end)
	}
	_, secret, _ := strings.Cut(a.joined().Assets[0].Comment, "secret=")
	return secret
}

func TestSecretsThatWaitForAConnectionAreOpenedAgainBehindIt(t *testing.T) {
	var g guarded
	s, w := full(t, g.change) // its secret is the first
	g.over(s)
	a := newAudience()
	s.Start(grant("who", 2), nil, a)
	g.wiped(t, 2)
	w.Stop()
	if secret := told(t, a); secret != "secret 3" || g.opened.Load() != 3 {
		t.Errorf("read with %q, of %d", secret, g.opened.Load())
	}
	if _, end := s.play(grant("who", 3)); end.Outcome != bus.OutcomeRead || g.opened.Load() != 4 {
		t.Errorf("one that does not wait opens again: %d, %+v", g.opened.Load(), end)
	}
	(<-g.turns)() // behind the use it does nothing
}

func TestSecretsThatWaitForABaseAreOpenedAgainBehindIt(t *testing.T) {
	var g guarded
	s := raise(t, "honest", g.change)
	g.over(s)
	pieces, last := 0, make(chan func([]bus.BaseBlock, bool), 1)
	a := newAudience()
	s.Start(grant("who", 1), func(give func([]bus.BaseBlock, bool)) {
		if pieces++; pieces == 1 {
			give(nil, true)
			return
		}
		last <- give
	}, a)
	give := <-last // the worker has its job
	g.wiped(t, 1)
	s.loop <- func() { give(nil, false) }
	if secret := told(t, a); secret != "secret 2" {
		t.Errorf("read with %q", secret)
	}
}

func TestSecretsThatWereTakenAwayWhileTheyWaitedAreNotUsed(t *testing.T) {
	var g guarded
	s, w := full(t, g.change)
	g.over(s)
	a := newAudience()
	s.Start(grant("who", 2), nil, a)
	g.wiped(t, 2)
	g.denied.Store(true)
	w.Stop()
	if end := a.wait(t); end.Code != "SecretNotBound" || end.Remedy != "Bind it" || end.Retry || a.heard() != 0 {
		t.Errorf("%+v", end)
	}
	eventually(t, "its place and slot are free", func() bool {
		s.crowd.mu.Lock()
		defer s.crowd.mu.Unlock()
		return len(s.crowd.at) == 0 && len(s.slots) == 0
	})
}
