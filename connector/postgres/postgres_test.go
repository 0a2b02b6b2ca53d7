package postgres_test

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"testing"

	"github.com/purlieu/purlieu/connector/connectortest"
	"github.com/purlieu/purlieu/connector/postgres"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/test/pgserver"
	"github.com/purlieu/purlieu/wire"
)

// server is the one server of this package's tests; nil where PostgreSQL is not installed.
var server *pgserver.Server

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "pgserver")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	if server, err = pgserver.Run(dir); err != nil {
		fmt.Fprintln(os.Stderr, "without a server most tests are skipped:", err)
		server = nil
	}
	code := m.Run()
	if server != nil {
		server.Stop()
	}
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

// must have the server, else the test is skipped aloud.
func must(t testing.TB) *pgserver.Server {
	t.Helper()
	if server == nil {
		t.Skip("skipped: no PostgreSQL server is installed")
	}
	return server
}

// database makes a fresh database for a test.
func database(t testing.TB, name string) *pgserver.Server {
	t.Helper()
	s := must(t)
	exec(t, s, "postgres", `drop database if exists "`+name+`" with (force);`+"\n"+`create database "`+name+`";`)
	t.Cleanup(func() { _ = s.Exec("postgres", `drop database if exists "`+name+`" with (force)`) })
	return s
}

func exec(t testing.TB, s *pgserver.Server, db, sql string) {
	t.Helper()
	if err := s.Exec(db, sql); err != nil {
		t.Fatal(err)
	}
}

func worldOf(c *postgres.Connector, s *pgserver.Server) *connectortest.Env {
	return &connectortest.Env{
		Kind:     c.Describe(),
		Settings: model.Settings{"serverEndpoint": s.Host, "port": strconv.Itoa(s.Port), "sslMode": "disable"},
		Login:    "BasicAuth",
		Open:     map[string]string{"user": s.User},
		Secrets:  map[string]string{"password": s.Password},
	}
}

func read(t testing.TB, c *postgres.Connector, env *connectortest.Env) *connectortest.Haul {
	t.Helper()
	h, err := connectortest.Read(t.Context(), c, env)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestSuite(t *testing.T) {
	s := database(t, "shop")
	if err := s.LoadFile("shop", "testdata/seed.sql"); err != nil {
		t.Fatal(err)
	}
	c := postgres.New()
	connectortest.Run(t, connectortest.Suite{
		Connector: c, Env: worldOf(c, s), Host: "serverEndpoint", Port: "port", Password: "password",
		Scope:  model.Scope{Include: []string{"shop/shop/ord*", "shop/*/a%2F*"}},
		Inside: "shop/Ünder%2Fscore.d%25/a%2Fb.c%25d", Outside: "shop/shop/person",
	})
	t.Run("what leaves is as the golden file says", func(t *testing.T) {
		h := read(t, c, worldOf(c, s).With("databaseName", "shop"))
		connectortest.Golden(t, h, "testdata/golden.json", "systemIdentifier", "version")
		left, err := wire.Encode([]any{h.Assets, h.Gaps, h.Lists})
		if err != nil || bytes.Contains(left, []byte("canary")) {
			t.Errorf("a value of the seed leaves, %v", err)
		}
	})
}
