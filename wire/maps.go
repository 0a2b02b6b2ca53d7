package wire

// Maps counts the maps in encoded data without decoding it: each becomes a struct, and small ones grow most in memory.
// It reads heads one after another and never recurses; what is not well formed is counted as far as it goes, since
// Decode refuses it.
func Maps(data []byte) (n int) {
	for len(data) > 0 {
		major, extra := data[0]>>5, data[0]&0x1f
		data = data[1:]
		value := uint64(extra)
		if extra >= 24 {
			size := 1 << (extra - 24)
			if extra > 27 || size > len(data) {
				return n
			}
			value = 0
			for _, b := range data[:size] {
				value = value<<8 | uint64(b)
			}
			data = data[size:]
		}
		switch major {
		case 2, 3: // strings carry bytes; all other items are followed by items
			if value > uint64(len(data)) {
				return n
			}
			data = data[value:]
		case 5:
			n++
		}
	}
	return n
}
