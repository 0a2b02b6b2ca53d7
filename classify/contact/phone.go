package contact

import "github.com/purlieu/purlieu/classify"

// usPhone is a number of the North American plan: area code and exchange begin with 2 to 9 and are no service codes
// (N11). Bare digits are weak: any number of ten digits looks so.
func usPhone() classify.Rule {
	return classify.Rule{
		ID: "us-phone", Class: "MICROSOFT.PERSONAL.US.PHONE_NUMBER", Title: "U.S. phone number", Version: 1,
		Says: "Ten digits as NXX-NXX-XXXX with N from 2 to 9, perhaps with +1, parentheses, blanks, dots, dashes or an " +
			"extension of up to four digits; bare digits only in a column whose name speaks for it.",
		Shape: classify.Shape{
			Allow: classify.Digit | classify.Dash | classify.Dot | classify.Space | classify.Plus | classify.Bracket | classify.Letter,
			Need:  classify.Digit, Least: 10, Most: 28, Digits: 10, MostDigits: 15,
		},
		Match: matchUSPhone,
		Hints: []string{"phone", "telephone", "mobile", "cell", "landline", "contact", "tel", "ph", "fax"},
	}
}

func matchUSPhone(cell string) classify.Grade {
	s, marks := cell, 0
	if s[0] == '+' {
		if s[1] != '1' {
			return classify.No
		}
		s, marks = s[1:], 1
	}
	if s[0] == '1' {
		s = s[1:]
		if len(s) > 0 && separator(s[0]) {
			s, marks = s[1:], marks+1
		}
	}
	open := s != "" && s[0] == '('
	if open {
		s = s[1:]
	}
	s, ok := area(s)
	if !ok {
		return classify.No
	}
	if open {
		if s == "" || s[0] != ')' {
			return classify.No
		}
		s, marks = s[1:], marks+1
	}
	s, marks = skip(s, marks)
	if s, ok = area(s); !ok {
		return classify.No
	}
	s, marks = skip(s, marks)
	if s, ok = digits(s, 4); !ok || !extension(s) {
		return classify.No
	}
	if marks == 0 {
		return classify.Weak
	}
	return classify.Strong
}

// area takes three digits NXX that are no service code.
func area(s string) (rest string, ok bool) {
	if rest, ok = digits(s, 3); !ok {
		return s, false
	}
	return rest, s[0] >= '2' && (s[1] != '1' || s[2] != '1')
}

func digits(s string, n int) (rest string, ok bool) {
	if len(s) < n {
		return s, false
	}
	for i := range n {
		if s[i] < '0' || s[i] > '9' {
			return s, false
		}
	}
	return s[n:], true
}

func separator(c byte) bool { return c == ' ' || c == '-' || c == '.' }

// skip takes one separator, or a blank after a parenthesis.
func skip(s string, marks int) (string, int) {
	if s != "" && separator(s[0]) {
		return s[1:], marks + 1
	}
	return s, marks
}

// extension takes nothing, or "x123", "ext. 123", "extension 123": one to four digits.
func extension(s string) bool {
	if s == "" {
		return true
	}
	for s != "" && s[0] == ' ' {
		s = s[1:]
	}
	i := 0
	for i < len(s) && s[i]|0x20 >= 'a' && s[i]|0x20 <= 'z' {
		i++
	}
	switch word := s[:i]; {
	case len(word) == 1 && word[0]|0x20 == 'x':
	case len(word) == 3 && word[0]|0x20 == 'e' && word[1]|0x20 == 'x' && word[2]|0x20 == 't':
	default:
		return false
	}
	s = s[i:]
	for s != "" && (s[0] == ' ' || s[0] == '.') {
		s = s[1:]
	}
	if len(s) == 0 || len(s) > 4 {
		return false
	}
	rest, ok := digits(s, len(s))
	return ok && rest == ""
}

// internationalPhone is a number with a plus sign and a country code that is assigned (ITU-T E.164), with or without
// blanks, dots, dashes and parentheses between the digits.
func internationalPhone() classify.Rule {
	return classify.Rule{
		ID: "international-phone", Class: "PURLIEU.PERSONAL.INTERNATIONAL_PHONE_NUMBER", Title: "International phone number", Version: 1,
		Says: "A plus sign, an assigned country code and in all 8 to 15 digits (E.164), perhaps with blanks, dots, dashes or parentheses.",
		Shape: classify.Shape{
			Allow: classify.Digit | classify.Plus | classify.Space | classify.Dash | classify.Dot | classify.Bracket,
			Need:  classify.Digit | classify.Plus, Least: 9, Most: 24, Digits: 8, MostDigits: 15,
		},
		Match: matchInternational,
		Hints: []string{"phone", "telephone", "mobile", "cell", "landline", "contact", "tel", "fax", "msisdn"},
	}
}

func matchInternational(cell string) classify.Grade {
	if cell[0] != '+' {
		return classify.No
	}
	open, last := false, byte('+')
	var code [3]byte
	n := 0
	for i := 1; i < len(cell); i++ {
		c := cell[i]
		switch {
		case c >= '0' && c <= '9':
			if n < len(code) {
				code[n] = c
			}
			n++
		case c == '(' && !open && n > 0:
			open = true
		case c == ')' && open && last >= '0' && last <= '9':
			open = false
		case separator(c) && (last >= '0' && last <= '9' || last == ')'):
		default:
			return classify.No
		}
		last = c
	}
	if open || last < '0' || last > '9' || !assigned(code) {
		return classify.No
	}
	return classify.Strong
}

// assigned reports whether a number begins with a country code of the E.164 list: one digit, two or three.
func assigned(code [3]byte) bool {
	a := code[0]
	if a == '1' || a == '7' {
		return true
	}
	// Written one after the other; each stands at an even place.
	const two = "20273031323334363940414344454647484951525354555657586061626364656681828486909192939495" + "98"
	for i := 0; i < len(two); i += 2 {
		if two[i] == a && two[i+1] == code[1] {
			return true
		}
	}
	switch n := int(a-'0')*100 + int(code[1]-'0')*10 + int(code[2]-'0'); {
	case n >= 211 && n <= 269:
		return n != 214 && n != 215 && n != 217 && n != 219 && n != 259
	case n >= 290 && n <= 299:
		return n <= 291 || n >= 297
	case n >= 350 && n <= 389:
		return n < 360 && n >= 350 || n >= 370 && n != 379 && n != 384 && n != 388
	case n >= 420 && n <= 423:
		return n != 422
	case n >= 500 && n <= 509, n >= 590 && n <= 599:
		return true
	case n >= 670 && n <= 692:
		return n != 671 && n != 684
	case n >= 800 && n <= 899:
		switch n {
		case 800, 808, 850, 852, 853, 855, 856, 870, 878, 880, 881, 882, 883, 886, 888:
			return true
		}
	case n >= 960 && n <= 979:
		return n != 969 && n != 978
	case n >= 992 && n <= 998:
		return n != 997
	}
	return false
}
