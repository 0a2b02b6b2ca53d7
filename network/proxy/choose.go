// Package proxy reaches targets through HTTP proxies that allow CONNECT.
//
// A *proxy* is an address and, where it asks for one, a user with a secret that is only ever sent to that proxy. A
// *chooser* says which proxy, if any, is used for a target: Environment (the variables that other programs
// read), Custom (what the owner of the node configured, with a *bypass* list of targets that are reached directly).
// Dial asks a proxy for a *tunnel*; from then on the bytes are the target's. Of the schemes that a proxy may ask for
// this build answers Basic.
package proxy

import (
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"golang.org/x/net/http/httpproxy"

	"github.com/purlieu/purlieu/fault"
)

// Chooser says through which proxy a target is reached; nil means directly. Safe for concurrent use. An error is
// fault.Invalid: what was configured can't be used.
type Chooser func(host string, port int) (*Proxy, error)

// Proxy is one proxy. It prints without user and secret.
type Proxy struct {
	address      string // host:port
	tls          bool   // speak TLS to the proxy itself
	user, secret string
}

// Address is the proxy's host:port.
func (p *Proxy) Address() string { return p.address }

// String is the proxy's address; never its credentials.
func (p *Proxy) String() string { return p.address }

// GoString is String.
func (p *Proxy) GoString() string { return p.address }

// Environment chooses as HTTPS_PROXY and NO_PROXY say, in capital or small letters, for every target, whatever is
// spoken to it. Loopback is always reached directly. The variables are read once, through getenv.
func Environment(getenv func(string) string) Chooser {
	either := func(name string) string {
		if v := getenv(name); v != "" {
			return v
		}
		return getenv(strings.ToLower(name))
	}
	cfg := httpproxy.Config{HTTPSProxy: either("HTTPS_PROXY"), NoProxy: either("NO_PROXY")}
	choose := cfg.ProxyFunc()
	return func(host string, port int) (*Proxy, error) {
		u, err := choose(&url.URL{Scheme: "https", Host: net.JoinHostPort(host, strconv.Itoa(port))})
		if err != nil {
			// Its text quotes the variable, which may hold a password.
			return nil, fault.New(fault.Invalid, CodeBadProxy, "HTTPS_PROXY is not the address of a proxy").Try(formRemedy)
		}
		if u == nil {
			return nil, nil
		}
		secret, _ := u.User.Password()
		return parse(u, u.User.Username(), secret)
	}
}

// Settings are a proxy that the owner of a node configured.
type Settings struct {
	Address string   // host:port, http://host:port or https://host:port; no credentials in it
	User    string   // "" for a proxy that asks for none
	Secret  string   // of the user
	Bypass  []string // targets that are reached directly, see Custom
}

// GoString hides the secret.
func (s Settings) GoString() string { return s.String() }

// String hides the secret.
func (s Settings) String() string { return "proxy " + s.Address }

// Custom uses one proxy for all targets but those of the bypass list. Its entries are a name (itself and what is below
// it), ".name" (only what is below), an address, a CIDR range, each of the first three with an optional ":port", or "*".
// Loopback is not an exception. fault.Invalid when address or list can't be used.
func Custom(s Settings) (Chooser, error) {
	raw := s.Address
	if !strings.Contains(raw, "://") {
		raw = "http://" + raw
	}
	u, err := url.Parse(raw)
	if err != nil || u.User != nil {
		return nil, fault.New(fault.Invalid, CodeBadProxy, "the proxy's address can't be used").Try(formRemedy)
	}
	p, err := parse(u, s.User, s.Secret)
	if err != nil {
		return nil, err
	}
	list, err := parseBypass(s.Bypass)
	if err != nil {
		return nil, err
	}
	return func(host string, port int) (*Proxy, error) {
		if list.match(host, port) {
			return nil, nil
		}
		return p, nil
	}, nil
}

const formRemedy = "Write it as http://host:port or https://host:port"

func parse(u *url.URL, user, secret string) (*Proxy, error) {
	p := &Proxy{tls: u.Scheme == "https", user: user, secret: secret}
	port := u.Port()
	switch {
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, fault.New(fault.Invalid, CodeBadProxy, "proxies of kind %q are not supported", u.Scheme).Try(formRemedy)
	case u.Hostname() == "", u.Path != "" && u.Path != "/", u.RawQuery != "":
		return nil, fault.New(fault.Invalid, CodeBadProxy, "the proxy's address is not that of a host").Try(formRemedy)
	case strings.ContainsFunc(user+secret, func(r rune) bool { return r < ' ' || r == 0x7f }), strings.Contains(user, ":"):
		return nil, fault.New(fault.Invalid, CodeBadProxy, "the proxy's user or secret holds a character that can't be sent")
	case port == "" && p.tls:
		port = "443"
	case port == "":
		port = "80"
	}
	if n, err := strconv.Atoi(port); err != nil || n < 1 || n > 65535 {
		return nil, fault.New(fault.Invalid, CodeBadProxy, "the proxy's port must be between 1 and 65535").Try(formRemedy)
	}
	p.address = net.JoinHostPort(u.Hostname(), port)
	return p, nil
}

// bypass is a parsed bypass list.
type bypass []entry

type entry struct {
	all    bool
	name   string // lower case, without a leading or trailing dot
	below  bool   // only what is below the name
	prefix netip.Prefix
	port   int // 0 any
}

func parseBypass(list []string) (bypass, error) {
	var out bypass
	for _, text := range list {
		e, err := parseEntry(strings.ToLower(strings.TrimSpace(text)))
		if err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	return out, nil
}

func parseEntry(text string) (entry, error) {
	if text == "*" {
		return entry{all: true}, nil
	}
	if p, err := netip.ParsePrefix(text); err == nil {
		return entry{prefix: p.Masked()}, nil
	}
	var e entry
	if host, port, err := net.SplitHostPort(text); err == nil {
		if e.port, err = strconv.Atoi(port); err != nil || e.port < 1 || e.port > 65535 {
			return e, fault.New(fault.Invalid, CodeBadProxy, "the port in %q of the bypass list is not a number from 1 to 65535", text)
		}
		text = host
	}
	if a, err := netip.ParseAddr(strings.Trim(text, "[]")); err == nil {
		e.prefix = netip.PrefixFrom(a.Unmap(), a.Unmap().BitLen())
		return e, nil
	}
	e.below = strings.HasPrefix(text, ".") || strings.HasPrefix(text, "*.")
	e.name = strings.Trim(strings.TrimPrefix(text, "*"), ".")
	if e.name == "" || strings.ContainsAny(e.name, " /*:,;") {
		return e, fault.New(fault.Invalid, CodeBadProxy, "%q in the bypass list is neither a name, an address nor a range", text)
	}
	return e, nil
}

func (b bypass) match(host string, port int) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	addr, err := netip.ParseAddr(host)
	isAddr := err == nil
	addr = addr.Unmap().WithZone("")
	for _, e := range b {
		switch {
		case e.all:
			return true
		case e.port != 0 && e.port != port:
		case e.prefix.IsValid():
			if isAddr && e.prefix.Contains(addr) {
				return true
			}
		case !isAddr && (strings.HasSuffix(host, "."+e.name) || (!e.below && host == e.name)):
			return true
		}
	}
	return false
}
