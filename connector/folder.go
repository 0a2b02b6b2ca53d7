package connector

import (
	"context"
	"io"

	"github.com/purlieu/purlieu/model"
)

// Folder is one folder on the node's machine, read only. Nothing outside of the source's root can be reached through
// it: entries are named one by one, by the names that the system has for them, and links are never followed. It is for
// one goroutine, and must be closed.
//
// Errors are faults with closed codes: Denied ("PermissionDenied", "FolderKept"), NotFound ("FileGone"), Invalid
// (CodeNotAFile, "NotAFolder": what was looked at is not there any more, something else is), Unreachable.
type Folder interface {
	// Names gives the names of all entries, in no order, until each fails. Memory does not grow with their number. kind
	// is what the listing says that the entry is, which may have changed since; 0 where it does not say.
	Names(ctx context.Context, each func(name string, kind EntryKind) error) error
	// Look tells what an entry is now; "" is the folder itself.
	Look(name string) (Entry, error)
	// Enter opens a folder in it. A folder that the node keeps for itself is Denied ("FolderKept").
	Enter(name string) (Folder, error)
	// Open opens a regular file in it. A link that has taken its place is Invalid (CodeNotAFile).
	Open(name string) (OpenFile, error)
	Close() error
}

// CodeNotAFile says that something else stands where a file was.
const CodeNotAFile = "NotAFile"

// OpenFile is a regular file that is open for reading.
type OpenFile interface {
	io.ReaderAt
	io.Closer
	// Look tells what the file is now, whatever has its name, as Folder.Look does.
	Look() (Entry, error)
	// Same reports whether the file is still what was looked at; not so where the system can't tell.
	Same(looked Entry) bool
}

// EntryKind is what an entry of a folder is.
type EntryKind uint8

// The kinds of entries.
const (
	EntryFile    EntryKind = iota + 1 // a regular file
	EntryFolder                       // a folder
	EntryLink                         // a symbolic link, or what other systems have for it
	EntrySpecial                      // a device, a pipe, a socket: reading it would do something
	EntryKept                         // a folder that the node keeps for itself: as if it were not there
)

// Entry is what an entry of a folder is like.
type Entry struct {
	Kind     EntryKind
	Size     int64 // bytes
	Modified int64 // seconds since 1970
	// Stamp changes when the content does, as far as the system tells: from size, times and identity; never 0.
	Stamp uint64
	// NativeID stays when the entry is renamed and is given to no other one; "" where the system has no such thing.
	NativeID string
}

// Identity is a folder's identity as a source: see model.Identity.
func (e Entry) Identity() model.Identity { return model.Identity{System: e.NativeID} }
