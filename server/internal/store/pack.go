package store

import (
	"encoding/binary"

	"github.com/purlieu/purlieu/model"
)

// What engines share beside the contract: how measures are kept in a column, and where a page of versions ends.

// MeasureBytes is the measure that engines keep beside the others, so that searches can narrow by it.
const MeasureBytes = "bytes"

// SizeOf is that measure; nil where there is none.
func SizeOf(measures []model.Measure) *int64 {
	for i := range measures {
		if measures[i].Name == MeasureBytes {
			return &measures[i].Value
		}
	}
	return nil
}

// PackMeasures writes, per measure, the name's length, the name and the value as a signed varint.
func PackMeasures(dst []byte, measures []model.Measure) []byte {
	for _, m := range measures {
		dst = binary.AppendUvarint(dst, uint64(len(m.Name)))
		dst = append(dst, m.Name...)
		dst = binary.AppendVarint(dst, m.Value)
	}
	return dst
}

// UnpackMeasures reverses PackMeasures; false when the bytes are not its work.
func UnpackMeasures(b []byte) ([]model.Measure, bool) {
	var out []model.Measure
	for len(b) > 0 {
		n, k := binary.Uvarint(b)
		if k <= 0 || n > uint64(len(b)-k) {
			return nil, false
		}
		name := string(b[k : k+int(n)])
		b = b[k+int(n):]
		v, k := binary.Varint(b)
		if k <= 0 {
			return nil, false
		}
		b = b[k:]
		out = append(out, model.Measure{Name: name, Value: v})
	}
	return out, true
}

// Whole cuts a list that has one more than limit so that its last version is not cut in two, unless it is alone.
func Whole[T any](list []T, limit int, version func(T) int64) []T {
	if len(list) <= limit {
		return list
	}
	n := limit
	for n > 0 && version(list[n-1]) == version(list[limit]) {
		n--
	}
	if n == 0 {
		n = limit
	}
	return list[:n]
}
