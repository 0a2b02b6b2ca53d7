package government

import "github.com/purlieu/purlieu/classify"

// usSSN is a social security number of the United States. It has no checksum: what is left is the form, and areas,
// groups and serials that are never given. Nine bare digits are weak.
func usSSN() classify.Rule {
	return classify.Rule{
		ID: "us-ssn", Class: "MICROSOFT.GOVERNMENT.US.SOCIAL_SECURITY_NUMBER", Title: "U.S. social security number (SSN)", Version: 1,
		Says: "Nine digits as ddd-dd-dddd or with blanks, none of them from an area, group or serial that is never given; " +
			"bare digits only in a column whose name speaks for it.",
		Shape: classify.Shape{
			Allow: classify.Digit | classify.Dash | classify.Space, Need: classify.Digit, Least: 9, Most: 11, Digits: 9, MostDigits: 9,
		},
		Match: matchSSN,
		Hints: []string{"ssn", "social security", "soc sec", "ssid", "ss number"},
	}
}

func matchSSN(cell string) classify.Grade {
	var buf [9]byte
	n := classify.Digits(buf[:], cell)
	grade := classify.Weak
	switch {
	case len(cell) == 9:
	case len(cell) == 11 && cell[3] == cell[6] && (cell[3] == '-' || cell[3] == ' '):
		grade = classify.Strong
	default:
		return classify.No
	}
	area, group, serial := string(n[:3]), string(n[3:5]), string(n[5:])
	switch {
	case area == "000", area == "666", area[0] == '9', group == "00", serial == "0000":
		return classify.No
	case string(n) == "078051120", string(n) == "219099999", string(n) == "123456789": // printed as samples
		return classify.No
	}
	return grade
}
