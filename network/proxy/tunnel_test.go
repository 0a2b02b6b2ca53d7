package proxy

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/test/peer"
)

// answers starts a server that reads one request head and lets say do the rest.
func answers(t *testing.T, say func(c net.Conn, req *http.Request)) *Proxy {
	t.Helper()
	at := peer.Listen(t, func(c net.Conn) {
		req, err := http.ReadRequest(bufio.NewReader(c))
		if err == nil {
			say(c, req)
		}
	})
	return &Proxy{address: at.String(), user: "bob", secret: "hunter2"}
}

func dial(p *Proxy, wait time.Duration) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(context.Background(), wait)
	defer cancel()
	return p.Dial(ctx, (&net.Dialer{}).DialContext, "db.example:5432")
}

func TestAProxysNoIsExplained(t *testing.T) {
	for _, c := range []struct {
		name, answer string
		user         string
		kind         fault.Kind
		code         string
		says         string
	}{
		{"no credentials", "407 X\r\nProxy-Authenticate: Basic realm=\"x\"\r\nProxy-Authenticate: NTLM", "", fault.Denied, CodeProxyAuthRequired, "Basic, NTLM"},
		{"wrong credentials", "407 X\r\nProxy-Authenticate: basic realm=\"x\"", "bob", fault.Denied, CodeProxyAuthFailed, "Check the proxy's user"},
		{"NTLM only", "407 X\r\nProxy-Authenticate: NTLM\r\nProxy-Authenticate: Negotiate", "bob", fault.Denied, CodeProxyAuthRequired, "NTLM, Negotiate"},
		{"no scheme", "407 X", "bob", fault.Denied, CodeProxyAuthRequired, "no scheme"},
		{"forbidden", "403 Forbidden", "bob", fault.Denied, CodeProxyRefused, "allows CONNECT to db.example:5432"},
		{"no route", "502 Bad Gateway", "bob", fault.Unreachable, CodeProxyRefused, "status 502"},
		{"redirect", "302 Found\r\nLocation: http://login.example", "bob", fault.Unreachable, CodeProxyBadAnswer, "status 302"},
	} {
		p := answers(t, func(w net.Conn, req *http.Request) {
			if req.Method != http.MethodConnect || req.Host != "db.example:5432" || req.RequestURI != "db.example:5432" {
				t.Errorf("asked %s %s of %s", req.Method, req.RequestURI, req.Host)
			}
			fmt.Fprintf(w, "HTTP/1.1 %s\r\nContent-Length: 0\r\n\r\n", c.answer)
		})
		p.user = c.user
		_, err := dial(p, 5*time.Second)
		if fault.KindOf(err) != c.kind || fault.CodeOf(err) != c.code || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %s %s: %v", c.name, fault.KindOf(err), fault.CodeOf(err), err)
		}
	}
}

func TestWhatIsNoProxyEndsInTime(t *testing.T) {
	for name, say := range map[string]func(c net.Conn){
		"garbage":      func(c net.Conn) { _, _ = io.WriteString(c, "SSH-2.0-OpenSSH\r\n\r\n") },
		"nothing":      func(net.Conn) {},
		"silence":      func(c net.Conn) { _, _ = io.Copy(io.Discard, c) },
		"a slow drip":  func(c net.Conn) { drip(c, "HTTP/1.1 200 OK\r\nX: ", 20*time.Millisecond) },
		"endless head": func(c net.Conn) { drip(c, "HTTP/1.1 200 OK\r\n"+strings.Repeat("X: y\r\n", 4000), 0) },
		"endless line": func(c net.Conn) { drip(c, "HTTP/1.1 200 "+strings.Repeat("O", 4000), 0) },
		"half a head":  func(c net.Conn) { _, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nX: y\r\n") },
	} {
		began := time.Now()
		_, err := dial(answers(t, func(c net.Conn, _ *http.Request) { say(c) }), 300*time.Millisecond)
		if fault.CodeOf(err) != CodeProxyBadAnswer || !fault.Is(err, fault.Unreachable) || time.Since(began) > 3*time.Second {
			t.Errorf("%s: %v after %s", name, err, time.Since(began))
		}
	}
}

// drip writes head and then more, until the other side has had enough.
func drip(c net.Conn, head string, pause time.Duration) {
	for _, err := io.WriteString(c, head); err == nil; _, err = io.WriteString(c, "x") {
		time.Sleep(pause)
	}
}

func TestAProxyThatIsNotThereIsNamed(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	_ = l.Close()
	_, err = dial(&Proxy{address: address}, time.Second)
	if fault.CodeOf(err) != CodeProxyUnreachable || !strings.Contains(err.Error(), address) {
		t.Error(err)
	}
}

func TestWhatTheTargetSaysFirstIsNotLost(t *testing.T) {
	p := answers(t, func(c net.Conn, _ *http.Request) {
		_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\n\r\nhello from the target, ")
		_, _ = io.Copy(c, c)
	})
	conn, err := dial(p, 5*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	time.Sleep(20 * time.Millisecond) // the dial's context has ended: the connection must not notice
	if _, err := io.WriteString(conn, "and back"); err != nil {
		t.Fatal(err)
	}
	got := make([]byte, len("hello from the target, and back"))
	if _, err := io.ReadFull(conn, got); err != nil || string(got) != "hello from the target, and back" {
		t.Errorf("%q, %v", got, err)
	}
}

func TestAProxyWithAnUnknownCertificateIsNotTrusted(t *testing.T) {
	srv := httptest.NewUnstartedServer(http.NotFoundHandler())
	srv.Config.ErrorLog = log.New(io.Discard, "", 0)
	srv.StartTLS()
	defer srv.Close()
	_, err := dial(&Proxy{address: srv.Listener.Addr().String(), tls: true, user: "bob", secret: "hunter2"}, 5*time.Second)
	if fault.CodeOf(err) != CodeProxyUnreachable || !strings.Contains(err.Error(), "certificate") {
		t.Error(err)
	}
}
