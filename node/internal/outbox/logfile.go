package outbox

import (
	"fmt"
	"strings"

	"github.com/purlieu/purlieu/failpoint"
	"github.com/purlieu/purlieu/node/internal/disk"
)

// logFile appends to one file and survives every failure of the disk: bytes that no sync has confirmed are kept in
// memory, and after a failure the file is cut back to what is durable and they are written again, the same ones.
type logFile struct {
	d     disk.Disk
	name  string
	f     disk.File
	size  int64 // durable
	tail  []byte
	wrote int // bytes of tail that were handed to the file
	fresh bool
	dirty bool // a write or sync failed: the file's end is unknown
	// found says that what was there at the start may not be on the platter: a process that was killed may have written it.
	found bool
}

// openLog continues a file of the given size; 0 is a new one, whose name must be made durable too.
func openLog(d disk.Disk, name string, size int64) *logFile {
	return &logFile{d: d, name: name, size: size, fresh: size == 0, dirty: size == 0}
}

// end is the file's size with everything that was appended.
func (l *logFile) end() int64 { return l.size + int64(len(l.tail)) }

func (l *logFile) append(p []byte) { l.tail = append(l.tail, p...) }

// write hands the tail to the file without waiting for the platter.
func (l *logFile) write() error {
	if l.f == nil {
		f, err := l.d.Append(l.name)
		if err != nil {
			return fmt.Errorf("open %s: %w", l.name, err)
		}
		l.f = f
	}
	if l.dirty {
		if err := l.d.Truncate(l.name, l.size); err != nil {
			return fmt.Errorf("cut %s back to %d bytes: %w", l.name, l.size, err)
		}
		l.wrote, l.dirty = 0, false
	}
	if l.wrote == len(l.tail) {
		return nil
	}
	if _, err := l.f.Write(l.tail[l.wrote:]); err != nil {
		l.dirty = true
		return fmt.Errorf("write %s: %w", l.name, err)
	}
	l.wrote = len(l.tail)
	return nil
}

// flush makes everything that was appended durable, or fails and may be called again.
func (l *logFile) flush() error {
	if !l.due() {
		return nil
	}
	if err := l.write(); err != nil {
		return err
	}
	failpoint.HitAbout("outbox.sync.before", kindOf(l.name))
	if err := l.f.Sync(); err != nil {
		l.dirty = true
		return fmt.Errorf("sync %s: %w", l.name, err)
	}
	failpoint.HitAbout("outbox.sync.after", kindOf(l.name))
	if l.fresh {
		if err := l.d.Sync(); err != nil {
			return fmt.Errorf("sync the folder of %s: %w", l.name, err)
		}
		failpoint.HitAbout("outbox.sync.name", kindOf(l.name))
		l.fresh = false
	}
	l.size += int64(len(l.tail))
	l.tail, l.wrote, l.found = nil, 0, false
	return nil
}

// due reports whether a flush has anything to do.
func (l *logFile) due() bool { return len(l.tail) > 0 || l.found }

// kindOf is the kind of a file by its name: "ledger", "spool", "receipts".
func kindOf(name string) string {
	kind, _, _ := strings.Cut(name, "-")
	return kind
}

func (l *logFile) close() error {
	if l.f == nil {
		return nil
	}
	err := l.f.Close()
	l.f = nil
	return err
}
