package folder

import (
	"errors"
	"io/fs"
	"os"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/purlieu/purlieu/connector"
)

// open opens what has the name itself. The name is one: it was checked.
func (f *Folder) open(name string) (*os.File, error) {
	for {
		fd, err := unix.Openat(f.fd, name, unix.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
		switch {
		case err == nil:
			return os.NewFile(uintptr(fd), "file"), nil
		case errors.Is(err, unix.EINTR): // mounts that are served by a process
		case errors.Is(err, unix.ELOOP):
			return nil, errLink()
		default:
			return nil, because(err)
		}
	}
}

// number is the inode.
func number(info fs.FileInfo) uint64 {
	if s, ok := info.Sys().(*syscall.Stat_t); ok {
		return s.Ino
	}
	return 0
}

// look asks for all that is wanted of an entry at once.
func (f *Folder) look(name string) (connector.Entry, error) {
	var st unix.Statx_t
	err := unix.Statx(f.fd, name, unix.AT_SYMLINK_NOFOLLOW|unix.AT_NO_AUTOMOUNT, unix.STATX_BASIC_STATS|unix.STATX_BTIME, &st)
	if err != nil {
		return connector.Entry{}, because(err)
	}
	e := connector.Entry{Size: int64(st.Size), Modified: st.Mtime.Sec, NativeID: nativeID(&st)}
	switch st.Mode & unix.S_IFMT {
	case unix.S_IFREG:
		e.Kind = connector.EntryFile
	case unix.S_IFDIR:
		e.Kind = connector.EntryFolder
	case unix.S_IFLNK:
		e.Kind = connector.EntryLink
	default:
		e.Kind = connector.EntrySpecial
	}
	e.Stamp = stamp(st.Size, uint64(st.Mtime.Sec*1e9+int64(st.Mtime.Nsec)), st.Ino)
	return e, nil
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
