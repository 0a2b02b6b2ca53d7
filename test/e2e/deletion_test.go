package e2e

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/purlieu/purlieu/test/pgserver"
)

// ownServer is a server that a test may break, with a database "garden" in it.
func ownServer(t *testing.T, sql string) *source {
	t.Helper()
	s := &source{pgserver.Start(t), "garden"}
	if err := theHouse.addScanner(s.server); err != nil {
		t.Fatal(err)
	}
	s.exec(t, "postgres", "create database garden")
	s.exec(t, "garden", sql)
	return s
}

func (s *source) exec(t *testing.T, db, sql string) {
	t.Helper()
	if err := s.server.Exec(db, sql); err != nil {
		t.Fatal(err)
	}
}

// has reports whether search finds a table.
func (a *account) has(s *source, table string) bool {
	a.t.Helper()
	for _, h := range a.listed(s) {
		if h.QualifiedName == "postgresql://garden/garden/"+table {
			return true
		}
	}
	return false
}

// asked is the one proposal that is open.
func (a *account) asked() (id, kind string) {
	a.t.Helper()
	var list []struct{ ID, Kind string }
	if err := json.Unmarshal([]byte(a.purlieu("-o", "json", "proposal", "list")), &list); err != nil || len(list) != 1 {
		a.t.Fatalf("%d proposals are open: %v", len(list), err)
	}
	return list[0].ID, list[0].Kind
}

func TestTheMapHolds(t *testing.T) {
	t.Parallel()
	var many strings.Builder
	for i := range 12 {
		fmt.Fprintf(&many, "create table beds.bed%02d (id int); ", i)
	}
	s := ownServer(t, "create schema beds; create schema trees; create table trees.apple (id int, mail text); create table trees.gone (id int); "+
		many.String()+"grant usage on schema beds, trees to scanner;")
	a := newAccount(t)
	a.node(a.runtime("edge"), "one", s)
	a.register(s)
	a.scanWhole(s)
	apple, referred := a.asset("postgresql_table", "postgresql://garden/garden/trees/apple")
	var mail string
	for guid, c := range referred {
		if c.Attributes.Name == "mail" {
			mail = guid
		}
	}
	for _, guid := range []string{apple.GUID, mail} {
		a.rest("PUT", "/datamap/api/atlas/v2/entity/guid/"+guid+"?name=userDescription", "written by ada", nil)
		a.rest("POST", "/datamap/api/atlas/v2/entity/guid/"+guid+"/classifications", []map[string]string{{"typeName": "OURS"}}, nil)
	}
	written := func(t *testing.T, when string) {
		t.Helper()
		for _, guid := range []string{apple.GUID, mail} {
			_, text := a.ask(a.token(), "GET", "/datamap/api/atlas/v2/entity/guid/"+guid, nil)
			if !strings.Contains(string(text), "written by ada") || !strings.Contains(string(text), "OURS") || !strings.Contains(string(text), `"status":"ACTIVE"`) {
				t.Fatalf("%s what people wrote is not there: %s", when, text)
			}
		}
	}

	t.Run("a_dropped_table_is_gone_from_search_and_can_be_brought_back", func(t *testing.T) {
		gone, _ := a.asset("postgresql_table", "postgresql://garden/garden/trees/gone")
		s.exec(t, "garden", "drop table trees.gone")
		if c := a.scanWhole(s).Purlieu.Counts; c.Deleted != 1 || a.has(s, "trees/gone") {
			t.Fatalf("counts %+v", c)
		}
		a.purlieu("asset", "restore", gone.GUID)
		if !a.has(s, "trees/gone") {
			t.Fatal("it was not brought back")
		}
		a.purlieu("asset", "show", gone.GUID)
	})
	t.Run("a_person_takes_a_table_out_of_the_map_and_brings_it_back", func(t *testing.T) {
		const name = "postgresql://garden/garden/trees/gone"
		gone, _ := a.asset("postgresql_table", name)
		if said := a.purlieu("asset", "delete", name, "--yes"); !strings.Contains(said, "purlieu asset restore "+gone.GUID) || a.has(s, "trees/gone") {
			t.Fatalf("it is there, and this was said: %s", said)
		}
		a.purlieu("asset", "restore", gone.GUID)
		if !a.has(s, "trees/gone") {
			t.Fatal("it was not brought back")
		}
	})
	t.Run("a_revoked_permission_deletes_nothing", func(t *testing.T) {
		s.exec(t, "garden", "revoke usage on schema beds from scanner")
		if run, gaps := a.scan(s); run.Purlieu.Counts.Deleted != 0 || len(gaps) == 0 || !a.has(s, "beds/bed00") {
			t.Fatalf("%+v, gaps %v", run, gaps)
		}
		s.exec(t, "garden", "grant usage on schema beds to scanner; revoke connect on database garden from public")
		if run, _ := a.scan(s); run.Purlieu.Counts.Deleted != 0 || !a.has(s, "beds/bed00") {
			t.Fatalf("%+v", run)
		}
		s.exec(t, "garden", "grant connect on database garden to scanner")
	})
	t.Run("an_emptied_schema_asks", func(t *testing.T) {
		s.exec(t, "garden", "drop schema beds cascade; create schema beds; grant usage on schema beds to scanner")
		run, _ := a.scan(s)
		if run.Status != "InProgress" || run.Purlieu.Counts.Deleted != 0 || !a.has(s, "beds/bed00") {
			t.Fatalf("%+v", run)
		}
		id, kind := a.asked()
		if shown := a.purlieu("proposal", "show", id); kind != "deletions" || !strings.Contains(shown, "garden/beds/bed07") {
			t.Fatalf("%s: %s", kind, shown)
		}
		a.purlieu("proposal", "approve", id)
		if a.has(s, "beds/bed00") {
			t.Fatal("it was approved and is there")
		}
		a.purlieu("run", "undo", run.ID)
		if !a.has(s, "beds/bed00") || !a.has(s, "beds/bed11") {
			t.Fatal("it was undone and is not there")
		}
	})
	t.Run("what_people_wrote_survives_a_scan_a_drop_and_a_rename", func(t *testing.T) {
		s.exec(t, "garden", "alter table trees.apple add column more int")
		a.scanWhole(s)
		written(t, "after a scan")
		s.exec(t, "garden", "alter table trees.apple rename to pear; alter table trees.pear rename column mail to address")
		if c := a.scanWhole(s).Purlieu.Counts; c.Deleted != 0 {
			t.Fatalf("a rename counts %+v", c)
		}
		written(t, "after a rename")
		if e, _ := a.asset("postgresql_table", "postgresql://garden/garden/trees/pear"); e.GUID != apple.GUID {
			t.Fatalf("pear is %s, apple was %s", e.GUID, apple.GUID)
		}
		s.exec(t, "garden", "drop table trees.pear")
		a.scanWhole(s)
		s.exec(t, "garden", "create table trees.pear (id int, address text)")
		a.scanWhole(s)
		written(t, "after a drop, made again")
	})
	t.Run("another_server_at_the_address_changes_nothing_and_asks", func(t *testing.T) {
		before := a.dump()
		other := ownServer(t, "create schema weeds; create table weeds.nettle (id int); grant usage on schema weeds to scanner")
		s.server.Stop()
		other.server.Stop()
		mine := other.server.Port
		other.server.Port = s.server.Port
		if err := other.server.Restart(); err != nil {
			t.Fatal(err)
		}
		run, _ := a.scan(s)
		if run.Status != "Failed" || run.Purlieu.Code != "SourceChanged" {
			t.Fatalf("%+v", run)
		}
		if now := a.dump(); now != before {
			t.Fatal("the map changed: ", difference(before, now))
		}
		id, kind := a.asked()
		if kind != "identity" {
			t.Fatalf("it asks about %s", kind)
		}
		a.purlieu("proposal", "reject", id)
		other.server.Stop()
		other.server.Port = mine
		if err := s.server.Restart(); err != nil {
			t.Fatal(err)
		}
		a.scanWhole(s)
		if now := a.dump(); now != before {
			t.Fatal("with the old server back the map changed: ", difference(before, now))
		}
	})
}
