package policy

import (
	"net/netip"

	"github.com/purlieu/purlieu/network/firewall"
)

// withinSpecial reports whether a network is special for one reason from its first address to its last: whoever wrote it
// had that reason in mind.
func withinSpecial(network netip.Prefix, why string) bool {
	first, ok := firewall.Special(network.Addr())
	last, ok2 := firewall.Special(lastOf(network))
	return ok && ok2 && first == why && last == why
}

// lastOf is the last address of a network.
func lastOf(network netip.Prefix) netip.Addr {
	b := network.Addr().AsSlice()
	for bit := network.Bits(); bit < len(b)*8; bit++ {
		b[bit/8] |= 0x80 >> (bit % 8)
	}
	last, _ := netip.AddrFromSlice(b) // of the length that it was made with
	return last
}
