package broker

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/node/internal/pipe"
)

func TestDoors(t *testing.T) {
	var asked atomic.Int32
	d := newDoors(func(context.Context, string, string, int) (net.Conn, error) {
		asked.Add(1)
		return nil, fault.New(fault.Unreachable, "NoRoute", "no")
	})
	defer d.close()
	ctx := context.Background()
	g, socket, err := d.admit(ctx, "Actor")
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(filepath.Dir(socket)); err != nil || info.Mode().Perm() != 0o700 || len(socket) > maxSocketPath {
		t.Fatal(info, err, socket)
	}

	t.Run("a_right_token_reaches_the_dialer", func(t *testing.T) {
		if _, err := pipe.Connect(ctx, socket, g.token, "db", 5432); fault.CodeOf(err) != "NoRoute" || asked.Load() != 1 {
			t.Fatal(err, asked.Load())
		}
	})
	t.Run("a_wrong_token_does_not", func(t *testing.T) {
		for _, token := range []string{"", "x", g.token[1:], g.token + "x"} {
			if _, err := pipe.Connect(ctx, socket, token, "db", 5432); fault.CodeOf(err) != "BadToken" || asked.Load() != 1 {
				t.Fatal(err, asked.Load())
			}
		}
	})
	t.Run("a_target_that_is_none_is_refused", func(t *testing.T) {
		for host, port := range map[string]int{"": 1, "db": 0, "db2": 70000, "a b": 1, "a/b": 1} {
			if _, err := pipe.Connect(ctx, socket, g.token, host, port); fault.CodeOf(err) != "BadTarget" || asked.Load() != 1 {
				t.Fatal(err, asked.Load())
			}
		}
	})
	t.Run("one_who_says_nothing_sensible_is_dropped", func(t *testing.T) {
		c, err := net.Dial("unix", socket)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		_, _ = c.Write([]byte("GET / HTTP/1.1\r\n\r\n"))
		_ = c.SetReadDeadline(time.Now().Add(30 * time.Second))
		if n, err := c.Read(make([]byte, 1)); n != 0 || os.IsTimeout(err) {
			t.Fatal(n, err)
		}
	})
	t.Run("a_revoked_token_is_worthless", func(t *testing.T) {
		d.revoke(g)
		if _, err := pipe.Connect(ctx, socket, g.token, "db", 5432); fault.CodeOf(err) != "BadToken" || asked.Load() != 1 {
			t.Fatal(err, asked.Load())
		}
	})
	t.Run("a_caller_that_gives_up_gets_unreachable", func(t *testing.T) {
		short, cancel := context.WithCancel(ctx)
		cancel()
		if _, err := pipe.Connect(short, socket, g.token, "db", 5432); !fault.Is(err, fault.Unreachable) {
			t.Fatal(err)
		}
	})
}

func TestRevokingClosesWhatIsRelayed(t *testing.T) {
	far, near := net.Pipe()
	defer far.Close()
	d := newDoors(func(context.Context, string, string, int) (net.Conn, error) { return near, nil })
	defer d.close()
	g, socket, err := d.admit(context.Background(), "Actor")
	if err != nil {
		t.Fatal(err)
	}
	conn, err := pipe.Connect(context.Background(), socket, g.token, "db", 5432)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	go func() { _, _ = conn.Write([]byte("ping")) }()
	b := make([]byte, 4)
	if _, err := far.Read(b); err != nil || string(b) != "ping" {
		t.Fatal(string(b), err)
	}
	d.revoke(g)
	_ = conn.SetReadDeadline(time.Now().Add(30 * time.Second))
	if _, err := conn.Read(b); err == nil || os.IsTimeout(err) {
		t.Fatal("the relayed connection is still open:", err)
	}
}

func TestATCPConnectionIsPassedAndNotRelayed(t *testing.T) {
	if !canPass {
		t.Skip("this system passes no descriptors")
	}
	port := echo(t)
	d := newDoors(func(ctx context.Context, _, _ string, port int) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "tcp", fmt.Sprintf("127.0.0.1:%d", port))
	})
	defer d.close()
	g, socket, err := d.admit(context.Background(), "Actor")
	if err != nil {
		t.Fatal(err)
	}
	conn, err := pipe.Connect(context.Background(), socket, g.token, "db", port)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	eventually(t, "the supervisor is out of it", func() bool { return len(d.slots) == 0 })
	b := make([]byte, 64)
	if _, err := conn.Write([]byte("hello")); err != nil {
		t.Fatal(err)
	}
	if n, err := conn.Read(b); err != nil || string(b[:n]) != "you said hello" {
		t.Fatal(string(b[:n]), err)
	}
}
