package broker

import (
	"os"

	"golang.org/x/sys/unix"
)

// roomForFacts is how much a worker's pipe holds: a piece of facts, so that the worker need not be waited for in pieces
// of the system's own 64 KiB.
const roomForFacts = 512 << 10

// widen gives a pipe room for facts. Where the system refuses, it works as before.
func widen(pipe *os.File) {
	if conn, err := pipe.SyscallConn(); err == nil {
		_ = conn.Control(func(fd uintptr) { _, _ = unix.FcntlInt(fd, unix.F_SETPIPE_SZ, roomForFacts) })
	}
}
