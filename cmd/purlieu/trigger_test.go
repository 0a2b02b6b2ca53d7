package main

import "testing"

func TestATriggerIsSetShownAndTakenAway(t *testing.T) {
	s := newShell(t)
	s.configure()
	s.run(4, "trigger", "show", "shop", "weekly")
	s.run(0, "trigger", "set", "shop", "weekly", "--at", "03:00", "--zone", "Europe/Berlin")
	s.shows("runs next at 20")
	s.run(0, "trigger", "set", "shop", "weekly", "--every", "week", "--on", "Monday", "--at", "06:30", "--full")
	s.run(0, "trigger", "show", "shop", "weekly", "-o", "json")
	s.shows(`"weekDays"`, `"Monday"`, `"Full"`)
	s.run(0, "trigger", "set", "shop", "weekly", "--every", "month", "--on=-1")
	s.run(0, "trigger", "disable", "shop", "weekly")
	s.shows("disabled")
	s.run(0, "trigger", "set", "shop", "weekly", "--at", "04:00")
	s.shows("paused still")
	s.run(0, "trigger", "enable", "shop", "weekly")
	s.run(1, "trigger", "set", "shop", "weekly", "--at", "noon")
	s.shows("not a clock time")
	s.run(1, "trigger", "set", "shop", "weekly", "--zone", "Middle Earth")
	s.shows("time zone")
	s.run(0, "trigger", "delete", "shop", "weekly")
}

func TestATriggerKeepsWhatIsNotNamed(t *testing.T) {
	s := newShell(t)
	s.configure()
	is := func(words ...string) {
		t.Helper()
		s.run(0, "trigger", "show", "shop", "weekly", "-o", "json")
		s.shows(words...)
	}
	s.run(0, "trigger", "set", "shop", "weekly", "--every", "week", "--interval", "2", "--on", "Monday", "--at", "06:30",
		"--zone", "Europe/Berlin", "--start", "2999-01-01T00:00:00Z", "--end", "2999-06-01T00:00:00Z", "--full")
	s.run(0, "trigger", "set", "shop", "weekly", "--at", "07:15")
	is(`"Week"`, `"interval": 2`, `"Monday"`, "Europe/Berlin", "2999-01-01", "2999-06-01", `"Full"`, "7", "15")
	s.run(0, "trigger", "set", "shop", "weekly", "--incremental", "--on", "Friday", "--interval", "3")
	is(`"interval": 3`, `"Friday"`, `"Incremental"`, "2999-01-01", "15")
	s.never("Monday")
	s.run(0, "trigger", "set", "shop", "weekly", "--every", "day", "--at", "03:00") // says the schedule anew
	is(`"Day"`, `"interval": 1`, `"weekDays": null`, "2999-01-01", "2999-06-01")
	s.never("Friday", "Europe/Berlin")
	s.run(0, "trigger", "set", "shop", "weekly", "--end", "")
	is(`"endTime": null`, "2999-01-01")
	s.run(0, "trigger", "set", "shop", "weekly", "--at", "")
	is(`"schedule": null`)
}
