package e2e

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestASourceIsSpared(t *testing.T) {
	t.Parallel()
	s := ownServer(t, "create schema beds; create table beds.bed00 (id int); grant usage on schema beds to scanner;")
	a := newAccount(t)
	a.node(a.runtime("edge"), "one", s)
	a.register(s)

	t.Run("outside_of_its_windows_a_run_waits_and_says_so", func(t *testing.T) {
		later := time.Now().UTC().Add(3 * time.Hour)
		window := fmt.Sprintf("%s-%s", later.Format("15:04"), later.Add(time.Hour).Format("15:04"))
		a.purlieu("source", "add", "PostgreSql", s.db, "--window", window)
		if said := a.purlieu("scan", "run", s.db, "nightly"); !strings.Contains(said, "only in its windows of time") {
			t.Fatalf("who starts it is told %s", said)
		}
		id := a.runs(s)[0].ID
		time.Sleep(4 * time.Second) // a node that has nothing to do looks every 3 s
		if shown := a.purlieu("run", "show", id); !strings.Contains(shown, "Accepted") || !strings.Contains(shown, later.Format("2006-01-02T15:04:00Z")) {
			t.Fatalf("who looks is told %s", shown)
		}
		a.purlieu("source", "add", "PostgreSql", s.db, "--window", "")
		if run := a.await(s, id, time.Minute); run.Status != "Succeeded" {
			t.Fatalf("without windows it is %s", run.Status)
		}
	})

	t.Run("a_run_that_brings_very_much_asks_first", func(t *testing.T) {
		s.exec(t, "garden", "do $$ begin for i in 1..1300 loop execute format('create table beds.t%s (id int)', i); end loop; end $$")
		run, _ := a.scan(s)
		if run.Status != "InProgress" {
			t.Fatalf("it is %s", run.Status)
		}
		id, kind := a.asked()
		if shown := a.purlieu("proposal", "show", id); kind != "growth" || !strings.Contains(shown, "Nothing of it goes on") {
			t.Fatalf("%s: %s", kind, shown)
		}
		if n := len(a.listed(s)); n > 1010 {
			t.Fatalf("%d assets came unasked", n)
		}
		a.purlieu("proposal", "approve", id)
		if run := a.await(s, run.ID, time.Minute); run.Status != "Succeeded" || run.Purlieu.Counts.Gaps != 0 {
			t.Fatalf("it ended %+v", run)
		}
		if !a.has(s, "beds/t1") || !a.has(s, "beds/t1300") {
			t.Fatal("not all of it is in the map")
		}
	})
}
