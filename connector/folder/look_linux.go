package folder

import (
	"io/fs"
	"slices"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/purlieu/purlieu/connector"
)

// look asks for all that is wanted of an entry at once.
func (f *Folder) look(name string) (connector.Entry, error) {
	var st unix.Statx_t
	if err := statx(int(f.way), name, unix.AT_SYMLINK_NOFOLLOW|unix.AT_NO_AUTOMOUNT, &st); err != nil {
		return connector.Entry{}, err
	}
	e := entryOf(&st)
	if e.Kind == connector.EntryFolder && name != "." && f.keeps(&st) {
		e.Kind = connector.EntryKept
	}
	return e, nil
}

func statx(at int, name string, how int, into *unix.Statx_t) error {
	_, err := again(func() (int, error) {
		return 0, unix.Statx(at, name, how, unix.STATX_BASIC_STATS|unix.STATX_BTIME, into)
	})
	if err != nil {
		return because(err)
	}
	return nil
}

// keeps reports whether a folder is a kept one.
func (f *Folder) keeps(st *unix.Statx_t) bool {
	device := unix.Mkdev(st.Dev_major, st.Dev_minor)
	return slices.ContainsFunc(f.kept, func(k fs.FileInfo) bool {
		own, ok := k.Sys().(*syscall.Stat_t)
		return ok && own.Ino == st.Ino && own.Dev == device
	})
}

// entryOf is what the system tells. The time of the last modification can be set back, as by who copies a file over
// another with its time; that of the last change can't. Both count: not every file system keeps the second.
func entryOf(st *unix.Statx_t) connector.Entry {
	return connector.Entry{
		Kind: kindOf(uint32(st.Mode)), Size: int64(st.Size), Modified: st.Mtime.Sec, NativeID: nativeID(st), //nolint:gosec // no file is so big
		Stamp: stamp(st.Size, nanoseconds(st.Mtime), nanoseconds(st.Ctime), st.Ino),
	}
}

func kindOf(mode uint32) connector.EntryKind {
	switch mode & unix.S_IFMT {
	case unix.S_IFREG:
		return connector.EntryFile
	case unix.S_IFDIR:
		return connector.EntryFolder
	case unix.S_IFLNK:
		return connector.EntryLink
	}
	return connector.EntrySpecial
}

// nanoseconds are those since 1970, in 64 bits.
func nanoseconds(t unix.StatxTimestamp) uint64 { return uint64(t.Sec*1e9 + int64(t.Nsec)) } //nolint:gosec // to tell them apart

// nativeID is the inode and the time at which it was given, since inodes are given again. The device is left out: its
// number changes when it is mounted anew. File systems that keep no such time have no native ids.
func nativeID(st *unix.Statx_t) string {
	if st.Mask&unix.STATX_BTIME == 0 || st.Btime.Sec == 0 {
		return ""
	}
	b := make([]byte, 0, 48)
	b = strconv.AppendUint(b, st.Ino, 36)
	b = strconv.AppendInt(append(b, '.'), st.Btime.Sec, 36)
	b = strconv.AppendUint(append(b, '.'), uint64(st.Btime.Nsec), 36)
	return string(b)
}
