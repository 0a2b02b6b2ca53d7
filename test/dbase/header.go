package dbase

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"strings"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
)

// header is what the first bytes of a table say.
type header struct {
	make    string
	records int64
	columns []model.Column
}

const (
	prefixSize = 32
	fieldSize  = 32
	endOfList  = 0x0d
)

// readHeader reads the header of a table, 64 KiB at most. What is none is fault.Invalid (NotATable).
func readHeader(r io.ReaderAt) (header, error) {
	bad := func(why string) (header, error) {
		return header{}, fault.New(fault.Invalid, "NotATable", "the file is no dBASE table: %s", why)
	}
	var prefix [prefixSize]byte
	if _, err := r.ReadAt(prefix[:], 0); err != nil {
		return bad("it ends within its header")
	}
	program := makeOf(prefix[0])
	if program == "" {
		return bad("it does not begin like one")
	}
	size := int(binary.LittleEndian.Uint16(prefix[8:]))
	if size <= prefixSize {
		return bad("its header has no room for fields")
	}
	list := bytes.Repeat([]byte{0}, size-prefixSize)
	if _, err := r.ReadAt(list, prefixSize); err != nil {
		return bad("it ends within its header")
	}
	h := header{make: program, records: int64(binary.LittleEndian.Uint32(prefix[4:]))}
	width, names := 1, map[string]bool{}
	for len(list) > 0 && list[0] != endOfList {
		if len(list) < fieldSize {
			return bad("its list of fields has no end")
		}
		c := column(list[:fieldSize], len(h.columns)+1)
		if c.Name == "" || names[c.Name] {
			return bad("a field has no name, or that of another")
		}
		names[c.Name] = true
		width += fieldWidth(list)
		h.columns = append(h.columns, c)
		list = list[fieldSize:]
	}
	if len(h.columns) == 0 || width != int(binary.LittleEndian.Uint16(prefix[10:])) {
		return bad("its fields don't fill a record")
	}
	return h, nil
}

// makeOf names the programs by the first byte.
func makeOf(b byte) string {
	switch b {
	case 0x02:
		return "FoxBASE"
	case 0x03, 0x83:
		return "dBASE III"
	case 0x04, 0x8b, 0xcb:
		return "dBASE IV"
	case 0x30, 0x31, 0x32:
		return "Visual FoxPro"
	case 0xf5:
		return "FoxPro"
	}
	return ""
}

// fieldWidth is how many bytes of a record a field takes; those of texts above 255 stand in both bytes.
func fieldWidth(field []byte) int {
	if field[11] == 'C' {
		return int(field[16]) + int(field[17])<<8
	}
	return int(field[16])
}

func column(field []byte, ordinal int) model.Column {
	name, _, _ := bytes.Cut(field[:11], []byte{0})
	c := model.Column{Name: model.CleanText(strings.TrimSpace(string(name))), Ordinal: ordinal}
	kind := string(rune(field[11]))
	switch {
	case field[11] < 'A' || field[11] > 'Z':
		c.Type = "unknown"
	case field[11] == 'C':
		c.Type = fmt.Sprintf("C(%d)", fieldWidth(field))
	case field[17] > 0:
		c.Type = fmt.Sprintf("%s(%d,%d)", kind, field[16], field[17])
	default:
		c.Type = fmt.Sprintf("%s(%d)", kind, field[16])
	}
	return c
}
