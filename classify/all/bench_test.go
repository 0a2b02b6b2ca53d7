package all

import (
	"testing"

	"github.com/purlieu/purlieu/classify"
	"github.com/purlieu/purlieu/classify/classifytest"
)

// BenchmarkColumns is the engine with all rules over one sampled table.
func BenchmarkColumns(b *testing.B) {
	e, err := classify.New(All())
	if err != nil {
		b.Fatal(err)
	}
	table, _, bytes := classifytest.Workload()
	b.SetBytes(int64(bytes))
	b.ReportAllocs()
	for b.Loop() {
		for _, c := range table.Columns() {
			e.Column(c)
		}
	}
}

// BenchmarkLines is the floor: Go's regular expressions over the same text as lines.
func BenchmarkLines(b *testing.B) {
	_, lines, bytes := classifytest.Workload()
	expressions := classifytest.Expressions()
	b.SetBytes(int64(bytes))
	for b.Loop() {
		for _, line := range lines {
			for _, e := range expressions {
				e.MatchString(line)
			}
		}
	}
}
