package server

import (
	"net"
	"os"
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
	host, port, err := net.SplitHostPort(cfg.Listen)
	if err == nil {
		*p.port = port
	}
	switch ip := net.ParseIP(host); {
	case len(cfg.Names) > 0:
		p.host = cfg.Names[0]
	case host != "" && (ip == nil || !ip.IsUnspecified()):
		p.host = host
	default:
		if p.host, err = os.Hostname(); err != nil {
			p.host = "localhost"
		}
	}
	return p
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
