package postgres_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/purlieu/purlieu/connector/connectortest"
	"github.com/purlieu/purlieu/connector/postgres"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/test/pgserver"
)

// shared finds the shared test data, or skips aloud.
func shared(t *testing.T, path string) string {
	t.Helper()
	root := os.Getenv("PURLIEU_SHARED")
	if root == "" {
		root = filepath.Join("..", "..", "..", "shared")
	}
	full := filepath.Join(root, "testdata", path)
	if _, err := os.Stat(full); err != nil {
		t.Skip("skipped: shared test data is not there (PURLIEU_SHARED or ../shared): ", err)
	}
	return full
}

func connect(t testing.TB, s *pgserver.Server, db string) *pgx.Conn {
	t.Helper()
	config, err := pgx.ParseConfig("sslmode=disable")
	if err != nil {
		t.Fatal(err)
	}
	config.Host, config.Port, config.User, config.Password, config.Database = s.Host, uint16(s.Port), s.User, s.Password, db
	config.Fallbacks = nil
	conn, err := pgx.ConnectConfig(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

// lines asks the server and gives each row as one line.
func lines(t testing.TB, conn *pgx.Conn, sql string) []string {
	t.Helper()
	rows, err := conn.Query(t.Context(), sql)
	if err != nil {
		t.Fatal(err)
	}
	got, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(got)
	return got
}

// same compares two lists of lines and shows what only one of them has.
func same(t *testing.T, what string, got, want []string) {
	t.Helper()
	slices.Sort(got)
	if len(want) == 0 {
		t.Errorf("%s: the server has none: the comparison proves nothing", what)
	}
	for _, line := range got {
		if !slices.Contains(want, line) {
			t.Errorf("%s: only in the scan: %s", what, line)
		}
	}
	for _, line := range want {
		if !slices.Contains(got, line) {
			t.Errorf("%s: missing in the scan: %s", what, line)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%s: %d in the scan, %d in the server", what, len(got), len(want))
	}
}

// The server's own views say what is right; the queries share nothing with the connector's.
const (
	truthUser = `n.nspname not in ('pg_catalog', 'information_schema') and n.nspname not like 'pg\_%'`

	truthTables = `
select n.nspname || '|' || c.relname || '|' || case c.relkind when 'v' then 'view' when 'm' then 'materialized_view' when 'f' then 'foreign_table' else 'table' end
  || '|' || r.rolname || '|' || coalesce(obj_description(c.oid, 'pg_class'), '')
from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_roles r on r.oid = c.relowner
where c.relkind in ('r', 'p', 'v', 'm', 'f') and not c.relispartition and ` + truthUser

	truthColumns = `
select n.nspname || '|' || c.relname || '|' || a.attname || '|' || a.attnum || '|' || format_type(a.atttypid, a.atttypmod) || '|' || a.attnotnull::text
  || '|' || a.attidentity::text || '|' || a.attgenerated::text || '|' || a.atthasdef::text || '|' || coalesce(col_description(c.oid, a.attnum), '')
from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p', 'v', 'm', 'f') and not c.relispartition and a.attnum > 0 and not a.attisdropped and ` + truthUser

	truthStandardColumns = `
select n.nspname || '|' || c.relname || '|' || i.column_name || '|' || i.ordinal_position || '|' || i.is_nullable
from information_schema.columns i join pg_namespace n on n.nspname = i.table_schema
join pg_class c on c.relname = i.table_name and c.relnamespace = n.oid
where not c.relispartition and ` + truthUser

	truthKeys = `
select n.nspname || '|' || c.relname || '|' || k.conname || '|' || pg_get_constraintdef(k.oid)
from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
where k.contype in ('p', 'u', 'f') and not c.relispartition and k.conparentid = 0 and ` + truthUser

	truthIndexes = `
select i.schemaname || '|' || i.tablename || '|' || i.indexname || '|' || (i.indexdef like 'CREATE UNIQUE%')::text
from pg_indexes i join pg_namespace n on n.nspname = i.schemaname join pg_class c on c.relnamespace = n.oid and c.relname = i.tablename
where not c.relispartition and ` + truthUser

	truthViews = `
select distinct u.view_schema || '|' || u.view_name || '|' || pn.nspname || '|' || p.relname
from information_schema.view_table_usage u
join pg_namespace n on n.nspname = u.table_schema
join pg_class c on c.relnamespace = n.oid and c.relname = u.table_name
join pg_class p on p.oid = coalesce(pg_partition_root(c.oid), c.oid) join pg_namespace pn on pn.oid = p.relnamespace
where ` + truthUser
)

// facts turns a haul into the same lines.
type facts struct{ tables, columns, standard, keys, indexes, views []string }

func factsOf(h *connectortest.Haul, db string) facts {
	var f facts
	for _, a := range h.Assets {
		names := strings.Split(a.Path, "/")
		if len(names) != 3 || names[0] != db {
			continue
		}
		at := model.UnescapeName(names[1]) + "|" + model.UnescapeName(names[2])
		f.tables = append(f.tables, at+"|"+strings.TrimPrefix(a.Type, "postgresql_")+"|"+a.Owner+"|"+a.Comment)
		for _, c := range a.Columns {
			f.columns = append(f.columns, at+"|"+columnLine(c))
			if a.Type != "postgresql_materialized_view" { // information_schema does not know these
				f.standard = append(f.standard, at+"|"+c.Name+"|"+c.NativeID+"|"+map[bool]string{true: "NO", false: "YES"}[c.NotNull])
			}
		}
		for _, k := range a.Keys {
			f.keys = append(f.keys, at+"|"+k.Name+"|"+keyText(k))
		}
		for _, x := range a.Indexes {
			f.indexes = append(f.indexes, at+"|"+x.Name+"|"+map[bool]string{true: "true", false: "false"}[x.Unique])
		}
		if a.Lineage != nil && a.Type == "postgresql_view" {
			for _, in := range a.Lineage.Inputs {
				p := strings.Split(in.Path, "/")
				f.views = append(f.views, at+"|"+model.UnescapeName(p[1])+"|"+model.UnescapeName(p[2]))
			}
		}
	}
	return f
}

func columnLine(c model.Column) string {
	identity := map[string]string{"always": "a", "by default": "d"}[c.Identity]
	generated := ""
	if c.Generated != "" {
		generated = "s"
	}
	hasDefault := map[bool]string{true: "true", false: "false"}[c.Default != "" || c.Generated != ""]
	notNull := map[bool]string{true: "true", false: "false"}[c.NotNull]
	return strings.Join([]string{c.Name, c.NativeID, c.Type, notNull, identity, generated, hasDefault, c.Comment}, "|")
}

// keyText writes a key as the server's pg_get_constraintdef does, as far as names need no quotes.
func keyText(k model.Key) string {
	columns := "(" + strings.Join(k.Columns, ", ") + ")"
	switch k.Kind {
	case model.PrimaryKey:
		return "PRIMARY KEY " + columns
	case model.UniqueKey:
		return "UNIQUE " + columns
	}
	p := strings.Split(k.RefPath, "/")
	return "FOREIGN KEY " + columns + " REFERENCES " + p[1] + "." + p[2] + "(" + strings.Join(k.RefColumns, ", ") + ")"
}

// withoutActions cuts what a foreign key does on update and delete, which the connector leaves out.
func withoutActions(keys []string) []string {
	for i, k := range keys {
		for _, action := range []string{" ON UPDATE", " ON DELETE", " DEFERRABLE", " MATCH", " NOT VALID"} {
			k, _, _ = strings.Cut(k, action)
		}
		keys[i] = k
	}
	return keys
}

func compareAll(t *testing.T, db string, s *pgserver.Server, keys bool) *connectortest.Haul {
	t.Helper()
	c := postgres.New()
	h := read(t, c, worldOf(c, s).With("databaseName", db))
	if len(h.Gaps) > 0 {
		t.Errorf("gaps: %+v", h.Gaps)
	}
	got, conn := factsOf(h, db), connect(t, s, db)
	if _, err := conn.Exec(t.Context(), "set search_path = ''"); err != nil {
		t.Fatal(err)
	}
	same(t, "tables", got.tables, lines(t, conn, truthTables))
	same(t, "columns", got.columns, lines(t, conn, truthColumns))
	same(t, "columns of information_schema", got.standard, lines(t, conn, truthStandardColumns))
	same(t, "indexes", got.indexes, lines(t, conn, truthIndexes))
	if keys {
		same(t, "keys", got.keys, withoutActions(lines(t, conn, truthKeys)))
	}
	if len(got.views) > 0 {
		same(t, "inputs of views", got.views, lines(t, conn, truthViews))
	}
	return h
}

func TestPagilaIsReadExactly(t *testing.T) {
	schema, data := shared(t, "sql/postgresql/pagila-schema.sql"), shared(t, "sql/postgresql/pagila-data.sql")
	s := database(t, "pagila")
	for _, file := range []string{schema, data} {
		if err := s.LoadFile("pagila", file); err != nil {
			t.Fatal(err)
		}
	}
	exec(t, s, "pagila", "analyze")
	h := compareAll(t, "pagila", s, true)
	payment := h.Named("pagila/public/payment")
	if payment == nil || len(payment.Attrs) != 2 || len(payment.Attrs[1].List) != 7 {
		t.Fatalf("payment and its partitions: %+v", payment)
	}
	conn := connect(t, s, "pagila")
	var rows int64
	if err := conn.QueryRow(t.Context(), "select count(*) from payment").Scan(&rows); err != nil {
		t.Fatal(err)
	}
	if m := payment.Measures; len(m) != 2 || m[1].Value != rows {
		t.Errorf("measures %v, want %d rows", m, rows)
	}
	customers := h.Named("pagila/public/customer_list")
	if customers == nil || customers.Text == "" || len(customers.Lineage.Columns) < 4 {
		t.Errorf("customer_list: %+v", customers)
	}
}

func TestChinookIsReadExactly(t *testing.T) {
	file := shared(t, "sql/postgresql/Chinook_PostgreSql.sql")
	s := database(t, "chinook")
	if err := s.LoadFile("postgres", file); err != nil {
		t.Fatal(err)
	}
	h := compareAll(t, "chinook", s, true)
	tables, columns, foreign := 0, 0, 0
	for _, a := range h.Assets {
		if a.Type == "postgresql_table" {
			tables++
			columns += len(a.Columns)
			for _, k := range a.Keys {
				if k.Kind == model.ForeignKey {
					foreign++
				}
			}
		}
	}
	if tables != 11 || columns != 64 || foreign != 11 {
		t.Errorf("%d tables, %d columns, %d foreign keys", tables, columns, foreign)
	}
}

func TestSeedIsReadExactly(t *testing.T) {
	s := database(t, "truth")
	if err := s.LoadFile("truth", "testdata/seed.sql"); err != nil {
		t.Fatal(err)
	}
	compareAll(t, "truth", s, false)
}
