package main

import (
	"fmt"
	"time"

	"github.com/purlieu/purlieu/classify"
	rules "github.com/purlieu/purlieu/classify/all"
	"github.com/purlieu/purlieu/classify/classifytest"
)

// classification compares the engine, over columns of cells, with Go's regular expressions over the same text as lines.
func (b *bench) classification() error {
	const what, least = "classification of cells, against Go's regexp per line", 40.0
	engine, err := classify.New(rules.All())
	if err != nil {
		return err
	}
	table, lines, bytes := classifytest.Workload()
	expressions := classifytest.Expressions()
	type pair struct{ engine, floor float64 } // MB per processor second
	var pairs []pair
	for range b.rounds {
		pairs = append(pairs, pair{
			floor: throughput(bytes, func() {
				for _, line := range lines {
					for _, e := range expressions {
						e.MatchString(line)
					}
				}
			}),
			engine: throughput(bytes, func() {
				for _, c := range table.Columns() {
					engine.Column(c)
				}
			}),
		})
	}
	ratio := median(pairs, func(p pair) float64 { return p.engine / p.floor })
	b.report.add(line{
		what: what, promised: fmt.Sprintf("≥ %g ×", least), measured: fmt.Sprintf("%.0f ×", ratio), kept: kept(ratio >= least),
		note: fmt.Sprintf("%.0f MB per CPU-s, the floor %.2f", median(pairs, func(p pair) float64 { return p.engine }), median(pairs, func(p pair) float64 { return p.floor })),
	})
	return nil
}

// throughput runs work for about a second of this process's processor time, in MB per processor second. Nothing else
// runs in the process meanwhile.
func throughput(bytes int, work func()) float64 {
	begin, n, spent := burnt(), 0, time.Duration(0)
	for spent < time.Second {
		for range 4 {
			work()
			n++
		}
		spent = burnt() - begin
	}
	return float64(bytes) * float64(n) / 1e6 / spent.Seconds()
}
