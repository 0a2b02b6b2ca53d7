package broker

import (
	"net"
	"syscall"
)

// canPass: Linux passes descriptors over Unix sockets.
const canPass = true

// pass sends a frame with the connection's descriptor. The connection still belongs to the caller.
func pass(unix *net.UnixConn, conn *net.TCPConn, frame []byte) error {
	raw, err := conn.SyscallConn()
	if err != nil {
		return err
	}
	var sent error
	err = raw.Control(func(fd uintptr) {
		_, _, sent = unix.WriteMsgUnix(frame, syscall.UnixRights(int(fd)), nil)
	})
	if err != nil {
		return err
	}
	return sent
}
