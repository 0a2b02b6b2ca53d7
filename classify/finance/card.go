package finance

import "github.com/purlieu/purlieu/classify"

// card is a payment card number of 14 to 16 digits in a range of a known issuer. One number in ten passes the checksum
// by chance, so a column needs most of its values right.
func card() classify.Rule {
	return classify.Rule{
		ID: "card", Class: "MICROSOFT.FINANCIAL.CREDIT_CARD_NUMBER", Title: "Credit card number", Version: 1,
		Says: "14 to 16 digits in a range of a card brand, plain or in the groups that are printed on cards, with a right Luhn digit.",
		Shape: classify.Shape{
			Allow: classify.Digit | classify.Space | classify.Dash, Need: classify.Digit, Least: 14, Most: 19, Digits: 14, MostDigits: 16,
		},
		Match: matchCard, Check: classify.Luhn,
		Hints:   []string{"card", "credit card", "card number", "cc", "ccn", "pan", "visa", "mastercard", "amex"},
		Against: []string{"imei", "timestamp", "epoch"},
	}
}

func matchCard(cell string) classify.Grade {
	var buf [16]byte
	n := classify.Digits(buf[:], cell)
	if !issued(n) || len(n) != len(cell) && !grouped(cell, len(n)) {
		return classify.No
	}
	return classify.Strong
}

// issued reports whether the number lies in a range of a brand that issues numbers of this length.
func issued(n []byte) bool {
	prefix := 0
	for _, c := range n[:6] {
		prefix = prefix*10 + int(c-'0')
	}
	in := func(low, high int) bool { // of prefixes of any length
		for low < 100000 {
			low, high = low*10, high*10+9
		}
		return prefix >= low && prefix <= high
	}
	switch len(n) {
	case 14:
		return in(300, 305) || in(3095, 3095) || in(36, 36) || in(38, 39) // Diners Club
	case 15:
		return in(34, 34) || in(37, 37) // American Express
	case 16:
		return in(4, 4) || // Visa
			in(51, 55) || in(2221, 2720) || // Mastercard
			in(6011, 6011) || in(644, 649) || in(65, 65) || // Discover, and RuPay
			in(3528, 3589) || // JCB
			in(62, 62) || in(81, 82) || // UnionPay; RuPay
			in(508, 508) || in(606985, 608499) || // RuPay
			in(36, 36) || in(300, 305) // Diners Club
	}
	return false
}

// grouped reports whether blanks or dashes, of one sort, stand where cards have them.
func grouped(cell string, digits int) bool {
	groups := "4444"
	switch digits {
	case 15:
		groups = "465"
	case 14:
		groups = "464"
	}
	at, mark := 0, byte(0)
	for g := 0; g < len(groups); g++ {
		if g > 0 {
			if at >= len(cell) || mark != 0 && cell[at] != mark {
				return false
			}
			mark = cell[at]
			at++
		}
		for range groups[g] - '0' {
			if at >= len(cell) || cell[at] < '0' || cell[at] > '9' {
				return false
			}
			at++
		}
	}
	return at == len(cell)
}
