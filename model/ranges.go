package model

import (
	"slices"
	"strconv"
	"strings"

	"github.com/purlieu/purlieu/fault"
)

// Ranges is a set of numbers as sorted, disjoint, half-open ranges [from, to): small, whatever arrives in order.
// The highest number a set can hold is MaxRanged.
type Ranges [][2]uint32

// MaxRanged is the highest number of a set: the end of its range is one more, and must still be a number.
const MaxRanged = 1<<32 - 2

// Whole reports whether the set is exactly the numbers below n.
func (r Ranges) Whole(n uint32) bool {
	if n == 0 {
		return len(r) == 0
	}
	return len(r) == 1 && r[0] == [2]uint32{0, n}
}

// Has reports whether n is in the set.
func (r Ranges) Has(n uint32) bool {
	i, found := slices.BinarySearchFunc(r, n, func(e [2]uint32, n uint32) int { return int(int64(e[0]) - int64(n)) })
	return found || (i > 0 && n < r[i-1][1])
}

// With is the set with n in it; r is not changed. A number above MaxRanged is not taken.
func (r Ranges) With(n uint32) Ranges {
	if n > MaxRanged || r.Has(n) {
		return r
	}
	out := make(Ranges, 0, len(r)+1)
	placed := false
	add := func(e [2]uint32) {
		if k := len(out); k > 0 && out[k-1][1] == e[0] {
			out[k-1][1] = e[1]
			return
		}
		out = append(out, e)
	}
	for _, e := range r {
		if !placed && n < e[0] {
			add([2]uint32{n, n + 1})
			placed = true
		}
		add(e)
	}
	if !placed {
		add([2]uint32{n, n + 1})
	}
	return out
}

// Count is how many numbers are in the set.
func (r Ranges) Count() uint32 {
	var n uint32
	for _, e := range r {
		n += e[1] - e[0]
	}
	return n
}

// String is the set as text: "0-4,7-8", half-open.
func (r Ranges) String() string {
	var b strings.Builder
	for i, e := range r {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(strconv.FormatUint(uint64(e[0]), 10))
		b.WriteByte('-')
		b.WriteString(strconv.FormatUint(uint64(e[1]), 10))
	}
	return b.String()
}

// ParseRanges reverses String.
func ParseRanges(s string) (Ranges, error) {
	if s == "" {
		return nil, nil
	}
	var out Ranges
	for part := range strings.SplitSeq(s, ",") {
		from, to, ok := strings.Cut(part, "-")
		a, err1 := strconv.ParseUint(from, 10, 32)
		b, err2 := strconv.ParseUint(to, 10, 32)
		if !ok || err1 != nil || err2 != nil || a >= b {
			return nil, fault.New(fault.Invalid, "BadRanges", "%q is not a set of ranges", s)
		}
		out = append(out, [2]uint32{uint32(a), uint32(b)})
	}
	return out, nil
}
