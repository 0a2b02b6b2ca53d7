// Package disktest is a disk in memory for the simulated world: it loses power in the middle of any operation, fills
// up, and fails where it is told to.
//
// Every changing call is an *operation* with a number, from 1. After a crash every call fails with ErrCrashed; Reboot
// gives the disk as the next start may find it: what was synced is there, of the rest any part may be missing or torn.
package disktest

import (
	"errors"
	"io"
	"io/fs"
	"math/rand/v2"
	"sort"
	"syscall"

	"github.com/purlieu/purlieu/node/internal/disk"
)

// ErrCrashed is what a disk without power says.
var ErrCrashed = errors.New("the machine has no power")

// Memory is a disk in memory. The zero value is not ready; use New.
type Memory struct {
	rng     *rand.Rand
	files   map[string]*content // names as the running system sees them
	durable map[string]*content // names as of the last Sync
	ops     int
	syncs   int
	crashed bool

	// CrashAt loses power in the middle of that operation; 0 never.
	CrashAt int
	// FailFrom to FailTo are the operations that fail with FailWith.
	FailFrom, FailTo int
	FailWith         error
	// Capacity in bytes, 0 without bound: a write beyond it writes what fits and fails with ENOSPC.
	Capacity int64
}

// content outlives its names: synced is what a power loss leaves.
type content struct{ data, synced []byte }

// New is an empty disk. Randomness decides what a power loss takes.
func New(rng *rand.Rand) *Memory {
	return &Memory{rng: rng, files: map[string]*content{}, durable: map[string]*content{}, FailWith: errors.New("input/output error")}
}

// Ops is the number of operations so far.
func (m *Memory) Ops() int { return m.ops }

// Syncs is the number of syncs of files so far that succeeded.
func (m *Memory) Syncs() int { return m.syncs }

// Crash loses power between two operations.
func (m *Memory) Crash() { m.crashed = true }

// Crashed reports whether power was lost.
func (m *Memory) Crashed() bool { return m.crashed }

// Peek is the content of a file as the running system sees it; the caller may change it in place.
func (m *Memory) Peek(name string) []byte {
	if c := m.files[name]; c != nil {
		return c.data
	}
	return nil
}

// Put sets the content of a file, synced.
func (m *Memory) Put(name string, data []byte) {
	c := &content{append([]byte(nil), data...), append([]byte(nil), data...)}
	m.files[name], m.durable[name] = c, c
}

// Clone is an independent copy of what the running system sees, all of it durable.
func (m *Memory) Clone() *Memory {
	n := New(m.rng)
	for name, c := range m.files {
		n.Put(name, c.data)
	}
	return n
}

// Reboot is the disk after a power loss at this moment. The old one has no power from now on.
func (m *Memory) Reboot() *Memory {
	m.crashed = true
	n := New(m.rng)
	n.ops = 0
	left := map[*content][]byte{}
	for _, name := range names(m.files, m.durable) {
		now, before := m.files[name], m.durable[name]
		c := before
		if now != before && m.rng.IntN(2) == 0 {
			c = now
		}
		if c == nil {
			continue
		}
		if _, ok := left[c]; !ok {
			left[c] = m.survivor(c)
		}
		n.Put(name, left[c])
	}
	return n
}

// survivor is what a power loss leaves of a file: the synced bytes, all bytes, or a tear between them.
func (m *Memory) survivor(c *content) []byte {
	switch m.rng.IntN(3) {
	case 0:
		return c.synced
	case 1:
		return c.data
	}
	common := 0
	for common < len(c.synced) && common < len(c.data) && c.synced[common] == c.data[common] {
		common++
	}
	if common < len(c.synced) {
		return c.synced // cut below what was synced: old bytes came back
	}
	out := append([]byte(nil), c.data[:common+m.rng.IntN(len(c.data)-common+1)]...)
	for at := common; at < len(out); at += 512 { // sectors that never reached the platter
		if m.rng.IntN(4) == 0 {
			clear(out[at:min(at+512, len(out))])
		}
	}
	return out
}

func names(maps ...map[string]*content) []string {
	seen := map[string]bool{}
	var out []string
	for _, files := range maps {
		for name := range files {
			if !seen[name] {
				seen[name] = true
				out = append(out, name)
			}
		}
	}
	sort.Strings(out)
	return out
}

// begin counts an operation. It reports whether this is the one in which power is lost.
func (m *Memory) begin() (last bool, err error) {
	if m.crashed {
		return false, ErrCrashed
	}
	m.ops++
	if m.CrashAt > 0 && m.ops >= m.CrashAt {
		m.crashed = true
		return true, ErrCrashed
	}
	if m.FailFrom > 0 && m.ops >= m.FailFrom && m.ops <= m.FailTo {
		return false, m.FailWith
	}
	return false, nil
}

// Append opens a file; making a new one is an operation.
func (m *Memory) Append(name string) (disk.File, error) {
	if m.crashed {
		return nil, ErrCrashed
	}
	c := m.files[name]
	if c == nil {
		if _, err := m.begin(); err != nil {
			return nil, err
		}
		c = &content{}
		m.files[name] = c
	}
	return &file{m, c}, nil
}

// ReadAt reads.
func (m *Memory) ReadAt(name string, p []byte, off int64) (int, error) {
	if m.crashed {
		return 0, ErrCrashed
	}
	c := m.files[name]
	if c == nil {
		return 0, fs.ErrNotExist
	}
	if off >= int64(len(c.data)) {
		return 0, io.EOF
	}
	n := copy(p, c.data[off:])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// List gives the files.
func (m *Memory) List() ([]disk.Info, error) {
	if m.crashed {
		return nil, ErrCrashed
	}
	var out []disk.Info
	for _, name := range names(m.files) {
		out = append(out, disk.Info{Name: name, Size: int64(len(m.files[name].data))})
	}
	return out, nil
}

// Truncate cuts a file.
func (m *Memory) Truncate(name string, size int64) error {
	if _, err := m.begin(); err != nil {
		return err
	}
	c := m.files[name]
	if c == nil {
		return fs.ErrNotExist
	}
	c.data = append([]byte(nil), c.data[:min(size, int64(len(c.data)))]...)
	return nil
}

// Remove deletes a name.
func (m *Memory) Remove(name string) error {
	if _, err := m.begin(); err != nil {
		return err
	}
	if m.files[name] == nil {
		return fs.ErrNotExist
	}
	delete(m.files, name)
	return nil
}

// Sync makes names durable.
func (m *Memory) Sync() error {
	if _, err := m.begin(); err != nil {
		return err
	}
	m.durable = map[string]*content{}
	for name, c := range m.files {
		m.durable[name] = c
	}
	return nil
}

type file struct {
	m *Memory
	c *content
}

func (f *file) Write(p []byte) (int, error) {
	last, err := f.m.begin()
	if last || err != nil {
		n := 0
		if len(p) > 0 {
			n = f.m.rng.IntN(len(p) + 1)
		}
		if errors.Is(err, ErrCrashed) && !last {
			return 0, err
		}
		f.c.data = append(f.c.data, p[:n]...)
		return n, err
	}
	if f.m.Capacity > 0 {
		used := int64(0)
		for _, c := range f.m.files {
			used += int64(len(c.data))
		}
		if room := f.m.Capacity - used; room < int64(len(p)) {
			n := int(max(room, 0))
			f.c.data = append(f.c.data, p[:n]...)
			return n, syscall.ENOSPC
		}
	}
	f.c.data = append(f.c.data, p...)
	return len(p), nil
}

func (f *file) Sync() error {
	if _, err := f.m.begin(); err != nil {
		return err
	}
	f.c.synced = append([]byte(nil), f.c.data...)
	f.m.syncs++
	return nil
}

func (f *file) Close() error { return nil }
