package broker

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/test/peer"
)

// hidden hides that a connection is TCP, so that it can't be passed.
type hidden struct{ net.Conn }

func echo(t testing.TB) int {
	return peer.Listen(t, func(c net.Conn) {
		b := make([]byte, 64)
		n, _ := c.Read(b)
		_, _ = fmt.Fprintf(c, "you said %s", b[:n])
	}).Port
}

func TestDialThroughTheSupervisor(t *testing.T) {
	port := echo(t)
	for name, wrap := range map[string]func(net.Conn) net.Conn{
		"passed":                  func(c net.Conn) net.Conn { return c },
		"relayed":                 func(c net.Conn) net.Conn { return struct{ *net.TCPConn }{c.(*net.TCPConn)} },
		"relayed_no_half_closing": func(c net.Conn) net.Conn { return hidden{c} },
	} {
		t.Run(name, func(t *testing.T) {
			s := raise(t, "honest", func(c *Config) {
				c.Dial = func(ctx context.Context, kind, host string, port int) (net.Conn, error) {
					if kind != "Actor" || host != "db.example" {
						return nil, fault.New(fault.Denied, "HostNotAllowed", "no")
					}
					var d net.Dialer
					conn, err := d.DialContext(ctx, "tcp", fmt.Sprintf("127.0.0.1:%d", port))
					if err != nil {
						return nil, err
					}
					return wrap(conn), nil
				}
			})
			a, end := s.play(grant("dial", port))
			if end.Outcome != bus.OutcomeRead {
				t.Fatal(end)
			}
			got := a.joined().Assets[0]
			if got.Comment != "you said hello" || got.Owner != fmt.Sprintf("tcp db.example:%d", port) {
				t.Fatal(got.Comment, got.Owner)
			}
		})
	}
	t.Run("a_refusal_crosses_with_code_and_remedy", func(t *testing.T) {
		s := raise(t, "honest", nil)
		if _, end := s.play(grant("dial", port)); end.Code != "HostNotAllowed" || end.Remedy != "Allow it" {
			t.Fatal(end)
		}
	})
	t.Run("what_is_no_fault_stays_behind", func(t *testing.T) {
		s := raise(t, "honest", func(c *Config) {
			c.Dial = func(context.Context, string, string, int) (net.Conn, error) {
				return nil, errors.New("10.1.2.3: hush")
			}
		})
		if _, end := s.play(grant("dial", port)); end.Code != "Internal" || strings.Contains(s.log.String(), "hush") {
			t.Fatal(end, s.log)
		}
	})
}
