// Package disk is the contract of the one folder that a node writes to, so that the simulated world can fail it.
//
// What was written is *durable* only after a sync: of the file for its bytes, of the disk for the names of files that
// came or went. A power loss may take or tear everything else. Names are plain: letters, digits, '-' and '.'.
// Dir is a real folder; disktest gives one in memory that loses power, fills up and fails where it is told to.
package disk

import (
	"errors"
	"io"
)

// Disk is a folder. It is used from one goroutine.
type Disk interface {
	// Append opens a file to write at its end and creates it when it is not there.
	Append(name string) (File, error)
	// ReadAt reads as io.ReaderAt does. A file that is not there is fs.ErrNotExist.
	ReadAt(name string, p []byte, off int64) (int, error)
	// List gives the files, sorted by name.
	List() ([]Info, error)
	// Truncate cuts a file. It is durable after the next sync of the file.
	Truncate(name string, size int64) error
	// Remove deletes a file. It is durable after the next Sync.
	Remove(name string) error
	// Sync makes the creation and removal of files durable.
	Sync() error
}

// File is a file open for appending. A failed Write may have written a part; after a failed Sync nothing is known
// about what was written since the last one that succeeded: cut it off and write it again.
type File interface {
	io.Writer
	Sync() error
	Close() error
}

// Info is a file's name and size in bytes.
type Info struct {
	Name string
	Size int64
}

// Reader reads a file from the offset to its end.
func Reader(d Disk, name string, off int64) io.Reader { return &reader{d, name, off} }

type reader struct {
	d    Disk
	name string
	off  int64
}

func (r *reader) Read(p []byte) (int, error) {
	n, err := r.d.ReadAt(r.name, p, r.off)
	r.off += int64(n)
	if n > 0 && errors.Is(err, io.EOF) {
		return n, nil
	}
	return n, err
}
