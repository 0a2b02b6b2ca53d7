package outbox

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/failpoint"
	"github.com/purlieu/purlieu/node/internal/disk"
)

// The spool is a log in segments. A record is its length and CRC-32C (four bytes each, big-endian) and then a type
// byte and the index of the ledger entry; a put goes on with unit, attempt, number, type of message and the message
// itself, a forget ends there. Segments are deleted oldest first, when no message in them waits for its receipt.
const (
	recordPut    = 1
	recordForget = 2
	recordHead   = 8
	putHead      = 1 + 8 + 8 + 4 + 4 + 1
	forgetHead   = 1 + 8
	maxRecord    = putHead + maxMessage
	maxMessage   = bus.MaxPacked + 64<<10 // an envelope, or a done
)

// segment is one file of the spool.
type segment struct {
	number int
	size   int64
	live   int // messages in it that wait for a receipt
}

type spool struct {
	d        disk.Disk
	bound    int64
	log      *logFile // the segment that is written; nil before the first write
	segments []*segment
}

// record is one record as it is read back.
type record struct {
	kind  byte
	index uint64
	m     *message // of a put
}

// put appends a message and says in m where it stands.
func (s *spool) put(m *message) {
	if s.log == nil {
		s.begin()
	}
	rec := make([]byte, 0, putHead+len(m.payload))
	rec = append(rec, recordPut)
	rec = binary.BigEndian.AppendUint64(rec, m.seal.Index)
	rec = binary.BigEndian.AppendUint64(rec, uint64(m.ref.Unit))
	rec = binary.BigEndian.AppendUint32(rec, m.ref.Attempt)
	rec = binary.BigEndian.AppendUint32(rec, m.number)
	rec = append(rec, subjectByte(m.subject))
	rec = append(rec, m.payload...)
	m.segment = s.segments[len(s.segments)-1]
	m.off, m.size = s.log.end()+recordHead+putHead, len(m.payload)
	m.segment.live++
	s.add(rec)
}

// forget appends that a message needs no sending any more. It need not be durable: a message sent twice is harmless.
func (s *spool) forget(index uint64) {
	if s.log == nil {
		s.begin()
	}
	s.add(binary.BigEndian.AppendUint64([]byte{recordForget}, index))
}

func (s *spool) add(rec []byte) {
	head := binary.BigEndian.AppendUint32(nil, uint32(len(rec)))
	head = binary.BigEndian.AppendUint32(head, crc32.Checksum(rec, crc32.MakeTable(crc32.Castagnoli)))
	s.log.append(head)
	s.log.append(rec)
	s.segments[len(s.segments)-1].size = s.log.end()
}

// rotate begins a new segment where the last is full. Call it before the puts of a group.
func (s *spool) rotate() error {
	if s.log == nil || s.log.end() < s.bound {
		return nil
	}
	if err := s.log.flush(); err != nil {
		return err
	}
	if err := s.log.close(); err != nil {
		return fmt.Errorf("close %s: %w", s.log.name, err)
	}
	s.begin()
	return nil
}

func (s *spool) begin() {
	number := 1
	if n := len(s.segments); n > 0 {
		number = s.segments[n-1].number + 1
	}
	s.log = openLog(s.d, fileName(spoolName, number, spoolSuffix), 0)
	s.segments = append(s.segments, &segment{number: number})
}

func (s *spool) flush() error {
	if s.log == nil {
		return nil
	}
	return s.log.flush()
}

// used is the number of bytes in files.
func (s *spool) used() int64 {
	var n int64
	for _, g := range s.segments {
		n += g.size
	}
	return n
}

// spent reports whether trim would delete a segment.
func (s *spool) spent() bool {
	return len(s.segments) > 0 && s.segments[0].live == 0 && (s.log == nil || len(s.segments) > 1)
}

// trim deletes the oldest segments in which no message waits, but not the one that is written.
func (s *spool) trim() error {
	for s.spent() {
		name := fileName(spoolName, s.segments[0].number, spoolSuffix)
		if err := s.d.Remove(name); err != nil {
			return fmt.Errorf("remove %s: %w", name, err)
		}
		s.segments = s.segments[1:]
		failpoint.Hit("outbox.trim.before")
		if err := s.d.Sync(); err != nil {
			return fmt.Errorf("sync the folder of %s: %w", name, err)
		}
		failpoint.Hit("outbox.trim.after")
	}
	return nil
}

// live is the number of messages that wait for a receipt.
func (s *spool) live() int {
	n := 0
	for _, g := range s.segments {
		n += g.live
	}
	return n
}

// drop deletes all segments, with what was not written of the last.
func (s *spool) drop() error {
	if len(s.segments) == 0 {
		return nil
	}
	if s.log != nil {
		if err := s.log.close(); err != nil {
			return fmt.Errorf("close %s: %w", s.log.name, err)
		}
		s.log = nil
	}
	for len(s.segments) > 0 {
		name := fileName(spoolName, s.segments[0].number, spoolSuffix)
		if err := s.d.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("remove %s: %w", name, err)
		}
		s.segments = s.segments[1:]
	}
	failpoint.Hit("outbox.drop.before")
	return s.d.Sync()
}

// load reads a message back.
func (s *spool) load(m *message) ([]byte, error) {
	p := make([]byte, m.size)
	name := fileName(spoolName, m.segment.number, spoolSuffix)
	if n, err := s.d.ReadAt(name, p, m.off); n < len(p) {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	return p, nil
}

// openSpool reads the records that hold, in order. The spool ends at the first that does not: what follows is cut.
// Since everything of an attempt stands before its done, no attempt with a done has lost a batch this way.
func openSpool(d disk.Disk, bound int64, use func(record)) (s *spool, torn bool, err error) {
	s = &spool{d: d, bound: bound}
	numbers, sizes, err := segments(d, spoolName, spoolSuffix)
	if err != nil {
		return nil, false, err
	}
	for i, number := range numbers {
		name := fileName(spoolName, number, spoolSuffix)
		if torn {
			if err := d.Remove(name); err != nil {
				return nil, false, fmt.Errorf("remove %s: %w", name, err)
			}
			continue
		}
		g := &segment{number: number}
		g.size, err = readRecords(disk.Reader(d, name, 0), func(off int64, r record) {
			if r.m != nil {
				r.m.segment, r.m.off = g, off+recordHead+putHead
			}
			use(r)
		})
		if err != nil {
			return nil, false, fmt.Errorf("read %s: %w", name, err)
		}
		s.segments = append(s.segments, g)
		if g.size == sizes[i] {
			continue
		}
		torn = true
		if err := cut(d, name, g.size); err != nil {
			return nil, false, err
		}
	}
	if torn {
		failpoint.Hit("outbox.torn.before")
		if err := d.Sync(); err != nil {
			return nil, false, fmt.Errorf("sync the spool's folder: %w", err)
		}
	}
	return s, torn, nil
}

// cut truncates a file durably.
func cut(d disk.Disk, name string, size int64) error {
	if err := d.Truncate(name, size); err != nil {
		return fmt.Errorf("cut %s: %w", name, err)
	}
	f, err := d.Append(name)
	if err != nil {
		return fmt.Errorf("open %s: %w", name, err)
	}
	failpoint.HitAbout("outbox.cut.before", kindOf(name))
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("sync %s: %w", name, err)
	}
	failpoint.HitAbout("outbox.cut.after", kindOf(name))
	return nil
}

// readRecords gives the records that hold and the number of bytes they take. An error is one of the reader's own.
func readRecords(r io.Reader, use func(off int64, r record)) (good int64, err error) {
	in := bufio.NewReaderSize(r, 64<<10)
	var head [recordHead]byte
	var rec []byte
	for {
		if _, err := io.ReadFull(in, head[:]); err != nil {
			return good, notEnd(err)
		}
		size := binary.BigEndian.Uint32(head[:])
		if size < forgetHead || size > maxRecord {
			return good, nil
		}
		if uint32(cap(rec)) < size {
			rec = make([]byte, size)
		}
		rec = rec[:size]
		if _, err := io.ReadFull(in, rec); err != nil {
			return good, notEnd(err)
		}
		if crc32.Checksum(rec, crc32.MakeTable(crc32.Castagnoli)) != binary.BigEndian.Uint32(head[4:]) {
			return good, nil
		}
		out, ok := parseRecord(rec)
		if !ok {
			return good, nil
		}
		use(good, out)
		good += recordHead + int64(size)
	}
}

func notEnd(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return nil
	}
	return err
}

func parseRecord(rec []byte) (record, bool) {
	out := record{kind: rec[0], index: binary.BigEndian.Uint64(rec[1:])}
	if out.kind == recordForget {
		return out, len(rec) == forgetHead
	}
	if out.kind != recordPut || len(rec) <= putHead {
		return out, false
	}
	m := &message{
		ref:    bus.AttemptRef{Unit: int64(binary.BigEndian.Uint64(rec[9:])), Attempt: binary.BigEndian.Uint32(rec[17:])},
		number: binary.BigEndian.Uint32(rec[21:]),
		size:   len(rec) - putHead,
		left:   true, // by a former process, perhaps
	}
	switch rec[25] {
	case subjectByte(bus.SubjectBatch):
		m.subject = bus.SubjectBatch
		var b bus.Batch
		if bus.Decode(rec[putHead:], &b) != nil {
			return out, false
		}
		m.seal = b.Seal
	case subjectByte(bus.SubjectDone):
		m.subject = bus.SubjectDone
		var d bus.Done
		if bus.Decode(rec[putHead:], &d) != nil {
			return out, false
		}
		m.seal = d.Seal
	default:
		return out, false
	}
	out.m = m
	return out, m.seal.Index == out.index
}

func subjectByte(s bus.Subject) byte {
	if s == bus.SubjectDone {
		return 2
	}
	return 1
}
