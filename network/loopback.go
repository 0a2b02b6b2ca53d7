package network

import (
	"context"
	"net"
	"net/netip"

	"github.com/purlieu/purlieu/fault"
)

// DialLoopback connects to a literal loopback address of this machine, for parts of one process that meet on a socket.
// Any other address is fault.Denied.
func DialLoopback(ctx context.Context, network, address string) (net.Conn, error) {
	ap, err := netip.ParseAddrPort(address)
	if err != nil || !ap.Addr().IsLoopback() {
		return nil, fault.New(fault.Denied, CodePolicyRefused, "%q is not a loopback address", address)
	}
	var d net.Dialer
	conn, err := d.DialContext(ctx, network, address)
	if err != nil {
		return nil, explain(err, address)
	}
	return conn, nil
}
