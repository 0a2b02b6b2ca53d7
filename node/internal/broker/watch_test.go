package broker

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/model"
)

func TestTheRemedyForALateAttemptFitsWhatItSpentItsTimeWith(t *testing.T) {
	var ahead atomic.Int64 // of the clock
	clock := func(c *Config) {
		c.Clock = func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
	}
	late := func() { ahead.Add(int64(2 * time.Hour)) }
	is := func(end Result, want string) {
		t.Helper()
		if end.Code != "UnitDeadline" || !end.Retry || end.Remedy != want {
			t.Errorf("%+v, want %q", end, want)
		}
	}

	t.Run("a_connection", func(t *testing.T) {
		s, w := full(t, clock)
		defer w.Stop()
		_, end := s.play(budget(grant("slow", 2), 1, true))
		is(end, lateConnection)
	})
	t.Run("a_slot", func(t *testing.T) {
		s, w := full(t, func(c *Config) { clock(c); c.Connections, c.MaxWorkers = 0, 1 })
		defer w.Stop()
		_, end := s.play(budget(grant("slow", 2), 1, true))
		is(end, lateSlot)
	})
	t.Run("the_vault", func(t *testing.T) {
		s := raise(t, "honest", func(c *Config) {
			clock(c)
			c.Secrets = func(context.Context, bus.Grant) (map[string][]byte, error) { late(); return nil, nil }
		})
		_, end := s.play(budget(grant("slow", 1), 3600, true))
		is(end, lateVault)
	})
	t.Run("the_vault_again", func(t *testing.T) { // behind the wait for the rest of a base
		var opened atomic.Int32
		s := raise(t, "honest", func(c *Config) {
			clock(c)
			c.Secrets = func(context.Context, bus.Grant) (map[string][]byte, error) {
				if opened.Add(1) == 2 {
					late()
				}
				return nil, nil
			}
		})
		s.after = func(_ time.Duration, f func()) *time.Timer {
			f() // a turn has passed
			return time.AfterFunc(time.Hour, f)
		}
		_, end := s.play(budget(grant("slow", 1), 3600, true))
		if is(end, lateVault); opened.Load() != 2 {
			t.Errorf("opened %d times", opened.Load())
		}
	})
	t.Run("the_account", func(t *testing.T) {
		s, a := raise(t, "honest", clock), newAudience()
		s.Start(budget(grant("slow", 1), 3600, true), func(give func([]bus.BaseBlock, bool)) { late(); give(nil, false) }, a)
		is(a.wait(t), lateAccount)
	})
	t.Run("reading", func(t *testing.T) {
		s := raise(t, "honest", clock)
		for _, strict := range []bool{true, false} {
			_, end := s.play(budget(grant("slow", 1), 1, strict))
			is(end, lateReading)
		}
	})
	t.Run("what_took_longer", func(t *testing.T) {
		now := time.Now()
		a := attempt{b: &Broker{cfg: Config{Clock: func() time.Time { return now }}}, grant: bus.Grant{Budget: model.Budget{Strict: true}}, waits: waits{longest: wait{time.Minute, lateConnection}}}
		is(a.late(time.Second), lateConnection)
		is(a.late(time.Hour), lateReading)
		a.waits.opens = now.Add(-time.Hour) // the vault has not answered yet
		is(a.late(90*time.Minute), lateVault)
		is(a.late(3*time.Hour), lateReading)
		a.grant.Budget.Strict = false // what it waits for does not count
		is(a.late(time.Second), lateReading)
	})
}
