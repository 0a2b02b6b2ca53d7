// Package folder opens files of node-local sources: the one place that does. It reads, and nothing else.
//
// A *root* is a folder that the local policy allowed; everything is opened below it, one name at a time, with the
// system's own means against leaving it (the folder's descriptor on Linux, os.Root elsewhere). Links are told and never
// followed, and what is no folder is never opened as one: to open a pipe is to wait for its other end. A *kept* folder
// is one of the node's own (its state, its secrets): it is told by identity, not by name, so that no other way leads in
// either.
package folder

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/purlieu/purlieu/connector"
	"github.com/purlieu/purlieu/fault"
)

// Root says which folder may be read. It holds no descriptor: a worker opens it anew.
type Root struct {
	Allowed string   // the root, absolute; it may be a link, since it was named on this machine
	Below   []string // names from there to the source's folder; none of them may be a link
	Kept    []string // folders that are never entered, and nothing below them
}

// Open opens the source's folder.
func Open(r Root) (connector.Folder, error) {
	kept, err := r.kept()
	if err != nil {
		return nil, err
	}
	f, err := openRoot(r.Allowed)
	if err != nil {
		return nil, err
	}
	if err := f.stand(kept); err != nil {
		return nil, err
	}
	at := connector.Folder(f)
	for _, name := range r.Below {
		next, err := at.Enter(name)
		_ = at.Close()
		if err != nil {
			return nil, err
		}
		at = next
	}
	return at, nil
}

// kept looks at the kept folders; the allowed root must not lie in one.
func (r Root) kept() ([]fs.FileInfo, error) {
	var kept []fs.FileInfo
	for _, path := range r.Kept {
		if info, err := os.Stat(path); err == nil { // what is not there needs no keeping
			kept = append(kept, info)
		}
	}
	resolved, err := filepath.EvalSymlinks(r.Allowed)
	if err != nil {
		return nil, because(err)
	}
	if lies(resolved, kept) {
		return nil, errKept()
	}
	return kept, nil
}

// lies reports whether a path without links is, or is below, one of these folders.
func lies(path string, above []fs.FileInfo) bool {
	for at := path; ; at = filepath.Dir(at) {
		if info, err := os.Stat(at); err == nil && isKept(info, above) {
			return true
		}
		if at == filepath.Dir(at) {
			return false
		}
	}
}

// Nested tells of a folder whether it lies in a kept one, so that Open refuses it, or holds that one, which is left out then.
// A folder lies in itself; one that is not there lies where its next above does that is.
func Nested(path, kept string) (in, holds bool) {
	below := func(path, above string) bool {
		info, err := os.Stat(above)
		return err == nil && lies(resolved(path), []fs.FileInfo{info})
	}
	in = below(path, kept)
	return in, !in && below(kept, path)
}

// resolved is a path without links, as far as it is there.
func resolved(path string) string {
	if whole, err := filepath.Abs(path); err == nil {
		path = whole
	}
	for at := path; ; at = filepath.Dir(at) {
		if whole, err := filepath.EvalSymlinks(at); err == nil {
			return whole
		}
		if at == filepath.Dir(at) {
			return path
		}
	}
}

func isKept(info fs.FileInfo, kept []fs.FileInfo) bool {
	return slices.ContainsFunc(kept, func(k fs.FileInfo) bool { return os.SameFile(k, info) })
}

func errKept() error {
	return fault.New(fault.Denied, "FolderKept", "the folder is the node's own, and never read").
		Try("Keep the data in a folder beside the node's state and secrets, and register that")
}

// Folder is one open folder. It implements connector.Folder.
type Folder struct {
	self *os.File
	way  way // to the entries
	kept []fs.FileInfo
}

var _ connector.Folder = (*Folder)(nil)

// stand checks that a folder just opened is not a kept one; else it is closed.
func (f *Folder) stand(kept []fs.FileInfo) error {
	info, err := f.self.Stat()
	switch {
	case err != nil:
		err = because(err)
	case isKept(info, kept):
		err = errKept()
	default:
		f.kept = kept
		return nil
	}
	_ = f.Close()
	return err
}

func errNotAFolder() error {
	return fault.New(fault.Invalid, "NotAFolder", "the entry is not a folder")
}

// Names gives the names of all entries.
func (f *Folder) Names(ctx context.Context, each func(string, connector.EntryKind) error) error {
	if _, err := f.self.Seek(0, io.SeekStart); err != nil {
		return because(err)
	}
	return f.list(ctx, each)
}

// Look tells what an entry is.
func (f *Folder) Look(name string) (connector.Entry, error) {
	if name == "" {
		return f.look(".")
	}
	if err := single(name); err != nil {
		return connector.Entry{}, err
	}
	return f.look(name)
}

// Enter opens a folder below.
func (f *Folder) Enter(name string) (connector.Folder, error) {
	if err := single(name); err != nil {
		return nil, err
	}
	below, err := f.enter(name)
	if err != nil {
		return nil, err
	}
	if err := below.stand(f.kept); err != nil {
		return nil, err
	}
	return below, nil
}

// Open opens a regular file. A link that took the file's place is not followed, even where it stays below the root: it
// may lead into a folder that is kept. It does not wait for the other end of a pipe.
func (f *Folder) Open(name string) (connector.OpenFile, error) {
	if err := single(name); err != nil {
		return nil, err
	}
	return f.open(name)
}

func errLink() error {
	return fault.New(fault.Invalid, connector.CodeNotAFile, "the entry is not a file")
}

// single refuses what is not one name: what leads elsewhere was never listed.
func single(name string) error {
	if name == "" || name == "." || name == ".." || strings.IndexByte(name, '/') >= 0 || strings.IndexByte(name, 0) >= 0 || filepath.Base(name) != name {
		return fault.New(fault.Invalid, "BadName", "an entry of a folder has one name")
	}
	return nil
}

// Close closes the folder; folders entered from it stay open.
func (f *Folder) Close() error {
	return errors.Join(f.self.Close(), f.way.close())
}

// stamp is a 64-bit FNV-1a over numbers; never 0.
func stamp(numbers ...uint64) uint64 {
	h := uint64(14695981039346656037)
	for _, n := range numbers {
		for range 8 {
			h = (h ^ n&0xff) * 1099511628211
			n >>= 8
		}
	}
	return max(h, 1)
}

// because makes a fault of the system's error. Its text, which names the file, stays in the cause.
func because(err error) error {
	switch {
	case errors.Is(err, fs.ErrPermission):
		return fault.New(fault.Denied, "PermissionDenied", "the node's user may not read this").Because(err).
			Try("Let the user that the node runs as read it")
	case errors.Is(err, fs.ErrNotExist):
		return fault.New(fault.NotFound, "FileGone", "there is no such file or folder").Because(err).
			Try("Look whether it was moved, or its disk is not mounted")
	}
	return fault.New(fault.Unreachable, "FileUnreadable", "the system can't read this").Because(err).
		Try("Look at the disk or the mount on the node's machine")
}
