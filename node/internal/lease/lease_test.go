package lease

import (
	"log/slog"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/fault"
)

// account answers each claim with one grant, once, and counts renewals.
type account struct {
	t        *testing.T
	lease    time.Duration
	granted  bool
	away     bool // answers nothing
	many     int  // grants at once
	claims   int
	renewals int
	last     bus.Claim
}

func (a *account) Request(subject bus.Subject, payload []byte, answered func([]byte, error)) {
	a.t.Helper()
	reply := func(answer any) {
		b, err := bus.Encode(answer)
		if err != nil {
			a.t.Fatal(err)
		}
		answered(b, nil)
	}
	switch {
	case subject == bus.SubjectClaim:
		a.claims++
		a.last = bus.Claim{}
		if err := bus.Decode(payload, &a.last); err != nil {
			a.t.Fatal(err)
		}
	case subject == bus.SubjectRenew:
		a.renewals++
	}
	if a.away {
		answered(nil, fault.New(fault.Unreachable, "Away", "nobody is there"))
		return
	}
	switch subject {
	case bus.SubjectClaim:
		answer := bus.ClaimAnswer{V: bus.Version}
		if !a.granted {
			a.granted = true
			for unit := range int64(max(a.many, 1)) {
				answer.Grants = append(answer.Grants, bus.Grant{Ref: bus.AttemptRef{Unit: unit + 1, Attempt: 1}, LeaseMS: int(a.lease / time.Millisecond)})
			}
		}
		reply(answer)
	case bus.SubjectRenew:
		var r bus.Renew
		if err := bus.Decode(payload, &r); err != nil {
			a.t.Fatal(err)
		}
		reply(bus.RenewAnswer{V: bus.Version, Verdicts: slices.Repeat([]bus.Verdict{bus.VerdictGo}, len(r.Attempts))})
	}
}

type idle struct{}

func (idle) Start(bus.Grant)                  {}
func (idle) Stop(bus.AttemptRef, bus.Verdict) {}

func TestRenewalsKeepUpWithTheLeaseThatWasGranted(t *testing.T) {
	for _, c := range []struct {
		lease    time.Duration
		min, max int // renewals in 12 s
	}{{6 * time.Second, 5, 7}, {1200 * time.Millisecond, 25, 34}} {
		a := &account{t: t, lease: c.lease}
		m := New(Config{Slots: 1, Kinds: []string{"k"}, Renew: 2 * time.Second, Look: 3 * time.Second}, a, idle{}, rand.New(rand.NewPCG(1, 1)), slog.New(slog.DiscardHandler))
		now := time.Unix(1_800_000_000, 0)
		for end := now.Add(12 * time.Second); now.Before(end); {
			now = later(m.Step(now), now.Add(time.Millisecond))
		}
		if a.renewals < c.min || a.renewals > c.max {
			t.Errorf("a lease of %s was renewed %d times in 12 s", c.lease, a.renewals)
		}
	}
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func TestAfterSilenceANodeRenewsBeforeItClaims(t *testing.T) {
	a := &account{t: t, lease: 6 * time.Second}
	m := New(Config{Slots: 2, Kinds: []string{"k"}, Renew: 2 * time.Second, Look: 3 * time.Second}, a, idle{}, rand.New(rand.NewPCG(1, 1)), slog.New(slog.DiscardHandler))
	now := time.Unix(1_800_000_000, 0)
	run := func(d time.Duration) {
		for end := now.Add(d); now.Before(end); {
			now = later(m.Step(now), now.Add(time.Millisecond))
		}
	}
	run(5 * time.Second)
	a.away = true
	run(5 * time.Second) // until it has noticed
	a.claims, a.renewals = 0, 0
	run(30 * time.Second)
	if a.claims > 0 || a.renewals < 10 {
		t.Fatalf("while the account was away the node tried %d claims and %d renewals", a.claims, a.renewals)
	}
	a.away = false
	for a.claims == 0 {
		if now = m.Step(now); now.After(time.Unix(1_800_000_100, 0)) {
			t.Fatal("the node claims no more")
		}
	}
	if m.Silent() {
		t.Error("it claimed before a renewal was answered")
	}
}

func TestGrantsBeyondTheClaimAreLeft(t *testing.T) {
	a := &account{t: t, lease: 6 * time.Second, many: 1000}
	m := New(Config{Slots: 3, Kinds: []string{"k"}, Renew: 2 * time.Second, Look: 3 * time.Second}, a, idle{}, rand.New(rand.NewPCG(1, 1)), slog.New(slog.DiscardHandler))
	m.Step(time.Unix(1_800_000_000, 0))
	if m.Busy() != 3 || m.Held() != 3 {
		t.Errorf("%d at work, %d held", m.Busy(), m.Held())
	}
}

func TestAClaimTellsTheMemoryThatItsWorkCouldHave(t *testing.T) {
	a := &account{t: t, lease: 6 * time.Second}
	free := 0
	m := New(Config{Slots: 2, Kinds: []string{"k"}, Renew: time.Second, Look: time.Second, UnitMB: 300, FreeMB: func() int { return free }},
		a, idle{}, rand.New(rand.NewPCG(1, 1)), slog.New(slog.DiscardHandler))
	now := time.Unix(1_800_000_000, 0)
	for _, free = range []int{700, 0, -1} {
		now = now.Add(2 * time.Second)
		m.Step(now)
		if a.last.FreeMB != free || a.last.UnitMB != 300 {
			t.Errorf("the claim tells %d MiB, and %d for a unit, of %d and 300", a.last.FreeMB, a.last.UnitMB, free)
		}
	}
}
