package main

import (
	"encoding/json"
	"testing"
	"time"
)

func TestWindowsAreWrittenAsPeopleSayThem(t *testing.T) {
	for text, want := range map[string]string{
		"Mon-Fri 22:00-06:00 Europe/Berlin":         `{"days":["Monday","Tuesday","Wednesday","Thursday","Friday"],"from":"22:00","timeZone":"Europe/Berlin","to":"06:00"}`,
		"Sat,sun 00:00-24:00":                       `{"days":["Saturday","Sunday"],"from":"00:00","to":"24:00"}`,
		"Sat-Mon 01:00-02:00":                       `{"days":["Saturday","Sunday","Monday"],"from":"01:00","to":"02:00"}`,
		" 22:00-06:00 ":                             `{"from":"22:00","to":"06:00"}`,
		"22:00-06:00 W. Europe Standard Time":       `{"from":"22:00","timeZone":"W. Europe Standard Time","to":"06:00"}`,
		"monday 22:00-06:00 (UTC+01:00) or thereby": `{"days":["Monday"],"from":"22:00","timeZone":"(UTC+01:00) or thereby","to":"06:00"}`, // the account knows zones
	} {
		w, err := windowOf(text)
		got, _ := json.Marshal(w)
		if err != nil || string(got) != want {
			t.Errorf("%q is %s, %v", text, got, err)
		}
	}
	for _, text := range []string{"22-6", "Mon", "Mon 22:00", "Mon-Someday 22:00-06:00", "weekdays 22:00-06:00", "22:00-06:00Z", "Mon, Tue 22:00-06:00"} {
		if w, err := windowOf(text); err == nil {
			t.Errorf("%q is %v", text, w)
		}
	}
}

func TestASourceIsGivenWindowsAndABudget(t *testing.T) {
	s := newShell(t)
	s.configure()
	s.run(0, "source", "add", "PostgreSql", "shop", "--window", "Mon-Fri 22:00-06:00 Europe/Berlin", "--window", "Sat,Sun 00:00-24:00", "--connections", "2", "--strict")
	s.run(0, "source", "add", "PostgreSql", "shop", "--connections", "3")
	s.run(0, "source", "show", "shop")
	s.shows("Europe/Berlin", "22:00", "Saturday", `"connections":3`, `"strict":true`)
	s.run(0, "source", "add", "PostgreSql", "shop", "--window", "", "--no-strict")
	s.run(0, "source", "show", "shop")
	s.shows(`"connections":3`)
	s.never("Europe/Berlin", "purlieuWindows", "strict")
	s.run(1, "source", "add", "PostgreSql", "shop", "--window", "at night")
	s.shows("at night", "Mon-Fri 22:00-06:00")
	s.run(1, "source", "add", "PostgreSql", "shop", "--window", "22:00-06:00 Atlantis")
	s.shows("Atlantis")
}

func TestWhoStartsARunOutsideTheWindowsIsToldThatItWaits(t *testing.T) {
	s := newShell(t)
	s.configure()
	s.account.Closed.Text, s.account.Closed.Until = "It is read at night only.", time.Date(2026, 3, 1, 22, 0, 0, 0, time.UTC)
	s.run(0, "scan", "run", "shop", "weekly")
	s.shows("has been started", "It waits. It is read at night only.")
	s.run(0, "scan", "run", "shop", "weekly", "-o", "json")
	var run struct{ ID string }
	if err := json.Unmarshal([]byte(s.out), &run); err != nil {
		t.Fatal(err)
	}
	s.run(0, "run", "show", run.ID)
	s.shows("closed", "It is read at night only.")
	s.run(0, "run", "show", run.ID)
	s.never("at night")
	s.run(0, "scan", "run", "shop", "weekly", "--watch")
	s.shows("waits until 2026-03-01T22:00:00")
}
