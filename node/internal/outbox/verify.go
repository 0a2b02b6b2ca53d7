package outbox

import (
	"crypto/ed25519"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"sort"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/node/internal/disk"
)

// Report says what a look through the ledger found.
type Report struct {
	Node       string   // as the ledger's first line says
	Entries    uint64   // that hold
	Last       uint64   // index of the last of them
	Head       [32]byte // behind it
	Receipts   int      // that belong to an entry
	Unverified int      // of these, without a signature that the key given could check
	// Torn says that the last line is unfinished: a power loss, or a node that is writing. It never left.
	Torn string
}

// Verify follows the chain from its first line to its last and holds the receipts against it. key may be nil; then
// signatures are not checked. The first thing that is wrong is a fault.Conflict that names file and line; the report
// counts up to there. It may run while the node does.
func Verify(d disk.Disk, key ed25519.PublicKey) (Report, error) {
	w := walker{d: d}
	proofs, err := readProofs(d)
	if err != nil {
		return Report{}, err
	}
	byIndex := map[uint64][]proofLine{}
	for _, p := range proofs {
		byIndex[p.Index] = append(byIndex[p.Index], p)
	}
	unverified := 0
	err = w.walk(func(e *Entry) error {
		for _, p := range byIndex[e.Index] {
			checked, err := checkProof(&p, e, w.report.Node, key)
			if err != nil {
				return err
			}
			if !checked {
				unverified++
			}
			w.report.Receipts++
		}
		delete(byIndex, e.Index)
		return nil
	})
	w.report.Unverified = unverified
	if err != nil {
		return w.report, err
	}
	if missing, p, ok := lowest(byIndex); ok {
		return w.report, broken("the ledger ends with entry %d, but %s line %d is a receipt for entry %d: its end was cut",
			w.report.Last, p.file, p.line, missing)
	}
	return w.report, nil
}

func lowest(byIndex map[uint64][]proofLine) (index uint64, p proofLine, ok bool) {
	for i, list := range byIndex {
		if !ok || i < index {
			index, p, ok = i, list[0], true
		}
	}
	return index, p, ok
}

func checkProof(p *proofLine, e *Entry, node string, key ed25519.PublicKey) (checked bool, err error) {
	number := uint32(0)
	if e.Number != nil {
		number = *e.Number
	}
	if p.Head != hex.EncodeToString(e.Head[:]) {
		return false, broken("entry %d is not the one that the account receipted (%s line %d): the ledger was written anew", e.Index, p.file, p.line)
	}
	if e.Number == nil || p.Unit != e.Unit || p.Attempt != e.Attempt || p.Number != number {
		return false, broken("the receipt in %s line %d does not belong to entry %d: it was edited", p.file, p.line, e.Index)
	}
	if len(key) != ed25519.PublicKeySize || (!p.Verified && len(p.Signature) == 0) {
		return false, nil
	}
	text := bus.SignedReceipt(node, bus.AttemptRef{Unit: p.Unit, Attempt: p.Attempt}, p.Number, bus.Seal{Index: e.Index, Head: e.Head})
	if !ed25519.Verify(key, text, p.Signature) {
		return false, broken("the receipt for entry %d in %s line %d does not carry the account's signature", e.Index, p.file, p.line)
	}
	return true, nil
}

// Receipted is one entry that the account has signed a receipt for.
type Receipted struct {
	Index uint64
	Head  [32]byte
}

// Difference is an entry on which ledger and account do not agree.
type Difference struct {
	Index   uint64
	Missing bool // the ledger ends before it; else the ledger has another entry there
	// Of is whose ledger it says that it is, where that is the difference.
	Of string
}

// Reconcile holds the ledger against what the account has receipted: a ledger whose end was cut, or that was replaced
// by another that holds in itself, differs. It returns the differences by index; they are not an error. A chain that
// is broken is one, as in Verify.
func Reconcile(d disk.Disk, heads []Receipted) (Report, []Difference, error) {
	want := map[uint64][32]byte{}
	var out []Difference
	for _, h := range heads {
		if before, ok := want[h.Index]; ok && before != h.Head {
			out = append(out, Difference{Index: h.Index}) // the account saw two ledgers of this node
		}
		want[h.Index] = h.Head
	}
	w := walker{d: d}
	err := w.walk(func(e *Entry) error {
		if head, ok := want[e.Index]; ok {
			if head != e.Head {
				out = append(out, Difference{Index: e.Index})
			}
			delete(want, e.Index)
		}
		return nil
	})
	if err != nil {
		return w.report, nil, err
	}
	for index := range want {
		out = append(out, Difference{Index: index, Missing: true})
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Index < out[j].Index })
	return w.report, out, nil
}

// Show hands over the entries from one index to another, both included; 0 as the end is the last. It checks the chain
// up to there as it goes. An error of use ends it and is returned.
func Show(d disk.Disk, from, to uint64, use func(Entry) error) error {
	w := walker{d: d}
	err := w.walk(func(e *Entry) error {
		if to != 0 && e.Index > to {
			return errStop
		}
		if e.Index < from {
			return nil
		}
		return use(*e)
	})
	if errors.Is(err, errStop) {
		return nil
	}
	return err
}

// walker follows the chain through all segments.
type walker struct {
	d      disk.Disk
	report Report
}

func (w *walker) walk(use func(*Entry) error) error {
	numbers, _, err := segments(w.d, ledgerName, lineSuffix)
	if err != nil {
		return err
	}
	for i, number := range numbers {
		if number != i+1 {
			return broken("%s is missing", fileName(ledgerName, i+1, lineSuffix))
		}
		if err := w.segment(fileName(ledgerName, number, lineSuffix), i == len(numbers)-1, use); err != nil {
			return err
		}
	}
	return nil
}

func (w *walker) segment(name string, last bool, use func(*Entry) error) error {
	line := 0
	return eachLine(w.d, name, func(raw []byte) error {
		line++
		if raw[len(raw)-1] != '\n' && len(raw) < maxLine && last {
			w.report.Torn = fmt.Sprintf("%s line %d is unfinished", name, line)
			return nil
		}
		e, err := w.check(raw, line == 1)
		if err != nil {
			return broken("%s line %d: %s", name, line, err)
		}
		w.report.Entries++
		w.report.Last, w.report.Head = e.Index, e.Head
		return use(&e)
	})
}

// check judges one line by the state of the walk so far.
func (w *walker) check(raw []byte, first bool) (Entry, error) {
	e, body, err := parseLine(raw)
	if err != nil {
		return e, err
	}
	switch want := w.report.Last + 1; {
	case e.Index > want:
		return e, fmt.Errorf("it is entry %d where entry %d belongs: lines were removed before it, or moved", e.Index, want)
	case e.Index < want:
		return e, fmt.Errorf("it is entry %d where entry %d belongs: lines were moved or doubled", e.Index, want)
	case (e.Kind == EntryBegin) != first:
		return e, errors.New("a segment begins with one begin entry and has no other")
	}
	if first {
		prev, ok := e.prevHead()
		if !ok || prev != w.report.Head {
			return e, errors.New("it does not follow the segment before it")
		}
		if w.report.Node == "" {
			w.report.Node = e.Node
		}
	}
	if chain(w.report.Head, body) != e.Head {
		return e, fmt.Errorf("entry %d does not match its hash: it was edited", e.Index)
	}
	return e, nil
}

// proofLine is a receipt and where it stands.
type proofLine struct {
	Proof
	file string
	line int
}

func readProofs(d disk.Disk) ([]proofLine, error) {
	numbers, _, err := segments(d, receiptName, lineSuffix)
	if err != nil {
		return nil, err
	}
	var out []proofLine
	for i, number := range numbers {
		name, line := fileName(receiptName, number, lineSuffix), 0
		err := eachLine(d, name, func(raw []byte) error {
			line++
			p, err := parseProof(raw)
			if err != nil && i == len(numbers)-1 && raw[len(raw)-1] != '\n' {
				return nil // torn: its message is still in the spool
			}
			if err != nil {
				return broken("%s line %d: %s", name, line, err)
			}
			out = append(out, proofLine{p, name, line})
			return nil
		})
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
	}
	return out, nil
}

func broken(format string, args ...any) error {
	return fault.New(fault.Conflict, "LedgerBroken", format, args...)
}
