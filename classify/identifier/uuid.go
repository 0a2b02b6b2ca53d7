package identifier

import "github.com/purlieu/purlieu/classify"

// uuid is an identifier of RFC 9562 in its text form, perhaps in braces. Any version counts: many makers set none. 32
// digits without dashes are as likely a digest, and are not one.
func uuid() classify.Rule {
	return classify.Rule{
		ID: "uuid", Class: "PURLIEU.IDENTIFIER.UUID", Title: "UUID", Version: 1,
		Says: "32 hexadecimal digits in groups of 8-4-4-4-12, perhaps in braces.",
		Shape: classify.Shape{
			Allow: classify.Digit | classify.Hex | classify.Dash | classify.Bracket, Need: classify.Dash, Least: 36, Most: 38,
		},
		Match: matchUUID,
		Hints: []string{"uuid", "guid", "uniqueidentifier"},
	}
}

func matchUUID(cell string) classify.Grade {
	if len(cell) == 38 && cell[0] == '{' && cell[37] == '}' {
		cell = cell[1:37]
	}
	if len(cell) != 36 {
		return classify.No
	}
	for i := 0; i < len(cell); i++ {
		c := cell[i]
		switch i {
		case 8, 13, 18, 23:
			if c != '-' {
				return classify.No
			}
		default:
			if (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'f') {
				return classify.No
			}
		}
	}
	return classify.Strong
}
