package e2e

import (
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver pgx
	"github.com/parquet-go/parquet-go"
	_ "modernc.org/sqlite" // the driver sqlite

	"github.com/purlieu/purlieu/failpoint"
	"github.com/purlieu/purlieu/test/pgserver"
)

// canaries is a database with a value in every place where one can hide: all hold the word canary. Reading tables of
// the schema fails in the server with messages that quote a value: their policies cast what they see.
func canaries(t testing.TB) *source {
	t.Helper()
	return shared(t, "aviary", func(server *pgserver.Server) error {
		return server.Exec("aviary", `
create schema cage;
create type cage.mood as enum ('canarylabel', 'calm');
create table cage.birds (id int primary key, name text default 'canarydefault', mood cage.mood default 'canarylabel',
  tag text generated always as (name || 'canarygenerated') stored, check (name <> 'canarycheck'));
create index on cage.birds (lower(name || 'canaryindex')) where name <> 'canarypredicate';
insert into cage.birds select i, 'canarycell' || i from generate_series(1, 50) i;
create view cage.singing as select id, name /* canarycomment */ from cage.birds where name = 'canaryview' or id = 1;
create table cage.seen (day text) partition by list (day);
create table cage.seen_one partition of cage.seen for values in ('canarybound');
create table cage.failing (note text);
insert into cage.failing select 'canarycast' || i from generate_series(1, 50) i;
alter table cage.failing enable row level security;
create policy cast_it on cage.failing using (note::int > 0);
create table cage.moody (note text);
insert into cage.moody select 'canaryenum' || i from generate_series(1, 50) i;
alter table cage.moody enable row level security;
create policy cast_it on cage.moody using (note::cage.mood = 'calm');
grant usage on schema cage to scanner;
grant select on all tables in schema cage to scanner;`)
	})
}

// nest is a folder of files with a value in every place where one can be taken for structure.
func nest(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	var keys []string
	for i := range 300 {
		keys = append(keys, fmt.Sprintf(`"canarykey%d":1`, i))
	}
	var stats bytes.Buffer
	w := parquet.NewGenericWriter[struct {
		Name string `parquet:"name"`
	}](&stats)
	rows := make([]struct {
		Name string `parquet:"name"`
	}, 20)
	for i := range rows {
		rows[i].Name = fmt.Sprintf("canarystatistic%02d", i)
	}
	if _, err := w.Write(rows); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"headerless.csv": "canaryfirst,17\ncanarysecond,18\ncanarythird,19\n",
		"undone.csv":     "canaryfirst,none yet\ncanarysecond,18\ncanarythird,19\n",
		"waiting.csv":    "canaryann,canaryflu,pending\ncanarybob,canarygout,12.5\ncanarycem,canaryflu,7\n",
		"mailed.csv":     "canary@example.com,city\n1,Rome\n2,Oslo\n",
		"keys.json":      "{" + strings.Join(keys, ",") + "}",
		"people.json":    `[{"canary1@example.com":{"age":1}},{"canary2@example.com":{"age":2}}]`,
		"stats.parquet":  stats.String(),
		"broken.json":    `{"canarybroken": canary`,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"headerless.csv", "undone.csv", "waiting.csv", "mailed.csv", "keys.json", "people.json", "stats.parquet"} {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil || dig(text, "canary", 0) == "" {
			t.Fatalf("%s holds no canary: %v", name, err)
		}
	}
	return dir
}

// planted fails where the database does not hold a value in each place, or its server does not quote one in an error.
func planted(t *testing.T, s *source) {
	t.Helper()
	var all strings.Builder
	s.query(t, `select name || tag from cage.birds
union all select pg_get_viewdef('cage.singing'::regclass)
union all select pg_get_expr(adbin, adrelid) from pg_attrdef
union all select enumlabel from pg_enum
union all select pg_get_expr(relpartbound, oid) from pg_class where relpartbound is not null
union all select pg_get_constraintdef(oid) from pg_constraint where contype = 'c' and conrelid = 'cage.birds'::regclass
union all select indexdef from pg_indexes where schemaname = 'cage'`, func(row []string) { all.WriteString(row[0] + "\n") })
	for _, word := range []string{"cell", "view", "default", "label", "bound", "check", "generated", "index", "predicate"} {
		if !strings.Contains(all.String(), "canary"+word) {
			t.Fatalf("canary%s is not in the database", word)
		}
	}
	scanner := *s.server
	scanner.User, scanner.Password = "scanner", theHouse.password
	conn := (&source{&scanner, s.db}).connect(t.Context(), t)
	defer conn.Close(t.Context()) //nolint:errcheck // the test is over
	for table, word := range map[string]string{"failing": "canarycast", "moody": "canaryenum"} {
		_, err := conn.Exec(t.Context(), "select note from cage."+table)
		if err == nil || !strings.Contains(err.Error(), word) {
			t.Fatalf("reading cage.%s was to fail with a value: %v", table, err)
		}
	}
}

// TestNoValueLeavesInMetadata scans both at the deepest level, with loud logs, on both stores, and looks for the word in
// every byte that node, server and client wrote or answered: also in the spool before a batch is sent, and in the inbox
// before it is applied. Each kind of place must hold a word that does travel, found by the same search.
func TestNoValueLeavesInMetadata(t *testing.T) {
	t.Parallel()
	t.Run("on_sqlite", func(t *testing.T) { noValueLeaves(t) })
	t.Run("on_postgres", func(t *testing.T) { noValueLeaves(t, onPostgres(t)) })
}

func noValueLeaves(t *testing.T, flags ...string) {
	p, err := theHouse.deadly()
	if err != nil {
		t.Fatal(err)
	}
	s, folder := canaries(t), nest(t)
	planted(t, s)
	a := openAccount(t, p, append([]string{"--lease", short.String()}, flags...)...)
	n := a.enrolled(a.runtime("edge"), "one")
	n.allow(s)
	n.runtime("policy", "allow", "--folder", folder)
	a.purlieu("source", "add", "PostgreSql", s.db, "--authority", s.db, "--set", "serverEndpoint=127.0.0.1", "--set", fmt.Sprintf("port=%d", s.server.Port), "--set", "sslMode=disable")
	a.purlieu("credential", "add", "BasicAuth", "scanner", "--user", "scanner", "--secret", "password=file:shop-password")
	a.purlieu("scan", "add", s.db, "nightly", "--credential", "scanner", "--runtime", "edge", "--set", "databaseName="+s.db, "--level", "L3")
	files := &source{db: "files"}
	a.purlieu("source", "add", "FileSystem", "files", "--authority", "nest", "--set", "folder="+folder)
	a.purlieu("scan", "add", "files", "nightly", "--runtime", "edge")

	run := a.caught(t, n, s, "cage/singing")
	a.caught(t, n, files, "stats.parquet")
	var all struct{ Value []gap }
	a.rest("GET", "/manage/v1/runs/"+run.ID+"/gaps", nil, &all)
	refused := 0
	for _, g := range all.Value {
		if strings.HasPrefix(g.Gap.Path, "aviary/cage/failing") || strings.HasPrefix(g.Gap.Path, "aviary/cage/moody") {
			refused++
		}
	}
	if refused < 2 {
		t.Errorf("the server was to refuse two samples: %v", all.Value)
	}
	a.nothingSaid(t, n, s, run)
	n.process.stop(t)
	a.server.stop(t)
	missing := a.clean(t, n, "what is left", map[string]string{"ledger-": "edge--one", "server.log": "datasources/aviary", "node-one.log": "edge--one"})
	missing = append(missing, a.cleanStore(t, "what is left in the store", "", "cage/singing", "stats.parquet")...)
	if len(missing) > 0 {
		t.Errorf("the search does not find %v", missing)
	}
}

// caught runs a scan during which the node dies before it sends a batch, and then the server before it applies one, and
// searches spool and inbox there. word is one that travels: they die again before the next one, until the batch that has it is there.
func (a *account) caught(t *testing.T, n *node, s *source, word string) scanRun {
	t.Helper()
	if !a.server.running() {
		a.start()
	}
	id := a.begin(s)
	for nth := 1; ; nth++ {
		n.launch(fmt.Sprintf("%s=bus.request.before/batch:%d", failpoint.EnvPoint, min(nth, 2))) // the one that it was about to send goes first
		until(t, 60*time.Second, "the node dies before it sends", func() bool { return !n.process.running() })
		if missing := a.clean(t, n, "a spool", map[string]string{"spool-": word}); len(missing) == 0 {
			break
		} else if nth == 9 {
			t.Fatalf("the search finds nothing of the source in a spool: %v", missing)
		}
	}
	a.server.stop(t)
	n.launch()
	for nth := 1; ; nth++ {
		a.launch(fmt.Sprintf("%s=ingest.apply.before:%d", failpoint.EnvPoint, min(nth, 2))) // the one that waits goes first
		until(t, 60*time.Second, "the server dies before it applies", func() bool { return !a.server.running() })
		if missing := a.cleanStore(t, "an inbox", "inbox", word); len(missing) == 0 {
			break
		} else if nth == 9 {
			t.Fatalf("the search finds nothing of the source in an inbox: %v", missing)
		}
	}
	a.start()
	run := a.await(s, id, 120*time.Second)
	if run.Status == "Failed" || run.Purlieu.Counts.Created < 6 {
		t.Fatalf("the run ended %s with %+v", run.Status, run.Purlieu)
	}
	n.process.stop(t)
	return run
}

// nothingSaid looks through what server, node and client answer.
func (a *account) nothingSaid(t *testing.T, n *node, s *source, run scanRun) {
	t.Helper()
	n.start()
	said := map[string]string{
		"dump": a.dump(), "search": a.try("search", "singing").String(), "node status": n.runtime("status"), "egress show": n.runtime("egress", "show"),
		"browse": a.try("source", "browse", s.db, s.db+"/cage", "--scan", "nightly").String(),
	}
	for _, path := range []string{"/metrics", "/healthz", "/manage/v1/runs", "/manage/v1/runs/" + run.ID + "/gaps", "/manage/v1/runs/" + run.ID + "/changes", "/manage/v1/overview"} {
		status, answer := a.ask(a.token(), "GET", path, nil)
		if status != 200 {
			t.Errorf("GET %s: %d", path, status)
		}
		said[path] = string(answer)
	}
	for where, word := range map[string]string{
		"dump": "cage/singing", "search": "cage/singing", "node status": "edge", "egress show": "batch", "browse": "singing",
		"/metrics": "purlieu_", "/manage/v1/runs": s.db, "/manage/v1/runs/" + run.ID + "/gaps": "cage/failing", "/manage/v1/runs/" + run.ID + "/changes": "singing",
	} {
		if dig([]byte(said[where]), word, 0) == "" {
			t.Errorf("the search finds no %q in the answer of %s: %.500s", word, where, said[where])
		}
	}
	if r := a.try("search", "canary"); strings.Contains(strings.ReplaceAll(r.out, `"canary"`, ""), "canary") {
		t.Errorf("a search for a value finds %s", r)
	}
	for where, text := range said {
		seek(t, "the answer of "+where, []byte(text))
	}
}

// clean looks for values in every file of account and node, but for the vault and the person's own folder. Of the files
// whose names begin with a key of travels one at least should hold its word: those that don't are missing.
func (a *account) clean(t *testing.T, n *node, when string, travels map[string]string) (missing []string) {
	t.Helper()
	looked, found := 0, map[string]bool{}
	err := filepath.WalkDir(a.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || strings.HasPrefix(path, filepath.Join(n.dir, "secrets")) || strings.HasPrefix(path, filepath.Join(a.dir, "client")) {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		looked++
		seek(t, when+": "+path, text)
		for prefix, word := range travels {
			if strings.HasPrefix(d.Name(), prefix) && !found[prefix] {
				found[prefix] = dig(text, word, 0) != ""
			}
		}
		return nil
	})
	if err != nil || looked < 8 {
		t.Fatalf("%d files were searched: %v", looked, err)
	}
	for prefix, word := range travels {
		if !found[prefix] {
			missing = append(missing, prefix+": "+word)
		}
	}
	return missing
}

// cleanStore looks for values in every cell of the store's tables, whose server does not run. Words that stand in no
// table, or not in the one that is named, are missing.
func (a *account) cleanStore(t *testing.T, when, in string, words ...string) (missing []string) {
	t.Helper()
	found := make([]bool, len(words))
	a.cells(t, func(table string, cell []byte) {
		seek(t, when+", table "+table, cell)
		for i, word := range words {
			found[i] = found[i] || (in == "" || in == table) && dig(cell, word, 0) != ""
		}
	})
	for i, word := range words {
		if !found[i] {
			missing = append(missing, word)
		}
	}
	return missing
}

// cells gives every cell of the store.
func (a *account) cells(t *testing.T, each func(table string, cell []byte)) {
	t.Helper()
	driver, address := "sqlite", ""
	tables := "select name from sqlite_schema where type = 'table'"
	for _, flag := range a.flags {
		if at, ok := strings.CutPrefix(flag, "--store="); ok {
			driver, address = "pgx", at
			tables = "select tablename from pg_tables where schemaname not in ('pg_catalog', 'information_schema')"
		}
	}
	if address == "" { // a copy: what the server left in the log beside its file is not to be moved
		copied := filepath.Join(t.TempDir(), "data")
		copyFolder(t, a.data(), copied)
		found, err := filepath.Glob(filepath.Join(copied, "*.db"))
		if err != nil || len(found) != 1 {
			t.Fatalf("the store's file is not one of %v: %v", found, err)
		}
		address = found[0]
	}
	db, err := sql.Open(driver, address)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	names := column(t, db, tables)
	if len(names) < 10 {
		t.Fatalf("the store has only the tables %v", names)
	}
	for _, row := range names {
		table := fmt.Sprint(row[0])
		for _, row := range column(t, db, `select * from "`+table+`"`) {
			for _, cell := range row {
				if b, ok := cell.([]byte); ok {
					each(table, b)
				} else {
					each(table, fmt.Append(nil, cell))
				}
			}
		}
	}
}

// column reads the rows of a query.
func column(t *testing.T, db *sql.DB, query string) (list [][]any) {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatalf("%v in %s", err, query)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	for err == nil && rows.Next() {
		row, into := make([]any, len(columns)), make([]any, len(columns))
		for i := range row {
			into[i] = &row[i]
		}
		err = rows.Scan(into...)
		list = append(list, row)
	}
	if err = errors.Join(err, rows.Err()); err != nil {
		t.Fatalf("%v in %s", err, query)
	}
	return list
}

// seek fails where a value stands in a text. The password of the source, which is called a canary too, is looked for by
// a test of its own.
func seek(t *testing.T, where string, text []byte) {
	t.Helper()
	if how := dig(text, "canary", 0); how != "" {
		t.Errorf("a value stands in %s: %s", where, how)
	}
}
