// Command bench measures what Purlieu promises about speed and memory, with real processes, side by side with floors.
//
// A *floor* is the least that the work could cost when done by the obvious means. A *round* is floor, first scan, floor
// and re-scan of one size; a ratio is taken within a round, the median over the rounds is what counts. A line that can't
// be measured prints "not run" and why. The results, with the machine, become docs/benchmarks.md.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/purlieu/purlieu/test/pgserver"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// bench is one run of the benchmark.
type bench struct {
	repo, bin, dir string
	sizes          []int
	rounds, assets int
	files          int
	pages          bool
	only           []string // parts of the benchmark; nil: all of them
	source         *source
	store          *pgserver.Server // that accounts keep their maps in
	report         report
	perTable       map[int]spent // durable, by size
}

func run() (err error) {
	b := &bench{perTable: map[int]spent{}, report: report{out: os.Stdout}}
	tables := flag.String("tables", envOr("BENCH_TABLES", "1000,10000"), "sizes, in tables; 0 for none")
	assets := flag.String("assets", envOr("BENCH_ASSETS", "20000"), "assets to search, and tables that fill a map; 0 for none")
	files := flag.String("files", envOr("BENCH_FILES", "20000"), "small CSV files, and a tenth as many Parquet files; 0 for none")
	rounds := flag.String("rounds", envOr("BENCH_ROUNDS", "5"), "rounds of each size")
	flag.StringVar(&b.repo, "repo", ".", "root of the repository")
	flag.StringVar(&b.bin, "bin", "bin", "folder of the binaries, below the root unless absolute")
	pages := flag.Bool("portal", true, "whether the portal's pages are measured, in a browser")
	long := flag.Bool("long", false, "whether the results are written as the long runs of the page, whose rest stays")
	page := flag.String("page", "docs/benchmarks.md", "where the results are written; empty for nowhere")
	only := flag.String("only", os.Getenv("BENCH_ONLY"), "parts that are measured, of "+strings.Join(parts, ", ")+"; empty for all. Parts are printed, and written nowhere")
	flag.Parse()
	b.pages = *pages
	if *only != "" {
		b.only, *page = strings.Split(*only, ","), ""
		for _, name := range b.only {
			if !slices.Contains(parts, name) {
				return fmt.Errorf("%q is no part of the benchmark: %s", name, strings.Join(parts, ", "))
			}
		}
	}
	for word := range strings.SplitSeq(*tables, ",") {
		if *tables == "0" {
			break
		}
		n, err := strconv.Atoi(strings.TrimSpace(word))
		if err != nil || n < 100 {
			return fmt.Errorf("%q is not a number of tables from 100", word)
		}
		b.sizes = append(b.sizes, n)
	}
	if b.assets, err = strconv.Atoi(*assets); err != nil || b.assets < 0 {
		return fmt.Errorf("%q is not a number of assets", *assets)
	}
	if b.files, err = strconv.Atoi(*files); err != nil || b.files < 0 {
		return fmt.Errorf("%q is not a number of files", *files)
	}
	if b.rounds, err = strconv.Atoi(*rounds); err != nil || b.rounds < 1 {
		return fmt.Errorf("%q is not a number of rounds", *rounds)
	}
	if !filepath.IsAbs(b.bin) {
		b.bin = filepath.Join(b.repo, b.bin)
	}
	if b.dir, err = os.MkdirTemp("", "purlieu-bench"); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(b.dir)) }()
	go b.endOnSignal()
	if err := os.Chmod(b.dir, 0o755); err != nil { // PostgreSQL runs as another user where we are root
		return err
	}
	if b.source, err = startSource(b.dir, b.repo); err != nil {
		return err
	}
	defer b.source.Stop()
	if b.store, err = startStore(b.dir); err != nil {
		return err
	}
	defer b.store.Stop()
	failed := b.all()
	if *page == "" || failed != nil && (!*long || len(b.report.lines) == 0) {
		return failed
	}
	path := filepath.Join(b.repo, *page)
	before, err := os.ReadFile(path) //nolint:gosec // a page of the repository
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	text := b.report.markdown(machine(), time.Now(), string(before))
	if *long {
		b.report.leaveOut = true
		text = b.report.long(machine(), time.Now(), string(before))
	}
	return errors.Join(failed, os.WriteFile(path, []byte(text), 0o644)) //nolint:gosec // a page of the repository
}

// endOnSignal ends everything that was started when a person interrupts, or nobody reads on.
func (b *bench) endOnSignal() {
	heard := make(chan os.Signal, 1)
	signal.Notify(heard, os.Interrupt, syscall.SIGTERM, syscall.SIGPIPE)
	<-heard
	for all, pid := processes(), 0; ; {
		if pid = below(all, os.Getpid()); pid == 0 {
			break
		}
		if p, err := os.FindProcess(pid); err == nil {
			_ = p.Kill()
		}
		delete(all, pid)
	}
	_ = os.RemoveAll(b.dir)
	os.Exit(1)
}

func envOr(name, otherwise string) string {
	if v := os.Getenv(name); v != "" {
		return v
	}
	return otherwise
}

// parts are what can be measured alone, in this order.
var parts = []string{"tables", "csv", "parquet", "classes", "portal", "map"}

func (b *bench) wants(part string) bool { return b.only == nil || slices.Contains(b.only, part) }

func (b *bench) all() error {
	fmt.Printf("machine: %s\n", machine())
	for _, part := range []struct {
		name    string
		measure func() error
	}{
		{"tables", b.tables},
		{"csv", b.csvFiles},
		{"parquet", b.parquetFiles},
		{"classes", b.classification},
		{"portal", b.portal},
		{"map", func() error { return b.inRooms(b.assets) }},
	} {
		if !b.wants(part.name) {
			continue
		}
		if err := part.measure(); err != nil {
			return err
		}
	}
	return nil
}

// tables measures sources of each size, and what does not depend on it.
func (b *bench) tables() error {
	for _, n := range b.sizes {
		if err := b.size(n); err != nil {
			return fmt.Errorf("%d tables: %w", n, err)
		}
	}
	if len(b.sizes) == 0 {
		return nil
	}
	b.slope()
	return b.starts()
}

// machine describes what the figures were taken on.
func machine() string {
	name := "unknown processor"
	if text, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		for l := range strings.Lines(string(text)) {
			if key, value, ok := strings.Cut(l, ":"); ok && strings.TrimSpace(key) == "model name" {
				name = strings.TrimSpace(value)
				break
			}
		}
	}
	memory := ""
	if text, err := os.ReadFile("/proc/meminfo"); err == nil {
		if fields := strings.Fields(string(text)); len(fields) > 1 {
			kb, _ := strconv.Atoi(fields[1])
			memory = fmt.Sprintf(", %d GB", (kb+1<<19)>>20)
		}
	}
	load := ""
	if text, err := os.ReadFile("/proc/loadavg"); err == nil {
		if fields := strings.Fields(string(text)); len(fields) > 2 {
			load = ", load average " + strings.Join(fields[:3], " ")
		}
	}
	return fmt.Sprintf("%s, %d processors%s, %s/%s, %s%s", name, runtime.NumCPU(), memory, runtime.GOOS, runtime.GOARCH, runtime.Version(), load)
}
