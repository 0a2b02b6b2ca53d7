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
	Sampled     Sampling   // the last sample
}

// BaseRowSize is the size of a packed row, in bytes.
const BaseRowSize = 16 + 8 + 8 + 8 + 4

// AppendBaseRow packs a row.
func AppendBaseRow(dst []byte, r BaseRow) []byte {
	dst = append(dst, r.Hash[:]...)
	dst = binary.BigEndian.AppendUint64(dst, r.Stamp)
	dst = binary.BigEndian.AppendUint64(dst, r.Fingerprint)
	dst = binary.BigEndian.AppendUint64(dst, r.Measures)
	return binary.BigEndian.AppendUint32(dst, uint32(r.Sampled))
}

// BaseRowAt reads the i-th packed row. It panics when there is none: check the length first.
func BaseRowAt(rows []byte, i int) BaseRow {
	b := rows[i*BaseRowSize : (i+1)*BaseRowSize]
	return BaseRow{
		Hash:        model.Hash(b[:16]),
		Stamp:       binary.BigEndian.Uint64(b[16:]),
		Fingerprint: binary.BigEndian.Uint64(b[24:]),
		Measures:    binary.BigEndian.Uint64(b[32:]),
		Sampled:     Sampling(binary.BigEndian.Uint32(b[40:])),
	}
}

// MarshalCBOR packs the row as one byte string: rows are many, and fixed.
func (r BaseRow) MarshalCBOR() ([]byte, error) {
	return appendRow(make([]byte, 0, 2+BaseRowSize), &r), nil
}

func appendRow(dst []byte, r *BaseRow) []byte {
	return AppendBaseRow(append(dst, 0x58, BaseRowSize), *r)
}

// UnmarshalCBOR reads it back.
func (r *BaseRow) UnmarshalCBOR(b []byte) error {
	if len(b) != BaseRowSize+2 || b[0] != 0x58 || b[1] != BaseRowSize {
		return fault.New(fault.Invalid, "BadMessage", "a base row must be a byte string of %d bytes", BaseRowSize)
	}
	*r = BaseRowAt(b[2:], 0)
	return nil
}

// HashMeasures is the measures hash of a row: FNV-1a over names and values, in their order, which a sender keeps
// sorted by name. It is 0 for no measures and else never 0.
func HashMeasures(measures []model.Measure) uint64 {
	if len(measures) == 0 {
		return 0
	}
	const prime = 1099511628211
	h := uint64(14695981039346656037)
	for _, m := range measures {
		for i := 0; i < len(m.Name); i++ {
			h = (h ^ uint64(m.Name[i])) * prime
		}
		h = (h ^ 0xff) * prime // no UTF-8 text holds this byte
		for v, i := uint64(m.Value), 0; i < 8; i++ {
			h = (h ^ (v & 0xff)) * prime
			v >>= 8
		}
	}
	return max(h, 1)
}
