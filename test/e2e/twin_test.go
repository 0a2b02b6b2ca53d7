package e2e

import (
	"fmt"
	"strings"
	"testing"
)

func TestADatabaseThatIsRegisteredTwiceIsSaidToBe(t *testing.T) {
	t.Parallel()
	s := ownServer(t, "create schema beds; create table beds.rose (id int); create table beds.lily (id int); grant usage on schema beds to scanner")
	for name, flags := range map[string][]string{"sqlite": nil, "postgres": {onPostgres(t)}} {
		t.Run(name, func(t *testing.T) { registeredTwice(t, newAccount(t, flags...), s, "rose_of_"+name) })
	}
}

// registeredTwice registers the server under another authority by another name of its host, scans both, and renames a
// table.
func registeredTwice(t *testing.T, a *account, s *source, renamed string) {
	alias := &source{s.server, "yard"}
	port := fmt.Sprintf("port=%d", s.server.Port)
	add := func(name, host string) result {
		r := a.try("source", "add", "PostgreSql", name, "--authority", name, "--set", "serverEndpoint="+host, "--set", port, "--set", "sslMode=disable")
		if r.code != 0 {
			t.Fatalf("source add: %s", r)
		}
		return r
	}
	n := a.node(a.runtime("edge"), "one", s)
	n.runtime("policy", "allow", "--source", strings.Replace(s.address(), "127.0.0.1", "localhost", 1))
	n.runtime("policy", "allow", "--secret", "file:shop-password", "--source", strings.Replace(s.address(), "127.0.0.1", "localhost", 1), "--plaintext")
	a.register(s)
	if r := add("lawn", "127.0.0.1"); !strings.Contains(r.err, "garden is reached at the same address") {
		t.Errorf("a second source at the address is not noticed: %s", r)
	}
	a.purlieu("source", "delete", "lawn")
	if r := add("yard", "localhost"); strings.Contains(r.err, "Note") { // what an alias means only the source can tell
		t.Errorf("%s", r)
	}
	a.purlieu("scan", "add", "yard", "nightly", "--credential", "scanner", "--runtime", "edge", "--set", "databaseName=garden", "--level", "L2")

	a.scanWhole(s)
	a.scanWhole(alias)
	run := a.runs(alias)[0].ID
	if r := a.try("run", "show", run); r.code != 0 || strings.Contains(r.err, "Note") { // it is said once: as the run ends
		t.Errorf("a run that is looked at: %s", r)
	}
	for _, r := range []result{a.try("scan", "run", "yard", "nightly", "--watch"), a.try("source", "test", "yard", "--scan", "nightly"), a.try("source", "show", "yard")} {
		if r.code != 0 || !strings.Contains(r.err, "The source garden says of itself that it is the same system") {
			t.Errorf("the twin is not told: %s", r)
		}
	}

	table := func(authority, name string) entity {
		e, _ := a.asset("postgresql_table", "postgresql://"+authority+"/garden/beds/"+name)
		return e
	}
	before := map[*source]entity{s: table("garden", "lily"), alias: table("yard", "lily")}
	if before[s].GUID == "" || before[s].GUID == before[alias].GUID {
		t.Fatalf("the two are one asset: %+v", before)
	}
	for range 2 {
		for _, of := range []*source{s, alias} {
			if c := a.scanWhole(of).Purlieu.Counts; c.Created+c.Updated+c.Deleted != 0 || c.Discovered == 0 {
				t.Errorf("a scan of %s changed what the other's is: %+v", of.db, c)
			}
		}
	}
	s.exec(t, "garden", "alter table beds.lily rename to "+renamed)
	for _, of := range []*source{s, alias} {
		a.scanWhole(of)
		if after := table(of.db, renamed); after.GUID != before[of].GUID {
			t.Errorf("the renamed table of %s is %s, was %s", of.db, after.GUID, before[of].GUID)
		}
	}
	s.exec(t, "garden", "alter table beds."+renamed+" rename to lily")
}
