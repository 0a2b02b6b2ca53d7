package policy

import "net/netip"

// reservation is a network that no source of an organisation stands in.
type reservation struct {
	network netip.Prefix
	title   string
}

// What the reserved networks are called.
const (
	loopback = "loopback"
	metadata = "metadata service"
)

// reservations lists what is refused unless named, the most telling first. Sources: RFC 6890 and its registries for
// the networks; the providers' documentation for the services at single addresses.
func reservations() []reservation {
	list := func(title string, networks ...string) (out []reservation) {
		for _, n := range networks {
			out = append(out, reservation{netip.MustParsePrefix(n), title})
		}
		return out
	}
	var all []reservation
	all = append(all, list(metadata,
		"169.254.169.254/32",                                                             // most clouds
		"169.254.170.2/32", "169.254.170.23/32", "fd00:ec2::254/128", "fd00:ec2::23/128", // Amazon: hosts and containers
		"fd20:ce::254/128",   // Google
		"168.63.129.16/32",   // Azure
		"100.100.100.200/32", // Alibaba
		"192.0.0.192/32",     // Oracle
	)...)
	all = append(all, list(loopback, "127.0.0.0/8", "::1/128")...)
	all = append(all, list("link-local", "169.254.0.0/16", "fe80::/10")...)
	all = append(all, list("unspecified", "0.0.0.0/8", "::/128")...)
	return append(all, list("multicast", "224.0.0.0/4", "255.255.255.255/32", "ff00::/8")...)
}

// reserved finds the reservation that an address stands in. An IPv6 address that carries an IPv4 one through a
// translator is judged by what it carries too.
func reserved(addr netip.Addr) (reservation, bool) {
	for _, a := range []netip.Addr{addr, carried(addr)} {
		for _, r := range reservations() {
			if a.IsValid() && r.network.Contains(a) {
				return r, true
			}
		}
	}
	return reservation{title: "unknown"}, !addr.IsValid()
}

// carried is the IPv4 address inside an IPv6 one: NAT64 (RFC 6052), 6to4 (RFC 3056), IPv4-compatible (RFC 4291).
func carried(addr netip.Addr) netip.Addr {
	if !addr.Is6() {
		return netip.Addr{}
	}
	b := addr.As16()
	switch {
	case netip.MustParsePrefix("64:ff9b::/96").Contains(addr), netip.MustParsePrefix("::/96").Contains(addr):
		return netip.AddrFrom4([4]byte(b[12:]))
	case netip.MustParsePrefix("2002::/16").Contains(addr):
		return netip.AddrFrom4([4]byte(b[2:6]))
	}
	return netip.Addr{}
}
