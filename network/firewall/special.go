// Package firewall knows the addresses that nothing may be sent to unless the configuration names them.
//
// An address is *special* when a connection to it would reach something that a source of data is not: this machine
// itself, its link, a group, nobody, or the metadata service of a cloud, which hands out credentials to whoever can
// connect to it. An IPv4 address that hides in an IPv6 one (mapped, NAT64, 6to4, Teredo) is judged as what it hides.
// Private networks are not special: sources live there.
//
// The ranges are those of the IANA special-purpose address registries (RFC 6890 and its updates).
package firewall

import "net/netip"

// Words of Special that its callers ask for.
const (
	Loopback = "loopback"
	Metadata = "a cloud's metadata service"
)

// Special says why an address is special, in a few words for people ("loopback"), or false. An invalid address is
// special. A zone does not matter.
func Special(addr netip.Addr) (why string, special bool) {
	if !addr.IsValid() {
		return "not an address", true
	}
	addr = reveal(addr.WithZone(""))
	if why, ok := metadata(addr); ok {
		return why, true
	}
	switch {
	case addr.IsLoopback():
		return Loopback, true
	case addr.IsUnspecified():
		return "unspecified", true
	case addr.IsLinkLocalUnicast():
		return "link-local", true
	case addr.IsMulticast():
		return "multicast", true
	}
	for _, r := range ranges() {
		if r.prefix.Contains(addr) {
			return r.why, true
		}
	}
	return "", false
}

type reserved struct {
	prefix netip.Prefix
	why    string
}

// ranges are those that the methods of netip.Addr do not know.
func ranges() []reserved {
	return []reserved{
		{netip.PrefixFrom(netip.AddrFrom4([4]byte{0}), 8), "this network"},            // RFC 791: Linux connects 0.x to itself
		{netip.PrefixFrom(netip.AddrFrom4([4]byte{240}), 4), "reserved or broadcast"}, // RFC 1112, RFC 919
		{netip.PrefixFrom(netip.AddrFrom16([16]byte{0: 0xfe, 1: 0xc0}), 10), "site-local"},
		{netip.PrefixFrom(netip.AddrFrom16([16]byte{0: 1}), 64), "discarded"}, // RFC 6666
	}
}

// metadata knows the metadata and platform addresses of the clouds that are not link-local, and names those that are.
func metadata(addr netip.Addr) (why string, ok bool) {
	switch addr.String() {
	case "169.254.169.254", // AWS, Azure, Google, OpenStack and others
		"169.254.170.2", "169.254.170.23", // AWS task and pod credentials
		"169.254.0.23",    // Tencent
		"fd00:ec2::254",   // AWS
		"fd00:ec2::23",    // AWS pod credentials
		"fd20:ce::254",    // Google
		"fd00:42::42",     // Scaleway
		"100.100.100.200", // Alibaba
		"168.63.129.16",   // Azure's platform address
		"192.0.0.192",     // Oracle, older
		"fe80::a9fe:a9fe": // OpenStack
		return Metadata, true
	}
	return "", false
}

// reveal gives the IPv4 address that an IPv6 address stands for.
func reveal(addr netip.Addr) netip.Addr {
	if addr.Is4() || addr.Is4In6() {
		return addr.Unmap()
	}
	b := addr.As16()
	v4 := func(i int) netip.Addr { return netip.AddrFrom4([4]byte(b[i : i+4])) }
	switch {
	case b == [16]byte{15: 1} || b == [16]byte{}: // ::1 and :: are themselves
		return addr
	case [12]byte(b[:12]) == [12]byte{}: // IPv4-compatible, RFC 4291
		return v4(12)
	case [12]byte(b[:12]) == [12]byte{0, 0x64, 0xff, 0x9b}: // NAT64, RFC 6052
		return v4(12)
	case [6]byte(b[:6]) == [6]byte{0, 0x64, 0xff, 0x9b, 0, 1}: // local NAT64, RFC 8215, in its /96 form
		return v4(12)
	case [2]byte(b[:2]) == [2]byte{0x20, 0x02}: // 6to4, RFC 3056
		return v4(2)
	case [4]byte(b[:4]) == [4]byte{0x20, 0x01}: // Teredo, RFC 4380: the client's address, inverted
		return netip.AddrFrom4([4]byte{^b[12], ^b[13], ^b[14], ^b[15]})
	case [8]byte(b[:8]) != [8]byte{0xfe, 0x80} && [4]byte{b[8] &^ 2, b[9], b[10], b[11]} == [4]byte{0, 0, 0x5e, 0xfe}: // ISATAP, RFC 5214
		return v4(12)
	}
	return addr
}
