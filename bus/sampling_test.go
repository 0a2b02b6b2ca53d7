package bus

import (
	"math"
	"testing"

	"github.com/purlieu/purlieu/model"
)

func bytesOf(n int64) []model.Measure {
	return []model.Measure{{Name: "bytes", Value: n}}
}

func TestASampleIsDue(t *testing.T) {
	const day = 20_000
	for name, c := range map[string]struct {
		then, now int64
		days      uint32
		due       bool
	}{
		"not while nothing changes":       {8192, 8192, 29, false},
		"after thirty days":               {8192, 8192, 30, true},
		"when it grew by a quarter":       {100_000, 125_000, 1, true},
		"not when it grew by a tenth":     {100_000, 110_000, 1, false},
		"when it shrank by a quarter":     {100_000, 75_000, 1, true},
		"not when it shrank by a tenth":   {100_000, 90_000, 1, false},
		"when an empty table was filled":  {0, 8192, 0, true},
		"when a table was emptied":        {8192, 0, 0, true},
		"not while it stays empty":        {0, 0, 3, false},
		"when two rows became three":      {2, 3, 0, true},
		"for the largest of numbers":      {math.MaxInt64 / 2, math.MaxInt64, 0, true},
		"not for the same largest number": {math.MaxInt64, math.MaxInt64, 0, false},
	} {
		s := NewSampling(day, &model.Asset{Measures: bytesOf(c.then)})
		if s.Day() != day || s.Classified() || s.Due(day+c.days, bytesOf(c.now)) != c.due {
			t.Errorf("%s: day %d, due %v", name, s.Day(), !c.due)
		}
	}
	if !Sampling(0).Due(0, nil) {
		t.Error("what was never sampled is not due")
	}
	none := &model.Asset{}
	if NewSampling(0, none) == 0 || NewSampling(math.MaxUint32, none).Day() != maxDay-1 {
		t.Error("a day is lost")
	}
	if s := NewSampling(1, &model.Asset{Columns: []model.Column{{}, {Classes: make([]model.Class, 1)}}}); !s.Classified() || s.Day() != 1 {
		t.Error("a class is lost")
	}
}

func TestWhatHadNothingToSampleIsOpenedForNothing(t *testing.T) {
	s := NothingToSample(0)
	if s == 0 || s.Classified() || s.Stale(0) || s.Stale(maxDay) || NothingToSample(s) != s {
		t.Errorf("%x", s)
	}
	if !s.Due(1, nil) || !s.Due(1, bytesOf(1)) {
		t.Error("values that came since are not due")
	}
	before := NewSampling(1, &model.Asset{Columns: []model.Column{{Classes: make([]model.Class, 1)}}})
	if !NothingToSample(before).Classified() {
		t.Error("a class is lost")
	}
}

func TestSizesKeepTheirUpperBits(t *testing.T) {
	for n := uint64(1); n > 0 && n < 1<<63; n += n/4 + 1 {
		p := packSize(n)
		got := unpackSize(p)
		if p >= 1<<sizeBits || got > n || float64(n-got) > float64(n)/128 {
			t.Errorf("%d became %d (%x)", n, got, p)
		}
	}
	if got := unpackSize(packSize(math.MaxUint64)); got < 1<<63 {
		t.Errorf("the largest became %d", got)
	}
}
