package manage_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/network"
	"github.com/purlieu/purlieu/network/certs"
	"github.com/purlieu/purlieu/network/proxy"
	"github.com/purlieu/purlieu/node"
)

func TestEnrolment(t *testing.T) {
	h := build(t)
	dir := filepath.Join(t.TempDir(), "state")
	got, err := node.Enrol(t.Context(), node.EnrolOptions{Key: h.key().Text(), Name: "n1", StateDir: dir, Version: "1.2.3"})
	must(t, err)
	if got.State.Node != "pool--n1" || got.State.Account != h.access.Account() || got.State.Runtime != "pool" || got.Skew.Abs() > time.Minute {
		t.Fatalf("got %v %v", got.State, got.Skew)
	}
	t.Run("tells the account who registered", func(t *testing.T) {
		status, err := h.fleet.Status(t.Context(), "pool")
		must(t, err)
		if len(status.Nodes) != 1 || status.Nodes[0].Version != "1.2.3" || status.Nodes[0].System == "" {
			t.Fatalf("got %+v", status.Nodes)
		}
	})
	t.Run("leaves files that only the owner reads", func(t *testing.T) {
		for _, name := range []string{"node.json", "node.key"} {
			info, err := os.Stat(filepath.Join(dir, name))
			must(t, err)
			if runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
				t.Errorf("%s has mode %v", name, info.Mode())
			}
		}
	})
	t.Run("keeps neither the key nor prints the node key", func(t *testing.T) {
		text, err := os.ReadFile(filepath.Join(dir, "node.json"))
		must(t, err)
		pem, err := os.ReadFile(filepath.Join(dir, "node.key"))
		must(t, err)
		state, err := node.LoadState(dir)
		must(t, err)
		printed := fmt.Sprintf("%v %+v %#v %s", state, state, state, text)
		if strings.Contains(printed, h.key().Secret) || len(printed) > 4000 || bytes.Contains(text, pem[30:60]) {
			t.Fatal("a secret is in the state or its print")
		}
	})
	t.Run("is not done twice by accident", func(t *testing.T) {
		_, err := node.Enrol(t.Context(), node.EnrolOptions{Key: h.key().Text(), Name: "n1", StateDir: dir})
		wantCode(t, err, "AlreadyEnrolled")
		_, err = node.Enrol(t.Context(), node.EnrolOptions{Key: h.key().Text(), Name: "n1", StateDir: dir, Again: true})
		must(t, err)
	})
	t.Run("gives tokens from then on", func(t *testing.T) {
		state, err := node.LoadState(dir)
		must(t, err)
		now := time.Now()
		source := node.NewTokenSource(state, state.Client(nil, time.Now), func() time.Time { return now })
		before := h.requests.Load()
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				if _, err := source.Token(context.Background()); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if n := h.requests.Load() - before; n != 2 {
			t.Fatalf("eight callers made %d requests instead of 2", n)
		}
		first, err := source.Token(t.Context())
		must(t, err)
		status, who := h.call("GET", "/manage/v1/whoami", first, "")
		if status != 200 || who["node"] != "pool--n1" {
			t.Fatal(status, who)
		}
		now = now.Add(8 * time.Minute)
		if again, err := source.Token(t.Context()); err != nil || again != first {
			t.Fatal("it was renewed too early", err)
		}
		now = now.Add(time.Minute + time.Second)
		if again, err := source.Token(t.Context()); err != nil || again == first {
			t.Fatal("it was not renewed", err)
		}
		source.Forget(t.Context())
		must(t, h.fleet.Revoke(t.Context(), "pool--n1"))
		_, err = source.Token(t.Context())
		wantCode(t, err, "NodeRevoked")
		if status, _ := h.call("GET", "/manage/v1/whoami", first, ""); status != 401 {
			t.Fatal("the revoked node's token is still taken:", status)
		}
	})
	t.Run("an answer that got lost is asked for again", func(t *testing.T) {
		lose := func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				next.ServeHTTP(httptest.NewRecorder(), r)
				panic(http.ErrAbortHandler)
			})
		}
		h.wrap.Store(&lose)
		dir := t.TempDir()
		_, err := node.Enrol(t.Context(), node.EnrolOptions{Key: h.key().Text(), Name: "lost", StateDir: dir})
		wantCode(t, err, "HandshakeCut")
		h.wrap.Store(nil)
		_, err = node.Enrol(t.Context(), node.EnrolOptions{Key: h.key().Text(), Name: "lost", StateDir: dir})
		must(t, err)
	})
	t.Run("of many machines at once", func(t *testing.T) {
		key := h.key().Text()
		var wg sync.WaitGroup
		for i := range 12 {
			dir := t.TempDir()
			wg.Go(func() {
				got, err := node.Enrol(context.Background(), node.EnrolOptions{Key: key, Name: fmt.Sprintf("many-%d", i), StateDir: dir})
				if err != nil {
					t.Error(err)
					return
				}
				if _, err := node.NewTokenSource(got.State, got.State.Client(nil, time.Now), nil).Token(context.Background()); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
	})
	t.Run("a machine that was never enrolled says so", func(t *testing.T) {
		_, err := node.LoadState(t.TempDir())
		wantCode(t, err, "NotEnrolled")
	})
}

func wantCode(t *testing.T, err error, code string) {
	t.Helper()
	if fault.CodeOf(err) != code {
		t.Fatalf("want %q, got %q: %v", code, fault.CodeOf(err), err)
	}
}

// listen gives the address of a listener that treats each connection so.
func listen(t *testing.T, serve func(net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go serve(c)
		}
	}()
	return l.Addr().String()
}

func closedPort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer l.Close()
	return l.Addr().String()
}

func throughProxy(t *testing.T, address string) node.Dial {
	t.Helper()
	choose, err := proxy.Custom(proxy.Settings{Address: "http://" + address})
	must(t, err)
	return (&network.Dialer{Proxy: choose}).DialContext
}

func TestAFailedEnrolmentNamesItsOneCause(t *testing.T) {
	h, other := build(t), build(t)
	h.enrol("taken")
	key := h.key()
	with := func(change func(*model.AuthKey)) string {
		k := key
		change(&k)
		return k.Text()
	}
	at := func(address string) string { return with(func(k *model.AuthKey) { k.Endpoint = address }) }

	cases := map[string]struct {
		key  string
		dial node.Dial
		now  func() time.Time
		name string
		ca   string
		code string
		says string // must be in the text, besides
	}{
		"the key is cut":                {key: key.Text()[:80], code: "MalformedKey", says: "whole key"},
		"the key's secret is wrong":     {key: with(func(k *model.AuthKey) { k.Secret = other.key().Secret }), code: "KeyRefused", says: "key again"},
		"the key is another account's":  {key: with(func(k *model.AuthKey) { k.Account = other.key().Account }), code: "OtherAccount", says: "another account"},
		"the key's runtime is gone":     {key: with(func(k *model.AuthKey) { k.Runtime = other.key().Runtime }), code: "KeyRefused"},
		"the pin is damaged":            {key: with(func(k *model.AuthKey) { k.Pin = "x" }), code: "BadPin", says: "Copy the key"},
		"the name does not resolve":     {key: at("account.invalid:8443"), dial: unknownName(), code: "NameNotFound", says: "DNS"},
		"the port is closed":            {key: at(closedPort(t)), code: "Refused", says: "port"},
		"the proxy is not there":        {key: key.Text(), dial: throughProxy(t, closedPort(t)), code: "ProxyUnreachable", says: "proxy"},
		"the proxy wants a password":    {key: key.Text(), dial: throughProxy(t, askingProxy(t)), code: "ProxyAuthRequired", says: "proxy"},
		"another account answers":       {key: at(other.address), code: "Intercepted", says: "issued by"},
		"the clock is wrong":            {key: key.Text(), now: func() time.Time { return time.Now().Add(-24 * time.Hour) }, code: "Clock", says: "clock"},
		"the clock is far ahead":        {key: key.Text(), now: func() time.Time { return time.Now().AddDate(1, 0, 0) }, code: "Clock", says: "clock"},
		"the port speaks no TLS":        {key: at(listen(t, talk)), code: "NotTLS", says: "port"},
		"the connection is cut":         {key: at(listen(t, func(c net.Conn) { _ = c.Close() })), code: "HandshakeCut", says: "firewall"},
		"the name is taken":             {key: key.Text(), name: "taken", code: "NameTaken", says: "--name"},
		"the node's name can't be one":  {key: key.Text(), name: "a.b", code: "InvalidNodeName", says: "--name"},
		"the file of --ca is not there": {key: key.Text(), ca: "/nonexistent/ca.pem", code: "BadCAFile", says: "--ca"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if c.name == "" {
				c.name = "fresh"
			}
			dir := t.TempDir()
			_, err := node.Enrol(t.Context(), node.EnrolOptions{Key: c.key, Name: c.name, StateDir: dir, Dial: c.dial, Now: c.now, CAFile: c.ca})
			wantCode(t, err, c.code)
			if !strings.Contains(err.Error(), c.says) {
				t.Errorf("%q is not in: %v", c.says, err)
			}
			for cause := err; cause != nil; cause = errors.Unwrap(cause) {
				if strings.Contains(cause.Error(), key.Secret[:20]) || strings.Contains(cause.Error(), other.key().Secret[:20]) {
					t.Errorf("the error quotes the key: %v", cause)
				}
			}
			if _, err := os.Stat(filepath.Join(dir, "node.json")); err == nil {
				t.Error("a failed enrolment left a state")
			}
		})
	}
	t.Run("the key was regenerated", func(t *testing.T) {
		_, err := h.fleet.RegenerateAuthKey(t.Context(), "pool", "authKey1")
		must(t, err)
		_, err = node.Enrol(t.Context(), node.EnrolOptions{Key: key.Text(), Name: "fresh", StateDir: t.TempDir()})
		wantCode(t, err, "KeyRefused")
	})
	t.Run("nothing answers in time", func(t *testing.T) {
		silent := listen(t, func(c net.Conn) { _, _ = io.Copy(io.Discard, c) })
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		defer cancel()
		_, err := node.Enrol(ctx, node.EnrolOptions{Key: at(silent), Name: "fresh", StateDir: t.TempDir()})
		wantCode(t, err, "TimedOut")
	})
	t.Run("something else answers in the account's place", func(t *testing.T) {
		web := func(http.Handler) http.Handler { return http.NotFoundHandler() }
		h.wrap.Store(&web)
		defer h.wrap.Store(nil)
		_, err := node.Enrol(t.Context(), node.EnrolOptions{Key: h.key().Text(), Name: "fresh", StateDir: t.TempDir()})
		wantCode(t, err, "NotAnAccount")
	})
}

func unknownName() node.Dial {
	d := &network.Dialer{Resolve: func(_ context.Context, host string) ([]netip.Addr, error) {
		return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
	}}
	return d.DialContext
}

// talk answers as a plain HTTP server does.
func talk(c net.Conn) {
	_, _ = io.WriteString(c, "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")
	_, _ = io.Copy(io.Discard, c)
}

func askingProxy(t *testing.T) string {
	return listen(t, func(c net.Conn) {
		_, _ = io.WriteString(c, "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\n\r\n")
		_, _ = io.Copy(io.Discard, c)
	})
}

func TestAnInspectingProxyIsNamedAndCanBeTrusted(t *testing.T) {
	h := build(t)
	inspector, err := certs.Open(t.TempDir(), time.Now, nil)
	must(t, err)
	target, err := url.Parse("https://" + h.address)
	must(t, err)
	relay := httputil.NewSingleHostReverseProxy(target)
	conf, err := certs.PinnedConfig(h.authority.Pin(), "127.0.0.1", time.Now)
	must(t, err)
	relay.Transport = &http.Transport{TLSClientConfig: conf}
	address := serveTLS(t, inspector, relay)
	inspected := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(network.Dialer).DialContext(ctx, "tcp", address)
	}
	dir := t.TempDir()
	o := node.EnrolOptions{Key: h.key().Text(), Name: "n1", StateDir: dir, Dial: inspected}
	_, err = node.Enrol(t.Context(), o)
	wantCode(t, err, "Intercepted")
	if !strings.Contains(err.Error(), "issued by") || !strings.Contains(err.Error(), "--ca") {
		t.Fatal(err)
	}
	o.CAFile = filepath.Join(t.TempDir(), "ca.pem")
	must(t, os.WriteFile(o.CAFile, inspector.RootPEM(), 0o600))
	_, err = node.Enrol(t.Context(), o)
	must(t, err)
	state, err := node.LoadState(dir)
	must(t, err)
	for name, dial := range map[string]node.Dial{"through it": inspected, "past it": nil} {
		if _, err := node.NewTokenSource(state, state.Client(dial, time.Now), nil).Token(t.Context()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
