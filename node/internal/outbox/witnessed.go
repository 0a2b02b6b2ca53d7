package outbox

import (
	"errors"
	"io"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/node/internal/disk"
)

// Testimony is what a witness has of a ledger.
type Testimony struct {
	Heads int    // that it took down
	Last  uint64 // the highest entry of them
	// Differences are entries on which ledger and witness do not agree, the first maxDifferences of them.
	Differences []Difference
}

const maxDifferences = 100

// Witnessed holds the ledger of a node, "" for any, against the heads that a witness took down, in the order in which it did; next gives io.EOF behind the
// last. A ledger whose end was cut, or that was written anew, differs, also where the witness has taken down the new one
// since; and so does one that says that it is of another node. A chain that is broken in itself is an error, as in Verify. Nothing is kept in memory but where both are.
func Witnessed(d disk.Disk, node string, next func() (bus.Seal, error)) (Report, Testimony, error) {
	t := testimony{next: next}
	w := walker{d: d}
	if err := t.advance(); err != nil {
		return Report{}, t.Testimony, err
	}
	err := w.walk(func(e *Entry) error {
		if e.Index == 1 && node != "" && e.Node != node {
			t.differ(Difference{Index: 1, Of: e.Node})
		}
		if t.over || t.head.Index != e.Index {
			return nil
		}
		if t.head.Head != e.Head {
			t.differ(Difference{Index: e.Index})
		}
		return t.advance()
	})
	for err == nil && !t.over {
		t.differ(Difference{Index: t.head.Index, Missing: true})
		err = t.advance()
	}
	return w.report, t.Testimony, err
}

// testimony reads heads in the order of the ledger.
type testimony struct {
	Testimony
	next func() (bus.Seal, error)
	head bus.Seal
	over bool
}

// advance goes to the next head of a later entry. One of an earlier entry was taken down of another ledger; the same one
// again, of a node that was started anew.
func (t *testimony) advance() error {
	for {
		head, err := t.next()
		if errors.Is(err, io.EOF) {
			t.over = true
			return nil
		}
		if err != nil {
			return err
		}
		t.Heads++
		before := t.head
		if head.Index > before.Index {
			t.head, t.Last = head, head.Index
			return nil
		}
		if head != before {
			t.differ(Difference{Index: head.Index})
		}
	}
}

func (t *testimony) differ(d Difference) {
	if len(t.Differences) < maxDifferences {
		t.Differences = append(t.Differences, d)
	}
}
