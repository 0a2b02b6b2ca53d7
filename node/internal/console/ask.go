package console

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/node/internal/policy"
)

// Questions may come this many at once, and then one each second: what people click, not what a search tries.
const (
	askBurst = 30
	askEvery = time.Second
)

// CodeNotWitnessed is the code of what must not leave because a witness of the egress ledger could not be told.
const CodeNotWitnessed = "NotWitnessed"

// Desk answers the account's questions under the local policy: it bounds how often they come, takes out of an answer
// what may not leave, and lets none leave before it is in the egress ledger. Safe for concurrent use.
type Desk struct {
	// Policy is the local policy as it stands now.
	Policy func() (*policy.Policy, error)
	// Put asks the source. It opens connections and secrets as the policy allows, and its texts are bounded.
	Put func(ctx context.Context, question bus.Ask) bus.Answer
	// Record writes the answer to the egress ledger and returns once that is durable.
	Record func(ctx context.Context, detail string, body []byte) (bus.Seal, error)
	Now    func() time.Time
	Log    *slog.Logger

	mu   sync.Mutex
	left float64
	last time.Time
}

// Answer answers one question. A question too many is refused in fixed words, which are not in the ledger.
func (d *Desk) Answer(ctx context.Context, question bus.Ask) bus.Answer {
	if !d.admit() {
		return refusal(fault.New(fault.Throttled, "TooManyQuestions", "the node has been asked too often").Try("Ask again in a moment"))
	}
	answer := d.judge(ctx, question)
	answer.V = bus.Version
	body, err := bus.Encode(answer)
	if err == nil {
		answer.Seal, err = d.Record(ctx, detail(question, answer), body)
	}
	if err != nil {
		d.Log.Error("an answer can't be written to the egress ledger, and does not leave", "err", err)
		var said *fault.Error
		if errors.As(err, &said) && said.Code == CodeNotWitnessed {
			return refusal(said)
		}
		return refusal(fault.New(fault.Unreachable, "NotRecorded", "the node can't write its egress ledger").Try("Look at the node's disk"))
	}
	d.Log.Info("a question of the account was answered", "kind", question.Kind, "browse", question.Browse, "code", answer.Code,
		"names", len(answer.Names), "ledger", answer.Seal.Index)
	return answer
}

// admit takes one question out of the allowance.
func (d *Desk) admit() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := d.Now()
	if d.last.IsZero() {
		d.left = askBurst
	} else {
		d.left = min(askBurst, d.left+float64(now.Sub(d.last))/float64(askEvery))
	}
	d.last = now
	if d.left < 1 {
		return false
	}
	d.left--
	return true
}

// judge asks what may be asked and keeps back what may not leave. The policy is that of the end: what was hidden
// while the source was asked is hidden.
func (d *Desk) judge(ctx context.Context, question bus.Ask) bus.Answer {
	p, err := d.Policy()
	if err != nil {
		return refusal(errUnusable())
	}
	if question.Path != "" && p.Hidden(question.Path) {
		return refusal(fault.New(fault.Denied, "HiddenByPolicy", "the local policy does not let that be looked at"))
	}
	answer := d.Put(ctx, question)
	if p, err = d.Policy(); err != nil {
		return refusal(errUnusable())
	}
	answer.Names = slices.DeleteFunc(answer.Names, func(r model.Ref) bool { return p.Hidden(r.Path) })
	texts := []*string{&answer.Text, &answer.Remedy}
	for i := range answer.Steps {
		texts = append(texts, &answer.Steps[i].Detail, &answer.Steps[i].Remedy)
	}
	for _, text := range texts {
		if p.Tells(*text) {
			*text = ""
		}
	}
	return answer
}

// errUnusable keeps to itself what is wrong with the policy: its lines are the owner's.
func errUnusable() *fault.Error {
	return fault.New(fault.Denied, "PolicyUnusable", "the node's local policy can't be used, so it allows nothing").
		Try("Run on the node: purlieu-runtime policy show")
}

// detail says in the ledger what was asked and how much was answered, in no word of a source.
func detail(q bus.Ask, a bus.Answer) string {
	what := fmt.Sprintf("test of a connection, %d steps", len(a.Steps))
	if q.Browse {
		what = fmt.Sprintf("list of %d names", len(a.Names))
	}
	if a.Code != "" {
		what += ", " + a.Code
	}
	return what
}

func refusal(e *fault.Error) bus.Answer {
	return bus.Answer{V: bus.Version, Kind: e.Kind, Code: e.Code, Text: e.Text, Remedy: e.Remedy}
}
