package e2e

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// onPostgres is the flag of a server whose store is a new database.
func onPostgres(t testing.TB) string {
	t.Helper()
	server, err := theHouse.postgres()
	if err != nil {
		t.Skip("skipped: ", err) // CI allows no such skip here
	}
	db := fmt.Sprintf("account%d", theHouse.stores.Add(1))
	if err := server.Exec("postgres", "create database "+db); err != nil {
		t.Fatal(err)
	}
	return "--store=" + server.Address(db)
}

// replica starts another server of the account, with the account's key file in a data folder of its own.
func (a *account) replica(t testing.TB) *account {
	t.Helper()
	r := plannedAccount(t, a.programs, a.flags...)
	if err := os.Mkdir(r.data(), 0o700); err != nil {
		t.Fatal(err)
	}
	copyFile(t, filepath.Join(a.data(), "account.key"), filepath.Join(r.data(), "account.key"))
	if err := os.Mkdir(filepath.Join(r.dir, "client"), 0o700); err != nil {
		t.Fatal(err)
	}
	r.launch()
	until(t, 30*time.Second, "the replica is ready", func() bool {
		if !r.server.running() {
			t.Fatalf("the replica ended: %s", tail(r.server.log))
		}
		answer, err := http.Get(r.url("/readyz"))
		if err != nil {
			return false
		}
		_ = answer.Body.Close()
		return answer.StatusCode == http.StatusOK
	})
	login, err := os.ReadFile(filepath.Join(a.dir, "client", "login.json"))
	if err != nil {
		t.Fatal(err)
	}
	moved := strings.ReplaceAll(string(login), fmt.Sprintf(":%d", a.plain), fmt.Sprintf(":%d", r.plain))
	if err := os.WriteFile(filepath.Join(r.dir, "client", "login.json"), []byte(moved), 0o600); err != nil {
		t.Fatal(err)
	}
	return r
}

func copyFile(t testing.TB, from, to string) {
	t.Helper()
	text, err := os.ReadFile(from)
	if err == nil {
		err = os.WriteFile(to, text, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestTheMapOfAScanIsTheSameInBothStores(t *testing.T) {
	t.Parallel()
	var dumps []string
	dir := tree(t)
	files := oddFiles(t, dir)
	for _, flags := range [][]string{nil, {onPostgres(t)}} {
		a := newAccount(t, flags...)
		s, large, values := shop(t), many(t, "many"), people(t)
		n := a.node(a.runtime("edge"), "one", s)
		for _, s := range []*source{s, large} {
			a.register(s)
			a.scanWhole(s)
		}
		a.register(values)
		a.purlieu("scan", "add", values.db, "nightly", "--credential", "scanner", "--runtime", "edge", "--set", "databaseName="+values.db, "--level", "L3")
		n.runtime("policy", "allow", "--folder", dir)
		for _, s := range []*source{values, a.folder("files", dir, "L3")} {
			if r, gaps := a.scan(s); r.Status != "Succeeded" || len(gaps) == 0 {
				t.Errorf("the run of %s ended %s with gaps %v", s.db, r.Status, gaps) // what can't be read is the same in both too
			}
		}
		a.tells("files", files)
		dumps = append(dumps, a.dump())
		n.process.stop(t)
		a.server.stop(t)
	}
	if strings.Count(dumps[0], "\n") < 600 {
		t.Fatalf("the map is not whole:\n%.4000s", dumps[0])
	}
	for _, part := range []string{"shop-files/orders/may.csv", "MICROSOFT.FINANCIAL.IBAN"} {
		if !strings.Contains(dumps[0], part) {
			t.Errorf("there is no %s in the map", part)
		}
	}
	if d := difference(dumps[0], dumps[1]); d != "" {
		t.Errorf("the map on PostgreSQL differs from the one on SQLite: %s", d)
	}
}

func TestTwoReplicasOfAnAccountMakeOneMap(t *testing.T) {
	t.Parallel()
	s := many(t, "manyreplicas")
	want := undisturbed(t)
	a := newAccount(t, onPostgres(t), "--lease", short.String())
	b := a.replica(t)
	first := a.node(a.runtime("edge"), "first", s)
	key := b.keys("edge")[0] // as the other replica tells it: with its own address
	second := b.node(key, "second", s)
	b.register(s)

	t.Run("with_a_node_at_each", func(t *testing.T) {
		b.scanWhole(s)
		for _, r := range []*account{a, b} {
			if d := difference(want, r.theMap(s)); d != "" {
				t.Errorf("the map differs from that of one server: %s", d)
			}
		}
	})
	t.Run("and_know_of_each_other_what_was_found_and_who_may_ask", func(t *testing.T) {
		for _, r := range []*account{a, b} {
			until(t, 20*time.Second, "a replica finds what was scanned", func() bool {
				return strings.Contains(r.purlieu("search", "facts_7"), "part0/facts_7")
			})
		}
		if ours, theirs := a.purlieu("admin", "ca", "--data", a.data()), b.purlieu("admin", "ca", "--data", b.data()); ours != theirs {
			t.Error("the replicas have two certificate authorities")
		}
	})
	t.Run("also_when_one_is_killed_in_the_middle", func(t *testing.T) {
		if err := s.server.Exec(s.db, "drop table part3.facts_9; create table part3.facts_9 (id int)"); err != nil {
			t.Fatal(err)
		}
		release := s.hold(t)
		run := b.begin(s)
		until(t, 20*time.Second, "the scan is in the middle of the tables", func() bool { return s.waiting(t) })
		a.server.kill()
		release()
		if r := b.await(s, run, 60*time.Second); r.Status != "Succeeded" || r.Purlieu.Counts.Updated != 1 || r.Purlieu.Counts.Deleted != 0 {
			t.Errorf("the run ended %s with %+v", r.Status, r.Purlieu)
		}
		a.start()
		until(t, 30*time.Second, "the node is back at its replica, with nothing left", func() bool {
			n := first.status()
			return n.Connected && n.Unsent == 0 && n.Held == 0
		})
		for _, n := range []*node{first, second} {
			n.runtime("egress", "reconcile")
		}
		if d := difference(a.theMap(s), b.theMap(s)); d != "" {
			t.Errorf("the replicas tell two maps: %s", d)
		}
	})
}

func TestAReplicaWithoutTheKeyFileOfItsAccountIsRefused(t *testing.T) {
	t.Parallel()
	store := onPostgres(t)
	a := newAccount(t, store)
	dir := t.TempDir()
	for _, c := range []struct{ name, flag, word string }{
		{"no key file", store, "another replica"},
		{"a password in the address", "--store=postgres://ada:canary-in-address@127.0.0.1:1/x", "PGPASSFILE"},
	} {
		r := run(t, nil, "", a.programs.server, "server", c.flag, "--data", dir, "--listen", "127.0.0.1:0", "--http", "none", "--no-built-in")
		if r.code == 0 || !strings.Contains(r.err, c.word) || strings.Contains(r.err+r.out, "canary-in-address") {
			t.Errorf("%s: %s", c.name, r)
		}
	}
}

func TestAnOrderReachesANodeThatIsConnectedToAnotherServer(t *testing.T) {
	t.Parallel()
	a := newAccount(t, onPostgres(t))
	n := a.enrolled(a.runtime("edge"), "one")
	n.start()
	other := a.replica(t)
	for _, c := range []struct {
		what string
		is   func() bool
	}{
		{"drain", func() bool { return n.status().Drained }},
		{"resume", func() bool { return !n.status().Drained }},
	} {
		other.purlieu("node", c.what, "edge", "one")
		until(t, 10*time.Second, "the node hears of "+c.what, c.is)
	}
	old := n.key("node.key")
	other.purlieu("node", "rotate", "edge", "one")
	until(t, 20*time.Second, "the node has a new key", func() bool { return n.keyed(old) })
}
