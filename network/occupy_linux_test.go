package network

import (
	"fmt"
	"net"
	"net/netip"
	"syscall"
	"time"
)

// occupy listens with the shortest queue and fills it without ever accepting.
func occupy(addr string, port uint16) (closeAll func(), err error) {
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0)
	if err != nil {
		return nil, err
	}
	if err := syscall.Bind(fd, &syscall.SockaddrInet4{Port: int(port), Addr: netip.MustParseAddr(addr).As4()}); err != nil {
		return nil, err
	}
	if err := syscall.Listen(fd, 0); err != nil {
		return nil, err
	}
	var conns []net.Conn
	for range 4 {
		c, err := net.DialTimeout("tcp", fmt.Sprintf("%s:%d", addr, port), 100*time.Millisecond)
		if err != nil {
			break
		}
		conns = append(conns, c)
	}
	return func() {
		for _, c := range conns {
			_ = c.Close()
		}
		_ = syscall.Close(fd)
	}, nil
}
