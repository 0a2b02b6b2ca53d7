package finance

import "github.com/purlieu/purlieu/classify"

// iban is an international bank account number: the length is the country's, the check digits are ISO 7064 mod 97-10.
func iban() classify.Rule {
	return classify.Rule{
		ID: "iban", Class: "MICROSOFT.FINANCIAL.IBAN", Title: "International bank account number (IBAN)", Version: 1,
		Says: "A country code, two check digits and an account number of the country's length, perhaps in groups of four.",
		Shape: classify.Shape{
			Allow: classify.Digit | classify.Capital | classify.Space, Need: classify.Digit, Least: 15, Most: 42, Digits: 6,
		},
		Match: matchIBAN, Check: checkIBAN,
		Hints: []string{"iban", "bank account", "account number"},
	}
}

// lengths are those of the registry (ISO 13616), by country.
const lengths = "AD24AE23AL28AT20AZ28BA20BE16BG22BH22BI27BR29BY28CH21CR22CY28CZ24DE22DJ27DK18DO28EE20EG29ES24FI18FK18FO18" +
	"FR27GB22GE22GI23GL18GR27GT28HN28HR21HU28IE22IL23IQ23IS26IT27JO30KW30KZ20LB28LC32LI21LT20LU20LV21LY25MC27MD24ME22" +
	"MK19MN20MR27MT31MU30NI28NL18NO15OM23PK24PL28PS29PT25QA29RO24RS22RU33SA24SC31SD18SE24SI19SK24SM27SO23ST25SV28TL23" +
	"TN24TR26UA29VA22VG24XK20YE30"

func matchIBAN(cell string) classify.Grade {
	want := 0
	for i := 0; i < len(lengths); i += 4 {
		if lengths[i] == cell[0] && lengths[i+1] == cell[1] {
			want = int(lengths[i+2]-'0')*10 + int(lengths[i+3]-'0')
			break
		}
	}
	if want == 0 || cell[2] < '0' || cell[2] > '9' || cell[3] < '0' || cell[3] > '9' {
		return classify.No
	}
	n, blanks := 0, 0
	for i := 0; i < len(cell); i++ {
		if cell[i] != ' ' {
			n++
			continue
		}
		if blanks++; i != blanks*5-1 { // after each four
			return classify.No
		}
	}
	if n != want || blanks != 0 && blanks != (n-1)/4 {
		return classify.No
	}
	return classify.Strong
}

// checkIBAN moves the first four to the end, turns letters into two digits, and wants 1 as the rest by 97.
func checkIBAN(cell string) bool {
	rest := 0
	add := func(c byte) {
		switch {
		case c >= '0' && c <= '9':
			rest = (rest*10 + int(c-'0')) % 97
		case c >= 'A' && c <= 'Z':
			rest = (rest*100 + int(c-'A') + 10) % 97
		}
	}
	for i := 4; i < len(cell); i++ {
		add(cell[i])
	}
	for i := range 4 {
		add(cell[i])
	}
	return rest == 1
}
