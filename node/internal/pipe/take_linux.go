package pipe

import (
	"io"
	"net"
	"os"
	"syscall"

	"github.com/purlieu/purlieu/fault"
)

// canTake: Linux passes descriptors over Unix sockets.
const canTake = true

// taker reads a Unix connection and keeps the first descriptor that comes along; any other is closed.
type taker struct {
	conn *net.UnixConn
	file *os.File
}

func (t *taker) Read(b []byte) (int, error) {
	oob := make([]byte, syscall.CmsgSpace(4))
	n, oobn, _, _, err := t.conn.ReadMsgUnix(b, oob)
	if oobn > 0 {
		t.keep(oob[:oobn])
	}
	if n == 0 && err == nil && len(b) > 0 {
		err = io.EOF
	}
	return n, err
}

func (t *taker) keep(oob []byte) {
	messages, err := syscall.ParseSocketControlMessage(oob)
	if err != nil {
		return
	}
	for i := range messages {
		fds, err := syscall.ParseUnixRights(&messages[i])
		if err != nil {
			continue
		}
		for _, fd := range fds {
			if t.file == nil {
				t.file = os.NewFile(uintptr(fd), "connection")
				continue
			}
			_ = syscall.Close(fd)
		}
	}
}

func (t *taker) take() (net.Conn, error) {
	if t.file == nil {
		return nil, fault.New(fault.Internal, "NoSupervisor", "the supervisor passed no connection")
	}
	return net.FileConn(t.file)
}

func (t *taker) drop() {
	if t.file != nil {
		_ = t.file.Close()
	}
}
