package postgres_test

import (
	"fmt"
	"math"
	"reflect"
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

func TestNamesOfEveryKindAreKept(t *testing.T) {
	s := database(t, "odd.db/1")
	long := strings.Repeat("ё", 31) + "z" // 63 bytes
	names := []string{"a/b", "dot.ted", `quo"ted`, "per%cent", "what?", "hash#", " blank ", "select", "日本語", "tab\tnew\nline", long, "UPPER", "$d", "-"}
	var sql strings.Builder
	for _, n := range names {
		q := `"` + strings.ReplaceAll(n, `"`, `""`) + `"`
		fmt.Fprintf(&sql, "create schema %s; create table %s.%s (%s int primary key, \"%s\" text default '%s');\n", q, q, q, q, "x", "canary")
		fmt.Fprintf(&sql, "comment on table %s.%s is 'it''s ✓';\n", q, q)
	}
	exec(t, s, "odd.db/1", sql.String())
	c := postgres.New()
	h := read(t, c, worldOf(c, s).With("databaseName", "odd.db/1"))
	for _, n := range names {
		path := model.JoinPath("odd.db/1", n, n)
		a := h.Named(path)
		if a == nil {
			t.Errorf("%q is missing", path)
			continue
		}
		if a.Name != n || a.Columns[0].Name != n || a.Keys[0].Columns[0] != n || a.Comment != "it's ✓" || a.Columns[1].Default != "?::text" {
			t.Errorf("%q became %+v", n, a)
		}
	}
}

func TestTableOfSixteenHundredColumnsIsOneAsset(t *testing.T) {
	s := database(t, "wide")
	var columns []string
	for i := range 1600 {
		columns = append(columns, fmt.Sprintf("c%d int", i+1))
	}
	exec(t, s, "wide", "create table wide ("+strings.Join(columns, ", ")+"); create table next (a int);")
	c := postgres.New()
	h := read(t, c, worldOf(c, s).With("databaseName", "wide"))
	a := h.Named("wide/public/wide")
	if a == nil || len(a.Columns) != 1600 || a.Columns[1599].Name != "c1600" || a.Columns[1599].Type != "integer" || h.Named("wide/public/next") == nil {
		t.Fatal("columns are missing")
	}
}

func TestCyclesOfForeignKeysAreRead(t *testing.T) {
	s := database(t, "cycle")
	exec(t, s, "cycle", `
create table a (id int primary key, b int); create table b (id int primary key, c int); create table c (id int primary key, a int);
alter table a add foreign key (b) references b; alter table b add foreign key (c) references c; alter table c add foreign key (a) references a;
create table own (id int primary key, up int references own);`)
	c := postgres.New()
	h := read(t, c, worldOf(c, s).With("databaseName", "cycle"))
	for from, to := range map[string]string{"a": "b", "b": "c", "c": "a", "own": "own"} {
		a := h.Named("cycle/public/" + from)
		if len(a.Keys) != 2 || a.Keys[1].RefPath != "cycle/public/"+to || !slices.Equal(a.Keys[1].RefColumns, []string{"id"}) {
			t.Errorf("%s: %+v", from, a.Keys)
		}
	}
}

func TestManyTablesArePagedWithoutHolesOrDoubles(t *testing.T) {
	s := database(t, "many")
	exec(t, s, "many", `do $$ begin for i in 1..4100 loop execute format('create table t%s (a int)', i); if i % 500 = 0 then commit; end if; end loop; end $$;`)
	c := postgres.New()
	env := worldOf(c, s).With("databaseName", "many")
	units, err := connectortest.Units(t.Context(), c, env)
	if err != nil || len(units) != 4 {
		t.Fatalf("%d units, %v", len(units), err)
	}
	// What is made after planning is in one page or another.
	exec(t, s, "many", `do $$ begin for i in 4101..6200 loop execute format('create table t%s (a int)', i); if i % 500 = 0 then commit; end if; end loop; end $$;`)
	h := &connectortest.Haul{}
	for _, u := range units {
		if err := c.Scan(t.Context(), env, u, h); err != nil {
			t.Fatal(err)
		}
	}
	seen := map[string]bool{}
	for _, a := range h.Assets {
		if seen[a.Path] {
			t.Fatalf("%s twice", a.Path)
		}
		seen[a.Path] = true
	}
	for i := 1; i <= 6200; i++ {
		if !seen[fmt.Sprintf("many/public/t%d", i)] {
			t.Fatalf("t%d is missing", i)
		}
	}
}

func TestDatabaseThatDoesNotExistIsNotFound(t *testing.T) {
	s := must(t)
	c := postgres.New()
	_, err := connectortest.Units(t.Context(), c, worldOf(c, s).With("databaseName", "canary_db"))
	if !fault.Is(err, fault.NotFound) || fault.CodeOf(err) != "NoSuchDatabase" || strings.Contains(err.Error(), "canary") {
		t.Errorf("got %v", err)
	}
}

func TestLoginWithFewRightsSeesGaps(t *testing.T) {
	s := database(t, "closed")
	database(t, "half")
	exec(t, s, "half", `
create role few login password 'few'; revoke connect on database closed from public;
create schema hidden; create table hidden.t (id int primary key, v text default 'x'); create view hidden.w as select id from hidden.t;
create table public.p (id int);`)
	t.Cleanup(func() { _ = s.Exec("postgres", "drop role if exists few") })
	c := postgres.New()
	h := read(t, c, worldOf(c, s).As("few", "few"))
	gap := func(path string) model.Gap {
		for _, g := range h.Gaps {
			if g.Path == path {
				return g
			}
		}
		return model.Gap{}
	}
	if g := gap("closed"); g.Code != "PermissionDenied" || g.State != "42501" || g.Remedy != `grant connect on database "closed" to "few";` {
		t.Errorf("the closed database: %+v", g)
	}
	if h.Named("closed") == nil {
		t.Error("the closed database is no asset")
	}
	if slices.Contains(h.Lists, model.Listed{Container: "closed", Whole: true}) {
		t.Error("the closed database counts as listed")
	}
	if g := gap("half/hidden"); g.Code != "PermissionDenied" || g.Remedy != `grant usage on schema "hidden" to "few";` {
		t.Errorf("the schema without usage: %+v", g)
	}
	for _, path := range []string{"half/hidden/t", "half/hidden/w"} {
		a := h.Named(path)
		if a == nil || a.Facets != model.FacetExistence|model.FacetStructure || len(a.Columns) == 0 || a.Lineage != nil {
			t.Errorf("%s: %+v", path, a)
		}
	}
	if h.Named("half/public/p") == nil {
		t.Error("what the login may use is missing")
	}
}

func TestTooManyConnectionsIsThrottled(t *testing.T) {
	s := database(t, "full")
	exec(t, s, "full", "create role one login password 'one' connection limit 1")
	t.Cleanup(func() { _ = s.Exec("postgres", "drop role if exists one") })
	c := postgres.New()
	env := worldOf(c, s).As("one", "one").With("databaseName", "full")
	units, err := connectortest.Units(t.Context(), c, worldOf(c, s).With("databaseName", "full"))
	if err != nil {
		t.Fatal(err)
	}
	watch := connect(t, s, "postgres")
	for range 200 { // the server forgets a session a little after it ended
		var left int
		if err := watch.QueryRow(t.Context(), "select count(*) from pg_stat_activity where usename = 'one'").Scan(&left); err != nil {
			t.Fatal(err)
		}
		if left == 0 {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	h := &connectortest.Haul{On: func(*model.Asset) {
		if err := c.Scan(t.Context(), env, units[0], &connectortest.Haul{}); !fault.Is(err, fault.Throttled) || fault.CodeOf(err) != "TooManyConnections" {
			t.Errorf("the second connection: %v", err)
		}
	}}
	if err := c.Scan(t.Context(), env, units[0], h); err != nil || len(h.Assets) == 0 {
		t.Error(err)
	}
}

// blocked opens a transaction that keeps views of a database from being read, and gives what ends it.
func blocked(t *testing.T, s *pgserver.Server, db string) {
	t.Helper()
	exec(t, s, db, "create table base (a int); create view v as select a from base;")
	conn := connect(t, s, db)
	for _, sql := range []string{"begin", "lock table pg_catalog.pg_rewrite in access exclusive mode"} {
		if _, err := conn.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
}

func TestGeneratedColumnsOutOfScopeDoNoHarm(t *testing.T) {
	s := database(t, "mixed")
	exec(t, s, "mixed", `
create table a (id int default 1); create table g (id int default 1, twice int generated always as (id * 2) stored); create table z (id int default 1);
create table root (id int default 1) partition by range (id); create table part partition of root for values from (1) to (2);`)
	c := postgres.New()
	h := read(t, c, worldOf(c, s).With("databaseName", "mixed").WithScope(model.Scope{Exclude: []string{"mixed/public/g"}}))
	for _, name := range []string{"a", "z", "root"} {
		if a := h.Named("mixed/public/" + name); a == nil || a.Columns[0].Default != "?" {
			t.Errorf("%s: %+v", name, a)
		}
	}
	all := read(t, c, worldOf(c, s).With("databaseName", "mixed")).Named("mixed/public/g")
	if all.Columns[0].Default != "?" || all.Columns[1].Generated != "(id * ?)" || all.Columns[1].Default != "" {
		t.Errorf("g: %+v", all.Columns)
	}
}

func TestSettingsThatCanNotBeAreInvalid(t *testing.T) {
	s := must(t)
	c := postgres.New()
	for name, bad := range map[string][]string{
		"serverEndpoint": {"/var/run/postgresql", "user:secret@host", "a,b", "host:5432", " "},
		"port":           {"0", "65536", "x", "-1"},
		"sslMode":        {"prefer", "9", "off"},
	} {
		for _, value := range bad {
			env := worldOf(c, s).With(name, value)
			_, err := connectortest.Units(t.Context(), c, env)
			if !fault.Is(err, fault.Invalid) || env.Dialed.Load() != 0 {
				t.Errorf("%s %q: %v after %d connections", name, value, err, env.Dialed.Load())
			}
		}
	}
}

func TestABudgetWithoutMeasureIsBounded(t *testing.T) {
	env := worldOf(postgres.New(), database(t, "patient"))
	env.Load = model.Budget{StatementSeconds: math.MaxInt}
	if len(read(t, postgres.New(), env).Assets) == 0 {
		t.Error("nothing was read")
	}
}

// A migration that holds one table costs what depends on it, not the page.
func TestAViewOnALockedTableIsAGap(t *testing.T) {
	s := database(t, "migrated")
	exec(t, s, "migrated", `
create table base (a int); create table free (a int); create view held as select a from base; create view alive as select a from free;
create view above as select a from held; create materialized view filled as select a from free;`)
	c := postgres.New()
	env := worldOf(c, s).With("databaseName", "migrated")
	env.Load.StatementSeconds = 2 // a wait for a lock ends before the statement does
	before := read(t, c, env)
	conn := connect(t, s, "migrated")
	for _, sql := range []string{"begin", "lock table base in access exclusive mode"} {
		if _, err := conn.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	during := read(t, c, env)
	if len(during.Assets) != len(before.Assets) || len(during.Gaps) != 1 {
		t.Fatalf("%d assets, %d before; gaps %+v", len(during.Assets), len(before.Assets), during.Gaps)
	}
	if gap := during.Gaps[0]; gap.Code != "Locked" || gap.Path != "migrated/public/held" || gap.Remedy == "" {
		t.Errorf("the gap is %+v", gap)
	}
	for _, name := range []string{"base", "free", "alive", "above", "filled"} {
		if got, want := during.Named("migrated/public/"+name), before.Named("migrated/public/"+name); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, not %+v", name, got, want)
		}
	}
	held := during.Named("migrated/public/held")
	if held.Facets != model.FacetExistence || held.Columns != nil || held.Text != "" || held.Lineage != nil {
		t.Errorf("the locked view came as %+v", held)
	}
}

// A partitioned table with a generated column is asked for its expressions and for its partitions' bounds.
func TestATableThatIsLockedForTwoReasonsIsOneGap(t *testing.T) {
	s := database(t, "twice")
	exec(t, s, "twice", `
create table parted (id int, twice int generated always as (id * 2) stored) partition by range (id);
create table part partition of parted for values from (1) to (2); create table free (id int);`)
	c := postgres.New()
	env := worldOf(c, s).With("databaseName", "twice").Releasing(model.ReleasePartitionBounds)
	env.Load.StatementSeconds = 2
	conn := connect(t, s, "twice")
	for _, sql := range []string{"begin", "lock table parted in access exclusive mode"} {
		if _, err := conn.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	h := read(t, c, env)
	if len(h.Gaps) != 1 || h.Gaps[0].Code != "Locked" || h.Gaps[0].Path != "twice/public/parted" {
		t.Errorf("gaps %+v", h.Gaps)
	}
	if a := h.Named("twice/public/parted"); a == nil || a.Facets != model.FacetExistence || a.Columns != nil {
		t.Errorf("the locked table came as %+v", a)
	}
}

func TestTextsOfTheServerAreCleanedOnce(t *testing.T) {
	s := database(t, "clean")
	exec(t, s, "clean", `create table "p" ("back\x41" int) partition by range ("back\x41"); create view v as select "back\x41" from p;`)
	h := read(t, postgres.New(), worldOf(postgres.New(), s).With("databaseName", "clean"))
	if v := h.Named("clean/public/v"); v == nil || !strings.Contains(v.Text, `"back\\x41"`) {
		t.Errorf("the view is %+v", v)
	}
	if p := h.Named("clean/public/p"); p == nil || !slices.ContainsFunc(p.Attrs, func(a model.Attr) bool { return a.Text == `RANGE ("back\\x41")` }) {
		t.Errorf("the table is %+v", p)
	}
}
