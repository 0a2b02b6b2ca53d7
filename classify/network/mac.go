package network

import "github.com/purlieu/purlieu/classify"

// mac is a hardware address (EUI-48): six pairs of hexadecimal digits with colons or dashes, or three groups of four
// with dots. Twelve bare digits are weak.
func mac() classify.Rule {
	return classify.Rule{
		ID: "mac", Class: "PURLIEU.NETWORK.MAC_ADDRESS", Title: "MAC address", Version: 1,
		Says: "Six pairs of hexadecimal digits with colons or dashes between, or three groups of four with dots; twelve bare digits " +
			"only in a column whose name speaks for it.",
		Shape: classify.Shape{
			Allow: classify.Digit | classify.Hex | classify.Colon | classify.Dash | classify.Dot, Least: 12, Most: 17,
		},
		Match: matchMAC,
		Hints: []string{"mac", "mac address", "macaddr", "hardware address", "hwaddr", "bssid", "ethernet"},
	}
}

func matchMAC(cell string) classify.Grade {
	grade, group := classify.Strong, 2
	mark := byte(0)
	switch len(cell) {
	case 17:
		if mark = cell[2]; mark != ':' && mark != '-' {
			return classify.No
		}
	case 14:
		mark, group = '.', 4
	case 12:
		grade = classify.Weak
	default:
		return classify.No
	}
	for i := 0; i < len(cell); i++ {
		c := cell[i]
		if mark != 0 && i%(group+1) == group {
			if c != mark {
				return classify.No
			}
			continue
		}
		if (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'f') {
			return classify.No
		}
	}
	return grade
}
