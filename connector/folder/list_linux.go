package folder

import (
	"bytes"
	"context"
	"encoding/binary"
	"io"

	"golang.org/x/sys/unix"

	"github.com/purlieu/purlieu/connector"
)

// listedAtOnce is how many bytes of a listing are read at a time.
const listedAtOnce = 16 << 10

// Where the parts of a listed entry stand, as the system lays it out: inode and place come first.
const (
	atLength = 16 // two bytes: to the next entry
	atKind   = 18
	atName   = 19 // up to a zero
)

// list reads the listing as the system gives it: it tells what most entries are, for which os.File would look at each.
func (f *Folder) list(ctx context.Context, each func(string, connector.EntryKind) error) error {
	room := make([]byte, listedAtOnce)
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		n, err := again(func() (int, error) { return unix.Getdents(int(f.way), room) })
		if err != nil {
			return because(err)
		}
		if n == 0 {
			return nil
		}
		for rest := room[:n]; len(rest) > 0; {
			if len(rest) <= atName {
				return because(io.ErrUnexpectedEOF)
			}
			length := int(binary.NativeEndian.Uint16(rest[atLength:]))
			if length <= atName || length > len(rest) {
				return because(io.ErrUnexpectedEOF)
			}
			name, _, _ := bytes.Cut(rest[atName:length], []byte{0})
			kind := toldKind(rest[atKind])
			rest = rest[length:]
			if string(name) == "." || string(name) == ".." {
				continue
			}
			if err := each(string(name), kind); err != nil {
				return err
			}
		}
	}
}

// toldKind is what a listing tells; not every file system tells it.
func toldKind(told byte) connector.EntryKind {
	switch told {
	case unix.DT_REG:
		return connector.EntryFile
	case unix.DT_DIR:
		return connector.EntryFolder
	case unix.DT_LNK:
		return connector.EntryLink
	case unix.DT_UNKNOWN:
		return 0
	}
	return connector.EntrySpecial
}
