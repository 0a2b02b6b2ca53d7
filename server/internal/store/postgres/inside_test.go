package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/purlieu/purlieu/fault"
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
		{"Migrations carry bases", testMigrations_carry_bases},
		{"Commits wait for the disk but those of followers", testCommits_wait_for_the_disk_but_those_of_followers},
		{"Writer that freezes is cut", testWriter_that_freezes_is_cut},
		{"Deadlock is run again", testDeadlock_is_run_again},
		{"Error that fn swallows commits nothing", testError_that_fn_swallows_commits_nothing},
		{"Standby is read only", testStandby_is_read_only},
		{"Now is the databases clock behind the lock", testNow_is_the_databases_clock_behind_the_lock},
		{"Long names are kept and ordered", testLong_names_are_kept_and_ordered},
		{"Matches that come late are met", testMatches_that_come_late_are_met},
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

func testCommits_wait_for_the_disk_but_those_of_followers(t *testing.T, address string) {
	s := openTest(t, Options{Address: address})
	for _, lane := range []store.Lane{store.People, store.Follow, store.Ingest, store.Follow, store.People} {
		want, got := "on", ""
		if lane == store.Follow {
			want = "off"
		}
		err := s.Update(t.Context(), lane, func(tx store.Tx) error {
			return inner(tx).c.QueryRow(t.Context(), `show synchronous_commit`).Scan(&got)
		})
		if err != nil || got != want {
			t.Errorf("in lane %d it is %q, not %q, %v", lane, got, want, err)
		}
	}
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

func testMatches_that_come_late_are_met(t *testing.T, address string) {
	s, ctx := openTest(t, Options{Address: address}), t.Context()
	rows := make([]store.IndexRow, 3*mostTurns/2+20_000) // two of three are the reader's
	for i := range rows {
		name := "early"
		if i > 3*mostTurns/2+1_000 { // behind all that one question goes through
			name = "late"
		}
		rows[i] = store.IndexRow{Entity: int64(i + 1), Name: name, Exact: name, Type: "table", Source: "shop", Collection: []string{"mine", "ours", "hidden"}[i%3]}
	}
	if err := s.Update(ctx, store.People, func(tx store.Tx) error { return tx.Index().PutRows(ctx, rows) }); err != nil {
		t.Fatal(err)
	}
	for _, word := range []string{"early", "late"} {
		q := store.IndexQuery{Terms: []string{word}, Collections: []string{"mine", "ours"}, Limit: 30}
		var want []int64
		for _, r := range rows {
			if r.Name == word && r.Collection != "hidden" && len(want) < 2*q.Limit {
				want = append(want, r.Entity)
			}
		}
		err := s.View(ctx, func(tx store.Tx) error {
			x := tx.Index().(index)
			ids, err1 := x.tagsOf(ctx, store.TagCollection, q.Collections)
			a, _, err2 := x.ask(ctx, q, ids, 3)
			_, over, err3 := x.inTurn(ctx, a, a.name, "", 0, q.Limit)
			if err := errors.Join(err1, err2, err3); err != nil || over != (word == "early") {
				t.Errorf("%s: going through the entities was enough: %v (%v)", word, over, err)
			}
			first, err1 := x.Query(ctx, q)
			q.After = &first.Last
			second, err2 := x.Query(ctx, q)
			if got := slices.Concat(first.Entities, second.Entities); !slices.Equal(got, want) || !first.Approximate || !second.More {
				t.Errorf("%s: %v, more %v; %v are wanted", word, got, second.More, want)
			}
			return errors.Join(err1, err2)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
