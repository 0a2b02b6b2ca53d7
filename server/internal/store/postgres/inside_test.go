package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/internal/store"
	"github.com/purlieu/purlieu/test/pgserver"
)

// TestEngine is what is promised beside the contract, on one server.
func TestEngine(t *testing.T) {
	server := pgserver.Start(t, "deadlock_timeout=50ms")
	for i, c := range []struct {
		name string
		run  func(t *testing.T, address string)
	}{
		{"Fail before commit undoes and after commit keeps", testFail_before_commit_undoes_and_after_commit_keeps},
		{"Open of replicas that start together migrates once", testOpen_of_replicas_that_start_together_migrates_once},
		{"Migrations go down to nothing", testMigrations_go_down_to_nothing},
		{"Writer that freezes is cut", testWriter_that_freezes_is_cut},
		{"Deadlock is run again", testDeadlock_is_run_again},
		{"Error that fn swallows commits nothing", testError_that_fn_swallows_commits_nothing},
		{"Standby is read only", testStandby_is_read_only},
		{"Now is the databases clock behind the lock", testNow_is_the_databases_clock_behind_the_lock},
		{"Long names are kept and ordered", testLong_names_are_kept_and_ordered},
		{"Statements use their indexes", testStatements_use_their_indexes},
	} {
		t.Run(c.name, func(t *testing.T) {
			database := fmt.Sprintf("d%d", i)
			if err := server.Exec("postgres", "create database "+database); err != nil {
				t.Fatal(err)
			}
			c.run(t, server.Address(database))
		})
	}
}

func openTest(t *testing.T, opt Options) *Store {
	t.Helper()
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

func inner(t store.Tx) *tx { return t.(*tx) }

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

func testFail_before_commit_undoes_and_after_commit_keeps(t *testing.T, address string) {
	lost := errors.New("lost")
	at := ""
	s := openTest(t, Options{Address: address, Fail: func(point string) error {
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

func TestAddress_with_a_password_is_refused_and_not_repeated(t *testing.T) {
	for _, address := range []string{
		"postgres://ada:hunter2@127.0.0.1:1/shop", "postgres://ada@127.0.0.1:1/shop?password=hunter2", "postgres://ada@127.0.0.1:1/shop?sslpassword=hunter2",
	} {
		_, err := Open(t.Context(), Options{Address: address})
		if fault.CodeOf(err) != "PasswordInAddress" || !strings.Contains(err.Error(), "PGPASSFILE") {
			t.Errorf("%v", err)
		}
		for e := err; e != nil; e = errors.Unwrap(e) {
			if strings.Contains(e.Error(), "hunter2") {
				t.Errorf("the password is repeated: %v", e)
			}
		}
	}
	for _, address := range []string{"postgres://", "postgres://h", "postgres:// /x", "postgres://h/x?sslmode=maybe"} {
		if _, err := Open(t.Context(), Options{Address: address}); fault.CodeOf(err) != "StoreAddress" {
			t.Errorf("%s: %v", address, err)
		}
	}
}

func TestOpen_says_what_is_wrong_with_a_database(t *testing.T) {
	server := pgserver.Start(t)
	for _, statement := range []string{
		`create database latin encoding 'LATIN1' locale 'C' template template0`, `create database newer`, `create user guest password 'guest'`,
	} {
		if err := server.Exec("postgres", statement); err != nil {
			t.Fatal(err)
		}
	}
	openTest(t, Options{Address: server.Address("newer")})
	if err := server.Exec("newer", `insert into goose_db_version (version_id, is_applied) values (9999, true)`); err != nil {
		t.Fatal(err)
	}
	for address, code := range map[string]string{
		server.Address("latin"): "StoreEncoding", server.Address("newer"): "StoreTooNew", server.Address("none"): "Store",
		strings.Replace(server.Address("newer"), "postgres@", "guest@", 1): "StoreSignIn",
		fmt.Sprintf("postgres://x@127.0.0.1:%d/x?sslmode=disable", 1):      "StoreAway",
	} {
		if _, err := Open(t.Context(), Options{Address: address}); fault.CodeOf(err) != code {
			t.Errorf("want %s, got %v (%v)", code, err, errors.Unwrap(err))
		}
	}
}

func testOpen_of_replicas_that_start_together_migrates_once(t *testing.T, address string) {
	opened := make(chan error)
	for range 4 {
		go func() {
			s, err := Open(t.Context(), Options{Address: address})
			if err == nil {
				err = s.Close()
			}
			opened <- err
		}()
	}
	for range 4 {
		if err := <-opened; err != nil {
			t.Error(err, errors.Unwrap(err))
		}
	}
}

func testMigrations_go_down_to_nothing(t *testing.T, address string) {
	cfg, err := pgx.ParseConfig(address)
	if err != nil {
		t.Fatal(err)
	}
	db := stdlib.OpenDB(*cfg)
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
		var left sql.NullString
		err := db.QueryRow(`select string_agg(relname, ' ') from pg_class where relnamespace = 'public'::regnamespace and relname not like 'goose%'`).Scan(&left)
		if err != nil || left.Valid {
			t.Fatalf("left: %q, %v", left.String, err)
		}
	}
}

// A server that is gone throttles, a server that is back serves, and nobody opens the store again.
func TestServer_that_restarts_throttles_and_recovers(t *testing.T) {
	server := pgserver.Start(t)
	s := openTest(t, Options{Address: server.Address("postgres")})
	if err := put(s, "before", nil); err != nil {
		t.Fatal(err)
	}
	err := s.Update(t.Context(), store.Ingest, func(tx store.Tx) error {
		if err := tx.Docs().Put(t.Context(), &store.Doc{Kind: "k", Key: "within"}); err != nil {
			return err
		}
		server.Stop()
		_, err := tx.Docs().Get(t.Context(), "k", "before")
		return err
	})
	if !fault.Is(err, fault.Throttled) {
		t.Errorf("within: %v (%v)", err, errors.Unwrap(err))
	}
	for range 3 {
		if err := put(s, "away", nil); fault.CodeOf(err) != "StoreAway" || !fault.Is(err, fault.Throttled) {
			t.Errorf("away: %v (%v)", err, errors.Unwrap(err))
		}
	}
	if err := server.Restart(); err != nil {
		t.Fatal(err)
	}
	for try := range 20 {
		if err = put(s, "back", nil); err == nil {
			break
		}
		t.Logf("try %d: %v", try, err)
	}
	if err != nil || !has(t, s, "before") || has(t, s, "within") || has(t, s, "away") {
		t.Errorf("after: %v", err)
	}
}

// A replica that freezes within a write loses its session, and with it the lock that all others wait for.
func testWriter_that_freezes_is_cut(t *testing.T, address string) {
	s, other := openTest(t, Options{Address: address}), openTest(t, Options{Address: address})
	err := s.Update(t.Context(), store.Ingest, func(tx store.Tx) error {
		if _, err := inner(tx).exec(t.Context(), `select set_config('idle_in_transaction_session_timeout', '100', true)`); err != nil {
			return err
		}
		if err := put(other, "a", nil); err != nil {
			t.Errorf("the other: %v", err)
		}
		_, err := tx.Docs().Get(t.Context(), "k", "a")
		return err
	})
	if !fault.Is(err, fault.Throttled) {
		t.Errorf("the frozen one: %v (%v)", err, errors.Unwrap(err))
	}
	if err := put(s, "b", nil); err != nil {
		t.Errorf("later: %v", err)
	}
}

// A writer of the account that waits for the index, and a follower that waits for the account, as a fault of ours would
// have it: the engine undoes one, which is run again.
func testDeadlock_is_run_again(t *testing.T, address string) {
	s := openTest(t, Options{Address: address})
	follows, writes := make(chan struct{}), make(chan struct{})
	done := make(chan error, 1)
	runs := 0
	go func() {
		done <- s.Update(t.Context(), store.Follow, func(tx store.Tx) error {
			if runs++; runs == 1 {
				close(follows)
				<-writes
			}
			_, err := inner(tx).exec(t.Context(), `select pg_advisory_xact_lock($1)`, accountLock)
			return err
		})
	}()
	<-follows
	again := 0
	err := s.Update(t.Context(), store.People, func(tx store.Tx) error {
		if again++; again == 1 {
			close(writes)
		}
		return tx.Index().SetCursor(t.Context(), "x", int64(again), 0)
	})
	if err != nil {
		t.Errorf("the person: %v", err)
	}
	if err := <-done; err != nil {
		t.Errorf("the follower: %v", err)
	}
	if runs+again < 3 {
		t.Errorf("nobody was run again: %d, %d", runs, again)
	}
}

func testError_that_fn_swallows_commits_nothing(t *testing.T, address string) {
	s := openTest(t, Options{Address: address})
	err := s.Update(t.Context(), store.People, func(tx store.Tx) error {
		if err := tx.Docs().Put(t.Context(), &store.Doc{Kind: "k", Key: "a"}); err != nil {
			return err
		}
		_, _ = inner(tx).exec(t.Context(), `select 1 / 0`)
		return nil
	})
	if !fault.Is(err, fault.Internal) || has(t, s, "a") {
		t.Errorf("got %v", err)
	}
}

func testStandby_is_read_only(t *testing.T, address string) {
	s := openTest(t, Options{Address: address})
	err := s.Update(t.Context(), store.People, func(tx store.Tx) error {
		if _, err := inner(tx).exec(t.Context(), `set transaction read only`); err != nil {
			return err
		}
		return tx.Docs().Put(t.Context(), &store.Doc{Kind: "k", Key: "a"})
	})
	if fault.CodeOf(err) != "StoreReadOnly" || !fault.Is(err, fault.Throttled) {
		t.Errorf("got %v", err)
	}
}

func testNow_is_the_databases_clock_behind_the_lock(t *testing.T, address string) {
	s := openTest(t, Options{Address: address})
	var first, second time.Time
	done := make(chan error, 1)
	err := s.Update(t.Context(), store.People, func(tx store.Tx) error {
		other := openTest(t, Options{Address: address})
		go func() {
			done <- other.Update(context.Background(), store.People, func(tx store.Tx) error { second = tx.Now(); return nil })
		}()
		time.Sleep(50 * time.Millisecond)
		var now int64
		_, err := inner(tx).one(t.Context(), `select (extract(epoch from clock_timestamp()) * 1000000)::bigint`, nil, &now)
		first = instant(now)
		return err
	})
	if err = errors.Join(err, <-done); err != nil || second.Before(first) || second.Location() != time.UTC {
		t.Errorf("%v, then %v: %v", first, second, err)
	}
}

func testLong_names_are_kept_and_ordered(t *testing.T, address string) {
	s := openTest(t, Options{Address: address})
	ctx := t.Context()
	// 4 KB that do not compress, alike in their first 2,000 characters.
	long := func(end string) string {
		var b strings.Builder
		for i := uint32(1); b.Len() < 4000; i = i*1664525 + 1013904223 {
			fmt.Fprintf(&b, "%08x", i)
		}
		return b.String() + end
	}
	err := s.Update(ctx, store.Ingest, func(tx store.Tx) error {
		var list []store.Entity
		for _, end := range []string{"b", "a", "c"} {
			list = append(list, store.Entity{Hash: model.HashOf("t", long(end)), Type: "t", QualifiedName: long(end), Name: long(end), NativeID: long(end), Source: "s"})
		}
		err := tx.Map().Insert(ctx, list)
		for _, end := range []string{"b", "a", "c"} {
			err = errors.Join(err, tx.Map().PutBase(ctx, store.Base{Scan: "s/x", Container: "/" + long(end)}))
			err = errors.Join(err, tx.Map().AddParts(ctx, []store.Part{{Run: "r", Container: "/" + long(end)}}))
		}
		return err
	})
	if err != nil {
		t.Fatal(err, errors.Unwrap(err))
	}
	err = s.View(ctx, func(tx store.Tx) error {
		children, err1 := tx.Map().Children(ctx, model.Hash{}, long("a"), 1<<40, 9)
		if len(children) != 2 || children[0].Name != long("b") || children[1].Name != long("c") {
			t.Errorf("%d children", len(children))
		}
		native, err2 := tx.Map().ByNative(ctx, "s", "t", long("c"))
		if len(native) != 1 || native[0].Name != long("c") {
			t.Errorf("%d by native id", len(native))
		}
		bases, err3 := tx.Map().Bases(ctx, "s/x", "", "/"+long("a"), 9)
		if len(bases) != 2 || bases[0].Container != "/"+long("b") {
			t.Errorf("%d bases", len(bases))
		}
		one, err4 := tx.Map().Bases(ctx, "s/x", "/"+long("c"), "", 9)
		if len(one) != 1 {
			t.Errorf("%d bases at a root", len(one))
		}
		containers, err5 := tx.Map().Containers(ctx, "r", "/"+long("a"), 9)
		if len(containers) != 2 || containers[1] != "/"+long("c") {
			t.Errorf("%d containers", len(containers))
		}
		return errors.Join(err1, err2, err3, err4, err5)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// The statements that run all day must use their index, however many rows there are.
func testStatements_use_their_indexes(t *testing.T, address string) {
	s := openTest(t, Options{Address: address})
	ctx := t.Context()
	var texts []string
	look := func(name, text string, args ...any) {
		t.Helper()
		texts = append(texts, name)
		rows, err := s.pool.Query(ctx, "explain "+text, args...)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		plan, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if all := strings.Join(plan, "\n"); strings.Contains(all, "Seq Scan") {
			t.Errorf("%s\n%s", name, all)
		}
	}
	list := []store.Entity{{}}
	look("by hash", `select * from entity where hash = any($1::uuid[])`, uuids([]model.Hash{{}}))
	look("set", setText, append(entityArrays(list), []int64{1})...)
	look("children", childrenText, [16]byte{}, "", 0, 5)
	look("by native id", nativeText, "s", "t", "n")
	look("changed after", changedText, 1, 1, 5)
	look("matches", matchesText, "'a'", 5, 0, "", 5)
	look("sorted matches", sortedText, "'a'", "'b'", 5, "", 0, 0, 5)
	look("ordered matches", orderedText, "'a'", 0, "", 5)
	look("edges", `update edge set far_id = u.id from unnest($1::uuid[], $2::bigint[]) u (far, id) where edge.far = u.far and edge.far_id <> u.id`, [][16]byte{{}}, []int64{1})
	look("claims", `select * from unit where runtime = $1 and kind = any($2) and state = 1 and not_before <= $3 order by priority desc, id limit 5`, "r", []string{"k"}, 1)
	look("leases", `select * from unit where state = 2 and lease_end < $1 order by id limit 5`, 1)
	look("waiting", `select count(*), coalesce(sum(size), 0)::bigint from inbox where quarantined = ''`)
	look("containers", containersText, "r", "", 5)
	look("bases", basesText, "s", "r", "", 5)
}
