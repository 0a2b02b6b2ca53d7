package postgres_test

import (
	"bytes"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
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
	exec(t, s, "shop", `drop role if exists poor; create role poor login password 'poor'; revoke connect on database shop from public;
		grant connect on database shop to poor; grant usage on schema shop to poor; create table shop.passing (id int)`)
	c := postgres.New()
	connectortest.Run(t, connectortest.Suite{
		Connector: c, Env: worldOf(c, s), Host: "serverEndpoint", Port: "port", Password: "password",
		Scope:  model.Scope{Include: []string{"shop/shop/ord*", "shop/*/a%2F*"}},
		Inside: "shop/Ünder%2Fscore.d%25/a%2Fb.c%25d", Outside: "shop/shop/person",
		Sampled: "shop/shop/person",
		Poor:    worldOf(c, s).As("poor", "poor"),
		Drop: func(t *testing.T) string {
			exec(t, s, "shop", "drop table shop.passing")
			return "shop/shop/passing"
		},
		Revoke: func(t *testing.T) { exec(t, s, "shop", "revoke usage on schema shop from poor") },
	})
	t.Run("a database that the login may not enter any more is not gone", func(t *testing.T) {
		exec(t, s, "shop", "grant usage on schema shop to poor")
		before, err := connectortest.See(t.Context(), c, worldOf(c, s).As("poor", "poor"))
		if err != nil {
			t.Fatal(err)
		}
		exec(t, s, "shop", "revoke connect on database shop from poor")
		after, err := connectortest.See(t.Context(), c, worldOf(c, s).As("poor", "poor"))
		if err != nil || len(after.Assets) >= len(before.Assets) {
			t.Fatalf("%d assets before, %d after, %v", len(before.Assets), len(after.Assets), err)
		}
		if gone := connectortest.Gone(c.Describe(), before, after); len(gone) > 0 {
			t.Errorf("gone: %v", gone)
		}
		if before.Identity.Grants == after.Identity.Grants {
			t.Error("the digest of the grants is the same")
		}
	})
	exec(t, s, "shop", "drop owned by poor; drop role poor")
	t.Run("what leaves is as the golden file says", func(t *testing.T) {
		h := read(t, c, worldOf(c, s).With("databaseName", "shop"))
		connectortest.Golden(t, h, "testdata/golden.json", "systemIdentifier", "version")
		left, err := wire.Encode([]any{h.Assets, h.Gaps, h.Lists})
		if err != nil || bytes.Contains(left, []byte("canary")) {
			t.Errorf("a value of the seed leaves, %v", err)
		}
	})
	t.Run("what the owner releases leaves, and what the owner keeps does not", func(t *testing.T) {
		h := read(t, c, worldOf(c, s).Releasing(model.ReleaseEnumLabels, model.ReleasePartitionBounds, model.ReleaseComments).With("databaseName", "shop"))
		orders, person := h.Named("shop/shop/orders"), h.Named("shop/shop/person")
		i := slices.IndexFunc(orders.Attrs, func(a model.Attr) bool { return a.Name == "partitionBounds" })
		if i < 0 || !slices.Contains(orders.Attrs[i].List, "orders_old FOR VALUES FROM ('1999-12-31') TO ('2020-01-01')") || len(orders.Attrs[i].List) != 3 {
			t.Errorf("bounds: %+v", orders.Attrs)
		}
		labels := map[string][]string{}
		for _, col := range person.Columns {
			labels[col.Name] = col.Labels
			if col.Default != "" && strings.Contains(col.Default, "canary") {
				t.Errorf("a release is not one for literals: %s", col.Default)
			}
		}
		if !slices.Equal(labels["mood"], []string{"canary-sad", "canary-happy"}) || labels["full_name"] != nil {
			t.Errorf("labels: %v", labels)
		}
		for _, a := range h.Assets {
			if strings.HasPrefix(a.Path, "shop/shop/") && a.Comment != "" {
				t.Errorf("a comment leaves: %s: %s", a.Path, a.Comment)
			}
		}
	})
}
