package contact

import "github.com/purlieu/purlieu/classify"

// email is an address as people write it: RFC 5322 without quoted local parts, comments and address literals, with
// letters beyond ASCII (RFC 6531), and a domain of at least two labels whose last is no number.
func email() classify.Rule {
	return classify.Rule{
		ID: "email", Class: "MICROSOFT.PERSONAL.EMAIL", Title: "E-mail address", Version: 1,
		Says: "An address with a local part, an at sign and a domain of at least two labels.",
		Shape: classify.Shape{
			Allow: classify.Letter | classify.Digit | classify.At | classify.Dot | classify.Dash | classify.Under |
				classify.Plus | classify.Slash | classify.Mark | classify.Other,
			Need: classify.At | classify.Dot, Least: 6, Most: 254,
		},
		Match: matchEmail,
		Hints: []string{"email", "e mail", "mail", "contact", "login", "webmail"},
	}
}

func matchEmail(cell string) classify.Grade {
	at := -1
	for i := 0; i < len(cell); i++ {
		c := cell[i]
		switch {
		case c == '@':
			if i == 0 || i > 64 || cell[i-1] == '.' {
				return classify.No
			}
			at = i
		case c == '.':
			if i == 0 || cell[i-1] == '.' {
				return classify.No
			}
		case !localByte(c):
			return classify.No
		}
		if at >= 0 {
			break
		}
	}
	if at < 0 || !domain(cell[at+1:]) {
		return classify.No
	}
	return classify.Strong
}

func letterOrDigit(c byte) bool {
	return c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9' || c >= 0x80
}

func localByte(c byte) bool {
	switch c {
	case '!', '#', '$', '%', '&', '\'', '*', '+', '-', '/', '=', '?', '^', '_', '`', '|', '~':
		return true
	}
	return letterOrDigit(c)
}

// domain reports whether s is two labels or more, of letters, digits and inner dashes, the last without a digit first.
func domain(s string) bool {
	labels, start := 0, 0
	for i := 0; i <= len(s); i++ {
		if i < len(s) && s[i] != '.' {
			if !letterOrDigit(s[i]) && s[i] != '-' {
				return false
			}
			continue
		}
		size := i - start
		if size == 0 || size > 63 || s[start] == '-' || s[i-1] == '-' {
			return false
		}
		if i == len(s) && (size < 2 || s[start] >= '0' && s[start] <= '9') {
			return false
		}
		labels++
		start = i + 1
	}
	return labels >= 2
}
