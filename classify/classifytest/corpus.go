package classifytest

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

// corpus is a column of one kind of content, that only the rules of that content may take for theirs.
type corpus struct {
	name  string
	cells []string
	of    []string // rules whose content it is
}

const corpusSize = 2000

// corpora are the same at every call.
func corpora() []corpus {
	rng := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // test data
	digits := func(n int) string {
		var b strings.Builder
		for range n {
			b.WriteByte('0' + byte(rng.IntN(10)))
		}
		return b.String()
	}
	from := func(alphabet string, n int) string {
		var b strings.Builder
		for range n {
			b.WriteByte(alphabet[rng.IntN(len(alphabet))])
		}
		return b.String()
	}
	const hex, low = "0123456789abcdef", "abcdefghijklmnopqrstuvwxyz"
	const capitals = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	words := strings.Fields("the order was sent to customer and paid by card on time ACADEMIC YEAR CODE scenario Safari invoice total N/A pending")
	day := func() time.Time { return time.Unix(rng.Int64N(2_000_000_000), 0).UTC() }
	sequence := int64(0)
	column := func(name string, of []string, cell func() string) corpus {
		c := corpus{name: name, of: of}
		for range corpusSize {
			c.cells = append(c.cells, cell())
		}
		return c
	}
	return []corpus{
		column("sentences", nil, func() string {
			out := make([]string, 1+rng.IntN(9))
			for i := range out {
				out[i] = words[rng.IntN(len(words))]
			}
			return strings.Join(out, " ")
		}),
		column("small words", nil, func() string { return from(low, 1+rng.IntN(12)) }),
		column("codes", nil, func() string { return from(capitals, 4+rng.IntN(24)) }),
		column("uuids", []string{"uuid"}, func() string {
			return fmt.Sprintf("%s-%s-4%s-a%s-%s", from(hex, 8), from(hex, 4), from(hex, 3), from(hex, 3), from(hex, 12))
		}),
		column("digests", nil, func() string { return from(hex, 32) }),
		column("short digests", nil, func() string { return from(hex, 12) }),
		column("dates", nil, func() string { return day().Format(time.DateOnly) }),
		column("timestamps", nil, func() string { return day().Format("2006-01-02 15:04:05.000000-07") }),
		column("times", nil, func() string { return day().Format(time.TimeOnly) }),
		column("compact dates", nil, func() string { return day().Format("20060102150405") }),
		column("epoch milliseconds", nil, func() string { return fmt.Sprint(day().UnixMilli()) }),
		column("a sequence", nil, func() string { sequence++; return fmt.Sprint(1_000_000_000 + sequence) }),
		column("card-like sequence", nil, func() string { sequence++; return fmt.Sprint(4_000_000_000_000_000 + sequence) }),
		column("nine digits", nil, func() string { return digits(9) }),
		column("ten digits", nil, func() string { return digits(10) }),
		column("sixteen digits", nil, func() string { return digits(16) }),
		column("sixteen digits of a card's range", nil, func() string { return "4" + digits(15) }),
		column("amounts", nil, func() string { return fmt.Sprintf("%d.%02d", rng.IntN(100000), rng.IntN(100)) }),
		column("signed amounts", nil, func() string { return fmt.Sprintf("%+d.%02d", rng.IntN(100000)-50000, rng.IntN(100)) }),
		column("versions", nil, func() string {
			return fmt.Sprintf("%d.%d.%d.%d", rng.IntN(10), rng.IntN(20), rng.IntN(60), rng.IntN(90))
		}),
		column("coordinates", nil, func() string { return fmt.Sprintf("%.6f,%.6f", rng.Float64()*180-90, rng.Float64()*360-180) }),
		column("file paths", nil, func() string { return "/" + from(low, 5) + "/" + from(low, 8) + ".txt" }),
		column("handles", nil, func() string { return "@" + from(low, 8) }),
		column("booleans", nil, func() string { return []string{"t", "f", "true", "Y", "N"}[rng.IntN(5)] }),
	}
}
