package broker

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
)

func TestAttemptsBeyondTheConnectionsOfTheirPlaceWait(t *testing.T) {
	s := raise(t, "honest", func(c *Config) {
		c.Connections, c.Kinds[0].Dials = 1, []model.Template{"{act}.example:1"}
	})
	first, second := newAudience(), newAudience()
	w := s.Start(grant("slow", 1), nil, first)
	eventually(t, "the attempt runs", func() bool { return strings.Contains(s.log.String(), "slow begins") })
	waits := s.Start(grant("slow", 2), nil, second)
	gone := s.Start(grant("slow", 3), nil, newAudience())
	if _, end := s.play(grant("tables", 2)); end.Outcome != bus.OutcomeRead { // at another place, and behind the two
		t.Fatal(end)
	}
	if a := s.Ask(context.Background(), question("slow")); a.Code != "SourceBusy" || a.Kind != fault.Throttled || a.Remedy == "" {
		t.Errorf("a question: %+v", a)
	}
	if n := strings.Count(s.log.String(), "slow begins"); n != 1 {
		t.Fatalf("%d attempts have begun", n)
	}
	gone.Stop() // one that waits can be stopped
	w.Stop()
	eventually(t, "the next one runs", func() bool { return strings.Count(s.log.String(), "slow begins") == 2 })
	if strings.Contains(s.log.String(), "worker.n=3") {
		t.Error("the stopped one has begun")
	}
	waits.Stop()
	eventually(t, "nobody is left there", func() bool {
		s.crowd.mu.Lock()
		defer s.crowd.mu.Unlock()
		return len(s.crowd.at) == 0
	})
}

// full is a broker with one connection to a place, and an attempt that has it until it is stopped.
func full(t *testing.T, change func(*Config)) (*stage, Worker) {
	s := raise(t, "honest", func(c *Config) {
		c.Connections, c.Kinds[0].Dials = 1, []model.Template{"{act}.example:1"}
		change(c)
	})
	w := s.Start(grant("slow", 1), nil, newAudience())
	eventually(t, "the attempt runs", func() bool { return strings.Contains(s.log.String(), "slow begins") })
	return s, w
}

func budget(g bus.Grant, seconds int, strict bool) bus.Grant {
	g.Budget = model.Budget{UnitSeconds: seconds, Strict: strict}
	return g
}

func TestTheWaitForAConnectionCountsUnderAStrictBudget(t *testing.T) {
	late := func(what string, r Result) {
		t.Helper()
		if r.Outcome != bus.OutcomeFailed || r.Code != "UnitDeadline" || !r.Retry || r.Remedy == "" {
			t.Errorf("%s: %+v", what, r)
		}
	}
	var ahead atomic.Int64 // of the clock
	s, w := full(t, func(c *Config) {
		c.Clock = func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
		c.Terms = func(_ context.Context, g bus.Grant) model.Terms { // is asked for behind the wait
			if g.Budget.UnitSeconds == 3600 {
				ahead.Add(int64(2 * time.Hour))
			}
			return model.Terms{}
		}
	})
	_, end := s.play(budget(grant("slow", 2), 1, true))
	late("one whose deadline comes while it waits", end)
	if n := strings.Count(s.log.String(), "slow begins"); n != 1 {
		t.Fatalf("%d attempts have begun", n)
	}

	strict := newAudience()
	s.Start(budget(grant("slow", 3), 3600, true), nil, strict)
	w.Stop()
	late("one that gets its connection behind its deadline", strict.wait(t))

	w = s.Start(grant("slow", 4), nil, newAudience())
	eventually(t, "the next one runs", func() bool { return strings.Contains(s.log.String(), "worker.n=4") })
	usual := newAudience()
	next := s.Start(budget(grant("slow", 5), 3600, false), nil, usual)
	w.Stop()
	eventually(t, "the one that waited runs", func() bool { return strings.Contains(s.log.String(), "worker.n=5") })
	select {
	case r := <-usual.end:
		t.Errorf("without a strict budget: %+v", r)
	case <-time.After(10 * watchEvery):
	}
	next.Stop()
}

func TestWhatPolicyRefusesWaitsForNoConnection(t *testing.T) {
	s, w := full(t, func(c *Config) {
		secrets := c.Secrets
		c.Secrets = func(ctx context.Context, g bus.Grant) (map[string][]byte, error) {
			if g.Login.Name == "stranger" {
				return nil, fault.New(fault.Denied, "SecretNotBound", "no").Try("Bind it")
			}
			return secrets(ctx, g)
		}
	})
	defer w.Stop()
	g := grant("slow", 2)
	g.Login.Name = "stranger"
	if _, end := s.play(g); end.Code != "SecretNotBound" {
		t.Errorf("an attempt: %+v", end)
	}
	q := question("slow")
	q.Login.Name = "stranger"
	if a := s.Ask(context.Background(), q); a.Code != "SecretNotBound" {
		t.Errorf("a question: %+v", a)
	}
}

func TestSourcesAtOnePlaceShareItsConnections(t *testing.T) {
	kind := actor{}.Describe()
	kind.Dials = []model.Template{"{act}:1", "{act}:1", "b:1"}
	for act, want := range map[string]string{"A": "a:1 b:1", "b": "b:1"} {
		if got := strings.Join(placesOf(&kind, model.Settings{"act": act}), " "); got != want {
			t.Errorf("%q is at %q, want %q", act, got, want)
		}
	}
	c := newCrowd(2)
	for _, places := range [][]string{{"a", "b"}, {"b"}} {
		if c.join(places) != nil {
			t.Fatal("there is no room at", places)
		}
	}
	if c.join([]string{"a", "b"}) == nil || c.at["a"] != 1 {
		t.Errorf("room is taken at one place, and there is none at the other: %v", c.at)
	}
	c.leave([]string{"b"})
	if c.join([]string{"a", "b"}) != nil {
		t.Error("there is no room where one has left")
	}
}
