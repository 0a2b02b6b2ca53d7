package network

import (
	"context"
	"errors"
	"net"
	"os"

	"github.com/purlieu/purlieu/fault"
)

// Listen waits for TCP connections at host:port; an empty host is every address, port 0 a free one. fault.Conflict
// (AddressInUse) when another program has it, fault.Denied (AddressDenied) when this user may not, fault.Invalid
// (BadAddress) when this machine has no such address.
func Listen(ctx context.Context, address string) (net.Listener, error) {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", address)
	switch {
	case err == nil:
		return l, nil
	case isInUse(err):
		return nil, fault.New(fault.Conflict, "AddressInUse", "another program listens at %s", address).
			Try("Stop it, or choose another port").Because(err)
	case errors.Is(err, os.ErrPermission):
		return nil, fault.New(fault.Denied, "AddressDenied", "this user may not listen at %s", address).
			Try("Choose a port above 1023, or grant the right to bind low ports").Because(err)
	}
	return nil, fault.New(fault.Invalid, "BadAddress", "nothing can listen at %s: this machine has no such address", address).Because(err)
}
