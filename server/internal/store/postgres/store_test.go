package postgres_test

import (
	"testing"

	"github.com/purlieu/purlieu/server/internal/store"
	"github.com/purlieu/purlieu/server/internal/store/postgres"
	"github.com/purlieu/purlieu/server/internal/store/storetest"
	"github.com/purlieu/purlieu/test/pgserver"
)

func TestStore(t *testing.T) {
	fresh := databases(t)
	storetest.Run(t, func(t *testing.T) store.Store { return open(t, postgres.Options{Address: fresh(t)}) })
}

func TestReplicas(t *testing.T) {
	fresh := databases(t)
	storetest.Replicas(t, func(t *testing.T) [2]store.Store {
		address := fresh(t)
		return [2]store.Store{open(t, postgres.Options{Address: address}), open(t, postgres.Options{Address: address})}
	})
}

// databases starts a server and gives the address of one database in it, empty again at each call.
func databases(t *testing.T) func(t *testing.T) string {
	t.Helper()
	server := pgserver.Start(t)
	run(t, server, "postgres", "create database account")
	s, err := postgres.Open(t.Context(), postgres.Options{Address: server.Address("account")})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return func(t *testing.T) string {
		t.Helper()
		run(t, server, "account", `do $$ begin
			execute (select 'truncate ' || string_agg(quote_ident(tablename), ', ') || ' restart identity' from pg_tables
				where schemaname = 'public' and tablename not in ('counter', 'goose_db_version'));
			update counter set value = 0;
		end $$`)
		return server.Address("account")
	}
}

func run(t *testing.T, server *pgserver.Server, database, statement string) {
	t.Helper()
	if err := server.Exec(database, statement); err != nil {
		t.Fatal(err)
	}
}

// open opens a store for the length of a test.
func open(t testing.TB, opt postgres.Options) *postgres.Store {
	t.Helper()
	s, err := postgres.Open(t.Context(), opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}
