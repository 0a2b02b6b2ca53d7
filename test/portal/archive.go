package portal

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// fillArchive scans a database of more tables than one page of any list holds, drops nearly all of them, and scans again:
// the run asks a person whether they are really gone. Between both it scans one of which the scanner may read a part only,
// so that the run has gaps.
func (w *World) fillArchive(ctx context.Context, purlieu string) error {
	port, err := w.shopPort()
	if err != nil {
		return err
	}
	for _, one := range []struct{ database, script string }{{"archive", archive}, {"partly", partly}} {
		if err := w.fill(ctx, one.database, one.script); err != nil {
			return err
		}
	}
	for _, command := range [][]string{
		{"source", "add", "PostgreSql", "archive", "--set", "serverEndpoint=127.0.0.1", "--set", "port=" + port, "--set", "sslMode=disable", "--authority", "archive"},
		{"scan", "add", "archive", "all", "--runtime", "edge", "--credential", "shop-scanner", "--set", "databaseName=archive", "--level", "L2"},
		{"scan", "run", "archive", "all", "--watch"},
		{"scan", "add", "archive", "partly", "--runtime", "edge", "--credential", "shop-scanner", "--set", "databaseName=partly", "--level", "L3"},
	} {
		if _, err := w.client(ctx, purlieu, "client", "", command...); err != nil {
			return err
		}
	}
	if err := w.ends(ctx, purlieu, gaps, "scan", "run", "archive", "partly", "--watch"); err != nil {
		return err
	}
	if err := w.sql(ctx, "archive", drops); err != nil {
		return err
	}
	return w.ends(ctx, purlieu, asks, "scan", "run", "archive", "all", "--watch")
}

// How the client exits of a run.
const (
	gaps = 20 // it succeeded, and could not read everything
	asks = 23 // it waits for an answer
)

// ends runs a command of the client that must exit in one way.
func (w *World) ends(ctx context.Context, purlieu string, code int, command ...string) error {
	said, err := w.client(ctx, purlieu, "client", "", command...)
	if exit := new(exec.ExitError); errors.As(err, &exit) && exit.ExitCode() == code {
		return nil
	}
	return errors.Join(fmt.Errorf("purlieu %s was to exit with %d: %s", strings.Join(command, " "), code, said), err)
}

const archive = `
do $$ begin
  for n in 1 .. 130 loop
    execute format('create table sheet_%s (id bigint primary key, noted text)', to_char(n, 'FM000'));
  end loop;
end $$;
comment on table sheet_001 is 'The first sheet';
grant usage on schema public to scanner;
grant select on all tables in schema public to scanner;
`

const partly = `
create schema staff;
drop schema public;
create table staff.names as select 1 as id, 'Ada' as name;
create table staff.salaries as select 1 as id, 100 as amount;
create table staff.notes as select 1 as id, 'left' as note;
create schema board;
create table board.minutes (id bigint);
grant usage on schema staff to scanner;
grant select on staff.names to scanner;
`

const drops = `
do $$ begin
  for n in 6 .. 130 loop
    execute format('drop table sheet_%s', to_char(n, 'FM000'));
  end loop;
end $$;
`

// fill makes a database on the shop's server, and runs a script in it.
func (w *World) fill(ctx context.Context, database, script string) error {
	if err := w.sql(ctx, "postgres", "create database "+database); err != nil {
		return err
	}
	return w.sql(ctx, database, script)
}

// sql runs a script as the owner of the shop's server.
func (w *World) sql(ctx context.Context, database, script string) error {
	port, err := w.shopPort()
	if err != nil {
		return err
	}
	password, err := os.ReadFile(filepath.Join(w.demo, "shop", "password"))
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, "psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p", port, "-U", "postgres", "-d", database, "-c", script) //nolint:gosec // own values
	cmd.Env = append(os.Environ(), "PGPASSWORD="+strings.TrimSpace(string(password)))
	if said, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("psql: %w\n%s", err, said)
	}
	return nil
}

func (w *World) shopPort() (string, error) {
	port, err := os.ReadFile(filepath.Join(w.demo, "shop.port"))
	return strings.TrimSpace(string(port)), err
}
