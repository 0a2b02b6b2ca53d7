package e2e

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/purlieu/purlieu/test/pgserver"
)

// source is one database, and its name in the account.
type source struct {
	server *pgserver.Server
	db     string
}

func (s *source) address() string { return fmt.Sprintf("PostgreSql://127.0.0.1:%d", s.server.Port) }

// shared gives a database of the shared server, made and filled when it is first asked for.
func shared(t testing.TB, db string, fill func(*pgserver.Server) error) *source {
	t.Helper()
	server, err := theHouse.postgres()
	if err != nil {
		t.Skip("skipped: ", err) // CI allows no such skip here
	}
	theHouse.mu.Lock()
	defer theHouse.mu.Unlock()
	err, done := theHouse.loaded[db]
	if !done {
		err = load(server, db, fill)
		theHouse.loaded[db] = err
	}
	if err != nil {
		t.Fatalf("fill %s: %v", db, err)
	}
	return &source{server, db}
}

// load makes a database, fills it, and lets the scanner see its schemas. Without a way to fill it, it is a copy.
func load(server *pgserver.Server, db string, fill func(*pgserver.Server) error) error {
	if fill == nil {
		return server.Exec("postgres", "create database "+db+" template stencil")
	}
	if err := server.Exec("postgres", "create database "+db); err != nil {
		return err
	}
	if err := fill(server); err != nil {
		return err
	}
	return server.Exec(db, `do $$ declare s text; begin
  for s in select nspname from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema' loop
    execute format('grant usage on schema %I to scanner', s);
  end loop;
end $$; analyze;`)
}

// shop is our own sample.
func shop(t testing.TB) *source {
	t.Helper()
	return shared(t, "shop", func(server *pgserver.Server) error { return fillShop(server, "shop") })
}

func fillShop(server *pgserver.Server, db string) error {
	files, err := filepath.Glob("../../demo/shop/[1-3]-*.sql")
	if err != nil || len(files) < 3 {
		return fmt.Errorf("the sample is not in demo/shop: %w", err)
	}
	for _, f := range files {
		if err := server.LoadFile(db, abs(f)); err != nil {
			return err
		}
	}
	return nil
}

func abs(path string) string {
	full, err := filepath.Abs(path)
	if err != nil {
		return path
	}
	return full
}

// many is a database whose scan takes several batches. Those of different names are copies, down to the identities
// that the server gave, so that their maps differ in the name only.
func many(t testing.TB, name string) *source {
	t.Helper()
	shared(t, "stencil", func(server *pgserver.Server) error {
		return server.Exec("stencil", `do $$ begin
  for i in 0..3 loop
    execute format('create schema part%s', i);
    for k in 1..150 loop
      execute format('create table part%s.facts_%s (id bigint primary key, kind varchar(20) not null, seen_at timestamptz default now(), amount numeric(12,2))', i, k);
    end loop;
    execute format('create view part%s.newest as select id, kind from part%s.facts_1 union all select id, kind from part%s.facts_2', i, i, i);
    execute format('grant usage on schema part%s to scanner', i);
  end loop;
end $$; analyze;`)
	})
	return shared(t, name, nil)
}

// sharedFile is a file of the shared test data; the test is skipped where that is not there.
func sharedFile(t testing.TB, name string) string {
	t.Helper()
	root := os.Getenv("PURLIEU_SHARED")
	if root == "" {
		root = abs("../../../shared")
	}
	path := filepath.Join(root, name)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("skipped: %s is not there: set PURLIEU_SHARED to the folder of shared test data", name)
	}
	return path
}

// query asks the source as its superuser, and hands each row over as text.
func (s *source) query(t testing.TB, sql string, each func(row []string)) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	conn := s.connect(ctx, t)
	defer conn.Close(ctx)
	rows, err := conn.Query(ctx, sql, pgx.QueryExecModeSimpleProtocol)
	if err != nil {
		t.Fatalf("%v in %s", err, sql)
	}
	defer rows.Close()
	for rows.Next() {
		raw := rows.RawValues()
		row := make([]string, len(raw))
		for i := range raw {
			row[i] = string(raw[i])
		}
		each(row)
	}
	if err := rows.Err(); err != nil {
		t.Fatalf("%v in %s", err, sql)
	}
}

func (s *source) connect(ctx context.Context, t testing.TB) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(ctx, fmt.Sprintf("host=127.0.0.1 port=%d user=%s password=%s dbname=%s sslmode=disable search_path=''", s.server.Port, s.server.User, s.server.Password, s.db))
	if err != nil {
		t.Fatal(err)
	}
	return conn
}

// hold makes every scan of a database that has a default stand still in the middle of its tables, where it reads defaults, until
// release is called. The scan waits for up to ten seconds. A sign-in reads most other catalogues, pg_constraint among them, when
// somebody has analyzed any database of the server since the last one, and would wait where nothing shows it.
func (s *source) hold(t testing.TB) (release func()) {
	t.Helper()
	ctx := context.Background()
	conn := s.connect(ctx, t)
	if _, err := conn.Exec(ctx, "begin; lock table pg_catalog.pg_attrdef in access exclusive mode"); err != nil {
		t.Fatal(err)
	}
	// So does the server itself, whenever that happens.
	if err := os.Remove(filepath.Join(s.server.Data, "global", "pg_internal.init")); err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	released := false
	release = func() {
		if !released {
			released = true
			_ = conn.Close(ctx) // the server ends the transaction, whatever becomes of this
		}
	}
	t.Cleanup(release)
	return release
}

// waiting reports whether a scan stands still there.
func (s *source) waiting(t testing.TB) bool {
	t.Helper()
	n := 0
	elsewhere := &source{s.server, "postgres"} // a sign-in to the database itself could wait, too
	elsewhere.query(t, "select pid from pg_stat_activity where usename = 'scanner' and wait_event_type = 'Lock' and datname = '"+s.db+"'", func([]string) { n++ })
	return n > 0
}

// register tells the account of the source, its credential, and a scan on the runtime "edge".
func (a *account) register(s *source, sets ...string) {
	a.t.Helper()
	args := []string{
		"source", "add", "PostgreSql", s.db, "--authority", s.db, "--set", "serverEndpoint=127.0.0.1", "--set", fmt.Sprintf("port=%d", s.server.Port),
	}
	if len(sets) == 0 {
		sets = []string{"sslMode=disable"}
	}
	for _, set := range sets {
		args = append(args, "--set", set)
	}
	a.purlieu(args...)
	a.purlieu("credential", "add", "BasicAuth", "scanner", "--user", "scanner", "--secret", "password=file:shop-password")
	a.purlieu("scan", "add", s.db, "nightly", "--credential", "scanner", "--runtime", "edge", "--set", "databaseName="+s.db, "--level", "L2")
}

// run is a run as REST tells it.
type scanRun struct {
	ID      string
	Status  string
	Purlieu struct {
		Code, Text string
		Counts     struct {
			Discovered, Created, Updated, Unchanged, Deleted, Gaps, Batches, Bytes, Classified int64
		}
	}
}

func (r *scanRun) ended() bool {
	return r.Status == "Succeeded" || r.Status == "Failed" || r.Status == "Canceled"
}

type gap struct {
	Gap struct{ Path, Code, State, Object, Remedy string }
}

// scan runs the source's scan through the client and watches it to its end.
func (a *account) scan(s *source) (scanRun, []gap) {
	a.t.Helper()
	r := a.try("-o", "json", "scan", "run", s.db, "nightly", "--watch")
	var answer struct {
		Run  scanRun
		Gaps []gap
	}
	if err := json.Unmarshal([]byte(r.out), &answer); err != nil {
		a.t.Fatalf("scan run: %v: %s", err, r)
	}
	if want := map[string]int{"Succeeded": 0, "Failed": 21, "Canceled": 22, "InProgress": 23}[answer.Run.Status]; r.code != want && (r.code != 20 || len(answer.Gaps) == 0) {
		a.t.Errorf("a run that ended %s gave the exit code %d", answer.Run.Status, r.code)
	}
	return answer.Run, answer.Gaps
}

// scanWhole is scan for a run that must succeed without a gap.
func (a *account) scanWhole(s *source) scanRun {
	a.t.Helper()
	r, gaps := a.scan(s)
	if r.Status != "Succeeded" || len(gaps) > 0 {
		a.t.Fatalf("the run ended %s (%s %s) with gaps %v", r.Status, r.Purlieu.Code, r.Purlieu.Text, gaps)
	}
	return r
}

// begin starts a run and gives its id.
func (a *account) begin(s *source) string {
	a.t.Helper()
	var r scanRun
	if err := json.Unmarshal([]byte(a.purlieu("-o", "json", "scan", "run", s.db, "nightly")), &r); err != nil || r.ID == "" {
		a.t.Fatalf("scan run gave no run: %v", err)
	}
	return r.ID
}

// runs are the runs of the source's scan, newest first.
func (a *account) runs(s *source) []scanRun {
	a.t.Helper()
	var page struct{ Value []scanRun }
	a.rest("GET", "/scan/datasources/"+s.db+"/scans/nightly/runs", nil, &page)
	return page.Value
}

// await waits for the end of a run, whatever happens to the server meanwhile.
func (a *account) await(s *source, id string, within time.Duration) scanRun {
	a.t.Helper()
	var r scanRun
	if !eventually(within, func() bool {
		status, answer := a.ask(a.token(), "GET", "/scan/datasources/"+s.db+"/scans/nightly/runs/"+id, nil)
		return status == 200 && json.Unmarshal(answer, &r) == nil && r.ended()
	}) {
		_, answer := a.ask(a.token(), "GET", "/scan/datasources/"+s.db+"/scans/nightly/runs/"+id, nil)
		a.t.Fatalf("the run did not end within %s: %s", within, answer)
	}
	return r
}

// difference is the first line in which two texts differ; "" for none.
func difference(want, got string) string {
	a, b := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range max(len(a), len(b)) {
		var x, y string
		if i < len(a) {
			x = a[i]
		}
		if i < len(b) {
			y = b[i]
		}
		if x != y {
			return fmt.Sprintf("line %d\nwant %.600s\ngot  %.600s", i+1, x, y)
		}
	}
	return ""
}
