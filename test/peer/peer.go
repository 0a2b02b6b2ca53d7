// Package peer is a server on loopback that does what a test says to each who connects.
package peer

import (
	"net"
	"sync"
	"testing"
)

// Listen has each called with every connection, each on a goroutine of its own, and closes it behind. When the test ends
// nobody is accepted any more, connections that stand are closed, and each has returned.
func Listen(t testing.TB, each func(net.Conn)) *net.TCPAddr {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var (
		served sync.WaitGroup
		mu     sync.Mutex
		open   = map[net.Conn]struct{}{}
		ended  bool
	)
	// enter counts a connection among those that stand, unless the test has ended.
	enter := func(c net.Conn) bool {
		mu.Lock()
		defer mu.Unlock()
		open[c] = struct{}{}
		return !ended
	}
	served.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			served.Go(func() {
				defer c.Close()
				if enter(c) {
					each(c)
				}
				mu.Lock()
				delete(open, c)
				mu.Unlock()
			})
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		mu.Lock()
		ended = true
		for c := range open {
			_ = c.Close()
		}
		mu.Unlock()
		served.Wait()
	})
	return l.Addr().(*net.TCPAddr)
}
