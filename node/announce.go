package node

import (
	"fmt"
	"log/slog"
	"math"
	"slices"
	"time"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/node/internal/outbox"
)

// announcer tells the account of the kinds that the node reads: their marks go with each beat, and a description when an
// answer asks for it. A description is what the connector's makers wrote; it is recorded in the ledger before it leaves, once
// however often it does, and held while the witnesses that the owner requires were not told of that entry.
// All but marks, which does not change, belongs to the loop.
type announcer struct {
	marks  []bus.Mark
	bodies map[bus.Mark][]byte
	told   map[bus.Mark]time.Time
	seals  map[bus.Mark]bus.Seal // of the entries of those that were recorded
	held   []bus.Mark
	upTo   uint64 // entry up to which the witnesses were told that the owner requires
	node   *Node
	now    func() time.Time
	log    *slog.Logger
}

// tellAgain is how long an account is not told again of what it asked for: the answer may be lost, or the account restored.
const tellAgain = time.Minute

func announce(kinds []model.Kind, node *Node, now func() time.Time, log *slog.Logger) (*announcer, error) {
	a := &announcer{bodies: map[bus.Mark][]byte{}, told: map[bus.Mark]time.Time{}, seals: map[bus.Mark]bus.Seal{}, upTo: math.MaxUint64, node: node, now: now, log: log}
	for _, kind := range kinds {
		mark, body, err := bus.Describe(kind)
		if err != nil {
			return nil, err
		}
		a.marks, a.bodies[mark] = append(a.marks, mark), body
	}
	if len(a.marks) > bus.MaxMarks {
		return nil, fault.New(fault.Invalid, "TooManyKinds", "a node reads at most %d kinds of source; this build has %d", bus.MaxMarks, len(a.marks))
	}
	return a, nil
}

// answered takes what the account says to a beat. Accounts of older builds ask for nothing.
func (a *announcer) answered(answer []byte, err error) {
	var said bus.BeatAnswer
	if err != nil || bus.Decode(answer, &said) != nil {
		return // a lost beat is no loss
	}
	for _, mark := range said.Want[:min(len(said.Want), bus.MaxWanted)] {
		body, known := a.bodies[mark]
		if !known || a.now().Before(a.told[mark].Add(tellAgain)) {
			continue
		}
		a.told[mark] = a.now()
		if err := a.tell(mark, body); err != nil {
			a.log.Error("the account was not told of a kind", "kind", mark.Kind, "err", err)
		}
	}
}

// attested says up to which entry the witnesses were told that the owner requires.
func (a *announcer) attested(upTo uint64) {
	a.upTo = upTo
	held := a.held
	a.held = nil
	for _, mark := range held {
		a.sendOrHold(mark)
	}
}

// tell records a description, if that was not done, and sends it as soon as it may leave.
func (a *announcer) tell(mark bus.Mark, body []byte) error {
	if _, recorded := a.seals[mark]; !recorded {
		detail := fmt.Sprintf("the description of the kind %s, version %d", mark.Kind, mark.Version)
		seal, err := a.node.box.Record(a.now(), outbox.EntryDescription, detail, body)
		if err != nil {
			return err
		}
		a.seals[mark] = seal
	}
	a.sendOrHold(mark)
	return nil
}

func (a *announcer) sendOrHold(mark bus.Mark) {
	switch {
	case a.seals[mark].Index <= a.upTo:
		a.send(mark)
	case !slices.Contains(a.held, mark):
		a.held = append(a.held, mark)
	}
}

func (a *announcer) send(mark bus.Mark) {
	payload, err := bus.Encode(bus.Description{V: bus.Version, Mark: mark, Seal: a.seals[mark], Body: a.bodies[mark]})
	if err != nil {
		a.log.Error("the description of a kind could not be written", "kind", mark.Kind, "err", err)
		return
	}
	a.node.core.Link.Request(bus.SubjectKind, payload, func(answer []byte, err error) {
		var said bus.DescriptionAnswer
		switch {
		case err != nil || bus.Decode(answer, &said) != nil: // it asks again, or has it
		case said.Code != "":
			a.log.Warn("the account does not take the description of a kind", "kind", mark.Kind, "version", mark.Version, "code", said.Code, "text", said.Text)
		default:
			a.log.Info("the account knows how a kind is described; a person there decides whether it is one", "kind", mark.Kind, "version", mark.Version)
		}
	})
}
