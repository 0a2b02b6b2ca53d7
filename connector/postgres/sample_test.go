package postgres_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/purlieu/purlieu/connector/connectortest"
	"github.com/purlieu/purlieu/connector/postgres"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/sample"
	"github.com/purlieu/purlieu/test/pgserver"
)

// sampledWorld is a database with values of many types, a role that may read some of it, and its world.
func sampledWorld(t *testing.T) (*pgserver.Server, *connectortest.Env) {
	t.Helper()
	s := database(t, "samples")
	exec(t, s, "samples", `
		drop role if exists taster; create role taster login password 'taster';
		create domain mail as varchar(254); create domain work_mail as mail;
		create type mood as enum ('sad', 'happy');
		create table typed (id int generated always as identity, t text, v varchar(90), c char(9), m work_mail, n numeric(20), i bigint, u uuid,
			ip inet, mac macaddr, d date, ts timestamptz, b bytea, j jsonb, a text[], e mood, f boolean, nothing text);
		insert into typed (t, v, c, m, n, i, u, ip, mac, d, ts, b, j, a, e, f)
			select 'text ' || g, 'v' || g, 'c' || g, 'p' || g || '@example.com', 4000000000000000 + g, g, gen_random_uuid(), '10.0.0.1'::inet + g,
				'08:00:2b:01:02:03', '2020-01-01'::date + g, now(), 'canary', '{"k": "canary"}', '{canary}', 'sad', true
			from generate_series(1, 500) g;
		create table long (id int, body text); insert into long select g, repeat('x', 100000) from generate_series(1, 3) g;
		create table empty (id int, name text);
		create table binary_only (b bytea); insert into binary_only values ('canary');
		create table "a/b ""q"" \x01" ("x""y" text, "back\x41" text); insert into "a/b ""q"" \x01" select 'one', 'two';
		create table parted (at date, who text) partition by range (at);
		create table parted_1 partition of parted for values from ('2020-01-01') to ('2021-01-01');
		create table parted_2 partition of parted for values from ('2021-01-01') to ('2022-01-01');
		insert into parted select '2020-06-01'::date + 365 * (g % 2), 'who' || g from generate_series(1, 40) g;
		create view seen as select t from typed; create materialized view kept as select t from typed;
		create materialized view never as select t from typed with no data;
		create table secret (id int, name text); insert into secret values (1, 'canary');
		create table half (open text, shut text); insert into half select 'open' || g, 'canary' from generate_series(1, 9) g;
		create schema closed; create table closed.t (a text); insert into closed.t values ('canary');
		create function slow(text) returns text language plpgsql as $f$ begin perform pg_sleep(60); return $1; end $f$;
		grant select on typed, long, empty, binary_only, "a/b ""q"" \x01", parted, seen, kept, never to taster; grant select (open) on half to taster;
		grant select on closed.t to taster; analyze`)
	t.Cleanup(func() {
		_ = s.Exec("samples", "drop owned by taster")
		_ = s.Exec("postgres", "drop role if exists taster")
	})
	env := worldOf(postgres.New(), s).As("taster", "taster").With("databaseName", "samples")
	env.Depth = model.L3
	return s, env
}

func taste(t *testing.T, env *connectortest.Env) *connectortest.Haul {
	t.Helper()
	h, err := connectortest.ReadInto(t.Context(), postgres.New(), env, &connectortest.Haul{Sampling: true})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func cells(h *connectortest.Haul, path, column string) []string {
	table := h.Samples[path]
	if table == nil || table.Named(column) == nil {
		return nil
	}
	return slices.Collect(table.Named(column).All())
}

func TestValuesOfTablesAreSampled(t *testing.T) {
	_, env := sampledWorld(t)
	h := taste(t, env)
	const typed = "samples/public/typed"
	t.Run("the first 128 rows, as the types write them", func(t *testing.T) {
		for column, first := range map[string]string{
			"id": "1", "t": "text 1", "v": "v1", "c": "c1       ", "m": "p1@example.com", "n": "4000000000000001", "i": "1", "ip": "10.0.0.2",
			"mac": "08:00:2b:01:02:03", "d": "2020-01-02",
		} {
			if got := cells(h, typed, column); len(got) != sample.MaxRows || got[0] != first {
				t.Errorf("%s: %d cells, the first %.20q", column, len(got), got)
			}
		}
		if c := h.Samples[typed].Named("nothing"); c.Len() != 0 || c.Empty() != sample.MaxRows {
			t.Errorf("of nulls %d came, %d empty", c.Len(), c.Empty())
		}
	})
	t.Run("nothing of binary data, documents, arrays, enums and flags", func(t *testing.T) {
		for _, column := range []string{"b", "j", "a", "e", "f"} {
			if h.Samples[typed].Named(column) != nil {
				t.Errorf("%s was read", column)
			}
		}
		if _, read := h.Samples["samples/public/binary_only"]; read || h.Named("samples/public/binary_only") == nil {
			t.Error("a table of binary data alone was read, or is missing")
		}
	})
	t.Run("long values are cut in the server", func(t *testing.T) {
		if got := cells(h, "samples/public/long", "body"); len(got) != 3 || len(got[0]) != 1024 {
			t.Errorf("%d cells", len(got))
		}
	})
	t.Run("an empty table has an empty sample", func(t *testing.T) {
		if table := h.Samples["samples/public/empty"]; table == nil || len(table.Columns()) != 2 {
			t.Error("it was not read")
		}
	})
	t.Run("names of any form", func(t *testing.T) {
		const path = `samples/public/a%2Fb "q" \x01`
		if got := h.Samples[path]; got == nil || len(cells(h, path, `x"y`)) != 1 || len(cells(h, path, `back\\x41`)) != 1 {
			t.Errorf("%q has no values; there are %v", path, keys(h.Samples))
		}
	})
	t.Run("a partitioned table through its parent, and a materialized view", func(t *testing.T) {
		if got := cells(h, "samples/public/parted", "who"); len(got) != 40 {
			t.Errorf("%d cells", len(got))
		}
		if got := cells(h, "samples/public/kept", "t"); len(got) != sample.MaxRows {
			t.Errorf("%d cells", len(got))
		}
	})
	t.Run("what can't be read is a gap that names the grant", func(t *testing.T) {
		gaps := map[string]model.Gap{}
		for _, g := range h.Gaps {
			gaps[g.Path+" "+g.Code] = g
		}
		for path, code := range map[string]string{"secret": "PermissionDenied", "half": "PermissionDenied", "never": "NotFilled"} {
			if g := gaps["samples/public/"+path+" "+code]; g.Facet != model.FacetClassification {
				t.Errorf("%s: no gap; there are %v", path, h.Gaps)
			}
		}
		if g := gaps["samples/public/seen NotSampled"]; g.Count > 1 || g.Remedy == "" {
			t.Errorf("views: %+v", h.Gaps)
		}
		if g := gaps["samples/public/half PermissionDenied"]; g.Count != 1 || g.Remedy != `grant select on table "public"."half" to "taster";` {
			t.Errorf("%+v", g)
		}
		if g := gaps["samples/closed PermissionDenied"]; g.Remedy != `grant usage on schema "closed" to "taster"; grant select on all tables in schema "closed" to "taster";` {
			t.Errorf("%+v", g)
		}
		if got := cells(h, "samples/public/half", "open"); len(got) != 9 || cells(h, "samples/public/half", "shut") != nil {
			t.Errorf("of a table with one column that may be read %d cells came", len(got))
		}
		if _, read := h.Samples["samples/closed/t"]; read || len(gaps) != 5 {
			t.Errorf("a schema without usage was read, or has a gap for each table: %v", h.Gaps)
		}
		if text := fmt.Sprint(h.Gaps); strings.Contains(text, "canary") {
			t.Errorf("a value is in a gap: %s", text)
		}
	})
}

func keys(m map[string]*sample.Table) (out []string) {
	for k := range m {
		out = append(out, k)
	}
	return out
}

func TestViewsAreSampledOnlyWhenAsked(t *testing.T) {
	_, env := sampledWorld(t)
	h := taste(t, env.With("sampleViews", "true"))
	if got := cells(h, "samples/public/seen", "t"); len(got) != sample.MaxRows {
		t.Errorf("%d cells", len(got))
	}
	for _, g := range h.Gaps {
		if g.Code == "NotSampled" {
			t.Errorf("%+v", g)
		}
	}
}

func TestOfManyViewsThatAreNotSampledSomeAreNamedAndTheOthersCounted(t *testing.T) {
	s, env := sampledWorld(t)
	exec(t, s, "samples", "do $$ begin for i in 1..30 loop execute format('create view w%s as select 1 a', i); end loop; end $$;")
	named, counted := map[string]bool{}, 0
	for _, g := range taste(t, env).Gaps {
		switch {
		case g.Code != "NotSampled":
		case g.Path == "samples":
			counted += g.Count
		default:
			named[g.Path] = true
		}
	}
	if len(named) != 20 || counted != 11 { // one was there before
		t.Errorf("%d are named, and %d counted", len(named), counted)
	}
}

// Whoever takes the facts may let the connector wait for hours: the account is away, and the node's spool is full.
func TestNothingIsHeldInTheServerWhileFactsAreHandedOn(t *testing.T) {
	s, env := sampledWorld(t)
	exec(t, s, "samples", `create table blocked (a text); grant select on blocked to taster; insert into blocked values ('x')`)
	for _, level := range []model.Level{model.L1, model.L2, model.L3} {
		env.Depth = level
		checked := 0
		h := &connectortest.Haul{Sampling: true, On: func(a *model.Asset) {
			checked++
			// Were the tables locked, or the transaction open, this would wait.
			if a.Path == "samples/public/typed" {
				exec(t, s, "samples", `set lock_timeout = '2s'; alter table typed add column later int; alter table typed drop column later`)
			}
			exec(t, s, "samples", `do $$ begin
				if exists (select from pg_stat_activity where usename = 'taster' and (xact_start is not null or backend_xmin is not null)) then
					raise exception 'a transaction is open';
				end if; end $$`)
		}}
		if _, err := connectortest.ReadInto(t.Context(), postgres.New(), env, h); err != nil || checked < 10 {
			t.Fatal(level, err, checked)
		}
	}
}

// A pooler may give the server's session to somebody else behind each transaction.
func TestNoSettingOutlivesATransaction(t *testing.T) {
	_, env := sampledWorld(t)
	left, err := postgres.LeftBehind(t.Context(), env, "samples")
	if err != nil || len(left) != 0 {
		t.Errorf("set in a session that rests: %q, %v", left, err)
	}
}

func TestAFailedStatementIsGivenUpAndTheSessionGoesOn(t *testing.T) {
	_, env := sampledWorld(t)
	gave, status, next := postgres.GivenUp(t.Context(), env, "samples")
	if gave == nil || status != 'I' || next != nil {
		t.Errorf("it gave %v, its transaction stands at %q, what followed failed with %v", gave, status, next)
	}
	failure := errors.New("the statement's own")
	gave, rests, err := postgres.GivenUpClosed(t.Context(), env, "samples", failure)
	if err != nil || !errors.Is(gave, failure) || rests {
		t.Errorf("without a connection it gave %v and rests: %v, %v", gave, rests, err)
	}
}

// mallory owns a table and nothing else. What its row security runs, with the login's rights, tries to change the session so
// that a function of its own is called with the values of the next table.
const trap = `
	drop role if exists mallory; create role mallory; create schema mallory authorization mallory;
	set role mallory;
	create table mallory.loot (value text); grant insert on mallory.loot to public; grant usage on schema mallory to public;
	create function mallory."left"(text, int) returns text language plpgsql as $f$ begin
		insert into mallory.loot values ($1); return pg_catalog."left"($1, $2); end $f$;
	create function mallory.evil() returns boolean language plpgsql as $f$ begin
		perform set_config('default_transaction_read_only', 'off', false), set_config('search_path', 'mallory, pg_catalog', false);
		return true; end $f$;
	create table mallory.trap (a text); insert into mallory.trap values ('bait');
	alter table mallory.trap enable row level security; create policy p on mallory.trap using (mallory.evil());
	grant select on mallory.trap to taster;
	reset role;
	create table vault (a text); insert into vault values ('canary'); grant select on vault to taster;`

func TestARowPolicyIsRunOnlyWhenAskedAndReachesNoOtherTable(t *testing.T) {
	s, env := sampledWorld(t)
	exec(t, s, "samples", trap)
	t.Cleanup(func() {
		_ = s.Exec("samples", "drop owned by mallory cascade")
		_ = s.Exec("postgres", "drop role if exists mallory")
	})
	h := taste(t, env)
	told := slices.ContainsFunc(h.Gaps, func(g model.Gap) bool {
		return g.Path == "samples/mallory/trap" && g.Code == "NotSampled"
	})
	if cells(h, "samples/mallory/trap", "a") != nil || !told {
		t.Errorf("its policy was run, or no gap says that it was not: %v", h.Gaps)
	}
	h = taste(t, env.With("sampleViews", "true"))
	if len(cells(h, "samples/mallory/trap", "a")) != 1 || len(cells(h, "samples/public/vault", "a")) != 1 {
		t.Error("a table is missing")
	}
	exec(t, s, "samples", `do $$ begin
		if exists (select from mallory.loot) then raise exception 'values of another table were taken'; end if; end $$`)
}

func TestASampleThatTakesTooLongIsAGap(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped: it waits for a statement timeout of ten seconds; run without -short")
	}
	s, env := sampledWorld(t)
	exec(t, s, "samples", `create view dawdles as select slow(t) as t from typed; grant select on dawdles to taster`)
	h := taste(t, env.With("sampleViews", "true"))
	found := false
	for _, g := range h.Gaps {
		found = found || g.Path == "samples/public/dawdles" && g.Code == "StatementTimeout"
	}
	if !found || len(cells(h, "samples/public/typed", "t")) == 0 {
		t.Errorf("%v", h.Gaps)
	}
}
