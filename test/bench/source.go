package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/purlieu/purlieu/test/pgserver"
)

// source is the PostgreSQL server that is scanned: one database for each size.
type source struct {
	*pgserver.Server
	floorFile string
}

func database(tables int) string { return fmt.Sprintf("bench_%d", tables) }

func startSource(dir, repo string) (*source, error) {
	folder := filepath.Join(dir, "postgres")
	if err := os.Mkdir(folder, 0o755); err != nil {
		return nil, err
	}
	server, err := pgserver.Run(folder, "max_locks_per_transaction=1024", "shared_buffers=256MB")
	if err != nil {
		return nil, err
	}
	s := &source{Server: server}
	s.floorFile, err = floorScript(dir, filepath.Join(repo, "connector/postgres/testdata/floor.sql"))
	if err == nil {
		err = s.LoadFile("template1", filepath.Join(repo, "connector/postgres/testdata/tables.sql"))
	}
	if err != nil {
		server.Stop()
	}
	return s, err
}

// startStore starts the server of accounts' stores: durable, unlike that of the source, of which nothing is lost.
func startStore(dir string) (*pgserver.Server, error) {
	folder := filepath.Join(dir, "store")
	if err := os.Mkdir(folder, 0o755); err != nil {
		return nil, err
	}
	return pgserver.Run(folder, "fsync=on", "full_page_writes=on", "autovacuum=on", "shared_buffers=256MB")
}

// floorScript writes the floor's queries, one a line, as commands of psql that throw the answers away.
func floorScript(dir, queries string) (string, error) {
	text, err := os.ReadFile(queries)
	if err != nil {
		return "", err
	}
	var script strings.Builder
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "--") {
			fmt.Fprintf(&script, "\\copy (%s) to '/dev/null'\n", line)
		}
	}
	path := filepath.Join(dir, "floor.sql")
	return path, os.WriteFile(path, []byte(script.String()), 0o600)
}

// fill makes the database of a size.
func (s *source) fill(tables int) error {
	db := database(tables)
	if err := s.Exec("postgres", "create database "+db); err != nil {
		return err
	}
	if err := s.Exec(db, fmt.Sprintf("call purlieu_tables(%d)", tables)); err != nil {
		return err
	}
	return s.Exec(db, "vacuum analyze")
}

// churn inserts 10,000 rows, a thousand into each of ten tables, and analyzes the database.
func (s *source) churn(tables, round int) error {
	db := database(tables)
	var script strings.Builder
	for i := range 10 {
		fmt.Fprintf(&script, "insert into asset_%06d (number, title) select g, 'row' from generate_series(%d, %d) g;\n",
			1+i*(tables/10), round*1000+1, round*1000+1000)
	}
	script.WriteString("analyze;\n")
	return s.Exec(db, script.String())
}

// spent is what something took: time on the wall, and processor time of everyone who worked for it.
type spent struct{ wall, cpu time.Duration }

func (s spent) String() string {
	return fmt.Sprintf("%.2f s/%.2f CPU-s", s.wall.Seconds(), s.cpu.Seconds())
}

// floor runs the floor's queries once.
func (s *source) floor(tables int) (spent, error) {
	before, at := cpuOf(s.PID())[0], s.children()
	psql := exec.Command("psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", s.Host, "-p", fmt.Sprint(s.Port), "-U", s.User, //nolint:gosec // own values
		"-d", database(tables), "-f", s.floorFile)
	psql.Env = append(os.Environ(), "PGPASSWORD="+s.Password)
	began := time.Now()
	out, err := psql.CombinedOutput()
	if err != nil {
		return spent{}, fmt.Errorf("floor: %w: %s", err, out)
	}
	wall := time.Since(began)
	client := psql.ProcessState.UserTime() + psql.ProcessState.SystemTime()
	if err := until("the end of the floor's session", time.Second, func() bool { return s.children() <= at }); err != nil {
		return spent{}, err
	}
	return spent{wall, cpuOf(s.PID())[0] - before + client}, nil
}

// children counts the processes of the server: one for each session, and some of its own.
func (s *source) children() (n int) {
	for _, p := range processes() {
		if p.parent == s.PID() {
			n++
		}
	}
	return n
}
