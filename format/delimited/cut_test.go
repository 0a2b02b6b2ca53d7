package delimited

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// Bytes that differ from a delimiter in one bit, or by one, are what cutting many at a time could mistake.
func TestAPlainLineIsCutAtEachDelimiterAndNowhereElse(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	alphabet := []string{",", ",", "-", "+", "\x0c", "\xac", "\x00", "\x7f", "é", "a", "0"}
	for range 20_000 {
		var line strings.Builder
		for range rng.IntN(40) {
			line.WriteString(alphabet[rng.IntN(len(alphabet))])
		}
		if line.Len() == 0 {
			continue // no record
		}
		for _, keep := range []int{3, 100} {
			c := cutter{text: []byte(line.String()), whole: true, comma: ','}
			if !c.next(keep) || c.next(keep) {
				t.Fatalf("%q is not one record", line.String())
			}
			want := strings.Split(line.String(), ",")
			if c.count != len(want) || len(c.cells) != min(len(want), keep) {
				t.Fatalf("%q: %d cells, %d kept, not %d", line.String(), c.count, len(c.cells), len(want))
			}
			for i, cell := range c.cells {
				if got := string(cell.of(c.text)); got != want[i] {
					t.Fatalf("%q: cell %d is %q, not %q", line.String(), i, got, want[i])
				}
			}
		}
	}
}
