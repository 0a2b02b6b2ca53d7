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
