package scan

import (
	"context"
	"math"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

// The *line* is the order in which the units of a runtime are claimed. A unit gets its *turn* there, a number, when it is
// made, and keeps it. The units of a run have one turn after the other, beside those of other runs: each run has its own,
// however many units another has. A run with a *head start* stands so many turns further ahead.
//
// So nobody waits for ever: whoever stands in line lets at most as many units of any later run go before as that run's
// head start counts. A unit whose source gives no more, or is held back, keeps its turn and is passed over.
const (
	headManual = 1000 // of a run that a person started, over one that a schedule did
	headStep   = 100  // between two priorities of scans
)

// docLine is the kind of documents that say, by runtime, how far its line has come.
const docLine = "line"

// checkPriority refuses a priority that is not one of the closed set; "" is normal.
func checkPriority(p model.Priority) error {
	switch p {
	case "", model.PriorityLow, model.PriorityNormal, model.PriorityHigh:
		return nil
	}
	return fault.New(fault.Invalid, "BadPriority", "%q is not a priority", clip(string(p))).Try("Use Low, Normal or High")
}

// head is the head start of the run's units.
func (b *body) head() int64 {
	n := int64(0)
	if b.Type != "Scheduled" {
		n = headManual
	}
	switch b.Priority {
	case model.PriorityHigh:
		n += headStep
	case model.PriorityLow:
		n -= headStep
	}
	return n
}

// line gives how far the line of a runtime has come: the highest turn that was granted, head starts not counted.
func line(ctx context.Context, tx store.Tx, runtime string) (at, version int64, err error) {
	doc, err := load(ctx, tx, docLine, runtime, &at)
	if fault.Is(err, fault.NotFound) {
		return 0, 0, nil
	}
	return at, doc.Version, err
}

// queue gives new units of a run the next turns: behind its own, and never where the line has long been.
func queue(ctx context.Context, tx store.Tx, b *body, units []store.Unit) error {
	if len(units) == 0 {
		return nil
	}
	at, _, err := line(ctx, tx, units[0].Runtime)
	if err != nil {
		return err
	}
	if least := at - b.head(); !b.InLine || b.Turn < least {
		b.InLine, b.Turn = true, least
	}
	for i := range units {
		b.Turn++
		units[i].Priority = int32(max(-b.Turn, math.MinInt32)) // the higher goes first
	}
	return nil
}

// advance notes how far the line has come with what was chosen.
func advance(ctx context.Context, tx store.Tx, runtime string, chosen []chosenUnit) error {
	if len(chosen) == 0 {
		return nil
	}
	at, version, err := line(ctx, tx, runtime)
	if err != nil {
		return err
	}
	before := at
	for _, c := range chosen {
		at = max(at, c.body.head()-int64(c.unit.Priority))
	}
	if at == before {
		return nil
	}
	_, err = save(ctx, tx, docLine, runtime, version, at)
	return err
}
