package model

import (
	"encoding/binary"
	"encoding/hex"

	"github.com/purlieu/purlieu/fault"
)

// GUID is an Atlas guid: a version 8 UUID (RFC 9562) that encodes a 64-bit row number and, for a column, the 24-bit
// number of the column in its table. Column 0 is the entity itself.
func GUID(row uint64, column uint32) string {
	var b [16]byte
	binary.BigEndian.PutUint64(b[0:8], row<<16) // 48 bits of the row's low part
	b[6] = 0x80 | byte(row>>48)&0x0f            // version 8 and 4 bits more
	b[7] = byte(row >> 52)
	b[8] = 0x80 | byte(row>>60)&0x0f // variant and the last 4 bits
	b[9] = byte(column >> 16)
	b[10] = byte(column >> 8)
	b[11] = byte(column)
	// The last four bytes are a check over the others: a guid that was made up is recognised.
	binary.BigEndian.PutUint32(b[12:], guidCheck(b[:12]))
	dst := make([]byte, 36)
	hex.Encode(dst, b[:4])
	dst[8] = '-'
	hex.Encode(dst[9:], b[4:6])
	dst[13] = '-'
	hex.Encode(dst[14:], b[6:8])
	dst[18] = '-'
	hex.Encode(dst[19:], b[8:10])
	dst[23] = '-'
	hex.Encode(dst[24:], b[10:])
	return string(dst)
}

// ParseGUID reverses GUID. A well-formed UUID that this account did not make is NotFound, anything else Invalid.
func ParseGUID(s string) (row uint64, column uint32, err error) {
	if len(s) != 36 || s[8] != '-' || s[13] != '-' || s[18] != '-' || s[23] != '-' {
		return 0, 0, fault.New(fault.Invalid, "InvalidGuid", "%q is not a guid", s)
	}
	var b [16]byte
	if _, err := hex.Decode(b[:], []byte(s[:8]+s[9:13]+s[14:18]+s[19:23]+s[24:])); err != nil {
		return 0, 0, fault.New(fault.Invalid, "InvalidGuid", "%q is not a guid", s)
	}
	if binary.BigEndian.Uint32(b[12:]) != guidCheck(b[:12]) {
		return 0, 0, fault.New(fault.NotFound, "EntityNotFound", "no entity has the guid %s", s)
	}
	row = binary.BigEndian.Uint64(b[0:8]) >> 16
	row |= uint64(b[6]&0x0f) << 48
	row |= uint64(b[7]) << 52
	row |= uint64(b[8]&0x0f) << 60
	column = uint32(b[9])<<16 | uint32(b[10])<<8 | uint32(b[11])
	return row, column, nil
}

func guidCheck(b []byte) uint32 {
	h := uint32(2166136261) // FNV-1a
	for _, c := range b {
		h = (h ^ uint32(c)) * 16777619
	}
	return h
}
