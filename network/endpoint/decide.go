package endpoint

import (
	"fmt"
	"net/netip"
	"slices"
)

// Decide says whether an arrival may come in, and why, for people. It is pure.
func Decide(p Policy, a Arrival) (allow bool, reason string) {
	if !a.Door.Known() {
		return false, fmt.Sprintf("there is no door %q", a.Door)
	}
	ways := 0
	for _, set := range []bool{a.InProcess, a.Local, a.Public, a.PrivateEndpoint != ""} {
		if set {
			ways++
		}
	}
	switch {
	case ways != 1:
		return false, "it is not known how the connection came"
	case a.InProcess:
		return true, "it comes from inside the account"
	case a.Local:
		return true, "it comes from this machine's own door"
	case a.Public:
		return public(p, a)
	}
	return private(p, a)
}

func public(p Policy, a Arrival) (bool, string) {
	switch {
	case p.Access == PrivateOnly && a.Door == DoorPortal && p.PortalPages:
	case p.Access == PrivateOnly:
		return false, "public network access is disabled"
	case p.Access == PrivateIngestion && a.Door == DoorIngestion:
		return false, "public network access is disabled for ingestion"
	case p.Access > PrivateOnly:
		return false, "the mode of public network access is not known"
	}
	peer := a.Peer.Addr().Unmap().WithZone("")
	return byRules(p, a.Door, "public network access is enabled",
		func(r Rule) bool { return r.Range.IsValid() },
		func(r Rule) bool { return within(r.Range, peer) })
}

func private(p Policy, a Arrival) (bool, string) {
	if !slices.Contains(p.Endpoints, a.PrivateEndpoint) {
		return false, fmt.Sprintf("the private endpoint %q is not approved", a.PrivateEndpoint)
	}
	return byRules(p, a.Door, fmt.Sprintf("the private endpoint %q is approved", a.PrivateEndpoint),
		func(r Rule) bool { return r.Endpoint != "" },
		func(r Rule) bool { return r.Endpoint == a.PrivateEndpoint })
}

// byRules lets the first rule of the door that applies and matches decide.
func byRules(p Policy, door Door, otherwise string, applies, matches func(Rule) bool) (bool, string) {
	some := false
	for i, r := range p.Rules {
		if (r.Door != "" && r.Door != door) || !applies(r) {
			continue
		}
		some = true
		if matches(r) {
			if r.Refuse {
				return false, fmt.Sprintf("rule %d refuses it", i+1)
			}
			return true, fmt.Sprintf("rule %d allows it", i+1)
		}
	}
	if some {
		return false, fmt.Sprintf("no rule of the %s door allows it", door)
	}
	return true, otherwise
}

func within(r netip.Prefix, addr netip.Addr) bool { return addr.IsValid() && r.Contains(addr) }
