package scan

import (
	"slices"
	"time"
	_ "time/tzdata" // zones are the same on every system, Windows too

	"github.com/purlieu/purlieu/fault"
)

// Recurrence says when a trigger fires, in the words of the published shape. Clock times are those of the zone. A time
// that does not exist there, since clocks go forward, is the moment at which they have gone; one that exists twice is the
// first. Weeks begin on Sunday.
type Recurrence struct {
	Frequency string    `json:"frequency"` // "Hour", "Day", "Week", "Month"
	Interval  int       `json:"interval"`  // every so many of them
	Start     time.Time `json:"startTime"`
	End       time.Time `json:"endTime,omitzero"`   // zero: never
	Zone      string    `json:"timeZone,omitempty"` // IANA or Windows; "" is UTC
	Schedule  Schedule  `json:"schedule,omitzero"`
}

// Schedule narrows a recurrence. Hours and minutes are combined; what is left out is that of the start.
type Schedule struct {
	Minutes     []int        `json:"minutes,omitempty"`
	Hours       []int        `json:"hours,omitempty"`
	WeekDays    []string     `json:"weekDays,omitempty"`
	MonthDays   []int        `json:"monthDays,omitempty"` // -1 is the last
	Occurrences []Occurrence `json:"monthlyOccurrences,omitempty"`
}

// Occurrence is the n-th of a day in a month; -1 is the last.
type Occurrence struct {
	Day        string `json:"day"`
	Occurrence int    `json:"occurrence"`
}

func badRecurrence(text string, args ...any) error {
	return fault.New(fault.Invalid, "BadRecurrence", text, args...)
}

func weekDays() []string {
	return []string{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"}
}

// check refuses what can't be computed, or never comes.
func (r Recurrence) check() error {
	if !slices.Contains([]string{"Hour", "Day", "Week", "Month"}, r.Frequency) {
		return badRecurrence("the frequency %q is not Hour, Day, Week or Month", clip(r.Frequency))
	}
	if r.Interval < 1 || r.Interval > 1000 {
		return badRecurrence("the interval must be 1 to 1000")
	}
	if _, err := zoneNamed(r.Zone); err != nil {
		return err
	}
	if !r.End.IsZero() && !r.End.After(r.Start) {
		return badRecurrence("endTime is not after startTime")
	}
	s := r.Schedule
	if len(s.Minutes)+len(s.Hours)+len(s.WeekDays)+len(s.MonthDays)+len(s.Occurrences) > 200 {
		return badRecurrence("the schedule is too long")
	}
	within := func(list []int, least, most int) bool {
		return !slices.ContainsFunc(list, func(n int) bool { return n < least || n > most })
	}
	if !within(s.Minutes, 0, 59) || !within(s.Hours, 0, 23) || !within(s.MonthDays, -31, 31) || slices.Contains(s.MonthDays, 0) {
		return badRecurrence("minutes are 0 to 59, hours 0 to 23, days of a month 1 to 31, or -1 to -31 from its end")
	}
	for _, o := range s.Occurrences {
		if !slices.Contains(weekDays(), o.Day) || o.Occurrence == 0 || o.Occurrence < -5 || o.Occurrence > 5 {
			return badRecurrence("a monthly occurrence is a day of the week, and 1 to 5, or -1 to -5 from the month's end")
		}
	}
	for _, d := range s.WeekDays {
		if !slices.Contains(weekDays(), d) {
			return badRecurrence("%q is not a day of the week", clip(d))
		}
	}
	if (r.Frequency == "Hour" && len(s.Hours) > 0) || (r.Frequency != "Week" && len(s.WeekDays) > 0) ||
		(r.Frequency != "Month" && len(s.MonthDays)+len(s.Occurrences) > 0) {
		return badRecurrence("hours go with days, weeks and months; weekDays with weeks; monthDays and monthlyOccurrences with months")
	}
	return nil
}

// periodsLooked bounds the search for a day that hardly comes: 29 February of every third year.
const periodsLooked = 600

// Next is the first time after a time, and not before the start; false when there is none.
func (r Recurrence) Next(after time.Time) (time.Time, bool) {
	loc, err := zoneNamed(r.Zone)
	if err != nil {
		return time.Time{}, false
	}
	start := r.Start.In(loc)
	first := max(0, r.periods(start, after.In(loc))/r.Interval-2)
	for k := first; k < first+periodsLooked; k++ {
		for _, t := range r.times(start, k*r.Interval, loc) {
			switch {
			case !t.After(after) || t.Before(r.Start):
			case !r.End.IsZero() && t.After(r.End):
				return time.Time{}, false
			default:
				return t.UTC(), true
			}
		}
	}
	return time.Time{}, false
}

// periods is about how many periods lie between.
func (r Recurrence) periods(start, at time.Time) int {
	switch r.Frequency {
	case "Hour":
		return int(at.Sub(start).Hours())
	case "Day":
		return int(at.Sub(start).Hours() / 24)
	case "Week":
		return int(at.Sub(start).Hours() / 24 / 7)
	}
	return (at.Year()-start.Year())*12 + int(at.Month()) - int(start.Month())
}

// times are the times in the period so many after the start's, in order.
func (r Recurrence) times(start time.Time, periods int, loc *time.Location) []time.Time {
	hours, minutes := r.Schedule.Hours, r.Schedule.Minutes
	if len(hours) == 0 {
		hours = []int{start.Hour()}
	}
	if len(minutes) == 0 {
		minutes = []int{start.Minute()}
	}
	var out []time.Time
	if r.Frequency == "Hour" {
		begin := start.Add(time.Duration(periods)*time.Hour - time.Duration(start.Minute())*time.Minute)
		for _, m := range minutes {
			out = append(out, begin.Add(time.Duration(m)*time.Minute).Truncate(time.Second))
		}
	} else {
		for _, day := range r.days(start, periods) {
			for _, h := range hours {
				for _, m := range minutes {
					out = append(out, moment(day, h, m, start.Second(), loc))
				}
			}
		}
	}
	slices.SortFunc(out, func(a, b time.Time) int { return a.Compare(b) })
	return out
}

// days are the days of a period, as midnights in UTC: a calendar without clocks.
func (r Recurrence) days(start time.Time, periods int) (out []time.Time) {
	day := time.Date(start.Year(), start.Month(), start.Day(), 0, 0, 0, 0, time.UTC)
	switch r.Frequency {
	case "Day":
		return []time.Time{day.AddDate(0, 0, periods)}
	case "Week":
		sunday := day.AddDate(0, 0, 7*periods-int(day.Weekday()))
		if len(r.Schedule.WeekDays) == 0 {
			return []time.Time{sunday.AddDate(0, 0, int(day.Weekday()))}
		}
		for _, name := range r.Schedule.WeekDays {
			out = append(out, sunday.AddDate(0, 0, slices.Index(weekDays(), name)))
		}
		return out
	}
	begin := time.Date(start.Year(), start.Month()+time.Month(periods), 1, 0, 0, 0, 0, time.UTC)
	last := begin.AddDate(0, 1, -1).Day()
	add := func(n int) {
		if n < 0 {
			n += last + 1
		}
		if n >= 1 && n <= last {
			out = append(out, begin.AddDate(0, 0, n-1))
		}
	}
	if len(r.Schedule.MonthDays)+len(r.Schedule.Occurrences) == 0 {
		add(start.Day())
	}
	for _, n := range r.Schedule.MonthDays {
		add(n)
	}
	for _, o := range r.Schedule.Occurrences {
		weekday := slices.Index(weekDays(), o.Day)
		if o.Occurrence > 0 {
			add(1 + (weekday-int(begin.Weekday())+7)%7 + 7*(o.Occurrence-1))
			continue
		}
		end := begin.AddDate(0, 0, last-1)
		if n := last - (int(end.Weekday())-weekday+7)%7 + 7*(o.Occurrence+1); n >= 1 {
			add(n)
		}
	}
	return out
}

// moment is when clocks of the zone show that time on that day: the first time that they do, or the moment at which they
// have skipped it.
func moment(day time.Time, hour, minute, second int, loc *time.Location) time.Time {
	want := time.Date(day.Year(), day.Month(), day.Day(), hour, minute, second, 0, time.UTC)
	t := time.Date(day.Year(), day.Month(), day.Day(), hour, minute, second, 0, loc)
	shown := func(t time.Time) time.Time {
		return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), 0, time.UTC)
	}
	begin, end := t.ZoneBounds()
	switch got := shown(t); {
	case got.After(want):
		return begin
	case got.Before(want):
		return end
	}
	if begin.IsZero() {
		return t
	}
	_, before := begin.Add(-time.Nanosecond).Zone()
	_, now := t.Zone()
	if earlier := t.Add(time.Duration(now-before) * time.Second); earlier.Before(begin) && shown(earlier.In(loc)).Equal(want) {
		return earlier
	}
	return t
}
