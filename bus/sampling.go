package bus

import (
	"math/bits"

	"github.com/purlieu/purlieu/model"
)

// Sampling says, in four bytes, when an asset was sampled last, whether it was given classes, and how large it was: the
// day in the upper 18 bits, one bit, and in the lower 13 the size as a tiny float of six bits of length and seven of
// fraction. 0 is never.
type Sampling uint32

// How long a sample of an asset stands that does not change, and how far its size may move meanwhile, in per cent.
const (
	SampleDays = 30
	SampleMove = 20
)

const (
	sizeBits   = 13
	fraction   = 7
	classified = 1 << sizeBits
	dayShift   = sizeBits + 1
	maxDay     = 1<<(32-dayShift) - 1
)

// nothing, as the day, says that there was nothing to sample.
const nothing = maxDay

// NothingToSample says of an asset that was opened, with what was known of it before, that it has no values to sample: it
// need not be opened again for that.
func NothingToSample(before Sampling) Sampling { return nothing<<dayShift | before&classified }

// NewSampling is a sample of the day, in days since 1970, of an asset as it leaves, with its classes and measures.
func NewSampling(day uint32, a *model.Asset) Sampling {
	s := min(max(day, 1), nothing-1)<<dayShift | packSize(sizeOf(a.Measures))
	if a.Classified() {
		s |= classified
	}
	return Sampling(s)
}

// Classified reports whether the sample gave the asset, or a column of it, a class.
func (s Sampling) Classified() bool { return s&classified != 0 }

// Day is the day of the sample, in days since 1970; 0 never, and a far one where there was nothing to sample.
func (s Sampling) Day() uint32 { return uint32(s) >> dayShift }

// Stale reports whether the asset was never sampled, or 30 days have passed since. Where there was nothing to sample it
// is not.
func (s Sampling) Stale(day uint32) bool { return s == 0 || day >= s.Day()+SampleDays }

// Due reports whether the asset must be sampled again: the sample is stale, or its size has moved by 20 % since. A size
// that was not known then and is now has moved, and so have values that were not there.
func (s Sampling) Due(day uint32, measures []model.Measure) bool {
	if s.Stale(day) || s.Day() == nothing {
		return true
	}
	was, is := unpackSize(uint32(s)&(1<<sizeBits-1)), sizeOf(measures)
	return is > was+was/100*SampleMove+was%100*SampleMove/100 || is < was-was/100*SampleMove-was%100*SampleMove/100
}

// sizeOf is the measure that tells best how large an asset is; 0 when there is none.
func sizeOf(measures []model.Measure) uint64 {
	size := uint64(0)
	for _, m := range measures {
		if m.Value <= 0 {
			continue
		}
		switch m.Name {
		case "bytes":
			return uint64(m.Value)
		case "rows":
			size = uint64(m.Value)
		}
	}
	return size
}

// packSize keeps the upper eight bits of a number, and how long it is.
func packSize(n uint64) uint32 {
	length := bits.Len64(n)
	if length <= fraction+1 {
		return uint32(n)
	}
	top := uint32(n>>(length-fraction-1)) & (1<<fraction - 1)
	return uint32(length-fraction)<<fraction | top
}

func unpackSize(p uint32) uint64 {
	exponent := p >> fraction
	if exponent <= 1 {
		return uint64(p)
	}
	return uint64(1<<fraction|p&(1<<fraction-1)) << (exponent - 1)
}
