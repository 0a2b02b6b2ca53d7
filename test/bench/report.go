package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// line is one promise and what was measured of it.
type line struct {
	what     string
	promised string
	measured string
	kept     string // "yes", "no", "not run"
	note     string
}

// report collects lines and prints each as soon as it is there.
type report struct {
	out      io.Writer
	lines    []line
	leaveOut bool // what was not run is not in the table
}

func (r *report) add(l line) {
	r.lines = append(r.lines, l)
	fmt.Fprintf(r.out, "%-7s %-58s %-22s promised %-18s %s\n", l.kept, l.what, l.measured, l.promised, l.note)
}

func (r *report) notRun(what, promised, why string) {
	r.add(line{what: what, promised: promised, measured: "-", kept: "not run", note: why})
}

func kept(ok bool) string {
	if ok {
		return "yes"
	}
	return "no"
}

// ratio is wall and processor time against a floor.
type ratio struct{ wall, cpu float64 }

func (r ratio) String() string { return fmt.Sprintf("%.2f × / %.2f ×", r.wall, r.cpu) }

func over(a, floor spent) ratio {
	return ratio{float64(a.wall) / float64(floor.wall), float64(a.cpu) / float64(floor.cpu)}
}

// ratios adds a line of the medians of pairs against a promise.
func (r *report) ratios(what string, pairs []ratio, most ratio, note string) {
	m := ratio{
		median(pairs, func(p ratio) float64 { return p.wall }),
		median(pairs, func(p ratio) float64 { return p.cpu }),
	}
	r.add(line{what: what, promised: "≤ " + most.String(), measured: m.String(), kept: kept(m.wall <= most.wall && m.cpu <= most.cpu), note: note})
}

// most adds a line of one number against its limit.
func (r *report) most(what string, value, limit float64, unit, note string) {
	r.add(line{what: what, promised: fmt.Sprintf("≤ %g %s", limit, unit), measured: fmt.Sprintf("%.4g %s", value, unit), kept: kept(value <= limit), note: note})
}

// costs adds a line of the medians of pairs against a promise about processor time alone.
func (r *report) costs(what string, pairs []ratio, most float64, note string) {
	m := ratio{
		median(pairs, func(p ratio) float64 { return p.wall }),
		median(pairs, func(p ratio) float64 { return p.cpu }),
	}
	r.add(line{what: what, promised: fmt.Sprintf("≤ %.2f × of CPU", most), measured: m.String(), kept: kept(m.cpu <= most), note: note})
}

// least adds a line of one number against what it must reach.
func (r *report) least(what string, value, limit float64, unit, note string) {
	r.add(line{what: what, promised: fmt.Sprintf("≥ %g %s", limit, unit), measured: fmt.Sprintf("%.4g %s", value, unit), kept: kept(value >= limit), note: note})
}

// median of what of gives for each of a list that is not empty.
func median[T any](list []T, of func(T) float64) float64 {
	values := make([]float64, len(list))
	for i, v := range list {
		values[i] = of(v)
	}
	slices.Sort(values)
	n := len(values)
	if n%2 == 1 {
		return values[n/2]
	}
	return (values[n/2-1] + values[n/2]) / 2
}

func seconds(list []spent) string {
	return fmt.Sprintf("%.3f s, %.2f CPU-s",
		median(list, func(s spent) float64 { return s.wall.Seconds() }), median(list, func(s spent) float64 { return s.cpu.Seconds() }))
}

// longRuns is the part of the page that -long writes, and that every other run keeps.
const longRuns = "## Long runs\n"

// markdown writes the page of the results; of the page that was, the long runs stay.
func (r *report) markdown(machine string, at time.Time, before string) string {
	page := preface + "## Results\n" + r.table(machine, at)
	if i := strings.Index(before, longRuns); i >= 0 {
		page += "\n" + before[i:]
	}
	return page
}

// long writes the results as the long runs of a page, whose rest stays.
func (r *report) long(machine string, at time.Time, before string) string {
	if i := strings.Index(before, longRuns); i >= 0 {
		before = before[:i]
	}
	return strings.TrimRight(before, "\n") + "\n\n" + longRuns + r.table(machine, at)
}

func (r *report) table(machine string, at time.Time) string {
	var b strings.Builder
	fmt.Fprintf(&b, "\n%s, on %s.\n\n| | promised | measured | kept | |\n|---|---|---|---|---|\n", at.Format("2 January 2006"), machine)
	for _, l := range r.lines {
		if l.kept == "not run" && r.leaveOut {
			continue
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", l.what, l.promised, l.measured, l.kept, l.note)
	}
	return b.String()
}

const preface = `# Benchmarks

` + "`make bench`" + ` measures what the issue promises, on this machine, with the binaries of this tree: a ` + "`purlieu server`" + ` on SQLite,
a ` + "`purlieu-runtime`" + ` in a process of its own, and a real PostgreSQL, all on loopback. This page is written by it.

- **Floor**: the same facts by one obvious set query each (` + "`connector/postgres/testdata/floor.sql`" + `), run by psql with ` + "`\\copy … to '/dev/null'`" + `.
- **Method**: floor, first scan into an empty account, floor, re-scan; and again. A ratio is taken within each round, and the median of the
  rounds is printed: wall / processor time. Processor time is that of everybody who worked: PostgreSQL with its backends, psql; the node and its
  workers; the server. Discovery counts PostgreSQL and the node, the rest counts the server too.
- **Stages**: *sealed* is from the first claim until the last batch stands in the node's ledger; *durable* from ` + "`:run`" + ` until the run has
  succeeded (everything is applied and the run is final); *searchable* from ` + "`:run`" + ` until a search that waits for the newest version answers.
- **Sizes**: 1,000 and 10,000 tables of ten columns; ` + "`BENCH_TABLES=1000,10000,50000 make bench`" + ` measures 50,000 too, in five to fifteen
  minutes. ` + "`BENCH_ROUNDS`" + ` sets the rounds (5). ` + "`BENCH_ASSETS`" + ` (20,000; 0 for none) is the number of assets that are searched in a
  store that holds little else, and of tables of 20 columns that fill a map as ingestion does, in both stores.
- **Parts**: ` + "`go run ./test/bench -only csv,parquet`" + ` (or ` + "`BENCH_ONLY`" + `) measures these parts alone, of tables, csv, parquet, classes, portal and
  map, prints them and writes nothing.
- **Long runs**: ` + "`go run ./test/bench -tables 0 -files 0 -portal=false -assets 1000000 -long`" + ` measures for half an hour, and writes its
  results to the part of this page called so; other runs leave that as it is.
- **PostgreSQL as store**: the first scan into accounts whose store is a PostgreSQL server of its own, durable like SQLite; its processor
  time counts with the account's.
- **Files**: the floor opens, reads and closes each file of the tree, in one process; for Parquet files it reads the schema with the
  library alone. The node's processor time until the last batch is sealed is held against it. ` + "`BENCH_FILES`" + ` (20,000; 0 for none) is the
  number of small CSV files; a tenth as many are Parquet files.
- **Ingestion**: batches of 500 tables of ten columns, ready in the inbox, are applied; the floor upserts the rows that came of them into the
  same tables of another store, 500 a transaction; eight batches of each in turn.
- **Searching**: the bare bounded index query is one statement that counts matches up to 10,001 in the reader's collections; the search
  counts too, puts exact names first and reads the rows of the page. Ten questions in turn, two hundred times over (twenty at a
  million assets), the engine's first.
- **A key stroke in search**: the floor asks the same question again by fetch, in the same browser and without a page around it, until
  the answer is read; the stroke is through when its hits stand in the page. Neither waits for the screen, which shows nothing between
  two frames, 17 ms apart, while an answer takes a few ms. The note has the figure with that wait, and how it stands against the same
  answer shown as plain text, which waits for a frame, too.
- **Verdict**: the processor ratio. On two processors the floor alone keeps both busy, while a scan also judges, stores and indexes on them: its
  ratio on the wall says mostly how many processors there are. At 1,000 tables what does not grow with the source counts: a claim, a
  worker's start, sign-ins, syncs of the ledger and receipts.

`
