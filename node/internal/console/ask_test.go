package console

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/node/internal/policy"
)

// counter is a desk with a hand-made source, ledger and clock.
type counter struct {
	*Desk
	put     bus.Answer
	asked   int
	ledger  []string // details
	bodies  []string
	full    error // of the ledger
	written string
	now     time.Time
}

func newCounter(t *testing.T, rules string) *counter {
	t.Helper()
	c := &counter{written: rules, now: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
	c.Desk = &Desk{
		Policy: func() (*policy.Policy, error) { return policy.Parse("policy.yaml", []byte(c.written)) },
		Put: func(context.Context, bus.Ask) bus.Answer {
			c.asked++
			return c.put
		},
		Record: func(_ context.Context, detail string, body []byte) (bus.Seal, error) {
			if c.full != nil {
				return bus.Seal{}, c.full
			}
			c.ledger, c.bodies = append(c.ledger, detail), append(c.bodies, string(body))
			return bus.Seal{Index: uint64(len(c.ledger))}, nil
		},
		Now: func() time.Time { return c.now }, Log: slog.New(slog.DiscardHandler),
	}
	return c
}

func TestAnAnswerIsInTheLedgerBeforeItLeaves(t *testing.T) {
	c := newCounter(t, "hide: [salaries]\n")
	c.put = bus.Answer{
		Names: []model.Ref{{Type: "t", Path: "shop/orders"}, {Type: "t", Path: "shop/salaries"}},
		Steps: []bus.Step{{Name: "sign in", Detail: "no right on salaries", Remedy: "grant on salaries"}}, Code: "PermissionDenied", Text: "no right on salaries",
	}
	a := c.Answer(t.Context(), bus.Ask{Browse: true, Kind: "Db"})
	if len(a.Names) != 1 || a.Names[0].Path != "shop/orders" || a.Text != "" || a.Steps[0].Detail != "" || a.Steps[0].Remedy != "" || a.Code != "PermissionDenied" {
		t.Errorf("what is hidden leaves: %+v", a)
	}
	if a.Seal.Index != 1 || len(c.ledger) != 1 || c.ledger[0] != "list of 1 names, PermissionDenied" || strings.Contains(c.bodies[0], "salaries") {
		t.Errorf("the ledger says %q of %q, the seal %d", c.ledger, c.bodies, a.Seal.Index)
	}
	c.full = fault.New(fault.Unreachable, CodeNotWitnessed, "no witness")
	if a := c.Answer(t.Context(), bus.Ask{Browse: true}); a.Code != CodeNotWitnessed || len(a.Names)+len(a.Steps) != 0 {
		t.Errorf("an answer without a witness leaves: %+v", a)
	}
	c.full = errors.New("disk full")
	if a := c.Answer(t.Context(), bus.Ask{Browse: true}); a.Code != "NotRecorded" || len(a.Names)+len(a.Steps) != 0 {
		t.Errorf("an answer without an entry leaves: %+v", a)
	}
}

func TestTheOwnersPolicyJudgesQuestions(t *testing.T) {
	c := newCounter(t, "hide: [payroll]\n")
	if a := c.Answer(t.Context(), bus.Ask{Browse: true, Path: "payroll/people"}); a.Code != "HiddenByPolicy" || a.Kind != fault.Denied || c.asked != 0 {
		t.Errorf("a look at what is hidden: %+v, %d", a, c.asked)
	}
	c.written = "hide: 7: 8"
	if a := c.Answer(t.Context(), bus.Ask{}); a.Code != "PolicyUnusable" || !strings.Contains(a.Remedy, "purlieu-runtime policy show") || c.asked != 0 {
		t.Errorf("with a policy that is none: %+v, %d", a, c.asked)
	}
	if len(c.ledger) != 2 {
		t.Errorf("refusals leave too: %q", c.ledger)
	}
}

func TestQuestionsAreLimitedAtTheNode(t *testing.T) {
	c := newCounter(t, "")
	for range 3 * askBurst {
		c.Answer(t.Context(), bus.Ask{})
	}
	if c.asked != askBurst {
		t.Errorf("%d questions at once reached a source, want %d", c.asked, askBurst)
	}
	if a := c.Answer(t.Context(), bus.Ask{}); a.Code != "TooManyQuestions" || a.Kind != fault.Throttled {
		t.Errorf("%+v", a)
	}
	c.now = c.now.Add(3 * askEvery)
	for range askBurst {
		c.Answer(t.Context(), bus.Ask{})
	}
	if c.asked != askBurst+3 {
		t.Errorf("%d after three more were due, want %d", c.asked, askBurst+3)
	}
}
