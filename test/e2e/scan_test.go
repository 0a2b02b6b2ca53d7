package e2e

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/purlieu/purlieu/test/pgserver"
)

// compare fails for each relation and line in which a database and the account differ.
func compare(t *testing.T, want, got truth) {
	t.Helper()
	names := slices.Sorted(maps.Keys(want))
	for name := range got {
		if want[name] == nil {
			names = append(names, name)
		}
	}
	for _, name := range names {
		if d := difference(strings.Join(want[name], "\n"), strings.Join(got[name], "\n")); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
}

func TestANodeScansARealPostgreSQL(t *testing.T) {
	t.Parallel()
	t.Run("with_a_store_on_SQLite", func(t *testing.T) { scanSources(t, newAccount(t)) })
	t.Run("with_a_store_on_PostgreSQL", func(t *testing.T) { scanSources(t, newAccount(t, onPostgres(t))) })
}

func scanSources(t *testing.T, a *account) {
	key := a.runtime("edge")
	var n *node
	for _, c := range []struct {
		name   string
		open   func(t *testing.T) *source
		assets int // at least
	}{
		{"our_own_shop", func(t *testing.T) *source { return shop(t) }, 12},
		{"pagila", pagila, 21},
		{"chinook", chinook, 11},
	} {
		t.Run(c.name+"_as_it_says_of_itself", func(t *testing.T) {
			s := c.open(t)
			if n == nil {
				n = a.node(key, "one", s)
			}
			a.register(s)
			a.scanWhole(s)
			want := s.truth(t)
			if len(want) < c.assets {
				t.Fatalf("the database has only %d tables and views: the test asks it in vain", len(want))
			}
			got, _ := a.told(s)
			compare(t, want, got)
		})
	}
}

func pagila(t *testing.T) *source {
	schema := sharedFile(t, "testdata/sql/postgresql/pagila-schema.sql")
	return shared(t, "pagila", func(server *pgserver.Server) error { return server.LoadFile("pagila", schema) })
}

func chinook(t *testing.T) *source {
	script := sharedFile(t, "testdata/sql/postgresql/Chinook_PostgreSql.sql")
	return shared(t, "chinook", func(server *pgserver.Server) error { return server.LoadFile("postgres", script) })
}
