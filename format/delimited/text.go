package delimited

import (
	"bytes"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/purlieu/purlieu/format"
)

// text is the beginning of a file, as UTF-8 where it could be made so.
type text struct {
	text     []byte
	whole    bool // nothing comes behind it
	encoding string
}

// firstLook is how much of a file is looked at before more is asked for.
const firstLook = 64 << 10

// readText reads the beginning of a file, all that may be read of it where all is set. Bytes that are not UTF-8 are
// taken for Latin-1, in which every byte is a character.
func readText(file *format.File, all bool) (text, error) {
	n := firstLook
	if all {
		n = format.MaxHead
	}
	head, whole, err := file.Head(n)
	if err != nil {
		return text{}, err
	}
	t := text{text: head, whole: whole, encoding: "UTF-8"}
	switch {
	case bytes.HasPrefix(head, []byte{0xef, 0xbb, 0xbf}):
		t.text = head[3:]
	case bytes.HasPrefix(head, []byte{0xff, 0xfe}):
		t.encoding, t.text = "UTF-16LE", wide(head[2:], 0)
	case bytes.HasPrefix(head, []byte{0xfe, 0xff}):
		t.encoding, t.text = "UTF-16BE", wide(head[2:], 1)
	}
	if bytes.IndexByte(t.text, 0) >= 0 {
		return text{}, format.Malformed(format.CodeNotText, "the file holds bytes that no text has")
	}
	if !t.whole {
		t.text = wholeRunes(t.text)
	}
	if !utf8.Valid(t.text) {
		t.encoding, t.text = "ISO-8859-1", latin(t.text)
	}
	return t, nil
}

// wide makes UTF-8 of UTF-16 whose low byte comes at low. A lone surrogate becomes U+FFFD.
func wide(b []byte, low int) []byte {
	units := make([]uint16, len(b)/2)
	for i := range units {
		units[i] = uint16(b[2*i+low]) | uint16(b[2*i+1-low])<<8
	}
	out := make([]byte, 0, len(units)*2)
	for _, r := range utf16.Decode(units) {
		out = utf8.AppendRune(out, r)
	}
	return out
}

// wholeRunes leaves out the beginning of a character at the end.
func wholeRunes(b []byte) []byte {
	for n := 1; n <= utf8.UTFMax && n <= len(b); n++ {
		if c := b[len(b)-n]; utf8.RuneStart(c) {
			if !utf8.FullRune(b[len(b)-n:]) {
				return b[:len(b)-n]
			}
			return b
		}
	}
	return b
}

func latin(b []byte) []byte {
	out := make([]byte, 0, len(b)+len(b)/8)
	for _, c := range b {
		out = utf8.AppendRune(out, rune(c))
	}
	return out
}
