package main

import (
	"bytes"
	"context"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/purlieu/purlieu/server/servertest"
)

// TestAPersonSignsInAndStaysSignedIn runs against the shipped sign-in and access rooms.
func TestAPersonSignsInAndStaysSignedIn(t *testing.T) {
	account, err := servertest.New(postgres())
	if err != nil {
		t.Fatal(err)
	}
	var passed atomic.Int64
	clock := func() time.Time { return time.Now().Add(time.Duration(passed.Load())) }
	token, err := account.WithPeople(context.Background(), filepath.Join(t.TempDir(), "account.key"), clock)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(account)
	t.Cleanup(server.Close)
	dir := t.TempDir()
	s := &shell{t: t, account: account, env: map[string]string{"PURLIEU_CONFIG": dir}}
	link := server.URL + "/signin#" + token

	s.run(1, "login", "--link", server.URL+"/signin", "--name", "ada")
	s.shows("not a sign-in link", "purlieu admin link")
	s.stdin = link + "\nada\ncorrect horse battery\nanother horse battery\n"
	s.run(1, "login", "--link", "-")
	s.shows("differ", "still good")
	s.stdin = link + "\nada\ncorrect horse battery\n" // once is enough where nobody types
	s.run(0, "login", "--link", "-")
	s.run(0, "kinds")
	s.shows("PostgreSql")
	kept, err := os.ReadFile(filepath.Join(dir, "login.json"))
	if err != nil || strings.Contains(string(kept), "horse") {
		t.Errorf("%v %s", err, kept)
	}

	passed.Store(int64(2 * time.Hour)) // the token has ended
	s.run(0, "kinds")
	renewed, err := os.ReadFile(filepath.Join(dir, "login.json"))
	if err != nil || string(renewed) == string(kept) {
		t.Errorf("the next token was not kept: %v", err)
	}
	s.run(0, "source", "list")

	session, err := os.ReadFile(filepath.Join(dir, "login.json"))
	if err != nil {
		t.Fatal(err)
	}
	s.run(0, "logout")
	s.run(3, "kinds")
	passed.Store(int64(4 * time.Hour)) // whoever kept the file can't go on with it
	if err := os.WriteFile(filepath.Join(dir, "login.json"), session, 0o600); err != nil {
		t.Fatal(err)
	}
	s.run(3, "kinds")
	s.run(0, "logout") // of a session that has ended
	s.run(0, "logout") // of nothing
	s.stdin = "wrong horse battery\n"
	s.run(3, "login", server.URL, "--name", "ada")
	s.stdin = "correct horse battery\n"
	s.run(0, "login", server.URL, "--name", "ada")
	s.run(0, "source", "list")

	server.Close()
	s.run(6, "logout")
	s.shows("forgotten here", "may go on", "purlieu user link")
	if _, err := os.Stat(filepath.Join(dir, "login.json")); !os.IsNotExist(err) {
		t.Errorf("the login is kept although its owner signed out: %v", err)
	}
}

// What the system says of the file has no next step.
func TestALoginThatCannotBeReadOrKeptIsSaidInPlainWords(t *testing.T) {
	s := newShell(t)
	delete(s.env, "PURLIEU_TOKEN")
	at := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(at, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	s.env["PURLIEU_CONFIG"] = at
	s.run(1, "source", "list")
	s.shows("can't be read by this user", "PURLIEU_CONFIG")
	s.never("open ")
	s.stdin = servertest.Token + "\n"
	s.run(1, "login", s.env["PURLIEU_URL"], "--token-file", "-")
	s.shows("can't be kept in "+at, "PURLIEU_CONFIG")
	s.never("mkdir")
}

func TestAMissingFolderOfSecretsIsWarnedOf(t *testing.T) {
	var said bytes.Buffer
	log := newLog(&said, "text", "info")
	warnOfVault("", log)
	warnOfVault(t.TempDir(), log)
	if said.Len() > 0 {
		t.Error(said.String())
	}
	if warnOfVault(filepath.Join(t.TempDir(), "none"), log); !strings.Contains(said.String(), "--vault is not there") {
		t.Error(said.String())
	}
}
