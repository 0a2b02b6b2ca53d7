package classify

// Luhn is the check of ISO/IEC 7812: every second digit from the right doubled, the sum a multiple of ten. Bytes that are
// no digits are passed over.
func Luhn(cell string) bool {
	sum, double, digits := 0, false, 0
	for i := len(cell) - 1; i >= 0; i-- {
		d := int(cell[i]) - '0'
		if d < 0 || d > 9 {
			continue
		}
		if double {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
		double = !double
		digits++
	}
	return digits > 0 && sum%10 == 0
}

// Digits copies the digits of a cell into buf and gives those that fit, in order.
func Digits(buf []byte, cell string) []byte {
	buf = buf[:0]
	for i := 0; i < len(cell) && len(buf) < cap(buf); i++ {
		if c := cell[i]; c >= '0' && c <= '9' {
			buf = append(buf, c)
		}
	}
	return buf
}
