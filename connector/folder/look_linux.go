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
	err := unix.Statx(int(f.way), name, unix.AT_SYMLINK_NOFOLLOW|unix.AT_NO_AUTOMOUNT, unix.STATX_BASIC_STATS|unix.STATX_BTIME, &st)
	if err != nil {
		return connector.Entry{}, because(err)
	}
	e := entryOf(uint32(st.Mode), int64(st.Size), moment{st.Mtime.Sec, int64(st.Mtime.Nsec)}, moment{st.Ctime.Sec, int64(st.Ctime.Nsec)}, st.Ino)
	e.NativeID = nativeID(&st)
	if e.Kind == connector.EntryFolder && name != "." && f.keeps(&st) {
		e.Kind = connector.EntryKept
	}
	return e, nil
}

// keeps reports whether a folder is a kept one.
func (f *Folder) keeps(st *unix.Statx_t) bool {
	device := unix.Mkdev(st.Dev_major, st.Dev_minor)
	return slices.ContainsFunc(f.kept, func(k fs.FileInfo) bool {
		own, ok := k.Sys().(*syscall.Stat_t)
		return ok && own.Ino == st.Ino && own.Dev == device
	})
}

// moment is a time in seconds since 1970, and nanoseconds.
type moment struct{ seconds, nanoseconds int64 }

func (m moment) number() uint64 { return uint64(m.seconds*1e9 + m.nanoseconds) }

// entryOf is what the system tells. The time of the last modification can be set back, as by who copies a file over
// another with its time; that of the last change can't. Both count: not every file system keeps the second.
func entryOf(mode uint32, size int64, modified, changed moment, number uint64) connector.Entry {
	e := connector.Entry{Size: size, Modified: modified.seconds, Stamp: stamp(uint64(size), modified.number(), changed.number(), number)}
	switch mode & unix.S_IFMT {
	case unix.S_IFREG:
		e.Kind = connector.EntryFile
	case unix.S_IFDIR:
		e.Kind = connector.EntryFolder
	case unix.S_IFLNK:
		e.Kind = connector.EntryLink
	default:
		e.Kind = connector.EntrySpecial
	}
	return e
}

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
