package network

import "github.com/purlieu/purlieu/classify"

func ipHints() []string {
	return []string{"ip", "ip address", "ipaddr", "internet protocol", "remote addr", "client addr", "host", "addr"}
}

// versions have the form of an address.
func versions() []string { return []string{"version", "ver", "release", "build", "firmware", "oid"} }

func v4Shape() classify.Shape {
	return classify.Shape{Allow: classify.Digit | classify.Dot, Need: classify.Digit | classify.Dot, Least: 7, Most: 15, Digits: 4, MostDigits: 12}
}

func v6Shape() classify.Shape {
	return classify.Shape{
		Allow: classify.Digit | classify.Hex | classify.Colon | classify.Dot, Need: classify.Colon, Least: 3, Most: 45,
	}
}

// ip is either: the published classification makes no difference between them.
func ip() classify.Rule {
	return classify.Rule{
		ID: "ip", Class: "MICROSOFT.PERSONAL.IPADDRESS", Title: "IP address", Version: 1,
		Says:  "An IPv4 or IPv6 address.",
		Shape: classify.Shape{Allow: v6Shape().Allow, Need: 0, Least: 3, Most: 45},
		Match: func(cell string) classify.Grade {
			if g := matchV4(cell); g != classify.No {
				return g
			}
			return matchV6(cell)
		},
		Hints: ipHints(), Against: versions(),
	}
}

func ipv4() classify.Rule {
	return classify.Rule{
		ID: "ipv4", Class: "MICROSOFT.PERSONAL.IPADDRESS_V4", Title: "IP address v4", Version: 1,
		Says:  "Four numbers up to 255 with dots between; small ones, which version numbers have too, only in a column whose name speaks for it.",
		Shape: v4Shape(), Match: matchV4, Hints: ipHints(), Against: versions(),
	}
}

func ipv6() classify.Rule {
	return classify.Rule{
		ID: "ipv6", Class: "MICROSOFT.PERSONAL.IPADDRESS_V6", Title: "IP address v6", Version: 1,
		Says:  "Up to eight groups of hexadecimal digits with colons between, one run of zeros left out where there are fewer (RFC 4291).",
		Shape: v6Shape(), Match: matchV6, Hints: ipHints(), Against: []string{"mac", "oid"},
	}
}

// matchV4 takes four numbers without leading zeros. Where none has three digits the cell could be a version too, and
// the match is weak, but for the private range 10.
func matchV4(cell string) classify.Grade {
	parts, value, size, long := 0, 0, 0, false
	for i := 0; i <= len(cell); i++ {
		if i < len(cell) && cell[i] != '.' {
			c := cell[i]
			if c < '0' || c > '9' || size > 0 && value == 0 {
				return classify.No
			}
			if value, size = value*10+int(c-'0'), size+1; value > 255 {
				return classify.No
			}
			continue
		}
		if size == 0 || parts == 4 {
			return classify.No
		}
		long = long || size == 3 || parts == 0 && value == 10
		parts, value, size = parts+1, 0, 0
	}
	switch {
	case parts != 4:
		return classify.No
	case !long:
		return classify.Weak
	}
	return classify.Strong
}

// matchV6 takes the forms of RFC 4291, the last 32 bits in IPv4 form too; no zone and no prefix length. An address
// with fewer than two colons, or with no digit at all, is none: "::" stands for nothing.
func matchV6(cell string) classify.Grade {
	groups, size, gap := 0, 0, false
	start := 0
	for i := 0; i < len(cell); i++ {
		c := cell[i]
		switch {
		case c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'f':
			if size++; size > 4 {
				return classify.No
			}
		case c == ':' && i+1 < len(cell) && cell[i+1] == ':': // a gap, or the colon before one
			if gap {
				return classify.No
			}
			if size > 0 {
				groups++
			} else if i > 0 {
				return classify.No
			}
			gap, size = true, 0
			i++
			start = i + 1
			if i+1 < len(cell) && cell[i+1] == ':' {
				return classify.No
			}
		case c == ':':
			if size == 0 {
				return classify.No
			}
			groups, size, start = groups+1, 0, i+1
			if i+1 == len(cell) {
				return classify.No
			}
		case c == '.':
			if groups == 0 && !gap || matchV4(cell[start:]) == classify.No {
				return classify.No
			}
			return whole(groups+2, gap)
		default:
			return classify.No
		}
	}
	if size > 0 {
		groups++
	}
	if groups == 0 {
		return classify.No
	}
	return whole(groups, gap)
}

func whole(groups int, gap bool) classify.Grade {
	if groups == 8 && !gap || groups < 8 && gap {
		return classify.Strong
	}
	return classify.No
}
