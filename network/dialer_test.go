package network

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/network/firewall"
	"github.com/purlieu/purlieu/network/proxy"
	"github.com/purlieu/purlieu/test/peer"
)

// listener accepts and says its word.
func listener(t *testing.T, word string) netip.AddrPort {
	t.Helper()
	return peer.Listen(t, func(c net.Conn) { _, _ = io.WriteString(c, word) }).AddrPort()
}

func resolveTo(addrs ...string) func(context.Context, string) ([]netip.Addr, error) {
	return func(context.Context, string) ([]netip.Addr, error) {
		var out []netip.Addr
		for _, a := range addrs {
			out = append(out, netip.MustParseAddr(a))
		}
		return out, nil
	}
}

func read(t *testing.T, d *Dialer, address string) (string, error) {
	t.Helper()
	conn, err := d.DialContext(context.Background(), "tcp", address)
	if err != nil {
		return "", err
	}
	defer func() { _ = conn.Close() }()
	b, err := io.ReadAll(conn)
	return string(b), err
}

func TestEachAddressOfANameIsDecidedOnItsOwn(t *testing.T) {
	here := listener(t, "hello")
	var asked []string
	d := &Dialer{
		Resolve: resolveTo("::ffff:169.254.169.254", "127.0.0.2", "127.0.0.1"),
		Allow: func(host string, addr netip.Addr, port int) error {
			asked = append(asked, fmt.Sprintf("%s %s %d", host, addr, port))
			if addr != here.Addr() {
				return errors.New("only here")
			}
			return nil
		},
	}
	got, err := read(t, d, fmt.Sprintf("db.example:%d", here.Port()))
	if err != nil || got != "hello" {
		t.Fatalf("%q, %v", got, err)
	}
	want := fmt.Sprintf("[db.example 169.254.169.254 %[1]d db.example 127.0.0.2 %[1]d db.example 127.0.0.1 %[1]d]", here.Port())
	if fmt.Sprint(asked) != want {
		t.Errorf("asked %v, want %s", asked, want)
	}
}

func TestARefusedAddressIsNeverDialled(t *testing.T) {
	here := listener(t, "hello")
	d := &Dialer{Allow: func(_ string, addr netip.Addr, _ int) error {
		if why, special := firewall.Special(addr); special {
			return errors.New(why)
		}
		return nil
	}}
	for _, host := range []string{"127.0.0.1", "[::ffff:127.0.0.1]", "localhost", "169.254.169.254"} {
		_, err := read(t, d, fmt.Sprintf("%s:%d", host, here.Port()))
		if !fault.Is(err, fault.Denied) || fault.CodeOf(err) != CodePolicyRefused {
			t.Errorf("%s: %v", host, err)
		}
	}
	own := fault.New(fault.Denied, "Mine", "no").Try("ask me")
	d = &Dialer{Allow: func(string, netip.Addr, int) error { return own }}
	if _, err := read(t, d, here.String()); !errors.Is(err, own) {
		t.Errorf("the decider's own fault was replaced: %v", err)
	}
}

func TestWhatGoesWrongIsNamed(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := l.Addr().String()
	_ = l.Close()
	notFound := func(context.Context, string) ([]netip.Addr, error) {
		return nil, &net.DNSError{Err: "no such host", Name: "x", IsNotFound: true}
	}
	slow := func(ctx context.Context, _ string) ([]netip.Addr, error) { <-ctx.Done(); return nil, ctx.Err() }
	for _, c := range []struct {
		name, address string
		d             Dialer
		kind          fault.Kind
		code          string
	}{
		{"refused", closed, Dialer{}, fault.Unreachable, CodeRefused},
		{"name", "nowhere.example:1", Dialer{Resolve: notFound}, fault.Unreachable, CodeNameNotFound},
		{"no address", "nowhere.example:1", Dialer{Resolve: resolveTo()}, fault.Unreachable, CodeNameNotFound},
		{"slow resolver", "slow.example:1", Dialer{Resolve: slow, Timeout: 50 * time.Millisecond}, fault.Unreachable, CodeTimedOut},
		{"no port", "a.example", Dialer{}, fault.Invalid, "BadAddress"},
		{"no host", ":1", Dialer{}, fault.Invalid, "BadAddress"},
		{"port 0", "a.example:0", Dialer{}, fault.Invalid, "BadAddress"},
		{"port name", "a.example:http", Dialer{}, fault.Invalid, "BadAddress"},
	} {
		_, err := c.d.DialContext(context.Background(), "tcp", c.address)
		if fault.KindOf(err) != c.kind || fault.CodeOf(err) != c.code {
			t.Errorf("%s: %s %s: %v", c.name, fault.KindOf(err), fault.CodeOf(err), err)
		}
	}
	var d Dialer
	if _, err := d.DialContext(context.Background(), "udp", closed); !fault.Is(err, fault.Unsupported) {
		t.Error(err)
	}
}

func TestADeadAddressDoesNotHoldUpALivingOne(t *testing.T) {
	here := listener(t, "hello")
	full := fullListener(t, here.Port())
	d := &Dialer{Resolve: resolveTo(full, "127.0.0.1"), Timeout: 10 * time.Second}
	began := time.Now()
	got, err := read(t, d, fmt.Sprintf("db.example:%d", here.Port()))
	if err != nil || got != "hello" || time.Since(began) > 2*time.Second {
		t.Errorf("%q, %v after %s", got, err, time.Since(began))
	}
	only := &Dialer{Resolve: resolveTo(full), Timeout: 200 * time.Millisecond}
	if _, err := read(t, only, fmt.Sprintf("db.example:%d", here.Port())); fault.CodeOf(err) != CodeTimedOut {
		t.Errorf("an address that drops packets: %v", err)
	}
}

func TestFamiliesTakeTurns(t *testing.T) {
	var in []netip.AddrPort
	for _, a := range []string{"2001:db8::1", "2001:db8::2", "2001:db8::3", "192.0.2.1"} {
		in = append(in, netip.AddrPortFrom(netip.MustParseAddr(a), 1))
	}
	if got := fmt.Sprint(interleave(in)); got != "[[2001:db8::1]:1 192.0.2.1:1 [2001:db8::2]:1 [2001:db8::3]:1]" {
		t.Error(got)
	}
}

func TestAProxyGetsTheNameAndPolicyJudgesIt(t *testing.T) {
	connects := make(chan string, 10)
	at := peer.Listen(t, func(c net.Conn) {
		req, err := http.ReadRequest(bufio.NewReader(c))
		if err == nil {
			connects <- req.Host
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\n\r\nhello")
		}
	})
	choose, err := proxy.Custom(proxy.Settings{Address: at.String()})
	if err != nil {
		t.Fatal(err)
	}
	d := &Dialer{Proxy: choose, Allow: func(host string, addr netip.Addr, _ int) error {
		if addr.IsValid() || host == "forbidden.example" {
			return errors.New("no")
		}
		return nil
	}, Resolve: func(_ context.Context, host string) ([]netip.Addr, error) {
		return nil, errors.New("resolved here: " + host)
	}}
	if got, err := read(t, d, "only-there.example:5432"); err != nil || got != "hello" {
		t.Errorf("%q, %v", got, err)
	}
	for _, address := range []string{"forbidden.example:1", "10.0.0.1:1"} {
		if _, err := read(t, d, address); fault.CodeOf(err) != CodePolicyRefused {
			t.Errorf("%s: %v", address, err)
		}
	}
	if len(connects) != 1 || <-connects != "only-there.example:5432" {
		t.Error("the proxy was asked for something else")
	}
}

func TestAnAddressInUseSaysSo(t *testing.T) {
	here := listener(t, "x")
	if _, err := Listen(context.Background(), here.String()); fault.CodeOf(err) != "AddressInUse" {
		t.Error(err)
	}
	if _, err := Listen(context.Background(), "192.0.2.77:1234"); fault.CodeOf(err) != "BadAddress" {
		t.Error(err)
	}
	if _, err := DialLoopback(context.Background(), "tcp", "localhost:1"); !fault.Is(err, fault.Denied) {
		t.Error(err)
	}
	if _, err := DialLoopback(context.Background(), "tcp", "192.0.2.1:1"); !fault.Is(err, fault.Denied) {
		t.Error(err)
	}
	if conn, err := DialLoopback(context.Background(), "tcp", here.String()); err != nil {
		t.Error(err)
	} else {
		_ = conn.Close()
	}
}

// fullListener is a loopback address whose accept queue is full, so that it drops what comes.
func fullListener(t *testing.T, port uint16) (addr string) {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("only Linux drops connections to a full accept queue")
	}
	addr = "127.0.0.3"
	closeAll, err := occupy(addr, port)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(closeAll)
	if c, err := net.DialTimeout("tcp", fmt.Sprintf("%s:%d", addr, port), 100*time.Millisecond); err == nil {
		_ = c.Close()
		t.Skip("this system accepts more connections than its queue holds: no address drops packets here")
	} else if !strings.Contains(err.Error(), "timeout") {
		t.Fatal(err)
	}
	return addr
}
