package main

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/purlieu/purlieu/test/pgserver"
)

const mb = 1 << 20

// round is what one round of a size measured.
type round struct {
	floor, floor2 spent
	first, again  measured
}

// size measures one number of tables.
func (b *bench) size(tables int) error {
	began := time.Now()
	if err := b.source.fill(tables); err != nil {
		return err
	}
	fmt.Printf("%d tables made in %.0f s\n", tables, time.Since(began).Seconds())
	if _, err := b.source.floor(tables); err != nil { // warm
		return err
	}
	var rounds []round
	for i := range b.rounds {
		r, err := b.round(tables, i)
		if err != nil {
			return err
		}
		fmt.Printf("  round %d: floor %v, sealed %v, durable %v, searchable %v (PostgreSQL %v, node %v, server %v); floor %v, re-scan %v\n",
			i+1, r.floor, r.first.sealed, r.first.durable, r.first.searchable, r.first.by[0], r.first.by[1], r.first.by[2], r.floor2, r.again.durable)
		rounds = append(rounds, r)
	}
	b.lines(tables, rounds)
	return b.otherStore(tables)
}

// otherStore is the first scan again, into accounts whose store is PostgreSQL.
func (b *bench) otherStore(tables int) error {
	var durable, searchable []ratio
	var took, found []spent
	for i := range b.rounds {
		r, err := b.first(tables, fmt.Sprintf("account-pg-%d-%d", tables, i), b.store, nil)
		if err != nil {
			return err
		}
		durable, took = append(durable, over(r.first.durable, r.floor)), append(took, r.first.durable)
		searchable, found = append(searchable, over(r.first.searchable, r.floor)), append(found, r.first.searchable)
	}
	b.report.ratios(fmt.Sprintf("%d tables, store on PostgreSQL: :run to durable", tables), durable, ratio{2.5, 3}, seconds(took))
	b.report.ratios(fmt.Sprintf("%d tables, store on PostgreSQL: :run to searchable", tables), searchable, ratio{3, 4}, seconds(found))
	return nil
}

// round is floor, first scan into an empty account, floor, and re-scan after some inserts and an analyze.
func (b *bench) round(tables, number int) (round, error) {
	return b.first(tables, fmt.Sprintf("account-%d-%d", tables, number), nil, func(r *round, a *account, n *node) (err error) {
		if err := b.source.churn(tables, number); err != nil {
			return err
		}
		if r.floor2, err = b.source.floor(tables); err != nil {
			return err
		}
		r.again, err = scan(a, n, b.source.PID())
		return err
	})
}

// first is floor and first scan into an empty account, and what then follows, if anything.
func (b *bench) first(tables int, name string, store *pgserver.Server, then func(*round, *account, *node) error) (r round, err error) {
	dir := filepath.Join(b.dir, name)
	defer os.RemoveAll(dir) //nolint:errcheck // the whole folder goes at the end
	a, _, err := startAccount(b.bin, dir, store)
	if err != nil {
		return r, err
	}
	defer a.stop()
	if err := a.register(b.source, tables); err != nil {
		return r, err
	}
	n, err := startNode(a, b.source, "node")
	if err != nil {
		return r, err
	}
	defer n.stop()
	if r.floor, err = b.source.floor(tables); err != nil {
		return r, err
	}
	if r.first, err = scan(a, n, b.source.PID()); err != nil || then == nil {
		return r, err
	}
	return r, then(&r, a, n)
}

// lines puts the rounds of one size against the promises.
func (b *bench) lines(tables int, rounds []round) {
	name := func(what string) string { return fmt.Sprintf("%d tables: %s", tables, what) }
	against := func(of func(measured) spent) (out []ratio, list []spent) {
		for _, r := range rounds {
			out, list = append(out, over(of(r.first), r.floor)), append(list, of(r.first))
		}
		return out, list
	}
	var floors []spent
	for _, r := range rounds {
		floors = append(floors, r.floor)
	}
	floor := "floor " + seconds(floors)
	pairs, list := against(func(m measured) spent { return m.sealed })
	b.report.ratios(name("discovery to sealed batches"), pairs, ratio{1, 1.3}, seconds(list)+"; "+floor)
	pairs, list = against(func(m measured) spent { return m.durable })
	b.report.ratios(name(":run to durable in the map"), pairs, ratio{1.5, 2.5}, seconds(list))
	b.perTable[tables] = spent{
		time.Duration(median(list, func(s spent) float64 { return float64(s.wall) }) / float64(tables)),
		time.Duration(median(list, func(s spent) float64 { return float64(s.cpu) }) / float64(tables)),
	}
	pairs, list = against(func(m measured) spent { return m.searchable })
	b.report.ratios(name(":run to searchable"), pairs, ratio{3, 4}, seconds(list))
	b.again(name, rounds)
	if tables >= 50_000 {
		peak := func(of int) float64 {
			return median(rounds, func(r round) float64 { return float64(max(r.first.peaks[of], r.again.peaks[of])) / mb })
		}
		b.report.most(name("peak memory of the node with its workers"), peak(0), 128, "MB", "resident, pages that processes share counted in each")
		b.report.most(name("peak memory of the server"), peak(1), 256, "MB", "resident")
	}
}

// again is the re-scan.
func (b *bench) again(name func(string) string, rounds []round) {
	var pairs []ratio
	var list []spent
	written, share := int64(0), 0.0
	for _, r := range rounds {
		pairs, list = append(pairs, over(r.again.durable, r.floor2)), append(list, r.again.durable)
		written += r.again.version - r.first.version
		share = max(share, 100*float64(r.again.bytes)/float64(r.first.bytes))
	}
	b.report.ratios(name("re-scan after 10,000 inserts and an analyze"), pairs, ratio{1.2, 1.5}, seconds(list))
	b.report.most(name("versions written by the re-scan"), float64(written), 0, "versions", "")
	b.report.most(name("bytes sent by the re-scan"), share, 5, "% of the first", "the worst round")
}

// slope compares the cost of a table in the largest source with that in the smallest.
func (b *bench) slope() {
	const what, promised = "cost per table at 50,000 against that at 1,000", "≤ 1.25 ×"
	small, large := b.perTable[1000], b.perTable[50_000]
	if small == (spent{}) || large == (spent{}) {
		b.report.notRun(what, promised, "needs BENCH_TABLES=1000,50000")
		return
	}
	r := over(large, small)
	b.report.add(line{what: what, promised: promised, measured: r.String(), kept: kept(r.wall <= 1.25 && r.cpu <= 1.25), note: "durable"})
}
