package bus

import (
	"encoding/binary"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
)

// BaseRow is what the last finished run saw of one asset. A base is a list of them, sorted by Hash.
type BaseRow struct {
	Hash        model.Hash // of (type, qualified name)
	Stamp       uint64     // the source's change mark
	Fingerprint uint64     // over structure, level, connector, rule set and classifier version
	Measures    uint64     // hash of the measures
	Sampled     uint32     // day of the last sample, in days since 1970; 0 never
}

// BaseRowSize is the size of a packed row, in bytes.
const BaseRowSize = 16 + 8 + 8 + 8 + 4

// AppendBaseRow packs a row.
func AppendBaseRow(dst []byte, r BaseRow) []byte {
	dst = append(dst, r.Hash[:]...)
	dst = binary.BigEndian.AppendUint64(dst, r.Stamp)
	dst = binary.BigEndian.AppendUint64(dst, r.Fingerprint)
	dst = binary.BigEndian.AppendUint64(dst, r.Measures)
	return binary.BigEndian.AppendUint32(dst, r.Sampled)
}

// BaseRowAt reads the i-th packed row. It panics when there is none: check the length first.
func BaseRowAt(rows []byte, i int) BaseRow {
	b := rows[i*BaseRowSize : (i+1)*BaseRowSize]
	return BaseRow{
		Hash:        model.Hash(b[:16]),
		Stamp:       binary.BigEndian.Uint64(b[16:]),
		Fingerprint: binary.BigEndian.Uint64(b[24:]),
		Measures:    binary.BigEndian.Uint64(b[32:]),
		Sampled:     binary.BigEndian.Uint32(b[40:]),
	}
}

// MarshalCBOR packs the row as one byte string: rows are many, and fixed.
func (r BaseRow) MarshalCBOR() ([]byte, error) {
	return AppendBaseRow([]byte{0x58, BaseRowSize}, r), nil
}

// UnmarshalCBOR reads it back.
func (r *BaseRow) UnmarshalCBOR(b []byte) error {
	if len(b) != BaseRowSize+2 || b[0] != 0x58 || b[1] != BaseRowSize {
		return fault.New(fault.Invalid, "BadMessage", "a base row must be a byte string of %d bytes", BaseRowSize)
	}
	*r = BaseRowAt(b[2:], 0)
	return nil
}
