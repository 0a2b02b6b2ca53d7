package main

import (
	"context"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/purlieu/purlieu/fault"
	sockets "github.com/purlieu/purlieu/network"
)

// guard keeps the built-in node from the account's own doors and store, whatever the local policy says: whoever may register
// a source must not reach through the node what trusts this machine.
type guard struct {
	doors   []int                      // ports, on this machine
	store   []string                   // host:port
	own     func() ([]net.Addr, error) // the machine's addresses, at each judgement anew
	resolve func(host string) ([]netip.Addr, error)
}

func (c builtInCmd) guard(ctx context.Context) guard {
	return guard{doors: c.Doors, store: c.Store, own: net.InterfaceAddrs, resolve: func(host string) ([]netip.Addr, error) {
		ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
		defer cancel()
		return sockets.Resolve(ctx, host)
	}}
}

// refuse judges one address before it is dialled. Where it can't be judged it is refused.
func (g guard) refuse(host string, addr netip.Addr, port int) error {
	if slices.Contains(g.doors, port) {
		own, err := g.isOwn(addr)
		if own || err != nil {
			return fault.New(fault.Denied, "OwnListener", "port %d of this machine is the account's own", port).
				Try("Give the source the address of the system to scan").Because(err)
		}
	}
	for _, at := range g.store {
		held, err := g.holds(at, host, addr, port)
		if held || err != nil {
			return fault.New(fault.Denied, "OwnStore", "the account's own store is on the server at port %d", port).
				Try("If other databases there are to be scanned, start the server with --reach-store").Because(err)
		}
	}
	return nil
}

// holds reports whether an address is the server at host:port, by its name or by any of its addresses.
func (g guard) holds(at, host string, addr netip.Addr, port int) (bool, error) {
	name, p, err := net.SplitHostPort(at)
	if err != nil || p != strconv.Itoa(port) {
		return false, err
	}
	if strings.EqualFold(strings.TrimSuffix(name, "."), strings.TrimSuffix(host, ".")) {
		return true, nil
	}
	list, err := g.resolve(name)
	if err != nil {
		return false, err
	}
	if slices.Contains(list, addr.Unmap().WithZone("")) {
		return true, nil
	}
	here, err := g.isOwn(addr)
	if err != nil || !here {
		return false, err
	}
	for _, a := range list { // this machine has many addresses
		if own, err := g.isOwn(a); own || err != nil {
			return own, err
		}
	}
	return false, nil
}

// isOwn reports whether an address is this machine.
func (g guard) isOwn(addr netip.Addr) (bool, error) {
	addr = addr.Unmap().WithZone("")
	if addr.IsLoopback() || addr.IsUnspecified() {
		return true, nil
	}
	list, err := g.own()
	for _, a := range list {
		if n, ok := a.(*net.IPNet); ok {
			if ip, ok := netip.AddrFromSlice(n.IP); ok && ip.Unmap() == addr {
				return true, nil
			}
		}
	}
	return false, err
}
