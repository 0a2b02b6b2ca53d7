package pgserver

import (
	"os"
	"path/filepath"
	"testing"
)

func TestServerRunsStatementsAndFilesAndStops(t *testing.T) {
	s := Start(t)
	if err := s.Exec("postgres", "create database shop; create database other;"); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "x.sql")
	if err := os.WriteFile(file, []byte("create table t (a int);\n\\echo ok\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := s.LoadFile("shop", file); err != nil {
		t.Fatal(err)
	}
	if err := s.Exec("shop", "select a from t"); err != nil {
		t.Fatal(err)
	}
	if err := s.Exec("other", "select a from t"); err == nil {
		t.Fatal("a table of another database was found")
	}
	s.Stop()
	s.Stop()
	if err := s.Exec("shop", "select 1"); err == nil {
		t.Fatal("the server still answers")
	}
	if err := s.Restart(); err != nil {
		t.Fatal(err)
	}
	if err := s.Exec("shop", "select a from t"); err != nil {
		t.Fatal("after a restart: ", err)
	}
}
