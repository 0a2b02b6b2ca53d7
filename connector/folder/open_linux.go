package folder

import (
	"errors"
	"io"
	"os"

	"golang.org/x/sys/unix"

	"github.com/purlieu/purlieu/connector"
)

// way is the folder's descriptor.
type way int

func (way) close() error { return nil } // the folder's file has it

// asFolder opens folders and nothing else: on anything else the system fails at once.
const asFolder = unix.O_RDONLY | unix.O_DIRECTORY | unix.O_CLOEXEC

// openRoot opens the allowed folder, by a link too.
func openRoot(path string) (*Folder, error) { return folderAt(unix.AT_FDCWD, path, asFolder) }

func (f *Folder) enter(name string) (*Folder, error) {
	return folderAt(int(f.way), name, asFolder|unix.O_NOFOLLOW)
}

func folderAt(at int, name string, how int) (*Folder, error) {
	fd, err := again(func() (int, error) { return unix.Openat(at, name, how, 0) })
	switch {
	case errors.Is(err, unix.ENOTDIR), errors.Is(err, unix.ELOOP):
		return nil, errNotAFolder()
	case err != nil:
		return nil, because(err)
	}
	return &Folder{self: os.NewFile(uintptr(fd), "."), way: way(fd)}, nil //nolint:gosec // a descriptor
}

// openFile is an open file by its descriptor alone. Of the half a dozen system calls that a small file takes, an
// os.File would add one and memory of its own: regular files are always ready, so that nothing needs to wait for them.
type openFile struct{ fd int }

// open never waits for the other end of a pipe that took the file's place, and follows no link that did.
func (f *Folder) open(name string) (connector.OpenFile, error) {
	fd, err := again(func() (int, error) {
		return unix.Openat(int(f.way), name, unix.O_RDONLY|unix.O_CLOEXEC|unix.O_NOFOLLOW|unix.O_NONBLOCK|unix.O_NOCTTY, 0)
	})
	switch {
	case errors.Is(err, unix.ELOOP):
		return nil, errLink()
	case err != nil:
		return nil, because(err)
	}
	return &openFile{fd}, nil
}

// ReadAt reads anywhere in the file.
func (o *openFile) ReadAt(p []byte, off int64) (n int, err error) {
	for n < len(p) {
		got, err := again(func() (int, error) { return unix.Pread(o.fd, p[n:], off+int64(n)) })
		if err != nil {
			return n, err
		}
		if got == 0 {
			return n, io.EOF
		}
		n += got
	}
	return n, nil
}

// Look tells what the file is now, whatever has its name.
func (o *openFile) Look() (connector.Entry, error) {
	var st unix.Statx_t
	if err := statx(o.fd, "", unix.AT_EMPTY_PATH, &st); err != nil {
		return connector.Entry{}, err
	}
	return entryOf(&st), nil
}

// Same asks for no more than the stamp takes: it is done behind each reading.
func (o *openFile) Same(looked connector.Entry) bool {
	var st unix.Stat_t
	if _, err := again(func() (int, error) { return 0, unix.Fstat(o.fd, &st) }); err != nil || kindOf(st.Mode) != looked.Kind {
		return false
	}
	return looked.Stamp == stamp(uint64(st.Size), uint64(st.Mtim.Nano()), uint64(st.Ctim.Nano()), st.Ino) //nolint:gosec // to tell them apart
}

// Close closes the file. Once closed it can't be read.
func (o *openFile) Close() error {
	fd := o.fd
	o.fd = -1
	return unix.Close(fd)
}

// again makes a call until no signal interrupts it: the runtime sends some of its own.
func again(call func() (int, error)) (n int, err error) {
	for {
		if n, err = call(); !errors.Is(err, unix.EINTR) {
			return n, err
		}
	}
}
