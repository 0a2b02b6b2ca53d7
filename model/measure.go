package model

import "hash/fnv"

// HashMeasures is a hash of measures, in their order: two readings with the same hash need not be sent twice.
func HashMeasures(ms []Measure) uint64 {
	h := fnv.New64a()
	var buf [8]byte
	for _, m := range ms {
		h.Write([]byte(m.Name))
		for i := range buf {
			buf[i] = byte(m.Value >> (8 * i))
		}
		h.Write(buf[:])
	}
	return h.Sum64()
}
