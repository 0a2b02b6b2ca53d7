package e2e

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go"

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
	return dir
}

// TestNoValueLeavesInMetadata scans both at the deepest level, with loud logs, and looks for the word in every byte that
// node, server and client wrote or answered.
func TestNoValueLeavesInMetadata(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	s := canaries(t)
	n := a.node(a.runtime("edge"), "one", s)
	a.purlieu("source", "add", "PostgreSql", s.db, "--authority", s.db, "--set", "serverEndpoint=127.0.0.1", "--set", fmt.Sprintf("port=%d", s.server.Port), "--set", "sslMode=disable")
	a.purlieu("credential", "add", "BasicAuth", "scanner", "--user", "scanner", "--secret", "password=file:shop-password")
	a.purlieu("scan", "add", s.db, "nightly", "--credential", "scanner", "--runtime", "edge", "--set", "databaseName="+s.db, "--level", "L3")
	run, gaps := a.scan(s)
	if run.Status == "Failed" || run.Purlieu.Counts.Created < 7 {
		t.Fatalf("the run ended %s with %+v and %v", run.Status, run.Purlieu.Counts, gaps)
	}
	refused := 0
	for _, g := range gaps {
		if strings.HasPrefix(g.Gap.Path, "aviary/cage/failing") || strings.HasPrefix(g.Gap.Path, "aviary/cage/moody") {
			refused++
		}
	}
	if refused < 2 {
		t.Errorf("the server was to refuse two samples: %v", gaps)
	}
	folder := nest(t)
	n.runtime("policy", "allow", "--folder", folder)
	files := &source{db: "files"}
	a.purlieu("source", "add", "FileSystem", "files", "--authority", "nest", "--set", "folder="+folder)
	a.purlieu("scan", "add", "files", "nightly", "--runtime", "edge")
	fileRun, fileGaps := a.scan(files)
	if fileRun.Status == "Failed" || fileRun.Purlieu.Counts.Created < 6 {
		t.Fatalf("the run over files ended %s with %+v and %v", fileRun.Status, fileRun.Purlieu.Counts, fileGaps)
	}
	said := []string{
		fmt.Sprint(gaps), fmt.Sprint(fileGaps), a.dump(), n.runtime("status"), n.runtime("egress", "show"),
		a.try("search", "canary").String(), a.try("source", "browse", s.db, s.db+"/cage", "--scan", "nightly").String(),
	}
	if !strings.Contains(said[2], "cage/singing") || !strings.Contains(said[2], "stats.parquet") {
		t.Fatal("the map holds not even what it should")
	}
	for _, path := range []string{"/metrics", "/healthz", "/manage/v1/runs", "/manage/v1/runs/" + run.ID + "/gaps", "/manage/v1/runs/" + run.ID + "/changes", "/manage/v1/overview"} {
		status, answer := a.ask(a.token(), "GET", path, nil)
		if status != 200 {
			t.Errorf("GET %s: %d", path, status)
		}
		said = append(said, string(answer))
	}
	n.process.stop(t)
	a.server.stop(t)
	for i, text := range said {
		seek(t, fmt.Sprintf("answer %d", i), []byte(strings.ReplaceAll(text, `"canary"`, ""))) // the word that was searched for
	}
	looked := 0
	err := filepath.WalkDir(a.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || strings.HasPrefix(path, filepath.Join(n.dir, "secrets")) || strings.HasPrefix(path, filepath.Join(a.dir, "client")) {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		looked++
		seek(t, path, text)
		for from := 0; ; { // batches are packed, in spool and inbox
			i := bytes.Index(text[from:], []byte{0x28, 0xb5, 0x2f, 0xfd})
			if i < 0 {
				return nil
			}
			from += i
			seek(t, fmt.Sprintf("what is packed in %s at %d", path, from), unpacked(text[from:]))
			from += 4
		}
	})
	if err != nil || looked < 8 {
		t.Fatalf("%d files were searched: %v", looked, err)
	}
}

// unpacked is what can be unpacked of a zstd frame that begins here, whatever follows it.
func unpacked(frame []byte) []byte {
	r, err := zstd.NewReader(bytes.NewReader(frame), zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(64<<20))
	if err != nil {
		return nil
	}
	defer r.Close()
	var out bytes.Buffer
	_, _ = io.Copy(&out, io.LimitReader(r, 32<<20)) // what follows the frame is none
	return out.Bytes()
}

// seek fails where a value stands in a text, as it is, in base64 or in hex. The password of the source, which is called
// a canary too, is looked for by a test of its own.
func seek(t *testing.T, where string, text []byte) {
	t.Helper()
	text = bytes.ToLower(text)
	forms := [][]byte{[]byte("canary"), []byte(hex.EncodeToString([]byte("canary")))}
	for shift := range 3 { // of the place within base64's groups of three
		code := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("x", shift) + "canaryxxx"))
		forms = append(forms, []byte(strings.ToLower(code[(shift*8+5)/6:(shift*8+48)/6])))
	}
	for _, form := range forms {
		if i := bytes.Index(text, form); i >= 0 {
			t.Errorf("%q stands in %s: …%q…", form, where, text[max(0, i-60):min(len(text), i+60)])
		}
	}
}
