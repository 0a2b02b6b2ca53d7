package outbox

import (
	"bufio"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/node/internal/disk"
)

// The names of files: the kind, the number of the segment, and how it is written.
const (
	ledgerName  = "ledger-"
	receiptName = "receipts-"
	spoolName   = "spool-"
	lineSuffix  = ".jsonl"
	spoolSuffix = ".log"
)

func fileName(prefix string, n int, suffix string) string {
	return fmt.Sprintf("%s%08d%s", prefix, n, suffix)
}

// segments lists the numbers of the files of one kind, ascending, and their sizes.
func segments(d disk.Disk, prefix, suffix string) (numbers []int, sizes []int64, err error) {
	files, err := d.List()
	if err != nil {
		return nil, nil, fmt.Errorf("list the outbox: %w", err)
	}
	for _, f := range files {
		middle, ok := strings.CutPrefix(f.Name, prefix)
		if !ok {
			continue
		}
		if middle, ok = strings.CutSuffix(middle, suffix); !ok {
			continue
		}
		if n, err := strconv.Atoi(middle); err == nil && fileName(prefix, n, suffix) == f.Name {
			numbers, sizes = append(numbers, n), append(sizes, f.Size)
		}
	}
	return numbers, sizes, nil
}

// ledger writes the chain. Entries are numbered and hashed when they are added, durable when flush returned nil.
type ledger struct {
	d      disk.Disk
	node   string
	bound  int64 // of a segment
	number int   // of the current segment
	log    *logFile
	index  uint64 // of the last entry
	head   [32]byte
	sound  bus.Seal // the last entry that is known to be durable; zero before the first flush
}

// add seals an entry: it sets Index and Head.
func (l *ledger) add(now time.Time, e *Entry) error {
	if l.log == nil || (l.log.end() >= l.bound && len(l.log.tail) == 0) {
		if l.log != nil {
			if err := l.log.close(); err != nil {
				return fmt.Errorf("close %s: %w", l.log.name, err)
			}
		}
		l.number++
		l.log = openLog(l.d, fileName(ledgerName, l.number, lineSuffix), 0)
		if err := l.put(now, &Entry{Kind: EntryBegin, Node: l.node, Prev: hex.EncodeToString(l.head[:])}); err != nil {
			return err
		}
	}
	return l.put(now, e)
}

func (l *ledger) put(now time.Time, e *Entry) error {
	e.V, e.Index, e.Time = 1, l.index+1, now.UTC().Truncate(time.Millisecond)
	line, err := appendLine(nil, l.head, e)
	if err != nil {
		return err
	}
	if len(line) > maxLine {
		return fault.New(fault.Invalid, "EntryTooLong", "an entry of the ledger has at most %d bytes", maxLine)
	}
	l.log.append(line)
	l.index, l.head = e.Index, e.Head
	return nil
}

func (l *ledger) flush() error {
	if l.log == nil || !l.log.due() {
		return nil
	}
	if err := l.log.flush(); err != nil {
		return err
	}
	l.sound = bus.Seal{Index: l.index, Head: l.head}
	return nil
}

// openLedger finds the end of the chain. It reads the last segment only. What a power loss tore off is copied beside
// the ledger and cut; torn says so, "" when there was nothing. tail holds the messages of the last segment. A chain
// that ends before the entry highest is not touched: that was no power loss.
func openLedger(d disk.Disk, node string, bound int64, highest uint64) (l *ledger, tail []Entry, torn string, err error) {
	l = &ledger{d: d, node: node, bound: bound}
	numbers, sizes, err := segments(d, ledgerName, lineSuffix)
	if err != nil {
		return nil, nil, "", err
	}
	goods := make([]int64, len(numbers))
	i := len(numbers) - 1
	for ; i >= 0; i-- {
		var last Entry
		if goods[i], last, tail, err = readTail(d, fileName(ledgerName, numbers[i], lineSuffix)); err != nil {
			return nil, nil, "", err
		}
		if goods[i] > 0 {
			l.number, l.index, l.head = numbers[i], last.Index, last.Head
			break
		}
	}
	if l.index < highest {
		return nil, nil, "", errCut(l.index, highest)
	}
	for j := max(i, 0); j < len(numbers); j++ {
		name := fileName(ledgerName, numbers[j], lineSuffix)
		if goods[j] < sizes[j] {
			if torn, err = setAside(d, name, goods[j], sizes[j]); err != nil {
				return nil, nil, "", err
			}
			if err = cut(d, name, goods[j]); err != nil {
				return nil, nil, "", err
			}
		}
		if goods[j] > 0 {
			l.log = openLog(d, name, goods[j])
			l.log.found = true
			continue
		}
		if err := d.Remove(name); err != nil { // its first write was lost: the ledger ends one segment before
			return nil, nil, "", fmt.Errorf("remove %s: %w", name, err)
		}
	}
	return l, tail, torn, nil
}

// readTail follows the chain of one segment as far as it holds, and gives the messages in it and their discards.
func readTail(d disk.Disk, name string) (good int64, last Entry, list []Entry, err error) {
	var head [32]byte
	err = eachLine(d, name, func(line []byte) error {
		e, body, perr := parseLine(line)
		if perr != nil {
			return errStop
		}
		if good == 0 {
			prev, ok := e.prevHead()
			if !ok {
				return errStop
			}
			head = prev
		} else if e.Index != last.Index+1 {
			return errStop
		}
		if chain(head, body) != e.Head {
			return errStop
		}
		head, last, good = e.Head, e, good+int64(len(line))
		if e.Kind == EntryBatch || e.Kind == EntryDone || e.Kind == EntryDiscarded {
			list = append(list, Entry{Index: e.Index, Kind: e.Kind, Of: e.Of, Unit: e.Unit, Attempt: e.Attempt, Number: e.Number})
		}
		return nil
	})
	if errors.Is(err, errStop) {
		err = nil
	}
	return good, last, list, err
}

var errStop = errors.New("stop")

// eachLine hands every line to use, newline included; the last may lack it. A line above maxLine comes cut in pieces.
func eachLine(d disk.Disk, name string, use func(line []byte) error) error {
	r := bufio.NewReaderSize(disk.Reader(d, name, 0), maxLine)
	for {
		line, err := r.ReadSlice('\n')
		if len(line) > 0 {
			if uerr := use(line); uerr != nil {
				return uerr
			}
		}
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil && !errors.Is(err, bufio.ErrBufferFull):
			return fmt.Errorf("read %s: %w", name, err)
		}
	}
}

// setAside copies what stands behind the good bytes of a file to a file of its own.
func setAside(d disk.Disk, name string, good, size int64) (string, error) {
	const most = 1 << 20
	kept := strings.TrimSuffix(name, lineSuffix) + fmt.Sprintf("-at-%d.torn", good)
	rest := make([]byte, min(size-good, most))
	n, err := d.ReadAt(name, rest, good)
	if err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("read the torn end of %s: %w", name, err)
	}
	out := openLog(d, kept, 0)
	out.append(rest[:n])
	if err := out.flush(); err != nil {
		return "", err
	}
	if err := out.close(); err != nil {
		return "", fmt.Errorf("close %s: %w", kept, err)
	}
	return fmt.Sprintf("%d bytes at the end of %s had not been synced; kept in %s", size-good, name, kept), nil
}
