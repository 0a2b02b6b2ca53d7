package hub

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/purlieu/purlieu/bus"
	"github.com/purlieu/purlieu/bus/nats"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/network"
	"github.com/purlieu/purlieu/network/certs"
	"github.com/purlieu/purlieu/network/proxy"
)

// connectProxy is a small proxy that allows CONNECT, and counts its tunnels.
func connectProxy(t *testing.T) (choose proxy.Chooser, tunnels *atomic.Int32) {
	t.Helper()
	tunnels = new(atomic.Int32)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		out, err := network.DialLoopback(r.Context(), "tcp", strings.Replace(r.Host, "localhost", "127.0.0.1", 1))
		if err != nil || r.Method != http.MethodConnect {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		tunnels.Add(1)
		in, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		_, _ = io.WriteString(in, "HTTP/1.1 200 OK\r\n\r\n")
		var ends sync.WaitGroup
		for _, pair := range [][2]net.Conn{{in, out}, {out, in}} {
			ends.Go(func() {
				_, _ = io.Copy(pair[0], pair[1])
				_ = pair[0].Close()
			})
		}
		ends.Wait()
	}))
	t.Cleanup(srv.Close)
	choose, err := proxy.Custom(proxy.Settings{Address: srv.Listener.Addr().String()})
	if err != nil {
		t.Fatal(err)
	}
	return choose, tunnels
}

func TestTheBusGoesThroughAProxyToThePinnedAccount(t *testing.T) {
	noLeaks(t)
	authority, err := certs.Open(t.TempDir(), time.Now, nil)
	if err != nil {
		t.Fatal(err)
	}
	a := newAccount(t, echo, false)
	front := httptest.NewUnstartedServer(a.http.Config.Handler)
	front.TLS = authority.TLSConfig()
	front.StartTLS()
	defer front.Close()
	choose, tunnels := connectProxy(t)
	base := "https://localhost:" + strconv.Itoa(front.Listener.Addr().(*net.TCPAddr).Port)

	cfg := a.config("pool--one", time.Hour)
	cfg.AccountURL, cfg.IngestURL = base+"/bus", base+"/ingest/bus"
	cfg.DialContext = (&network.Dialer{Proxy: choose}).DialContext
	if cfg.TLS, err = certs.PinnedConfig(authority.Pin(), "localhost", time.Now); err != nil {
		t.Fatal(err)
	}
	c := a.dial(cfg)
	eventually(t, 5*time.Second, func() bool { return c.Connected() || fault.CodeOf(c.Trouble()) == certs.CodeIntercepted }, c.Trouble)
	if got := roundTrip(t, c, bus.SubjectBatch, []byte("x")); got.err != nil || tunnels.Load() < 2 {
		t.Errorf("%v through %d tunnels", got.err, tunnels.Load())
	}

	other, err := certs.Open(t.TempDir(), time.Now, nil)
	if err != nil {
		t.Fatal(err)
	}
	if cfg.TLS, err = certs.PinnedConfig(other.Pin(), "localhost", time.Now); err != nil {
		t.Fatal(err)
	}
	stranger := a.dial(cfg)
	eventually(t, 5*time.Second, func() bool { return fault.CodeOf(stranger.Trouble()) == certs.CodeIntercepted }, stranger.Trouble)
	if got := roundTrip(t, stranger, bus.SubjectClaim, nil); !fault.Is(got.err, fault.Unreachable) {
		t.Error(got.err)
	}
}

// freezable dials through a relay of its own, over which nothing moves any more once ice is closed. Neither end hears.
func freezable(t *testing.T, ice <-chan struct{}) func(context.Context, string, string) (net.Conn, error) {
	t.Helper()
	var mu sync.Mutex
	var conns []net.Conn
	t.Cleanup(func() {
		mu.Lock()
		defer mu.Unlock()
		for _, c := range conns {
			_ = c.Close()
		}
	})
	return func(ctx context.Context, n, address string) (net.Conn, error) {
		l, err := network.Listen(ctx, "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		defer func() { _ = l.Close() }()
		conn, err := network.DialLoopback(ctx, n, l.Addr().String())
		if err != nil {
			return nil, err
		}
		in, err := l.Accept()
		if err != nil {
			return nil, err
		}
		out, err := network.DialLoopback(ctx, n, address)
		if err != nil {
			return nil, err
		}
		mu.Lock()
		conns = append(conns, in, out)
		mu.Unlock()
		go carry(in, out, ice)
		go carry(out, in, ice)
		return conn, nil
	}
}

// carry copies until it freezes; an end that closes before is passed on.
func carry(dst, src net.Conn, ice <-chan struct{}) {
	buf := make([]byte, 32<<10)
	for {
		n, err := src.Read(buf)
		select {
		case <-ice:
			return
		default:
		}
		if err == nil {
			_, err = dst.Write(buf[:n])
		}
		if err != nil {
			_ = dst.Close()
			return
		}
	}
}

func TestADeadWayIsNoticedAndNothingWaitsForIt(t *testing.T) {
	noLeaks(t)
	a := newAccount(t, echo, false)
	ice := make(chan struct{})
	cfg := a.config("pool--one", time.Hour)
	cfg.DialContext = freezable(t, ice)
	cfg.Ping, cfg.Timeout, cfg.BulkTimeout = 100*time.Millisecond, 2*time.Second, 2*time.Second
	c := a.dial(cfg)
	eventually(t, 5*time.Second, c.Connected)
	close(ice)
	var answers atomic.Int32
	payload := make([]byte, 1<<20)
	began := time.Now()
	for range 100 {
		c.Request(bus.SubjectBatch, payload, func(_ []byte, err error) {
			if fault.Is(err, fault.Unreachable) {
				answers.Add(1)
			}
		})
	}
	if took := time.Since(began); took >= cfg.BulkTimeout { // what waits for the way waits that long
		t.Errorf("requests waited %s", took)
	}
	eventually(t, 20*time.Second, func() bool { return answers.Load() == 100 })
	eventually(t, 20*time.Second, func() bool { return !c.Connected() })
}

func TestCloseDoesNotWaitForADeadWay(t *testing.T) {
	noLeaks(t)
	a := newAccount(t, echo, false)
	ice := make(chan struct{})
	cfg := a.config("pool--one", time.Hour)
	cfg.DialContext = freezable(t, ice)
	cfg.Ping, cfg.Timeout = time.Minute, time.Minute
	c := a.dial(cfg)
	eventually(t, 5*time.Second, c.Connected)
	close(ice)
	answered := make(chan error, 10)
	for range 10 {
		c.Request(bus.SubjectBatch, make([]byte, 1<<20), func(_ []byte, err error) { answered <- err })
	}
	time.Sleep(50 * time.Millisecond)
	began := time.Now()
	c.Close()
	if time.Since(began) > time.Second {
		t.Errorf("close took %s", time.Since(began))
	}
	for range 10 {
		if err := <-answered; !fault.Is(err, fault.Unreachable) {
			t.Error(err)
		}
	}
	if got := roundTrip(t, c, bus.SubjectClaim, nil); !fault.Is(got.err, fault.Unreachable) {
		t.Errorf("after close: %v", got.err)
	}
}

func TestAnAddressThatCanNotBeADoorIsRefused(t *testing.T) {
	a := newAccount(t, echo, false)
	for _, u := range []string{"", "account.example", "ftp://a/bus", "https://", "https://bob:pw@a/bus", "https://a/bus?token=x"} {
		cfg := a.config("pool--one", time.Hour)
		cfg.IngestURL = u
		if _, err := nats.Dial(cfg); !fault.Is(err, fault.Invalid) || strings.Contains(err.Error(), "pw") {
			t.Errorf("%q: %v", u, err)
		}
	}
	for _, name := range []string{"", "a.b", "a b", "*", ">", strings.Repeat("x", 300)} {
		cfg := a.config("pool--one", time.Hour)
		cfg.Node = name
		if _, err := nats.Dial(cfg); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: %v", name, err)
		}
	}
}
