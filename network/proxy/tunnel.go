package proxy

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/purlieu/purlieu/fault"
)

// Codes of what a proxy can fail with.
const (
	CodeBadProxy          = "BadProxy"          // Invalid: what was configured can't be used
	CodeProxyUnreachable  = "ProxyUnreachable"  // Unreachable: no connection to the proxy
	CodeProxyAuthRequired = "ProxyAuthRequired" // Denied: it asks for credentials and there are none that it takes
	CodeProxyAuthFailed   = "ProxyAuthFailed"   // Denied: it did not take the credentials
	CodeProxyRefused      = "ProxyRefused"      // Denied or Unreachable: it will not, or can't, reach the target
	CodeProxyBadAnswer    = "ProxyBadAnswer"    // Unreachable: what answers is no proxy
)

// DialFunc opens a TCP connection.
type DialFunc func(ctx context.Context, network, address string) (net.Conn, error)

// maxHead bounds the proxy's answer, in bytes, and maxWait the time for it.
const (
	maxHead = 32 << 10
	maxWait = 30 * time.Second
)

// Dial reaches target (host:port) through the proxy. base opens the connection to the proxy. The connection that it
// gives is the caller's, with no deadline set; ctx matters until Dial returns.
func (p *Proxy) Dial(ctx context.Context, base DialFunc, target string) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, maxWait)
	defer cancel()
	raw, err := base(ctx, "tcp", p.address)
	if err != nil {
		return nil, fault.New(fault.Unreachable, CodeProxyUnreachable, "the proxy %s could not be reached: %s", p.address, reason(err)).
			Try("Check the proxy's address and port, and that this machine may connect to it").Because(err)
	}
	conn, err := p.tunnel(ctx, raw, target)
	if err != nil {
		_ = raw.Close()
		return nil, err
	}
	return conn, nil
}

// tunnel asks for the way through. When ctx ends, what hangs in it fails.
func (p *Proxy) tunnel(ctx context.Context, conn net.Conn, target string) (net.Conn, error) {
	raw := conn
	stop := context.AfterFunc(ctx, func() { _ = raw.SetDeadline(time.Unix(1, 0)) })
	if p.tls {
		host, _, _ := net.SplitHostPort(p.address)
		conn = tls.Client(conn, &tls.Config{ServerName: host, MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"}})
	}
	rest, err := p.ask(conn, target)
	if !stop() && err == nil {
		err = ctx.Err() // the deadline was set in the past meanwhile
	}
	var known *fault.Error
	var cert *tls.CertificateVerificationError
	switch {
	case errors.As(err, &known):
		return nil, err
	case errors.As(err, &cert):
		return nil, fault.New(fault.Unreachable, CodeProxyUnreachable, "the certificate of the proxy %s is not trusted here", p.address).
			Try("Add its authority to this machine's trusted roots, or use the proxy over http://").Because(err)
	case ctx.Err() != nil && err != nil:
		return nil, fault.New(fault.Unreachable, CodeProxyBadAnswer, "the proxy %s did not answer in time", p.address).
			Try("Check that this is a proxy, and that it can reach %s", target).Because(err)
	case err != nil:
		return nil, fault.New(fault.Unreachable, CodeProxyBadAnswer, "what answers at %s is not a proxy that allows CONNECT", p.address).
			Try("Check the proxy's address and port").Because(err)
	}
	if len(rest) > 0 {
		return &started{Conn: conn, rest: rest}, nil
	}
	return conn, nil
}

// ask sends CONNECT and reads the answer's head; rest is what the target already said behind it.
func (p *Proxy) ask(conn net.Conn, target string) (rest []byte, err error) {
	req := &http.Request{Method: http.MethodConnect, URL: &url.URL{Opaque: target}, Host: target, Header: http.Header{"User-Agent": {"Purlieu"}}}
	if p.user != "" {
		req.Header.Set("Proxy-Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(p.user+":"+p.secret)))
	}
	if err := req.Write(conn); err != nil {
		return nil, err
	}
	br := bufio.NewReader(&bounded{conn, maxHead})
	res, err := http.ReadResponse(br, req)
	if err != nil {
		return nil, err
	}
	if res.StatusCode/100 == 2 {
		rest = make([]byte, br.Buffered())
		_, err = io.ReadFull(br, rest)
		return rest, err
	}
	return nil, p.refusal(res, target)
}

// refusal says what a proxy's no means.
func (p *Proxy) refusal(res *http.Response, target string) error {
	switch {
	case res.StatusCode == http.StatusProxyAuthRequired:
		schemes, basic := offered(res.Header.Values("Proxy-Authenticate"))
		switch {
		case !basic:
			return fault.New(fault.Denied, CodeProxyAuthRequired, "the proxy %s asks for credentials and offers %s", p.address, schemes).
				Try("This build answers Basic only: let the proxy offer it, or let this machine pass without")
		case p.user == "":
			return fault.New(fault.Denied, CodeProxyAuthRequired, "the proxy %s asks for credentials and offers %s", p.address, schemes).
				Try("Configure the proxy's user and secret")
		}
		return fault.New(fault.Denied, CodeProxyAuthFailed, "the proxy %s did not accept user and secret; it offers %s", p.address, schemes).
			Try("Check the proxy's user and secret")
	case res.StatusCode >= 500:
		return fault.New(fault.Unreachable, CodeProxyRefused, "the proxy %s could not reach %s (status %d)", p.address, target, res.StatusCode).
			Try("Check that the proxy's own network can resolve and reach %s", target)
	case res.StatusCode >= 400:
		return fault.New(fault.Denied, CodeProxyRefused, "the proxy %s refused to connect to %s (status %d)", p.address, target, res.StatusCode).
			Try("Ask for a rule on the proxy that allows CONNECT to %s", target)
	}
	return fault.New(fault.Unreachable, CodeProxyBadAnswer, "the proxy %s answered CONNECT with status %d", p.address, res.StatusCode).
		Try("Check the proxy's address and port")
}

// offered lists the schemes of Proxy-Authenticate headers, for people.
func offered(headers []string) (schemes string, basic bool) {
	var names []string
	for _, h := range headers {
		name, _, _ := strings.Cut(strings.TrimSpace(h), " ")
		name = strings.TrimRight(name, ",")
		if name == "" || len(names) == 8 || len(name) > 32 || strings.ContainsFunc(name, func(r rune) bool { return r <= ' ' || r > '~' }) {
			continue
		}
		basic = basic || strings.EqualFold(name, "Basic")
		names = append(names, name)
	}
	if len(names) == 0 {
		return "no scheme", false
	}
	return strings.Join(names, ", "), basic
}

// reason is the text of a fault, or a neutral word: what the system says may quote more than people need.
func reason(err error) string {
	var known *fault.Error
	if errors.As(err, &known) {
		return known.Text
	}
	return "the connection failed"
}

// bounded fails when more is read than allowed, so that an endless head ends.
type bounded struct {
	r    io.Reader
	left int
}

func (b *bounded) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, errors.New("the answer's head is too long")
	}
	n, err := b.r.Read(p[:min(len(p), b.left)])
	b.left -= n
	return n, err
}

// started is a connection whose first bytes were read together with the proxy's answer.
type started struct {
	net.Conn
	rest []byte
}

func (s *started) Read(p []byte) (int, error) {
	if len(s.rest) > 0 {
		n := copy(p, s.rest)
		s.rest = s.rest[n:]
		return n, nil
	}
	return s.Conn.Read(p)
}

// CloseWrite ends one direction where the connection below can.
func (s *started) CloseWrite() error {
	if c, ok := s.Conn.(interface{ CloseWrite() error }); ok {
		return c.CloseWrite()
	}
	return s.Conn.Close()
}
