package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// million is the size at which searching and a full map are promised.
const million = 1_000_000

// usable is how long, in milliseconds, 99 of 100 searches of a full map may take.
const usable = 1000

// inRooms runs the benchmarks of ingestion, of searching and of a full map, which stand in their rooms, as go test runs them.
// One that fails does not keep the others from being measured.
func (b *bench) inRooms(assets int) (failed error) {
	if assets < million {
		why := "needs BENCH_ASSETS=1000000: see the long runs below"
		b.report.notRun("1000000 assets, a role on 3 of 20 collections: search, both stores", "≤ 2 ×", why)
		b.report.notRun("1000000 tables of 20 columns fit and stay usable, both stores", "p99 ≤ 1 s", why)
	}
	if assets == 0 {
		b.report.notRun("ingestion alone, against bare upserts, both stores", "≥ 60 %", "needs BENCH_ASSETS")
		return nil
	}
	for _, engine := range []string{"sqlite", "postgres"} {
		m, err := b.goBench("./server/internal/ingest", "Ingestion/"+engine, min(assets, 100_000))
		if err != nil {
			failed = errors.Join(failed, err)
			continue
		}
		b.report.least("ingestion alone, "+engine+", against bare upserts", m["%-of-floor"], 60, "%",
			fmt.Sprintf("%.0f tables of ten columns a second, %.1f rows each", m["applied/s"], m["rows/asset"]))
	}
	size := fmt.Sprintf("%d assets", assets)
	for _, engine := range []string{"sqlite", "postgres"} {
		m, err := b.goBench("./server/internal/store/"+engine, "Searching", assets)
		if failed = errors.Join(failed, err); err == nil {
			for _, p := range []string{"p50", "p99"} {
				b.report.most(fmt.Sprintf("%s, %s, a role on 3 of 20 collections: search, %s", size, engine, p), m[p+"-x"], 2, "×",
					fmt.Sprintf("the bare bounded index query; %.1f ms", m[p+"-ms"]))
			}
		}
		m, err = b.goBench("./server", "FullMap/"+engine, assets)
		if failed = errors.Join(failed, err); err != nil {
			continue
		}
		b.report.add(line{
			what: fmt.Sprintf("%s, %s: tables of 20 columns fit and stay usable", size, engine), promised: "p99 ≤ 1 s",
			measured: fmt.Sprintf("search %.1f ms, p99 %.0f ms; in other orders %.1f ms, p99 %.0f ms", m["p50-ms"], m["p99-ms"], m["order-p50-ms"], m["order-p99-ms"]), kept: kept(m["p99-ms"] <= usable),
			note: fmt.Sprintf("%.0f applied and %.0f indexed a second, %.0f bytes a table; facets counted", m["applied/s"], m["indexed/s"], m["B/table"]),
		})
	}
	return failed
}

// goBench runs one benchmark once and gives its metrics.
func (b *bench) goBench(room, name string, assets int) (map[string]float64, error) {
	cmd := exec.Command("go", "test", room, "-run", "^$", "-bench", "^Benchmark"+name+"$", "-benchtime", "1x", "-timeout", "4h") //nolint:gosec // own words
	cmd.Dir = b.repo
	cmd.Env = append(os.Environ(), "PURLIEU_BENCH_ASSETS="+strconv.Itoa(assets))
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if assets > 100_000 { // it takes minutes, and tells how far it is
		both := io.MultiWriter(&out, os.Stderr) // one for the two, so that one goroutine writes
		cmd.Stdout, cmd.Stderr = both, both
	}
	began := time.Now()
	fmt.Printf("%s  %s of %s, %d assets\n", began.Format(time.TimeOnly), name, room, assets)
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("%s of %s: %w: %s", name, room, err, out.Bytes())
	}
	fmt.Printf("%s  after %.0f s\n", time.Now().Format(time.TimeOnly), time.Since(began).Seconds())
	return metrics(out.Bytes())
}

// metrics reads the line of one benchmark: its name and runs, then pairs of a value and its unit.
func metrics(out []byte) (map[string]float64, error) {
	for lines := bufio.NewScanner(bytes.NewReader(out)); lines.Scan(); {
		words := strings.Fields(lines.Text())
		if len(words) < 4 || !strings.HasPrefix(words[0], "Benchmark") || len(words)%2 != 0 {
			continue
		}
		m := map[string]float64{}
		for i := 2; i+1 < len(words); i += 2 {
			v, err := strconv.ParseFloat(words[i], 64)
			if err != nil {
				return nil, fmt.Errorf("%q is no figure of a benchmark", words[i])
			}
			m[words[i+1]] = v
		}
		return m, nil
	}
	return nil, fmt.Errorf("no benchmark in: %s", out)
}
