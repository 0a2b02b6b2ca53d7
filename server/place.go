package server

import (
	"net"
	"os"
	"slices"
	"strconv"
	"sync"

	"github.com/purlieu/purlieu/network/certs"
	"github.com/purlieu/purlieu/server/internal/fleet"
)

// place is where the account is reached, as keys, enrolments and links tell it. It is known when the doors are open.
type place struct {
	host  string
	certs *certs.Authority

	mu    *sync.Mutex
	port  *string
	plain *string
}

// newPlace finds the host that others should use: the first configured name, the address listened on when it is a
// certain one, else the machine's name.
func newPlace(cfg Config, authority *certs.Authority) place {
	p := place{certs: authority, mu: &sync.Mutex{}, port: new(string), plain: new(string)}
	if _, port, err := net.SplitHostPort(cfg.Listen); err == nil {
		*p.port = port
	}
	if names := cfg.names(); len(names) > 0 {
		p.host = names[0]
	} else if host, err := os.Hostname(); err == nil {
		p.host = host
	} else {
		p.host = "localhost"
	}
	return p
}

// names are those configured, then the host that is listened on when it is a certain one. The certificate is for all.
func (c Config) names() []string {
	host, _, err := net.SplitHostPort(c.Listen)
	if ip := net.ParseIP(host); err != nil || host == "" || ip != nil && ip.IsUnspecified() {
		return c.Names
	}
	return append(slices.Clone(c.Names), host)
}

// opened takes the addresses that the doors really have.
func (p place) opened(doors, plain net.Addr) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if a, ok := doors.(*net.TCPAddr); ok {
		*p.port = strconv.Itoa(a.Port)
	}
	if plain != nil {
		*p.plain = plain.String()
	}
}

func (p place) get() fleet.Place {
	p.mu.Lock()
	defer p.mu.Unlock()
	endpoint := net.JoinHostPort(p.host, *p.port)
	return fleet.Place{
		Endpoint: endpoint, Pin: p.certs.Pin(), AccountURL: "https://" + endpoint, IngestURL: "https://" + endpoint, Roots: string(p.certs.RootPEM()),
	}
}

// portal is the address that a person on this machine opens: without TLS on loopback, where no browser warns.
func (p place) portal() string {
	p.mu.Lock()
	plain := *p.plain
	p.mu.Unlock()
	if plain != "" {
		return "http://" + plain
	}
	return p.get().AccountURL
}
