package network

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"strconv"
	"time"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/network/proxy"
)

// headStart is how long one address is waited for before the next is tried beside it (RFC 8305 says 250 ms).
const headStart = 250 * time.Millisecond

// maxAddresses bounds how many addresses of one name are tried.
const maxAddresses = 16

// Dialer opens connections to names. The zero Dialer asks the system's resolver, allows everything, uses no proxy and
// waits 15 s. Safe for concurrent use; it must not be changed once used.
type Dialer struct {
	// Resolve gives the addresses of a name in the order in which to try them.
	Resolve func(ctx context.Context, host string) ([]netip.Addr, error)
	// Allow decides about one address of a target; an error refuses it. Behind a proxy that resolves the name itself
	// addr is invalid (addr.IsValid() is false): then only host and port can be judged.
	Allow func(host string, addr netip.Addr, port int) error
	// Proxy chooses the way; the connection to the proxy itself is not put to Allow, since it was configured here.
	Proxy   proxy.Chooser
	Timeout time.Duration // of the whole dial
}

// DialContext connects to host:port over TCP. Errors are faults of the codes of this package and of package proxy.
func (d *Dialer) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	host, port, err := split(network, address)
	if err != nil {
		return nil, err
	}
	timeout := d.Timeout
	if timeout <= 0 {
		timeout = 15 * time.Second
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	if d.Proxy != nil {
		p, err := d.Proxy(host, port)
		if err != nil {
			return nil, err
		}
		if p != nil {
			return d.through(ctx, p, host, port)
		}
	}
	return d.direct(ctx, network, host, port, d.Allow)
}

// through asks a proxy. It gets the name, since it may know names that this machine does not.
func (d *Dialer) through(ctx context.Context, p *proxy.Proxy, host string, port int) (net.Conn, error) {
	addr, _ := netip.ParseAddr(host) // invalid for a name
	if err := permit(d.Allow, host, addr.Unmap(), port); err != nil {
		return nil, err
	}
	base := func(ctx context.Context, network, address string) (net.Conn, error) {
		host, port, err := split(network, address)
		if err != nil {
			return nil, err
		}
		return d.direct(ctx, network, host, port, nil)
	}
	return p.Dial(ctx, base, net.JoinHostPort(host, strconv.Itoa(port)))
}

// direct resolves, decides about each address, and dials those allowed.
func (d *Dialer) direct(ctx context.Context, network, host string, port int, allow func(string, netip.Addr, int) error) (net.Conn, error) {
	target := net.JoinHostPort(host, strconv.Itoa(port))
	addrs, err := d.resolve(ctx, host)
	if err != nil {
		return nil, explain(err, target)
	}
	var refusal error
	var allowed []netip.AddrPort
	for _, addr := range addrs {
		if err := permit(allow, host, addr, port); err != nil {
			if refusal == nil {
				refusal = err
			}
			continue
		}
		allowed = append(allowed, netip.AddrPortFrom(addr, uint16(port)))
	}
	switch {
	case len(allowed) > 0:
		conn, err := race(ctx, network, interleave(allowed))
		if err != nil {
			return nil, explain(err, target)
		}
		return conn, nil
	case refusal != nil:
		return nil, refusal
	}
	return nil, fault.New(fault.Unreachable, CodeNameNotFound, "the name in %s has no address", target)
}

// Resolve gives the addresses of a host, as a Dialer finds them.
func Resolve(ctx context.Context, host string) ([]netip.Addr, error) {
	return new(Dialer).resolve(ctx, host)
}

func (d *Dialer) resolve(ctx context.Context, host string) ([]netip.Addr, error) {
	if addr, err := netip.ParseAddr(host); err == nil {
		return []netip.Addr{addr.Unmap()}, nil
	}
	resolve := d.Resolve
	if resolve == nil {
		resolve = func(ctx context.Context, host string) ([]netip.Addr, error) {
			return net.DefaultResolver.LookupNetIP(ctx, "ip", host)
		}
	}
	found, err := resolve(ctx, host)
	if err != nil {
		return nil, err
	}
	addrs := make([]netip.Addr, 0, len(found))
	for _, a := range found[:min(len(found), maxAddresses)] {
		addrs = append(addrs, a.Unmap())
	}
	return addrs, nil
}

// permit asks the decider; whatever it says becomes a refusal by policy, unless it is a fault already.
func permit(allow func(string, netip.Addr, int) error, host string, addr netip.Addr, port int) error {
	if allow == nil {
		return nil
	}
	err := allow(host, addr, port)
	var known *fault.Error
	if err == nil || errors.As(err, &known) {
		return err
	}
	return fault.New(fault.Denied, CodePolicyRefused, "connections to %s are not allowed here", net.JoinHostPort(host, strconv.Itoa(port))).Because(err)
}

func split(network, address string) (host string, port int, err error) {
	if network != "tcp" && network != "tcp4" && network != "tcp6" {
		return "", 0, fault.New(fault.Unsupported, "BadNetwork", "only TCP connections are made, not %q", network)
	}
	host, p, err := net.SplitHostPort(address)
	if err != nil || host == "" {
		return "", 0, fault.New(fault.Invalid, "BadAddress", "%q is not host:port", address)
	}
	if port, err = strconv.Atoi(p); err != nil || port < 1 || port > 65535 {
		return "", 0, fault.New(fault.Invalid, "BadAddress", "the port in %q is not a number from 1 to 65535", address)
	}
	return host, port, nil
}
