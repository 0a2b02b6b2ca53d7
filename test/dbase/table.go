package dbase

import "encoding/binary"

// Table is a table as tests plant it.
type Table struct {
	Fields []Field
	Rows   [][]string // one text for each field
}

// Field is a field of a table. The width of a text above 255 is 256 times Decimals more than Width.
type Field struct {
	Name            string
	Kind            byte // C text, N number, D date, L logical, M memo
	Width, Decimals byte
}

// Bytes are the table's file, in the form of dBASE III.
func (t Table) Bytes() []byte {
	record, list := 1, []byte(nil)
	for _, f := range t.Fields {
		d := make([]byte, fieldSize)
		copy(d, f.Name)
		d[11], d[16], d[17] = f.Kind, f.Width, f.Decimals
		record += fieldWidth(d)
		list = append(list, d...)
	}
	list = append(list, endOfList)
	out := binary.LittleEndian.AppendUint32([]byte{0x03, 126, 1, 2}, uint32(len(t.Rows)))
	out = binary.LittleEndian.AppendUint16(out, uint16(prefixSize+len(list)))
	out = binary.LittleEndian.AppendUint16(out, uint16(record))
	out = append(out, make([]byte, prefixSize-len(out))...)
	out = append(out, list...)
	for _, row := range t.Rows {
		line := make([]byte, record)
		for i := range line {
			line[i] = ' '
		}
		at := 1
		for i, f := range t.Fields {
			copy(line[at:], row[i])
			at += fieldWidth([]byte{11: f.Kind, 16: f.Width, 17: f.Decimals})
		}
		out = append(out, line...)
	}
	return append(out, 0x1a)
}
