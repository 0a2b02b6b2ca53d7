package classify

// Mask is a set of classes of bytes.
type Mask uint16

// The classes. Each byte is of exactly one.
const (
	Digit   Mask = 1 << iota // 0 to 9
	HexUp                    // A to F
	HexLow                   // a to f
	Up                       // G to Z
	Low                      // g to z
	At                       // @
	Dot                      // .
	Dash                     // -
	Colon                    // :
	Slash                    // /
	Plus                     // +
	Space                    // the blank
	Bracket                  // ( ) [ ] { }
	Under                    // _
	Mark                     // any other mark that is ASCII
	Other                    // control characters, and bytes beyond ASCII
)

// Joined classes.
const (
	Hex     = HexUp | HexLow
	Letter  = Hex | Up | Low
	Capital = HexUp | Up
)

// Shape is what the gate of a rule lets through.
type Shape struct {
	Allow Mask // every byte is of one of these
	Need  Mask // a byte of each of these is there
	// Least and Most bound the length in bytes; Digits and MostDigits the number of digits, where MostDigits is not 0.
	Least, Most        int
	Digits, MostDigits int
}

// shape is what one pass over a cell finds.
type shape struct {
	mask   Mask
	digits uint16
	length uint16
}

// byteClass gives the class of each byte.
var byteClass = func() (table [256]Mask) {
	for i := range table {
		table[i] = classOf(byte(i))
	}
	return table
}()

func classOf(c byte) Mask {
	switch {
	case c >= '0' && c <= '9':
		return Digit
	case c >= 'A' && c <= 'F':
		return HexUp
	case c >= 'a' && c <= 'f':
		return HexLow
	case c >= 'G' && c <= 'Z':
		return Up
	case c >= 'g' && c <= 'z':
		return Low
	case c < ' ' || c > '~':
		return Other
	}
	switch c {
	case '@':
		return At
	case '.':
		return Dot
	case '-':
		return Dash
	case ':':
		return Colon
	case '/':
		return Slash
	case '+':
		return Plus
	case ' ':
		return Space
	case '(', ')', '[', ']', '{', '}':
		return Bracket
	case '_':
		return Under
	}
	return Mark
}

// shapeOf reads a cell once. Cells are at most 64 KiB: a longer one has the shape of its beginning, and fits no rule.
func shapeOf(cell string) shape {
	const most = 1<<16 - 1
	if len(cell) > most {
		cell = cell[:most]
	}
	var mask Mask
	digits := uint16(0)
	for i := 0; i < len(cell); i++ {
		c := byteClass[cell[i]]
		mask |= c
		digits += uint16(c & Digit) // Digit is 1
	}
	return shape{mask, digits, uint16(len(cell))}
}

// fits reports whether a cell of a shape may be looked at.
func (s *Shape) fits(c shape) bool {
	return s.fitsMask(c.mask) && int(c.length) >= s.Least && int(c.length) <= s.Most &&
		int(c.digits) >= s.Digits && (s.MostDigits == 0 || int(c.digits) <= s.MostDigits)
}

func (s *Shape) fitsMask(m Mask) bool { return m&^s.Allow == 0 && m&s.Need == s.Need }

// trim takes blanks off both ends: columns of fixed width are filled with them.
func trim(s string) string {
	for s != "" && blank(s[0]) {
		s = s[1:]
	}
	for s != "" && blank(s[len(s)-1]) {
		s = s[:len(s)-1]
	}
	return s
}

func blank(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' }
