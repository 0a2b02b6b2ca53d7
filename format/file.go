package format

import (
	"errors"
	"io"

	"github.com/purlieu/purlieu/fault"
)

// Codes of files that can't be read, shared by all formats.
const (
	CodeUnreadable = "FileUnreadable" // the system gave an error
	CodeTruncated  = "FileTruncated"  // it ends too early
	CodeDamaged    = "FileDamaged"
	CodeEncrypted  = "FileEncrypted"
	CodeTooBig     = "StructureTooBig" // what must be read to know the structure is beyond the bounds
	CodeNotText    = "NotText"
	CodePacked     = "FilePacked" // the structure stands where a packed file can't be read
)

// File is one file that is being read. It is for one goroutine, and may be used again for the next file.
type File struct {
	name   string
	size   int64       // -1: not known
	at     io.ReaderAt // nil: the file can only be read from its start
	stream io.Reader   // nil where at is set
	head   []byte
	whole  bool  // head is all there is
	failed error // there may be more, but it can't be read
	found  Structure
}

// firstRead is how much is read at first: a small file is then read whole.
const firstRead = 64 << 10

// Open begins with a file of a known size that can be read anywhere. What lies behind the size is not read.
func (f *File) Open(name string, size int64, at io.ReaderAt) {
	*f = File{name: name, size: size, at: at, head: f.head[:0], found: f.found}
}

// OpenStream begins with a file that can only be read from its start, such as an unpacked one.
func (f *File) OpenStream(name string, stream io.Reader) {
	*f = File{name: name, size: -1, stream: stream, head: f.head[:0], found: f.found}
}

// Name is the file's own name, without a folder.
func (f *File) Name() string { return f.name }

// keptColumns is how many columns' room a file keeps for the next structure.
const keptColumns = 1 << 10

// Found is an empty structure for a format to fill. It is the file's, with the room that the last one took.
func (f *File) Found() *Structure {
	columns := f.found.Columns[:0]
	if cap(columns) > keptColumns {
		columns = nil
	}
	f.found = Structure{Columns: columns, Details: f.found.Details[:0], Rows: -1}
	return &f.found
}

// Size is the number of bytes; -1 where it is not known.
func (f *File) Size() int64 { return f.size }

// Anywhere reports whether ReadAt works.
func (f *File) Anywhere() bool { return f.at != nil }

// ReadAt reads anywhere in the file, and not again what is in the head.
func (f *File) ReadAt(p []byte, off int64) (int, error) {
	if f.at == nil {
		return 0, fault.New(fault.Unsupported, CodeUnreadable, "the file can be read from its start only")
	}
	if off >= 0 && off <= int64(len(f.head)-len(p)) {
		return copy(p, f.head[off:]), nil
	}
	return f.at.ReadAt(p, off)
}

// Head gives the first n bytes of the file or more of them, n at most MaxHead; fewer where there are no more, or where
// the rest can't be read. whole says that there are no more. The bytes belong to the file and are good until it is
// opened anew. It fails where nothing could be read.
func (f *File) Head(n int) (head []byte, whole bool, err error) {
	for n = min(n, MaxHead); len(f.head) < n && !f.whole && f.failed == nil; {
		f.more(n)
	}
	if len(f.head) == 0 && f.failed != nil {
		var known *fault.Error
		if errors.As(f.failed, &known) {
			return nil, false, known
		}
		return nil, false, fault.New(fault.Unreachable, CodeUnreadable, "the file can't be read").Because(f.failed)
	}
	return f.head, f.whole, nil
}

// more reads on, towards n bytes.
func (f *File) more(n int) {
	want := max(n, firstRead)
	if f.size >= 0 {
		want = int(min(int64(want), f.size))
	}
	if cap(f.head) < want {
		next := make([]byte, len(f.head), want)
		copy(next, f.head)
		f.head = next
	}
	room := f.head[len(f.head):want]
	var got int
	var err error
	switch {
	case len(room) == 0:
		err = io.EOF
	case f.at != nil:
		got, err = f.at.ReadAt(room, int64(len(f.head)))
	default:
		got, err = f.stream.Read(room)
	}
	f.head = f.head[:len(f.head)+got]
	switch {
	case errors.Is(err, io.EOF), f.size >= 0 && int64(len(f.head)) >= f.size:
		f.whole = true
	case err != nil:
		f.failed = err
	}
}
