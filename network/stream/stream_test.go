package stream

import (
	"context"
	"io"
	"testing"
	"time"

	"github.com/purlieu/purlieu/fault"
)

func pair(t *testing.T) (Listener, *Dialer) {
	t.Helper()
	upRead, upWrite := io.Pipe()
	downRead, downWrite := io.Pipe()
	l, err := Listen(Pipes(upRead, downWrite))
	if err != nil {
		t.Fatal(err)
	}
	d, err := NewDialer(Pipes(downRead, upWrite))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close(); _ = l.Close() })
	return l, d
}

func TestConnectionsCrossThePipesSideBySide(t *testing.T) {
	l, d := pair(t)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				_, _ = io.Copy(c, c)
				_ = c.Close()
			}()
		}
	}()
	for _, text := range []string{"one", "two"} {
		c, err := d.DialContext(context.Background(), "tcp", "account:443")
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if _, err := c.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
		got := make([]byte, len(text))
		if _, err := io.ReadFull(c, got); err != nil || string(got) != text {
			t.Fatalf("got %q, %v", got, err)
		}
	}
}

func TestAChildHearsThatItsParentHasGone(t *testing.T) {
	l, d := pair(t)
	_ = l.Close()
	select {
	case <-d.Gone():
	case <-time.After(10 * time.Second):
		t.Fatal("the child heard nothing")
	}
	if _, err := d.DialContext(context.Background(), "tcp", "account:443"); !fault.Is(err, fault.Unreachable) {
		t.Fatalf("dial after the end: %v", err)
	}
}
