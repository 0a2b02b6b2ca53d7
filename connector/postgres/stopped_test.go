package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/purlieu/purlieu/connector/connectortest"
	"github.com/purlieu/purlieu/connector/postgres"
	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/test/pgserver"
)

func TestCancellingReachesTheQueryInTheServer(t *testing.T) {
	s := database(t, "slow")
	c := postgres.New()
	env := worldOf(c, s).With("databaseName", "slow")
	units, err := connectortest.Units(t.Context(), c, env)
	if err != nil {
		t.Fatal(err)
	}
	watch := connect(t, s, "postgres")
	blocked(t, s, "slow")
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- c.Scan(ctx, env, units[len(units)-1], &connectortest.Haul{}) }()
	waiting := func() int {
		var n int
		err := watch.QueryRow(t.Context(), "select count(*) from pg_stat_activity where datname = 'slow' and application_name = 'purlieu' and wait_event_type = 'Lock'").Scan(&n)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	for i := 0; waiting() == 0; i++ {
		if i == 200 {
			t.Fatal("the scan does not wait for the lock")
		}
		time.Sleep(10 * time.Millisecond)
	}
	start := time.Now()
	cancel()
	if err := <-done; !fault.Is(err, fault.Unreachable) || fault.CodeOf(err) != "Cancelled" {
		t.Errorf("got %v", err)
	}
	if took := time.Since(start); took > 3*time.Second {
		t.Errorf("it took %v", took)
	}
	if n := waiting(); n != 0 {
		t.Errorf("%d queries still run in the server", n)
	}
}

func TestStatementTimeoutOfTheBudgetHolds(t *testing.T) {
	s := database(t, "late")
	c := postgres.New()
	env := worldOf(c, s).With("databaseName", "late")
	env.Load.StatementSeconds = 2
	units, err := connectortest.Units(t.Context(), c, env)
	if err != nil {
		t.Fatal(err)
	}
	dripped(t, s, "late", 100*time.Millisecond, 80)
	start := time.Now()
	err = c.Scan(t.Context(), env, units[len(units)-1], &connectortest.Haul{})
	if !fault.Is(err, fault.Throttled) || fault.CodeOf(err) != "StatementTimeout" {
		t.Errorf("got %v", err)
	}
	if took := time.Since(start); took < 2*time.Second {
		t.Errorf("it took %v", took)
	}
}

// dripped makes a view on so many tables, all of which are locked, and frees one table after the other, each a little
// later: who reads the view waits for none of the locks for long, and for all of them too long.
func dripped(t *testing.T, s *pgserver.Server, db string, each time.Duration, tables int) {
	t.Helper()
	text, lock, names := "", []string{"begin"}, []string(nil)
	for i := range tables {
		name := fmt.Sprint("t", i)
		names = append(names, name)
		text += "create table " + name + " (a int);"
	}
	exec(t, s, db, text+"create view v as select 1 as one from "+strings.Join(names, ", "))
	for _, name := range slices.Backward(names) {
		lock = append(lock, "savepoint "+name, "lock table "+name+" in access exclusive mode")
	}
	conn := connect(t, s, db)
	for _, sql := range lock {
		if _, err := conn.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	ended := make(chan struct{})
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(func() { cancel(); <-ended })
	go func() {
		defer close(ended)
		for _, name := range names {
			select {
			case <-ctx.Done():
				return
			case <-time.After(each):
			}
			if _, err := conn.Exec(ctx, "rollback to savepoint "+name); err != nil {
				return
			}
		}
	}()
}

// The login of this test may write, and writes unless it is told not to: it is the connector that reads only.
func TestEveryTransactionOfAScanIsReadOnly(t *testing.T) {
	s := database(t, "reads")
	exec(t, s, "reads", `
create table counted (a text); insert into counted values ('x');
create function counting() returns text language plpgsql as $$ begin insert into counted values ('y'); return 'z'; end $$;
create view writing as select counting() as a;`)
	c := postgres.New()
	env := worldOf(c, s).With("databaseName", "reads").With("sampleViews", "true")
	catalogue, rows, err := postgres.ReadOnly(t.Context(), env, "reads")
	if err != nil || catalogue != "on" || rows != "on" {
		t.Errorf("read only: %q for the catalogue, %q for rows, %v", catalogue, rows, err)
	}
	env.Depth = model.L3
	h := taste(t, env)
	if h.Samples["reads/public/counted"] == nil || h.Samples["reads/public/writing"] != nil ||
		!slices.ContainsFunc(h.Gaps, func(g model.Gap) bool { return g.Path == "reads/public/writing" }) {
		t.Errorf("the view that writes was not refused: samples %v, gaps %+v", h.Samples, h.Gaps)
	}
	var written int
	if err := connect(t, s, "reads").QueryRow(t.Context(), "select count(*) from counted").Scan(&written); err != nil || written != 1 {
		t.Errorf("the scan wrote: %d rows, %v", written, err)
	}
}

func TestServerThatStopsMidScanIsUnreachable(t *testing.T) {
	own := pgserver.Start(t)
	exec(t, own, "postgres", `do $$ begin for i in 1..5000 loop execute format('create table t%s (a int)', i); if i % 500 = 0 then commit; end if; end loop; end $$;`)
	c := postgres.New()
	env := worldOf(c, own)
	units, err := connectortest.Units(t.Context(), c, env)
	if err != nil {
		t.Fatal(err)
	}
	h := &connectortest.Haul{On: func(a *model.Asset) {
		if a.Type == "postgresql_table" {
			own.Stop()
		}
	}}
	all := model.Unit{Title: "all", Below: "postgres", Step: "page", Args: map[string]string{"from": "0", "to": "4294967295"}}
	err = c.Scan(t.Context(), env, all, h)
	if !fault.Is(err, fault.Unreachable) {
		t.Fatalf("got %v (%s)", err, fault.CodeOf(err))
	}
	var known *fault.Error
	if !errors.As(err, &known) || strings.Contains(err.Error(), "administrator") {
		t.Errorf("the driver's text is in %v", err)
	}
	if len(h.Assets) < 400 { // the slice that was whole when the server stopped
		t.Errorf("only %d assets came before the end", len(h.Assets))
	}
	for _, u := range units {
		if err := c.Scan(t.Context(), env, u, &connectortest.Haul{}); !fault.Is(err, fault.Unreachable) {
			t.Errorf("after the end: %v", err)
		}
	}
}
