// Package client speaks to an account's REST doors for people and scripts.
//
// A *login* is the address of an account, a bearer token and, where the account has an authority of its own, that
// authority's certificate; it is kept in one file that only its owner can read.
package client

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/purlieu/purlieu/fault"
)

// Client asks one account. Safe for concurrent use.
type Client struct {
	base string
	http *http.Client

	mu    sync.Mutex
	login Login
	// Renewed is told of each login that took the place of an ended one, to keep it; may be nil. Set it before use.
	Renewed func(Login) error
	// Variable is the environment's that the token came from, to name where the account does not take it; "" for none.
	Variable string
}

// New makes a client. A token is sent over verified TLS, or in the clear to loopback only.
func New(l Login) (*Client, error) {
	u, err := url.Parse(l.URL)
	if err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") || u.User != nil || u.RawQuery != "" {
		return nil, fault.New(fault.Invalid, "BadAddress", "%q is not the address of an account", l.URL).
			Try("Give it as https://host:port")
	}
	if u.Scheme == "http" && !loopback(u.Hostname()) {
		return nil, fault.New(fault.Invalid, "ClearText", "a token is never sent in the clear to %s", u.Host).
			Try("Use https://")
	}
	transport := &http.Transport{Proxy: http.ProxyFromEnvironment, TLSHandshakeTimeout: 15 * time.Second, ForceAttemptHTTP2: true}
	if l.CA != "" {
		pool := x509.NewCertPool()
		if !pool.AppendCertsFromPEM([]byte(l.CA)) {
			return nil, fault.New(fault.Invalid, "BadCertificate", "the certificate of the authority is not PEM")
		}
		transport.TLSClientConfig = &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
	}
	return &Client{
		base: strings.TrimSuffix(u.Scheme+"://"+u.Host+u.Path, "/"), login: l,
		http: &http.Client{Transport: transport, Timeout: time.Minute, CheckRedirect: func(*http.Request, []*http.Request) error {
			return http.ErrUseLastResponse // a token follows no redirect
		}},
	}, nil
}

func loopback(host string) bool {
	if addr, err := netip.ParseAddr(host); err == nil {
		return addr.IsLoopback()
	}
	return host == "localhost"
}

// Get asks for a path and decodes the answer into out.
func (c *Client) Get(ctx context.Context, path string, out any) error {
	return c.Do(ctx, http.MethodGet, path, nil, out)
}

const maxAnswer = 256 << 20 // bytes

// Do sends body as JSON (nil: none) and decodes the answer into out (nil: dropped). A refusal is a *fault.Error with
// the account's words; silence is fault.Unreachable.
func (c *Client) Do(ctx context.Context, method, path string, body, out any) error {
	var payload []byte
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			return err
		}
		payload = b
	}
	token := c.token()
	resp, answer, err := c.send(ctx, method, path, payload, token)
	if err == nil && resp.StatusCode == http.StatusUnauthorized && token != "" {
		if renewed := c.renew(ctx, token); renewed != "" {
			resp, answer, err = c.send(ctx, method, path, payload, renewed)
		}
	}
	if err != nil {
		return err
	}
	if resp.StatusCode >= 300 {
		err := refusal(resp, answer)
		if refused := (*fault.Error)(nil); resp.StatusCode == http.StatusUnauthorized && c.Variable != "" && errors.As(err, &refused) {
			refused.Text = strings.TrimSuffix(refused.Text, ".")
			err = refused.Try("The token is that of %s: set it to a good one, or unset it", c.Variable)
		}
		return err
	}
	if out == nil || len(answer) == 0 {
		return nil
	}
	dec := json.NewDecoder(bytes.NewReader(answer))
	dec.UseNumber()
	if err := dec.Decode(out); err != nil {
		return fault.New(fault.Internal, "BadAnswer", "%s does not answer as an account does", c.base).Because(err)
	}
	return nil
}

func (c *Client) token() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.login.Token
}

// send asks once and reads the whole answer.
func (c *Client) send(ctx context.Context, method, path string, payload []byte, token string) (*http.Response, []byte, error) {
	req, err := http.NewRequestWithContext(ctx, method, c.base+path, bytes.NewReader(payload))
	if err != nil {
		return nil, nil, fault.New(fault.Invalid, "BadAddress", "the address can't be asked").Because(err)
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	req.Header.Set("Accept", "application/json")
	if payload != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, nil, c.unreachable(err)
	}
	defer resp.Body.Close() //nolint:errcheck // it was read
	answer, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return nil, nil, c.unreachable(err)
	}
	return resp, answer, nil
}

// granted is what the sign-in door gives.
type granted struct {
	Access  string `json:"access_token"`
	Refresh string `json:"refresh_token"`
}

// renew gets the token after one that has ended; "" when there is no way to, and the refusal stands.
func (c *Client) renew(ctx context.Context, ended string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.login.Token != ended { // another request was first
		return c.login.Token
	}
	if c.login.Refresh == "" {
		return ""
	}
	next, err := c.grant(ctx, "/signin/v1/refresh", map[string]string{"refresh_token": c.login.Refresh})
	if err != nil {
		return ""
	}
	c.login.Token = next.Access
	if next.Refresh == "" { // another command renewed at the same time, and keeps the newer one
		return c.login.Token
	}
	c.login.Refresh = next.Refresh
	if c.Renewed != nil && c.Renewed(c.login) != nil {
		return "" // a token that can't be kept would lock the next command out
	}
	return c.login.Token
}

func (c *Client) grant(ctx context.Context, path string, body any) (granted, error) {
	var g granted
	payload, err := json.Marshal(body)
	if err != nil {
		return g, err
	}
	resp, answer, err := c.send(ctx, http.MethodPost, path, payload, "")
	if err != nil {
		return g, err
	}
	if resp.StatusCode >= 300 {
		return g, refusal(resp, answer)
	}
	if err := json.Unmarshal(answer, &g); err != nil || g.Access == "" {
		return g, fault.New(fault.Internal, "BadAnswer", "%s does not answer as an account does", c.base).Because(err)
	}
	return g, nil
}

// Redeem signs in with a one-time link's token: it sets the password of name.
func (c *Client) Redeem(ctx context.Context, token, name, password string) (Login, error) {
	return c.signIn(ctx, "/signin/v1/redeem", map[string]string{"token": token, "name": name, "password": password})
}

// SignIn signs in with a name and a password.
func (c *Client) SignIn(ctx context.Context, name, password string) (Login, error) {
	return c.signIn(ctx, "/signin/v1/password", map[string]string{"name": name, "password": password})
}

// SignOut ends the session at the account, so that nobody can go on with it. A token alone has none to end.
func (c *Client) SignOut(ctx context.Context) error {
	c.mu.Lock()
	payload, err := json.Marshal(map[string]string{"refresh_token": c.login.Refresh})
	c.mu.Unlock()
	if err != nil {
		return err
	}
	resp, answer, err := c.send(ctx, http.MethodPost, "/signin/v1/signout", payload, "")
	if err == nil && resp.StatusCode >= 300 {
		err = refusal(resp, answer)
	}
	return err
}

func (c *Client) signIn(ctx context.Context, path string, body any) (Login, error) {
	g, err := c.grant(ctx, path, body)
	if err != nil {
		return Login{}, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.login.Token, c.login.Refresh = g.Access, g.Refresh
	return c.login, nil
}

// All follows a list to its end. Each page's values are handed over as they come.
func (c *Client) All(ctx context.Context, path string, each func(json.RawMessage) error) error {
	for path != "" {
		var page struct {
			Value    []json.RawMessage `json:"value"`
			NextLink string            `json:"nextLink"`
		}
		if err := c.Get(ctx, path, &page); err != nil {
			return err
		}
		for _, v := range page.Value {
			if err := each(v); err != nil {
				return err
			}
		}
		next, err := url.Parse(page.NextLink)
		if err != nil || page.NextLink == "" {
			return nil
		}
		path = next.RequestURI() // the host stays the one that was asked
	}
	return nil
}

// refusal turns an error answer of either shape into a fault.
func refusal(resp *http.Response, answer []byte) error {
	var body struct {
		Error struct {
			Code    string `json:"code"`
			Message string `json:"message"`
		} `json:"error"`
		ErrorCode    string `json:"errorCode"`
		ErrorMessage string `json:"errorMessage"`
	}
	_ = json.Unmarshal(answer, &body) // a proxy's page is no JSON: the status has to do
	code, text := body.Error.Code, body.Error.Message
	if code == "" {
		code, text = body.ErrorCode, body.ErrorMessage
	}
	if text == "" && resp.StatusCode == http.StatusBadRequest && resp.Request.URL.Scheme == "http" && bytes.Contains(answer, []byte("HTTPS")) {
		return fault.New(fault.Invalid, "SpeaksTLS", "%s speaks TLS only", resp.Request.URL.Host).
			Try("Give its address as https://%s", resp.Request.URL.Host).Because(answered(resp.StatusCode))
	}
	if text == "" {
		text = fmt.Sprintf("%s answered %s", resp.Request.URL.Host, resp.Status)
	}
	if resp.StatusCode >= 500 {
		if id := resp.Header.Get("x-ms-request-id"); id != "" && !strings.Contains(text, id) {
			text += " (request " + id + ")"
		}
	}
	return fault.New(kindOf(resp.StatusCode), code, "%s", text).Because(answered(resp.StatusCode))
}

// answered is the cause of a refusal: the status of the account's answer.
type answered int

func (status answered) Error() string { return fmt.Sprintf("the account answered %d", int(status)) }

// Refused tells an account's refusal from what this side found out by itself.
func Refused(err error) bool {
	var status answered
	return errors.As(err, &status)
}

func kindOf(status int) fault.Kind {
	switch status {
	case http.StatusUnauthorized, http.StatusForbidden:
		return fault.Denied
	case http.StatusNotFound:
		return fault.NotFound
	case http.StatusConflict:
		return fault.Conflict
	case http.StatusGone:
		return fault.Gone
	case http.StatusTooManyRequests:
		return fault.Throttled
	case http.StatusNotImplemented:
		return fault.Unsupported
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return fault.Unreachable
	}
	if status >= 500 {
		return fault.Internal
	}
	return fault.Invalid
}

// unreachable names the one cause and the next step.
func (c *Client) unreachable(err error) error {
	var dns *net.DNSError
	var authority x509.UnknownAuthorityError
	var name x509.HostnameError
	var cert x509.CertificateInvalidError
	e := fault.New(fault.Unreachable, "Unreachable", "%s could not be reached", c.base).Because(err)
	switch {
	case errors.Is(err, context.Canceled):
		return err
	case errors.As(err, &dns):
		return e.Try("The name %s does not resolve: check the address and the name server", dns.Name)
	case errors.As(err, &authority):
		return e.Try("Its certificate comes from an authority that this machine does not know: `purlieu admin ca > ca.pem` on the server shows its own; then sign in with --ca ca.pem, or set PURLIEU_CA to that file")
	case errors.As(err, &name):
		return e.Try("Its certificate is for another name: use the name that the certificate has")
	case errors.As(err, &cert) && cert.Reason == x509.Expired:
		return e.Try("Its certificate is expired or not valid yet: check the clocks of both machines")
	case errors.Is(err, context.DeadlineExceeded):
		return e.Try("It did not answer in time: check firewall and proxy")
	}
	return e.Try("Check that the server runs and listens there, and that no firewall or proxy stands between")
}
