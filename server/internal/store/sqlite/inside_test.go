package sqlite

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
)

func openTest(t *testing.T, opt Options) *Store {
	t.Helper()
	if opt.Path == "" {
		opt.Path = filepath.Join(t.TempDir(), "test.db")
	}
	s, err := Open(t.Context(), opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func put(s *Store, key string, body []byte) error {
	ctx := context.Background()
	return s.Update(ctx, store.People, func(tx store.Tx) error {
		return tx.Docs().Put(ctx, &store.Doc{Kind: "k", Key: key, Body: body})
	})
}

func has(t *testing.T, s *Store, key string) bool {
	t.Helper()
	err := s.View(t.Context(), func(tx store.Tx) error {
		_, err := tx.Docs().Get(t.Context(), "k", key)
		return err
	})
	if err != nil && !fault.Is(err, fault.NotFound) {
		t.Fatal(err)
	}
	return err == nil
}

func TestFail_before_commit_undoes_and_after_commit_keeps(t *testing.T) {
	lost := errors.New("lost")
	at := ""
	s := openTest(t, Options{Path: Memory, Fail: func(point string) error {
		if point == at {
			return lost
		}
		return nil
	}})
	for _, c := range []struct {
		point string
		kept  bool
	}{{"commit", false}, {"committed", true}} {
		at = c.point
		if err := put(s, c.point, nil); !errors.Is(err, lost) {
			t.Errorf("%s: %v", c.point, err)
		}
		at = ""
		if got := has(t, s, c.point); got != c.kept {
			t.Errorf("failing at %q: kept %v", c.point, got)
		}
	}
	if err := put(s, "later", nil); err != nil {
		t.Error(err)
	}
}

func TestOpen_finds_what_was_committed_before(t *testing.T) {
	path := filepath.Join(t.TempDir(), "test.db")
	s := openTest(t, Options{Path: path})
	if err := put(s, "a", nil); err != nil {
		t.Fatal(err)
	}
	// A second process sees it at once; a copy taken while the first runs is what a kill would leave.
	if !has(t, openTest(t, Options{Path: path}), "a") {
		t.Error("a second opening does not see it")
	}
	copied := filepath.Join(t.TempDir(), "test.db")
	for _, suffix := range []string{"", "-wal"} {
		b, err := os.ReadFile(path + suffix)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(copied+suffix, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if !has(t, openTest(t, Options{Path: copied}), "a") {
		t.Error("lost without a clean close")
	}
}

func TestCommits_wait_for_the_disk_but_those_of_followers(t *testing.T) {
	s, relaxed := openTest(t, Options{}), openTest(t, Options{Relaxed: true})
	for _, lane := range []store.Lane{store.People, store.Follow, store.Follow, store.Ingest, store.Follow, store.People} {
		for _, st := range []*Store{s, relaxed} {
			want, got := 2, 0 // full
			if lane == store.Follow || st == relaxed {
				want = 1 // normal
			}
			err := st.Update(t.Context(), lane, func(store.Tx) error {
				return st.writer.sql.QueryRowContext(t.Context(), `pragma synchronous`).Scan(&got)
			})
			if err != nil || got != want {
				t.Errorf("in lane %d the writer is at %d, not %d, %v", lane, got, want, err)
			}
		}
	}
}

func TestFiles_are_the_owners_only(t *testing.T) {
	s := openTest(t, Options{})
	if err := put(s, "a", nil); err != nil {
		t.Fatal(err)
	}
	for _, suffix := range []string{"", "-wal"} {
		info, err := os.Stat(s.path + suffix)
		if err != nil {
			t.Fatal(err)
		}
		if runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v", s.path+suffix, info.Mode())
		}
	}
}

func TestOpen_refuses_a_newer_schema(t *testing.T) {
	path := filepath.Join(t.TempDir(), "test.db")
	s := openTest(t, Options{Path: path})
	if _, err := s.db.Exec(`insert into goose_db_version (version_id, is_applied) values (9999, 1)`); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), Options{Path: path}); !fault.Is(err, fault.Unsupported) {
		t.Errorf("got %v", err)
	}
}

func TestOpen_says_what_is_wrong_with_a_file(t *testing.T) {
	dir := t.TempDir()
	if _, err := Open(t.Context(), Options{Path: filepath.Join(dir, "none", "test.db")}); fault.CodeOf(err) != "StoreReadOnly" {
		t.Errorf("no folder: %v", err)
	}
	text := filepath.Join(dir, "text.db")
	if err := os.WriteFile(text, bytes.Repeat([]byte("no database "), 1000), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), Options{Path: text}); fault.CodeOf(err) != "StoreDamaged" {
		t.Errorf("a text: %v", err)
	}
}

func TestMigrations_go_down_to_nothing(t *testing.T) {
	db, err := sql.Open("sqlite", filepath.Join(t.TempDir(), "test.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	p, err := provider(db)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := p.Up(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, err := p.DownTo(t.Context(), 0); err != nil {
			t.Fatal(err)
		}
		var left string
		err := db.QueryRow(`select coalesce(group_concat(name), '') from sqlite_schema
			where name not like 'goose%' and name not like 'sqlite_%'`).Scan(&left)
		if err != nil || left != "" {
			t.Fatalf("left: %q, %v", left, err)
		}
	}
}

// Bases were one row each once (migration 9).
func TestMigrations_carry_bases(t *testing.T) {
	db, err := sql.Open("sqlite", filepath.Join(t.TempDir(), "test.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	p, err := provider(db)
	if err != nil {
		t.Fatal(err)
	}
	var made [9000 * 44]byte
	for i := range made {
		made[i] = byte(i * 7) // NUL, and what is not UTF-8
	}
	if _, err := p.UpTo(t.Context(), 8); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(`insert into base (scan, container, generation, rows, grants) values ('s/1', '/a', 7, ?, ?), ('s/1', '/b', 8, null, null)`, made[:], made[:5]); err != nil {
		t.Fatal(err)
	}
	if _, err := p.UpTo(t.Context(), 9); err != nil {
		t.Fatal(err)
	}
	var blocks, firsts, rows, lows int
	err = db.QueryRow(`select count(*), sum(first), sum(length(block.rows)), sum(low = substr(block.rows, 1, 16)) from block
		join base on id = base where count = 9000 and generation = 7 and draft = 0 and container = '/a'`).Scan(&blocks, &firsts, &rows, &lows)
	if err != nil || blocks != 3 || firsts != 3*4096 || rows != len(made) || lows != 3 {
		t.Errorf("%d blocks from %d on, of %d bytes, %d with their bound, %v", blocks, firsts, rows, lows, err)
	}
	if _, err := p.DownTo(t.Context(), 8); err != nil {
		t.Fatal(err)
	}
	var back, grants []byte
	var generation int
	err = db.QueryRow(`select generation, rows, grants from base where container = '/a'`).Scan(&generation, &back, &grants)
	if err != nil || generation != 7 || !bytes.Equal(back, made[:]) || !bytes.Equal(grants, made[:5]) {
		t.Errorf("%d, %d bytes, %v, %v", generation, len(back), grants, err)
	}
}

func TestFull_disk_throttles_and_recovers(t *testing.T) {
	s := openTest(t, Options{})
	pages := func(n int) {
		if _, err := s.writer.sql.ExecContext(t.Context(), fmt.Sprintf("pragma max_page_count = %d", n)); err != nil {
			t.Fatal(err)
		}
	}
	pages(200)
	err := put(s, "big", make([]byte, 2<<20))
	if !fault.Is(err, fault.Throttled) || fault.CodeOf(err) != "StoreFull" || !strings.Contains(err.Error(), "Make room") {
		t.Errorf("got %v (%s)", err, fault.CodeOf(err))
	}
	if err := put(s, "small", nil); err != nil {
		t.Errorf("a small write after: %v", err)
	}
	pages(1 << 30)
	if err := put(s, "big", make([]byte, 2<<20)); err != nil {
		t.Errorf("with room again: %v", err)
	}
}

func TestReadOnly_and_busy_throttle(t *testing.T) {
	path := filepath.Join(t.TempDir(), "test.db")
	s, other := openTest(t, Options{Path: path}), openTest(t, Options{Path: path})
	if _, err := s.writer.sql.ExecContext(t.Context(), "pragma busy_timeout = 10"); err != nil {
		t.Fatal(err)
	}
	err := other.Update(t.Context(), store.People, func(store.Tx) error {
		if err := put(s, "a", nil); fault.CodeOf(err) != "StoreBusy" || !fault.Is(err, fault.Throttled) {
			t.Errorf("busy: %v", err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.writer.sql.ExecContext(t.Context(), "pragma query_only = 1"); err != nil {
		t.Fatal(err)
	}
	if err := put(s, "a", nil); fault.CodeOf(err) != "StoreReadOnly" || !fault.Is(err, fault.Throttled) {
		t.Errorf("read-only: %v", err)
	}
}

func TestMemory_leaves_nothing_behind(t *testing.T) {
	s := openTest(t, Options{Path: Memory})
	other := openTest(t, Options{Path: Memory})
	if err := put(s, "a", nil); err != nil {
		t.Fatal(err)
	}
	if has(t, other, "a") {
		t.Error("two stores in memory share their rows")
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(s.folder); !os.IsNotExist(err) {
		t.Errorf("%s is still there: %v", s.folder, err)
	}
}

func TestNow_is_the_stores_clock(t *testing.T) {
	now := time.Date(2040, 1, 2, 3, 4, 5, 6000, time.FixedZone("", 3600))
	s := openTest(t, Options{Path: Memory, Now: func() time.Time { return now }})
	look := func(tx store.Tx) error {
		if !tx.Now().Equal(now) || tx.Now().Location() != time.UTC {
			t.Errorf("%v", tx.Now())
		}
		return nil
	}
	if err := errors.Join(s.Update(t.Context(), store.People, look), s.View(t.Context(), look)); err != nil {
		t.Error(err)
	}
}

// The statements that run all day must use their index: a plan that scans a table is a fault that tests with few rows
// don't see.
func TestStatements_use_their_indexes(t *testing.T) {
	s := openTest(t, Options{Path: Memory})
	ctx := t.Context()
	err := s.View(ctx, func(tx store.Tx) error {
		_, err1 := tx.Runs().ListUnits(ctx, store.UnitQuery{Runtime: "r", States: []model.UnitState{model.UnitQueued}, Claim: true, Limit: 5})
		_, err2 := tx.Runs().ListUnits(ctx, store.UnitQuery{States: []model.UnitState{model.UnitLeased}, LeaseBefore: time.Now(), Limit: 5})
		_, err3 := tx.Runs().ListUnits(ctx, store.UnitQuery{Run: "r", Limit: 5})
		_, err4 := tx.Runs().CountUnits(ctx, "r")
		_, err5 := tx.Runs().LeasedBySource(ctx, []string{"s"})
		_, err6 := tx.Runs().ListRuns(ctx, store.RunQuery{States: []model.RunState{model.RunQueued}, Limit: 5})
		_, err7 := tx.Map().ByHash(ctx, []model.Hash{{}})
		_, err8 := tx.Map().ByNative(ctx, "s", "t", "n")
		_, err9 := tx.Map().Children(ctx, model.Hash{}, "", 0, 5)
		_, err10 := tx.Map().ChangedAfter(ctx, 0, 0, 5)
		_, err11 := tx.Map().History(ctx, 1, 0, 5)
		_, err12 := tx.Map().EdgesOfAsset(ctx, []model.Hash{{}}, 5)
		_, err13 := tx.Map().Bases(ctx, "s", "r", "", 5)
		_, err14 := tx.Map().Containers(ctx, "r", "", 5)
		_, err15 := tx.Inbox().Next(ctx, 0, 5)
		_, err16 := tx.Map().Count(ctx, "s")
		_, err17 := tx.Runs().ListGaps(ctx, "r", 0, 5)
		_, err18 := tx.Map().Blocks(ctx, 1, 5, 5)
		_, _, err19 := tx.Map().BlockOf(ctx, 1, model.Hash{})
		_, err20 := tx.Runs().QueuedBySource(ctx, store.QueueQuery{Runtime: "r", Kinds: []string{"a", "b"}, NotSources: []string{"s"}, NotBefore: time.Now(), Each: 4, Limit: 5})
		_, err21 := tx.Runs().ListUnits(ctx, store.UnitQuery{Source: "s", States: []model.UnitState{model.UnitStopping}, Limit: 5})
		return errors.Join(err21, err20, err1, err2, err3, err4, err5, err6, err7, err8, err9, err10, err11, err12, err13, err14, err15, err16, err17, err18, err19)
	})
	if err != nil {
		t.Fatal(err)
	}
	reader := <-s.idle
	for reader == nil {
		s.idle <- nil
		reader = <-s.idle
	}
	defer func() { s.idle <- reader }()
	seen := 0
	for text := range reader.stmts {
		if !strings.HasPrefix(text, "select") && !strings.HasPrefix(text, "with") || strings.Contains(text, "from counter") {
			continue
		}
		seen++
		rows, err := reader.sql.QueryContext(ctx, "explain query plan "+text, make([]any, strings.Count(text, "?"))...)
		if err != nil {
			t.Fatal(err)
		}
		for rows.Next() {
			var id, parent, unused int
			var detail string
			if err := rows.Scan(&id, &parent, &unused, &detail); err != nil {
				t.Fatal(err)
			}
			if strings.HasPrefix(text, "with") && !strings.HasPrefix(detail, "SCAN u") {
				continue // it goes through its own small tables, and sorts them
			}
			if strings.HasPrefix(detail, "SCAN") && !strings.Contains(detail, "INDEX") || strings.Contains(detail, "TEMP B-TREE") {
				t.Errorf("%s\n%s", text, detail)
			}
		}
		rows.Close()
	}
	if seen < 21 {
		t.Errorf("only %d statements", seen)
	}
}
