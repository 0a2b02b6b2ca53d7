package scan

import (
	"strings"
	"testing"
	"time"

	"github.com/purlieu/purlieu/fault"
)

func at(t *testing.T, text string) time.Time {
	t.Helper()
	v, err := time.Parse("2006-01-02 15:04", text)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestARecurrenceComesWhenItSays(t *testing.T) {
	const berlin = "Europe/Berlin" // forward on 2026-03-29 at 02:00, back on 2026-10-25 at 03:00
	for _, c := range []struct {
		what  string
		r     Recurrence
		start string
		after string
		want  string // UTC, several: one after the other; "-" none
	}{
		{"each day at the clock time of the start", Recurrence{Frequency: "Day", Interval: 1}, "2026-01-01 04:30", "2026-01-05 00:00", "2026-01-05 04:30, 2026-01-06 04:30"},
		{"not before the start", Recurrence{Frequency: "Day", Interval: 1}, "2026-01-10 04:30", "2025-01-05 00:00", "2026-01-10 04:30"},
		{"every third day", Recurrence{Frequency: "Day", Interval: 3}, "2026-01-01 04:30", "2026-01-01 04:30", "2026-01-04 04:30, 2026-01-07 04:30"},
		{"hours and minutes are combined", Recurrence{Frequency: "Day", Interval: 1, Schedule: Schedule{Hours: []int{20, 8}, Minutes: []int{30, 0}}}, "2026-01-01 00:00", "2026-01-01 00:00", "2026-01-01 08:00, 2026-01-01 08:30, 2026-01-01 20:00, 2026-01-01 20:30, 2026-01-02 08:00"},
		{"every fifth hour", Recurrence{Frequency: "Hour", Interval: 5}, "2026-01-01 22:10", "2026-01-01 22:10", "2026-01-02 03:10, 2026-01-02 08:10"},
		{"twice an hour", Recurrence{Frequency: "Hour", Interval: 1, Schedule: Schedule{Minutes: []int{0, 30}}}, "2026-01-01 22:10", "2026-01-01 22:00", "2026-01-01 22:30, 2026-01-01 23:00"},
		{"each second week on two days", Recurrence{Frequency: "Week", Interval: 2, Schedule: Schedule{WeekDays: []string{"Friday", "Monday"}}}, "2026-01-05 06:00", "2026-01-05 06:00", "2026-01-09 06:00, 2026-01-19 06:00, 2026-01-23 06:00"},
		{"the last of a month", Recurrence{Frequency: "Month", Interval: 1, Schedule: Schedule{MonthDays: []int{-1}}}, "2026-01-15 06:00", "2026-01-15 06:00", "2026-01-31 06:00, 2026-02-28 06:00"},
		{"the 31st skips short months", Recurrence{Frequency: "Month", Interval: 1}, "2026-01-31 06:00", "2026-01-31 06:00", "2026-03-31 06:00, 2026-05-31 06:00"},
		{"the second Wednesday and the last Friday", Recurrence{Frequency: "Month", Interval: 1, Schedule: Schedule{Occurrences: []Occurrence{{"Wednesday", 2}, {"Friday", -1}}}}, "2026-02-01 06:00", "2026-02-01 06:00", "2026-02-11 06:00, 2026-02-27 06:00, 2026-03-11 06:00"},
		{"a fifth Friday, where there is one", Recurrence{Frequency: "Month", Interval: 1, Schedule: Schedule{Occurrences: []Occurrence{{"Friday", 5}}}}, "2026-02-01 06:00", "2026-02-01 06:00", "2026-05-29 06:00"},
		{"a day that never comes", Recurrence{Frequency: "Month", Interval: 12, Schedule: Schedule{MonthDays: []int{30}}}, "2026-02-01 06:00", "2026-02-01 06:00", "-"},
		{"not after the end", Recurrence{Frequency: "Day", Interval: 1, End: time.Date(2026, 1, 2, 5, 0, 0, 0, time.UTC)}, "2026-01-01 04:30", "2026-01-01 00:00", "2026-01-01 04:30, 2026-01-02 04:30, -"},
		{"after years away", Recurrence{Frequency: "Day", Interval: 1}, "1999-01-01 04:30", "2026-01-05 00:00", "2026-01-05 04:30"},
		{"the clock of the zone, in winter and in summer", Recurrence{Frequency: "Day", Interval: 1, Zone: berlin, Schedule: Schedule{Hours: []int{4}, Minutes: []int{0}}}, "2026-01-01 00:00", "2026-03-28 00:00", "2026-03-28 03:00, 2026-03-29 02:00"},
		{"a time that clocks skip comes when they have", Recurrence{Frequency: "Day", Interval: 1, Zone: berlin, Schedule: Schedule{Hours: []int{2}, Minutes: []int{15, 45}}}, "2026-01-01 00:00", "2026-03-28 12:00", "2026-03-29 01:00, 2026-03-30 00:15"},
		{"a time that comes twice comes once", Recurrence{Frequency: "Day", Interval: 1, Zone: "W. Europe Standard Time", Schedule: Schedule{Hours: []int{2}, Minutes: []int{30}}}, "2026-01-01 00:00", "2026-10-24 12:00", "2026-10-25 00:30, 2026-10-26 01:30"},
		{"in a zone whose clocks go by half an hour", Recurrence{Frequency: "Day", Interval: 1, Zone: "Lord Howe Standard Time", Schedule: Schedule{Hours: []int{2}, Minutes: []int{15}}}, "2026-01-01 00:00", "2026-10-03 00:00", "2026-10-03 15:30, 2026-10-04 15:15"},
	} {
		c.r.Start = at(t, c.start)
		if err := c.r.check(); err != nil {
			t.Errorf("%s: %v", c.what, err)
			continue
		}
		after := at(t, c.after)
		for _, want := range strings.Split(c.want, ", ") {
			got, ok := c.r.Next(after)
			if !ok != (want == "-") || (ok && got.Format("2006-01-02 15:04") != want) {
				t.Errorf("%s: after %v comes %v (%v), want %s", c.what, after, got, ok, want)
				break
			}
			after = got
		}
	}
}

func TestARecurrenceThatCanNotBeIsRefused(t *testing.T) {
	for what, r := range map[string]Recurrence{
		"frequency":           {Frequency: "Year", Interval: 1},
		"interval":            {Frequency: "Day"},
		"zone":                {Frequency: "Day", Interval: 1, Zone: "Middle Earth Standard Time"},
		"the machine's zone":  {Frequency: "Day", Interval: 1, Zone: "Local"},
		"end":                 {Frequency: "Day", Interval: 1, Start: time.Unix(9, 0), End: time.Unix(8, 0)},
		"minute":              {Frequency: "Day", Interval: 1, Schedule: Schedule{Minutes: []int{60}}},
		"day of the week":     {Frequency: "Week", Interval: 1, Schedule: Schedule{WeekDays: []string{"Caturday"}}},
		"days of other weeks": {Frequency: "Day", Interval: 1, Schedule: Schedule{WeekDays: []string{"Monday"}}},
		"day of the month":    {Frequency: "Month", Interval: 1, Schedule: Schedule{MonthDays: []int{0}}},
		"occurrence":          {Frequency: "Month", Interval: 1, Schedule: Schedule{Occurrences: []Occurrence{{"Monday", 6}}}},
		"hours of an hour":    {Frequency: "Hour", Interval: 1, Schedule: Schedule{Hours: []int{1}}},
	} {
		if err := r.check(); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestEveryWindowsZoneIsThere(t *testing.T) {
	n := 0
	for line := range strings.Lines(windowsZones) {
		name, _, _ := strings.Cut(strings.TrimSpace(line), "=")
		if _, err := zoneNamed(strings.ToLower(name)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		n++
	}
	if n < 130 {
		t.Errorf("only %d zones", n)
	}
}
