package postgres

import (
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/server/internal/store"
	"github.com/purlieu/purlieu/test/pgserver"
)

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

// Bases were one row each once (migration 9).
func testMigrations_carry_bases(t *testing.T, address string) {
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
	var made [9000 * 44]byte
	for i := range made {
		made[i] = byte(i * 7)
	}
	if _, err := p.UpTo(t.Context(), 8); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(`insert into base (scan, hash, container, generation, rows, grants) values
		('s/1', gen_random_uuid(), '/a', 7, $1, $2), ('s/1', gen_random_uuid(), '/b', 8, null, null)`, made[:], made[:5]); err != nil {
		t.Fatal(err)
	}
	if _, err := p.UpTo(t.Context(), 9); err != nil {
		t.Fatal(err)
	}
	var blocks, firsts, rows, lows int
	err = db.QueryRow(`select count(*), sum(first), sum(length(block.rows)), count(*) filter (where low = substring(block.rows for 16)) from block
		join base on id = base where count = 9000 and generation = 7 and not draft and container = '/a'`).Scan(&blocks, &firsts, &rows, &lows)
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
		if err = s.View(t.Context(), func(store.Tx) error { return nil }); err == nil { // views have connections of their own
			err = put(s, "back", nil)
		}
		if err == nil {
			break
		}
		t.Logf("try %d: %v", try, err)
	}
	if err != nil || !has(t, s, "before") || has(t, s, "within") || has(t, s, "away") {
		t.Errorf("after: %v", err)
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
