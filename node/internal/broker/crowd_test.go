package broker

import (
	"context"
	"strings"
	"testing"

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
