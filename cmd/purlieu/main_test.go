package main

import (
	"encoding/json"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
	"github.com/purlieu/purlieu/server/servertest"
)

func TestAScanIsSetUpRunAndRead(t *testing.T) {
	s := newShell(t)
	s.configure()
	s.run(0, "source", "list")
	s.shows("shop", "PostgreSql", "postgresql://db.example.com", "root")
	s.run(0, "source", "show", "shop")
	s.shows("serverEndpoint", "db.example.com", "5433")
	s.run(0, "scan", "list", "shop")
	s.shows("weekly", "L2", "on-premises", "scanner")
	s.run(0, "scan", "run", "shop", "weekly", "--watch")
	s.shows("Found 2 assets: 2 new", "1 lineage edges", "units 1/3", "units 3/3", "discovery running", "ingestion in progress")
	s.run(0, "scan", "history", "shop", "weekly")
	s.shows("Succeeded", "Incremental")
	for _, args := range []string{"run list", "run list shop", "run list shop weekly", "run list --source shop --scan weekly"} {
		s.run(0, strings.Fields(args)...)
		s.shows("shop", "weekly", "Succeeded")
	}
	for _, args := range []string{"run list elsewhere", "run list shop nightly", "run list --source elsewhere"} {
		s.run(4, strings.Fields(args)...) // what is not there has no empty list
	}
	s.run(0, "search", "orders")
	s.shows("postgresql://shop/shop/public/orders")
	s.run(0, "search", "orders", "--type", "postgresql_view", "-o", "json")
	var found struct{ Value []struct{ Name string } }
	if err := json.Unmarshal([]byte(s.out), &found); err != nil || len(found.Value) != 1 || found.Value[0].Name != "big_orders" {
		t.Errorf("%v %+v", err, found)
	}
	s.run(0, "search", "--collection", "elsewhere")
	s.run(0, "asset", "children", "orders")
	s.run(0, "asset", "history", "orders")
	s.shows("DIFFERENCES")
	s.run(0, "asset", "measures", "orders")
	s.run(4, "asset", "history", "nothing")
	s.run(0, "asset", "show", "orders")
	s.shows("What was bought", "1200", "bigint", "identity, always", "orders_pkey", "index btree", "(this)", "big_orders")
	s.shows("source", "last seen", "2023-11-14T22:13:20Z by a run of weekly, run-1")
	s.never("more lineage")
	s.run(0, "asset", "show", "postgresql://shop/shop/public/big_orders", "--depth", "2")
	s.shows("postgresql_view", "There is more lineage than 2 steps show")
	s.run(0, "search", "--facets")
	s.shows("BY    VALUE", "type  postgresql_view   1", "2 found. Look")
	s.run(0, "search", "--limit", "1")
	s.shows("2 found, 1 are shown", "--limit")
	s.run(0, "search", "nothing-is-called-so")
	s.shows("Nothing was found")
	s.never("NAME")
	s.run(0, "search")
	s.never("BY ")
}

func TestTheExitCodeSaysHowARunEnded(t *testing.T) {
	s := newShell(t)
	s.configure()
	s.account.Gaps = []model.Gap{{Path: "shop/hr", Code: "PermissionDenied", Remedy: "GRANT USAGE ON SCHEMA hr TO scanner"}}
	s.run(20, "scan", "run", "shop", "weekly", "--watch")
	s.shows("1 gap:", "shop/hr", "PermissionDenied", "GRANT USAGE ON SCHEMA hr")
	s.account.Gaps, s.account.Ending = nil, model.RunFailed
	s.run(21, "scan", "run", "shop", "weekly", "--watch")
	s.shows("WrongPassword", "refused the sign-in")
	s.account.Ending = model.RunCanceled
	s.run(22, "scan", "run", "shop", "weekly", "--watch")
	s.account.Ending, s.account.Asks = model.RunSucceeded, "41"
	s.run(23, "scan", "run", "shop", "weekly", "--watch")
	s.shows("not ended", "deletes nothing", "Found 2 assets", "purlieu proposal show 41", "purlieu proposal approve 41", "purlieu proposal reject 41")
	s.run(0, "proposal", "list")
	s.shows("41", "deletions", "shop", "weekly")
	s.run(0, "complete", "--", "proposal", "approve", "")
	s.shows("41")
	s.account.Asks, s.account.Grows = "42-growth", true
	s.run(23, "scan", "run", "shop", "weekly", "--watch")
	s.shows("purlieu proposal show 42-growth")
	s.run(0, "proposal", "show", "42-growth")
	s.shows("brings 1201 assets so far", "held 120 before", "Nothing of it goes on", "purlieu run changes")
	s.never("delete")
	s.run(0, "proposal", "approve", "42-growth")
	s.shows("The run goes on")
	s.run(0, "proposal", "reject", "42-growth")
	s.shows("the run has ended, and nothing was deleted")
	s.account.Asks, s.account.Grows = "", false
	s.run(0, "scan", "run", "shop", "weekly")
	s.run(0, "scan", "cancel", "shop", "weekly")
	s.run(5, "scan", "cancel", "shop", "weekly")
	s.run(0, "scan", "run", "shop", "weekly")
	first := s.newest()
	s.run(0, "scan", "run", "shop", "weekly")
	s.run(0, "scan", "cancel", "shop", "weekly")
	s.run(0, "scan", "cancel", "shop", "weekly") // the newest that has not ended
	s.shows("The run " + first + " is being ended")
	s.run(0, "scan", "run", "shop", "weekly")
	id := s.newest()
	s.run(0, "run", "cancel", id)
	s.shows("The run " + id + " is being ended")
	s.run(4, "run", "cancel", "0f8c1d4e-6b7a-4c53-9d2e-8a1f0b3c5d7e")
}

func TestTheExitCodeSaysWhyAConnectionDoesNotComeAbout(t *testing.T) {
	s := newShell(t)
	s.configure()
	s.run(0, "source", "test", "shop", "--scan", "weekly")
	for _, c := range []struct {
		refusal *fault.Error
		code    int
	}{
		{fault.New(fault.Unreachable, "NoAnswer", "db.example.com:5432 does not answer").Try("Look at the firewall"), 24},
		{fault.New(fault.Throttled, "TooManyConnections", "the server has no connection left").Try("Ask again later"), 24},
		{fault.New(fault.Denied, "WrongPassword", "the server refuses the password of scanner").Try("Mend the secret"), 25},
		{fault.New(fault.Invalid, "BadSetting", "there is no such database").Try("Mend databaseName"), 25},
	} {
		s.account.Refusal = c.refusal
		s.run(c.code, "source", "test", "shop", "--scan", "weekly")
		s.shows(c.refusal.Text, c.refusal.Remedy)
	}
	s.run(4, "source", "test", "nowhere")
	s.env["PURLIEU_URL"] = "http://127.0.0.1:1"
	s.run(6, "source", "test", "shop")
}

func TestErrorsSayTheCauseAndTheNextStep(t *testing.T) {
	s := newShell(t)
	s.run(1, "source", "add", "PostgreSql", "shop", "--set", "serverEndpoint=127.0.0.1")
	s.shows("127.0.0.1", "--authority")
	s.run(0, "source", "add", "PostgreSql", "shop", "--set", "serverEndpoint=127.0.0.1", "--authority", "shop-db")
	s.run(1, "source", "add", "PostgreSql", "other", "--set", "host=x")
	s.shows(`no setting "host"`, "serverEndpoint")
	s.run(4, "source", "add", "Oracle", "shop")
	s.shows("purlieu kinds")
	s.run(4, "source", "add", "postgres", "shop")
	s.shows("Did you mean PostgreSql?")
	s.run(5, "source", "add", "PostgreSql", "other", "--set", "serverEndpoint=127.0.0.1", "--authority", "shop-db")
	s.shows("already", `"shop"`)
	s.run(4, "source", "show", "nowhere")
	s.shows(`"nowhere"`)
	s.run(1, "credential", "add", "BasicAuth", "scanner", "--secret", "password=hunter2hunter2")
	s.shows("reference", "VAULT:NAME")
	s.run(1, "credential", "add", "BasicAuth", "scanner", "--secret", "passwort=file:shop-password")
	s.shows(`no part "passwort"`, "Use one of password, user")
	s.run(1, "credential", "add", "BasicAuth", "scanner", "--secret", "password=hunter2hunter2")
	if strings.Contains(s.out+s.err, "hunter2") {
		t.Errorf("the error quotes what may be a secret: %s", s.err)
	}
	s.run(0, "source", "add", "PostgreSql", "first", "--set", "serverEndpoint=first.example.com")
	s.run(1, "credential", "add", "BasicAuth", "db", "--user", "scanner", "--secret", "password=file:shop-password")
	s.shows(`"db" can't be the name of a credential`, "3 to 63 letters, digits and single dashes")
	s.run(4, "scan", "add", "first", "weekly", "--credential", "db") // of an account without a credential
	s.shows(`no credential is called "db". None can be`)
	s.run(0, "source", "delete", "first")
	s.configure()
	for want, args := range map[string][]string{
		`no source is called "shp". Did you mean shop?`:                                                 {"scan", "run", "shp", "weekly"},
		`no scan of shop is called "weakly". Did you mean weekly? See them all: purlieu scan list shop`: {"scan", "run", "shop", "weakly"},
		`no source is called "payroll". See them: purlieu source list`:                                  {"scan", "show", "payroll", "weekly"},
		`no source is called "hr". None can be: names have 3 to 63 letters`:                             {"scan", "show", "hr", "weekly"},
		`no credential is called "db". None can be: names have 3 to 63 letters`:                         {"scan", "add", "shop", "new", "--credential", "db"},
		`no source is called "sh_op". Did you mean shop?`:                                               {"source", "show", "sh_op"},
		`no runtime is called "on-premise". Did you mean on-premises?`:                                  {"runtime", "show", "on-premise"},
		`no node of on-premises is called "node-9". Did you mean node-1?`:                               {"node", "remove", "on-premises", "node-9"},
		`no credential is called "scaner". Did you mean scanner?`:                                       {"scan", "add", "shop", "new", "--credential", "scaner"},
		"no trigger": {"trigger", "show", "shop", "weekly"},
	} {
		s.run(4, args...)
		s.shows(want)
	}
	s.run(1, "scan", "add", "shop", "new", "--credential", "")
	s.shows("--credential NAME", "purlieu credential add BasicAuth NAME --user")
	s.never("--scan")
	s.run(2, "source", "sing")
	s.shows("See `purlieu source --help`")
	s.run(2, "scan", "gaps", "a-run", "more", "yet")
	s.shows("See `purlieu scan gaps --help`")
	s.run(2, "scam")
	s.shows("See `purlieu --help`")
	for _, level := range []string{"L9", ""} {
		s.run(2, "scan", "add", "shop", "weekly", "--level", level)
		s.shows("--level", `must be one of "L1","L2","L3"`, "See `purlieu scan add --help`")
	}
	s.run(2, "trigger", "set", "shop", "weekly", "--every", "")
	s.shows(`must be one of "hour","day","week","month"`)
	s.env["PURLIEU_TOKEN"] = "wrong"
	s.run(3, "source", "list")
	s.shows("Sign in again", "PURLIEU_TOKEN")
	s.env["PURLIEU_TOKEN"] = servertest.Token
	s.run(0, "source", "add", "PostgreSql", "sold", "--set", "serverEndpoint=sold.example.com", "--collection", "sales")
	s.env["PURLIEU_TOKEN"] = servertest.ReaderToken
	s.run(3, "source", "delete", "sold")
	s.shows("may not", `"sales"`)
	s.run(4, "source", "delete", "shop") // of a collection that the reader may not know of
	s.shows(`"shop"`)
	s.never("may not", "root")
}

func TestAListOfNothingIsRefused(t *testing.T) {
	s := newShell(t)
	for _, args := range [][]string{{"run", "list", "--limit", "0"}, {"run", "list", "--limit=-1"}, {"search", "--limit", "0"}, {"search", "--limit", "1001"}} {
		s.run(2, args...)
		s.shows("--limit is 1")
	}
	s.run(0, "search", "--limit", "1000")
}

// A variable that is not set is no name, and not the same as a word that was left out.
func TestAnEmptyTextIsNoName(t *testing.T) {
	s := newShell(t)
	for what, args := range map[string][]string{
		"<name> is empty": {"source", "show", ""}, "<run> is empty": {"run", "show", ""}, "<run> is empty.": {"scan", "cancel", "shop", "weekly", ""},
		"<source> is empty": {"run", "list", ""}, "<name> is empty.": {"asset", "delete", "orders", "", "--yes"}, "<name> is empty. Is": {"account", "rename", ""},
		"--out is empty": {"runtime", "keys", "edge", "--out="}, "--secret is empty": {"admin", "allow", "--secret", "", "--source", "PostgreSql://db.example.com:5432"},
		"See `purlieu trigger show --help`": {"trigger", "show", "shop", ""},
	} {
		s.run(2, args...)
		if !strings.Contains(s.err, what) || s.out != "" {
			t.Errorf("%q: %s%s", args, s.out, s.err)
		}
	}
	s.run(0, "search", "")                                              // as without words: everything
	s.run(0, "complete", "--", "source", "")                            // a shell asks for what comes next
	s.run(0, "vault", "add", "file", "hr-secrets", "--description", "") // a text for people may be empty
}

func TestTheBuildAndTheHelpAreFound(t *testing.T) {
	s := newShell(t)
	for _, args := range [][]string{{"version"}, {"--version"}, {"version", "-o", "json"}} {
		if out := s.run(0, args...); !strings.Contains(out, version) {
			t.Errorf("%v: %s", args, out)
		}
	}
	s.run(0, "help")
	s.shows("First steps")
	s.run(0, "help", "scan", "run")
	s.shows("Usage: purlieu scan run", "purlieu scan run shop weekly --watch")
	// What the first steps say works as it stands there, behind the server and the sign-in.
	for _, line := range strings.Split(about, "\n") {
		words := strings.Fields(line)
		if len(words) < 2 || words[0] != "purlieu" || words[1] == "server" || words[1] == "login" {
			continue
		}
		for i, w := range words {
			if w == "runtime.key" {
				words[i] = filepath.Join(t.TempDir(), w)
			}
		}
		s.run(0, words[1:]...)
	}
	s.shows("postgresql://shop/shop/public/orders")
}

func TestWhatComesNextIsSaidAsTheKindNeedsIt(t *testing.T) {
	files := model.Kind{
		Name: "FileSystem", Version: 1, Title: "Files", Summary: "Files.", Settings: []model.Field{{Name: "folder", Type: model.FieldText, Required: true}},
		ScanKinds: []string{"FileSystemMsi"}, Authority: "file://{folder}", Folder: "{folder}", RuntimeKinds: []string{"Managed", "SelfHosted"}, Levels: []model.Level{model.L1},
		Types: []model.TypeDef{{Name: "file"}},
	}
	s := newShell(t, files)
	s.run(0, "source", "add", "FileSystem", "exports", "--set", "folder=/srv/data", "--authority", "exports")
	s.shows("Next: purlieu scan add exports NAME --runtime NAME")
	s.never("credential")
	s.run(0, "scan", "add", "exports", "all")
	s.shows("the runtime built-in reads it")
}

func TestTheAccountThatIsNotThereIsNamed(t *testing.T) {
	s := newShell(t)
	s.env["PURLIEU_URL"] = "http://127.0.0.1:1"
	s.run(6, "kinds")
	s.shows("http://127.0.0.1:1", "Check that the server runs")
	s.env["PURLIEU_URL"] = "http://map.example.com"
	s.run(1, "kinds")
	s.shows("never sent in the clear")
}

func TestALoginIsKeptForItsOwnerOnly(t *testing.T) {
	s := newShell(t)
	url, dir := s.env["PURLIEU_URL"], s.env["PURLIEU_CONFIG"]
	delete(s.env, "PURLIEU_URL")
	delete(s.env, "PURLIEU_TOKEN")
	s.run(3, "kinds")
	s.shows("purlieu login")
	s.stdin = "wrong\n"
	s.run(3, "login", url, "--token-file", "-")
	if _, err := os.Stat(filepath.Join(dir, "login.json")); err == nil {
		t.Error("a token that the account refused was kept")
	}
	s.stdin = servertest.Token + "\n"
	s.run(0, "login", url, "--token-file", "-")
	info, err := os.Stat(filepath.Join(dir, "login.json"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatal(info.Mode(), err)
	}
	s.run(0, "kinds", "PostgreSql")
	s.shows("serverEndpoint", "required", "GRANT CONNECT")
	s.env["PURLIEU_URL"] = "http://127.0.0.1:1"
	s.run(3, "kinds") // a kept token is not sent to another account
	delete(s.env, "PURLIEU_URL")
	s.run(0, "logout")
	s.run(3, "kinds")
}

func TestTheAccountsOwnAuthorityIsTrustedForThatAccount(t *testing.T) {
	s := newShell(t)
	server := httptest.NewTLSServer(s.account)
	t.Cleanup(server.Close)
	ca := filepath.Join(t.TempDir(), "ca.pem")
	writePEM(t, ca, server.Certificate().Raw)
	delete(s.env, "PURLIEU_URL")
	delete(s.env, "PURLIEU_TOKEN")
	s.stdin = servertest.Token
	s.run(6, "login", server.URL, "--token-file", "-")
	s.shows("purlieu admin ca > ca.pem", "--ca ca.pem")
	s.run(1, "login", strings.Replace(server.URL, "https:", "http:", 1), "--token-file", "-")
	s.shows("speaks TLS", server.URL)
	s.run(0, "login", server.URL, "--token-file", "-", "--ca", ca)
	s.run(0, "kinds")
}

func TestRuntimesShowTheirKeysAndNodes(t *testing.T) {
	s := newShell(t)
	s.run(0, "runtime", "add", "on-premises")
	s.run(0, "runtime", "keys", "on-premises")
	s.shows("key-one-of-on-premises", "key-two-of-on-premises")
	s.run(0, "runtime", "keys", "on-premises", "--regenerate", "2")
	s.shows("key-two-of-on-premises-anew")
	if strings.Contains(s.out, "key-one") {
		t.Error("the other key was shown")
	}
	s.run(0, "runtime", "show", "on-premises")
	s.shows("Online", "node-1", "host1", "0/4")
	s.run(0, "node", "remove", "on-premises", "node-1")
	s.run(0, "node", "list", "on-premises", "-o", "yaml")
	s.shows("[]")
	s.run(4, "node", "remove", "on-premises", "node-1")
	s.run(0, "runtime", "list", "-o", "json")
	s.shows("built-in", "Managed")
	s.run(0, "runtime", "delete", "on-premises")
	s.never("cut off")
	s.run(0, "runtime", "add", "edge")
	s.stdin = ""
	s.run(5, "runtime", "delete", "edge")
	s.shows("Remove the runtime edge, and cut off 1 node: node-1? Type yes:", "nothing was done", "--yes")
	s.run(0, "node", "list", "edge")
	s.shows("node-1")
	s.run(0, "runtime", "delete", "edge", "--yes")
	s.shows("cut off with it: node-1")
	s.run(0, "runtime", "add", "edge")
	s.stdin = "yes\n"
	s.run(0, "runtime", "delete", "edge")
}

func TestTextOfSourcesCannotDriveATerminal(t *testing.T) {
	s := newShell(t)
	for _, format := range []string{"table", "json", "yaml"} {
		s.run(0, "asset", "show", "orders", "-o", format)
		if strings.ContainsAny(s.out+s.err, "\x1b\u009b") {
			t.Errorf("%s holds a control character:\n%q", format, s.out)
		}
		s.shows("person")
	}
	if got := clean("a\x1b[2J\u009b\u202eb\n"); got != `a\x1b[2J\x9b\u202eb\n` {
		t.Errorf("%s", got)
	}
}

func TestVaultConnectionsAreWrittenAndListed(t *testing.T) {
	s := newShell(t)
	s.run(0, "vault", "add", "azurekeyvault", "corp-vault", "--set", "baseUrl=https://corp.vault.azure.net/")
	s.shows("no node of this build", "those of env and file")
	s.run(0, "vault", "add", "file", "shared-files")
	s.never("no node of this build")
	s.run(0, "vault", "list")
	s.shows("corp-vault", "https://corp.vault.azure.net/", "shared-files", "file")
	s.run(0, "credential", "add", "BasicAuth", "scanner", "--user", "u", "--secret", "password=corp-vault:pw")
	s.run(5, "vault", "delete", "corp-vault")
	s.run(0, "credential", "show", "scanner")
	s.shows("corp-vault", "pw")
	s.run(0, "credential", "delete", "scanner")
	s.run(0, "vault", "delete", "corp-vault")
}

func TestACommandMakesOneClient(t *testing.T) {
	s := newShell(t)
	s.configure()
	for _, args := range []string{"source show shop", "source add PostgreSql shop", "scan add shop weekly", "runtime show on-premises"} {
		s.looked = map[string]int{}
		s.run(0, strings.Fields(args)...)
		if n := s.looked["PURLIEU_CA"]; n != 1 {
			t.Errorf("%s: %d clients were made", args, n)
		}
	}
}
