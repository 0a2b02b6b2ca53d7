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
	putGUID(dst, b)
	return string(dst)
}

func putGUID(dst []byte, b [16]byte) {
	hex.Encode(dst, b[:4])
	dst[8] = '-'
	hex.Encode(dst[9:], b[4:6])
	dst[13] = '-'
	hex.Encode(dst[14:], b[6:8])
	dst[18] = '-'
	hex.Encode(dst[19:], b[8:10])
	dst[23] = '-'
	hex.Encode(dst[24:], b[10:])
}

func guidBytes(s string) (b [16]byte, err error) {
	if len(s) != 36 || s[8] != '-' || s[13] != '-' || s[18] != '-' || s[23] != '-' {
		return b, fault.New(fault.Invalid, "InvalidGuid", "%q is not a guid", s)
	}
	if _, err := hex.Decode(b[:], []byte(s[:8]+s[9:13]+s[14:18]+s[19:23]+s[24:])); err != nil {
		return b, fault.New(fault.Invalid, "InvalidGuid", "%q is not a guid", s)
	}
	return b, nil
}

// ParseGUID reverses GUID. A well-formed UUID that this account did not make is NotFound, anything else Invalid.
func ParseGUID(s string) (row uint64, column uint32, err error) {
	b, err := guidBytes(s)
	if err != nil {
		return 0, 0, err
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

// EdgeGUID is the identifier of an edge between a process and the asset at its far end: a version 8 UUID that encodes both
// rows, of 48 bits each, and the direction.
func EdgeGUID(process, far uint64, input bool) string {
	var b [16]byte
	binary.BigEndian.PutUint64(b[0:8], process<<16)
	binary.BigEndian.PutUint64(b[8:16], far&(1<<48-1))
	b[6] = 0x80
	if input {
		b[6] |= 1
	}
	check := edgeCheck(b)
	b[7], b[8], b[9] = byte(check), 0x80|byte(check>>8)&0x3f, byte(check>>16)
	dst := make([]byte, 36)
	putGUID(dst, b)
	return string(dst)
}

// ParseEdgeGUID reverses EdgeGUID. A well-formed UUID that is none is NotFound, anything else Invalid.
func ParseEdgeGUID(s string) (process, far uint64, input bool, err error) {
	b, err := guidBytes(s)
	if err != nil {
		return 0, 0, false, err
	}
	bare := b
	bare[7], bare[8], bare[9] = 0, 0, 0
	check := edgeCheck(bare)
	if b[6]&^1 != 0x80 || b[7] != byte(check) || b[8] != 0x80|byte(check>>8)&0x3f || b[9] != byte(check>>16) {
		return 0, 0, false, fault.New(fault.NotFound, "EdgeNotFound", "no edge has the guid %s", s)
	}
	bare[6] = 0
	return binary.BigEndian.Uint64(b[0:8]) >> 16, binary.BigEndian.Uint64(bare[8:16]), b[6]&1 == 1, nil
}

// edgeCheck is over the other bytes, and another one than that of entities.
func edgeCheck(b [16]byte) uint32 { return guidCheck(append([]byte{'e'}, b[:]...)) }

func guidCheck(b []byte) uint32 {
	h := uint32(2166136261) // FNV-1a
	for _, c := range b {
		h = (h ^ uint32(c)) * 16777619
	}
	return h
}
