package main

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/servertest"
)

func postgres() model.Kind {
	return model.Kind{
		Name: "PostgreSql", Version: 1, Title: "PostgreSQL", Summary: "A PostgreSQL server.",
		Settings: []model.Field{
			{Name: "serverEndpoint", Type: model.FieldText, Required: true, Help: "Where it listens.", Example: "db.example.com"},
			{Name: "port", Type: model.FieldNumber, Default: "5432"},
		},
		Scan: []model.Field{{Name: "databaseName", Type: model.FieldText}}, ScanKinds: []string{"PostgreSqlCredential"},
		Credentials: []model.CredentialUse{{Kind: "BasicAuth", Title: "User and password", Fields: []model.Field{
			{Name: "user", Type: model.FieldText, Required: true}, {Name: "password", Type: model.FieldText, Secret: true, Required: true},
		}, Grants: []string{"GRANT CONNECT ON DATABASE shop TO scanner"}}},
		Authority: "postgresql://{serverEndpoint|host|lower}", Dials: []model.Template{"{serverEndpoint|host}:{port}"},
		RuntimeKinds: []string{"Managed", "SelfHosted"}, Levels: []model.Level{model.L1, model.L2},
		Types: []model.TypeDef{{Name: "postgresql_table", Column: "postgresql_column"}, {Name: "postgresql_view", Column: "postgresql_column"}},
	}
}

// shell is one person at one terminal.
type shell struct {
	t       *testing.T
	account *servertest.Account
	env     map[string]string
	looked  map[string]int // how often a command looked at a variable; nil: it is not counted
	stdin   string
	out     string
	err     string
	// patience is how long the account may be away while a run is watched.
	patience time.Duration
}

func newShell(t *testing.T, more ...model.Kind) *shell {
	t.Helper()
	account, err := servertest.New(append(more, postgres())...)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(account)
	t.Cleanup(server.Close)
	return &shell{t: t, account: account, env: map[string]string{"PURLIEU_URL": server.URL, "PURLIEU_TOKEN": servertest.Token, "PURLIEU_CONFIG": t.TempDir()}}
}

// run runs a command line that must end with the code.
func (s *shell) run(code int, args ...string) string {
	s.t.Helper()
	var out, errs bytes.Buffer
	a := &app{
		ctx: context.Background(), in: strings.NewReader(s.stdin), out: &out, err: &errs,
		getenv: s.getenv, poll: time.Millisecond, patience: s.patience,
	}
	got := a.main(args)
	s.out, s.err = out.String(), errs.String()
	if got != code {
		s.t.Fatalf("purlieu %s: exit code %d, want %d\n%s%s", strings.Join(args, " "), got, code, s.out, s.err)
	}
	return s.out
}

func (s *shell) getenv(name string) string {
	if s.looked != nil {
		s.looked[name]++
	}
	return s.env[name]
}

func (s *shell) shows(words ...string) {
	s.t.Helper()
	for _, w := range words {
		if !strings.Contains(s.out+s.err, w) {
			s.t.Errorf("%q is missing in:\n%s%s", w, s.out, s.err)
		}
	}
}

// never holds what was said to words that must not be there.
func (s *shell) never(words ...string) {
	s.t.Helper()
	for _, w := range words {
		if strings.Contains(s.out+s.err, w) {
			s.t.Errorf("%q is in:\n%s%s", w, s.out, s.err)
		}
	}
}

// configure makes all that a run needs.
func (s *shell) configure() {
	s.t.Helper()
	s.run(0, "runtime", "add", "on-premises", "--description", "the cellar")
	s.run(0, "credential", "add", "BasicAuth", "scanner", "--user", "scanner", "--secret", "password=file:shop-password")
	s.run(0, "source", "add", "PostgreSql", "shop", "--set", "serverEndpoint=db.example.com", "--set", "port=5433")
	s.run(0, "scan", "add", "shop", "weekly", "--credential", "scanner", "--runtime", "on-premises", "--include", "shop/public", "--set", "databaseName=shop")
}

// newest is the newest run.
func (s *shell) newest() string {
	s.t.Helper()
	s.run(0, "run", "list", "--limit", "1", "-o", "json")
	var runs []struct{ ID string }
	if err := json.Unmarshal([]byte(s.out), &runs); err != nil || len(runs) != 1 {
		s.t.Fatal(err, s.out)
	}
	return runs[0].ID
}
