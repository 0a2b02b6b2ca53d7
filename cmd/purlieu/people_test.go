package main

import (
	"context"
	"encoding/json"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/purlieu/purlieu/server/servertest"
)

// administrator is an administrator's shell at an account with the shipped rooms for people, roles and the network.
func administrator(t *testing.T) *shell {
	t.Helper()
	account, err := servertest.New(postgres())
	if err != nil {
		t.Fatal(err)
	}
	token, err := account.WithPeople(context.Background(), filepath.Join(t.TempDir(), "account.key"), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(account)
	t.Cleanup(server.Close)
	s := &shell{t: t, account: account, env: map[string]string{"PURLIEU_CONFIG": t.TempDir()}}
	s.stdin = server.URL + "/signin#" + token + "\nada\ncorrect horse battery\ncorrect horse battery\n"
	s.run(0, "login", "--link", "-")
	return s
}

func TestCollectionsRolesAndPeopleAreSeenTo(t *testing.T) {
	s := administrator(t)
	s.run(0, "collection", "add", "sales", "--title", "Sales")
	s.shows("purlieu role add sales")
	s.run(0, "collection", "add", "europe", "--parent", "sales")
	s.run(0, "collection", "list")
	s.shows("europe", "Sales", "root")
	s.run(0, "collection", "show", "sales")
	s.shows("europe", "root")
	s.run(5, "collection", "delete", "sales")
	s.shows("europe")

	s.run(0, "user", "add", "bob")
	s.shows("https://account.example/signin#")
	s.run(0, "role", "add", "sales", "data-curator", "bob")
	s.run(0, "role", "list", "sales")
	s.shows("data-curator", "bob", "user:")
	s.run(0, "role", "list", "europe", "--all")
	s.shows("data-curator", "bob", "sales", "ada", "root")
	s.run(0, "user", "add", "bob+ops")
	s.run(0, "role", "add", "sales", "data-curator", "bob+ops") // a plus in a query would be a space
	s.run(0, "role", "remove", "sales", "data-curator", "bob+ops")
	s.run(0, "user", "delete", "bob+ops")
	s.run(4, "role", "add", "sales", "data-curator", "nobody")
	s.shows("purlieu user list")
	s.run(2, "role", "add", "sales", "owner", "bob")
	s.run(0, "collection", "cut", "europe")
	s.shows("administrators")
	s.run(0, "collection", "join", "europe")
	s.run(0, "role", "mine")
	s.shows("ada", "root", "collection/write")
	s.run(0, "role", "remove", "sales", "data-curator", "bob")
	s.run(0, "user", "disable", "bob")
	s.run(0, "user", "list", "-o", "json")
	var list []struct {
		Name     string
		Disabled bool
	}
	if err := json.Unmarshal([]byte(s.out), &list); err != nil || len(list) != 2 || list[0].Disabled == list[1].Disabled {
		t.Errorf("%v %s", err, s.out)
	}
	s.run(0, "user", "enable", "bob")
	s.run(0, "user", "delete", "bob")
	s.run(4, "user", "delete", "bob")
	s.run(5, "user", "delete", "ada")

	secret := filepath.Join(t.TempDir(), "secret")
	s.run(0, "app", "add", "nightly", "--out", secret)
	kept, err := os.ReadFile(secret)
	if err != nil || len(kept) < 40 || strings.Contains(s.out, strings.TrimSpace(string(kept))) {
		t.Errorf("%v: the secret is shown although it went to a file: %s", err, s.out)
	}
	s.run(0, "app", "secret", "nightly")
	s.run(0, "app", "list", "-o", "yaml")
	s.shows("nightly")
	s.run(0, "app", "delete", "nightly")
}

func TestASecretGoesToANewFileOfItsOwnerOnly(t *testing.T) {
	s := administrator(t)
	dir := t.TempDir()
	others := filepath.Join(dir, "others")                                // that all may read
	if err := os.WriteFile(others, []byte("mine\n"), 0o644); err != nil { //nolint:gosec // that is the point
		t.Fatal(err)
	}
	s.run(1, "app", "add", "nightly", "--out", others)
	s.shows("others", "--out")
	s.run(0, "app", "list", "-o", "json")
	if strings.Contains(s.out, "nightly") {
		t.Error("the app was made although its secret could not be kept")
	}
	first, second := filepath.Join(dir, "first"), filepath.Join(dir, "second")
	s.run(0, "app", "add", "nightly", "--out", first)
	s.run(1, "app", "secret", "nightly", "--out", others)
	s.run(0, "app", "secret", "nightly", "--out", second)
	s.run(4, "app", "secret", "weekly", "--out", filepath.Join(dir, "none"))
	s.run(1, "app", "add", strings.Repeat("a", 121), "--out", filepath.Join(dir, "none"))
	if text, err := os.ReadFile(others); err != nil || string(text) != "mine\n" {
		t.Errorf("a file that was there holds %q, %v", text, err)
	}
	if _, err := os.Stat(filepath.Join(dir, "none")); !os.IsNotExist(err) {
		t.Errorf("an empty file is left: %v", err)
	}
	for _, path := range []string{first, second} {
		info, err := os.Stat(path)
		if err != nil || info.Mode().Perm() != 0o600 || info.Size() < 40 {
			t.Errorf("%s: %v %v", path, info, err)
		}
	}
}

func TestNetworkRulesAreTriedAndSet(t *testing.T) {
	s := administrator(t)
	s.run(0, "network", "show")
	s.shows("enabled", "version 0")
	s.run(0, "network", "try", "--access", "disabled")
	s.shows("You would be REFUSED: public network access is disabled")
	s.run(5, "network", "set", "--access", "disabled")
	s.shows("your own connection", "--force")
	s.run(0, "network", "set", "--access", "disabled", "--force")
	s.run(0, "network", "set", "--refuse", "ingestion=192.0.2.0/24", "--allow", "0.0.0.0/0", "--force")
	s.shows("version 2", "ingestion", "192.0.2.0/24", "every")
	s.run(1, "network", "set", "--allow", "everywhere", "--force")
	s.shows("not a range")
	s.run(0, "network", "set", "--rule", "allow:192.0.2.7", "--rule", "refuse:account=192.0.2.0/24", "--rule", "allow:0.0.0.0/0", "--force")
	if one, two := strings.Index(s.out, "192.0.2.7"), strings.Index(s.out, "192.0.2.0/24"); one < 0 || two < one {
		t.Errorf("the rules do not stand in their order: %s", s.out)
	}
	s.run(1, "network", "try", "--rule", "192.0.2.0/24")
	s.shows("allow:10.0.0.0/8")
	s.run(1, "network", "try", "--rule", "allow:192.0.2.0/24", "--refuse", "192.0.2.7")
	s.shows("--rule stands in the order")
	s.run(0, "network", "refusals")
}

func TestWhatIsNotNamedOfACollectionStays(t *testing.T) {
	s := administrator(t)
	s.run(0, "collection", "add", "sales", "--title", "Sales of all shops", "--description", "What was sold")
	s.run(0, "collection", "add", "shops")
	s.run(0, "collection", "add", "sales", "--parent", "shops")
	s.run(0, "collection", "show", "sales")
	s.shows("Sales of all shops", "What was sold", "shops")
	s.run(0, "collection", "add", "sales", "--description", "")
	s.run(0, "collection", "show", "sales")
	s.shows("Sales of all shops", "shops")
	s.never("What was sold")
}

func TestTheAccountIsShownAndRenamed(t *testing.T) {
	s := administrator(t)
	s.run(0, "account", "rename", "Orchard")
	s.run(0, "account", "show")
	s.shows("Orchard", "public network access", "400 days")
}

func TestRunsOfAllScansAreListedAndShown(t *testing.T) {
	s := newShell(t)
	s.configure()
	s.run(0, "scan", "run", "shop", "weekly", "--watch")
	s.run(0, "run", "list", "--source", "shop", "-o", "json")
	var list []struct{ ID, State string }
	if err := json.Unmarshal([]byte(s.out), &list); err != nil || len(list) != 1 || list[0].State != "Succeeded" {
		t.Fatalf("%v %s", err, s.out)
	}
	s.run(0, "run", "list", "--state", "Failed", "-o", "json")
	if strings.TrimSpace(s.out) != "[]" {
		t.Error(s.out)
	}
	s.run(0, "run", "show", list[0].ID)
	s.shows("shop", "weekly", "Succeeded", "2 created", "3 closed")
	s.never(" changed") // sent whole, which is none of a person's business
	s.run(0, "run", "gaps", list[0].ID)
	s.run(0, "run", "units", list[0].ID)
	for _, verb := range []string{"created", "updated", "deleted", "revived", "renamed", "restored"} {
		s.run(0, "run", "changes", list[0].ID, "--verb", verb)
	}
	s.run(4, "run", "show", "none")
	s.run(2, "run", "list", "--state", "Asleep")
	s.run(4, "run", "list", "chop")
	s.shows("chop")
	s.run(4, "run", "list", "shop", "daily", "-o", "json")
	s.run(0, "scan", "add", "shop", "daily", "--credential", "scanner")
	s.run(0, "run", "list", "shop", "daily")
}

func TestAShellCompletesCommandsFlagsAndNames(t *testing.T) {
	s := newShell(t)
	s.configure()
	s.run(0, "scan", "run", "shop", "weekly", "--watch")
	s.run(0, "run", "list", "-o", "json")
	var runs []struct{ ID string }
	if err := json.Unmarshal([]byte(s.out), &runs); err != nil || len(runs) != 1 {
		t.Fatal(err, s.out)
	}
	for _, c := range []struct {
		words string
		want  []string
		never string
	}{
		{"", []string{"scan", "collection", "login"}, "built-in-node"},
		{"sc", []string{"scan"}, "source"},
		{"scan ", []string{"run", "history"}, "scan"},
		{"scan run ", []string{"shop"}, "weekly"},
		{"scan run shop ", []string{"weekly"}, "shop"},
		{"scan run shop weekly --w", []string{"--watch"}, "--full"},
		{"scan add shop x --level ", []string{"L1", "L2", "L3"}, "shop"},
		{"-o json source show ", []string{"shop"}, ""},
		{"completion ", []string{"bash", "zsh", "fish"}, ""},
		{"run show ", []string{runs[0].ID}, "shop"},
		{"node remove on-premises ", []string{"node-1"}, "on-premises"},
		{"scan add shop x --runtime ", []string{"on-premises", "built-in"}, "shop"},
		{"scan add shop x --credential ", []string{"scanner"}, "shop"},
		{"source test shop --scan ", []string{"weekly"}, "shop"},
		{"run list --source ", []string{"shop"}, "weekly"},
		{"run list ", []string{"shop"}, "weekly"},
		{"run list shop ", []string{"weekly"}, "shop"},
		{"run list --", []string{"--state"}, "--source"},
		{"run cancel ", []string{runs[0].ID}, "shop"},
		{"run changes x --verb ", []string{"renamed", "restored"}, ""},
		{"scan add shop x --kind ", []string{""}, "PostgreSql"},
		{"asset show ", []string{""}, "shop"},
	} {
		s.run(0, append([]string{"complete", "--"}, strings.Split(c.words, " ")...)...)
		got := strings.Split(strings.TrimSpace(s.out), "\n")
		for _, w := range c.want {
			found := false
			for _, g := range got {
				found = found || g == w
			}
			if !found {
				t.Errorf("%q: %q is missing in %v", c.words, w, got)
			}
		}
		for _, g := range got {
			if c.never != "" && g == c.never {
				t.Errorf("%q offers %q", c.words, g)
			}
		}
	}
	for _, name := range []string{"bash", "zsh", "fish"} {
		s.run(0, "completion", name)
		s.shows("purlieu complete --")
	}
	s.env["PURLIEU_URL"] = "http://127.0.0.1:1" // the account is away: no names, and no noise
	s.run(0, "complete", "--", "scan", "run", "")
	if strings.TrimSpace(s.out+s.err) != "" {
		t.Error(s.out, s.err)
	}
}
