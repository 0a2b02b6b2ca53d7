package main

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestProcesses(t *testing.T) {
	t.Run("a_line_of_stat_with_a_name_that_holds_brackets", func(t *testing.T) {
		p, ok := parseStat([]byte("7 (a) b (c) S 3 1 1 0 -1 0 0 0 0 0 11 22 33 44 20 0 1 0 99 4096 5 0 0\n"))
		if !ok || p.parent != 3 || p.cpu != 1100*time.Millisecond || p.rss != 5*int64(os.Getpagesize()) {
			t.Fatal(p, ok)
		}
		if _, ok := parseStat([]byte("7 (cut")); ok {
			t.Fatal("half a line was taken")
		}
	})

	t.Run("a_tree_holds_grandchildren_and_nobody_else", func(t *testing.T) {
		all := map[int]proc{
			2: {1, time.Second, 1}, 3: {2, 2 * time.Second, 10}, 4: {3, 4 * time.Second, 100}, 5: {1, 8 * time.Second, 1000},
		}
		if cpu, rss := tree(all, 2); cpu != 7*time.Second || rss != 111 {
			t.Fatal(cpu, rss)
		}
		for _, want := range []int{4, 3, 0} {
			got := below(all, 2)
			if got != want {
				t.Fatal(got, want)
			}
			delete(all, got)
		}
	})

	t.Run("what_a_child_burnt_is_counted_when_it_has_ended", func(t *testing.T) {
		before := cpuOf(os.Getpid())[0]
		// 300,000 rounds of a shell's loop take a few hundredths of a second at least, and each tick is one.
		if err := exec.Command("sh", "-c", "i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done").Run(); err != nil {
			t.Skip("skipped: no shell: ", err)
		}
		if spent := cpuOf(os.Getpid())[0] - before; spent < 2*tick {
			t.Fatal(spent)
		}
	})
}

func TestReport(t *testing.T) {
	t.Run("the_median_of_pairs_decides_and_both_ratios_must_hold", func(t *testing.T) {
		var out bytes.Buffer
		r := report{out: &out}
		r.ratios("a", []ratio{{1, 1}, {2, 1}, {9, 1}}, ratio{2, 1}, "")
		r.ratios("b", []ratio{{1, 1.2}, {1, 1.4}}, ratio{2, 1.25}, "")
		r.notRun("c", "≤ 1 s", "no such thing here")
		for i, want := range []string{"yes", "no", "not run"} {
			if r.lines[i].kept != want {
				t.Error(r.lines[i])
			}
		}
		if r.lines[1].measured != "1.00 × / 1.30 ×" {
			t.Error(r.lines[1].measured)
		}
		page := r.markdown("a machine", time.Unix(0, 0).UTC(), "")
		if !strings.Contains(page, "1 January 1970, on a machine") ||
			!strings.Contains(page, "| c | ≤ 1 s | - | not run | no such thing here |") {
			t.Error(page)
		}
	})

	t.Run("long_runs_stay_on_the_page_and_leave_the_rest_of_it", func(t *testing.T) {
		short, long := report{out: io.Discard}, report{out: io.Discard, leaveOut: true}
		short.most("short", 1, 2, "s", "")
		long.most("long", 1, 2, "s", "")
		long.notRun("left out", "", "")
		at := time.Unix(0, 0).UTC()
		page := long.long("a machine", at, short.markdown("a machine", at, ""))
		again := short.markdown("a machine", at, long.long("a machine", at, page))
		if again != page || strings.Count(page, "| short |") != 1 || strings.Count(page, "| long |") != 1 || strings.Contains(page, "left out") {
			t.Error(page, again)
		}
	})
}

func TestLedger(t *testing.T) {
	t.Run("a_line_that_is_being_written_ends_the_reading", func(t *testing.T) {
		n := &node{dir: t.TempDir()}
		folder := filepath.Join(n.state(), "outbox")
		if err := os.MkdirAll(folder, 0o700); err != nil {
			t.Fatal(err)
		}
		lines := `{"t":"2026-01-01T00:00:01Z","kind":"begin"}
{"t":"2026-01-01T00:00:02Z","kind":"batch","attempt":1}
{"t":"2026-01-01T00:00:03Z","kind":"batch","attempt":2}
{"t":"2026-01-01T00:00:04Z","kin`
		if err := os.WriteFile(filepath.Join(folder, "ledger-1.jsonl"), []byte(lines), 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := n.ledger(time.Date(2026, 1, 1, 0, 0, 3, 0, time.UTC))
		if err != nil || len(got) != 1 || got[0].Attempt != 2 {
			t.Fatal(got, err)
		}
	})
}

func TestFloorScript(t *testing.T) {
	t.Run("each_query_becomes_a_copy_that_throws_its_answer_away", func(t *testing.T) {
		path, err := floorScript(t.TempDir(), "../../connector/postgres/testdata/floor.sql")
		if err != nil {
			t.Fatal(err)
		}
		text, _ := os.ReadFile(path)
		lines := strings.Split(strings.TrimSpace(string(text)), "\n")
		if len(lines) < 4 {
			t.Fatal(lines)
		}
		for _, l := range lines {
			if !strings.HasPrefix(l, `\copy (select `) || !strings.HasSuffix(l, `) to '/dev/null'`) {
				t.Error(l)
			}
		}
	})
}

func TestMetrics(t *testing.T) {
	t.Run("pairs_of_a_value_and_its_unit", func(t *testing.T) {
		m, err := metrics([]byte("goos: linux\nBenchmarkSearching-2   \t       1\t1421648502 ns/op\t         2.932 p50-ms\t         2.494 p50-x\n--- BENCH: x\nPASS\n"))
		if err != nil || m["p50-ms"] != 2.932 || m["p50-x"] != 2.494 || len(m) != 3 {
			t.Fatal(m, err)
		}
		for _, bad := range []string{"", "PASS", "BenchmarkX 1 x ns/op"} {
			if m, err := metrics([]byte(bad)); err == nil {
				t.Error(bad, m)
			}
		}
	})
}
