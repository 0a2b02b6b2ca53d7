package postgres_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/purlieu/purlieu/connector/postgres"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/sample"
	"github.com/purlieu/purlieu/test/pgserver"
)

// drop takes assets and forgets them.
type drop struct{ assets int }

func (d *drop) Asset(*model.Asset) error { d.assets++; return nil }
func (d *drop) Sampled(a *model.Asset, _ func(context.Context, *sample.Table) error) error {
	return d.Asset(a)
}

func (d *drop) Gap(model.Gap) error       { return nil }
func (d *drop) Listed(model.Listed) error { return nil }
func (d *drop) Child(model.Unit) error    { return nil }

// made is a database with n tables. PURLIEU_BENCH_TABLES says how many, else 2,000.
func made(b *testing.B) (s *pgserver.Server, n int) {
	b.Helper()
	n = 2000
	if text := os.Getenv("PURLIEU_BENCH_TABLES"); text != "" {
		var err error
		if n, err = strconv.Atoi(text); err != nil {
			b.Fatal(err)
		}
	}
	s = must(b)
	if s.Exec("bench", "select 1") == nil { // another benchmark has made it
		return s, n
	}
	exec(b, s, "postgres", "create database bench")
	if err := s.LoadFile("bench", "testdata/tables.sql"); err != nil {
		b.Fatal(err)
	}
	exec(b, s, "bench", fmt.Sprintf("set client_min_messages = error; call purlieu_tables(%d); drop procedure purlieu_tables; vacuum analyze;", n))
	time.Sleep(time.Second) // the session that made it all is long in ending, and its time must not count
	return s, n
}

// spent is the processor time of this process and of the server's ended sessions.
func spent(s *pgserver.Server) (client, server time.Duration) {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	client = time.Duration(u.Utime.Nano() + u.Stime.Nano())
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", s.PID()))
	if err != nil {
		return client, 0
	}
	fields := strings.Fields(string(stat))
	user, _ := strconv.ParseInt(fields[15], 10, 64)
	system, _ := strconv.ParseInt(fields[16], 10, 64)
	return client, time.Duration(user+system) * 10 * time.Millisecond
}

// quiet waits until all sessions have ended, since their time counts only then.
func quiet(b *testing.B, s *pgserver.Server) {
	b.Helper()
	conn := connect(b, s, "postgres")
	for left := 1; left > 0; time.Sleep(20 * time.Millisecond) {
		err := conn.QueryRow(b.Context(), "select count(*) from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()").Scan(&left)
		if err != nil {
			b.Fatal(err)
		}
	}
	_ = conn.Close(b.Context())
}

func measure(b *testing.B, s *pgserver.Server, n int, once func()) {
	b.Helper()
	quiet(b, s)
	client, server := spent(s)
	start := time.Now()
	rounds := 0
	for b.Loop() {
		once()
		rounds++
	}
	wall := time.Since(start)
	quiet(b, s)
	client2, server2 := spent(s)
	per := func(d time.Duration) float64 { return float64(d.Microseconds()) / float64(rounds) / float64(n) }
	b.ReportMetric(per(wall), "µs/table")
	b.ReportMetric(per(client2-client), "client-cpu-µs/table")
	b.ReportMetric(per(server2-server), "server-cpu-µs/table")
}

func BenchmarkScan(b *testing.B) {
	s, n := made(b)
	c := postgres.New()
	env := worldOf(c, s).With("databaseName", "bench")
	b.ReportAllocs()
	measure(b, s, n, func() {
		d := &drop{}
		err := c.Plan(b.Context(), env, func(u model.Unit) error { return c.Scan(b.Context(), env, u, d) })
		if err != nil || d.assets < n {
			b.Fatal(d.assets, err)
		}
	})
}

func BenchmarkFloor(b *testing.B) {
	s, n := made(b)
	text, err := os.ReadFile("testdata/floor.sql")
	if err != nil {
		b.Fatal(err)
	}
	measure(b, s, n, func() {
		conn := connect(b, s, "bench")
		for line := range strings.Lines(string(text)) {
			if strings.HasPrefix(line, "--") {
				continue
			}
			if _, err := conn.PgConn().CopyTo(b.Context(), io.Discard, "copy ("+strings.TrimSpace(line)+") to stdout"); err != nil {
				b.Fatal(err)
			}
		}
		_ = conn.Close(b.Context())
	})
}
