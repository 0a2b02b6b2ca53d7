// Package endpoint says through which door a connection came, and decides whether it may.
//
// A *door* is what is asked for: account (REST and the control connection), portal (static pages), ingestion (metadata
// in). An *arrival* is one connection: in process, public, or through a *private endpoint*. A *policy* is a mode of
// public network access and rules per door. Decide is the only judge: the decision, the dry run and the answer to "why
// was I blocked" all come from it.
package endpoint

import (
	"context"
	"net/netip"

	"github.com/purlieu/purlieu/fault"
)

// Door is what a connection asks for.
type Door string

// The doors.
const (
	DoorAccount   Door = "account"
	DoorPortal    Door = "portal"
	DoorIngestion Door = "ingestion"
)

// Known reports whether it is one of the doors.
func (d Door) Known() bool { return d == DoorAccount || d == DoorPortal || d == DoorIngestion }

// Arrival is one connection. Exactly one of InProcess, Local, Public and PrivateEndpoint is set; what has none or more is
// refused.
type Arrival struct {
	Door            Door
	InProcess       bool   // over a stream inherited from the server: the built-in runtime
	Local           bool   // at a listener on a loopback address: from this machine
	Public          bool   // at a listener that is open to whoever can reach it
	PrivateEndpoint string // the name of the private endpoint that the listener or gateway belongs to
	// Peer is who connected. Of a gateway's arrivals it is what the gateway reports: information, never judged.
	Peer netip.AddrPort
	// Identity is who the gateway proved to be; "" for all others.
	Identity string
}

type key struct{}

// With puts the arrival into a connection's context.
func With(ctx context.Context, a Arrival) context.Context { return context.WithValue(ctx, key{}, a) }

// From is the arrival of the connection that a context belongs to; false when nobody put one there, which must be
// treated as a refusal.
func From(ctx context.Context) (Arrival, bool) {
	a, ok := ctx.Value(key{}).(Arrival)
	return a, ok
}

// Access is the mode of public network access. The zero value is AllNetworks.
type Access uint8

// The modes.
const (
	AllNetworks      Access = iota // every door is public
	PrivateIngestion               // metadata comes in through private endpoints only
	PrivateOnly                    // every door is private
)

// Policy is what arrivals are judged by. The zero value allows all public arrivals. It must not be changed once used.
type Policy struct {
	Access Access
	// PortalPages keeps the portal's static pages public while Access is PrivateOnly. They hold no data.
	PortalPages bool
	// Endpoints are the private endpoints that are approved.
	Endpoints []string
	// Rules narrow what Access allows. Public arrivals are judged by those with a range, private ones by those with an
	// endpoint: the first that matches decides, and where there are some for the door what matches none is refused.
	Rules []Rule
}

// Rule allows or refuses arrivals at a door. It has a range or an endpoint, not both.
type Rule struct {
	Door     Door // "" every door
	Range    netip.Prefix
	Endpoint string
	Refuse   bool
}

// Validate refuses what Decide could not apply, with fault.Invalid.
func (p Policy) Validate() error {
	if p.Access > PrivateOnly {
		return fault.New(fault.Invalid, "BadAccess", "there is no mode %d of public network access", p.Access)
	}
	for i, r := range p.Rules {
		switch {
		case r.Door != "" && !r.Door.Known():
			return fault.New(fault.Invalid, "BadRule", "rule %d names the unknown door %q", i+1, r.Door)
		case r.Range.IsValid() == (r.Endpoint != ""):
			return fault.New(fault.Invalid, "BadRule", "rule %d must have either a range or a private endpoint", i+1)
		case r.Range.IsValid() && (r.Range.Addr().Is4In6() || r.Range != r.Range.Masked()):
			return fault.New(fault.Invalid, "BadRule", "rule %d: %s is not a range", i+1, r.Range).Try("Write %s", plain(r.Range))
		}
	}
	return nil
}

// plain is the range that was probably meant.
func plain(p netip.Prefix) netip.Prefix {
	addr, bits := p.Addr(), p.Bits()
	if addr.Is4In6() && bits >= 96 {
		addr, bits = addr.Unmap(), bits-96
	}
	return netip.PrefixFrom(addr, bits).Masked()
}
