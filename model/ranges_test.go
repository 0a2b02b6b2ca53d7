package model

import (
	"math/rand/v2"
	"testing"
)

func TestRanges(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		var r Ranges
		want := map[uint32]bool{}
		for range rng.IntN(40) {
			n := uint32(rng.IntN(30))
			r, want[n] = r.With(n), true
		}
		if int(r.Count()) != len(want) {
			t.Fatalf("%v counts %d, want %d", r, r.Count(), len(want))
		}
		for n := range uint32(32) {
			if r.Has(n) != want[n] {
				t.Fatalf("%v.Has(%d) = %v", r, n, r.Has(n))
			}
		}
		for i := 1; i < len(r); i++ {
			if r[i][0] <= r[i-1][1] {
				t.Fatalf("%v is not joined", r)
			}
		}
		back, err := ParseRanges(r.String())
		if err != nil || back.String() != r.String() {
			t.Fatalf("%q: %v %v", r, back, err)
		}
	}
}

func TestASetHoldsNoNumberWhoseRangeHasNoEnd(t *testing.T) {
	r := Ranges{}.With(MaxRanged + 1)
	if len(r) != 0 {
		t.Fatalf("got %v", r)
	}
	r = r.With(MaxRanged).With(0)
	back, err := ParseRanges(r.String())
	if err != nil || !back.Has(MaxRanged) || back.Has(MaxRanged+1) || back.Count() != 2 {
		t.Fatalf("%v: %v %v", r, back, err)
	}
}

func TestWholeMeansTheNumbersBelowAndNoOthers(t *testing.T) {
	for _, c := range []struct {
		set  Ranges
		n    uint32
		want bool
	}{
		{nil, 0, true},
		{nil, 1, false},
		{Ranges{{0, 2}}, 2, true},
		{Ranges{{0, 2}}, 1, false},
		{Ranges{{0, 1}, {2, 3}}, 2, false}, // as many, but not these
		{Ranges{{1, 3}}, 2, false},
	} {
		if got := c.set.Whole(c.n); got != c.want {
			t.Errorf("%v.Whole(%d) = %v", c.set, c.n, got)
		}
	}
}
